package verifier

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"

	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/election"
	"bevote/verifier/lift"

	"github.com/btcsuite/btcd/wire/v2"
)

// spend is the input that spends the stake of a counted vote.
type spend struct {
	vote   *election.Vote
	at     election.ConfirmedTx
	run    *scriptRun
	class  string // win, refund, branch.NAME, or alien where no path fits
	redeem []byte
	sig    []byte // the item in the place of the first signature
	key    []byte // the item in the place of a public key, or nil
	signer error  // whether sig verifies under a key that the path asks for (V82, V94)
	by     int    // the candidate whose claim key signed; 0 for any other key
}

func (s *spend) where() string { return fmt.Sprintf("tx %s input %d", s.at.ID, s.at.Input) }

// claim is a transaction that spends stakes by the win path.
type claim struct {
	at       election.ConfirmedTx
	spends   []*spend
	claimant int // candidate number, or 0
}

func (c *claim) where() string { return "tx " + c.at.ID.String() }

// facts is everything that the checks compare: how the stakes of counted votes were
// spent, the claims, and what the stages before established. Checks only read it.
type facts struct {
	*tallied
	spends  []*spend
	unspent []*election.Vote
	claims  []*claim // in the chain's order
	winner  int      // candidate number, or 0
	winning *claim
	pending map[wire.OutPoint][]pendingSpend // on the stakes of counted votes
	over    bool
	atEnd   *facts // the same without the spends of stakes after the last block that decides; nil where none was read
}

// settle reads how every counted stake was spent, and finds the winner.
func settle(t *tallied) *facts {
	f := &facts{tallied: t}
	if t.keys != nil {
		t.progress("following the stakes", 0, 0)
		f.findSpends()
		f.groupClaims()
		f.pending = findPending(t)
		f.findWinner()
	}
	f.over = isOver(f)
	f.atEnd = f.upTo(f.end())
	return f
}

// end returns the last block that decides an election. At it the claims in the last block
// that counts are as deep as the policy asks. Failures of class E and U are about spends up
// to here: whatever comes later is listed and can complete a result, and refutes none.
func (in *inputs) end() uint32 { return in.e.Policy.Times.Claim + in.e.Policy.Confirmations - 1 }

// upTo returns the facts without the spends of stakes after a block: these stakes are
// unspent.
func (f *facts) upTo(height uint32) *facts {
	cut := *f
	cut.spends, cut.claims, cut.unspent = nil, nil, slices.Clone(f.unspent)
	for _, s := range f.spends {
		if s.at.Height <= height {
			cut.spends = append(cut.spends, s)
		} else {
			cut.unspent = append(cut.unspent, s.vote)
		}
	}
	for _, c := range f.claims {
		if c.at.Height <= height {
			cut.claims = append(cut.claims, c)
		}
	}
	return &cut
}

// findSpends classifies the spend of every counted stake.
func (f *facts) findSpends() {
	for _, b := range f.tally.ballots {
		st := f.replay.Stake(b.vote.Stake)
		if st == nil || st.Spent == nil {
			f.unspent = append(f.unspent, b.vote)
			continue
		}
		f.spends = append(f.spends, &spend{vote: b.vote, at: *st.Spent, run: f.stakeRuns[st]})
	}
	cores.Each(len(f.spends), func(i int) { f.classify(f.spends[i]) })
}

// classify finds the path of a spend: by the form of its items ([lift.Spend]), or
// by its signatures ([lift.Taken]) where the contract has branches or the items
// have the form of no path.
func (p *prepared) classify(s *spend) {
	script := s.at.Tx.TxIn[s.at.Input].SignatureScript
	class, items, redeem, err := lift.Spend(p.e.Contract.Paths, script)
	if err == nil && len(p.e.Policy.Branches) == 0 {
		s.class, s.redeem = class, redeem
		for _, path := range p.e.Contract.Paths {
			if lift.ClassOf(path.Name) == class && len(path.Witness) == len(items)+1 {
				s.sig, s.key = inPlace(path, items, "sig:"), inPlace(path, items, "pubkey:")
			}
		}
		return
	}
	s.redeem = scriptsig.LastItem(script)
	path, sig, err := lift.Taken(p.e.Contract.Paths, script, func(role string, sig []byte) bool {
		key, ok := p.roleKey(role, s.vote)
		return ok && s.signedBy(sig, key) == nil
	})
	if err != nil {
		s.class = "alien"
		return
	}
	items = scriptsig.Items(script)
	s.class, s.sig, s.key = lift.ClassOf(path.Name), sig, inPlace(path, items[:len(items)-1], "pubkey:")
}

