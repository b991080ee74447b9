package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
)

// Shift is a set of people who can take a stake, or a deposit, under one policy
// and cannot under the other, or can only later.
type Shift struct {
	Who   []string `json:"who"`
	Path  string   `json:"path"`  // of the policy under which they can
	From  uint32   `json:"from"`  // first block that may hold the spend; 0 for any
	Other *uint32  `json:"other"` // the same under the other policy; nil if never
	// Witness is a spend that the one script accepts and the other refuses.
	Witness Witness `json:"witness"`
	signers []string
	deposit bool // it is a deposit that they take
}

// Witness is a spend of a stake that is accepted in a block under one policy,
// and what the same people can do at best in that block, by each kind of path,
// under the other policy. Keys that both policies have are the same stand-ins in both.
type Witness struct {
	Block    uint32 `json:"block"`
	Accepted Try    `json:"accepted"`
	Refused  []Try  `json:"refused"`
}

// Try is a transaction that spends output 0 of another, both in hex.
type Try struct {
	Path    string `json:"path"`
	Funding string `json:"funding"`
	Tx      string `json:"tx"`
}

// reading is one side of a comparison: a policy with its paths, and a stake
// under stand-ins that are given by key. People are told by their keys, so that
// who has the same key in both policies is one person whatever the name.
type reading struct {
	built   *Built
	paths   []templates.Path
	stake   *stake
	deposit *reading // of the escrow; without mixing it has no paths
}

func read(src []byte) (*reading, []lang.Diagnostic, error) {
	built, diags, err := Build(src)
	if built == nil {
		return nil, diags, err
	}
	paths, err := built.liftedPaths()
	if err != nil {
		return nil, diags, err
	}
	literal := func(l lang.Literal) curve.Scalar { return standIn(trySeed, string(src[l.Start:l.End])) }
	replaced, keys, err := recast(src, "every key is a stand-in", literal)
	if err != nil {
		return nil, diags, err
	}
	r := &reading{built: built, paths: paths}
	if r.stake, err = lockStake(replaced, keys, func(role string) curve.Scalar { return standIn(trySeed, r.person(role)) }); err != nil {
		return nil, diags, err
	}
	r.deposit, err = r.readDeposit()
	return r, diags, err
}

// person is who holds a role's secret, told by the key: "pub:02…" of people
// whom the policy names, and a word for those whom it does not. The joint key
// of a candidate is told by that candidate's.
func (r *reading) person(role string) string {
	p := r.built.Policy
	if name, ok := strings.CutPrefix(role, "joint."); ok {
		return "joint." + r.person(name)
	}
	if role == "supervisor" {
		return "pub:" + p.Supervisor.String()
	}
	if j := p.CandidateNumber(role); j > 0 {
		return "pub:" + p.Candidates[j-1].Key.String()
	}
	for _, v := range p.Named {
		if v.Name == role {
			return "pub:" + v.Key.String()
		}
	}
	return role
}

// roles returns what the policy calls each person.
func (r *reading) roles() map[string]string {
	p, all := r.built.Policy, []string{"supervisor", "voter", "joint", "mixer", "depositor"}
	for _, c := range p.Candidates {
		all = append(all, c.Name, "joint."+c.Name)
	}
	for _, v := range p.Named {
		all = append(all, v.Name)
	}
	roles := map[string]string{}
	for _, role := range all {
		roles[r.person(role)] = role
	}
	return roles
}

