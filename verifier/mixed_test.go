package verifier_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// TestMixedElection: an election whose coins were exchanged is proven like any
// other, and the report says how anonymous they are.
func TestMixedElection(t *testing.T) {
	r, err := audited(t, played(t, clubMixed(t)))
	if err != nil {
		t.Fatal(err)
	}
	if r.Exit != 0 || r.Level != result.L3 || len(notPassing(r)) > 0 {
		t.Errorf("exit %d, level %s, %v: %s", r.Exit, r.Level, notPassing(r), r.Verdict)
	}
	m := r.Mixing
	if m == nil || m.Registered != 9 || m.Paid != 9 || m.Anonymity != 3 || len(m.Mixers) != 3 {
		t.Errorf("mixing %+v", m)
	}
	for _, c := range r.Checks {
		if c.Status == result.Skipped && c.Reason == "mixing none" || c.ID == "V105" && c.Examined != 10 {
			t.Errorf("%s %s: %s, examined %d", c.ID, c.Status, c.Reason, c.Examined)
		}
	}
}

// clubMixed is a play in which all voters vote, and each mixer has three depositors.
func clubMixed(t *testing.T) rehearsal.Options {
	return rehearsal.Options{Source: example(t, "club_mixed"), Seed: 11, Votes: map[string]int{"ann": 5, "bert": 2, "cleo": 2}}
}

// young is a source while its tip was at a height.
type young struct {
	evidence.Source
	tip uint32
}

func (y young) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return first(y.Source.Headers(ctx), int(y.tip)+1)
}

func (y young) Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return first(y.Source.Blocks(ctx, from), int(y.tip)+1-int(from))
}

// first yields the first n things of a sequence.
func first[T any](all iter.Seq2[T, error], n int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range all {
			if n--; n < 0 || !yield(v, err) {
				return
			}
		}
	}
}

// TestMixedStateGoesOn: the exchange is followed from state to state, and
// nothing is decided of vouchers before they are anchored.
func TestMixedStateGoesOn(t *testing.T) {
	files := played(t, clubMixed(t))
	rec := &growing{t: t, files: files}
	whole := chainfile.FromRecord(recordOf(t, files))
	last := int(mustAudit(t, recordOf(t, files), whole, verifier.Options{}).Tip.Height)
	state, closed := new(verifier.State), false
	for tip := 110; tip < last; tip += 12 {
		r := mustAudit(t, rec.at(tip), young{Source: whole, tip: uint32(tip)}, verifier.Options{State: state})
		if over := state.Over(); r.Exit != result.ExitNotOver && !over || over && r.Exit != 0 {
			t.Fatalf("exit %d at block %d: %s, %v", r.Exit, tip, r.Verdict, notPassing(r))
		}
		if now := status(r, "V33") == result.Pass; now != (r.Mixing.Vouchers > 0) || closed && !now {
			t.Errorf("V33 %s at block %d, %d vouchers payable", status(r, "V33"), tip, r.Mixing.Vouchers)
		} else {
			closed = now
		}
		state = stored(t, state)
	}
	got := mustAudit(t, rec.at(last), whole, verifier.Options{State: state})
	sameBut(t, got, mustAudit(t, rec.at(last), whole, verifier.Options{}), "V99")
	if !closed {
		t.Error("the exchange was never judged")
	}
}

// TestMixedProofs: proofs of transactions show deposits, sweeps and coins, and
// not that nothing leads around the mixers. Without a seal they do not show that the
// announcement is the first.
func TestMixedProofs(t *testing.T) {
	rec := provenOf(t, recordOf(t, played(t, clubMixed(t))))
	r := mustAudit(t, rec, chainfile.FromRecord(rec), verifier.Options{})
	open := []string{"V14 UNRESOLVED", "V15 UNRESOLVED", "V24 UNRESOLVED", "V36 UNRESOLVED", "V51 UNRESOLVED",
		"V91 UNRESOLVED", "V98 UNRESOLVED", "V107 UNRESOLVED"}
	if got := notPassing(r); r.Exit != result.ExitUndetermined || !slices.Equal(got, open) {
		t.Errorf("exit %d, %v, want %v: %s", r.Exit, got, open, r.Verdict)
	}
}
