package verifier

import (
	"cmp"
	"errors"
	"fmt"
	"sync"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// inputs is what is read before the chain: policy, contract and board of the
// record, and the checkpoints of earlier audits.
type inputs struct {
	opt       Options
	table     []family // of the checks
	trials    int      // of the self-test; 0 in the audits that it makes
	sum       [32]byte // record_sha256
	e         *election.Election
	policyErr *election.PolicyError // the faults of an invalid policy; then e is nil
	decoded   int                   // documents that decoded: policy, contract, and each line of the board
	lines     []board.Line
	heads     [][32]byte                // by line: its hash
	linked    []bool                    // by line: it names the hash of the line before
	screened  map[int]*election.Refusal // by line index: lines that were not read, since they are against the table
	ring      *curve.Keyring            // keys of signatures, parsed once
	earlier   []checkpoint              // of the state and of the earlier report
	replaced  []string                  // the state's reorganisations, in words
}

// readInputs decodes policy, contract and board. The error is an [InputError],
// or [ErrOtherElection] of the state or of the earlier report.
func readInputs(rec *record.Record, opt Options, table []family, trials int) (*inputs, error) {
	opt.Build = cmp.Or(opt.Build, "an unnamed build")
	in := &inputs{opt: opt, table: table, trials: trials, ring: new(curve.Keyring)}
	if err := in.read(rec); err != nil {
		return nil, err
	}
	if in.policyErr != nil {
		return in, nil
	}
	if err := in.checkReceipts(); err != nil {
		return nil, err
	}
	return in, in.readCheckpoints()
}

// read decodes the files.
func (in *inputs) read(rec *record.Record) error {
	in.progress("reading the record", 0, 0)
	policy, err := rec.ReadFile(record.Policy)
	if err != nil {
		return &InputError{record.Policy, err}
	}
	contract, err := rec.ReadFile(record.Contract)
	if err != nil {
		return &InputError{record.Contract, err}
	}
	if in.sum, err = rec.Sum(); err != nil {
		return &InputError{"", err}
	}
	in.e, err = election.Read(policy, contract)
	if err != nil && (!errors.As(err, &in.policyErr) || in.policyErr.Unreadable()) {
		return &InputError{"", explainCopy(contract, err)}
	}
	in.decoded += 2
	if err := in.readBoard(rec); err != nil {
		return err
	}
	return in.checkPolicyCopy(policy)
}

// maxUnlinked bounds the lines that do not name the hash of the line before. V02
// reports each of them; beyond the bound the record is refused.
const maxUnlinked = 1000

// ErrEmptyBoard is the cause of an [InputError]: the board has no line yet.
var ErrEmptyBoard = errors.New("the board is empty")

// readBoard decodes the board's lines.
func (in *inputs) readBoard(rec *record.Record) error {
	log, err := rec.Open(record.Board)
	if err != nil {
		return &InputError{record.Board, err}
	}
	defer log.Close()
	unlinked, text := 0, &copyReader{r: log}
	if err := board.ReadSome(text, in.screen(), func(n int, l board.Line, head [32]byte) error {
		linked := n > 1 && l.Prev == in.heads[n-2] || n == 1 && in.e != nil && l.Prev == in.e.EID
		if n > 1 && !linked {
			unlinked++
		}
		if unlinked > maxUnlinked {
			return fmt.Errorf("board line %d: over %d lines do not name the hash of the line before", n, maxUnlinked)
		}
		in.lines, in.heads, in.linked = append(in.lines, l), append(in.heads, head), append(in.linked, linked)
		in.decoded++
		return nil
	}); err != nil {
		return &InputError{record.Board, text.explain(err)}
	}
	if len(in.lines) == 0 {
		return &InputError{record.Board, ErrEmptyBoard}
	}
	return nil
}

// screen returns a function that reports whether to read the body of the next line. It
// notes the lines that count in no phase.
func (in *inputs) screen() func(n int, l *board.Line) bool {
	if in.e == nil {
		return func(int, *board.Line) bool { return true }
	}
	screen := in.e.Screen()
	in.screened = make(map[int]*election.Refusal)
	return func(n int, l *board.Line) bool {
		r := screen.Keep(l)
		if r != nil {
			in.screened[n-1] = r
		}
		return r == nil
	}
}

// progress calls Options.Progress, if there is one.
func (in *inputs) progress(stage string, done, total int) {
	if in.opt.Progress != nil {
		in.opt.Progress(stage, done, total)
	}
}

// counter returns a function that counts one thing of a stage as done and
// reports progress about a hundred times in all. It is safe for concurrent use.
func (in *inputs) counter(stage string, total int) func() {
	interval := min(500, total/100+1)
	var mu sync.Mutex
	done := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		if done++; done%interval == 0 {
			in.progress(stage, done, total)
		}
	}
}
