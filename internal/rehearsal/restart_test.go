package rehearsal_test

import (
	"bytes"
	"context"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/verifier/board"
)

// restarts makes the voters and the candidates of a play anew before each of its steps, and the voters
// before each line of their dealing: from their seeds, the board and the chain.
type restarts struct {
	t *testing.T
	p *rehearsal.Play
}

func (r restarts) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// voter returns a new process of a voter, with what board and chain tell it.
func (r restarts) voter(v *rehearsal.Voter) *roles.Voter {
	r.t.Helper()
	p := r.p
	fresh, err := roles.NewVoter(p.Election, v.Secret, p.Node(v.Role), p.Seed(v.Role))
	r.check(err)
	if p.Setup == nil {
		return fresh
	}
	for _, s := range p.Setup.Roll {
		if s.Key == v.Key() {
			_, err := fresh.Enter(s.Outpoint)
			r.check(err)
		}
	}
	r.check(fresh.Find(p.Setup))
	if p.Setup.Dealing != nil {
		_, err := fresh.Receive(p.Setup, p.Combination, p.Setup.Dealing)
		r.check(err)
	}
	fresh.Follow(p.Votes)
	return fresh
}

// step is the hook of steps.
func (r restarts) step(name string) (bool, error) {
	r.t.Helper()
	if name == "announce" || name == "enrol" {
		return false, nil
	}
	for _, v := range r.p.Voters {
		v.Voter, v.Dealer = r.voter(v), restartingDealer{r, v}
	}
	for i, c := range r.p.Policy.Candidates {
		fresh, err := roles.NewCandidate(r.p.Election, i+1, r.p.Keys["candidate "+c.Name], r.p.Node("candidate "+c.Name), roles.Seed{})
		r.check(err)
		if r.p.Votes != nil && r.p.Policy.Dealt() {
			fresh.Count(r.p.Setup, r.p.Votes)
		}
		r.p.Candidates[i] = fresh
	}
	return false, nil
}

// restartingDealer makes its voter anew before each line.
type restartingDealer struct {
	restarts
	v *rehearsal.Voter
}

func (d restartingDealer) Commit(p sharing.Params) (board.Line, bool, error) {
	l, err := d.voter(d.v).Commit(p)
	return l, err == nil, err
}

func (d restartingDealer) Deal(p sharing.Params) (board.Line, bool, error) {
	l, err := d.voter(d.v).Deal(p)
	return l, err == nil, err
}

// An election whose voters and candidates restart before every act has the same board and the same
// blocks, byte for byte. Nothing but their seeds is kept, and the voters' choices.
func TestRestartedRolesDoTheSame(t *testing.T) {
	for name, f := range rehearsaltest.Forms() {
		if f.Mixing != "" {
			continue // mixers and depositors keep more
		}
		for outcome, votes := range map[string]map[string]int{"nobody": {"alice": 1, "bob": 1}, "alice": {"alice": f.Threshold, "bob": 1}} {
			t.Run(name+" "+outcome, func(t *testing.T) {
				t.Parallel()
				p, again := played(t, f, votes, false), played(t, f, votes, true)
				if claimed := p.Claimant != ""; claimed != (outcome == "alice") || !bytes.Equal(public(t, p), public(t, again)) {
					t.Error("another election")
				}
			})
		}
	}
}

// played plays an election, with restarts or without.
func played(t *testing.T, f rehearsaltest.Form, votes map[string]int, restarting bool) *rehearsal.Play {
	t.Helper()
	p, err := rehearsal.New(context.Background(), rehearsal.Options{Source: f.Source(), Seed: 5, Votes: votes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if restarting {
		p.Hooks.Step = restarts{t, p}.step
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return p
}

// public is the board and the chain of a play.
func public(t *testing.T, p *rehearsal.Play) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := p.Log.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	for block, err := range p.Chain.Blocks(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if err := block.Serialize(&out); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}
