package election_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// placed is a line of a board with what a keeper put before it.
type placed struct {
	board.Line
	honest bool
}

// TestKeeperWithoutKeys: whatever a keeper without any key puts among the lines of honest
// parties (copies, lines with false signatures, under other names, in other places), the
// lines that count say the same, or an anchor counts as missing, which is a finding against
// the supervisor.
func TestKeeperWithoutKeys(t *testing.T) {
	for _, form := range []string{"hardened", "custodial"} {
		t.Run(form, func(t *testing.T) {
			opt := rehearsal.Options{Source: rehearsaltest.Forms()[form].Source(), Seed: 1, Votes: map[string]int{"alice": 3, "bob": 1}}
			p, err := rehearsal.New(context.Background(), opt)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			want := counting(p.Setup.Phases, p.Log.Lines())
			missing := 0
			for seed := range uint64(60) {
				lines, seq := forgeries(t, rand.New(rand.NewPCG(seed, 1)), p)
				s := p.Election.Setup(lines, seq)
				if m := s.Phases.Missing(); m != nil {
					missing++
					continue
				}
				if s.RollFault != nil || s.Ended != "" {
					t.Fatalf("seed %d: ended: %s", seed, s.Ended)
				}
				if got := counting(s.Phases, lines); !maps.Equal(got, want) {
					t.Fatalf("seed %d: %d lines count, want %d", seed, len(got), len(want))
				}
			}
			if missing > 50 {
				t.Errorf("an anchor is missing in %d of 60 boards", missing)
			}
		})
	}
}

// counting returns what the lines of a board say that keep to the table.
func counting(p *election.Phases, lines []board.Line) map[string]bool {
	out := make(map[string]bool)
	for i, l := range lines {
		if i > 0 && l.Type != board.TypeRoll && p.Refused(i) == nil {
			out[string(l.By[:])+string(l.Type)+string(l.Body)] = true
		}
	}
	return out
}

// forgeries returns the board of a play with false lines among it, and anchors over the
// same phases.
func forgeries(t *testing.T, r *rand.Rand, p *rehearsal.Play) ([]board.Line, election.Sequence) {
	honest := p.Log.Lines()
	var all []placed
	for _, l := range honest {
		all = append(all, placed{l, true})
	}
	for range r.IntN(40) {
		l := honest[1+r.IntN(len(honest)-1)]
		if l.Type == board.TypeRoll { // it is signed anew
			continue
		}
		switch r.IntN(5) {
		case 0: // a copy
		case 1, 2:
			l.Sig[r.IntN(64)] ^= 1 << r.IntN(8)
		case 3:
			l.By = honest[r.IntN(len(honest))].By
		case 4:
			l.Seen.Height ^= 1 << r.IntN(3)
		}
		all = slices.Insert(all, 1+r.IntN(len(all)-1), placed{l, false})
	}
	log, place := board.NewLog(p.EID), make(map[int]int) // lines of honest parties: where they stand now
	heads := map[int][32]byte{}
	for _, l := range all {
		if l.honest {
			place[len(place)+1] = firstCopy(log.Lines(), l.Line)
			if l.Type == board.TypeRoll {
				l.Line = moved(t, p, l.Line, place)
			}
		}
		if err := log.AppendUnverified(l.Line); err != nil {
			t.Fatal(err)
		}
		if l.honest {
			heads[len(place)] = log.Head()
		}
	}
	var seq election.Sequence
	for _, a := range p.Setup.Phases.Anchors() {
		if a != nil {
			again := *a
			again.Head = heads[p.Setup.Phases.Lines(a.Kind)]
			seq.Anchors = append(seq.Anchors, again)
		}
	}
	return log.Lines(), seq
}

// firstCopy returns the number of the first line that is the same as l, from 1: that of l
// where there is none.
func firstCopy(lines []board.Line, l board.Line) int {
	i := slices.IndexFunc(lines, func(o board.Line) bool { return o.Sig == l.Sig && o.Seen == l.Seen && o.By == l.By })
	if i < 0 {
		return len(lines) + 1
	}
	return i + 1
}

// moved returns the roll with the numbers of its entries where they stand now, signed by
// the supervisor.
func moved(t *testing.T, p *rehearsal.Play, l board.Line, place map[int]int) board.Line {
	var roll board.Roll
	if err := board.DecodeBody(l, &roll); err != nil {
		t.Fatal(err)
	}
	entries := make([]int, len(roll.Entries))
	for i, n := range roll.Entries {
		entries[i] = place[n]
	}
	l, err := board.Sign(p.EID, p.Keys["supervisor"], l.Seen, board.Roll{Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	return l
}
