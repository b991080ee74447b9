package lang_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/lang"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update and look):\n%s", file, got)
	}
}

// TestCore pins the core of every example: a change here changes every id.
func TestCore(t *testing.T) {
	for _, name := range examples.Names() {
		p, _ := lang.Load(examples.Policy(name))
		if p == nil {
			t.Fatalf("%s does not load", name)
		}
		golden(t, "core/"+name+".core", append(p.Core(), p.ID()+"\n"...))
	}
}

// TestCoreOfMixing has the parts of a core that no example has: mixers, the coin of
// the announcement, branches, and keys in sums and lists.
func TestCoreOfMixing(t *testing.T) {
	src := sample(t,
		edit{mixingText, mixTimes + "announced by spending " + strings.Repeat("4a5e1e4b", 8) + ":7\n mixing group-blind { modulus 2048 rounds 128 mixers 2 }\n mixer m2 " + key("m2") + "\n mixer m1 " + key("m1")},
		edit{jointText, "joint by voters for each candidate\n"},
		edit{allowText, ""},
		edit{refundText, refundText + `
  branch rescue when supervisor and candidate or 2 of { voter, alice, bob } or voter and supervisor and alice sign after block 400
  branch all    when joint and supervisor sign after timeout
  branch early  when 3 of { alice, bob, supervisor } signs`},
	)
	p, diags := lang.Load(src)
	if p == nil {
		t.Fatal(rendered(t, src, diags))
	}
	golden(t, "core/mixing.core", append(p.Core(), p.ID()+"\n"...))
}

// TestRender pins the text of diagnostics of files with many mistakes.
func TestRender(t *testing.T) {
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
		name := strings.TrimSuffix(filepath.Base(f), ".bev")
		golden(t, "mistakes/"+name+".txt", []byte(rendered(t, src, diags)))
	}
}

// TestSameMeaning checks that the id changes with what is in the core, and with
// nothing else.
func TestSameMeaning(t *testing.T) {
	id := func(src []byte) string {
		p, diags := lang.Load(src)
		if p == nil {
			t.Fatal(rendered(t, src, diags))
		}
		return p.ID()
	}
	want := id(sample(t))
	same := map[string][]byte{
		"CRLF":         []byte("\ufeff" + strings.ReplaceAll(string(sample(t)), "\n", "\r\n")),
		"one line":     []byte(strings.Join(strings.Fields(withoutComments(string(sample(t)))), " ")),
		"defaults":     sample(t, edit{"ballots plain", ""}, edit{"target p2sh { selector signature }", ""}),
		"btc":          sample(t, edit{stakeText, "stake 0.00200 btc"}),
		"percent":      sample(t, edit{thresText, "threshold 60% of 5"}),
		"other reason": sample(t, edit{"the club trusts its two candidates", "why not"}),
		"other test":   sample(t, edit{"at block 265", "at block 2650"}),
	}
	for name, src := range same {
		if got := id(src); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	other := map[string][]byte{
		"stake":   sample(t, edit{stakeText, "stake 200_001 sat"}),
		"display": sample(t, edit{"Alice Smith", "Alice Smyth"}),
		"salted":  sample(t, edit{"ballots plain", "ballots salted"}),
		"payout":  sample(t, edit{addrOf("payout bob"), addr("bob's other purse")}),
		"reveal":  sample(t, edit{"reveal  from block 300", "reveal from block 301"}),
	}
	for name, src := range other {
		if id(src) == want {
			t.Errorf("%s does not change the id", name)
		}
	}
}

func withoutComments(src string) string {
	lines := strings.Split(src, "\n")
	for i, l := range lines {
		lines[i], _, _ = strings.Cut(l, "//")
	}
	return strings.Join(lines, "\n")
}
