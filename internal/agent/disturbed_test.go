package agent_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"bevote/internal/boardclient"
	"bevote/verifier/board"
)

// reorganise takes blocks back, and with forget all that waits for one.
func (w *world) reorganise(blocks uint32, forget bool) {
	w.t.Helper()
	tip, _ := w.chain.Tip()
	hash, err := w.chain.HashAt(tip + 1 - blocks)
	if err == nil {
		err = w.chain.Invalidate(hash)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if forget {
		w.chain.Forget()
	}
}

// reorganised plays a game whose chain loses blocks at some heights, once each.
func reorganised(t *testing.T, g game, want calm, blocks uint32, forget bool, at func(height uint32) bool) {
	t.Helper()
	w := newWorld(t, g)
	met := make(map[uint32]bool)
	w.onBlock = func(height uint32) {
		if from := w.Times.Announce + blocks; height > from && at(height) && !met[height] {
			met[height] = true
			w.failed = fmt.Sprintf("%d blocks taken back below %d", blocks, height)
			w.reorganise(blocks, forget)
			w.settle()
		}
	}
	w.play(w.end())
	if blocks == w.Policy.Depth() {
		w.noLess(want)
		return
	}
	w.same(want)
}

// TestReorganisation: blocks leave the chain, at every height, with the pool of the node or without it, and
// what is in them comes back. Lines name blocks that are d deep: where d blocks leave the chain such lines do
// not count (V02), which can end the election, and each voter has at least the money that it would have.
func TestReorganisation(t *testing.T) {
	for name, g := range sample() {
		want := undisturbed(t, name)
		for blocks := uint32(1); blocks < uint32(g.form.Depth)+1; blocks++ {
			for _, forget := range []bool{false, true} {
				if !*all {
					if forget != (name == "refunded") {
						continue
					}
					t.Run(fmt.Sprint(name, " ", blocks, " ", forget), func(t *testing.T) {
						t.Parallel()
						reorganised(t, g, want, blocks, forget, func(height uint32) bool { return height%3 == 0 })
					})
					continue
				}
				for h := uint32(101); h <= 190; h++ {
					t.Run(fmt.Sprint(name, " ", blocks, " ", forget, " ", h), func(t *testing.T) {
						t.Parallel()
						reorganised(t, g, want, blocks, forget, func(height uint32) bool { return height == h })
					})
				}
			}
		}
	}
}

// TestForgetfulNode: what waits for a block is forgotten before each one, once, and is sent again.
func TestForgetfulNode(t *testing.T) {
	for name, g := range sample() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := undisturbed(t, name)
			w := newWorld(t, g)
			w.onBlock = func(uint32) {
				w.chain.Forget()
				for _, h := range w.homes {
					h.agent = nil
				}
				w.settle()
			}
			w.play(w.end())
			w.same(want)
		})
	}
}

// TestLostDisk: roles go on from their seeds alone, or from an old copy of their home.
func TestLostDisk(t *testing.T) {
	for name, g := range sample() {
		for _, old := range []bool{false, true} {
			if !*all && old != (name == "refunded") {
				continue
			}
			t.Run(fmt.Sprint(name, " ", old), func(t *testing.T) {
				t.Parallel()
				want := undisturbed(t, name)
				w := newWorld(t, g)
				backups := make([]map[string][]byte, len(w.homes))
				w.onBlock = func(height uint32) {
					for i, h := range w.homes {
						if height%5 == 0 {
							h.files, h.agent = make(map[string][]byte), nil
							maps.Copy(h.files, backups[i])
						}
						if old && height%15 == 2 {
							backups[i] = maps.Clone(h.files)
						}
					}
					w.settle()
				}
				w.play(w.end())
				w.same(want)
			})
		}
	}
}

// TestTwoCopies: every role runs twice, of one seed, and nothing is lost and nothing done twice.
func TestTwoCopies(t *testing.T) {
	for name, g := range sample() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := undisturbed(t, name)
			w := newWorld(t, g)
			for _, h := range w.homes {
				w.add(h.name+", a copy", h.scripts[0], h.choice, h.make)
			}
			w.play(w.end())
			w.same(want)
		})
	}
}

// TestServerAway: a server that does not answer, or that contradicts what it has shown, keeps no role from
// its money. Lines go on when it is back.
func TestServerAway(t *testing.T) {
	want := undisturbed(t, "refunded")
	for name, down := range map[string]error{
		"unreachable": &boardclient.Unreachable{URL: "server", Err: errors.New("no route")},
		"contradicts": &boardclient.Contradiction{URL: "server", What: "line 3 is another than before", Proof: "proofs/1.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, games()["refunded"])
			w.onBlock = func(height uint32) {
				if height == w.Policy.Times.VoteFrom {
					w.server.down = down
				}
			}
			w.play(w.Policy.Times.Timeout + 6*w.Policy.Depth())
			lines := len(w.server.lines)
			for _, h := range w.homes[3:] {
				if h.status.Over != true || len(h.status.Problems) == 0 {
					t.Errorf("%s:\n%s", h.name, h.status)
				}
			}
			for _, h := range w.homes[1:3] {
				if h.status.Over {
					t.Errorf("the %s is over without its opening", h.name)
				}
			}
			w.server.down = nil
			w.play(w.end())
			if len(w.server.lines) == lines {
				t.Error("no opening came")
			}
			w.same(want)
		})
	}
}

// TestServerBehind: the supervisor closes no phase that the server may still take lines for.
func TestServerBehind(t *testing.T) {
	want := undisturbed(t, "custodial")
	w := newWorld(t, games()["custodial"])
	w.server.behind = 1
	w.play(w.Policy.Times.Roll)
	for _, l := range w.server.lines {
		if l.Type == board.TypeRoll {
			t.Fatal("a roll was written")
		}
	}
	if len(w.server.lines) != 1+len(w.Voters) {
		t.Errorf("%d lines", len(w.server.lines))
	}
	w.server.behind = 0
	w.play(w.end())
	w.same(want)
}

// TestFork: a voter that was shown another board signs nothing more, until an anchor says which board it is.
func TestFork(t *testing.T) {
	want := undisturbed(t, "refunded")
	w := newWorld(t, games()["refunded"])
	w.play(w.Policy.Times.Roll - 1)
	voter, head := w.homes[3], [32]byte(w.EID)
	for _, l := range w.server.lines {
		if l.Type == board.TypeOpen || l.By == w.Voters[0].Key() {
			l.Prev = head
			voter.fork, head = append(voter.fork, l), l.Hash()
		}
	}
	w.play(w.Policy.Times.Roll + 1)
	if voter.fork == nil || len(voter.status.Problems) == 0 {
		t.Errorf("the anchor is not deep:\n%s", voter.status)
	}
	w.play(w.end())
	if voter.fork != nil {
		t.Error("the copy was not put aside")
	}
	w.same(want)
}
