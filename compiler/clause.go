package compiler

import (
	"slices"
	"strconv"
	"strings"

	"bevote/templates"
)

// clause is a piece of script with what it takes from the witness. Items are
// listed as they are pushed, so that the last lies on top and is taken first.
//
// Checks leave a truth; the others leave nothing, or end the script.
type clause struct {
	words []string
	ways  []taking // how it comes out true, or through
	no    []string // the items with which a check comes out false: all empty
}

// taking is one way through a clause.
type taking struct {
	name    string   // of the path, where the clause ends one
	signers []string // in any order
	after   uint32
	items   []string
}

// then runs b after a, which takes its items first: they lie above b's.
func (a clause) then(b clause) clause {
	c := clause{words: slices.Concat(a.words, b.words)}
	for _, x := range a.ways {
		for _, y := range b.ways {
			c.ways = append(c.ways, x.with(y))
		}
	}
	return c
}

// with is both takings, x's items on top. At most one of them ends a path.
func (x taking) with(y taking) taking {
	return taking{
		name:    x.name + y.name,
		signers: slices.Concat(x.signers, y.signers),
		after:   max(x.after, y.after),
		items:   slices.Concat(y.items, x.items),
	}
}

// lowering writes the script of one policy.
type lowering struct {
	key func(role string) string // the word for a role's key: a hole or a constant
}

// check leaves whether the formula is satisfied. With empty signatures it is
// not, whichever they are of, so that nothing but signatures decides.
//
//	one role   <key> CHECKSIG
//	choice     k <key> … n CHECKMULTISIG
//	all        check(first) NOTIF 0 ELSE verify(others) 1 ENDIF
//	any        check(first of it) NOTIF check(others) ELSE verify(rest of it) 1 ENDIF
func (l lowering) check(f formula) clause {
	switch f.kind {
	case choice:
		return l.signatures(f, "")
	case all:
		return l.decide(f, push(true), push(false))
	}
	last := len(f.parts) - 1
	c := l.check(f.parts[last])
	for _, p := range slices.Backward(f.parts[:last]) {
		c = l.decide(p, push(true), c)
	}
	return c
}

// verify goes on only where the formula is satisfied.
func (l lowering) verify(f formula) clause {
	switch f.kind {
	case choice:
		return l.signatures(f, "VERIFY")
	case all:
		c := through()
		for _, p := range f.parts {
			c = c.then(l.verify(p))
		}
		return c
	}
	last := len(f.parts) - 1
	c := l.verify(f.parts[last])
	for _, p := range slices.Backward(f.parts[:last]) {
		c = l.decide(p, through(), c)
	}
	return c
}

// decide runs yes where the formula is satisfied and no where its signatures
// are empty. The first part of a conjunction decides: once it is signed, the
// others must be.
//
//	check(first) NOTIF no ELSE verify(others) yes ENDIF
func (l lowering) decide(f formula, yes, no clause) clause {
	if f.kind == any {
		for _, p := range slices.Backward(f.parts) {
			no = l.decide(p, yes, no)
		}
		return no
	}
	first, others := f, through()
	if f.kind == all {
		first, others = f.parts[0], l.verify(formula{kind: all, parts: f.parts[1:]})
	}
	head := l.check(first)
	yes = others.then(yes)
	c := clause{words: slices.Concat(head.words, []string{"NOTIF"}, no.words)}
	if len(yes.words) > 0 {
		c.words = append(append(c.words, "ELSE"), yes.words...)
	}
	c.words = append(c.words, "ENDIF")
	for _, x := range head.ways {
		for _, y := range yes.ways {
			c.ways = append(c.ways, x.with(y))
		}
	}
	for _, y := range no.ways {
		c.ways = append(c.ways, taking{items: head.no}.with(y))
	}
	c.no = slices.Concat(no.no, head.no)
	return c
}

// signatures checks a choice. CHECKMULTISIG takes its signatures in the order
// of their keys, and one item more than it needs.
func (l lowering) signatures(f formula, suffix string) clause {
	if len(f.roles) == 1 {
		role := f.roles[0]
		return clause{
			words: []string{l.key(role), "CHECKSIG" + suffix},
			ways:  []taking{{signers: f.roles, items: []string{"sig:" + role}}},
			no:    []string{"0"},
		}
	}
	c := clause{words: []string{strconv.Itoa(f.k)}, no: slices.Repeat([]string{"0"}, f.k+1)}
	for _, role := range f.roles {
		c.words = append(c.words, l.key(role))
	}
	c.words = append(c.words, strconv.Itoa(len(f.roles)), "CHECKMULTISIG"+suffix)
	subsets(f.roles, f.k, nil, func(signers []string) {
		x := taking{signers: signers, items: []string{"0"}}
		for _, role := range signers {
			x.items = append(x.items, "sig:"+role)
		}
		c.ways = append(c.ways, x)
	})
	return c
}

// subsets calls f with every choice of k of the roles, in their order.
func subsets(roles []string, k int, have []string, f func([]string)) {
	switch {
	case k == 0:
		f(slices.Clone(have))
	case len(roles) >= k:
		subsets(roles[1:], k-1, append(have, roles[0]), f)
		subsets(roles[1:], k, have, f)
	}
}

// through does nothing.
func through() clause { return clause{ways: []taking{{}}} }

// push leaves a truth that needs no signature.
func push(truth bool) clause {
	if truth {
		return clause{words: []string{"1"}, ways: []taking{{}}}
	}
	return clause{words: []string{"0"}}
}

// end is the end of a path: the script is true, from the lock on.
func end(path string, after uint32) clause {
	c := clause{words: []string{"1"}, ways: []taking{{name: path, after: after}}}
	if after > 0 {
		c.words = []string{strconv.FormatUint(uint64(after), 10), "CHECKLOCKTIMEVERIFY"}
	}
	return c
}

// after runs a behind words that take nothing.
func (a clause) after(words ...string) clause {
	a.words = slices.Concat(words, a.words)
	return a
}

// flagged runs yes where the top item is true and no where it is not.
func flagged(yes, no clause) clause {
	c := clause{words: slices.Concat([]string{"IF"}, yes.words, []string{"ELSE"}, no.words, []string{"ENDIF"})}
	for _, x := range yes.ways {
		c.ways = append(c.ways, taking{items: []string{"1"}}.with(x))
	}
	for _, x := range no.ways {
		c.ways = append(c.ways, taking{items: []string{"0"}}.with(x))
	}
	return c
}

// template is the script that a whole clause is.
func (a clause) template() templates.Template {
	t, err := templates.ParseWords(a.words)
	if err != nil {
		panic("compiler: " + err.Error()) // clauses are made of words
	}
	return t
}

// paths lists the ways of a whole script as a contract does.
func (a clause) paths() []templates.Path {
	var paths []templates.Path
	for _, x := range a.ways {
		q := templates.Path{Name: x.name, Signers: slices.Sorted(slices.Values(x.signers)), After: x.after}
		if _, candidate, sum := strings.Cut(q.Signers[0], "+"); sum {
			q.Name += "." + candidate // a claim is named after the candidate who can make it
		}
		q.Witness = append(slices.Clone(x.items), "redeem")
		paths = append(paths, q)
	}
	slices.SortFunc(paths, func(a, b templates.Path) int { return strings.Compare(a.String(), b.String()) })
	return paths
}
