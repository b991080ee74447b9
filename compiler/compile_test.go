package compiler_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/compiler"
	"bevote/examples"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/templates"
)

// fataler is a test, or one draw of a property test.
type fataler interface {
	Helper()
	Fatal(...any)
}

func load(t fataler, src []byte) *lang.Policy {
	t.Helper()
	p, diags := lang.Load(src)
	if p == nil {
		var b bytes.Buffer
		if err := lang.Render(&b, "policy.bev", src, diags); err != nil {
			t.Fatal(err)
		}
		t.Fatal(b.String())
	}
	return p
}

// TestExamplesAreTheReviewedTexts compares the compiler's output with the reviewed
// scripts.
func TestExamplesAreTheReviewedTexts(t *testing.T) {
	for _, name := range examples.Names() {
		c, diags := compiler.Compile(load(t, examples.Policy(name)))
		if c == nil {
			t.Errorf("%s: %v", name, diags)
			continue
		}
		scripts := map[string]string{name: c.Script}
		if c.Escrow != "" {
			scripts[name+".escrow"] = c.Escrow
		}
		for name, script := range scripts {
			reviewed, err := templates.Reviewed(name)
			if err != nil {
				t.Error(err)
				continue
			}
			if script != reviewed.String() {
				t.Errorf("%s:\ngot      %s\nreviewed %s", name, script, reviewed)
			}
		}
	}
}

func TestCompileIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
		p, _ := lang.Load(src)
		// The same meaning from another file: comments, no tests, no allows.
		q, _ := lang.Load(append([]byte("// the same\n"), src...))
		if p == nil || q == nil {
			t.Fatalf("drawn policy does not load:\n%s", src)
		}
		a, _ := compiler.Compile(p)
		b, _ := compiler.Compile(q)
		if a == nil || b == nil {
			t.Fatalf("drawn policy does not compile:\n%s", src)
		}
		if !bytes.Equal(a.Encode(), b.Encode()) {
			t.Fatalf("one core, two contracts:\n%s%s", a.Encode(), b.Encode())
		}
	})
}

