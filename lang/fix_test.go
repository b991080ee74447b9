package lang_test

import (
	"strings"
	"testing"

	"bevote/lang"
)

// repaired applies fixes until there are none, and returns how many there were.
func repaired(t *testing.T, src []byte) ([]byte, []string) {
	t.Helper()
	var codes []string
	for range 10 {
		_, diags := lang.Load(src)
		fixed, applied := lang.Apply(src, diags)
		if len(applied) == 0 {
			return src, codes
		}
		for _, d := range applied {
			codes = append(codes, d.Code)
		}
		src = fixed
	}
	t.Fatalf("fixes without end:\n%s", src)
	return nil, nil
}

// TestFixes makes a mistake and compares the file after the fix.
func TestFixes(t *testing.T) {
	bob := strings.TrimPrefix(pubOf("candidate bob"), "pub:")
	rows := []struct{ name, old, mistake, fixed, code string }{
		{"unknown statement", thresText, "treshold 3 of 5", "threshold 3 of 5", "E0002"},
		{"letters swapped", thresText, "thershold 3 of 5", "threshold 3 of 5", "E0002"},
		{"capitals", thresText, "Threshold 3 of 5", "threshold 3 of 5", "E0002"},
		{"word of the grammar", "ballots plain", "ballots pain", "ballots plain", "E0001"},
		{"missing word", "setup   by block 125", "setup block 125", "setup by block 125", "E0001"},
		{"missing at the end", refundText, "refund voter after", "refund voter after timeout", "E0001"},
		{"missing brace", "target p2sh { selector signature }", "target p2sh { selector signature", "target p2sh { selector signature }", "E0001"},
		{"untagged key", pubOf("candidate bob"), bob, "pub:" + bob, "E0001"},
		{"untagged address", addrOf("payout bob"), strings.TrimPrefix(addrOf("payout bob"), "addr:"), addrOf("payout bob"), "E0001"},
		{"hard space", stakeText, "stake\u00a0200_000 sat", "stake 200_000 sat", "E0001"},
		{"hidden in a comment", "// dealers are bound", "// dealers \u2067are bound", "// dealers are bound", "E0001"},
		{"hidden at the end of a word", stakeText, "stake 200_000\u200b sat", "stake 200_000 sat", "E0001"},
		{"hidden in a text", `"Alice Smith"`, "\"Alice\u200b Smith\"", `"Alice Smith"`, "E0001"},
		{"tab in a text", `"Alice Smith"`, "\"Alice\tSmith\"", `"Alice Smith"`, "E0001"},
		{"zeros first", stakeText, "stake 00200 sat", "stake 200 sat", "E0003"},
		{"zeros first in btc", stakeText, "stake 00.5 btc", "stake 0.5 btc", "E0003"},
		{"glued unit", stakeText, "stake 200_000sat", "stake 200_000 sat", "E0104"},
		{"glued rate", feeText, "fee 25sat/vB", "fee 25 sat/vB", "E0104"},
		{"no unit where there is one", feeText, "fee 25", "fee 25 sat/vB", "E0104"},
		{"half a unit", feeText, "fee 25 sat", "fee 25 sat/vB", "E0104"},
		{"many units", stakeText, "stake 200_000 satoshis", "stake 200_000 sat", "E0104"},
		{"capital unit", stakeText, "stake 2 BTC", "stake 2 btc", "E0104"},
		{"untagged height", "block 110 ", "110 ", "block 110 ", "E0501"},
		{"said twice", stakeText, stakeText + "\n  stake 200_000   sat // again", stakeText + "\n  // again", "E0101"},
		{"said twice in a line", stakeText, stakeText + " " + stakeText, stakeText, "E0101"},
		{"capital hex", bob, strings.ToUpper(bob), bob, "E0301"},
		{"hex of a program", bob, "0x" + bob, bob, "E0301"},
		{"allowed error", allowText, allowText + "\n  allow E0303 \"why\"", allowText, "E0108"},
		{"no refund", "  " + refundText + "\n", "", "  " + refundText + "\n}\n", "E0103"},
		{"no end", "expect refund }\n}\n", "expect refund }\n", "expect refund }\n}\n", "E0001"},
		{"no end of the line", "expect refund }\n}\n", "expect refund }", "expect refund }\n}\n", "E0001"},
		{"no version", "bevote 1\n", "", "bevote 1\n\n", "E0001"},
	}
	for _, r := range rows {
		src := sample(t, edit{r.old, r.mistake})
		fixed, codes := repaired(t, src)
		if len(codes) != 1 || codes[0] != r.code || !strings.Contains(string(fixed), r.fixed) {
			t.Errorf("%s: fixes %v, want %s:\n%s", r.name, codes, r.code, fixed)
		}
		if strings.Contains(string(fixed), r.mistake) && !strings.Contains(r.fixed, r.mistake) {
			t.Errorf("%s: the mistake is still there:\n%s", r.name, fixed)
		}
	}
}

