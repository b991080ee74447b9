package lang

import (
	"fmt"
	"math/bits"
	"slices"
	"sort"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Bounds on one branch. A larger one does not fit a redeem script of 520 bytes.
const (
	maxBranchRoles = 64  // bits of a signerSet
	maxBranchSets  = 500 // minimal signer sets
)

// signerSet is a set of roles, one bit for each role of the branch.
type signerSet uint64

// expansion computes the minimal signer sets of a branch. A branch with the role
// `candidate`, or with `joint` where each candidate has a joint key, is one
// alternative for each candidate, who is the same throughout the branch.
type expansion struct {
	*checker
	roles []string // by bit
	bit   map[string]int
	large bool // a bound was exceeded
}

// branches reads the branch lines.
func (c *checker) branches() {
	for _, s := range c.lines["branch"] {
		b := Branch{Name: s.Branch.Name.Value}
		ok := c.branchRoles(s)
		if s.Branch.After != nil {
			var good bool
			b.After, good = c.height(s.Branch.After)
			ok = ok && good
		} else if s.Branch.Timeout.Value != "" {
			b.After = c.Times.Timeout
		}
		if !ok {
			continue
		}
		e := &expansion{checker: c, bit: map[string]int{}}
		sets := e.branch(s.Branch.When)
		if e.large {
			c.report("E0004", s.span, "branch `%s` is too large: at most %d roles and %d signer sets",
				b.Name, maxBranchRoles, maxBranchSets).Help = "name fewer people"
			continue
		}
		if len(sets) == 1 && sets[0] == 0 {
			c.report("E0403", s.span, "branch `%s` has a path without a signature", b.Name).Help =
				"write `1 of { … }` or more"
			continue
		}
		for _, set := range sets {
			b.Signers = append(b.Signers, e.names(set))
		}
		slices.SortFunc(b.Signers, func(x, y []string) int {
			return strings.Compare(strings.Join(x, ","), strings.Join(y, ","))
		})
		c.Branches = append(c.Branches, b)
	}
}

// branchRoles checks the roles and numbers of a branch.
func (c *checker) branchRoles(s parsed) bool {
	ok := true
	for _, term := range s.Branch.When.Terms {
		for _, f := range term.Factors {
			if f.Of == nil {
				ok = c.branchRole(f.Role.Name) && ok
				continue
			}
			ok = c.someOf(f.Of) && ok
		}
	}
	return ok
}

func (c *checker) someOf(of *someOf) bool {
	ok := true
	seen := map[string]lexer.Token{}
	for _, r := range of.Roles {
		ok = c.branchRole(r.Name) && ok
		if before, twice := seen[r.Name.Value]; twice {
			d := c.report("E0101", c.at(r.Name), "`%s` is listed twice", r.Name.Value)
			d.Secondary = []Label{{c.at(before), "first listed here"}}
			d.Help = "name everybody once"
			ok = false
		}
		seen[r.Name.Value] = r.Name
	}
	n, good := c.number(of.Number)
	if good && n > uint64(len(of.Roles)) {
		d := c.report("E0201", c.at(of.Number), "threshold out of range: %s of %d roles",
			shorten(of.Number.Value), len(of.Roles))
		d.Help = fmt.Sprintf("write a number of at most %d", len(of.Roles))
		good = false
	}
	return ok && good
}

// branchRole checks that a role of a branch exists.
func (c *checker) branchRole(t lexer.Token) bool {
	switch t.Value {
	case "candidate", "supervisor", "voter":
		return true
	case "joint":
		return c.jointRole(t)
	default:
		return c.party(t, true)
	}
}

// jointRole checks that there is a joint key to sign with.
func (c *checker) jointRole(t lexer.Token) bool {
	win, ok := c.first["win"]
	if !ok || c.Win != WinCustodial {
		return true
	}
	why := "the supervisor's key takes the place of the joint key"
	c.exclude(c.at(t), win, why, "there is no joint key here").Help = "write `supervisor`"
	return false
}

// branch returns the minimal signer sets of the whole expression.
func (e *expansion) branch(when *anyOf) []signerSet {
	if !e.perCandidate(when) {
		return e.anyOf(when, "")
	}
	var sets []signerSet
	for _, c := range e.Candidates {
		sets = e.minimal(append(sets, e.anyOf(when, c.Name)...))
		if e.large {
			break
		}
	}
	return sets
}

func (e *expansion) perCandidate(when *anyOf) bool {
	varies := func(r *role) bool {
		return r.Name.Value == "candidate" || r.Name.Value == "joint" && e.Joint == JointEach
	}
	return slices.ContainsFunc(when.Terms, func(t *allOf) bool {
		return slices.ContainsFunc(t.Factors, func(f *factor) bool {
			return f.Of != nil && slices.ContainsFunc(f.Of.Roles, varies) || f.Role != nil && varies(f.Role)
		})
	})
}

func (e *expansion) anyOf(when *anyOf, candidate string) []signerSet {
	var sets []signerSet
	for _, t := range when.Terms {
		sets = e.minimal(append(sets, e.allOf(t, candidate)...))
	}
	return sets
}

func (e *expansion) allOf(term *allOf, candidate string) []signerSet {
	sets := []signerSet{0}
	for _, f := range term.Factors {
		more := e.factor(f, candidate)
		if e.large = e.large || len(sets)*len(more) > maxBranchSets; e.large {
			return nil
		}
		var both []signerSet
		for _, a := range sets {
			for _, b := range more {
				both = append(both, a|b)
			}
		}
		sets = e.minimal(both)
	}
	return sets
}

func (e *expansion) factor(f *factor, candidate string) []signerSet {
	if f.Of == nil {
		return []signerSet{e.role(f.Role.Name.Value, candidate)}
	}
	var roles []signerSet
	for _, r := range f.Of.Roles {
		roles = append(roles, e.role(r.Name.Value, candidate))
	}
	k, _ := e.number(f.Of.Number)
	var sets []signerSet
	e.choose(roles, int(k), 0, &sets)
	return e.minimal(sets)
}

// choose appends every union of k of the roles to sets, until a bound is exceeded.
func (e *expansion) choose(roles []signerSet, k int, have signerSet, sets *[]signerSet) {
	switch {
	case k == 0:
		*sets = append(*sets, have)
		e.large = e.large || len(*sets) > maxBranchSets
	case e.large || k > len(roles):
	default:
		e.choose(roles[1:], k-1, have|roles[0], sets)
		e.choose(roles[1:], k, have, sets)
	}
}

// role returns the set of one role, under its name in paths.
func (e *expansion) role(word, candidate string) signerSet {
	name := word
	switch word {
	case "candidate":
		name = candidate
	case "joint":
		name = e.JointName(candidate)
	}
	if _, ok := e.bit[name]; !ok {
		if len(e.roles) == maxBranchRoles {
			e.large = true
			return 0
		}
		e.bit[name] = len(e.roles)
		e.roles = append(e.roles, name)
	}
	return 1 << e.bit[name]
}

// minimal drops every set that contains another one.
func (e *expansion) minimal(sets []signerSet) []signerSet {
	if e.large = e.large || len(sets) > 2*maxBranchSets; e.large {
		return nil
	}
	slices.SortFunc(sets, func(a, b signerSet) int { return bits.OnesCount64(uint64(a)) - bits.OnesCount64(uint64(b)) })
	var least []signerSet
	for _, s := range sets {
		if !slices.ContainsFunc(least, func(t signerSet) bool { return t&s == t }) {
			least = append(least, s)
		}
	}
	e.large = len(least) > maxBranchSets
	return least
}

// names returns the roles of a set, sorted.
func (e *expansion) names(set signerSet) []string {
	var names []string
	for i, name := range e.roles {
		if set&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
