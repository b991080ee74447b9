package lang_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/address/v2/bech32"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/examples"
	"bevote/internal/curve"
	"bevote/internal/terminal"
	"bevote/lang"
)

func load(t testing.TB, src []byte) *lang.Policy {
	t.Helper()
	p, diags := lang.Load(src)
	if p == nil {
		t.Fatalf("does not load: %v", diags)
	}
	return p
}

func TestPolicyNumbers(t *testing.T) {
	club := load(t, examples.Policy("club_chair"))
	each := load(t, examples.Policy("per_candidate"))
	custody := load(t, examples.Policy("custodial"))
	rows := []struct {
		name      string
		got, want any
	}{
		{"coin", club.Coin(), int64(200_000 + 25*290)},
		{"one joint key", club.JointKeys(), 1},
		{"a joint key each", each.JointKeys(), 3},
		{"no joint key", custody.JointKeys(), 0},
		{"the key of all", club.KeyNumber(2), 1},
		{"a key of one's own", each.KeyNumber(2), 2},
		{"a key without a deal", custody.KeyNumber(2), 1},
		{"depth", club.Depth(), uint32(1)},
		{"least depth", new(lang.Policy).Depth(), uint32(1)},
		{"dealt", club.Dealt(), true},
		{"not dealt", custody.Dealt(), false},
		{"alice", club.CandidateNumber("alice"), 1},
		{"bob", club.CandidateNumber("bob"), 2},
		{"no candidate", club.CandidateNumber("eve"), 0},
		{"named voters", custody.Voters, 5},
		{"percent", fmt.Sprint(custody.K, custody.Of), "3 5"},
		{"joint key of all", club.JointName("bob"), "joint"},
		{"joint key of one", each.JointName("ada"), "joint.ada"},
		{"btc", load(t, examples.Policy("paper")).Stake, int64(300_000)},
		{"default confirmations", load(t, sample(t, edit{"confirmations 1", ""}, edit{"commit  by block 115", "commit by block 130"}, edit{"deal    by block 120", "deal by block 150"},
			edit{"setup   by block 125", "setup by block 170"}, edit{"from block 130", "from block 190"})).Confirmations, uint32(6)},
		{"tests", fmt.Sprintf("%q %d %s", club.Tests[1].Signers, club.Tests[1].At, club.Tests[1].Expect), `["joint" "alice"] 240 win alice`},
		{"one joint key in a test", fmt.Sprintf("%q", each.Tests[0].Signers), `["joint ada" "ada"]`},
		{"no signers", len(custody.Tests[2].Signers), 0},
		{"reason", club.Allows[0].Reason, "the club trusts its two candidates"},
	}
	for _, r := range rows {
		if r.got != r.want {
			t.Errorf("%s: got %v, want %v", r.name, r.got, r.want)
		}
	}
}

// TestID decodes the id with the library that reads addresses.
func TestID(t *testing.T) {
	p := load(t, examples.Policy("club_chair"))
	prefix, groups, version, err := bech32.DecodeGeneric(p.ID())
	if err != nil || prefix != "bvp" || version != bech32.VersionM {
		t.Fatal(prefix, version, err)
	}
	eid, err := bech32.ConvertBits(groups, 5, 8, false)
	if want := curve.TaggedHash("policy", p.Core()); err != nil || !bytes.Equal(eid, want[:]) {
		t.Errorf("id holds %x, want %x (%v)", eid, want, err)
	}
}

func TestPlace(t *testing.T) {
	src := examples.Policy("club_chair")
	p := load(t, src)
	rows := map[string]string{
		"stake":           stakeText,
		"win":             winText,
		"vote":            "vote    from block 130 to block 220",
		"candidate alice": "candidate alice",
		"election":        "club_chair",
		"target":          "target p2sh { selector signature }",
		"mixer m1":        "club_chair", // there is none
	}
	for what, want := range rows {
		s := p.Place(what)
		if got := string(src[s.Start:s.End]); !strings.HasPrefix(got, want) {
			t.Errorf("%s is at %q, want %q", what, got, want)
		}
		if lines := bytes.Count(src[:s.Start], []byte("\n")); s.Line != lines+1 {
			t.Errorf("%s is on line %d, want %d", what, s.Line, lines+1)
		}
	}
}

func TestParams(t *testing.T) {
	nets := map[string]wire.BitcoinNet{"mainnet": wire.MainNet, "testnet4": wire.TestNet4, "simnet": wire.SimNet, "regtest": wire.TestNet}
	for name, net := range nets {
		if got := lang.Params(name).Net; got != net {
			t.Errorf("%s is %v, want %v", name, got, net)
		}
	}
	if lang.Params("testnet") != nil {
		t.Error("a network that policies do not know")
	}
}

