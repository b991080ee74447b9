package corpus_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"bevote/internal/corpus"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"

	"pgregory.net/rapid"
)

// TestMain draws few elections, which take tenths of a second each, unless
// -rapid.checks asks for more.
func TestMain(m *testing.M) {
	flag.Set("rapid.checks", "12")
	os.Exit(m.Run())
}

// played plays with misconduct and returns the path of the record.
func played(t testing.TB, opt rehearsal.Options, misconduct ...corpus.Misconduct) (*rehearsal.Summary, string) {
	t.Helper()
	return rehearsaltest.Run(t, opt, corpus.With(misconduct...).Run)
}

// TestDealersWhoCheat: the dealing survives misconduct. The dealer is out of QUAL
// and named by the audit, all votes count, and the result stands.
func TestDealersWhoCheat(t *testing.T) {
	for _, c := range []struct {
		kind  corpus.Kind
		check string
	}{
		{corpus.WrongShare, "V44"},
		{corpus.FalseComplaint, "V44"},
		{corpus.CopyEphemeral, "V43"},
		{corpus.Vanish, "V39"},
	} {
		for _, form := range []string{"hardened", "each"} {
			t.Run(string(c.kind)+" "+form, func(t *testing.T) {
				t.Parallel()
				_, path := played(t, rehearsal.Options{Source: rehearsaltest.Forms()[form].Source(), Votes: map[string]int{"alice": 4, "bob": 1}},
					corpus.Misconduct{Kind: c.kind, Slot: 2, Victim: 4})
				r := rehearsaltest.Audit(t, path)
				rehearsaltest.Want(t, r, "L3", "alice", 0)
				if !rehearsaltest.Found(r, c.check, "dealer 2 out") {
					t.Errorf("%s does not put dealer 2 out%s", c.check, rehearsaltest.Items(r, c.check))
				}
			})
		}
	}
}

// TestMuchMisconduct has four of seven dealers out, which leaves the threshold.
func TestMuchMisconduct(t *testing.T) {
	f := rehearsaltest.Forms()["hardened"]
	f.Voters, f.Threshold = 7, 3
	_, path := played(t, rehearsal.Options{Source: f.Source(), Votes: map[string]int{"bob": 4, "alice": 3}},
		corpus.Misconduct{Kind: corpus.WrongShare, Slot: 1, Victim: 7},
		corpus.Misconduct{Kind: corpus.FalseComplaint, Slot: 2, Victim: 3},
		corpus.Misconduct{Kind: corpus.Vanish, Slot: 4},
		corpus.Misconduct{Kind: corpus.Silent, Slot: 5})
	rehearsaltest.Want(t, rehearsaltest.Audit(t, path), "L3", "bob", 0)
}

func TestTooFewDealers(t *testing.T) {
	f := rehearsaltest.Forms()["hardened"]
	s, path := played(t, rehearsal.Options{Source: f.Source()}, corpus.Misconduct{Kind: corpus.Silent, Slot: 1},
		corpus.Misconduct{Kind: corpus.Vanish, Slot: 2}, corpus.Misconduct{Kind: corpus.WrongShare, Slot: 3, Victim: 1})
	r := rehearsaltest.Audit(t, path)
	rehearsaltest.Want(t, r, "L0", "", 0)
	if s.Ended == "" || !strings.HasPrefix(r.Verdict, "ended") {
		t.Errorf("ended %q, verdict %q", s.Ended, r.Verdict)
	}
}

// TestJunkBallot: a ballot without a plaintext is proven to be no candidate's: by
// the shares where the other ballots are open, by all candidates' disavowals
// elsewhere, by the supervisor's in custodial elections. The result stands.
func TestJunkBallot(t *testing.T) {
	for _, form := range []string{"hardened", "salted", "each", "each salted", "paper", "custodial"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			_, path := played(t, rehearsal.Options{Source: rehearsaltest.Forms()[form].Source(), Votes: map[string]int{"alice": 5}},
				corpus.Misconduct{Kind: corpus.Junk, Slot: 3})
			r := rehearsaltest.Audit(t, path)
			rehearsaltest.Want(t, r, "L3", "alice", 21)
			if !rehearsaltest.Found(r, "V77", "slot 3") || r.Counts[0].Min != 4 || r.Counts[0].Max != 4 {
				t.Errorf("counts %v%s", r.Counts, rehearsaltest.Failing(r))
			}
		})
	}
}

// TestWithheldOpenings: of plain ballots under one joint key k openings open all.
// Salted ballots, and those under other keys, stay closed.
func TestWithheldOpenings(t *testing.T) {
	for _, c := range []struct {
		form  string
		level string
		exit  int
	}{
		{"hardened", "L3", 0},
		{"salted", "L2", 10},
	} {
		t.Run(c.form, func(t *testing.T) {
			t.Parallel()
			_, path := played(t, rehearsal.Options{Source: rehearsaltest.Forms()[c.form].Source(), Votes: map[string]int{"alice": 3, "bob": 2}},
				corpus.Misconduct{Kind: corpus.Withhold, Candidate: "bob"})
			rehearsaltest.Want(t, rehearsaltest.Audit(t, path), c.level, "alice", c.exit)
		})
	}
}

// TestMisconductDoesNotRefute: with misconduct of a few members, drawn, the election
// ends for want of dealers, or all votes count and the claimant has won.
func TestMisconductDoesNotRefute(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom([]string{"hardened", "salted", "each", "paper flag"}).Draw(r, "form")
		f := rehearsaltest.Forms()[name]
		opt := rehearsal.Options{Source: f.Source(), Seed: rapid.Uint64().Draw(r, "seed")}
		var misconduct []corpus.Misconduct
		kinds := []corpus.Kind{corpus.WrongShare, corpus.Vanish, corpus.Silent, corpus.Junk}
		for _, slot := range rapid.Permutation([]int{1, 2, 3, 4, 5}).Draw(r, "slots")[:rapid.IntRange(0, 4).Draw(r, "misconduct")] {
			misconduct = append(misconduct, corpus.Misconduct{
				Kind: rapid.SampledFrom(kinds).Draw(r, "kind"), Slot: slot, Victim: slot%f.Voters + 1,
			})
		}
		s, path := played(t, opt, misconduct...)
		report := rehearsaltest.Audit(t, path)
		if report.Exit != 0 && report.Exit != 21 || report.Level != "L3" && s.Ended == "" {
			r.Fatalf("%v: level %s, exit %d, %s\n%s%s", misconduct, report.Level, report.Exit, report.Verdict, s, rehearsaltest.Failing(report))
		}
		if s.Claimant != "" && (report.Winner == nil || *report.Winner != s.Claimant) {
			r.Fatalf("claimed for %s, the audit says %s", s.Claimant, report.Verdict)
		}
	})
}

// TestMisconductThatCannotBe is refused.
func TestMisconductThatCannotBe(t *testing.T) {
	for name, m := range map[string]corpus.Misconduct{
		"no such slot":       {Kind: corpus.Vanish, Slot: 6},
		"no such victim":     {Kind: corpus.WrongShare, Slot: 1},
		"no such kind":       {Kind: "be late", Slot: 1},
		"no such withholder": {Kind: corpus.Withhold, Candidate: "mallory"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := corpus.With(m).Run(context.Background(), rehearsal.Options{Source: rehearsaltest.Forms()["hardened"].Source()}, nil)
			if !errors.Is(err, rehearsal.ErrUnplayable) {
				t.Errorf("err %v", err)
			}
		})
	}
}
