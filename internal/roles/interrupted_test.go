package roles_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/relay"
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/templates"
	"bevote/verifier/board"
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

// again returns voter i as a new process makes it, from its seed and its coin.
func (p *poll) again(i int) *roles.Voter {
	p.t.Helper()
	seed := seedOf(fmt.Sprint("voter ", i+1))
	v, err := roles.NewVoter(p.e, seed.Key("roll"), p.relay, seed)
	check(p.t, err)
	for _, s := range p.setup.Roll {
		if s.Key == v.Key() {
			_, err := v.Enter(s.Outpoint)
			check(p.t, err)
		}
	}
	check(p.t, v.Find(p.setup))
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
	if err := p.voters[0].Vote(p.setup, nil, 1); !errors.Is(err, errCutOff) {
		t.Fatalf("err %v, want %v", err, errCutOff)
	}
	if _, voted := p.voters[0].Stake(); voted {
		t.Error("the voter believes in a vote without an answer")
	}
	p.relay.submit = func(tx *wire.MsgTx) error { sent = append(sent, tx); return p.chain.Submit(tx) }
	check(t, p.voters[0].Vote(p.setup, nil, 1))
	check(t, p.again(0).Vote(p.setup, nil, 1))
	p.mine(p.tip() + 1)
	check(t, p.again(0).Vote(p.setup, nil, 1))
	for _, tx := range sent {
		if tx.TxHash() != sent[0].TxHash() {
			t.Errorf("another vote %s, want %s", tx.TxHash(), sent[0].TxHash())
		}
	}
	if err := p.again(0).Vote(p.setup, nil, 2); relay.OutcomeOf(err) != relay.Conflict {
		t.Errorf("a vote for another: err %v, want a conflict", err)
	}
	p.mine(p.e.Policy.Times.VoteTo)
	votes, err := p.e.Votes(p.setup, p.replay())
	check(t, err)
	v := p.again(0)
	v.Follow(votes)
	p.mine(p.e.Policy.Times.Timeout)
	check(t, v.Refund())
}

