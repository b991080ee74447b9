package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// coverage holds which paths the tests of a policy take, and which they show
// to be refused. Full coverage has both of each path.
type coverage struct {
	Covered int           `json:"covered"`
	Of      int           `json:"of"`      // two for each path
	Percent int           `json:"percent"` // rounded down
	Paths   []coveredPath `json:"paths"`
	Missing []string      `json:"missing"` // test lines that would cover the rest
}

// coveredPath is a path with the names of the tests that took it, and of those
// that saw it refused.
type coveredPath struct {
	Name    string   `json:"name"`
	Signers []string `json:"signers"`
	After   uint32   `json:"after"`
	Taken   []string `json:"taken"`
	Refused []string `json:"refused"`
}

func newCoverage(paths []templates.Path) coverage {
	c := coverage{Missing: []string{}}
	for _, q := range paths {
		c.Paths = append(c.Paths, coveredPath{q.Name, q.Signers, q.After, []string{}, []string{}})
	}
	return c
}

// note adds the outcome of a path in a test.
func (c *coverage) note(path int, test string, taken bool) {
	seen := &c.Paths[path].Refused
	if taken {
		seen = &c.Paths[path].Taken
	}
	*seen = append(*seen, test)
}

// close counts, and writes the tests that are missing.
func (c *coverage) close(p *lang.Policy, paths []templates.Path) {
	c.Of = 2 * len(paths)
	for i, q := range paths {
		at, name := atBlock(p, q), label(paths, q)
		if len(c.Paths[i].Taken) > 0 {
			c.Covered++
		} else {
			c.Missing = append(c.Missing, testLine(name+" is taken", at, signersOf(q), expectation(q)))
		}
		if len(c.Paths[i].Refused) > 0 {
			c.Covered++
		} else {
			c.Missing = append(c.Missing, testLine("nobody takes "+name, at, nil, "reject"))
		}
	}
	c.Percent = 100 * c.Covered / c.Of
}

// atBlock returns a block after the vote in which the path is open.
func atBlock(p *lang.Policy, q templates.Path) uint32 { return max(q.After, p.Times.VoteTo) + 1 }

// maxSetTests is how many signer sets of one branch get tests of their own.
const maxSetTests = 6

// pathTests writes test lines that take every path, and that show it refused:
// without a signature, and for a locked path also one block too early.
func pathTests(p *lang.Policy, paths []templates.Path) []string {
	w := &testWriter{p: p, paths: paths, count: map[string]int{}}
	open := uint32(0) // a block in which every path is open
	for _, q := range paths {
		open = max(open, atBlock(p, q))
	}
	w.add("nobody takes a stake unsigned", open, nil, "reject")
	if p.Win == lang.WinHardened {
		w.reject("the joint key alone is refused", open, []string{"joint"})
	}
	for _, q := range paths {
		if w.count[q.Name]++; w.count[q.Name] > maxSetTests {
			continue
		}
		title, signers := w.title(q), signersOf(q)
		if q.After > 0 {
			w.reject(title+", a block too early", q.After, signers)
		}
		w.add(title, atBlock(p, q), signers, expectation(q))
	}
	return w.lines
}

type testWriter struct {
	p     *lang.Policy
	paths []templates.Path
	count map[string]int // paths by name
	lines []string
}

// title names the test of a path.
func (w *testWriter) title(q templates.Path) string {
	kind, name, _ := strings.Cut(q.Name, ".")
	alternative := func(o templates.Path) bool { return o.Name == q.Name && !slices.Equal(o.Signers, q.Signers) }
	switch {
	case kind == "branch" && slices.ContainsFunc(w.paths, alternative):
		return name + " by " + enumerate(q.Signers)
	case kind == "branch":
		return name
	case name != "":
		return name + " claims"
	case kind == "win":
		return "a claim"
	}
	return "a refund"
}

// reject adds a test that nothing is taken, if that is so.
func (w *testWriter) reject(title string, at uint32, signers []string) {
	k := newKnownSecrets(w.p, signers)
	if !slices.ContainsFunc(w.paths, func(q templates.Path) bool { return q.After < at && k.signs(q) }) {
		w.add(title, at, signers, "reject")
	}
}

func (w *testWriter) add(title string, at uint32, signers []string, expect string) {
	w.lines = append(w.lines, testLine(title, at, signers, expect))
}

// testLine writes a test line of a policy.
func testLine(title string, at uint32, signers []string, expect string) string {
	by := "none"
	if len(signers) > 0 {
		by = strings.Join(signers, ", ")
	}
	return fmt.Sprintf("test %q { at block %d  signers %s  expect %s }", title, at, by, expect)
}

// expectation spells a path as a test line expects it: "win alice".
func expectation(q templates.Path) string { return strings.Replace(q.Name, ".", " ", 1) }

// signersOf spells a path's signers as a test line does.
func signersOf(q templates.Path) []string {
	var signers []string
	for _, s := range q.Signers {
		for _, role := range strings.Split(s, "+") {
			signers = append(signers, strings.Replace(role, "joint.", "joint ", 1))
		}
	}
	return signers
}
