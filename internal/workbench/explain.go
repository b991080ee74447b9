package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/lift"
)

// Explanation holds the consequences of a policy: who can take a stake and from
// when on, what the election costs, how close it is to the limits, and what
// depends on no script. Sums are satoshis, blocks are heights.
type Explanation struct {
	Election    string           `json:"election"`
	Policy      string           `json:"policy"` // policy id
	Network     string           `json:"network"`
	Takers      []taker          `json:"takers"`             // of a stake
	Deposits    []taker          `json:"deposits,omitempty"` // of a deposit, with mixing
	Timeline    []phase          `json:"timeline"`
	Heights     []milestone      `json:"heights"`
	About       string           `json:"about_heights"`
	Costs       costs            `json:"costs"`
	Mixing      *mixingPart      `json:"mixing,omitempty"`
	Limits      []limit          `json:"limits"`
	Assumptions []string         `json:"aloud"` // a paragraph each
	Risks       []risk           `json:"risks"`
	Allowed     []allowedWarning `json:"allowed"`
}

// taker is one path of a script: whose signatures take a stake or a deposit by
// it.
type taker struct {
	Path    string   `json:"path"`
	Signers []string `json:"signers"`
	From    uint32   `json:"from"` // first block that may hold the spend; 0 for any
	Witness []string `json:"witness"`
	Who     string   `json:"who"`
	With    string   `json:"with"`
}

// allowedWarning is a warning that the policy silences, with its reason.
type allowedWarning struct {
	Code   string `json:"code"`
	Says   string `json:"says"`
	Reason string `json:"reason"`
}

// Explain says what the policy comes to. Its paths are read back from the
// compiled script, not from the policy. The error is a bug of this program: the
// script has other paths than the contract lists.
func (b *Built) Explain() (*Explanation, error) {
	paths, err := b.liftedPaths()
	if err != nil {
		return nil, err
	}
	p := b.Policy
	e := &Explanation{
		Election: p.Election, Policy: p.ID(), Network: p.Network,
		Timeline: timeline(p, paths),
		Heights:  heights(p), About: sentences("anchored heights", p),
		Costs:   b.costs(paths),
		Limits:  b.limits(paths),
		Risks:   risks(p, paths),
		Allowed: []allowedWarning{},
	}
	e.Assumptions = assumptions(p, e.Costs.sweeps)
	if err := e.explainDeposits(b); err != nil {
		return nil, err
	}
	for _, q := range paths {
		e.Takers = append(e.Takers, newTaker(p, q))
	}
	for _, a := range p.Allows {
		e.Allowed = append(e.Allowed, allowedWarning{a.Code, says(a.Code), a.Reason})
	}
	return e, nil
}

// explainDeposits adds what is true of mixed coins only.
func (e *Explanation) explainDeposits(b *Built) error {
	escrow, err := b.deposit()
	if escrow == nil {
		return err
	}
	paths, err := escrow.liftedPaths()
	if err != nil {
		return fmt.Errorf("escrow: %w", err)
	}
	for _, q := range paths {
		e.Deposits = append(e.Deposits, newTaker(escrow.Policy, q))
	}
	e.Mixing = explainMixing(b.Policy, escrow, paths)
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

// says returns the description of a diagnostic code.
func says(code string) string {
	for _, c := range lang.Codes() {
		if c.ID == code {
			return c.Says
		}
	}
	return ""
}

// firstBlock returns the first block that may hold a spend by the path, 0 for
// any.
func firstBlock(q templates.Path) uint32 {
	if q.After == 0 {
		return 0
	}
	return q.After + 1
}

func newTaker(p *lang.Policy, q templates.Path) taker {
	t := taker{Path: q.Name, Signers: q.Signers, From: firstBlock(q), Witness: q.Witness}
	var who, with []string
	for _, s := range q.Signers {
		joint, name, sum := strings.Cut(s, "+")
		switch {
		case sum:
			who = append(who, holderName(p, name)+", knowing the secret of "+jointKey(joint))
			with = append(with, fmt.Sprintf("one signature by the sum of %s and %s's key", jointKey(joint), name))
		case isJoint(s):
			who = append(who, "whoever knows the secret of "+jointKey(s))
			with = append(with, "a signature by "+jointKey(s))
		default:
			who = append(who, holderName(p, s))
			with = append(with, "a signature by "+keyName(s))
		}
	}
	t.Who, t.With = enumerate(who), enumerate(with)
	if len(q.Signers) > 1 {
		t.Who += " together"
	}
	if class(q) == "win" && !strings.Contains(q.Signers[0], "+") {
		t.With += "; the script names no payee"
	}
	return t
}

// assumptions returns the paragraphs that every explanation has: the rules that
// the script does not enforce, and which facts each role learns. sweeps is the number of transactions of
// the longest claim of every stake.
func assumptions(p *lang.Policy, sweeps int) []string {
	return paragraphs("assumptions", struct {
		*lang.Policy
		LastSend uint32
	}{p, lastSend(p, sweeps)})
}

// lastSend returns the last height of the chain at which a claim should be sent.
// Mined a block later, it counts, and with one transaction a block the last of
// its sweeps has the policy's confirmations before refunds begin:
//
//	max(0, min(claim by − 1, timeout − confirmations − sweeps + 1))
func lastSend(p *lang.Policy, sweeps int) uint32 {
	safe := int64(p.Times.Timeout) - int64(p.Confirmations) - int64(sweeps) + 1
	return uint32(max(min(int64(p.Times.Claim)-1, safe), 0))
}
