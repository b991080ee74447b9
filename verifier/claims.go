package verifier

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/lift"

	"github.com/btcsuite/btcd/wire/v2"
)

// spend is what took the stake of a counted vote.
type spend struct {
	vote   *election.Vote
	at     election.ConfirmedTx
	run    *scriptRun
	class  string   // win, refund, branch.NAME, or alien where no path fits
	items  [][]byte // pushed before the redeem script
	redeem []byte
	sig    []byte // the first signature among the items
	signer error  // whether sig verifies under a key that the path asks for (V82, V94)
	by     int    // the candidate whose claim key signed, 0 for a key of nobody alone
}

func (s *spend) where() string { return fmt.Sprintf("tx %s input %d", s.at.ID, s.at.Input) }

// claim is a transaction that spends stakes by the win path.
type claim struct {
	at       election.ConfirmedTx
	spends   []*spend
	claimant int // candidate number; 0 where none can be told
}

func (c *claim) where() string { return "tx " + c.at.ID.String() }

// facts is everything that the checks compare: who took the stakes of counted
// votes, who claimed, and all that stands before. Checks only read it.
type facts struct {
	*tallied
	spends   []*spend
	unspent  []*election.Vote
	claims   []*claim // in the chain's order
	winner   int      // candidate number, or 0
	winning  *claim
	attempts map[wire.OutPoint][]attempt // on the stakes of counted votes
	over     bool
}

// settle sorts out how every counted stake was spent, and finds the winner.
func settle(t *tallied) *facts {
	f := &facts{tallied: t}
	if t.keys != nil {
		t.progress("following the stakes", 0, 0)
		f.findSpends()
		f.groupClaims()
		f.attempts = findAttempts(t)
		f.findWinner()
	}
	f.over = isOver(f)
	return f
}

// findSpends classifies the spend of every counted stake.
func (a *facts) findSpends() {
	for _, r := range a.tally.readings {
		st := a.replay.Stake(r.vote.Stake)
		if st == nil || st.Spent == nil {
			a.unspent = append(a.unspent, r.vote)
			continue
		}
		a.spends = append(a.spends, &spend{vote: r.vote, at: *st.Spent, run: a.takers[st]})
	}
	cores.Each(len(a.spends), func(i int) { a.classify(a.spends[i]) })
}

// classify tells a spend's path by its witness's shape. Where that is not
// sure, because the contract has branches or no relay would have let the shape
// through, it goes by who has signed.
func (a *prepared) classify(s *spend) {
	script := s.at.Tx.TxIn[s.at.Input].SignatureScript
	class, items, redeem, err := lift.Spend(a.e.Contract.Paths, script)
	if err == nil {
		s.class, s.items, s.redeem, s.sig = class, items, redeem, scriptsig.FirstSignature(items)
	}
	if err == nil && len(a.e.Policy.Branches) == 0 {
		return
	}
	s.redeem = scriptsig.LastItem(script)
	path, sig, err := lift.Taken(a.e.Contract.Paths, script, func(role string, sig []byte) bool {
		key, ok := a.roleKey(role, s.vote)
		return ok && s.signedBy(sig, key) == nil
	})
	if err != nil {
		s.class = "alien"
		return
	}
	s.class, s.sig = lift.ClassOf(path.Name), sig
}

// roleKey returns the public key behind a role of the contract's paths, for
// the stake of one vote.
func (a *prepared) roleKey(role string, v *election.Vote) (key curve.PublicKey, ok bool) {
	p := a.e.Policy
	_, candidate, sum := strings.Cut(role, "+")
	filled := a.keys[role]
	if sum {
		filled = a.keys["claim."+candidate]
	}
	if filled != nil {
		return curve.PublicKey(filled), true
	}
	switch j := p.CandidateNumber(role); {
	case role == "supervisor":
		return p.Supervisor, true
	case role == "voter":
		return a.setup.Roll[v.Index-1].Key, true
	case j > 0:
		return p.Candidates[j-1].Key, true
	}
	for _, n := range p.Named {
		if n.Name == role {
			return n.Key, true
		}
	}
	return key, false
}

