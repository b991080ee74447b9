package compiler_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/compiler"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/templates"
	"bevote/verifier/lift"
)

// scriptOf compiles a policy and returns its script with names for keys.
func scriptOf(t fataler, src []byte) string {
	t.Helper()
	p := load(t, src)
	c, diags := compiler.Compile(p)
	if c == nil {
		t.Fatal(diags)
	}
	text := strings.ReplaceAll(c.Script, "0x"+p.Supervisor.String(), "supervisor")
	for _, cand := range p.Candidates {
		text = strings.ReplaceAll(text, "0x"+cand.Key.String(), cand.Name)
	}
	return text
}

// worked are branches whose scripts were worked out by hand, beside those of
// docs/protocol.md.
const worked = `
voter signs after timeout : <voter> CHECKSIG NOTIF … ELSE 840264 CHECKLOCKTIMEVERIFY ENDIF
alice and joint or supervisor and bob sign after block 9 : alice CHECKSIG NOTIF bob CHECKSIG NOTIF … ELSE supervisor CHECKSIGVERIFY 9 CHECKLOCKTIMEVERIFY ENDIF ELSE <joint> CHECKSIGVERIFY 9 CHECKLOCKTIMEVERIFY ENDIF
alice and joint or alice and voter or bob and joint or bob and voter sign : 1 alice bob 2 CHECKMULTISIG NOTIF … ELSE 1 <joint> <voter> 2 CHECKMULTISIGVERIFY 1 ENDIF
alice and voter or alice and joint and supervisor or bob and voter or bob and joint and supervisor sign : 1 alice bob 2 CHECKMULTISIG NOTIF … ELSE <voter> CHECKSIG NOTIF <joint> CHECKSIGVERIFY supervisor CHECKSIGVERIFY ENDIF 1 ENDIF
alice and bob and joint or alice and bob and supervisor and voter or voter and joint and alice sign : alice CHECKSIG NOTIF … ELSE bob CHECKSIG NOTIF <joint> CHECKSIGVERIFY <voter> CHECKSIGVERIFY ELSE <joint> CHECKSIG NOTIF supervisor CHECKSIGVERIFY <voter> CHECKSIGVERIFY ENDIF ENDIF 1 ENDIF
`

// TestBranchesLower compares the lowering with the lines of docs/protocol.md and with
// those above. They are of lowering 1 and do not change.
func TestBranchesLower(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "\n```lowering\n")
	block, _, found := strings.Cut(rest, "\n```")
	lines := strings.Split(strings.TrimSpace(block+worked), "\n")
	if !found || len(lines) < 14 {
		t.Fatalf("%d branches in docs/protocol.md and here", len(lines))
	}
	const refund = "DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY 840264 CHECKLOCKTIMEVERIFY"
	for _, line := range lines {
		branch, want, _ := strings.Cut(line, ":")
		policy := func(selector string) []byte {
			src := policyOf(2, "win when joint signs", "target p2sh { selector "+selector+" }", "branch b when NAMED")
			return []byte(strings.NewReplacer("c00", "alice", "c01", "bob", "NAMED", branch).Replace(string(src)))
		}
		want = "<ballot> DROP <joint> CHECKSIG NOTIF " +
			strings.Replace(strings.TrimSpace(want), "…", refund, 1) + " ELSE 1 ENDIF"
		if got := scriptOf(t, policy("signature")); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", branch, got, want)
		}
		if got := scriptOf(t, policy("flag")); !strings.HasPrefix(got, "IF 1 <ballot> <joint> 2 CHECKMULTISIG ELSE IF ") {
			t.Errorf("%s, by flag: %s", branch, got)
		}
	}
}

