package corpus

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"bevote/internal/rehearsal"
	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// Trial is what an audit makes of a lie.
type Trial struct {
	Lie     Lie      `json:"lie"`
	Flagged []string `json:"spoke"` // the checks that failed, could not decide or were left unresolved
	Found   bool     `json:"said"`  // an item of the lie's check says what it must
	Level   string   `json:"level"` // "" where the record was refused as a whole
	Exit    int      `json:"exit"`

	checks []result.Check // the report's
}

// Detected tells whether the audit says that anything is wrong.
func (t Trial) Detected() bool { return len(t.Flagged) > 0 || t.Lie.Says != "" && t.Found }

// Attributed tells whether the check speaks that must.
func (t Trial) Attributed() bool {
	if t.Lie.Says != "" {
		return t.Found
	}
	return slices.Contains(t.Flagged, t.Lie.Check)
}

// Unexpected are the checks that speak and have no part in the lie.
func (t Trial) Unexpected() (out []string) {
	for _, id := range t.Flagged {
		if id != t.Lie.Check && !slices.Contains(t.Lie.Along, id) {
			out = append(out, id)
		}
	}
	return out
}

// AsExpected tells whether level and exit code are those that the lie names.
func (t Trial) AsExpected() bool { return t.Level == t.Lie.Level && t.Exit == t.Lie.Exit }

// exitInput is the exit code of a record that cannot be decoded.
const exitInput = 65

// Try tells a lie over its base election and audits the record.
func (l Lie) Try(ctx context.Context) (Trial, error) {
	return l.audit(ctx, func(w *record.Writer) error {
		_, err := l.Run(ctx, rehearsal.Options{Seed: 1}, w)
		return err
	})
}

// audit audits the record that tell makes.
func (l Lie) audit(ctx context.Context, tell func(*record.Writer) error) (Trial, error) {
	dir, err := os.MkdirTemp("", "bevote-lie-*")
	if err != nil {
		return Trial{}, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "record")
	w, err := record.Create(path)
	if err != nil {
		return Trial{}, err
	}
	defer w.Abort()
	if err := tell(w); err != nil {
		return Trial{}, err
	}
	if err := w.Commit(); err != nil {
		return Trial{}, err
	}
	rec, err := record.Open(path)
	if err != nil {
		return Trial{}, err
	}
	defer rec.Close()
	return l.trial(verifier.Audit(ctx, rec, chainfile.FromRecord(rec), verifier.Options{}))
}

// trial reads an audit's answer.
func (l Lie) trial(r *result.Report, err error) (Trial, error) {
	t := Trial{Lie: l, Flagged: []string{}}
	var input *verifier.InputError
	switch {
	case errors.As(err, &input):
		t.Exit = exitInput
		if strings.HasPrefix(err.Error(), "V01 ") {
			t.Flagged = []string{"V01"}
		}
		return t, nil
	case err != nil:
		return t, err
	}
	t.Level, t.Exit, t.checks = r.Level, r.Exit, r.Checks
	for _, c := range r.Checks {
		if c.Status != result.Pass && c.Status != result.Skipped {
			t.Flagged = append(t.Flagged, c.ID)
		}
		if c.ID == l.Check && l.Says != "" {
			t.Found = slices.ContainsFunc(c.Items, func(i result.Item) bool { return strings.Contains(i.Where+": "+i.Message, l.Says) })
		}
	}
	return t, nil
}

// TryAll tries lies on all cores; done, unless nil, hears how many are through.
func TryAll(ctx context.Context, lies []Lie, done func(n int)) ([]Trial, error) {
	trials, errs := make([]Trial, len(lies)), make([]error, len(lies))
	shelf := newCache(lies)
	defer shelf.close()
	next, through := make(chan int), 0
	var telling sync.Mutex
	var workers sync.WaitGroup
	for range min(len(lies), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				trials[i], errs[i] = shelf.try(ctx, lies[i])
				telling.Lock()
				if through++; done != nil {
					done(through)
				}
				telling.Unlock()
			}
		})
	}
	for i := range lies {
		next <- i
	}
	close(next)
	workers.Wait()
	return trials, errors.Join(errs...)
}
