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

	"bevote/examples"
	"bevote/lang"
	"bevote/lang/langtest"
)

// edit replaces a text of the sample policy. What is expected of the result
// stands on the offending line as `// want CODE…`.
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

// checkWants loads the policy and compares what is said with what the file expects.
func checkWants(t *testing.T, src []byte, now uint32) {
	t.Helper()
	p, diags := lang.LoadAt(src, now)
	var got []found
	for _, d := range diags {
		got = append(got, found{d.Primary.Line, d.Code})
	}
	order := func(a, b found) int { return cmp.Or(a.line-b.line, strings.Compare(a.code, b.code)) }
	want := expected(src)
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v\n%s", got, want, rendered(t, src, diags))
	}
	if refused := slices.ContainsFunc(diags, lang.Diagnostic.IsError); refused != (p == nil) {
		t.Errorf("errors: %v, policy: %v", refused, p != nil)
	}
}

func rendered(t *testing.T, src []byte, diags []lang.Diagnostic) string {
	t.Helper()
	var b bytes.Buffer
	if err := lang.Render(&b, "board.bev", src, diags); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestMistakes makes one mistake at a time: it is told on its line, and
// nothing else is.
func TestMistakes(t *testing.T) {
	for _, m := range mistakes() {
		t.Run(m.name, func(t *testing.T) { checkWants(t, sample(t, m.edits...), 0) })
	}
}

// TestManyMistakes reads files with several mistakes, all told in one run.
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

// TestEveryCodeIsTold finds a mistake among those above for every code that
// comes from the text.
func TestEveryCodeIsTold(t *testing.T) {
	told := map[string]bool{
		"E0000": true, // a bug of ours
		"W0107": true, // TestSettle
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
	return slices.Concat(syntaxMistakes(), nameMistakes(), numberMistakes(), keyMistakes(), timeMistakes(), otherMistakes())
}

func TestPassed(t *testing.T) {
	src := sample(t,
		edit{"block 110 ", "block 110 // want E0503 //"},
		edit{"block 112 ", "block 112 // want E0503 //"},
	)
	checkWants(t, src, 113)
	if _, diags := lang.LoadAt(sample(t), 109); len(diags) > 0 {
		t.Error(diags)
	}
}

// TestDateLocks: the bound between heights and dates is Bitcoin's.
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
