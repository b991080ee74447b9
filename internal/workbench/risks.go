package workbench

import (
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// Risk says what somebody can take whom the election does not mean to pay.
type Risk struct {
	Who  string `json:"who"`
	Sum  int64  `json:"sum"`  // satoshis at most; 0 where the script refuses
	From uint32 `json:"from"` // first block that may hold the spend; 0 for any
	How  string `json:"how"`
}

// risks lists which sums are at risk to whom, read off the paths.
func risks(p *lang.Policy, paths []templates.Path) []Risk {
	r := &risking{p: p, paths: paths, total: int64(p.Voters) * p.Stake}
	if p.Dealt() {
		r.jointAlone()
		r.candidates()
		r.losers()
	}
	r.custodians()
	r.branches()
	r.unspent()
	return r.all
}

type risking struct {
	p     *lang.Policy
	paths []templates.Path
	total int64 // satoshis of all stakes
	all   []Risk
}

// add adds what a text says, first who, then how, if it says that too.
func (r *risking) add(name string, sum int64, from uint32) {
	r.addOf(name, branchRisk{Policy: r.p}, sum, from)
}

// branchRisk is what the texts about a branch are of.
type branchRisk struct {
	*lang.Policy
	Branch  string
	Sets    int      // how many sets of signers it has
	Signers []string // of one of them, as they are spoken of
	Own     bool     // the voter signs, so it is the stake of that voter alone
}

func (r *risking) addOf(name string, subject branchRisk, sum int64, from uint32) {
	says := append(paragraphs(name, subject), "")
	r.all = append(r.all, Risk{says[0], sum, from, says[1]})
}

// reach returns the first block in which somebody with these secrets can take
// a stake, 0 for any; not ok if never.
func (r *risking) reach(h hand) (from uint32, ok bool) {
	for _, q := range r.paths {
		if h.signs(q) && (!ok || firstBlock(q) < from) {
			from, ok = firstBlock(q), true
		}
	}
	return from, ok
}

// joint is the hand of somebody who knows every joint secret, and more.
func (r *risking) joint(more ...string) hand { return handOf(r.p, append(more, "joint")) }

func (r *risking) jointAlone() {
	if from, ok := r.reach(r.joint()); ok {
		r.add("joint secret", r.total, from)
		return
	}
	r.add("joint secret alone", 0, 0)
}

// candidates says what a candidate can do who should not win.
func (r *risking) candidates() {
	if _, ok := r.reach(r.joint()); ok {
		return // everybody can; nothing is special about candidates
	}
	from, ok := r.reach(r.joint(r.p.Candidates[0].Name))
	switch {
	case !ok:
	case r.p.Joint == lang.JointEach:
		r.add("candidate with its joint key", r.total, from)
	default:
		r.add("candidate with the joint secret", r.total, from)
	}
}

// losers says what candidates can do who pool their ballots.
func (r *risking) losers() {
	if r.p.Joint == lang.JointEach {
		r.add("losers with several joint keys", 0, 0)
		return
	}
	if from, ok := r.reach(r.joint(r.p.Candidates[0].Name)); ok {
		r.add("losers", r.total, from)
	}
}

// custodians are those who need nobody else.
func (r *risking) custodians() {
	if from, ok := r.reach(hand{"supervisor": true}); ok {
		r.add("supervisor", r.total, from)
	}
	if r.p.Mixed() {
		deposits := int64(r.p.Voters) * r.p.Deposit()
		r.add("mixer with the supervisor", deposits, 0)
		r.add("supervisor of the pool", deposits, 0)
	}
}

// branches lists the paths that the designer added.
func (r *risking) branches() {
	n, told := ways(r.paths), map[string]bool{}
	for _, q := range r.paths {
		if class(q) != "branch" || slices.Equal(q.Signers, []string{"supervisor"}) {
			continue
		}
		if n[q.Name] > manyWays {
			if !told[q.Name] {
				r.addOf("many signers of a branch", branchRisk{Branch: branchOf(q), Sets: n[q.Name]}, r.total, firstBlock(q))
			}
			told[q.Name] = true
			continue
		}
		r.branch("signers of a branch", q, q.Signers, firstBlock(q))
	}
}

// branch says what those who sign can take; of a branch that the voter signs,
// only that voter's stake.
func (r *risking) branch(name string, q templates.Path, signers []string, from uint32) {
	subject, sum := branchRisk{Branch: branchOf(q), Own: slices.Contains(signers, "voter")}, r.total
	for _, s := range signers {
		if isJoint(s) {
			s = "whoever knows the secret of " + jointKey(s)
		}
		subject.Signers = append(subject.Signers, s)
	}
	if subject.Own {
		sum = r.p.Stake
	}
	r.addOf(name, subject, sum, from)
}

func branchOf(q templates.Path) string { return strings.TrimPrefix(q.Name, "branch.") }

// unspent says what becomes of stakes that are still there when ballots are
// opened: k openings make a joint secret public, and who needed it besides
// another signature needs it no more.
func (r *risking) unspent() {
	if !r.p.Dealt() {
		return
	}
	reveal := r.p.Times.Reveal
	if from, ok := r.reach(r.joint()); ok {
		r.add("anybody after openings", r.total, max(from, reveal))
		return
	}
	switch _, candidate := r.reach(r.joint(r.p.Candidates[0].Name)); {
	case candidate && r.p.Joint == lang.JointEach:
		r.add("one candidate after openings", r.total, reveal)
	case candidate:
		r.add("candidates after openings", r.total, reveal)
	}
	n := ways(r.paths)
	for _, q := range r.paths {
		if n[q.Name] > manyWays {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(q.Signers), isJoint)
		if class(q) == "branch" && len(rest) < len(q.Signers) {
			r.branch("signers of a branch after openings", q, rest, max(firstBlock(q), reveal))
		}
	}
}
