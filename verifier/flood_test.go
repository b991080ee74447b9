package verifier_test

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// flood has parties write more than honest ones would, while an election is played.
type flood struct {
	p        *rehearsal.Play
	t        testing.TB
	stranger curve.Scalar
	lines    int          // added
	deals    []board.Hash // of the lines so far

	registered []curve.PublicKey // with mixing
	held       []curve.PublicKey // whose deposit mixer m1 holds
}

// toll is what an audit of a record took.
type toll struct {
	report     *result.Report
	signatures int    // of lines that were verified
	bytes      uint64 // allocated
	took       time.Duration
}

// TestFlood: a stranger, one voter and a losing candidate write as much as the table of
// lines lets them, and a hostile record holds ten times as many lines against the table as
// the board has. The audit verifies at most twice as many signatures, and allocates at most
// twice the memory, of a quiet election's. Lines against the table change nothing of the
// verdict.
func TestFlood(t *testing.T) {
	quiet := flooded(t, unmixed(), nil)
	within := flooded(t, unmixed(), (*flood).within)
	against := flooded(t, unmixed(), (*flood).against)
	if quiet.report.Exit != 0 || against.report.Exit != 0 || within.report.Exit != result.ExitFaulted {
		t.Errorf("exits %d, %d, %d", quiet.report.Exit, within.report.Exit, against.report.Exit)
	}
	for name, a := range map[string]toll{"within the table": within, "against the table": against} {
		if a.report.Level != quiet.report.Level || a.report.Winner == nil || *a.report.Winner != *quiet.report.Winner ||
			!slices.Equal(a.report.Counts, quiet.report.Counts) {
			t.Errorf("%s: %s, %v, %v", name, a.report.Level, a.report.Winner, a.report.Counts)
		}
		if a.signatures > 2*quiet.signatures || a.bytes > 2*quiet.bytes {
			t.Errorf("%s: %d signatures, %d bytes; quiet %d, %d", name, a.signatures, a.bytes, quiet.signatures, quiet.bytes)
		}
	}
	if against.signatures != quiet.signatures {
		t.Errorf("%d signatures were verified of lines against the table", against.signatures-quiet.signatures)
	}
}

// TestMixedFlood is [TestFlood] with mixing: a mixer issues to every depositor, its own or not, and a
// depositor names as many outputs as it may. Neither has a finding, since what does not count harms no party.
func TestMixedFlood(t *testing.T) {
	quiet, within := flooded(t, mixed(), nil), flooded(t, mixed(), (*flood).exchange)
	if quiet.report.Exit != 0 || within.report.Exit != 0 || within.report.Level != quiet.report.Level ||
		!slices.Equal(within.report.Counts, quiet.report.Counts) {
		t.Errorf("exits %d, %d; levels %s, %s", quiet.report.Exit, within.report.Exit, quiet.report.Level, within.report.Level)
	}
	if within.signatures > 2*quiet.signatures || within.bytes > 2*quiet.bytes {
		t.Errorf("%d signatures, %d bytes; quiet %d, %d", within.signatures, within.bytes, quiet.signatures, quiet.bytes)
	}
}

// unmixed and mixed are the elections of the floods.
func unmixed() rehearsaltest.Form { return floodForm("hardened") }
func mixed() rehearsaltest.Form   { return floodForm("mixed") }

func floodForm(name string) rehearsaltest.Form {
	form := rehearsaltest.Forms()[name]
	form.Voters, form.Threshold = 25, 13
	return form
}

// BenchmarkFlood prints what the audits of [TestFlood] and [TestMixedFlood] take.
func BenchmarkFlood(b *testing.B) {
	for _, f := range []struct {
		name  string
		form  rehearsaltest.Form
		write func(*flood, board.Line) ([]board.Line, error)
	}{
		{"quiet", unmixed(), nil}, {"within", unmixed(), (*flood).within}, {"against", unmixed(), (*flood).against},
		{"mixed quiet", mixed(), nil}, {"mixed within", mixed(), (*flood).exchange},
	} {
		b.Run(f.name, func(b *testing.B) {
			a := flooded(b, f.form, f.write)
			b.ReportMetric(a.took.Seconds(), "audit-s")
			b.ReportMetric(float64(a.bytes)/1e6, "MB")
			b.ReportMetric(float64(a.signatures), "signatures")
		})
	}
}

