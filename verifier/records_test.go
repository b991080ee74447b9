package verifier_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// cut is a source that shows a part of what it has.
type cut struct {
	evidence.Source
	first   uint32 // first whole block; 0 for that of the source
	headers uint32 // tip of the headers
	blocks  uint32 // last whole block
}

func (c cut) First(ctx context.Context) (uint32, error) {
	if c.first > 0 {
		return c.first, nil
	}
	return c.Source.First(ctx)
}

func (c cut) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return first(c.Source.Headers(ctx), int(c.headers)+1)
}

func (c cut) Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return first(c.Source.Blocks(ctx, from), max(0, int(c.blocks)+1-int(from)))
}

// cutProofs is a source of proofs that leaves some of them out.
type cutProofs struct {
	evidence.ProofSource
	headers uint32 // tip of the headers
	proofs  uint32 // last block with proofs
	drop    func(*evidence.BlockProof) bool
}

func (c cutProofs) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return first(c.ProofSource.Headers(ctx), int(c.headers)+1)
}

func (c cutProofs) Proofs(ctx context.Context) iter.Seq2[*evidence.BlockProof, error] {
	return func(yield func(*evidence.BlockProof, error) bool) {
		for p, err := range c.ProofSource.Proofs(ctx) {
			if err == nil && (p.Height > c.proofs || c.drop(p)) {
				continue
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// TestRecords: of one chain and one board, a record that shows less gives the same verdict
// or less of it: a lower level, and exit code 10, 11, 12 or 30.
func TestRecords(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	forms := rehearsaltest.Forms()
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		for _, sealed := range []bool{false, true} {
			f := forms[name]
			if f.Mixing != "" && testing.Short() {
				continue
			}
			seed := random.Uint64()
			t.Run(fmt.Sprintf("%s, sealed %v", name, sealed), func(t *testing.T) {
				t.Parallel()
				partsOf(t, f, sealed, rand.New(rand.NewPCG(seed, 2)))
			})
		}
	}
}

// partsOf plays an election and audits parts of its evidence.
func partsOf(t *testing.T, f rehearsaltest.Form, sealed bool, random *rand.Rand) {
	if sealed {
		f.Extra += "\n  announced by spending 5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e:0"
	}
	opt := rehearsal.Options{Source: f.Source(), Seed: random.Uint64()}
	if f.Mixing == "" && random.IntN(2) == 0 {
		opt.Votes = map[string]int{"alice": f.Threshold - 1, "bob": f.Voters - f.Threshold}
	}
	p, err := rehearsal.New(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	rec := rehearsaltest.Open(t, rehearsaltest.Write(t, func(w *record.Writer) error { return p.Write(w) }))
	whole, err := verifier.Audit(context.Background(), rec, p.Chain, verifier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if whole.Exit != result.ExitProven {
		t.Fatalf("an honest election: exit %d, %s", whole.Exit, rehearsaltest.Failing(whole))
	}
	less := func(src evidence.Source, format string, args ...any) {
		t.Helper()
		r, err := verifier.Audit(context.Background(), rec, src, verifier.Options{})
		var unfit *evidence.SourceError
		if errors.As(err, &unfit) {
			return // there is no verdict
		}
		if err != nil {
			t.Fatalf(format+": %v", append(args, err)...)
		}
		if problem := more(r, whole); problem != "" {
			t.Errorf(format+": %s: exit %d, level %s, %s%s", append(args, problem, r.Exit, r.Level, r.Verdict, rehearsaltest.Failing(r))...)
		}
	}
	tip, _ := p.Chain.Tip()
	proven := chainfile.FromRecord(provenOf(t, rec)).(evidence.ProofSource)
	for range 5 {
		last, begin := random.Uint32N(tip+1), random.Uint32N(tip+1)
		less(cut{p.Chain, 0, last, last}, "headers and blocks up to %d", last)
		less(cut{p.Chain, 0, tip, last}, "blocks up to %d", last)
		less(cut{p.Chain, max(1, begin), tip, tip}, "blocks from %d on", begin)
		less(cut{p.Chain, max(1, min(begin, last)), last, last}, "headers up to %d, blocks from %d on", last, begin)
		none := func(*evidence.BlockProof) bool { return false }
		less(cutProofs{proven, last, last, none}, "headers and proofs up to %d", last)
		less(cutProofs{proven, tip, last, none}, "proofs up to %d", last)
		half := random.Uint64()
		less(cutProofs{proven, tip, tip, func(p *evidence.BlockProof) bool { return half>>(p.Height%64)&1 == 1 }}, "half of the proofs, %x", half)
	}
	less(proven, "proofs")
}

// more returns what a report says that one over more evidence does not say, or "".
func more(r, whole *result.Report) string {
	switch {
	case r.Level > whole.Level && r.Level != result.LevelNone:
		return "a higher level"
	case r.Winner != nil && (whole.Winner == nil || *r.Winner != *whole.Winner):
		return "another winner"
	case !slices.Contains([]int{whole.Exit, result.ExitCounted, result.ExitUncounted, result.ExitNotOver, result.ExitUndetermined}, r.Exit):
		return "another verdict"
	}
	for i, c := range r.Checks {
		if c.Status == result.Fail && whole.Checks[i].Status != result.Fail && c.Class != "W" {
			return c.ID + " fails"
		}
	}
	return ""
}
