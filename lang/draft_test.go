package lang_test

import (
	"slices"
	"testing"

	"bevote/lang"
)

// TestDraft checks that a mistake makes unknown the facts that it concerns, and
// no others.
func TestDraft(t *testing.T) {
	everything := []string{
		"network", "supervisor", "voters", "threshold", "stake", "fee", "confirmations", "roll", "commit", "deal", "setup",
		"vote", "claim", "timeout", "reveal", "candidate", "payouts", "joint", "win", "refund", "branch", "ballots", "target",
	}
	rows := []struct {
		mistake mistake
		hides   []string
	}{
		{one("nothing", "bevote 1", "bevote 1"), nil},
		{one("broken", stakeText, "stake lots"), []string{"stake"}},
		{one("unreadable", feeText, "fee 0 sat/vB"), []string{"fee"}},
		{one("missing", winText, ""), []string{"win"}},
		{one("defaults", "target p2sh { selector signature }", ""), nil},
		{one("broken default", "ballots plain", "ballots"), []string{"ballots"}},
		{one("one key in two roles", pubOf("candidate bob"), pubOf("candidate alice")), nil},
		{one("no address", addrOf("payout bob"), "addr:bob"), []string{"payouts"}},
		{one("broken candidate", bobText, "candidate bob"), []string{"candidate", "payouts"}},
		{one("doubled candidate", bobText, "candidate alice {"), []string{"candidate", "payouts"}},
		{one("strange candidate", bobText, "candidate bob-2 {"), []string{"candidate", "payouts"}},
		{one("reserved candidate", bobText, "candidate joint {"), []string{"candidate", "payouts"}},
		{one("a joint key each, signing alone", jointText, "joint by voters for each candidate\n").at(winText, "win when joint signs"), []string{"joint"}},
		{one("no network", "network    regtest", ""), []string{"network", "payouts"}},
		{one("broken branch", refundText, refundText+"\n branch b when"), []string{"branch"}},
		{one("branch of an unknown role", refundText, refundText+"\n branch b when eve sign"), []string{"branch"}},
		{one("named voters", votersText, "voter v1 "+key("1")+"\n voter v1 "+key("2")), []string{"voters"}},
	}
	for _, r := range rows {
		p, _ := lang.Draft(sample(t, r.mistake.edits...), 0)
		for _, what := range everything {
			if want := !slices.Contains(r.hides, what); p.Knows(what) != want {
				t.Errorf("%s: knows %s: %v, want %v", r.mistake.name, what, !want, want)
			}
		}
		if p.Knows(everything...) != (r.hides == nil) {
			t.Errorf("%s: knows everything, or not", r.mistake.name)
		}
	}
	if p, diags := lang.Draft([]byte("\xff"), 0); p != nil || len(diags) != 1 {
		t.Error("a draft of what cannot be read")
	}
}
