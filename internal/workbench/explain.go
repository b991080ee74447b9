package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/lift"
)

// Explanation is what a policy comes to in practice: who can take a stake and
// from when on, what the election costs, how near it comes to the limits, and
// what no script promises.
type Explanation struct {
	Election string    `json:"election"`
	Policy   string    `json:"policy"` // policy id
	Network  string    `json:"network"`
	Takers   []Taker   `json:"takers"`
	Deposits []Taker   `json:"deposits,omitempty"` // who can take a deposit, with mixing
	Timeline []Phase   `json:"timeline"`
	Costs    Costs     `json:"costs"`
	Mixing   *Mixing   `json:"mixing,omitempty"`
	Limits   []Limit   `json:"limits"`
	Aloud    []string  `json:"aloud"` // what must be said, a paragraph each
	Risks    []Risk    `json:"risks"`
	Allowed  []Allowed `json:"allowed"`
}

// Taker is somebody who can take a stake or a deposit: one path of its script.
type Taker struct {
	Path    string   `json:"path"`
	Signers []string `json:"signers"`
	From    uint32   `json:"from"` // first block that may hold the spend; 0 for any
	Witness []string `json:"witness"`
	Who     string   `json:"who"`
	With    string   `json:"with"`
}

// Allowed is a warning that the policy silences, with its reason.
type Allowed struct {
	Code   string `json:"code"`
	Says   string `json:"says"`
	Reason string `json:"reason"`
}

// Explain says what the policy comes to. Its paths are read back from the
// compiled script, not from the policy.
func (b *Built) Explain() (*Explanation, error) {
	paths, err := b.liftedPaths()
	if err != nil {
		return nil, err
	}
	p := b.Policy
	e := &Explanation{
		Election: p.Election, Policy: p.ID(), Network: p.Network,
		Timeline: timeline(p, paths),
		Costs:    b.costs(paths),
		Limits:   b.limits(paths),
		Risks:    risks(p, paths),
		Allowed:  []Allowed{},
	}
	e.Aloud = assumptions(p, e.Costs.sweeps)
	if err := e.explainDeposits(b); err != nil {
		return nil, err
	}
	for _, q := range paths {
		e.Takers = append(e.Takers, taker(p, q))
	}
	for _, a := range p.Allows {
		e.Allowed = append(e.Allowed, Allowed{a.Code, says(a.Code), a.Reason})
	}
	return e, nil
}

// explainDeposits adds what there is to say where coins are mixed.
func (e *Explanation) explainDeposits(b *Built) error {
	view, err := b.deposit()
	if view == nil {
		return err
	}
	paths, err := view.liftedPaths()
	if err != nil {
		return fmt.Errorf("escrow: %w", err)
	}
	for _, q := range paths {
		e.Deposits = append(e.Deposits, taker(view.Policy, q))
	}
	e.Mixing = explainMixing(b.Policy, view, paths)
	return nil
}

// liftedPaths lifts the script and names each path as the contract does, in
// the contract's order.
func (b *Built) liftedPaths() ([]templates.Path, error) {
	lifted, err := lift.Paths(b.Template, lift.Roles(b.Policy))
	if err != nil {
		return nil, err
	}
	for i, q := range lifted {
		at := slices.IndexFunc(b.Contract.Paths, func(c templates.Path) bool {
			return c.After == q.After && slices.Equal(c.Signers, q.Signers) && slices.Equal(c.Witness, q.Witness)
		})
		if at < 0 {
			return nil, fmt.Errorf("the contract does not list the path %s", q)
		}
		lifted[i].Name = b.Contract.Paths[at].Name
	}
	slices.SortFunc(lifted, func(a, b templates.Path) int { return strings.Compare(a.String(), b.String()) })
	return lifted, nil
}

// says returns what a code of diagnostics says.
func says(code string) string {
	for _, c := range lang.Codes() {
		if c.ID == code {
			return c.Says
		}
	}
	return ""
}

// firstBlock is the first block that may hold a spend by the path, 0 for any.
func firstBlock(q templates.Path) uint32 {
	if q.After == 0 {
		return 0
	}
	return q.After + 1
}

func taker(p *lang.Policy, q templates.Path) Taker {
	t := Taker{Path: q.Name, Signers: q.Signers, From: firstBlock(q), Witness: q.Witness}
	var who, with []string
	for _, s := range q.Signers {
		joint, name, sum := strings.Cut(s, "+")
		switch {
		case sum:
			who = append(who, person(p, name)+", knowing the secret of "+jointKey(joint))
			with = append(with, fmt.Sprintf("one signature by the sum of %s and %s's key", jointKey(joint), name))
		case isJoint(s):
			who = append(who, "whoever knows the secret of "+jointKey(s))
			with = append(with, "a signature by "+jointKey(s))
		default:
			who = append(who, person(p, s))
			with = append(with, "a signature by "+owner(s))
		}
	}
	t.Who, t.With = words(who), words(with)
	if len(q.Signers) > 1 {
		t.Who += " together"
	}
	if class(q) == "win" && !strings.Contains(q.Signers[0], "+") {
		t.With += "; the script names no payee"
	}
	return t
}

// manyWays is how many alternatives of a branch are told one by one; of more,
// people are told the number.
const manyWays = 6

// ways counts the paths of each name.
func ways(paths []templates.Path) map[string]int {
	n := map[string]int{}
	for _, q := range paths {
		n[q.Name]++
	}
	return n
}

// class is win, refund or branch.
func class(q templates.Path) string {
	c, _, _ := strings.Cut(q.Name, ".")
	return c
}

func isJoint(role string) bool { return role == "joint" || strings.HasPrefix(role, "joint.") }

// jointKey is how a joint key is spoken of.
func jointKey(role string) string {
	if _, candidate, ok := strings.Cut(role, "."); ok {
		return candidate + "'s joint key"
	}
	return "the joint key"
}

// person is how the holder of a role is spoken of.
func person(p *lang.Policy, role string) string {
	switch j := p.CandidateNumber(role); {
	case role == "voter":
		return "the voter who locked it"
	case role == "supervisor":
		return "the supervisor"
	case j > 0 && p.Candidates[j-1].Display != "":
		return fmt.Sprintf("candidate %s (%s)", role, p.Candidates[j-1].Display)
	case j > 0:
		return "candidate " + role
	case role == "mixer":
		return "the mixer whom it was paid to"
	case role == "depositor" && len(p.Named) == 0:
		return "the voter who paid it in"
	}
	return "voter " + role
}

// owner is whose key it is.
func owner(role string) string {
	switch role {
	case "voter", "supervisor", "mixer", "depositor":
		return "the " + role + "'s key"
	}
	return role + "'s key"
}
