package compiler_test

import (
	"bytes"
	"slices"
	"testing"

	"bevote/compiler"
	"bevote/examples"
	"bevote/lang"
)

// TestReview checks that a mistake in the compiled script is reported beside a mistake
// of the text if the script does not depend on the latter, and not otherwise.
func TestReview(t *testing.T) {
	const flag, broken = "target p2sh { selector flag }", "allow nothing"
	for _, row := range []struct {
		name string
		src  []byte
		want []string
	}{
		{"elsewhere", policyOf(2, broken), nil},
		{"too many candidates", policyOf(13, broken), []string{"E0601"}},
		{"too many for signatures", policyOf(16, broken), []string{"E0601", "E0602"}},
		{"too many, and no stake", policyOf(13, "stake lots"), []string{"E0601"}},
		{"too many, and no lock", policyOf(13, "timeout soon"), nil},
		{"too many, one broken", bytes.Replace(policyOf(13), []byte("{ key"), []byte("key"), 1), nil},
		{"too many, one misnamed", bytes.Replace(policyOf(13), []byte("c01"), []byte("Joint-1"), 1), nil},
		{"hardened by flag", policyOf(2, flag, "stake lots"), []string{"E0605"}},
		{"by flag, unknown winner", policyOf(2, flag, "win when nobody"), nil},
		{"paper by flag", policyOf(2, flag, "win when joint signs", "timeout soon"), []string{"W0604"}},
		{"small stake", policyOf(2, "stake 9870 sat", broken), []string{"E0701"}},
		{"small stake, unknown fee", policyOf(2, "stake 9870 sat", "fee low"), nil},
		{"small stake, unknown payout", bytes.Replace(policyOf(2, "stake 9870 sat"), []byte("pay addr:"), []byte("pay addr:x"), 1), nil},
		{"all the money there is", policyOf(2, "stake 4_200_000 btc", "win when nobody"), []string{"E0703"}},
		{"broken branch", policyOf(13, "branch b when"), nil},
		{"custodial without a supervisor", policyOf(2, "win when supervisor signs", "supervisor nobody", flag), []string{"W0604"}},
	} {
		p, diags := lang.Draft(row.src, 0)
		if p == nil || len(diags) == 0 {
			t.Errorf("%s: %v", row.name, diags)
			continue
		}
		var got []string
		for _, d := range compiler.Review(p) {
			got = append(got, d.Code)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
}

// TestReviewIsCompiles checks that Review and Compile agree on a policy without mistakes.
func TestReviewIsCompiles(t *testing.T) {
	for _, name := range examples.Names() {
		p := load(t, examples.Policy(name))
		_, want := compiler.Compile(p)
		if got := compiler.Review(p); len(got) != len(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