func TestLiterals(t *testing.T) {
	src := []byte("\ufeff" + string(sample(t, edit{mixingText, "mixing blind-rsa { modulus 2048 mixers 2 }\nmixer m1 pub:wrong\nmixer m2 pub:03"})))
	literals, err := lang.Literals(src)
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	for _, l := range literals {
		roles = append(roles, l.Role)
		if text := string(src[l.Start:l.End]); !strings.HasPrefix(text, l.Kind+":") || strings.ContainsAny(text, " \n}") {
			t.Errorf("%s is %q", l.Role, text)
		}
	}
	want := []string{"supervisor", "mixer m1", "mixer m2", "candidate alice", "payout alice", "candidate bob", "payout bob"}
	if !slices.Equal(roles, want) {
		t.Errorf("roles %q, want %q", roles, want)
	}
	literals, err = lang.Literals(examples.Policy("custodial"))
	if err != nil || literals[1].Role != "voter anne" {
		t.Error(literals, err)
	}
	if _, err := lang.Literals([]byte("bevote 1\nelection x {\n stake")); err == nil || err.Error() != "3:7: expected a number, found the end of the file" {
		t.Error(err)
	}
}

func TestApplyAllows(t *testing.T) {
	compiled := func(code string) lang.Diagnostic {
		return lang.Diagnostic{Code: code, Primary: lang.Label{Span: lang.Span{Start: 1, Line: 1, Column: 2}}}
	}
	rows := []struct {
		name, allow string
		compiler    []string
		want        string
	}{
		{"silenced by Load", allowText, nil, ""},
		{"silenced of the compiler", allowText + "\n allow W0604 \"the paper\"", []string{"W0604"}, ""},
		{"not allowed", allowText, []string{"W0604", "E0601"}, "E0601 W0604"},
		{"silences nothing", allowText + "\n allow W0604 \"the paper\"", nil, "W0107"},
		{"both", allowText + "\n allow W0604 \"the paper\"", []string{"W0702"}, "W0702 W0107"},
		{"an idle allow is allowed", allowText + "\n allow W0107 \"kept for later\" allow W0604 \"the paper\"", nil, ""},
		{"nothing idle to allow", allowText + "\n allow W0107 \"kept for later\"", nil, "W0107"},
	}
	for _, r := range rows {
		p, diags := lang.Load(sample(t, edit{allowText, r.allow}))
		if p == nil || len(diags) > 0 {
			t.Fatal(r.name, diags)
		}
		for _, code := range r.compiler {
			diags = append(diags, compiled(code))
		}
		var got []string
		for _, d := range lang.ApplyAllows(p, diags) {
			got = append(got, d.Code)
		}
		if strings.Join(got, " ") != r.want {
			t.Errorf("%s: got %v, want %s", r.name, got, r.want)
		}
	}
	if got := lang.ApplyAllows(nil, []lang.Diagnostic{compiled("W0604")}); len(got) != 1 {
		t.Error("a nil policy allows nothing", got)
	}
}

// isVisible reports whether every line of a text is safe to print.
func isVisible(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if terminal.Visible(line) != line {
			return false
		}
	}
	return true
}

// TestTerminal checks that no control character of a file reaches the terminal.
func TestTerminal(t *testing.T) {
	src := sample(t, edit{stakeText, "stake \x1b[2J\u202e " + strings.Repeat("é", 9000)})
	_, diags := lang.Load(src)
	var b strings.Builder
	if err := lang.Render(&b, "board\x1b[2J\u202e\n.bev", src, diags); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if len(diags) == 0 || !isVisible(text) || len(text) > 4000 {
		t.Errorf("%d bytes:\n%.2000q", len(text), text)
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestColor checks that colours change nothing else.
func TestColor(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.bev")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, diags := lang.Load(src)
		var b strings.Builder
		if err := (lang.Text{Color: true}).Render(&b, "board.bev", src, diags); err != nil {
			t.Fatal(err)
		}
		plain := ansi.ReplaceAllString(b.String(), "")
		if want := rendered(t, src, diags); plain != want || plain == b.String() {
			t.Errorf("%s: %d bytes without colours, want %d", f, len(plain), len(want))
		}
		if !strings.Contains(b.String(), "\x1b[1;31merror[") || strings.Count(b.String(), "m\x1b[0m") > 0 {
			t.Errorf("%s: errors are not red, or colours stand around nothing", f)
		}
	}
}
