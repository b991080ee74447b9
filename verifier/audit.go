// Package verifier audits an election: it replays the record against the chain
// and says what can be known of it.
//
// It promises never to build what it checks and never to believe what it is
// told: every figure of a report is recomputed from the policy, the contract,
// the board's signed lines and the chain. It holds no secret.
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

// Options are the auditor's surroundings; the zero value works.
type Options struct {
	Now      time.Time                           // for header times and ages; zero means no clock
	Build    string                              // which build of the auditor this is
	Progress func(stage string, done, total int) // total 0 where it is not known
	Also     []evidence.Source                   // other sources, which must tell the same (V12)
	Live     bool                                // the sources are nodes: their tip must be young (V101)
	State    *State                              // of the audit before, and in the end of this one; nil keeps none
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

// Audit replays the election of a record against the chain that src shows. The
// error is an [InputError] where the record cannot be decoded, and otherwise
// says what of the evidence could not be read, or that this build fails its
// self-test; findings are in the report.
func Audit(ctx context.Context, rec *record.Record, src evidence.Source, opt Options) (*result.Report, error) {
	trials, err := selfTested()
	if err != nil {
		return nil, err
	}
	return examine(ctx, rec, src, opt, families(), trials)
}

// examine is Audit by a table of checks, after a self-test of so many trials. Each stage is a function
// of the one before:
//
//	inputs ─▶ chained ─▶ prepared ─▶ executed ─▶ tallied ─▶ facts ─▶ report
//	record    chain      setup       scripts     ballots    claims
func examine(ctx context.Context, rec *record.Record, src evidence.Source, opt Options, table []family, trials int) (*result.Report, error) {
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

// asInputError returns an InputError in place of a fault of the record's files.
func asInputError(err error) error {
	var format *record.FormatError
	if errors.As(err, &format) {
		return &InputError{format.Name, format.Err}
	}
	return err
}

// establish computes from board and chain what the checks compare. A prior
// setup of the same inputs is used again where the anchors are the same, and
// what it judged of the exchange in any case; it may be nil.
func establish(ch *chained, prior *prepared) (*facts, error) {
	p, err := prepare(ch, prior)
	if err != nil {
		return nil, err
	}
	return settle(count(runScripts(p))), nil
}
