// Package verifier audits an election: it replays the record against the chain
// and says what can be known of it.
//
// It promises never to build what it checks and never to believe what it is
// told: every figure of a report is recomputed from the policy, the contract,
// the board's signed lines and the chain. It holds no secret.
package verifier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/evidence"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// Options are the auditor's surroundings; the zero value works.
type Options struct {
	Now      time.Time                           // for header times and ages; zero means no clock
	Build    string                              // which build of the auditor this is
	Progress func(stage string, done, total int) // total 0 where it is not known
	Also     []evidence.Source                   // other sources, which must tell the same (V12)
	Live     bool                                // the sources are nodes: their tip must be young (V101)
	State    *State                              // of the audit before, and in the end of this one; nil to remember nothing
	Since    *result.Report                      // an earlier one, of which this must be a continuation (V99)
}

// InputError says that the record cannot be decoded, so that there is nothing
// to audit (V01).
type InputError struct {
	File string // "" where the cause names it
	Err  error
}

// Error names the check, the file and the place.
func (e *InputError) Error() string {
	var format *record.FormatError
	if e.File == "" || errors.As(e.Err, &format) { // the cause names the file
		return fmt.Sprintf("V01 RECORD-PARSE: %v", e.Err)
	}
	return fmt.Sprintf("V01 RECORD-PARSE: %s: %v", e.File, e.Err)
}

// Unwrap returns the cause.
func (e *InputError) Unwrap() error { return e.Err }

// audit is one run: what was read, and what follows from it, in the order in
// which it is computed.
type audit struct {
	opt    Options
	trials int      // of the self-test; 0 while it runs
	sum    [32]byte // record_sha256
	src    evidence.Source
	e      *election.Election
	diags  []lang.Diagnostic // what lang says of the policy

	lines    []board.Line
	heads    [][32]byte     // by line: its hash
	signed   []error        // by line: V02's signature and link
	ring     *curve.Keyring // the keys that have signed anything
	chain    *evidence.Chain
	first    uint32   // height from which on blocks were looked at
	memory   *memory  // of the election's blocks
	whole    *memory  // of those that a state remembers, where proofs follow them
	earlier  []mark   // how far earlier audits had seen
	reorgs   []string // what was replaced since, in words
	tip      uint32
	replay   *election.Replay
	setup    *election.Setup
	exchange *election.Mixing   // of an earlier audit, or nil
	mix      *election.Exchange // nil without mixing, and before the roll is closed
	keys     map[string][]byte  // the contract's keys, nil without a joint key
	votes    []*election.Vote
	runs     []*scriptRun
	takers   map[*election.Stake]*scriptRun // those that spend a stake
	tally    *tally
	winKeys  []winKey
	spends   []*spend
	unspent  []*election.Vote

	waiting  []waiting                   // seen in pools, now or before
	poolless error                       // of a source that has none
	attempts map[wire.OutPoint][]attempt // on the stakes of counted votes

	claims  []*claim
	winner  int // candidate number, or 0
	winning *claim
	over    bool

	shortened bool   // this is the audit without the last blocks (V100)
	interim   string // the outcome by all checks but V100
}

// Audit replays the election of a record against the chain that src shows. The
// error is an *InputError where the record cannot be decoded, and otherwise
// says what of the evidence could not be read, or that this build fails its
// self-test; findings are in the report.
func Audit(ctx context.Context, rec *record.Record, src evidence.Source, opt Options) (*result.Report, error) {
	trials, err := selfTested()
	if err != nil {
		return nil, err
	}
	return examine(ctx, rec, src, opt, trials)
}

// examine is Audit after a self-test of so many trials.
func examine(ctx context.Context, rec *record.Record, src evidence.Source, opt Options, trials int) (*result.Report, error) {
	opt.Build = cmp.Or(opt.Build, "an unnamed build")
	a := &audit{opt: opt, src: src, trials: trials, ring: new(curve.Keyring)}
	var sinful *election.PolicyError
	if err := a.read(rec); errors.As(err, &sinful) && !sinful.Unreadable() {
		return a.refusePolicy(sinful), nil
	} else if err != nil {
		return nil, err
	}
	if err := a.marks(); err != nil {
		return nil, err
	}
	if opt.State != nil {
		a.exchange = opt.State.mixing
	}
	if err := a.witness(ctx); err != nil {
		var format *record.FormatError
		if errors.As(err, &format) {
			return nil, &InputError{format.Name, format.Err}
		}
		return nil, err
	}
	if err := a.lookAtPools(ctx); err != nil {
		return nil, err
	}
	if err := a.establish(); err != nil {
		return nil, err
	}
	r := a.report()
	a.remember()
	return r, nil
}