// TestBranchesStandInTheOrderOfTheirNames compiles two branches, with both selectors.
func TestBranchesStandInTheOrderOfTheirNames(t *testing.T) {
	lines := []string{"branch late when supervisor and c00 or c01 sign after timeout", "branch early when 2 of { supervisor, c00, c01 } sign"}
	const early, both = "2 c00 c01 supervisor 3 CHECKMULTISIG", "c00 CHECKSIGVERIFY supervisor CHECKSIGVERIFY"
	for _, row := range []struct {
		lines []string
		want  string
	}{
		{[]string{"win when joint and candidate sign"}, "<ballot> DROP 1 <claim.c00> <claim.c01> 2 CHECKMULTISIG NOTIF " + early + " NOTIF " +
			"c01 CHECKSIG NOTIF c00 CHECKSIG NOTIF DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY 840264 CHECKLOCKTIMEVERIFY " +
			"ELSE supervisor CHECKSIGVERIFY 840264 CHECKLOCKTIMEVERIFY ENDIF ELSE 840264 CHECKLOCKTIMEVERIFY ENDIF ELSE 1 ENDIF ELSE 1 ENDIF"},
		{[]string{"win when joint signs", "target p2sh { selector flag }"}, "IF 1 <ballot> <joint> 2 CHECKMULTISIG ELSE IF " + early + "VERIFY 1 " +
			"ELSE IF c01 CHECKSIG NOTIF " + both + " ENDIF 840264 CHECKLOCKTIMEVERIFY " +
			"ELSE 840264 CHECKLOCKTIMEVERIFY DROP DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG ENDIF ENDIF ENDIF"},
	} {
		if got := scriptOf(t, policyOf(2, append(row.lines, lines...)...)); got != row.want {
			t.Errorf("got  %s\nwant %s", got, row.want)
		}
	}
}

// TestAnyExpressionLowers draws branches over few roles, most without a short form. A
// script within the limits lifts back to the branch's signer sets, and a refusal is
// for size alone.
func TestAnyExpressionLowers(t *testing.T) {
	fitted, drawn := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		roles := []string{"joint", "supervisor", "voter", "c00", "c01"}
		var terms []string
		for i := range rapid.IntRange(1, 5).Draw(t, "terms") {
			n := rapid.IntRange(1, 4).Draw(t, "factors")
			terms = append(terms, strings.Join(rapid.Permutation(roles).Draw(t, fmt.Sprint(i))[:n], " and "))
		}
		p := load(t, policyOf(2, "win when joint signs", "branch b when "+strings.Join(terms, " or ")+" sign"))
		drawn++
		c, diags := compiler.Compile(p)
		if c == nil {
			if len(diags) != 1 || diags[0].Code != "E0601" && diags[0].Code != "E0602" {
				t.Fatal(diags)
			}
			return
		}
		fitted++
		if err := lift.Check(p, c); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(terms, " or "), err, c.Script)
		}
		if len(c.Paths) != len(p.Paths()) {
			t.Fatalf("%d paths for %d signer sets", len(c.Paths), len(p.Paths()))
		}
	})
	t.Logf("%d of %d expressions fit", fitted, drawn)
	if 4*fitted < 3*drawn {
		t.Errorf("only %d of %d expressions over five roles fit", fitted, drawn)
	}
}

// TestBranchIsItsMeaning checks that the same minimal signer sets give the same script.
func TestBranchIsItsMeaning(t *testing.T) {
	same := []string{
		"supervisor and c00 or supervisor and c01 sign",
		"c01 and supervisor or c00 and supervisor or c00 and c01 and supervisor sign",
		"supervisor and 1 of { c01, c00 } sign",
		"supervisor and candidate sign",
	}
	want := scriptOf(t, policyOf(2, "branch b when "+same[0]))
	for _, s := range same[1:] {
		if got := scriptOf(t, policyOf(2, "branch b when "+s)); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", s, got, want)
		}
	}
}

