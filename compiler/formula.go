package compiler

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"bevote/lang"
)

// formula is a condition on the set of signers: k of some roles, all of its parts, or
// one of its parts.
type formula struct {
	kind  formulaKind
	k     int      // of a choice
	roles []string // of a choice, sorted
	parts []formula
}

type formulaKind int

const (
	choice formulaKind = iota // k of roles; a single role is 1 of 1
	conjunction
	disjunction
)

// set is a set of roles, one bit for each.
type set uint64

func (s set) size() int { return bits.OnesCount64(uint64(s)) }

// factoring turns the minimal signer sets of a branch into a formula. The core holds
// these sets and no formula, so that two ways to write a branch give one script. The
// result does not depend on the order of the sets, and need not be the shortest. Its
// minimal satisfying sets are the given ones.
type factoring struct {
	roles []string // by bit, sorted
}

func formulaOf(b lang.Branch) formula {
	f := factoring{rolesOf(b)}
	var sets []set
	for _, signers := range b.Signers {
		var s set
		for _, role := range signers {
			s |= 1 << slices.Index(f.roles, role)
		}
		sets = append(sets, s)
	}
	return f.factor(sets)
}

// rolesOf returns the roles of a branch, sorted.
func rolesOf(b lang.Branch) []string {
	var roles []string
	for _, signers := range b.Signers {
		roles = append(roles, signers...)
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// factor returns the formula of the sets by the first of these that applies:
//
//	choice        all subsets of k roles
//	disjunction   groups of roles of which no set has roles of two
//	conjunction   the sets are the product of their shares of groups of roles
//	split         by the role in most sets: (role and …) or …
func (f factoring) factor(sets []set) formula {
	if c, ok := f.choice(sets); ok {
		return c
	}
	support := union(sets)
	if groups := f.components(support, func(x, y set) bool { return together(sets, x, y) }); len(groups) > 1 {
		return f.anyOf(groups, sets)
	}
	if groups := f.components(support, func(x, y set) bool { return dependent(sets, x, y) }); isProduct(groups, sets) {
		return f.allOf(groups, sets)
	}
	by := mostFrequent(support, sets)
	if everywhere(sets, by) {
		return f.allOf([]set{by, support &^ by}, sets)
	}
	var with, without []set
	for _, s := range sets {
		if s&by != 0 {
			with = append(with, s)
		} else {
			without = append(without, s)
		}
	}
	return combine(disjunction, f.factor(with), f.factor(without))
}

// choice returns k of n roles, if the sets are all of the subsets of size k. It does
// not for k = n > 1, which takes fewer bytes as a conjunction.
func (f factoring) choice(sets []set) (formula, bool) {
	support := union(sets)
	n, k := support.size(), sets[0].size()
	if n > 1 && k == n || len(sets) != choices(n, k) {
		return formula{}, false
	}
	for _, s := range sets {
		if s.size() != k {
			return formula{}, false
		}
	}
	return formula{kind: choice, k: k, roles: f.names(support)}, true
}

// choices returns the binomial coefficient n over k, or some number over 2^20, which
// is more sets than a branch has.
func choices(n, k int) int {
	ways := 1
	for i := 1; i <= min(k, n-k); i++ {
		if ways = ways * (n - min(k, n-k) + i) / i; ways > 1<<20 {
			return ways
		}
	}
	return ways
}

// anyOf returns the disjunction of the formulas of each group of roles. Roles that are
// enough alone are one choice.
func (f factoring) anyOf(groups []set, sets []set) formula {
	var parts []formula
	var alone set
	for _, g := range groups {
		if g.size() == 1 {
			alone |= g
			continue
		}
		var own []set
		for _, s := range sets {
			if s&g != 0 {
				own = append(own, s)
			}
		}
		parts = append(parts, f.factor(own))
	}
	if alone != 0 {
		parts = append(parts, formula{kind: choice, k: 1, roles: f.names(alone)})
	}
	return combine(disjunction, parts...)
}

// allOf returns the conjunction of the formulas of the sets' shares of each group.
func (f factoring) allOf(groups []set, sets []set) formula {
	var parts []formula
	for _, g := range groups {
		parts = append(parts, f.factor(shares(sets, g)))
	}
	return combine(conjunction, parts...)
}

// combine returns the formula of the parts, in which parts of the same kind are
// replaced by their own. Parts are sorted by weight, then by text.
func combine(kind formulaKind, parts ...formula) formula {
	var flat []formula
	for _, p := range parts {
		if p.kind == kind {
			flat = append(flat, p.parts...)
		} else {
			flat = append(flat, p)
		}
	}
	slices.SortFunc(flat, func(a, b formula) int {
		return cmp.Or(a.weight()-b.weight(), strings.Compare(a.String(), b.String()))
	})
	return formula{kind: kind, parts: flat}
}

// weight returns 0 for a single role, 1 for a choice, and more for a formula with
// parts.
func (f formula) weight() int {
	if f.kind == choice && len(f.roles) == 1 {
		return 0
	}
	return 1 + int(f.kind)
}

// String returns the formula's text, with parentheses.
func (f formula) String() string {
	if f.kind == choice {
		return fmt.Sprintf("%d of { %s }", f.k, strings.Join(f.roles, ", "))
	}
	var parts []string
	for _, p := range f.parts {
		parts = append(parts, p.String())
	}
	return "(" + strings.Join(parts, map[formulaKind]string{conjunction: " and ", disjunction: " or "}[f.kind]) + ")"
}

func (f factoring) names(s set) []string {
	var names []string
	for i, role := range f.roles {
		if s&(1<<i) != 0 {
			names = append(names, role)
		}
	}
	return names
}

// components returns the connected components of the roles in support, in the order
// of their first role.
func (f factoring) components(support set, linked func(x, y set) bool) []set {
	var groups []set
	for rest := support; rest != 0; {
		group := rest & -rest
		for grown := true; grown; {
			grown = false
			for i := range f.roles {
				y := set(1) << i
				if rest&y == 0 || group&y != 0 {
					continue
				}
				for j := range f.roles {
					if x := set(1) << j; group&x != 0 && linked(x, y) {
						group, grown = group|y, true
						break
					}
				}
			}
		}
		groups = append(groups, group)
		rest &^= group
	}
	return groups
}

// together reports whether one set holds both x and y.
func together(sets []set, x, y set) bool {
	return slices.ContainsFunc(sets, func(s set) bool { return s&(x|y) == x|y })
}

// dependent reports whether the sets' shares of x and y are not independent:
// not every share of x occurs with every share of y.
func dependent(sets []set, x, y set) bool {
	return len(shares(sets, x|y)) != len(shares(sets, x))*len(shares(sets, y))
}

// isProduct reports whether the sets are all unions of one share of each of at least
// two groups. There are never more sets than such unions.
func isProduct(groups []set, sets []set) bool {
	ways := 1
	for _, g := range groups {
		ways *= len(shares(sets, g))
	}
	return len(groups) > 1 && ways == len(sets)
}

// shares returns the intersections of the sets with a group of roles, each once.
func shares(sets []set, group set) []set {
	parts := make([]set, len(sets))
	for i, s := range sets {
		parts[i] = s & group
	}
	slices.Sort(parts)
	return slices.Compact(parts)
}

// everywhere reports whether every set holds a role.
func everywhere(sets []set, role set) bool {
	return !slices.ContainsFunc(sets, func(s set) bool { return s&role == 0 })
}

func union(sets []set) (all set) {
	for _, s := range sets {
		all |= s
	}
	return all
}

// mostFrequent returns the role in most of the sets, of several the first by name.
func mostFrequent(support set, sets []set) set {
	var best set
	most := 0
	for rest := support; rest != 0; rest &= rest - 1 {
		role, n := rest&-rest, 0
		for _, s := range sets {
			if s&role != 0 {
				n++
			}
		}
		if n > most {
			best, most = role, n
		}
	}
	return best
}
