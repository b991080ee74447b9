// Package verifier audits an election. [Audit] replays a published record
// against a chain and returns a [result.Report]: a level, a winner, and one row
// for each check of docs/audit.md.
//
// Every figure of a report is recomputed from the policy, the contract, the
// board's signed lines and the chain. With mixing that includes every mixer's
// key, blind signature, voucher and payment. The package holds no secret, and it
// builds nothing of what it checks.
//
// A [State] carries what one audit read to the next audit of the same election,
// so that only new blocks are read. Live nodes are also asked for unconfirmed
// transactions that would spend stakes; only V96 uses those.
package verifier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bevote/verifier/evidence"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// Options are what an audit depends on beside record and source; the zero value
// works.
type Options struct {
	Now      time.Time                           // for header times and ages; zero means no clock
	Build    string                              // names the build of the auditor in the report
	Progress func(stage string, done, total int) // total 0 where it is not known
	Also     []evidence.Source                   // other sources, which must show the same chain (V12)
	Live     bool                                // the sources are nodes: their tip must be young (V101)
	State    *State                              // of the audit before; replaced by this audit's. nil keeps none
	Since    *result.Report                      // an earlier report, which this one must continue (V99)
	Receipts []Receipt                           // of the board's server, which board and anchors must bear out (V115)
}

// InputError is the error of a record that cannot be decoded (V01). There is no
// report of such a record.
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

// Audit replays the election of a record against the chain that src shows.
// Findings are in the report. The error is an [InputError] where the record
// cannot be decoded, [ErrOtherElection] where state or earlier report are not of
// the record's policy, and otherwise a source that could not be read or a
// self-test that failed.
func Audit(ctx context.Context, rec *record.Record, src evidence.Source, opt Options) (*result.Report, error) {
	trials, err := selfTested()
	if err != nil {
		return nil, err
	}
	return examine(ctx, rec, src, opt, families(), trials)
}

// examine is [Audit] by a table of checks, after a self-test of that many trials.
// Each stage is a function of the one before:
//
//	inputs ─▶ chained ─▶ prepared ─▶ executed ─▶ tallied ─▶ facts ─▶ report
//	record    chain      setup       scripts     ballots    claims
func examine(ctx context.Context, rec *record.Record, src evidence.Source, opt Options,
	table []family, trials int) (*result.Report, error) {
	in, err := readInputs(rec, opt, table, trials)
	if err != nil {
		return nil, err
	}
	if in.policyErr != nil {
		return refuse(in), nil
	}
	ch, err := readChain(ctx, in, append([]evidence.Source{src}, opt.Also...))
	if err != nil {
		return nil, asInputError(err)
	}
	f, err := establish(ch, nil)
	if err != nil {
		return nil, err
	}
	r := report(f)
	opt.State.save(f)
	return r, nil
}

// asInputError returns an [InputError] in place of a fault of the record's files,
// and any other error as it is.
func asInputError(err error) error {
	var format *record.FormatError
	if errors.As(err, &format) {
		return &InputError{format.Name, format.Err}
	}
	return err
}

// establish computes from board and chain what the checks compare. prior is an
// earlier stage of the same inputs, or nil. Its setup is used again if the anchors
// are the same. Its verdicts on the exchange are always used again.
func establish(ch *chained, prior *prepared) (*facts, error) {
	p, err := prepare(ch, prior)
	if err != nil {
		return nil, err
	}
	return settle(count(runScripts(p))), nil
}
