package workbench

import (
	"bevote/lang"
	"bevote/templates"
)

// coverage says which paths the tests of a policy take, and which they see
// refused. Full coverage sees both of each path.
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
