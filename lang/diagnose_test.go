package lang_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/examples"
	"bevote/lang"
	"bevote/lang/langtest"
)

// edit replaces a text of the sample policy. The expected codes stand on the
// offending line as `// want CODE…`.
type edit struct{ old, new string }

// mistake is the sample policy with few edits.
type mistake struct {
	name  string
	edits []edit
}

func one(name, old, new string) mistake { return mistake{name, []edit{{old, new}}} }

var candidateForm = regexp.MustCompile(`candidate (\w+) +(.*)\{ (key \S+)  (pay \S+) \}`)

// clubChair is the policy that mistakes are made in, with the parts of its
// candidates on lines of their own.
var clubChair = candidateForm.ReplaceAllString(string(examples.Policy("club_chair")), "candidate $1 $2{\n    $3\n    $4\n  }")

// sample is that policy with some texts replaced.
func sample(t testing.TB, edits ...edit) []byte {
	t.Helper()
	src := clubChair
	for _, e := range edits {
		if strings.Count(src, e.old) != 1 {
			t.Fatalf("%q is %d times in the sample, want once", e.old, strings.Count(src, e.old))
		}
		src = strings.Replace(src, e.old, e.new, 1)
	}
	return []byte(src)
}

var wantForm = regexp.MustCompile(`// want ((?:[EW]\d{4} ?)+)`)

// found is a code on a line.
type found struct {
	line int
	code string
}

func expected(src []byte) []found {
	var all []found
	for i, line := range strings.Split(string(src), "\n") {
		if m := wantForm.FindStringSubmatch(line); m != nil {
			for _, code := range strings.Fields(m[1]) {
				all = append(all, found{i + 1, code})
			}
		}
	}
	return all
}

// checkWants loads the policy and compares its diagnostics with what the file expects.
func checkWants(t *testing.T, src []byte, now uint32) {
	t.Helper()
	p, diags := lang.LoadAt(src, now)
	if got, want := places(diags), inOrder(expected(src)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v\n%s", got, want, rendered(t, src, diags))
	}
	if refused := slices.ContainsFunc(diags, lang.Diagnostic.IsError); refused != (p == nil) {
		t.Errorf("errors: %v, policy: %v", refused, p != nil)
	}
}

// places are the codes of diagnostics with their lines, in order.
func places(diags []lang.Diagnostic) []found {
	var all []found
	for _, d := range diags {
		all = append(all, found{d.Primary.Line, d.Code})
	}
	return inOrder(all)
}

func inOrder(all []found) []found {
	slices.SortFunc(all, func(a, b found) int { return cmp.Or(a.line-b.line, strings.Compare(a.code, b.code)) })
	return all
}

func rendered(t *testing.T, src []byte, diags []lang.Diagnostic) string {
	t.Helper()
	var b bytes.Buffer
	if err := lang.Render(&b, "board.bev", src, diags); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestMistakes makes one mistake at a time, and expects its diagnostic on its line and
// no other.
func TestMistakes(t *testing.T) {
	for _, m := range mistakes() {
		t.Run(m.name, func(t *testing.T) { checkWants(t, sample(t, m.edits...), 0) })
	}
}

// TestManyMistakes reads files with several mistakes, all reported in one run.
func TestManyMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.bev")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			checkWants(t, src, 0)
		})
	}
}

// unrelated are mistakes that do not depend on each other, grouped by statement.
var unrelated = [][]string{
	{"strange statement", "odd rounds", "small modulus", "one mixer"},
	{"leading zero", "hexadecimal", "half a satoshi", "no unit", "glued unit", "nine places", "more than there is", "declared twice"},
	{"half a fee", "no fee", "unit of another kind"},
	{"unknown statement", "one share elects", "not whole", "more than all", "two winners"},
	{"untagged height", "a date as a block"},
	{"hidden in a comment"},
	{"no expectation", "unknown winner", "unknown signer", "unknown joint key"},
	{"date in a test", "block zero"},
	{"wrong word"},
	{"untagged key"},
	{"reserved election"},
	{"not allowed", "unknown code", "allowed error", "no reason"},
	{"unsigned", "unknown role", "too many of", "no height", "listed twice", "unended text"}, // the last hides a candidate
	{"short key", "capital hex", "off the curve", "the generator"},
	{"unreadable address", "mainnet address", "a bare key"},
	{"early reveal", "days"}, // both about the timeout
}

