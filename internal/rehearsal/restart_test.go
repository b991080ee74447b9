package rehearsal_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"testing"

	"bevote/examples"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/relay"
	"bevote/internal/roles"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// restarts makes the roles of a play anew before each of their acts, from their seeds and from what they
// have to remember: a voter its choice, the supervisor its plan. Nothing else is kept.
type restarts struct {
	p     *rehearsal.Play
	twice bool // whether a second copy of each role acts first
}

// roles is the hook.
func (r restarts) roles() error {
	if err := r.makeAnew(); err != nil || !r.twice {
		return err
	}
	view, err := r.p.Look()
	if err != nil {
		return err
	}
	for _, v := range r.p.Voters {
		if err := r.act(v.Role, v.Voter, view); err != nil {
			return err
		}
	}
	for i, c := range r.p.Candidates {
		if err := r.act("candidate "+r.p.Policy.Candidates[i].Name, c, view); err != nil {
			return err
		}
	}
	if r.p.Exchange == nil { // the treasurer and the registrar are of one supervisor
		if err := r.act("supervisor", r.p.Supervisor, view); err != nil {
			return err
		}
	}
	return r.makeAnew()
}

// act performs what a role lists, as a client of its own does.
func (r restarts) act(role string, who interface {
	Acts(*roles.View) ([]roles.Act, error)
}, view *roles.View) error {
	acts, err := who.Acts(view)
	if err != nil {
		return err
	}
	for _, a := range acts {
		if a.Line != nil {
			err = r.p.Append(*a.Line)
		} else if err = r.p.Node(role).Submit(a.Tx); relay.Stands(a.Tx, err) || relay.OutcomeOf(err) == relay.Conflict {
			err = nil
		}
		if err != nil {
			return fmt.Errorf("%s, %s: %w", role, a.What, err)
		}
	}
	return nil
}

func (r restarts) makeAnew() (err error) {
	p := r.p
	for _, v := range p.Voters {
		if v.Voter, err = roles.NewVoter(p.Election, v.Secret, p.Node(v.Role), p.Seed(v.Role)); err != nil {
			return err
		}
		v.Choose(p.ChoiceOf(v))
	}
	for i, c := range p.Policy.Candidates {
		role := "candidate " + c.Name
		if p.Candidates[i], err = roles.NewCandidate(p.Election, i+1, p.Keys[role], p.Node(role), p.Seed(role)); err != nil {
			return err
		}
	}
	if p.Exchange != nil {
		return nil
	}
	if p.Supervisor, err = roles.NewSupervisor(p.Election, p.Keys["supervisor"], p.Node("supervisor"), p.Seed("supervisor")); err != nil {
		return err
	}
	p.Supervisor.Plan(p.Plan())
	tip, _ := p.Chain.Tip()
	for h := uint32(1); h <= tip; h++ {
		block, err := p.Chain.Block(h)
		if err != nil {
			return err
		}
		p.Supervisor.Watch(h, block)
	}
	return nil
}

// An election whose roles restart before every act has the same board and the same blocks, byte for
// byte. One in which each role runs twice has the same outcome, and leaves to each script the same
// satoshis.
func TestRestartedRolesDoTheSame(t *testing.T) {
	for _, name := range examples.Names() {
		opt := rehearsal.Options{Source: examples.Policy(name), Seed: 5}
		if name == "town_mixed" {
			continue // its modulus takes a minute; the roles of its exchange are those of club_mixed's
		}
		t.Run(name, func(t *testing.T) { t.Parallel(); restarted(t, opt) })
	}
	for name, f := range rehearsaltest.Forms() {
		for outcome, votes := range map[string]map[string]int{"nobody": {"alice": 1, "bob": 1}, "alice": {"alice": f.Threshold, "bob": 1}} {
			opt := rehearsal.Options{Source: f.Source(), Seed: 5, Votes: votes}
			t.Run(name+" "+outcome, func(t *testing.T) { t.Parallel(); restarted(t, opt) })
		}
	}
}

func restarted(t *testing.T, opt rehearsal.Options) {
	t.Helper()
	whole := played(t, opt, nil)
	again := played(t, opt, func(p *rehearsal.Play) { p.Hooks.Roles = restarts{p, false}.roles })
	if !bytes.Equal(public(t, whole), public(t, again)) {
		t.Error("another election")
	}
	twice := played(t, opt, func(p *rehearsal.Play) { p.Hooks.Roles = restarts{p, true}.roles })
	same(t, whole, twice)
}

// same compares two plays: summaries, audits, and the satoshis of each script.
func same(t *testing.T, a, b *rehearsal.Play) {
	t.Helper()
	if x, y := a.Summary().String(), b.Summary().String(); x != y {
		t.Errorf("\n%s\nwant\n%s", y, x)
	}
	x, y := auditOf(t, a), auditOf(t, b)
	if x.Exit != y.Exit || x.Level != y.Level || x.Verdict != y.Verdict {
		t.Errorf("%s (exit %d), want %s (exit %d)\n%s", y.Verdict, y.Exit, x.Verdict, x.Exit, rehearsaltest.Failing(y))
	}
	if !maps.Equal(satsOf(t, a), satsOf(t, b)) {
		t.Error("other satoshis")
	}
}

func auditOf(t *testing.T, p *rehearsal.Play) *result.Report {
	t.Helper()
	return rehearsaltest.Audit(t, rehearsaltest.Write(t, func(w *record.Writer) error { return p.Write(w) }))
}

// satsOf is what the chain leaves to each output script, but for the ids in the scripts of stakes.
func satsOf(t *testing.T, p *rehearsal.Play) map[string]int64 {
	t.Helper()
	outs := make(map[wire.OutPoint]*wire.TxOut)
	for block, err := range p.Chain.Blocks(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range block.Transactions {
			for _, in := range tx.TxIn {
				delete(outs, in.PreviousOutPoint)
			}
			for i, out := range tx.TxOut {
				outs[wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)}] = out
			}
		}
	}
	sats := make(map[string]int64)
	for _, out := range outs {
		sats[string(out.PkScript)] += out.Value
	}
	maps.DeleteFunc(sats, func(_ string, sats int64) bool { return sats == 0 })
	return sats
}

// played plays an election, after change has set its hooks.
func played(t *testing.T, opt rehearsal.Options, change func(*rehearsal.Play)) *rehearsal.Play {
	t.Helper()
	p, err := rehearsal.New(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if change != nil {
		change(p)
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
