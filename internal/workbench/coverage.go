package workbench

import (
	"fmt"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// Coverage says which paths the tests of a policy take and which they see
// refused: of each path both should be seen.
type Coverage struct {
	Covered int           `json:"covered"`
	Of      int           `json:"of"`      // two for each path
	Percent int           `json:"percent"` // rounded down
	Paths   []CoveredPath `json:"paths"`
	Missing []string      `json:"missing"` // test lines that would cover the rest
}

// CoveredPath is a path with the names of the tests that took it, and of those
// that saw it refused.
type CoveredPath struct {
	Name    string   `json:"name"`
	Signers []string `json:"signers"`
	After   uint32   `json:"after"`
	Taken   []string `json:"taken"`
	Refused []string `json:"refused"`
}

func newCoverage(paths []templates.Path) Coverage {
	c := Coverage{Missing: []string{}}
	for _, q := range paths {
		c.Paths = append(c.Paths, CoveredPath{q.Name, q.Signers, q.After, []string{}, []string{}})
	}
	return c
}

// note adds what a test saw of a path.
func (c *Coverage) note(path int, test string, taken bool) {
	seen := &c.Paths[path].Refused
	if taken {
		seen = &c.Paths[path].Taken
	}
	*seen = append(*seen, test)
}

// close counts, and writes the tests that are missing.
func (c *Coverage) close(p *lang.Policy, paths []templates.Path) {
	c.Of = 2 * len(paths)
	for i, q := range paths {
		if len(c.Paths[i].Taken) > 0 {
			c.Covered++
		} else {
			c.Missing = append(c.Missing, takes(p, label(paths, q), q))
		}
		if len(c.Paths[i].Refused) > 0 {
			c.Covered++
		} else {
			c.Missing = append(c.Missing, fmt.Sprintf("test %q { at block %d  signers none  expect reject }",
				"nobody takes "+label(paths, q), atBlock(p, q)))
		}
	}
	c.Percent = 100 * c.Covered / c.Of
}

// takes writes a test that takes the path.
func takes(p *lang.Policy, label string, q templates.Path) string {
	return fmt.Sprintf("test %q { at block %d  signers %s  expect %s }",
		label+" is taken", atBlock(p, q), strings.Join(signersOf(q), ", "), strings.Replace(q.Name, ".", " ", 1))
}

// atBlock is a block in which the path is open, and people would use it.
func atBlock(p *lang.Policy, q templates.Path) uint32 { return max(q.After, p.Times.VoteTo) + 1 }
