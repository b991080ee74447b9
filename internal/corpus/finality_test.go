package corpus

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// TestFinal: whatever outsiders, losers and miners do when an honest election is over,
// winner, counts and level stay, and the exit code is 0 or 21. It is of this package since
// the transactions come from the tools of lies.
func TestFinal(t *testing.T) {
	plays := 12
	if testing.Short() {
		plays = 4
	}
	kinds := []string{"paper", "won", "each", "salted", "nobody", "paper-nobody", "flag", "rescue", "sealed", "custodial", "either", "mixed"}
	for i := range plays {
		seed := uint64(1000 + i)
		t.Run(fmt.Sprintf("%s %d", kinds[i%len(kinds)], seed), func(t *testing.T) {
			t.Parallel()
			a := &aftermath{basis: kinds[i%len(kinds)], random: rand.New(rand.NewPCG(seed, 1))}
			l := Lie{Name: "finished", Base: kinds[i%len(kinds)], Strength: Harmless, tamper: a.leave}
			p, err := l.played(context.Background(), rehearsal.Options{Seed: seed, Source: l.base().form.source()})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			a.play = p
			before := audited(t, l, p)
			if before.Exit != result.ExitProven || before.Level != result.L3 {
				t.Fatalf("an honest election: level %s, exit %d: %v", before.Level, before.Exit, before.Flagged)
			}
			for range 4 {
				if err := a.goOn(); err != nil {
					t.Fatal(a.done, err)
				}
				after := audited(t, l, p)
				if after.Level != before.Level || after.Exit != result.ExitProven && after.Exit != result.ExitFaulted {
					t.Errorf("after %v: level %s, exit %d: %v; before %s", a.done, after.Level, after.Exit, after.Flagged, before.Level)
				}
				for _, id := range []string{"V78", "V89"} { // counts and winner
					if x, y := itemsOf(before, id), itemsOf(after, id); !slices.Equal(x, y) {
						t.Errorf("after %v: %s: %v, before %v", a.done, id, y, x)
					}
				}
			}
		})
	}
}

// audited audits the record of a play up to now.
func audited(t *testing.T, l Lie, p *play) Trial {
	t.Helper()
	trial, err := l.audit(context.Background(), nil, p.Write)
	if err != nil {
		t.Fatal(err)
	}
	return trial
}

func itemsOf(trial Trial, id string) []result.Item {
	for _, c := range trial.checks {
		if c.ID == id {
			return c.Items
		}
	}
	return nil
}

// aftermath is what is done after an honest election that left stakes.
type aftermath struct {
	*play
	basis  string // name of the base
	random *rand.Rand
	left   map[int]bool           // slots whose stakes are left, or whose coins were spent
	taken  map[wire.OutPoint]bool // stakes that wait to be spent
	done   []string
}

func (a *aftermath) pick(n int) int { return a.random.IntN(n) }

// leave has the winner leave the stakes of up to three slots, and their voters too.
func (a *aftermath) leave(p *play) error {
	a.left, a.taken = make(map[int]bool), make(map[wire.OutPoint]bool)
	p.Hooks.Tip = p.Policy.Times.Reveal + 3*p.Policy.Depth()
	p.openLate()
	slots := a.random.Perm(p.Policy.Voters)[:1+a.pick(3)]
	before := p.Hooks.Send
	p.Hooks.Send = func(role string, tx *wire.MsgTx) (bool, error) {
		for _, slot := range slots {
			if role == p.voter(slot+1).Role && tx.LockTime >= p.Policy.Times.Timeout {
				a.left[slot+1] = true
				return true, nil
			}
		}
		if before == nil {
			return false, nil
		}
		return before(role, tx)
	}
	if name := a.basis; name == "nobody" || name == "paper-nobody" || name == "rescue" || name == "custodial" {
		return nil
	}
	return claimed(func(p *play, votes []*election.Vote) error {
		return p.claim(1, slices.DeleteFunc(slices.Clone(votes), func(v *election.Vote) bool {
			return slices.Contains(slots, v.Index-1)
		}), signer{}, nil)
	})(p)
}

// goOn does some things in a block, and mines until they are up to the policy's depth
// deep.
func (a *aftermath) goOn() error {
	acts := []struct {
		name string
		do   func() error
	}{
		{"claim", a.claimLeft}, {"refund", a.refundLeft}, {"pay", a.pay}, {"anchor", a.anchor}, {"line", a.line}, {"line", a.line}, {"coin", a.spendsCoin},
	}
	for range 1 + a.pick(4) {
		act := acts[a.pick(len(acts))]
		a.done = append(a.done, act.name)
		if err := act.do(); err != nil {
			return fmt.Errorf("%s: %w", act.name, err)
		}
	}
	tip, _ := a.Chain.Tip()
	return a.Advance(tip + 1 + uint32(a.pick(3)))
}

// unspent returns the votes whose stakes are left.
func (a *aftermath) unspent() (out []*election.Vote, err error) {
	r, err := a.Replay()
	if err != nil {
		return nil, err
	}
	for _, v := range election.Counted(a.Votes) {
		if _, spent := r.StakeSpent(v.Stake); !spent && !a.taken[v.Stake] {
			out = append(out, v)
		}
	}
	return out, nil
}

var hashTypes = []txscript.SigHashType{1, 2, 3, 0x81, 0x82, 0x83}

