package workbench

import (
	"slices"

	"bevote/lang"
	"bevote/templates"
)

// risk is an unintended way to take stakes: by whom, how, how much and from when
// on.
type risk struct {
	Who  string `json:"who"`
	Sum  int64  `json:"sum"`  // satoshis at most; 0 where the script refuses
	From uint32 `json:"from"` // first block that may hold the spend; 0 for any
	How  string `json:"how"`
}

// risks lists the sums at risk, read off the paths.
func risks(p *lang.Policy, paths []templates.Path) []risk {
	t := &riskTable{p: p, paths: paths, total: int64(p.Voters) * p.Stake}
	if p.Dealt() {
		t.jointAlone()
		t.candidates()
		t.losers()
	}
	t.custodians()
	t.branches()
	t.unspent()
	return t.all
}

type riskTable struct {
	p     *lang.Policy
	paths []templates.Path
	total int64 // satoshis of all stakes
	all   []risk
}

// branchRisk is what the texts of risks are about: the policy, and of a branch
// its signers.
type branchRisk struct {
	*lang.Policy
	Branch  string
	Sets    int      // how many sets of signers it has
	Signers []string // of one of them, by what they are called
	Own     bool     // the voter signs, so it is that voter's stake alone
}

// add adds what a text says: who, then how, if it says that too.
func (t *riskTable) add(text string, sum int64, from uint32) {
	t.addBranch(text, branchRisk{Policy: t.p}, sum, from)
}

func (t *riskTable) addBranch(text string, about branchRisk, sum int64, from uint32) {
	says := append(paragraphs(text, about), "")
	t.all = append(t.all, risk{says[0], sum, from, says[1]})
}

// reach returns the first block in which a stake can be taken with the secrets of k,
// 0 for any; not ok if there is none.
func (t *riskTable) reach(k knownSecrets) (from uint32, ok bool) {
	for _, q := range t.paths {
		if k.signs(q) && (!ok || firstBlock(q) < from) {
			from, ok = firstBlock(q), true
		}
	}
	return from, ok
}

// joint returns every joint secret, and more.
func (t *riskTable) joint(more ...string) knownSecrets {
	return newKnownSecrets(t.p, append(more, "joint"))
}

func (t *riskTable) jointAlone() {
	if from, ok := t.reach(t.joint()); ok {
		t.add("joint secret", t.total, from)
		return
	}
	t.add("joint secret alone", 0, 0)
}

// candidates adds what a candidate can take who is not elected, unless the joint
// secret alone is enough.
func (t *riskTable) candidates() {
	if _, ok := t.reach(t.joint()); ok {
		return
	}
	from, ok := t.reach(t.joint(t.p.Candidates[0].Name))
	switch {
	case !ok:
	case t.p.Joint == lang.JointEach:
		t.add("candidate with its joint key", t.total, from)
	default:
		t.add("candidate with the joint secret", t.total, from)
	}
}

// losers adds what candidates can take who pool their ballots.
func (t *riskTable) losers() {
	if t.p.Joint == lang.JointEach {
		t.add("losers with several joint keys", 0, 0)
		return
	}
	if from, ok := t.reach(t.joint(t.p.Candidates[0].Name)); ok {
		t.add("losers", t.total, from)
	}
}

// custodians adds what the supervisor can take, alone or with a mixer.
func (t *riskTable) custodians() {
	if from, ok := t.reach(knownSecrets{"supervisor": true}); ok {
		t.add("supervisor", t.total, from)
	}
	if t.p.Mixed() {
		deposits := int64(t.p.Voters) * t.p.Deposit()
		t.add("mixer with the supervisor", deposits, 0)
		t.add("supervisor of the pool", deposits, 0)
	}
}

// branches adds the paths that the policy adds.
func (t *riskTable) branches() {
	n, listed := countByName(t.paths), map[string]bool{}
	for _, q := range t.paths {
		if class(q) != "branch" || slices.Equal(q.Signers, []string{"supervisor"}) {
			continue
		}
		if n[q.Name] > maxListed {
			if !listed[q.Name] {
				t.addBranch("many signers of a branch", branchRisk{Branch: branchOf(q), Sets: n[q.Name]}, t.total, firstBlock(q))
			}
			listed[q.Name] = true
			continue
		}
		t.branch("signers of a branch", q, q.Signers, firstBlock(q))
	}
}

// branch adds what those who sign can take: of a branch that the voter signs,
// one stake.
func (t *riskTable) branch(text string, q templates.Path, signers []string, from uint32) {
	about, sum := branchRisk{Branch: branchOf(q), Own: slices.Contains(signers, "voter")}, t.total
	for _, s := range signers {
		if isJoint(s) {
			s = "whoever knows the secret of " + jointKey(s)
		}
		about.Signers = append(about.Signers, s)
	}
	if about.Own {
		sum = t.p.Stake
	}
	t.addBranch(text, about, sum, from)
}

// unspent adds what can be taken of stakes that are unspent when ballots are
// opened. K openings make a joint secret public: a path then needs its other
// signatures alone.
func (t *riskTable) unspent() {
	if !t.p.Dealt() {
		return
	}
	reveal := t.p.Times.Reveal
	if from, ok := t.reach(t.joint()); ok {
		t.add("anybody after openings", t.total, max(from, reveal))
		return
	}
	switch _, candidate := t.reach(t.joint(t.p.Candidates[0].Name)); {
	case candidate && t.p.Joint == lang.JointEach:
		t.add("one candidate after openings", t.total, reveal)
	case candidate:
		t.add("candidates after openings", t.total, reveal)
	}
	n := countByName(t.paths)
	for _, q := range t.paths {
		if n[q.Name] > maxListed {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(q.Signers), isJoint)
		if class(q) == "branch" && len(rest) < len(q.Signers) {
			t.branch("signers of a branch after openings", q, rest, max(firstBlock(q), reveal))
		}
	}
}
