package workbench

import (
	"fmt"
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

func (r *risking) add(who string, sum int64, from uint32, how string) {
	r.all = append(r.all, Risk{who, sum, from, how})
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
		r.add("whoever knows the joint secret", r.total, from, fmt.Sprintf(
			"It is all that the script asks for, and the stakes can be paid to anyone. Any %d voters have it if they pool their shares.", r.p.K))
		return
	}
	r.add("whoever knows the joint secret and nothing else", 0, 0, "The script refuses a signature by it alone.")
}

// candidates says what a candidate can do who should not win.
func (r *risking) candidates() {
	name := r.p.Candidates[0].Name
	if _, ok := r.reach(r.joint()); ok {
		return // everybody can; nothing is special about candidates
	}
	from, ok := r.reach(r.joint(name))
	switch {
	case !ok:
	case r.p.Joint == lang.JointEach:
		r.add("a candidate with the secret of its own joint key", r.total, from, fmt.Sprintf(
			"%d ballots of its own give it, or %d voters who hand over their shares.", r.p.K, r.p.K))
	default:
		r.add("any candidate who learns the joint secret", r.total, from, fmt.Sprintf(
			"One joint key serves all. %d ballots of its own give the secret, or %d voters who hand over their shares; after the "+
				"winner's openings everybody has it. What a winner leaves behind, any candidate can sweep.", r.p.K, r.p.K))
	}
}

// losers says what candidates can do who pool their ballots.
func (r *risking) losers() {
	if r.p.Joint == lang.JointEach {
		r.add("losers who pool their ballots", 0, 0, "Their ballots carry shares of different joint keys, which do not add up.")
		return
	}
	if from, ok := r.reach(r.joint(r.p.Candidates[0].Name)); ok {
		r.add("losers who pool their ballots", r.total, from, fmt.Sprintf(
			"Candidates who together hold %d ballots have the joint secret, though none of them won. The audit finds the claim "+
				"without the votes for it; the money is gone.", r.p.K))
	}
}

// custodians are those who need nobody else.
func (r *risking) custodians() {
	if from, ok := r.reach(hand{"supervisor": true}); ok {
		r.add("the supervisor", r.total, from, "The supervisor's signature is enough, whatever the ballots say.")
	}
	if r.p.Mixed() {
		deposits := int64(r.p.Voters) * r.p.Deposit()
		r.add("a mixer together with the supervisor", deposits, 0, fmt.Sprintf(
			"Deposits lie in an escrow that the two can open; from block %d on their depositors can, too. That the two do not "+
				"collude is assumed.", r.p.Times.Roll+1))
		r.add("the supervisor, of deposits that are swept", deposits, 0,
			"They come into a pool of the supervisor's key. Mixers who paid coins are repaid from it, and a voter whose mixer does "+
				"not pay is paid from it, by the supervisor alone.")
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
				r.add(fmt.Sprintf("any of the %d sets of signers of the branch %s", n[q.Name], branchOf(q)), r.total, firstBlock(q), "")
			}
			told[q.Name] = true
			continue
		}
		r.branch(q.Signers, "", firstBlock(q), fmt.Sprintf("By the branch %s.", branchOf(q)))
	}
}

// branch says what those who sign can take; of a branch that the voter signs,
// only that voter's stake.
func (r *risking) branch(signers []string, when string, from uint32, how string) {
	var who []string
	for _, s := range signers {
		if isJoint(s) {
			s = "whoever knows the secret of " + jointKey(s)
		}
		who = append(who, s)
	}
	sum, together := r.total, ""
	if len(who) > 1 {
		together = " together"
	}
	if slices.Contains(signers, "voter") {
		sum, together = r.p.Stake, together+" (of each voter's own stake)"
	}
	r.add(words(who)+together+when, sum, from, how)
}

func branchOf(q templates.Path) string { return strings.TrimPrefix(q.Name, "branch.") }

// unspent says what becomes of stakes that are still there when ballots are
// opened: k openings make a joint secret public, and who needed it besides
// another signature needs it no more.
func (r *risking) unspent() {
	if !r.p.Dealt() {
		return
	}
	const what = ", of stakes that are unspent when ballots are opened"
	reveal := r.p.Times.Reveal
	how := fmt.Sprintf("Openings are due from block %d on even if stakes are unspent, and %d of them make a joint secret public", reveal, r.p.K)
	from, anybody := r.reach(r.joint())
	if anybody {
		r.add("anybody"+what, r.total, max(from, reveal), how+": from then on everybody can take them.")
		return
	}
	switch _, candidate := r.reach(r.joint(r.p.Candidates[0].Name)); {
	case candidate && r.p.Joint == lang.JointEach:
		r.add("a candidate with enough ballots"+what, r.total, reveal, how+": it serves that candidate alone.")
	case candidate:
		r.add("every candidate"+what, r.total, reveal, how+": from then on any candidate can take them.")
	}
	n := ways(r.paths)
	for _, q := range r.paths {
		if n[q.Name] > manyWays {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(q.Signers), isJoint)
		if class(q) == "branch" && len(rest) < len(q.Signers) {
			r.branch(rest, what, max(firstBlock(q), reveal), fmt.Sprintf("By the branch %s, of which a joint secret is public then.", branchOf(q)))
		}
	}
}
