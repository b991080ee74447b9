package compiler

import (
	"slices"
	"strconv"
	"strings"

	"bevote/templates"
)

// clause is a piece of script with the witness items that it takes. Items are in
// the order of their pushes: the last is on top and taken first.
//
//	items … → truth    a check
//	items … →          any other clause, or the end of the script
type clause struct {
	words []string
	ways  []way    // the items with which a check is true, or a clause passes
	no    []string // the items with which a check is false: all empty
}

// way is one way to pass a clause.
type way struct {
	name    string   // of the path, if the clause ends one
	signers []string // in any order
	after   uint32
	items   []string
}

// then runs a, then b: a's items are above b's.
func (a clause) then(b clause) clause {
	c := clause{words: slices.Concat(a.words, b.words)}
	for _, x := range a.ways {
		for _, y := range b.ways {
			c.ways = append(c.ways, x.with(y))
		}
	}
	return c
}

// with joins two ways, x's items on top. At most one of them ends a path.
func (x way) with(y way) way {
	return way{
		name:    x.name + y.name,
		signers: slices.Concat(x.signers, y.signers),
		after:   max(x.after, y.after),
		items:   slices.Concat(y.items, x.items),
	}
}

// lowering writes the script of one policy.
type lowering struct {
	key func(role string) string // word for a role's key: a hole or a constant
}

// check leaves on the stack whether the formula is satisfied. Where all
// signatures are empty it leaves false, so that signatures alone decide.
//
//	choice        k <key> … n CHECKMULTISIG, or <key> CHECKSIG of one role
//	conjunction   check(first) NOTIF 0 ELSE verify(others) 1 ENDIF
//	disjunction   decide(first, 1, check(others))
func (l lowering) check(f formula) clause {
	switch f.kind {
	case choice:
		return l.signatures(f, "")
	case conjunction:
		return l.decide(f, push(true), push(false))
	}
	last := len(f.parts) - 1
	c := l.check(f.parts[last])
	for _, p := range slices.Backward(f.parts[:last]) {
		c = l.decide(p, push(true), c)
	}
	return c
}

// verify fails unless the formula is satisfied.
func (l lowering) verify(f formula) clause {
	switch f.kind {
	case choice:
		return l.signatures(f, "VERIFY")
	case conjunction:
		c := emptyClause()
		for _, p := range f.parts {
			c = c.then(l.verify(p))
		}
		return c
	}
	last := len(f.parts) - 1
	c := l.verify(f.parts[last])
	for _, p := range slices.Backward(f.parts[:last]) {
		c = l.decide(p, emptyClause(), c)
	}
	return c
}

// decide runs yes if the formula is satisfied, and no if its signatures are empty. Of
// a conjunction the first part decides: if it is satisfied and another part is not,
// the script fails.
//
//	check(first) NOTIF no ELSE verify(others) yes ENDIF
func (l lowering) decide(f formula, yes, no clause) clause {
	if f.kind == disjunction {
		for _, p := range slices.Backward(f.parts) {
			no = l.decide(p, yes, no)
		}
		return no
	}
	first, others := f, emptyClause()
	if f.kind == conjunction {
		first, others = f.parts[0], l.verify(formula{kind: conjunction, parts: f.parts[1:]})
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
		c.ways = append(c.ways, way{items: head.no}.with(y))
	}
	c.no = slices.Concat(no.no, head.no)
	return c
}

// signatures checks a choice: one key, or k of n keys.
//
//	sig               <key> CHECKSIG                            → truth
//	0 sig_1 … sig_k   k <key_1> … <key_n> n CHECKMULTISIG       → truth
//
// CHECKMULTISIG takes signatures in the order of their keys, and an empty item below
// them (BIP 147).
func (l lowering) signatures(f formula, suffix string) clause {
	if len(f.roles) == 1 {
		role := f.roles[0]
		return clause{
			words: []string{l.key(role), "CHECKSIG" + suffix},
			ways:  []way{{signers: f.roles, items: []string{"sig:" + role}}},
			no:    []string{"0"},
		}
	}
	c := clause{words: []string{strconv.Itoa(f.k)}, no: slices.Repeat([]string{"0"}, f.k+1)}
	for _, role := range f.roles {
		c.words = append(c.words, l.key(role))
	}
	c.words = append(c.words, strconv.Itoa(len(f.roles)), "CHECKMULTISIG"+suffix)
	subsets(f.roles, f.k, nil, func(signers []string) {
		x := way{signers: signers, items: []string{"0"}}
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

// emptyClause takes no items and always passes.
func emptyClause() clause { return clause{ways: []way{{}}} }

// push is a constant check.
func push(truth bool) clause {
	if truth {
		return clause{words: []string{"1"}, ways: []way{{}}}
	}
	return clause{words: []string{"0"}}
}

// end is the end of a path: true, and with a lock only from that locktime on.
func end(path string, after uint32) clause {
	c := clause{words: []string{"1"}, ways: []way{{name: path, after: after}}}
	if after > 0 {
		c.words = []string{strconv.FormatUint(uint64(after), 10), "CHECKLOCKTIMEVERIFY"}
	}
	return c
}

// after puts words before a that take no items.
func (a clause) after(words ...string) clause {
	a.words = slices.Concat(words, a.words)
	return a
}

// flagged runs yes if the top item is true, else no:
//
//	IF yes ELSE no ENDIF
func flagged(yes, no clause) clause {
	c := clause{words: slices.Concat([]string{"IF"}, yes.words, []string{"ELSE"}, no.words, []string{"ENDIF"})}
	for _, x := range yes.ways {
		c.ways = append(c.ways, way{items: []string{"1"}}.with(x))
	}
	for _, x := range no.ways {
		c.ways = append(c.ways, way{items: []string{"0"}}.with(x))
	}
	return c
}

// template returns a whole script's template.
func (a clause) template() templates.Template {
	t, err := templates.ParseWords(a.words)
	if err != nil {
		panic("compiler: " + err.Error()) // a bug: clauses have valid words
	}
	return t
}

// paths returns the ways of a whole script as a contract lists them.
func (a clause) paths() []templates.Path {
	var paths []templates.Path
	for _, x := range a.ways {
		q := templates.Path{Name: x.name, Signers: slices.Sorted(slices.Values(x.signers)), After: x.after}
		if _, candidate, sum := strings.Cut(q.Signers[0], "+"); sum {
			q.Name += "." + candidate // win.NAME: the candidate alone can make the claim
		}
		q.Witness = append(slices.Clone(x.items), "redeem")
		paths = append(paths, q)
	}
	slices.SortFunc(paths, func(a, b templates.Path) int { return strings.Compare(a.String(), b.String()) })
	return paths
}
