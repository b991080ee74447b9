package lang

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// maxName is the length of the longest name.
const maxName = 32

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// name checks the form of a name that a statement declares. A statement with an
// invalid name does not count as known.
func (c *checker) name(what string, t lexer.Token) {
	if isReserved(t.Value) || !nameForm.MatchString(t.Value) {
		c.misnamed[what] = true
	}
	switch {
	case isReserved(t.Value):
		c.report("E0105", c.at(t), "`%s` is a reserved name", t.Value).Help =
			fmt.Sprintf("give the %s another name, such as `%s_1`", what, t.Value)
	case !nameForm.MatchString(t.Value):
		c.report("E0001", c.at(t), "expected a name, found `%s`", shorten(t.Value)).Help =
			fmt.Sprintf("a name is a letter a–z, then letters, digits and `_`, at most %d in all", maxName)
	}
}

// party looks up a candidate by name, or if voters is true also a named voter, and
// reports E0102 if there is none.
func (c *checker) party(t lexer.Token, voters bool) bool {
	known := func(d declared) bool { return d.what == "candidate" || voters && d.what == "voter" }
	if d, ok := c.parties[t.Value]; ok && known(d) {
		return true
	}
	for _, name := range []string{t.Value, lostName} {
		if c.tree.broken["candidate "+name] || voters && c.tree.broken["voter "+name] {
			return false
		}
	}
	what := "candidate"
	if voters {
		what = "candidate or a voter"
	}
	c.unknown(t, what, func() (options []string) {
		for name, d := range c.parties {
			if known(d) {
				options = append(options, name)
			}
		}
		return options
	})
	return false
}

// Bounds on the suggestions for unknown names: a file may hold thousands.
const (
	maxListed    = 8
	maxSuggested = 100
)

// unknown reports a name that stands for nothing. The options are the valid names.
func (c *checker) unknown(t lexer.Token, what string, options func() []string) {
	d := c.report("E0102", c.at(t), "unknown name `%s`", shorten(t.Value))
	d.Help = "write the name of a " + what
	if c.suggested++; c.suggested > maxSuggested {
		return
	}
	names := options()
	sort.Strings(names)
	if near, _ := closest(t.Value, names); near != "" {
		d.Help = fmt.Sprintf("did you mean `%s`?", near)
	} else if n := len(names); n > 0 && n <= maxListed && !c.tree.broken["candidate"] && !c.tree.broken["voter"] {
		d.Help = fmt.Sprintf("write `%s`", strings.Join(names, "` or `"))
	}
}