// The nonce of a custodial ballot is the twin's draw.
func TestNonceOfABallot(t *testing.T) {
	p := newPoll(t, 2)
	p.vote(func(int) int { return 2 })
	for i := range p.voters {
		for _, v := range p.votes {
			if v.Index != p.voters[i].Slot() {
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

// A voter on two devices, or restarted between commitment and deal, writes the same commitment and the
// same deal, which fit.
func TestDealingOnTwoDevices(t *testing.T) {
	p := newPoll(t, 2)
	params := sharing.Params{EID: p.e.EID, K: 2, Keys: 1}
	for _, r := range p.setup.Roll {
		params.Roll = append(params.Roll, r.Key)
	}
	commit := func(v *roles.Voter) (c board.Commit) {
		line, err := v.Commit(params)
		check(t, err)
		check(t, board.DecodeBody(line, &c))
		return c
	}
	deal := func(v *roles.Voter) (d board.Deal) {
		line, err := v.Deal(params)
		check(t, err)
		check(t, board.DecodeBody(line, &d))
		return d
	}
	commits, deals := make(map[int][32]byte), make(map[int][]byte)
	for i, v := range p.voters {
		first, second := commit(v), commit(p.again(i))
		if first != second {
			t.Errorf("voter %d: two commitments", i+1)
		}
		here, there := deal(v), deal(p.again(i))
		if !bytes.Equal(here.Deal, there.Deal) {
			t.Errorf("voter %d: two deals", i+1)
		}
		commits[v.Slot()], deals[v.Slot()] = first.Deal, there.Deal
	}
	if o := sharing.Judge(params, sharing.Log{Commits: commits, Deals: deals}); len(o.Qual) != 2 {
		t.Errorf("QUAL %v, want both", o.Qual)
	}
}

// unclaimed mines a block and returns how many stakes are unspent then.
func (p *poll) unclaimed() (left int) {
	p.mine(p.tip() + 1)
	r := p.replay()
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
		tally := p.supervisor.Count(p.setup, p.votes)
		calls := 0
		p.relay.submit = func(tx *wire.MsgTx) error {
			if calls++; calls > 1 {
				return errCutOff
			}
			return p.chain.Submit(tx)
		}
		if err := p.supervisor.Claim(tally, p.replay()); relay.OutcomeOf(err) != relay.Unreachable || calls != 2 {
			t.Fatalf("err %v after %d batches, want no answer", err, calls)
		}
		p.relay.submit = nil
		if mined {
			if left := p.unclaimed(); left == 0 || left == 400 {
				t.Fatalf("%d stakes left", left)
			}
		}
		check(t, p.supervisor.Claim(tally, p.replay()))
		if left := p.unclaimed(); left != 0 {
			t.Errorf("%d stakes left (first batch mined: %v)", left, mined)
		}
		check(t, p.supervisor.Claim(tally, p.replay()))
		if p.chain.Pending() != 0 {
			t.Error("claimed what is claimed")
		}
	}
}

// A stake that an earlier claim of other batches has taken does not hold up the rest, though the claimant
// does not see it yet. One that another has taken is an error, and does not hold up the rest either.
func TestClaimBesideAnother(t *testing.T) {
	for _, own := range []bool{true, false} {
		p := newPoll(t, 4)
		p.vote(func(int) int { return 2 })
		tally, before := p.supervisor.Count(p.setup, p.votes), p.replay()
		payout := p.e.Policy.Candidates[0].Payout
		if own {
			payout = p.e.Policy.Candidates[1].Payout
		}
		other := p.claimOf(p.votes[0], payout)
		check(t, p.chain.Submit(other))
		p.mine(p.tip() + 1)
		err := p.supervisor.Claim(tally, before)
		if conflict := relay.ConflictOf(err); own && err != nil ||
			!own && (conflict == nil || conflict.TxHash() != other.TxHash()) {
			t.Fatalf("own %v: err %v", own, err)
		}
		check(t, p.supervisor.Claim(tally, p.replay()))
		if left := p.unclaimed(); left != 0 {
			t.Errorf("own %v: %d stakes left", own, left)
		}
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
	check(t, v.Vote(p.setup, nil, 1))
	first, _ := v.Stake()
	check(t, v.Bump(p.setup, nil, 1, extra, wallet))
	bumped, _ := v.Stake()
	if bumped == first || p.chain.Pending() != 1 {
		t.Fatalf("stake %s after %s, %d transactions wait", bumped, first, p.chain.Pending())
	}
	check(t, p.again(0).Vote(p.setup, nil, 1)) // the replacement stands for it
	check(t, p.again(0).Bump(p.setup, nil, 1, extra, wallet))
	p.mine(p.e.Policy.Times.VoteTo)
	var err error
	p.votes, err = p.e.Votes(p.setup, p.replay())
	check(t, err)
	if len(p.votes) != 1 || !p.votes[0].Counted() || p.votes[0].Stake != bumped {
		t.Fatalf("%d votes, the first in block %d: %v", len(p.votes), p.votes[0].Height, p.votes[0].Faults)
	}
	fee := p.e.Policy.Coin() + 50_000 - p.e.Policy.Stake
	if tx := p.votes[0].Spend.Tx; len(tx.TxIn) != 2 || fee <= p.e.Policy.Fee*int64(tx.SerializeSize()) {
		t.Errorf("%d inputs, fee %d", len(tx.TxIn), fee)
	}
	again := p.again(0)
	again.Follow(p.votes)
	p.mine(p.e.Policy.Times.Timeout)
	check(t, again.Refund())
	p.mine(p.tip() + 1)
	if _, spent := p.replay().StakeSpent(bumped); !spent {
		t.Error("the stake is not taken back")
	}
}

// A replacement that pays too little leaves the vote as it is.
func TestBumpPaysMore(t *testing.T) {
	p := newPoll(t, 2)
	v, wallet := p.voters[0], curve.NewScalar(99)
	extra := p.fund(wallet, 1000)
	check(t, v.Vote(p.setup, nil, 1))
	first, _ := v.Stake()
	if err := v.Bump(p.setup, nil, 1, extra, wallet); relay.OutcomeOf(err) != relay.Conflict {
		t.Errorf("err %v, want a conflict", err)
	}
	if now, _ := v.Stake(); now != first {
		t.Errorf("stake %s, want %s", now, first)
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
