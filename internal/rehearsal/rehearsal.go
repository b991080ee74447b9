// Package rehearsal plays whole elections with stand-in keys on a chain of
// their own, and leaves the record that an auditor reads.
//
// It promises that the same policy, options and seed give the same bytes, that
// every role is played by the code that would play it in earnest, and that no
// secret enters the record.
package rehearsal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/roles"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// Options say what is played.
type Options struct {
	Source       []byte         // the policy file
	Seed         uint64         // what every key and every choice is drawn from
	Votes        map[string]int // votes by candidate, and "abstain"; nil to draw them
	Roll         int            // how many of the voters come; 0 for all
	BranchSpends []BranchSpend  // stakes that are taken by branches
	Hooks        Hooks          // none for an honest election

	// Progress, unless nil, hears how far a long stage is.
	Progress func(stage string, done, total int)
	// Tell, unless nil, hears what each part of the election came to.
	Message func(height uint32, what string)
}

// ErrUnplayable says that the options or the policy's heights leave no
// election to play.
var ErrUnplayable = errors.New("cannot be rehearsed")

// Unplayable is an ErrUnplayable with a reason.
func Unplayable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnplayable, fmt.Sprintf(format, args...))
}

// Run plays an election and writes its record to w, which the caller commits.
// A policy with errors gives a *election.PolicyError, and what the options or
// the heights do not allow an ErrUnplayable.
func Run(ctx context.Context, opt Options, w *record.Writer) (*Summary, error) {
	p, err := New(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		return nil, err
	}
	if err := p.Write(w); err != nil {
		return nil, err
	}
	return p.Summary(), nil
}

// Play is an election under way, and what its roles know together.
type Play struct {
	*election.Election              // as announced
	PolicyFile, ContractFile []byte // as announced
	Times                    Times
	Keys                     map[string]curve.Scalar // the stand-ins' secrets by role
	Chain                    *regtest.Chain
	Log                      *board.Log
	Hooks                    Hooks

	Supervisor *roles.Supervisor
	Candidates []*roles.Candidate
	Voters     []*Voter  // in the order of the roll once that is closed
	Exchange   *Exchange // nil without mixing
	Setup      *election.Setup
	Acts       []Act // what the voters will do in the vote's window
	Votes      []*election.Vote
	Tally      *roles.Tally // of the supervisor, where it counts
	Claimant   string       // for whom the stakes were claimed, or ""

	ctx       context.Context
	opt       Options
	id        string // of the policy as given
	dir       string // of the chain's database
	received  []int  // dealers whose shares the voters have summed
	lastSpend uint32 // height of the newest spend of a stake
	ended     string // why the election ended early, or ""
}

// New reads the policy, puts stand-ins into the place of its keys, and gets
// everything ready up to the chain's first block. The caller closes the play.
// Errors are those of the function [Run].
func New(ctx context.Context, opt Options) (*Play, error) {
	p := &Play{ctx: ctx, opt: opt, Hooks: opt.Hooks}
	err := p.read()
	if err != nil {
		return nil, err
	}
	if p.Hooks.Votes != nil {
		if p.opt.Votes, err = p.Hooks.Votes(p.Policy); err != nil {
			return nil, err
		}
	}
	if p.Times, err = schedule(p.Policy); err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp("", "bevote-rehearsal-*"); err != nil {
		return nil, err
	}
	p.Log = board.NewLog(p.EID)
	p.Chain, err = regtest.New(p.dir, lang.Params(cmp.Or(p.Hooks.Network, p.Policy.Network)), roles.PayToKey(p.Policy.Supervisor))
	if err == nil {
		err = p.newRoles()
	}
	if err == nil {
		err = p.checkBranchSpends()
	}
	if err == nil {
		p.Acts, err = p.ballots()
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Run plays the election to its end.
func (p *Play) Run() error {
	for _, s := range p.steps() {
		err := p.run(s)
		if errors.Is(err, ErrOver) {
			break
		}
		if err != nil {
			return err
		}
		p.message(s.message())
		if p.ended != "" {
			break
		}
	}
	return p.finish()
}

// read builds the policy twice: as given, so that its author hears of its
// errors at their places, and with stand-ins, which is what is played.
func (p *Play) read() error {
	given, diags, err := workbench.Build(p.opt.Source)
	if err != nil {
		return err
	}
	if given == nil {
		return &election.PolicyError{Diagnostics: diags}
	}
	p.id = given.Policy.ID()
	if given.Policy.Network != "regtest" {
		return Unplayable("network %s, only regtest is rehearsed", given.Policy.Network)
	}
	if p.PolicyFile, p.Keys, err = workbench.StandIns(p.opt.Source, p.opt.Seed); err != nil {
		return err
	}
	if p.Hooks.Policy != nil {
		p.PolicyFile = []byte(p.Hooks.Policy(string(p.PolicyFile), p.Keys))
	}
	built, diags, err := workbench.Build(p.PolicyFile)
	if err != nil {
		return err
	}
	if built == nil {
		return fmt.Errorf("policy with stand-ins: %w", &election.PolicyError{Diagnostics: diags})
	}
	p.ContractFile = built.Contract.Encode()
	p.Election, err = election.Load(p.PolicyFile, p.ContractFile)
	return err
}

// Close releases the chain.
func (p *Play) Close() {
	if p.Chain != nil {
		p.Chain.Close()
	}
	os.RemoveAll(p.dir)
}