// groupClaims gathers win spends by transaction and tells each claimant: by
// the key that signed where the contract names candidates, else by the payout.
func (a *facts) groupClaims() {
	byTx := make(map[string]*claim)
	for _, s := range a.spends {
		if s.class != "win" {
			continue
		}
		c := byTx[s.at.ID.String()]
		if c == nil {
			c = &claim{at: s.at}
			byTx[s.at.ID.String()] = c
			a.claims = append(a.claims, c)
		}
		c.spends = append(c.spends, s)
	}
	sort.Slice(a.claims, func(i, j int) bool { return a.claims[i].at.Before(a.claims[j].at) })
	for _, c := range a.claims {
		c.claimant = a.paid(c.at.Tx)
		guess := c.claimant
		cores.Each(len(c.spends), func(i int) { a.verifyWin(c.spends[i], guess) })
		if a.e.Policy.Win == lang.WinHardened {
			c.claimant = signer(c)
		}
	}
}

// paid returns the candidate whose payout script takes all outputs, or 0.
func (a *inputs) paid(tx *wire.MsgTx) int {
	for j, cand := range a.e.Policy.Candidates {
		all := len(tx.TxOut) > 0
		for _, out := range tx.TxOut {
			all = all && bytes.Equal(out.PkScript, cand.Payout)
		}
		if all {
			return j + 1
		}
	}
	return 0
}

// verifyWin finds the key behind a win spend's signature: a claim key, the
// joint key or the supervisor's. It tries the guessed claimant's first.
func (a *prepared) verifyWin(s *spend, guess int) {
	for _, guessed := range []bool{true, false} {
		for _, k := range a.winKeys {
			if (k.candidate == guess) != guessed {
				continue
			}
			if s.signer = s.signedBy(s.sig, k.key); s.signer == nil {
				s.by = k.candidate
				return
			}
		}
	}
	s.signer = fmt.Errorf("the signature is by no key of the win path")
}

// signer returns the candidate whose claim key signed every input, or 0.
func signer(c *claim) int {
	j := c.spends[0].by
	for _, s := range c.spends {
		if s.signer != nil || s.by != j {
			return 0
		}
	}
	return j
}

// timely tells whether a claim counts by its height.
func (a *inputs) timely(c *claim) bool {
	t := a.e.Policy.Times
	return c.at.Height > t.VoteTo && c.at.Height <= t.Claim
}

// findWinner finds the winner (docs/audit.md, "The winner"): among candidates with at least k counted ballots,
// the one whose timely claim is earliest. Where no claimant is proven to have
// k, the earliest timely claimant who may have them is named, not counted.
func (a *facts) findWinner() {
	k := a.e.Policy.K
	for _, proven := range []bool{true, false} {
		for _, c := range a.claims {
			if c.claimant == 0 || !a.timely(c) {
				continue
			}
			if proven && a.tally.min[c.claimant-1] >= k || !proven && a.tally.max[c.claimant-1] >= k {
				a.winner, a.winning = c.claimant, c
				return
			}
		}
	}
}

// decides tells whether a fault of this claim decides the election (class A/E):
// it is the winner's, or no winner remains.
func decides(f *facts, c *claim) bool {
	return f.winner == 0 || c.claimant == f.winner
}

// isOver is CHECKS' "over": every counted stake spent and d deep and every
// counted ballot classified, or the last openings' block buried, or ended.
func isOver(a *facts) bool {
	d, t := a.e.Policy.Confirmations, a.e.Policy.Times
	if a.setup.Ended != "" || a.tip >= t.Reveal+d-1 {
		return true
	}
	if a.keys == nil || a.tip <= t.VoteTo || len(a.unspent) > 0 {
		return false
	}
	for _, s := range a.spends {
		if a.depth(s.at.Height) < d {
			return false
		}
	}
	for _, r := range a.tally.readings {
		if !classified(a, r) {
			return false
		}
	}
	return true
}