// TestNotFixed checks that there is no fix for what can have two meanings, and for
// words that determine the signers of a spend.
func TestNotFixed(t *testing.T) {
	rows := []struct{ name, old, mistake string }{
		{"a network", "network    regtest", "network regtst"},
		{"who claims", winText, "win when joint sign"},
		{"no unit where there are two", stakeText, "stake 200_000"},
		{"a name", "expect win alice", "expect win alica"},
		{"two stakes", stakeText, stakeText + "\n stake 300_000 sat"},
		{"a keyword that is there", stakeText, stakeText + "\n stak 300_000 sat"},
		{"a hidden space, perhaps", "network    regtest", "network\u200bregtest"},
		{"a date", "block 110 ", "2027-01-01 "},
		{"an address of no network", addrOf("payout bob"), "bob's"},
		{"no time", timeoutText, "timeout block 250 "},
	}
	for _, r := range rows {
		_, diags := lang.Load(sample(t, edit{r.old, r.mistake}))
		fixed, applied := lang.Apply(nil, diags)
		if len(diags) == 0 || len(applied) > 0 {
			t.Errorf("%s: %d diagnostics, fixes %v: %s", r.name, len(diags), applied, fixed)
		}
	}
}

// TestFixesOfMistakes checks that repeated fixes come to an end, add no mistake and
// leave none with a fix.
func TestFixesOfMistakes(t *testing.T) {
	fixes := 0
	for _, m := range mistakes() {
		src := sample(t, m.edits...)
		_, before := lang.Load(src)
		fixed, codes := repaired(t, src)
		if _, after := lang.Load(fixed); len(after) > len(before)-min(len(codes), 1) {
			t.Errorf("%s: %d diagnostics before %d fixes, %d after\n%s", m.name, len(before), len(codes), len(after), fixed)
		}
		fixes += len(codes)
	}
	if fixes < 15 {
		t.Errorf("%d fixes among all mistakes", fixes)
	}
}

// TestFixOfWarnings checks that the fix of a warning keeps the policy's id.
func TestFixOfWarnings(t *testing.T) {
	src := sample(t, edit{allowText, allowText + "\n  allow W0604 \"the paper\"\n  allow W0205 \"all\" // who else"})
	p, diags := lang.Load(src)
	if p == nil {
		t.Fatal(diags)
	}
	fixed, applied := lang.Apply(src, lang.ApplyAllows(p, diags))
	if want := string(sample(t, edit{allowText, allowText + "\n  // who else"})); len(applied) != 2 || string(fixed) != want {
		t.Errorf("%d fixes\n%s", len(applied), fixed)
	}
	if q, _ := lang.Load(fixed); q == nil || q.ID() != p.ID() {
		t.Error("another policy")
	}
}

// TestHelp checks that every diagnostic has a help.
func TestHelp(t *testing.T) {
	for _, m := range mistakes() {
		_, diags := lang.Load(sample(t, m.edits...))
		for _, d := range diags {
			if d.Help == "" {
				t.Errorf("%s: %s says no help: %s", m.name, d.Code, d.Message)
			}
		}
	}
}
