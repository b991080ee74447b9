// Package rehearsal plays whole elections with stand-in keys on a chain of
// their own, and leaves the record that an auditor reads.
//
// It promises that the same policy, options and seed give the same bytes, that
// every role is played by the code that would play it in earnest, and that no
// secret enters the record.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/roles"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// Options say what is played.
type Options struct {
	Source   []byte         // the policy file
	Seed     uint64         // what every key and every choice is drawn from
	Votes    map[string]int // votes by candidate, and "abstain"; nil to draw them
	Roll     int            // how many of the voters come; 0 for all
	Misdeeds []Misdeed      // what is done that should not be
	Takings  []Taking       // stakes that are taken by branches

	// Progress, unless nil, hears how far a long stage is.
	Progress func(stage string, done, total int)
	// Tell, unless nil, hears what each part of the election came to.
	Tell func(height uint32, what string)
}

// ErrUnplayable says that the options or the policy's heights leave no
// election to play.
var ErrUnplayable = errors.New("cannot be rehearsed")

func unplayable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnplayable, fmt.Sprintf(format, args...))
}

// Play plays an election and writes its record to w, which the caller commits.
// A policy with errors gives a *verifier.PolicyError, and what the options or
// the heights do not allow an ErrUnplayable.
func Play(ctx context.Context, opt Options, w *record.Writer) (*Summary, error) {
	return perform(ctx, opt, &Lie{}, w)
}

// perform plays an election with what a lie does to it. The zero lie does
// nothing.
func perform(ctx context.Context, opt Options, lie *Lie, w *record.Writer) (*Summary, error) {
	p, err := finished(ctx, opt, lie)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if err := lie.leave(p, w); err != nil {
		return nil, err
	}
	return p.summary(), nil
}

// finished plays an election to its end, with what a lie does to it meanwhile.
// The caller closes it.
func finished(ctx context.Context, opt Options, lie *Lie) (*play, error) {
	p, err := stage(ctx, opt, lie)
	if err != nil {
		return nil, err
	}
	if err := p.playOut(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// playOut plays the scenes.
func (p *play) playOut() error {
	for _, s := range p.scenes() {
		err := s.play()
		if errors.Is(err, errOver) {
			break
		}
		if err != nil {
			return err
		}
		p.tell(s.told())
		if p.ended != "" || p.tricks.last == s.name {
			break
		}
	}
	return p.bury()
}

// play is an election under way.
type play struct {
	ctx              context.Context
	opt              Options
	tricks           tricks
	id               string // of the policy as given
	policy, contract []byte // the files as announced
	e                *election.Election
	times            times
	keys             map[string]curve.Scalar // the stand-ins' secrets by role
	dir              string                  // of the chain's database
	chain            *regtest.Chain
	log              *board.Log

	supervisor *roles.Supervisor
	candidates []*roles.Candidate
	voters     []*voter  // in the order of the roll once that is closed
	exchange   *exchange // nil without mixing
	setup      *election.Setup
	received   []int // dealers whose shares the voters have summed
	acts       []act // what the voters will do in the vote's window
	votes      []*election.Vote
	tally      *roles.Tally // custodial elections
	claimant   string       // for whom the stakes were claimed, or ""
	lastSpend  uint32       // height of the newest spend of a stake
	ended      string       // why the election ended early, or ""
	copying    sync.Mutex
}

// stage reads the policy, puts stand-ins into the place of its keys, and gets
// everything ready up to the chain's first block.
func stage(ctx context.Context, opt Options, lie *Lie) (*play, error) {
	p := &play{ctx: ctx, opt: opt}
	lie.prepare(p)
	if err := p.read(); err != nil {
		return nil, err
	}
	err := lie.fit(p)
	if err != nil {
		return nil, err
	}
	if p.times, err = schedule(p.e.Policy); err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp("", "bevote-rehearsal-*"); err != nil {
		return nil, err
	}
	p.log = board.NewLog(p.e.EID)
	p.chain, err = regtest.New(p.dir, lang.Params(p.network()), templates.PayToKey(p.e.Policy.Supervisor))
	if err == nil {
		err = p.castAll()
	}
	if err == nil {
		err = p.checkTakings()
	}
	if err == nil {
		p.acts, err = p.ballots()
	}
	if err == nil {
		err = lie.begin(p)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// read builds the policy twice: as given, so that its author hears of its
// errors at their places, and with stand-ins, which is what is played.
func (p *play) read() error {
	given, diags, err := workbench.Build(p.opt.Source)
	if err != nil {
		return err
	}
	if given == nil {
		return &election.PolicyError{Diagnostics: diags}
	}
	p.id = given.Policy.ID()
	switch {
	case given.Policy.Network != "regtest":
		return unplayable("network %s, only regtest is rehearsed", given.Policy.Network)
	}
	if p.policy, p.keys, err = workbench.StandIns(p.opt.Source, p.opt.Seed); err != nil {
		return err
	}
	if p.tricks.policy != nil {
		p.policy = []byte(p.tricks.policy(string(p.policy)))
	}
	built, diags, err := workbench.Build(p.policy)
	if err != nil {
		return err
	}
	if built == nil {
		return fmt.Errorf("policy with stand-ins: %w", &election.PolicyError{Diagnostics: diags})
	}
	p.contract = built.Contract.Encode()
	p.e, err = election.Load(p.policy, p.contract)
	return err
}

// network is that of the chain.
func (p *play) network() string {
	if p.tricks.network != "" {
		return p.tricks.network
	}
	return p.e.Policy.Network
}

func (p *play) close() {
	if p.chain != nil {
		p.chain.Close()
	}
	os.RemoveAll(p.dir)
}
