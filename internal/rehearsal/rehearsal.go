// Package rehearsal plays whole elections with stand-in keys on an embedded
// chain, and writes their records.
//
// It promises that the same policy, options and seed give the same bytes, that
// the roles are those of package roles, and that no secret enters the record.
// [Hooks] let a caller take over at fixed points; without them every role is
// honest.
package rehearsal

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Options are the policy and the choices of a play. The zero value of each but
// Source works.
type Options struct {
	Source       []byte         // the policy file
	Seed         uint64         // of all keys and choices
	Votes        map[string]int // number of votes by candidate, and "abstain"; nil to draw them
	Roll         int            // length of the roll; 0 for all voters
	BranchSpends []BranchSpend  // stakes that branches spend
	Hooks        Hooks

	// Progress, unless nil, is called with how much of a long stage is done.
	Progress func(stage string, done, total int)
	// Message, unless nil, is called after each step with the tip's height and
	// a sentence on the step's outcome.
	Message func(height uint32, outcome string)
}

// ErrUnplayable is the error for options or heights of a policy that leave no
// election to play.
var ErrUnplayable = errors.New("cannot be rehearsed")

// Unplayable returns an [ErrUnplayable] with a reason.
func Unplayable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnplayable, fmt.Sprintf(format, args...))
}

// Run plays an election and writes its record to w, which the caller commits.
// A policy with errors gives an [election.PolicyError]; options or heights that
// cannot be played give an [ErrUnplayable].
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

// Play is an election under way: the roles with their secrets, the chain, the
// board, and what these establish so far. [New] makes a play, [Play.Run] plays
// it, [Play.Write] writes its record.
type Play struct {
	*election.Election              // as announced
	PolicyFile, ContractFile []byte // as announced
	Times                    Times
	Keys                     map[string]curve.Scalar // secrets by role, such as "candidate alice"
	Chain                    *regtest.Chain
	Log                      *board.Log
	Hooks                    Hooks

	Server     curve.PublicKey // of the board server
	Supervisor *roles.Supervisor
	Candidates []*roles.Candidate
	Voters     []*Voter  // in the order of the roll, by key
	Exchange   *Exchange // nil without mixing
	Setup      *election.Setup
	// Combination is what the voters check their shares against; nil before the deals
	// are closed.
	Combination *sharing.Combination
	CoinSpends  []CoinSpend // in the vote's window
	Votes       []*election.Vote
	Tally       *roles.Tally // of the supervisor, in custodial elections
	Claimant    string       // candidate that claimed the stakes, or ""

	ctx   context.Context
	opt   Options
	id    string                    // of the policy as given
	dir   string                    // of the chain's database
	shown map[uint32]chainhash.Hash // blocks that the roles have seen, by height
	ended string                    // reason of an early end, or ""

	observer   *roles.Observer
	step       int                 // the step that is played
	replaced   map[int]bool        // steps that the hook Step has played
	performed  map[[32]byte]bool   // acts that were performed, by keyOf
	anchored   map[int]bool        // kinds of anchors that were made, or that the hook Anchor was asked for
	closedBy   map[int]bool        // kinds of anchors that the hook has made
	entered    bool                // whether the hook Coins was called
	closing    map[board.Type]bool // what the treasurer and the registrar wrote at the end of a phase
	staged     string              // the newest stage of the voters
	complained bool                // whether the hook Complain was called
	spent      int                 // coins of voters that are spent
}

// New reads the policy, puts stand-ins into the place of its keys, and makes the
// roles and the chain, which has its genesis block only. The caller closes the
// play. Errors are those of the function [Run].
func New(ctx context.Context, opt Options) (*Play, error) {
	p := &Play{ctx: ctx, opt: opt, Hooks: opt.Hooks, shown: make(map[uint32]chainhash.Hash),
		replaced: make(map[int]bool), performed: make(map[[32]byte]bool), anchored: make(map[int]bool),
		closedBy: make(map[int]bool), closing: make(map[board.Type]bool)}
	given, err := p.read()
	if err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp("", "bevote-rehearsal-*"); err != nil {
		return nil, err
	}
	if err := p.prepare(given); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// prepare makes the chain, the policy that is announced, and the roles.
func (p *Play) prepare(given *lang.Policy) (err error) {
	mineTo := templates.PayToKey(curve.BaseMul(p.Keys["supervisor"]).Key())
	if p.Chain, err = regtest.New(p.dir, lang.Params(cmp.Or(p.Hooks.Network, given.Network)), mineTo); err != nil {
		return err
	}
	if err := p.sealStandIn(given); err != nil {
		return err
	}
	if err := p.load(); err != nil {
		return err
	}
	if p.Hooks.Votes != nil {
		if p.opt.Votes, err = p.Hooks.Votes(p.Policy); err != nil {
			return err
		}
	}
	if p.Times, err = schedule(p.Policy); err != nil {
		return err
	}
	p.Log = board.NewLog(p.EID)
	if err := p.newRoles(); err != nil {
		return err
	}
	if err := p.watchSeal(); err != nil {
		return err
	}
	if err := p.checkBranchSpends(); err != nil {
		return err
	}
	p.CoinSpends, err = p.drawSpends()
	return err
}

// Run plays the steps, and mines until the election is over.
func (p *Play) Run() error {
	for i, s := range p.steps() {
		err := p.run(i, s)
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

// read builds the policy as given, for diagnostics at their places, and puts stand-ins
// into the place of its keys.
func (p *Play) read() (given *lang.Policy, err error) {
	built, diags, err := workbench.Build(p.opt.Source)
	if err != nil {
		return nil, err
	}
	if built == nil {
		return nil, &election.PolicyError{Diagnostics: diags}
	}
	p.id = built.Policy.ID()
	if built.Policy.Network != "regtest" {
		return nil, Unplayable("network %s, only regtest is rehearsed", built.Policy.Network)
	}
	p.PolicyFile, p.Keys, err = workbench.StandIns(p.opt.Source, p.opt.Seed)
	return built.Policy, err
}

// load builds the policy with stand-ins, as it is played.
func (p *Play) load() error {
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

// sealStandIn puts the coin of block 1 into the place of the outpoint that the
// announcement spends, if the policy names one.
func (p *Play) sealStandIn(given *lang.Policy) error {
	if given.Seal == nil {
		return nil
	}
	if err := p.Chain.Mine(1); err != nil {
		return err
	}
	block, err := p.Chain.Block(1)
	if err != nil {
		return err
	}
	coin := wire.OutPoint{Hash: block.Transactions[0].TxHash()}
	p.PolicyFile = bytes.Replace(p.PolicyFile, []byte(given.Seal.String()), []byte(coin.String()), 1)
	return nil
}

// watchSeal shows the supervisor the block that [Play.sealStandIn] has mined.
func (p *Play) watchSeal() error {
	if p.Policy.Seal == nil {
		return nil
	}
	block, err := p.Chain.Block(1)
	if err == nil {
		p.Supervisor.Watch(1, block)
	}
	return err
}

// Close closes the chain and removes its database.
func (p *Play) Close() {
	if p.Chain != nil {
		p.Chain.Close()
	}
	os.RemoveAll(p.dir)
}