// inPlace returns the first item of a kind, "sig:" or "pubkey:", by its place in the
// witness of a path, or nil. Items that the script does not read lie below:
//
//	items        unread …  <sig>      <key>         <00…00>
//	witness                sig:voter  pubkey:voter  0        redeem
func inPlace(path templates.Path, items [][]byte, kind string) []byte {
	unread := len(items) - (len(path.Witness) - 1)
	for i, item := range items[unread:] {
		if strings.HasPrefix(path.Witness[i], kind) {
			return item
		}
	}
	return nil
}

// roleKey returns the public key behind a role of the contract's paths, for
// the stake of one vote.
func (p *prepared) roleKey(role string, v *election.Vote) (key curve.PublicKey, ok bool) {
	policy := p.e.Policy
	_, candidate, sum := strings.Cut(role, "+")
	filled := p.keys[role]
	if sum {
		filled = p.keys["claim."+candidate]
	}
	if filled != nil {
		return curve.PublicKey(filled), true
	}
	switch j := policy.CandidateNumber(role); {
	case role == "supervisor":
		return policy.Supervisor, true
	case role == "voter":
		return p.setup.Roll[v.Index-1].Key, true
	case j > 0:
		return policy.Candidates[j-1].Key, true
	}
	for _, n := range policy.Named {
		if n.Name == role {
			return n.Key, true
		}
	}
	return key, false
}

// groupClaims gathers win spends by transaction and finds each claimant: by the
// claim key that signed where the win path has one, else by the payout.
func (f *facts) groupClaims() {
	byTx := make(map[string]*claim)
	for _, s := range f.spends {
		if s.class != "win" {
			continue
		}
		c := byTx[s.at.ID.String()]
		if c == nil {
			c = &claim{at: s.at}
			byTx[s.at.ID.String()] = c
			f.claims = append(f.claims, c)
		}
		c.spends = append(c.spends, s)
	}
	sort.Slice(f.claims, func(i, j int) bool { return f.claims[i].at.Before(f.claims[j].at) })
	for _, c := range f.claims {
		c.claimant = f.paid(c.at.Tx)
		guess := c.claimant
		cores.Each(len(c.spends), func(i int) { f.verifyWin(c.spends[i], guess) })
		switch {
		case f.e.Policy.Win == lang.WinHardened:
			c.claimant = signer(c)
		case f.e.Policy.Win == lang.WinPaper && f.late(c):
			c.claimant = 0 // the joint secret is public by now, and so is every payout
		}
	}
}

// paid returns the candidate whose payout script has all outputs, or 0.
func (in *inputs) paid(tx *wire.MsgTx) int {
	for j, cand := range in.e.Policy.Candidates {
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
// joint key or the supervisor's. The claim key of candidate guess is tried first.
func (p *prepared) verifyWin(s *spend, guess int) {
	for _, guessed := range []bool{true, false} {
		for _, k := range p.winKeys {
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

// timely reports whether a claim is in a block of the claim phase.
func (in *inputs) timely(c *claim) bool {
	t := in.e.Policy.Times
	return c.at.Height > t.VoteTo && c.at.Height <= t.Claim
}

// late reports whether a claim is in a block after `claim by`. A late claim can be a
// finding. It cannot refute an earlier result.
func (in *inputs) late(c *claim) bool { return c.at.Height > in.e.Policy.Times.Claim }

// findWinner finds the winner (docs/audit.md, "The winner"): among candidates with
// at least k ballots proven, the one whose timely claim is earliest. If there is
// none, it is the earliest timely claimant for whom k ballots are possible.
func (f *facts) findWinner() {
	k := f.e.Policy.K
	for _, proven := range []bool{true, false} {
		for _, c := range f.claims {
			if c.claimant == 0 || !f.timely(c) {
				continue
			}
			if proven && f.tally.min[c.claimant-1] >= k || !proven && f.tally.max[c.claimant-1] >= k {
				f.winner, f.winning = c.claimant, c
				return
			}
		}
	}
}

// decides reports whether a fault of the claim is fatal (class A/E): it is the
// winner's, or there is no winner, and it is not late.
func decides(f *facts, c *claim) bool {
	return !f.late(c) && (f.winner == 0 || c.claimant == f.winner)
}

// isOver reports whether the election is over (docs/audit.md, "How to read a
// report"): it ended early, or block `reveal from` is d deep, or every counted stake
// is spent that deep and every counted ballot is resolved.
func isOver(f *facts) bool {
	d, t := f.e.Policy.Confirmations, f.e.Policy.Times
	if f.setup.Ended != "" || f.tip >= t.Reveal+d-1 {
		return true
	}
	if f.keys == nil || f.tip <= t.VoteTo || len(f.unspent) > 0 {
		return false
	}
	for _, s := range f.spends {
		if f.depth(s.at.Height) < d {
			return false
		}
	}
	for _, b := range f.tally.ballots {
		if !resolved(f, b) {
			return false
		}
	}
	return true
}
