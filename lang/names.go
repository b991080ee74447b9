package lang

import (
	"fmt"
	"regexp"
	"sort"

	"github.com/alecthomas/participle/v2/lexer"
)

// maxName is the length of the longest name.
const maxName = 32

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// name checks the form of a name that something is given.
func (c *checker) name(what string, t lexer.Token) {
	switch {
	case isReserved(t.Value):
		c.say("E0105", c.at(t), "`%s` is a reserved name", t.Value).Help =
			fmt.Sprintf("give the %s another name, such as `%s_1`", what, t.Value)
	case !nameForm.MatchString(t.Value):
		c.say("E0001", c.at(t), "expected a name, found `%s`", shorten(t.Value)).Help =
			fmt.Sprintf("a name is a letter a–z, then letters, digits and `_`, at most %d in all", maxName)
	}
}

// person looks a candidate, or with voters a named voter too, up by name and
// reports E0102 if there is none.
func (c *checker) person(t lexer.Token, voters bool) bool {
	known := func(d declared) bool { return d.what == "candidate" || voters && d.what == "voter" }
	if d, ok := c.people[t.Value]; ok && known(d) {
		return true
	}
	if c.tree.broken["candidate "+t.Value] || voters && c.tree.broken["voter "+t.Value] {
		return false
	}
	var options []string
	for name, d := range c.people {
		if known(d) {
			options = append(options, name)
		}
	}
	c.unknown(t, options)
	return false
}

// unknown reports a name that stands for nothing.
func (c *checker) unknown(t lexer.Token, options []string) {
	d := c.say("E0102", c.at(t), "unknown name `%s`", shorten(t.Value))
	sort.Strings(options)
	if near := closest(t.Value, options); near != "" {
		d.Help = fmt.Sprintf("did you mean `%s`?", near)
	}
}