// TestUnrelatedMistakes makes many mistakes at once, and expects the diagnostic of each
// on its line and no other.
func TestUnrelatedMistakes(t *testing.T) {
	named := map[string]mistake{}
	for _, m := range mistakes() {
		named[m.name] = m
	}
	rapid.Check(t, func(rt *rapid.T) {
		src, made := clubChair, []string{}
		for i, slot := range unrelated {
			if rapid.IntRange(0, 3).Draw(rt, fmt.Sprint("leave ", i)) == 0 {
				continue
			}
			m := named[rapid.SampledFrom(slot).Draw(rt, fmt.Sprint("mistake ", i))]
			for _, e := range m.edits {
				if strings.Count(src, e.old) != 1 {
					rt.Fatalf("%s: %q is %d times in the sample, want once", m.name, e.old, strings.Count(src, e.old))
				}
				src = strings.Replace(src, e.old, e.new, 1)
			}
			made = append(made, m.name)
		}
		_, diags := lang.Load([]byte(src))
		if got, want := places(diags), expected([]byte(src)); !slices.Equal(got, inOrder(want)) {
			rt.Fatalf("%q: got %v, want %v\n%s", made, got, want, src)
		}
	})
}

// TestEveryCodeIsTried checks that the mistakes above give every code that a text can
// give.
func TestEveryCodeIsTried(t *testing.T) {
	told := map[string]bool{
		"E0000": true, // a bug of ours
		"W0107": true, // TestApplyAllows
		"E0503": true, // TestPassed
	}
	for _, m := range mistakes() {
		for _, f := range expected(sample(t, m.edits...)) {
			told[f.code] = true
		}
	}
	for _, c := range lang.Codes() {
		if c.ID[1:] < "0600" && !told[c.ID] {
			t.Errorf("no mistake makes %s: %s", c.ID, c.Says)
		}
	}
}

func mistakes() []mistake {
	return slices.Concat(syntaxMistakes(), nameMistakes(), numberMistakes(), keyMistakes(), timeMistakes(), mixMistakes(), liveMistakes(), sealMistakes(), otherMistakes())
}

func TestPassed(t *testing.T) {
	src := sample(t,
		edit{"block 110 ", "block 110 // want E0503 //"},
		edit{"block 115 ", "block 115 // want E0503 //"},
	)
	checkWants(t, src, 116)
	if _, diags := lang.LoadAt(sample(t), 108); len(diags) > 0 {
		t.Error(diags)
	}
}

// TestDateLocks holds the bound between heights and dates.
func TestDateLocks(t *testing.T) {
	far := func(h int) []byte {
		return sample(t, edit{"reveal  from block 300 ", fmt.Sprintf("reveal from block %d ", h)})
	}
	if _, diags := lang.Load(far(499_999_999)); len(diags) > 0 {
		t.Error(diags)
	}
	if _, diags := lang.Load(far(500_000_000)); len(diags) != 1 || diags[0].Code != "E0502" {
		t.Error(diags)
	}
}

func key(text string) string  { return "pub:" + langtest.Key(text).String() }
func addr(text string) string { return "addr:" + langtest.Address("regtest", text) }

// TestTooManyDiagnostics expects the first thousand, and the number of the others.
func TestTooManyDiagnostics(t *testing.T) {
	src := sample(t, edit{stakeText, strings.Repeat(stakeText+"\n", 1502)})
	p, diags := lang.Load(src)
	if p != nil || len(diags) != 1000 {
		t.Fatalf("%d diagnostics, policy %v", len(diags), p != nil)
	}
	if notes := diags[999].Notes; len(notes) != 1 || notes[0] != "and 501 more in this file" {
		t.Errorf("the last says %q", notes)
	}
}
