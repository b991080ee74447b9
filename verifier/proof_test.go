package verifier_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// sealed plays a recorded election of the repository again, with an announcement that
// spends a seal, and returns the path of its record.
func sealed(t *testing.T, name string) string {
	t.Helper()
	votes := map[string]map[string]int{
		"club_chair": {"alice": 3, "abstain": 2}, "no_winner": {"east": 3, "middle": 2, "west": 2},
	}
	source := strings.Replace(string(example(t, name)), "  voters ",
		"  announced by spending "+strings.Repeat("5e", 32)+":0\n  voters ", 1)
	return rehearsaltest.Record(t, rehearsal.Options{Source: []byte(source), Seed: seed, Votes: votes[name]})
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
	rec := provenOf(t, rehearsaltest.Open(t, sealed(t, "no_winner")))
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
		{"the refunds left out", "no_winner", func(p *evidence.BlockProof) bool { return p.Txs[0].Tx.LockTime == 156 }, result.ExitNotOver, result.Unresolved},
		{"the coins left out", "club_chair", func(p *evidence.BlockProof) bool { return len(p.Txs[0].Tx.TxOut) == 6 }, result.ExitUndetermined, result.Unresolved},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := sealed(t, row.election)
			rec := provenOf(t, rehearsaltest.Open(t, path))
			src := &edited{chainfile.FromRecord(rec).(evidence.ProofSource), row.drop}
			r, err := verifier.Audit(context.Background(), rec, src, verifier.Options{})
			if err != nil {
				t.Fatal(err)
			}
			whole := rehearsaltest.Audit(t, path)
			if r.Exit != row.exit || status(r, "V10") != row.v10 {
				t.Errorf("exit %d, V10 %s, want %d, %s", r.Exit, status(r, "V10"), row.exit, row.v10)
			}
			if row.drop == nil && (r.Verdict != whole.Verdict || r.Level != whole.Level || !slices.Equal(r.Counts, whole.Counts)) {
				t.Errorf("%s, %s, want as from whole blocks: %s, %s", r.Level, r.Verdict, whole.Level, whole.Verdict)
			}
			if !strings.HasPrefix(r.Evidence, "merkle proofs") {
				t.Errorf("evidence %q", r.Evidence)
			}
			for _, id := range []string{"V91", "V107"} {
				if status(r, id) != result.Unresolved && row.exit == 0 {
					t.Errorf("%s %s, want it to say what proofs do not show", id, status(r, id))
				}
			}
		})
	}
}

// TestProofsOfTheAnnouncement: what spends a seal is the announcement, and what spends
// output 1 is the next anchor, so proofs show the sequence. Without a seal an earlier
// announcement may not be shown.
func TestProofsOfTheAnnouncement(t *testing.T) {
	for _, row := range []struct {
		name, path string
		want       result.Status
		exit       int
	}{
		{"a seal", sealed(t, "no_winner"), result.Pass, 0},
		{"no seal", "../examples/records/no_winner", result.Unresolved, result.ExitUndetermined},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := provenOf(t, rehearsaltest.Open(t, row.path))
			r := mustAudit(t, rec, chainfile.FromRecord(rec), verifier.Options{})
			for _, id := range []string{"V14", "V15", "V24", "V51", "V98"} {
				if got := status(r, id); got != row.want {
					t.Errorf("%s is %s, want %s", id, got, row.want)
				}
			}
			if r.Exit != row.exit {
				t.Errorf("exit %d, want %d: %s", r.Exit, row.exit, r.Verdict)
			}
		})
	}
}

// TestProofsWithoutAnAnchor: an anchor that proofs leave out is no finding.
func TestProofsWithoutAnAnchor(t *testing.T) {
	rec := provenOf(t, rehearsaltest.Open(t, sealed(t, "no_winner")))
	for _, row := range []struct {
		name string
		edit func(*evidence.BlockProof) bool
		v14  result.Status
		v24  result.Status
	}{
		{"the announcement left out", func(p *evidence.BlockProof) bool { return p.Height < 110 }, result.Unresolved, result.Unresolved},
		{"the roll's anchor left out", func(p *evidence.BlockProof) bool { return p.Height == 111 }, result.Pass, result.Unresolved},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := mustAudit(t, rec, &edited{chainfile.FromRecord(rec).(evidence.ProofSource), row.edit}, verifier.Options{})
			if status(r, "V14") != row.v14 || status(r, "V24") != row.v24 || r.Winner != nil {
				t.Errorf("V14 is %s, want %s; V24 is %s, want %s; exit %d", status(r, "V14"), row.v14, status(r, "V24"), row.v24, r.Exit)
			}
			if r.Exit == 0 || r.Exit == result.ExitRefuted || r.Exit == result.ExitFaulted {
				t.Errorf("exit %d: %s", r.Exit, r.Verdict)
			}
		})
	}
}
