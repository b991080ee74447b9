package corpus

import (
	"context"
	"errors"
	"fmt"
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

// Trial is a lie and what an audit of it found.
type Trial struct {
	Lie     Lie      `json:"lie"`
	Flagged []string `json:"spoke"` // checks that neither passed nor were skipped
	Found   bool     `json:"said"`  // whether an item of the lie's check has Lie.Says in it
	Level   string   `json:"level"` // "" where the record could not be decoded
	Exit    int      `json:"exit"`

	checks []result.Check // the report's
}

// Detected reports whether the audit has a finding.
func (t Trial) Detected() bool { return len(t.Flagged) > 0 || t.Lie.Says != "" && t.Found }

// Attributed reports whether the finding is that of the lie's check.
func (t Trial) Attributed() bool {
	if t.Lie.Says != "" {
		return t.Found
	}
	return slices.Contains(t.Flagged, t.Lie.Check)
}

// Unexpected lists the flagged checks that are neither the lie's Check nor in Along.
func (t Trial) Unexpected() (out []string) {
	for _, id := range t.Flagged {
		if id != t.Lie.Check && !slices.Contains(t.Lie.Along, id) {
			out = append(out, id)
		}
	}
	return out
}

// AsExpected reports whether level and exit code are the lie's.
func (t Trial) AsExpected() bool { return t.Level == t.Lie.Level && t.Exit == t.Lie.Exit }

// Alone reports whether only the lie's check is flagged.
func (t Trial) Alone() bool {
	return t.Attributed() && (len(t.Flagged) == 0 || slices.Equal(t.Flagged, []string{t.Lie.Check}))
}

// Others lists the flagged checks except the lie's.
func (t Trial) Others() string {
	var ids []string
	for _, id := range t.Flagged {
		if id != t.Lie.Check {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
}

// exitInput is the exit code of a record that cannot be decoded.
const exitInput = 65

// Try plays the base election with the lie in it, and audits the record.
func (l Lie) Try(ctx context.Context) (Trial, error) {
	p, err := l.played(ctx, rehearsal.Options{Seed: 1, Source: l.base().form.source()})
	if err != nil {
		return Trial{}, err
	}
	defer p.Close()
	return l.audit(ctx, p.receipts, func(w *record.Writer) error { return l.write(ctx, p, w) })
}

// audit audits the record that write writes, with receipts of the board's server.
func (l Lie) audit(ctx context.Context, receipts []verifier.Receipt, write func(*record.Writer) error) (Trial, error) {
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
	if err := write(w); err != nil {
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
	return l.trial(verifier.Audit(ctx, rec, chainfile.FromRecord(rec), verifier.Options{Receipts: receipts}))
}

// trial returns the trial of a report, or of a record that cannot be decoded.
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

// tryAll tries lies on all cores. progress, unless nil, is called with the number
// of lies that are done.
func tryAll(ctx context.Context, lies []Lie, progress func(done int)) ([]Trial, error) {
	trials, errs := make([]Trial, len(lies)), make([]error, len(lies))
	elections := newCache(lies)
	defer elections.close()
	next, done := make(chan int), 0
	var mu sync.Mutex // guards done
	var workers sync.WaitGroup
	for range min(len(lies), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				if trials[i], errs[i] = elections.try(ctx, lies[i]); errs[i] != nil {
					errs[i] = fmt.Errorf("%s: %w", lies[i].Name, errs[i])
				}
				mu.Lock()
				if done++; progress != nil {
					progress(done)
				}
				mu.Unlock()
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