// claimLeft claims a stake with the joint secret, which is public by now, or with the claim
// key of a loser or of the winner.
func (a *aftermath) claimLeft() error {
	votes, err := a.unspent()
	if err != nil || len(votes) == 0 || !a.Policy.Dealt() {
		return err
	}
	vote := votes[a.pick(len(votes))]
	q, path, err := a.claimSigner(1 + a.pick(2))
	if err != nil {
		return err
	}
	q.hashType = hashTypes[a.pick(len(hashTypes))]
	payouts := [][]byte{templates.PayToKey(curve.BaseMul(a.stranger()).Key()), a.first().Payout, a.second().Payout}
	tx, err := a.sweep([]*election.Vote{vote}, path, q, payouts[a.pick(3)])
	if err != nil {
		return err
	}
	a.done = append(a.done, fmt.Sprintf("slot %d %#x", vote.Index, byte(q.hashType)))
	return a.mined(tx)
}

// refundLeft has a voter take its stake back, with any hash type.
func (a *aftermath) refundLeft() error {
	votes, err := a.unspent()
	if err != nil || len(votes) == 0 {
		return err
	}
	vote := votes[a.pick(len(votes))]
	q := signer{key: a.voter(vote.Index).Secret, hashType: hashTypes[a.pick(len(hashTypes))]}
	tx, err := a.sweep([]*election.Vote{vote}, "refund", q, templates.PayToKey(curve.BaseMul(a.stranger()).Key()))
	if err != nil {
		return err
	}
	return a.mined(tx)
}

// mined has a miner take a transaction, and rewrite in its input script what the script
// does not read or takes for a flag.
func (a *aftermath) mined(tx *wire.MsgTx) error {
	items := pushes(tx.TxIn[0].SignatureScript)
	selector := &items[len(items)-2]
	switch n := len(*selector); {
	case a.pick(2) == 0:
	case n == 0 && a.basis == "flag":
		*selector = [][]byte{{0x80}, make([]byte, curve.PointSize), make([]byte, 71)}[a.pick(3)]
	case n == 0:
		*selector = items[0] // a signature that is not of the key
	case n == 1:
		*selector = [][]byte{{2}, key33(curve.BaseMul(a.stranger())), items[len(items)-3]}[a.pick(3)]
	}
	if a.pick(2) == 0 {
		items = slices.Insert(items, 0, [][]byte{nil, key33(curve.BaseMul(a.stranger())), items[0]}[a.pick(3)])
	}
	tx.TxIn[0].SignatureScript = push(items...)
	a.taken[tx.TxIn[0].PreviousOutPoint] = true
	a.Chain.SubmitToMiner(tx)
	return nil
}

// pay has a stranger pay to scripts of the election, or publish what looks like its own.
func (a *aftermath) pay() error {
	votes := election.Counted(a.Votes)
	vote := votes[a.pick(len(votes))]
	outs := []*wire.TxOut{
		wire.NewTxOut(600, templates.PayToRedeem(vote.Redeem)),
		wire.NewTxOut(600, a.first().Payout),
		wire.NewTxOut(0, returning(vote.Ballot)),
		wire.NewTxOut(0, returning(election.AnchorData(election.SetupClosed, a.EID, sha256.Sum256(vote.Ballot)))),
	}
	if a.Policy.Dealt() {
		q, _, err := a.claimSigner(1)
		if err != nil {
			return err
		}
		outs = append(outs, wire.NewTxOut(600, templates.PayToKey(curve.BaseMul(q.key).Key())))
	}
	tx, err := a.spendSpare(outs[a.pick(len(outs))])
	if err != nil {
		return err
	}
	a.Chain.SubmitToMiner(tx)
	return nil
}

// anchor has the supervisor make an anchor that is not owed.
func (a *aftermath) anchor() error {
	kinds := []int{election.Announce, election.RollClosed, election.SetupClosed}
	tx, err := a.spendSpare(wire.NewTxOut(0, returning(election.AnchorData(kinds[a.pick(3)], a.EID, a.Log.Head()))))
	if err != nil {
		return err
	}
	a.Chain.SubmitToMiner(tx)
	return nil
}

// spendsCoin has a voter who abstained spend the coin, as a vote or otherwise.
func (a *aftermath) spendsCoin() error {
	r, err := a.Replay()
	if err != nil {
		return err
	}
	for _, v := range a.votersFor(0) {
		if c := r.Coin(a.coin(v)); c == nil || c.Spent != nil || a.left[v.Slot()] {
			continue
		}
		a.left[v.Slot()] = true
		votes := election.Counted(a.Votes)
		outs := [][]*wire.TxOut{
			{wire.NewTxOut(a.Policy.Stake, templates.PayToRedeem(votes[0].Redeem)), wire.NewTxOut(0, returning(votes[0].Ballot))},
			{wire.NewTxOut(a.Policy.Stake, templates.PayToKey(v.Key()))},
		}[a.pick(2)]
		tx, err := a.spendCoin(v, outs...)
		if err != nil {
			return err
		}
		a.Chain.SubmitToMiner(tx)
		return nil
	}
	return nil
}

// line has a stranger, a loser or a voter write a line: another's body again, or an opening
// of its own.
func (a *aftermath) line() error {
	lines := a.Log.Lines()
	keys := []curve.Scalar{a.stranger(), a.Keys["candidate "+a.second().Name], a.Voters[a.pick(len(a.Voters))].Secret}
	by := keys[a.pick(len(keys))]
	body := lines[1+a.pick(len(lines)-1)]
	var o board.Opening
	if board.DecodeBody(body, &o) == nil && len(o.Openings) > 0 && a.pick(2) == 0 {
		o.Openings[0].S[5] ^= 1
		return a.publish(by, o)
	}
	seen, err := a.seen(body.Seen.Height)
	if err != nil {
		return err
	}
	copied := body
	copied.By, copied.Seen = curve.BaseMul(by).Key(), seen
	if copied.Sig, err = curve.SignSchnorr(by, lineHash(a.EID, copied)); err != nil {
		return err
	}
	return a.Append(copied)
}