func TestDecodesWhatItCompiles(t *testing.T) {
	for _, name := range examples.Names() {
		c, _ := compiler.Compile(load(t, examples.Policy(name)))
		if _, err := templates.DecodeContract(c.Encode()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// policyOf writes a policy of many candidates and few voters, with some lines
// replaced by others of the same keyword.
func policyOf(candidates int, lines ...string) []byte {
	all := []string{
		"network regtest", "supervisor pub:" + langtest.Key("supervisor").String(),
		"voters 5", "threshold 3 of 5", "stake 1_000_000 sat", "fee 25 sat/vB", "confirmations 1", "grace 2 blocks", "mixing none",
		"roll by block 840_110", "commit by block 840_115", "deal by block 840_120", "setup by block 840_125",
		"vote from block 840_130 to block 840_220", "claim by block 840_250", "timeout block 840_264", "reveal from block 840_300",
		"joint by voters", "win when joint and candidate sign", "refund voter after timeout",
		"ballots plain", "target p2sh { selector signature }",
	}
	for _, line := range lines {
		keyword, _, _ := strings.Cut(line, " ")
		i := slices.IndexFunc(all, func(l string) bool { return strings.HasPrefix(l, keyword+" ") })
		if i < 0 || keyword == "branch" || keyword == "voter" {
			all = append(all, line)
			continue
		}
		all[i] = line
	}
	for i := range candidates {
		name := fmt.Sprintf("c%02d", i)
		all = append(all, fmt.Sprintf("candidate %s { key pub:%s pay addr:%s }",
			name, langtest.Key(name), langtest.Address("regtest", "pay"+name)))
	}
	return []byte("bevote 1\nelection many {\n  " + strings.Join(all, "\n  ") + "\n}\n")
}

func TestDiagnostics(t *testing.T) {
	const salted, flag = "ballots salted", "target p2sh { selector flag }"
	for _, row := range []struct {
		name string
		src  []byte
		want []string // code, place's text in part, message or note or help in part
	}{
		{"clean", policyOf(2), nil},
		{"12 candidates fit", policyOf(12), nil},
		{"13 do not", policyOf(13), []string{"E0601|win when|redeem script of 549 bytes, at most 520: 12 candidates fit"}},
		{"11 salted fit", policyOf(11, salted), nil},
		{"12 salted do not", policyOf(12, salted), []string{"E0601|win when|: 11 candidates fit"}},
		{"plain ones would", policyOf(12, salted), []string{"E0601|win when|with `ballots plain` 12 candidates fit"}},
		{"14 candidates still sign", policyOf(14), []string{"E0601|win when|: 12 candidates fit"}},
		{"15 candidates are too many signatures", policyOf(15), []string{"E0601|win|12 candidates fit", "E0602|win|16 signature operations, relays take 15"}},
		{"17 are past the small numbers", policyOf(17), []string{"E0601|win|12 candidates fit", "E0602|win|21 signature operations"}},
		{"many candidates of the paper fit", policyOf(40, "win when joint signs"), nil},
		{"hardened by flag", policyOf(2, flag), []string{"E0605|target|has no `selector flag`"}},
		{"paper by flag", policyOf(2, flag, "win when joint signs"), []string{"W0604|target|rewritten by anyone"}},
		{"branch", policyOf(2, "branch rescue when supervisor signs after timeout"), nil},
		{"smallest stake", policyOf(2, "stake 9871 sat"), []string{"W0702|stake|a claim costs 8400 sat"}},
		{"a satoshi less", policyOf(2, "stake 9870 sat"), []string{"E0701|stake|a refund at the policy's fee would leave less than dust"}},
		{"what to raise it to", policyOf(2, "stake 9870 sat"), []string{"E0701|stake|raise the stake to 9871 sat"}},
		{"a claim of 5%", policyOf(2, "stake 168_000 sat"), nil},
		{"a claim of over 5%", policyOf(2, "stake 167_999 sat"), []string{"W0702|stake|raise the stake to 168000 sat"}},
		{"a longer payout", bytes.Replace(policyOf(2, "stake 168_000 sat"), []byte(langtest.Address("regtest", "payc00")),
			[]byte("bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6"), 1), []string{"W0702|stake|a claim costs 8625 sat"}},
		{"a fee rate past all money", policyOf(2, "fee 5_250_000_001 sat/vB"), []string{"E0703|fee|fee rate of 5250000001 sat/vB is out of range"}},
		{"the fee rate before", policyOf(2, "fee 5_250_000_000 sat/vB"), []string{"E0701|stake|raise the stake to 1958250000546 sat"}},
		{"all the money there is", policyOf(2, "stake 4_199_999.999 btc"), nil},
		{"and a little more", policyOf(2, "stake 4_200_000 btc"), []string{"E0703|stake|5 coins of"}},
		{"deposits hold more", policyOf(2, "stake 4_199_999.9999 btc", "mixing blind-rsa { modulus 2048 mixers 2 }",
			"register by block 50", "deposit by block 60", "issue by block 70", "voucher by block 80", "payout by block 90"), []string{"E0703|stake|5 deposits of"}},
	} {
		p := load(t, row.src)
		c, diags := compiler.Compile(p)
		if len(diags) != len(row.want) {
			t.Errorf("%s: got %d diagnostics, want %d: %v", row.name, len(diags), len(row.want), diags)
			continue
		}
		fails := false
		for i, d := range diags {
			part := strings.Split(row.want[i], "|")
			said := strings.Join(append(d.Notes, d.Message, d.Help), "\n")
			at := string(row.src[d.Primary.Start:d.Primary.End])
			if d.Code != part[0] || !strings.HasPrefix(at, part[1]) || !strings.Contains(said, part[2]) {
				t.Errorf("%s: got %s at %q: %s, want %s", row.name, d.Code, at, said, row.want[i])
			}
			fails = fails || d.IsError()
		}
		if (c == nil) != fails {
			t.Errorf("%s: contract %v with %v", row.name, c, diags)
		}
	}
}
