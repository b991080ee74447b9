package election_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// TestServerTakesAnHonestElection: the server takes each line of honest parties when it
// comes, and of what a stranger, or its author once more, makes of the line it refuses
// each, with the code of the cheapest test.
func TestServerTakesAnHonestElection(t *testing.T) {
	for _, form := range []string{"hardened", "custodial"} {
		t.Run(form, func(t *testing.T) { serveElection(t, rehearsaltest.Forms()[form]) })
	}
}

func serveElection(t *testing.T, form rehearsaltest.Form) {
	var p *rehearsal.Play
	opt := rehearsal.Options{Source: form.Source(), Seed: 1, Votes: map[string]int{"alice": 3, "bob": 1}}
	taken, stranger := make(map[board.Type]int), curve.NewScalar(12345)
	opt.Hooks.Line = func(l board.Line) ([]board.Line, error) {
		server, view, err := serving(p)
		if err != nil {
			return nil, err
		}
		wrong := func(code string, l board.Line) {
			if r := server.Admit(&l, view); r == nil || r.Code != code {
				t.Errorf("a %s line: %v, want %s", l.Type, r, code)
			}
		}
		if l.Type != board.TypeOpen {
			bad := l
			bad.Sig[5] ^= 1
			wrong(election.RefusedSignature, bad)
			old := l
			old.Seen.Height -= 2
			wrong(election.RefusedSeen, old)
			foreign := l
			foreign.By = curve.BaseMul(stranger).Key()
			code := election.RefusedAuthor
			if l.Type == board.TypeEntry {
				code = election.RefusedCoin
			}
			wrong(code, foreign)
			long := l
			long.Body = append(append([]byte{}, l.Body...), make([]byte, 8<<20)...)
			wrong(election.RefusedSize, long)
		}
		if r := server.Admit(&l, view); r != nil {
			return nil, fmt.Errorf("%s line: %w", l.Type, r)
		}
		if r := server.Admit(&l, view); l.Type != board.TypeOpen && (r == nil || r.Code != election.RefusedStands || !r.Same || r.Line != len(p.Log.Lines())+1) {
			t.Errorf("the same %s line again: %+v", l.Type, r)
		}
		taken[l.Type]++
		return []board.Line{l}, nil
	}
	p, err := rehearsal.New(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if taken[board.TypeEntry] == 0 || taken[board.TypeOpening] == 0 {
		t.Errorf("taken: %v", taken)
	}
}

// serving returns the server of a play, and its chain.
func serving(p *rehearsal.Play) (*election.Server, election.View, error) {
	r, err := p.Replay()
	if err != nil {
		return nil, election.View{}, err
	}
	tip, _ := p.Chain.Tip()
	at := func(height uint32) (chainhash.Hash, bool) {
		hash, err := p.Chain.HashAt(height)
		return hash, err == nil
	}
	return p.Election.Setup(p.Log.Lines(), r.Sequence(tip)).Server(r), election.View{Tip: tip, At: at}, nil
}

// TestServerPhases: a line is taken below its phase's height and not at it; what the
// supervisor writes last comes at the height or above.
func TestServerPhases(t *testing.T) {
	form := rehearsaltest.Forms()["hardened"]
	opt := rehearsal.Options{Source: form.Source(), Seed: 1, Votes: map[string]int{"alice": 3, "bob": 1}}
	var p *rehearsal.Play
	met := make(map[board.Type]bool)
	opt.Hooks.Line = func(l board.Line) ([]board.Line, error) {
		x := map[board.Type]uint32{board.TypeEntry: p.Policy.Times.Roll, board.TypeCommit: p.Policy.Times.Commit,
			board.TypeDeal: p.Policy.Times.Deal, board.TypeRoll: p.Policy.Times.Roll, board.TypeTranscript: p.Policy.Times.Setup,
			board.TypeAck: p.Policy.Times.VoteFrom}[l.Type]
		if x == 0 || met[l.Type] {
			return []board.Line{l}, nil
		}
		met[l.Type] = true
		server, view, err := serving(p)
		if err != nil {
			return nil, err
		}
		last := l.Type == board.TypeRoll || l.Type == board.TypeTranscript
		for tip, refused := range map[uint32]bool{x - 1: last, x: !last} {
			view.Tip = tip
			r := server.Admit(&l, view)
			if phase := r != nil && r.Code == election.RefusedPhase; phase != refused {
				t.Errorf("a %s line at tip %d, height %d: %v", l.Type, tip, x, r)
			}
			server, _, _ = serving(p)
		}
		return []board.Line{l}, nil
	}
	p, err := rehearsal.New(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := errors.Join(p.Run()); err != nil || len(met) != 6 {
		t.Fatal(err, met)
	}
}
