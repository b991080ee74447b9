package workbench_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/examples"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
)

var wordForm = regexp.MustCompile(`//[^\n]*|"[^"\n]*"|[{},%]|[^\s{},%"]+|\s+`)

// oddWords are what mistyping and pasting leave behind.
var oddWords = []string{
	"", "\n", "{", "}", "joint", "candidate", "voter", "none", "reject", "0", "007", "1", "15", "65_536", "1_700_000_000",
	"99999999999999999999", "21_000_000", "block", "sat", "btc", "Bob-2", "\u00a0", "\u200b", "\"", "\"text\"", "//", "flag", "signature",
	"salted", "treshold 3", "pub:02", "addr:x", "allow W0604 \"why\"", "allow E0303 \"why\"", "branch b when 1 of { alice, bob } sign\n",
	"win when supervisor signs", "win when joint signs", "target p2sh { selector flag }", "\xff", "\x1b[2J", "é",
}

// misspelt draws a policy and a few changes of its words.
func misspelt(t *rapid.T) []byte {
	src := langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
	if rapid.Bool().Draw(t, "example") {
		src = examples.Policy(rapid.SampledFrom(examples.Names()).Draw(t, "name"))
	}
	words := wordForm.FindAllString(string(src), -1)
	for range rapid.IntRange(0, 4).Draw(t, "changes") {
		i, j := rapid.IntRange(0, len(words)-1).Draw(t, "i"), rapid.IntRange(0, len(words)-1).Draw(t, "j")
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			words[i] = ""
		case 1:
			words[i] = rapid.SampledFrom(oddWords).Draw(t, "word")
		case 2:
			words[i] += " " + words[j]
		case 3:
			words[i], words[j] = words[j], words[i]
		case 4: // a letter is lost
			if r := []rune(words[i]); len(r) > 1 {
				at := rapid.IntRange(0, len(r)-1).Draw(t, "letter")
				words[i] = string(slices.Delete(r, at, at+1))
			}
		}
	}
	return []byte(strings.Join(words, ""))
}

func errorsOf(diags []lang.Diagnostic) (n int) {
	for _, d := range diags {
		if d.IsError() {
			n++
		}
	}
	return n
}

// TestMutatedPolicies: any mistakes have diagnostics with places in the file, no
// bug of ours among them; transactions can be made for them; repairs come to an
// end, and keep the id of a policy without errors.
func TestMutatedPolicies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := misspelt(t)
		built, diags, err := workbench.Build(src)
		if err != nil || (built == nil) != (errorsOf(diags) > 0) {
			t.Fatalf("%v %v\n%s", err, codes(diags), src)
		}
		if _, err := workbench.Illustrate(src, diags); err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		fixed, changes, err := workbench.Repair(src, 0)
		if err != nil || (len(changes) == 0) != bytes.Equal(fixed, src) {
			t.Fatalf("%v, %d changes\n%s", err, len(changes), fixed)
		}
		if _, more, err := workbench.Repair(fixed, 0); err != nil || len(more) > 0 {
			t.Fatalf("%v, %d more changes\n%s", err, len(more), fixed)
		}
		if q, _ := lang.Load(fixed); built != nil && (q == nil || q.ID() != built.Policy.ID()) {
			t.Fatalf("repairs change the policy:\n%s", fixed)
		}
	})
}

// TestRepairReports: each change has its place in the file as it was then. What
// becomes repairable by a repair is repaired too.
func TestRepairReports(t *testing.T) {
	src := forms[0].source("allow E0303 \"why\"", "allow W0604 \"why\"")
	src = bytes.Replace(src, []byte("stake 1_000_000 sat"), []byte("stake 01_000_000sat"), 1)
	fixed, changes, err := workbench.Repair(src, 0)
	var made []string
	for _, c := range changes {
		made = append(made, c.Code+" "+c.Old+" "+c.Fix.Text)
	}
	want := []string{
		"E0104 01_000_000sat 01_000_000 sat",
		"E0108   allow E0303 \"why\"\n ",
		"E0003 01_000_000 1_000_000",
		"W0107   allow W0604 \"why\"\n ",
	}
	if err != nil || !slices.Equal(made, want) || !bytes.Equal(fixed, forms[0].source()) {
		t.Errorf("%v, %q, want %q\n%s", err, made, want, fixed)
	}
}
