package verifier_test

import (
	"context"
	"strings"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/election"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// lateSource is a source whose blocks begin later than it has them.
type lateSource struct {
	evidence.Source
	first uint32
}

func (s lateSource) First(context.Context) (uint32, error) { return s.first, nil }

// TestEvidenceThatBeginsLate: what a record does not show is missing, and no
// accusation follows from it. The same election is proven by the blocks from the first on
// in which an announcement counts.
func TestEvidenceThatBeginsLate(t *testing.T) {
	for before := range uint32(2) { // 0: where nothing shows the announcement; 1: where coins are missing
		rec, first, roll := announcedAgain(t, before)
		whole := chainfile.FromRecord(rec)
		begins := []uint32{1, 2, first / 2}
		for begin := first; begin <= roll+3; begin++ {
			begins = append(begins, begin)
		}
		for _, begin := range begins {
			r := auditFrom(t, rec, whole, begin, verifier.Options{})
			if begin == 1 {
				if r.Exit != 0 || r.Level != result.L3 || r.Winner == nil {
					t.Errorf("all blocks: exit %d, level %s, %s", r.Exit, r.Level, r.Verdict)
				}
				continue
			}
			if r.Exit != result.ExitUndetermined || !strings.HasPrefix(r.Verdict, "undetermined: ") || r.Winner != nil {
				t.Errorf("blocks from %d, the announcement is in %d: exit %d, %s", begin, first, r.Exit, r.Verdict)
			}
			for _, c := range r.Checks {
				if c.Status == result.Fail {
					t.Errorf("blocks from %d: %s fails: %v", begin, c.ID, c.Items)
				}
			}
			for _, id := range []string{"V14", "V15", "V24", "V51", "V98"} {
				if status(r, id) != result.Unresolved {
					t.Errorf("blocks from %d: %s is %s", begin, id, status(r, id))
				}
			}
		}
	}
}

// TestStateOfLateEvidence: a state of an audit whose blocks began late does not
// hide what a whole chain shows.
func TestStateOfLateEvidence(t *testing.T) {
	rec, _, roll := announcedAgain(t, 1)
	whole, state := chainfile.FromRecord(rec), new(verifier.State)
	if r := auditFrom(t, rec, whole, roll-1, verifier.Options{State: state}); r.Exit != result.ExitUndetermined {
		t.Fatalf("exit %d", r.Exit)
	}
	if r := auditFrom(t, rec, whole, 1, verifier.Options{State: state}); r.Exit != 0 || r.Winner == nil {
		t.Errorf("exit %d, %s", r.Exit, r.Verdict)
	}
}

// announcedAgain returns the record of an election whose announcement is anchored
// a second time when the coins are paid, in the roll's block or before it, and the
// heights of the first announcement and of the roll's anchor.
func announcedAgain(t *testing.T, before uint32) (rec *record.Record, first, roll uint32) {
	t.Helper()
	opt := rehearsal.Options{Source: rehearsaltest.Forms()["each"].Source(), Seed: 1, Votes: map[string]int{"alice": 3, "bob": 1}}
	var p *rehearsal.Play
	var head [32]byte
	opt.Hooks.Anchor = func(kind int, height uint32) (bool, error) {
		switch kind {
		case election.Announce:
			first, head = height, p.Log.Head()
		case election.RollClosed:
			roll = height
			if err := p.Advance(height - 1 - before); err != nil {
				return false, err
			}
			return false, p.Announce(head)
		}
		return false, nil
	}
	p, err := rehearsal.New(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return rehearsaltest.Open(t, rehearsaltest.Write(t, func(w *record.Writer) error { return p.Write(w) })), first, roll
}

func auditFrom(t *testing.T, rec *record.Record, src evidence.Source, first uint32, opt verifier.Options) *result.Report {
	t.Helper()
	r, err := verifier.Audit(context.Background(), rec, lateSource{src, first}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