// TestLargestContractIsRead checks that a contract of the longest names and the most
// paths that a script has room for can be decoded.
func TestLargestContractIsRead(t *testing.T) {
	var names []string
	lines := []string{"win when supervisor signs", "threshold 6 of 11", "stake 1 btc"}
	for i := range 11 {
		name := fmt.Sprintf("v%031d", i)
		names = append(names, name)
		lines = append(lines, fmt.Sprintf("voter %s pub:%s", name, langtest.Key(name)))
	}
	lines = append(lines, fmt.Sprintf("branch %s when 6 of { %s } sign",
		strings.Repeat("b", 32), strings.Join(names, ", ")))
	src := string(policyOf(2, lines...))
	for _, dealt := range []string{"voters 5", "mixing none", "commit by block 840_115", "deal by block 840_120", "setup by block 840_125", "joint by voters"} {
		src = strings.Replace(src, "  "+dealt+"\n", "", 1)
	}
	p := load(t, []byte(src))
	c, diags := compiler.Compile(p)
	if c == nil {
		t.Fatal(diags)
	}
	if n := len(c.Paths); n != 462+2 {
		t.Errorf("%d paths, want 462 and claim and refund", n)
	}
	back, err := templates.DecodeContract(c.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if err := lift.Check(p, back); err != nil {
		t.Error(err)
	}
	t.Logf("contract of %d bytes, script of %d", len(c.Encode()), len(back.Script))
}

// TestBranchesThatDoNotFit checks that diagnostics give the cost of each branch.
func TestBranchesThatDoNotFit(t *testing.T) {
	many := func(n int) []string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("c%02d", i)
		}
		return names
	}
	big := "branch big when 3 of { " + strings.Join(many(6), ", ") + " } sign"
	for _, row := range []struct {
		name string
		src  []byte
		want []string // code, message, help, and labels as place|text
	}{
		{"too long", policyOf(6, big, "branch small when supervisor signs"), []string{
			"E0601", "redeem script of 561 bytes, at most 520", "leave out `branch big`",
			"branch big|takes 211 bytes", "branch small|takes 39 bytes", "win when|takes 311 bytes, with the refund",
		}},
		{"either would do", policyOf(5, big[:strings.Index(big, ", c05")]+" } sign", "branch small when supervisor and candidate sign"), []string{
			"E0601", "leave out `branch big`",
		}},
		{"neither would do", policyOf(13, "branch a when supervisor signs", "branch b when joint signs"), []string{
			"E0601", "leave out branches, or candidates", "without branches 12 candidates fit",
		}},
		{"too many signatures too", policyOf(12, "branch a when supervisor and voter and joint sign"), []string{
			"E0601", "E0602", "redeem script of 16 signature operations, relays take 15", "branch a|has 3 of them", "win when|has 13 of them, with the refund",
		}},
		{"too many to sign", policyOf(2, "win when joint signs", "branch a when 2 of { "+strings.Join(many(2), ", ")+", supervisor } sign"), nil},
		{"a branch larger than any script", policyOf(17, "win when joint signs", "branch a when 2 of { "+strings.Join(many(17), ", ")+" } sign"), []string{
			"E0601", "redeem script of at least 18 keys, which take 612 bytes of at most 520", "branch a|has at least 17 of them", "leave out branches, or name fewer roles",
		}},
		{"a branch too dear", policyOf(2, "stake 17_000 sat", "branch a when c00 and c01 and supervisor and voter sign"), []string{
			"E0701", "stake of 17000 sat: a spend by branch `a` at the policy's fee would leave less than dust",
		}},
	} {
		_, diags := compiler.Compile(load(t, row.src))
		var said []string
		for _, d := range diags {
			said = append(append(said, d.Code, d.Message, d.Help), d.Notes...)
			for _, l := range append([]lang.Label{d.Primary}, d.Secondary...) {
				said = append(said, string(row.src[l.Start:l.End])+"|"+l.Text)
			}
		}
		if len(row.want) == 0 && len(said) > 0 {
			t.Errorf("%s: %q", row.name, said)
		}
		for _, want := range row.want {
			place, text, _ := strings.Cut(want, "|")
			if !slices.ContainsFunc(said, func(s string) bool {
				return strings.HasPrefix(s, place) && strings.Contains(s, text)
			}) {
				t.Errorf("%s: %q is not said in %q", row.name, want, said)
			}
		}
	}
}

// TestLargestPoliciesAreRefused checks that branches which fit a file and not a script
// are refused without lowering them, which would take too long.
func TestLargestPoliciesAreRefused(t *testing.T) {
	var lines []string
	for i := range 4000 {
		lines = append(lines, fmt.Sprintf("branch b%d when c00 and voter sign", i))
	}
	for name, src := range map[string][]byte{
		"many branches":   policyOf(2, lines...),
		"many candidates": policyOf(1200),
		"many sets":       policyOf(14, "win when joint signs", "branch b when "+pairs(14)+" sign", "branch c when "+pairs(13)+" sign", "branch d when "+pairs(12)+" sign"),
		"both":            policyOf(60, append(lines[:50:50], "branch c when candidate and supervisor sign")...),
	} {
		p, diags := lang.Load(src)
		if p == nil {
			if diags[0].Code != "E0004" {
				t.Errorf("%s: %v", name, diags)
			}
			continue
		}
		if c, diags := compiler.Compile(p); c != nil || diags[0].Code != "E0601" {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

// pairs is a branch of no short form: the sum of two candidates' numbers is odd
// or divisible by three, or any three of the first eight.
func pairs(n int) string {
	var terms []string
	for i := range n {
		for j := range i {
			if (i+j)%2 == 1 || (i+j)%3 == 0 {
				terms = append(terms, fmt.Sprintf("c%02d and c%02d", i, j))
			}
		}
	}
	return strings.Join(append(terms, "3 of { c00, c01, c02, c03, c04, c05, c06, c07 }"), " or ")
}