// flooded plays an election in which write puts lines beside each line, and audits it.
func flooded(t testing.TB, form rehearsaltest.Form, write func(*flood, board.Line) ([]board.Line, error)) (a toll) {
	f := &flood{t: t, stranger: curve.NewScalar(12345)}
	opt := rehearsal.Options{Source: form.Source(), Seed: 1, Votes: map[string]int{"alice": 15, "bob": 10}}
	if write != nil {
		opt.Hooks.Line = func(l board.Line) ([]board.Line, error) {
			more, err := write(f, l)
			f.lines += len(more)
			return append([]board.Line{l}, more...), err
		}
	}
	var err error
	if f.p, err = rehearsal.New(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	defer f.p.Close()
	if err := f.p.Run(); err != nil {
		t.Fatal(err)
	}
	rec := rehearsaltest.Open(t, rehearsaltest.Write(t, func(w *record.Writer) error { return f.p.Write(w) }))
	if _, err := verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{}); err != nil {
		t.Fatal(err) // the self-test, and what is cached
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := time.Now()
	a.report, err = verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{})
	a.took = time.Since(begun)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	a.bytes = after.TotalAlloc - before.TotalAlloc
	for _, c := range a.report.Checks {
		if c.ID == "V02" {
			a.signatures = c.Examined
		}
	}
	t.Logf("%d lines added, %d of %d signatures, %d bytes, %s", f.lines, a.signatures, a.report.Board.Lines, a.bytes, a.took)
	return a
}

// sign signs a line as honest parties do.
func (f *flood) sign(by curve.Scalar, seen board.Seen, body board.Body) board.Line {
	l, err := board.Sign(f.p.EID, by, seen, body)
	if err != nil {
		f.t.Fatal(err)
	}
	return l
}

// within has one voter and the losing candidate write as much as they may.
func (f *flood) within(l board.Line) (more []board.Line, err error) {
	last := f.p.Voters[len(f.p.Voters)-1]
	switch {
	case l.Type == board.TypeEntry && l.By == last.Key():
		for i := range byte(3) {
			more = append(more, f.sign(last.Secret, l.Seen, board.Entry{Outpoint: append(make([]byte, 35), i)}))
		}
	case l.Type == board.TypeDeal:
		f.deals = append(f.deals, l.ID(f.p.EID))
	case l.Type == board.TypeTranscript: // complaints stand before it; the hook puts them behind, under the same anchor
		for _, deal := range f.deals {
			more = append(more, f.sign(last.Secret, l.Seen, board.Complaint{Deal: deal, Key: 1, Point: l.By, Proof: make([]byte, 64)}))
		}
	case l.Type == board.TypeOpening && l.By == f.p.Policy.Candidates[1].Key:
		var o board.Opening
		for i := range f.p.Voters {
			o.Openings = append(o.Openings, board.Opened{I: i + 1, J: 1, S: make([]byte, 32)})
			o.Disavowals = append(o.Disavowals, board.Disavowal{I: i + 1, D: l.By, Proof: make([]byte, 64)})
		}
		more = append(more, f.sign(f.p.Keys["candidate bob"], l.Seen, o))
		for range 30 {
			more = append(more, f.sign(f.p.Keys["candidate bob"], l.Seen, board.Opening{}))
		}
	}
	return more, nil
}

// exchange has mixer m1 and one depositor write as much as they may: m1 its n issues, and the depositor
// its four deposits.
func (f *flood) exchange(l board.Line) (more []board.Line, err error) {
	mixer := f.p.Keys["mixer m1"]
	m1 := curve.BaseMul(mixer).Key()
	switch l.Type {
	case board.TypeRegistry:
		var r board.Registry
		if err := board.DecodeBody(l, &r); err != nil {
			return nil, err
		}
		for _, v := range r.Voters {
			f.registered = append(f.registered, v.Key)
		}
	case board.TypeDeposit:
		var d board.Deposit
		if err := board.DecodeBody(l, &d); err != nil {
			return nil, err
		}
		if d.Mixer == m1 {
			f.held = append(f.held, l.By)
		}
		if depositor := f.p.Exchange.Depositors[0]; l.By == depositor.Key() {
			for i := range byte(3) {
				d.Outpoint = append(make([]byte, 35), i)
				more = append(more, f.sign(depositor.Secret, l.Seen, d))
			}
		}
	case board.TypeIssue:
		var issue board.Issue
		if err := board.DecodeBody(l, &issue); err != nil || l.By != m1 || f.held == nil {
			return nil, err
		}
		others := slices.DeleteFunc(slices.Clone(f.registered), func(k curve.PublicKey) bool { return slices.Contains(f.held, k) })
		for i := range len(f.registered) - len(f.held) {
			issue.To = others[i%len(others)]
			more = append(more, f.sign(mixer, l.Seen, issue))
		}
		f.held = nil
	}
	return more, nil
}

// against puts ten lines against the table beside each line: a stranger's, its author's
// again, and one that is too long.
func (f *flood) against(l board.Line) (more []board.Line, err error) {
	if l.Type == board.TypeOpen || l.Type == board.TypeOpening {
		return nil, nil
	}
	for i := range 10 {
		by := [...]curve.Scalar{f.stranger, f.p.Keys["candidate bob"]}[i%2]
		copied := l
		// A key may write several entries, and parts of a transcript.
		if i%3 > 0 || l.Type == board.TypeEntry || l.Type == board.TypeTranscript {
			copied.By = curve.BaseMul(by).Key()
			if copied.Sig, err = curve.SignSchnorr(by, copied.ID(f.p.EID)); err != nil {
				return nil, err
			}
		}
		more = append(more, copied)
	}
	return more, nil
}
