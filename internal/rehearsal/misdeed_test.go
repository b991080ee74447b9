package rehearsal_test

import (
	"strings"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/verifier/result"
)

// found looks for an item of a check that mentions text.
func found(r *result.Report, id, text string) bool {
	for _, c := range r.Checks {
		if c.ID != id {
			continue
		}
		for _, item := range c.Items {
			if strings.Contains(item.Where+" "+item.Message, text) {
				return true
			}
		}
	}
	return false
}

func items(r *result.Report, id string) (out []result.Item) {
	for _, c := range r.Checks {
		if c.ID == id {
			out = append(out, c.Items...)
		}
	}
	return out
}

// The dealing survives each misdeed: who did it is out of QUAL and named by
// the audit, the votes of everybody count, and the result stands.
func TestDealersWhoCheat(t *testing.T) {
	for _, c := range []struct {
		deed  rehearsal.Deed
		check string
	}{
		{rehearsal.WrongShare, "V44"},
		{rehearsal.FalseComplaint, "V44"},
		{rehearsal.CopyEphemeral, "V43"},
		{rehearsal.Vanish, "V39"},
	} {
		for _, form := range []string{"hardened", "each"} {
			t.Run(string(c.deed)+" "+form, func(t *testing.T) {
				t.Parallel()
				_, path := play(t, rehearsal.Options{
					Source: forms[form].source(), Votes: map[string]int{"alice": 4, "bob": 1},
					Misdeeds: []rehearsal.Misdeed{{Deed: c.deed, Slot: 2, Victim: 4}},
				})
				r := audit(t, path)
				want(t, r, "L3", "alice", 0)
				if !found(r, c.check, "dealer 2 out") {
					t.Errorf("%s does not put dealer 2 out%s", c.check, items(r, c.check))
				}
			})
		}
	}
}

// Everything at once, and still three dealers of five.
func TestManyMisdeeds(t *testing.T) {
	f := forms["hardened"]
	f.voters, f.threshold = 7, 3
	_, path := play(t, rehearsal.Options{
		Source: f.source(), Votes: map[string]int{"bob": 4, "alice": 3},
		Misdeeds: []rehearsal.Misdeed{
			{Deed: rehearsal.WrongShare, Slot: 1, Victim: 7},
			{Deed: rehearsal.FalseComplaint, Slot: 2, Victim: 3},
			{Deed: rehearsal.Vanish, Slot: 4},
			{Deed: rehearsal.Silent, Slot: 5},
		},
	})
	want(t, audit(t, path), "L3", "bob", 0)
}

func TestTooFewDealers(t *testing.T) {
	f := forms["hardened"]
	s, path := play(t, rehearsal.Options{
		Source:   f.source(),
		Misdeeds: []rehearsal.Misdeed{{Deed: rehearsal.Silent, Slot: 1}, {Deed: rehearsal.Vanish, Slot: 2}, {Deed: rehearsal.WrongShare, Slot: 3, Victim: 1}},
	})
	r := audit(t, path)
	want(t, r, "L0", "", 0)
	if s.Ended == "" || !strings.HasPrefix(r.Verdict, "ended") {
		t.Errorf("ended %q, verdict %q", s.Ended, r.Verdict)
	}
}

// A ballot that is nobody's is proven to be: derived from the shares where the
// others are open, by everybody's disavowal elsewhere, by the supervisor's in
// custodial elections. It is found, counted for nobody, and the result stands.
func TestJunkBallot(t *testing.T) {
	for _, form := range []string{"hardened", "salted", "each", "each salted", "paper", "custodial"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			_, path := play(t, rehearsal.Options{
				Source: forms[form].source(), Votes: map[string]int{"alice": 5},
				Misdeeds: []rehearsal.Misdeed{{Deed: rehearsal.Junk, Slot: 3}},
			})
			r := audit(t, path)
			want(t, r, "L3", "alice", 21)
			if !found(r, "V77", "slot 3") || r.Counts[0].Min != 4 || r.Counts[0].Max != 4 {
				t.Errorf("counts %v%s", r.Counts, failing(r))
			}
		})
	}
}

// Of plain ballots under one joint key k openings give everybody all of them;
// salted ones and those under keys of their own stay closed.
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
			_, path := play(t, rehearsal.Options{
				Source: forms[c.form].source(), Votes: map[string]int{"alice": 3, "bob": 2},
				Misdeeds: []rehearsal.Misdeed{{Deed: rehearsal.Withhold, Candidate: "bob"}},
			})
			want(t, audit(t, path), c.level, "alice", c.exit)
		})
	}
}
