package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// mostDrilled is how many signer sets of one branch get tests of their own.
const mostDrilled = 6

// drill writes tests that take every path and see every path refused: with
// nobody's signature, and where it is locked, one block too early.
func drill(p *lang.Policy, paths []templates.Path) []string {
	d := &driller{p: p, paths: paths, count: map[string]int{}}
	open := uint32(0) // a block in which every path is open
	for _, q := range paths {
		open = max(open, atBlock(p, q))
	}
	d.add("nobody takes a stake unsigned", open, nil, "reject")
	if p.Win == lang.WinHardened {
		d.reject("the joint key alone is refused", open, []string{"joint"})
	}
	for _, q := range paths {
		if d.count[q.Name]++; d.count[q.Name] > mostDrilled {
			continue
		}
		title, signers := d.title(q), signersOf(q)
		if q.After > 0 {
			d.reject(title+", a block too early", q.After, signers)
		}
		d.add(title, atBlock(p, q), signers, strings.Replace(q.Name, ".", " ", 1))
	}
	return d.lines
}

type driller struct {
	p     *lang.Policy
	paths []templates.Path
	count map[string]int // paths by name
	lines []string
}

// title names the test of a path.
func (d *driller) title(q templates.Path) string {
	class, name, _ := strings.Cut(q.Name, ".")
	switch {
	case class == "branch" && slices.ContainsFunc(d.paths, func(o templates.Path) bool { return o.Name == q.Name && !slices.Equal(o.Signers, q.Signers) }):
		return name + " by " + words(q.Signers)
	case class == "branch":
		return name
	case name != "":
		return name + " claims"
	case class == "win":
		return "a claim"
	}
	return "a refund"
}

// reject adds a test that nothing is taken, if that is so.
func (d *driller) reject(title string, at uint32, signers []string) {
	h := handOf(d.p, signers)
	if !slices.ContainsFunc(d.paths, func(q templates.Path) bool { return q.After < at && h.signs(q) }) {
		d.add(title, at, signers, "reject")
	}
}

func (d *driller) add(title string, at uint32, signers []string, expect string) {
	who := "none"
	if len(signers) > 0 {
		who = strings.Join(signers, ", ")
	}
	d.lines = append(d.lines, fmt.Sprintf("test %q { at block %d  signers %s  expect %s }", title, at, who, expect))
}

// signersOf spells a path's signers as a test does.
func signersOf(q templates.Path) []string {
	var signers []string
	for _, s := range q.Signers {
		for _, role := range strings.Split(s, "+") {
			signers = append(signers, strings.Replace(role, "joint.", "joint ", 1))
		}
	}
	return signers
}
