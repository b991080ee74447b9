package roles_test

import (
	"errors"
	"fmt"
	"testing"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/relay"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// hookedNode is the roles' node, whose miner may rewrite input scripts, and which may not answer.
type hookedNode struct {
	*regtest.Chain
	rewrite bool
	submit  func(tx *wire.MsgTx) error // in place of the chain's, nil for that
}

func (r *hookedNode) Submit(tx *wire.MsgTx) error {
	if r.submit != nil {
		return r.submit(tx)
	}
	if !r.rewrite {
		return r.Chain.Submit(tx)
	}
	tx = tx.Copy()
	tx.TxIn[0].SignatureScript = append([]byte{txscript.OP_PUSHDATA1}, tx.TxIn[0].SignatureScript...)
	r.SubmitToMiner(tx)
	return nil
}

var errCutOff = errors.New("connection reset")

// seedOf is the seed of voter i.
func (p *poll) seedOf(i int) roles.Seed { return seedOf(fmt.Sprint("voter ", i+1)) }

// again returns voter i as a new process makes it, from its seed and its coin.
func (p *poll) again(i int) *roles.Voter {
	p.t.Helper()
	seed := seedOf(fmt.Sprint("voter ", i+1))
	v, err := roles.NewVoter(p.e, seed.Key("roll"), p.relay, seed)
	check(p.t, err)
	v.Choose(roles.Choice{Candidate: 1})
	return v
}

// A vote whose answer was lost is the same transaction the second time, also when a new process casts
// it or the first is mined. The stake can be taken back.
func TestVoteAgainAfterALostAnswer(t *testing.T) {
	p := newPoll(t, 2)
	p.mine(p.e.Policy.Times.VoteFrom - 1)
	var sent []*wire.MsgTx
	p.relay.submit = func(tx *wire.MsgTx) error {
		sent = append(sent, tx)
		check(t, p.chain.Submit(tx))
		return errCutOff
	}
	if err := p.act(p.again(0)); !errors.Is(err, errCutOff) {
		t.Fatalf("err %v, want %v", err, errCutOff)
	}
	p.relay.submit = func(tx *wire.MsgTx) error { sent = append(sent, tx); return p.chain.Submit(tx) }
	check(t, p.act(p.again(0)))
	check(t, p.act(p.again(0)))
	other := p.again(0)
	other.Choose(roles.Choice{Candidate: 2})
	if err := p.act(other); relay.OutcomeOf(err) != relay.Conflict {
		t.Errorf("a vote for another: err %v, want a conflict", err)
	}
	sent = sent[:len(sent)-1]
	before := p.view()
	p.mine(p.tip() + 1)
	acts, err := p.again(0).Acts(before)
	check(t, err)
	check(t, p.perform(acts))
	for _, tx := range sent {
		if tx.TxHash() != sent[0].TxHash() {
			t.Errorf("another vote %s, want %s", tx.TxHash(), sent[0].TxHash())
		}
	}
	p.mine(p.e.Policy.Times.Timeout)
	p.count()
	check(t, p.act(p.again(0)))
	if left := p.unclaimed(); left != 0 {
		t.Error("the stake is not taken back")
	}
}

// The nonce of a custodial ballot is the twin's draw.
func TestNonceOfABallot(t *testing.T) {
	p := newPoll(t, 2)
	p.vote(func(int) int { return 2 })
	for i := range p.voters {
		for _, v := range p.votes {
			if v.Index != p.setup.SlotOf(p.voters[i].Key()) {
				continue
			}
			at := ballot.Place{EID: p.e.EID, Outpoint: v.Outpoint}
			says, err := ballot.Open(v.Ballot, at, p.secret)
			check(t, err)
			seed := seedOf(fmt.Sprint("voter ", i+1))
			statement := append(append(append([]byte{}, p.e.EID[:]...), v.Outpoint[:]...), 0, 2)
			nonce, err := curve.DecodeScalar(naiveDraw(seed, "ballot nonce", statement, 1))
			check(t, err)
			if !says.Share.Equal(nonce) {
				t.Errorf("voter %d: the nonce is not the twin's", i+1)
			}
		}
	}
}

// unclaimed mines a block and returns how many stakes are unspent then.
func (p *poll) unclaimed() (left int) {
	p.mine(p.tip() + 1)
	r := p.view().Replay
	for _, v := range p.votes {
		if _, spent := r.StakeSpent(v.Stake); !spent {
			left++
		}
	}
	return left
}

// A claim that is cut off between its batches is finished by the next call, before and after the first
// batch is mined.
func TestClaimCutOff(t *testing.T) {
	for _, mined := range []bool{false, true} {
		p := newPoll(t, 400)
		p.vote(func(int) int { return 2 })
		calls := 0
		p.relay.submit = func(tx *wire.MsgTx) error {
			if calls++; calls > 1 {
				return errCutOff
			}
			return p.chain.Submit(tx)
		}
		if err := p.act(p.supervisor); relay.OutcomeOf(err) != relay.Unreachable || calls != 2 {
			t.Fatalf("err %v after %d batches, want no answer", err, calls)
		}
		p.relay.submit = nil
		if mined {
			if left := p.unclaimed(); left == 0 || left == 400 {
				t.Fatalf("%d stakes left", left)
			}
		}
		check(t, p.act(p.supervisor))
		if left := p.unclaimed(); left != 0 {
			t.Errorf("%d stakes left (first batch mined: %v)", left, mined)
		}
		check(t, p.act(p.supervisor))
		if p.chain.Pending() != 0 {
			t.Error("claimed what is claimed")
		}
	}
}

// A stake that another claim has taken, which the claimant does not see yet, does not hold up the rest.
func TestClaimBesideAnother(t *testing.T) {
	p := newPoll(t, 4)
	p.vote(func(int) int { return 2 })
	before, err := p.supervisor.Acts(p.view())
	check(t, err)
	other := p.claimOf(p.votes[0], p.e.Policy.Candidates[0].Payout)
	check(t, p.chain.Submit(other))
	p.mine(p.tip() + 1)
	if conflict := relay.ConflictOf(p.perform(before)); conflict == nil || conflict.TxHash() != other.TxHash() {
		t.Fatalf("in conflict with %v", conflict)
	}
	check(t, p.act(p.supervisor))
	if left := p.unclaimed(); left != 0 {
		t.Errorf("%d stakes left", left)
	}
}

// claimOf is a claim of one stake by the supervisor's path.
func (p *poll) claimOf(v *election.Vote, payout []byte) (tx *wire.MsgTx) {
	p.t.Helper()
	for _, path := range p.e.Contract.Paths {
		if path.Name != "win" {
			continue
		}
		key := map[string]curve.Scalar{path.Signers[0]: p.secret}
		keep := &hookedNode{Chain: p.chain, submit: func(sent *wire.MsgTx) error { tx = sent; return nil }}
		check(p.t, roles.SpendByBranch(p.e, keep, v, path, key, payout))
	}
	return tx
}

// A vote that waits is replaced by one with a further input, which counts like it and can be taken back.
func TestBump(t *testing.T) {
	p := newPoll(t, 2)
	v, wallet := p.voters[0], curve.NewScalar(99)
	extra := p.fund(wallet, 50_000)
	v.Choose(roles.Choice{Candidate: 1})
	check(t, p.act(v))
	view := p.view()
	bumped, err := v.Bump(view, extra, wallet)
	check(t, err)
	check(t, p.relay.Submit(bumped))
	if p.chain.Pending() != 1 {
		t.Fatalf("%d transactions wait", p.chain.Pending())
	}
	check(t, p.act(p.again(0))) // the replacement stands for it
	again, err := p.again(0).Bump(view, extra, wallet)
	check(t, err)
	if again.TxHash() != bumped.TxHash() {
		t.Error("another replacement")
	}
	p.mine(p.e.Policy.Times.VoteTo)
	p.count()
	if len(p.votes) != 1 || !p.votes[0].Counted() || p.votes[0].Stake.Hash != bumped.TxHash() {
		t.Fatalf("%d votes, the first in block %d: %v", len(p.votes), p.votes[0].Height, p.votes[0].Faults)
	}
	fee := p.e.Policy.Coin() + 50_000 - p.e.Policy.Stake
	if tx := p.votes[0].Spend.Tx; len(tx.TxIn) != 2 || fee <= p.e.Policy.Fee*int64(tx.SerializeSize()) {
		t.Errorf("%d inputs, fee %d", len(tx.TxIn), fee)
	}
	p.mine(p.e.Policy.Times.Timeout)
	check(t, p.act(p.again(0)))
	if left := p.unclaimed(); left != 0 {
		t.Error("the stake is not taken back")
	}
}

// A replacement that pays too little leaves the vote as it is.
func TestBumpPaysMore(t *testing.T) {
	p := newPoll(t, 2)
	v, wallet := p.voters[0], curve.NewScalar(99)
	extra := p.fund(wallet, 1000)
	v.Choose(roles.Choice{Candidate: 1})
	check(t, p.act(v))
	tx, err := v.Bump(p.view(), extra, wallet)
	check(t, err)
	if err := p.relay.Submit(tx); relay.OutcomeOf(err) != relay.Conflict {
		t.Errorf("err %v, want a conflict", err)
	}
}

// fund has the supervisor pay a key an amount, before the vote.
func (p *poll) fund(key curve.Scalar, sats int64) wire.OutPoint {
	p.t.Helper()
	to := templates.PayToKey(curve.BaseMul(key).Key())
	tx := wire.NewMsgTx(2)
	block, err := p.chain.Block(5)
	check(p.t, err)
	from := block.Transactions[0]
	tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: from.TxHash()}, nil, nil))
	tx.AddTxOut(wire.NewTxOut(sats, to))
	public := p.supervisor.Key()
	hash, err := txscript.CalcSignatureHash(templates.PayToKey(public), txscript.SigHashAll, tx, 0)
	check(p.t, err)
	sig, err := curve.SignECDSA(p.secret, [32]byte(hash))
	check(p.t, err)
	tx.TxIn[0].SignatureScript, err = txscript.NewScriptBuilder().AddData(append(sig, byte(txscript.SigHashAll))).AddData(public[:]).Script()
	check(p.t, err)
	check(p.t, p.chain.Submit(tx))
	p.mine(p.e.Policy.Times.VoteFrom - 1)
	return wire.OutPoint{Hash: tx.TxHash()}
}
