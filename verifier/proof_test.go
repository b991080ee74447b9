package verifier_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// proven exports an election of the repository with proofs instead of blocks.
func proven(t *testing.T, name string) *record.Record {
	t.Helper()
	return provenOf(t, rehearsaltest.Open(t, "../examples/records/"+name))
}

// provenOf exports a record with proofs instead of blocks.
func provenOf(t *testing.T, whole *record.Record) *record.Record {
	t.Helper()
	return rehearsaltest.Open(t, rehearsaltest.Write(t, func(w *record.Writer) error {
		for _, file := range []string{record.Policy, record.Contract, record.Board} {
			text, err := whole.ReadFile(file)
			if err != nil {
				return err
			}
			if err := w.WriteFile(file, text); err != nil {
				return err
			}
		}
		ctx, src := context.Background(), chainfile.FromRecord(whole)
		return chainfile.ExportProofs(ctx, w, src, verifier.Sightings(ctx, whole, src))
	}))
}

// edited is a recorded chain with proofs, each of which a function may change
// or drop; nil does neither.
type edited struct {
	evidence.ProofSource
	edit func(*evidence.BlockProof) (drop bool)
}

func (s *edited) Proofs(ctx context.Context) iter.Seq2[*evidence.BlockProof, error] {
	return func(yield func(*evidence.BlockProof, error) bool) {
		for p, err := range s.ProofSource.Proofs(ctx) {
			if err == nil && s.edit != nil && s.edit(p) {
				continue
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func checkOf(r *result.Report, id string) result.Check {
	i := slices.IndexFunc(r.Checks, func(c result.Check) bool { return c.ID == id })
	return r.Checks[i]
}

// TestProofThatLies: a path that does not lead to the block's merkle root is
// found, and by one check.
func TestProofThatLies(t *testing.T) {
	rec := proven(t, "no_winner")
	src := &edited{chainfile.FromRecord(rec).(evidence.ProofSource), func(p *evidence.BlockProof) bool {
		p.Txs[0].Path[0][0] ^= 1
		return false
	}}
	r, err := verifier.Audit(context.Background(), rec, src, verifier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		if (c.Status == result.Fail) != (c.ID == "V08") {
			t.Errorf("%s %s: %v", c.ID, c.Status, c.Items)
		}
	}
	if r.Exit != result.ExitRefuted {
		t.Errorf("exit %d, want %d", r.Exit, result.ExitRefuted)
	}
}

// TestProofsShowNoAbsence: an election whose every output is spent is proven;
// where a spend is left out, or there was none, the verdict is open.
func TestProofsShowNoAbsence(t *testing.T) {
	for _, row := range []struct {
		name, election string
		drop           func(*evidence.BlockProof) bool
		exit           int
		v10            result.Status
	}{
		{"everything spent", "no_winner", nil, 0, result.Pass},
		{"an abstention", "club_chair", nil, result.ExitUndetermined, result.Unresolved},
		{"the refunds left out", "no_winner", func(p *evidence.BlockProof) bool { return p.Txs[0].Tx.LockTime > 0 }, result.ExitNotOver, result.Unresolved},
		{"the coins left out", "club_chair", func(p *evidence.BlockProof) bool { return len(p.Txs[0].Tx.TxOut) == 6 }, result.ExitUndetermined, result.Unresolved},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := proven(t, row.election)
			src := &edited{chainfile.FromRecord(rec).(evidence.ProofSource), row.drop}
			r, err := verifier.Audit(context.Background(), rec, src, verifier.Options{})
			if err != nil {
				t.Fatal(err)
			}
			whole, err := audited(t, recorded(t, row.election))
			if err != nil {
				t.Fatal(err)
			}
			if r.Exit != row.exit || status(r, "V10") != row.v10 {
				t.Errorf("exit %d, V10 %s, want %d, %s", r.Exit, status(r, "V10"), row.exit, row.v10)
			}
			if row.drop == nil && (r.Verdict != whole.Verdict || r.Level != whole.Level || !slices.Equal(r.Counts, whole.Counts)) {
				t.Errorf("%s, %s, want as from whole blocks: %s, %s", r.Level, r.Verdict, whole.Level, whole.Verdict)
			}
			if !strings.HasPrefix(r.Evidence, "merkle proofs") {
				t.Errorf("evidence %q", r.Evidence)
			}
			for _, id := range []string{"V15", "V91", "V107"} {
				if status(r, id) != result.Unresolved && row.exit == 0 {
					t.Errorf("%s %s, want it to say what proofs do not show", id, status(r, id))
				}
			}
		})
	}
}