// secrets lists the people whose secrets a path takes, each once, sorted. Who
// has both secrets of a sum has the sum's.
func (r *reading) secrets(q templates.Path) []string {
	var people []string
	for _, signer := range q.Signers {
		for role := range strings.SplitSeq(signer, "+") {
			people = append(people, r.person(role))
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// soonest returns from which lock on people can take a stake; not ok if never.
func (r *reading) soonest(people []string) (after uint32, ok bool) {
	for _, q := range r.paths {
		if subset(r.secrets(q), people) && (!ok || q.After < after) {
			after, ok = q.After, true
		}
	}
	return after, ok
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(x string) bool { return !slices.Contains(b, x) })
}

// gains lists who can take a stake under r and cannot under the other policy,
// or only later: the smallest sets of people, each with its soonest path.
func (r *reading) gains(other *reading) ([]Shift, error) {
	shifts := []Shift{}
	for i, q := range r.paths {
		people := r.secrets(q)
		after, ok := other.soonest(people)
		if ok && after <= q.After || r.idle(i) {
			continue
		}
		s := Shift{Who: r.names(people, other), Path: q.Name, From: firstBlock(q), signers: people}
		if ok {
			first := firstBlock(templates.Path{After: after})
			s.Other = &first
		}
		var err error
		if s.Witness, err = r.witness(q, people, other); err != nil {
			return nil, fmt.Errorf("path %s: %w", q.Name, err)
		}
		shifts = append(shifts, s)
	}
	return shifts, nil
}

// idle tells whether another path asks for no more than path i and is open no
// later: of two alike the first counts.
func (r *reading) idle(i int) bool {
	mine := r.secrets(r.paths[i])
	for j, q := range r.paths {
		theirs := r.secrets(q)
		if j == i || !subset(theirs, mine) || q.After > r.paths[i].After {
			continue
		}
		same := len(theirs) == len(mine) && q.After == r.paths[i].After
		if !same || j < i {
			return true
		}
	}
	return false
}

// names says who people are, in the words of r. Where the other policy has
// another name for the key, or another key for the name, they say so.
func (r *reading) names(people []string, other *reading) []string {
	mine, theirs := r.roles(), other.roles()
	var names []string
	for _, someone := range inOrder(people, mine) {
		role := mine[someone]
		name := person(r.built.Policy, role)
		if role == "voter" {
			name = "the voter"
		}
		known, there := theirs[someone]
		switch {
		case isJoint(role):
			name = "whoever knows the secret of " + jointKey(role)
		case there && known != role:
			name += fmt.Sprintf(" (%s in the other policy)", known)
		case !there && other.person(role) != role:
			name += " with the key " + shortKey(someone)
		}
		names = append(names, name)
	}
	return names
}

// inOrder sorts people by what they are called, who knows a joint secret first.
func inOrder(people []string, roles map[string]string) []string {
	var joint, rest []string
	for _, someone := range people {
		if isJoint(roles[someone]) {
			joint = append(joint, someone)
		} else {
			rest = append(rest, someone)
		}
	}
	slices.SortFunc(rest, func(a, b string) int { return strings.Compare(roles[a], roles[b]) })
	return append(joint, rest...)
}

// shortKey abbreviates pub:02….
func shortKey(key string) string {
	if len(key) < 20 {
		return key
	}
	return key[:12] + "…" + key[len(key)-4:]
}

// witness spends a stake of r's by the path, and tries the other's closest
// paths with the same secrets in the same block. Where a secret is missing the
// signature is empty: anybody's else would be as wrong.
func (r *reading) witness(q templates.Path, people []string, other *reading) (Witness, error) {
	lock := q.After
	if _, later := other.soonest(people); !later {
		for _, p := range other.paths {
			lock = max(lock, p.After) // refused even when every lock is over
		}
	}
	w := Witness{Block: lock + 1, Refused: []Try{}}
	tx, refused, err := r.stake.attempt(q, r.hand(people), lock)
	if err != nil {
		return w, err
	}
	if tx == nil {
		return w, fmt.Errorf("refused: %w", refused)
	}
	w.Accepted = Try{q.Name, encodeTx(r.stake.funding), encodeTx(tx)}
	for _, p := range other.closest(other.hand(people)) {
		tx, err := other.stake.spend(other.hand(people).best(p), lock, notFinal, p.Signers[0])
		if err != nil {
			return w, err
		}
		if other.stake.judge(tx).accepted() {
			return w, fmt.Errorf("the other policy's %s takes it too", p.Name)
		}
		w.Refused = append(w.Refused, Try{p.Name, encodeTx(other.stake.funding), encodeTx(tx)})
	}
	return w, nil
}

// closest returns the paths that somebody comes nearest to: of each name those
// that the fewest signatures are missing for.
func (r *reading) closest(h hand) []templates.Path {
	least := map[string]int{}
	for _, q := range r.paths {
		n := len(h.lacks(q.Signers))
		if most, ok := least[q.Name]; !ok || n < most {
			least[q.Name] = n
		}
	}
	return slices.DeleteFunc(slices.Clone(r.paths), func(q templates.Path) bool { return len(h.lacks(q.Signers)) > least[q.Name] })
}

// hand is what people have in their hands under this policy: those whom it does
// not know have nothing that it asks for.
func (r *reading) hand(people []string) hand {
	roles, h := r.roles(), hand{}
	for _, person := range people {
		if role, ok := roles[person]; ok {
			h[role] = true
		}
	}
	return h
}