// progress tells the caller that a stage begins or goes on.
func (a *audit) progress(stage string, done, total int) {
	if a.opt.Progress != nil {
		a.opt.Progress(stage, done, total)
	}
}

// counter returns what workers side by side call for each thing of a stage that
// they have done.
func (a *audit) counter(stage string, total int) func() {
	often := min(500, total/100+1) // how many between two reports
	var telling sync.Mutex
	done := 0
	return func() {
		telling.Lock()
		defer telling.Unlock()
		if done++; done%often == 0 {
			a.progress(stage, done, total)
		}
	}
}

// read decodes policy, contract and board.
func (a *audit) read(rec *record.Record) error {
	a.progress("reading the record", 0, 0)
	policy, err := rec.ReadFile("policy.bev")
	if err != nil {
		return &InputError{"policy.bev", err}
	}
	contract, err := rec.ReadFile("contract.json")
	if err != nil {
		return &InputError{"contract.json", err}
	}
	if a.sum, err = rec.Sum(); err != nil {
		return &InputError{"", err}
	}
	var sinful *election.PolicyError
	a.e, err = election.Read(policy, contract)
	if err != nil && (!errors.As(err, &sinful) || sinful.Unreadable()) {
		return &InputError{"", err}
	}
	if err := a.readBoard(rec); err != nil {
		return err
	}
	if sinful != nil {
		return sinful
	}
	_, a.diags = lang.Load(policy)
	return nil
}

// maxUnlinked is how many lines may not name the hash of the line before. One is
// a fault to be reported; a million copies of one line are no board.
const maxUnlinked = 1000

// readBoard decodes the board's lines.
func (a *audit) readBoard(rec *record.Record) error {
	log, err := rec.Open("board.jsonl")
	if err != nil {
		return &InputError{"board.jsonl", err}
	}
	defer log.Close()
	unlinked := 0
	if err := board.Read(log, func(n int, l board.Line) error {
		if n > 1 && l.Prev != a.heads[n-2] {
			unlinked++
		}
		if unlinked > maxUnlinked {
			return fmt.Errorf("board line %d: over %d lines do not name the hash of the line before", n, maxUnlinked)
		}
		a.lines, a.heads = append(a.lines, l), append(a.heads, l.Hash())
		return nil
	}); err != nil {
		return &InputError{"board.jsonl", err}
	}
	if len(a.lines) == 0 {
		return &InputError{"board.jsonl", errors.New("the board is empty")}
	}
	return nil
}

// witness follows the chain, and meanwhile verifies the lines.
func (a *audit) witness(ctx context.Context) (err error) {
	cores.Each(2, func(i int) {
		if i == 0 {
			err = a.follow(ctx)
		} else {
			a.verifyLines()
		}
	})
	return err
}

// establish computes what the checks compare: the setup, the votes, the script
// runs, the tally, the claims and the winner.
func (a *audit) establish() error {
	a.progress("checking the dealing", 0, 0)
	if a.setup == nil {
		a.setup = a.e.Setup(a.lines, a.replay.Anchors())
		a.setup.ReuseRulings(a.exchange)
	}
	a.judgeExchange()
	a.tally = &tally{min: make([]int, len(a.e.Policy.Candidates)), max: make([]int, len(a.e.Policy.Candidates))}
	keys, err := a.setup.Keys()
	if err == nil && a.setup.Phases.Closed[election.RollClosed] >= 0 {
		a.keys = keys
		a.progress("judging the votes", 0, 0)
		if a.votes, err = a.e.Votes(a.setup, a.replay); err != nil {
			return err
		}
	}
	a.progress("verifying signatures", 0, 0)
	a.findWinKeys()
	a.runScripts()
	if a.keys == nil {
		a.over = a.isOver()
		return nil
	}
	a.progress("counting", 0, 0)
	a.count()
	a.progress("following the stakes", 0, 0)
	a.settle()
	a.findAttempts()
	a.findWinner()
	a.over = a.isOver()
	return nil
}

// isOver is CHECKS' "over": every counted stake spent and d deep and every
// counted ballot classified, or the last openings' block buried, or ended.
func (a *audit) isOver() bool {
	d, t := a.e.Policy.Confirmations, a.e.Policy.Times
	if a.setup.Ended != "" || a.tip >= t.Reveal+d-1 {
		return true
	}
	if a.keys == nil || a.tip <= t.VoteTo || len(a.unspent) > 0 {
		return false
	}
	for _, s := range a.spends {
		if a.depth(s.at.Height) < d {
			return false
		}
	}
	for _, r := range a.tally.readings {
		if !a.classified(r) {
			return false
		}
	}
	return true
}

// depth is how many blocks there are from height to the tip, both included.
func (a *audit) depth(height uint32) uint32 {
	if height > a.tip {
		return 0
	}
	return a.tip - height + 1
}
