package lang_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bevote/internal/workbench"
	"bevote/lang"
)

// exampleForm is an example of a page, with the options of its test: "--now
// N", or "also CODE" where a second diagnostic is expected.
var exampleForm = regexp.MustCompile("(?s)\n## (Wrong|Right)\n\n```bev(?: (--now|also) (\\w+))?\n(.*?)\n```\n")

// example is a policy file made of a page's example.
type example struct {
	src  []byte
	now  uint32
	also string
}

// examplesOf returns the wrong and the right example of a page. Lines take the
// place of those of the base policy that begin with the same keyword; what
// begins with "bevote" is a whole file.
func examplesOf(t *testing.T, page string) map[string]example {
	t.Helper()
	base, err := os.ReadFile("testdata/codes/base.bev")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]example{}
	for _, m := range exampleForm.FindAllStringSubmatch(page, -1) {
		e := example{src: []byte(m[4] + "\n")}
		if m[2] == "--now" {
			fmt.Sscan(m[3], &e.now)
		} else {
			e.also = m[3]
		}
		if !strings.HasPrefix(m[4], "bevote") {
			e.src = overlay(string(base), m[4])
		}
		all[m[1]] = e
	}
	return all
}

func overlay(base, lines string) []byte {
	keywords := map[string]bool{}
	for _, l := range strings.Split(lines, "\n") {
		keywords[strings.Fields(l)[0]] = true
	}
	keywords["voters"] = keywords["voters"] || keywords["voter"]
	var out []string
	for _, l := range strings.Split(strings.TrimSpace(base), "\n") {
		if f := strings.Fields(l); len(f) == 0 || !keywords[f[0]] {
			out = append(out, l)
		}
	}
	out = slices.Insert(out, len(out)-1, "  "+strings.ReplaceAll(lines, "\n", "\n  "))
	return []byte(strings.Join(out, "\n") + "\n")
}

// bugs are the codes that no policy has.
var bugs = []string{"E0000", "E0901"}

// TestPages: every code has a page. Its wrong example gives that code and
// nothing else, its right example does not, and the rendered text equals a
// golden file.
func TestPages(t *testing.T) {
	for _, c := range lang.Codes() {
		page, ok := lang.Page(c.ID)
		if heading := "# " + c.ID + ": " + c.Says + "\n\n"; !ok || !strings.HasPrefix(page, heading) {
			t.Errorf("the page does not begin %q: %.80q", heading, page)
		}
		for _, l := range strings.Split(page, "\n") {
			if len([]rune(l)) > 100 && !strings.Contains(l, "pub:") {
				t.Errorf("%s: a long line: %s", c.ID, l)
			}
		}
		examples := examplesOf(t, page)
		if slices.Contains(bugs, c.ID) {
			if len(examples) > 0 {
				t.Errorf("%s: an example of a bug", c.ID)
			}
			continue
		}
		if len(examples) != 2 {
			t.Errorf("%s: %d examples, want a wrong and a right one", c.ID, len(examples))
			continue
		}
		checkWrong(t, c.ID, examples["Wrong"])
		checkRight(t, c.ID, examples["Right"])
	}
}

func checkWrong(t *testing.T, code string, e example) {
	t.Helper()
	_, diags, err := workbench.BuildAt(e.src, e.now)
	if err != nil {
		t.Fatal(err)
	}
	if diags, err = workbench.Illustrate(e.src, diags); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, d := range diags {
		found = found || d.Code == code
		if d.Code != code && d.Code != e.also {
			t.Errorf("%s: the wrong example gives %s", code, d.Code)
		}
		if d.Help == "" {
			t.Errorf("%s says no help", code)
		}
	}
	if !found {
		t.Errorf("%s: the wrong example does not give it\n%s", code, e.src)
	}
	golden(t, "codes/"+code+".txt", []byte(rendered(t, e.src, diags)))
}

func checkRight(t *testing.T, code string, e example) {
	t.Helper()
	b, diags, err := workbench.BuildAt(e.src, e.now)
	if b == nil || err != nil || len(diags) > 0 {
		t.Errorf("%s: the right example is not right: %v\n%s", code, err, rendered(t, e.src, diags))
	}
}

// TestNoOtherPages checks that every page and golden file is that of a code.
func TestNoOtherPages(t *testing.T) {
	files, err := filepath.Glob("*/codes/*.txt")
	more, err2 := filepath.Glob("codes/*")
	if err != nil || err2 != nil || len(files) < len(bugs) {
		t.Fatal(files, err, err2)
	}
	for _, f := range append(files, more...) {
		code := strings.TrimSuffix(filepath.Base(f), filepath.Ext(f))
		if _, ok := lang.Page(code); !ok {
			t.Errorf("%s is of no code", f)
		}
	}
}
