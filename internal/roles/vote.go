package roles

import (
	"errors"
	"fmt"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// ErrNoShare is the error of a vote without a share of the joint key.
var ErrNoShare = errors.New("you have no share of the joint key")

// spend votes, or abstains, by the voter's choice, in the vote's window. A voter that cannot vote takes
// its coin back.
func (v *Voter) spend(view *View) ([]Act, error) {
	t, s := view.Election.Policy.Times, view.Setup
	slot, next := s.SlotOf(v.public), view.Tip+1
	closed := election.RollClosed
	if view.Election.Policy.Dealt() {
		closed = election.SetupClosed
	}
	if view.ended() || slot == 0 || v.choice.Candidate == 0 && !v.choice.Abstain ||
		next < max(t.VoteFrom, v.choice.Height) || next > t.VoteTo || !view.Closed(closed) {
		return nil, nil
	}
	coin := s.Roll[slot-1].Outpoint
	if c := view.Replay.Coin(coin); c != nil && c.Spent != nil {
		return nil, nil
	}
	if v.choice.Candidate > 0 {
		tx, err := v.vote(view, coin)
		if !errors.Is(err, ErrNoShare) {
			return []Act{{What: "vote", Tx: tx, By: t.VoteTo}}, err
		}
	}
	tx, err := v.abstention(coin)
	return []Act{{What: "abstention", Tx: tx, By: t.VoteTo}}, err
}

// vote locks the stake and publishes the sealed ballot, in one transaction without change. No block below
// the vote's window can have it, also where the block that it was sent after is taken back:
//
//	version 2, locktime `vote from` − 1
//	in   the coin, sequence fffffffd
//	out  0   policy.Stake   P2SH of the redeem script, filled for slot and ballot
//	     1   0              RETURN <ballot>
func (v *Voter) vote(view *View, coin wire.OutPoint) (*wire.MsgTx, error) {
	sealed, err := v.seal(view, coin)
	if err != nil {
		return nil, err
	}
	keys, err := view.Setup.Keys()
	if err != nil {
		return nil, err
	}
	redeem, err := view.Setup.Redeem(keys, view.Setup.SlotOf(v.public), sealed)
	if err != nil {
		return nil, err
	}
	tx := newTx()
	tx.LockTime = v.e.Policy.Times.VoteFrom - 1
	addInput(tx, coin)
	tx.AddTxOut(wire.NewTxOut(v.e.Policy.Stake, templates.PayToRedeem(redeem)))
	tx.AddTxOut(wire.NewTxOut(0, opReturn(sealed)))
	return tx, signKey(tx, 0, v.key, v.public)
}

// Bump returns what replaces the vote while that waits for a block, and pays a higher fee: all of a mined
// output that pays key, P2PKH, since a vote has no change. Whose key it is can then be seen beside the
// roll key. It fails with [ErrNoShare] where the voter cannot vote.
//
//	in   the coin
//	     extra
//	out  the vote's
func (v *Voter) Bump(view *View, extra wire.OutPoint, key curve.Scalar) (*wire.MsgTx, error) {
	slot := view.Setup.SlotOf(v.public)
	if slot == 0 {
		return nil, fmt.Errorf("roll key %s is not on the roll", v.public)
	}
	tx, err := v.vote(view, view.Setup.Roll[slot-1].Outpoint)
	if err != nil {
		return nil, err
	}
	addInput(tx, extra)
	return tx, errors.Join(signKey(tx, 0, v.key, v.public), signKey(tx, 1, key, curve.BaseMul(key).Key()))
}

// seal seals a ballot for the voter's candidate, number j: j with the voter's share of the candidate's
// joint key, or with a nonce where the supervisor counts, and with a salt where the policy asks for one.
func (v *Voter) seal(view *View, coin wire.OutPoint) ([]byte, error) {
	p, j, slot := v.e.Policy, v.choice.Candidate, view.Setup.SlotOf(v.public)
	if j < 1 || j > len(p.Candidates) {
		return nil, fmt.Errorf("no candidate %d", j)
	}
	m, to := ballot.Plain{Candidate: j}, p.Candidates[j-1].Key
	number := p.KeyNumber(j)
	public, publicErr := view.Setup.PublicShare(slot, number)
	if !p.Dealt() {
		m.Share, to = v.seed.nonce(v.e.EID, coin, j), p.Supervisor
	} else {
		r := v.receive(view)
		switch {
		case r == nil || len(r.shares) < number:
			return nil, ErrNoShare
		case publicErr != nil:
			return nil, fmt.Errorf("%w that you can vote with: %w", ErrNoShare, publicErr)
		}
		m.Share = r.shares[number-1]
	}
	if p.Salted {
		m.Salt = v.seed.salt(v.e.EID, coin, j)
	}
	key, err := to.Point()
	if err != nil {
		return nil, err
	}
	at := ballot.Place{EID: v.e.EID, Outpoint: election.EncodeOutpoint(coin), PublicShare: public}
	return ballot.Seal(m, at, key), nil
}

// abstention spends the coin to the voter's own key:
//
//	in   the coin
//	out  coin − fee   P2PKH of the roll key
func (v *Voter) abstention(coin wire.OutPoint) (*wire.MsgTx, error) {
	tx := newTx()
	addInput(tx, coin)
	fee := v.e.Policy.Fee * int64(templates.TxFrame+templates.P2PKHInput+templates.P2PKHOutput)
	tx.AddTxOut(wire.NewTxOut(v.e.Policy.Coin()-fee, templates.PayToKey(v.public)))
	return tx, signKey(tx, 0, v.key, v.public)
}

// refund takes the stake back to the roll key from the timeout on, wherever the chain has it: a vote
// need not be in the chain under the id that it was sent with.
//
//	version 2, locktime path.After
//	in   the stake, sequence fffffffd
//	out  stake − fee   P2PKH of the roll key
func (v *Voter) refund(view *View) ([]Act, error) {
	if view.Tip < view.Election.Policy.Times.Timeout {
		return nil, nil
	}
	count, err := view.Count()
	if count == nil || err != nil {
		return nil, err
	}
	path, err := pathNamed(v.e.Contract, "refund")
	if err != nil {
		return nil, err
	}
	var acts []Act
	for _, w := range count.All {
		if _, spent := view.Replay.StakeSpent(w.Stake); w.Index != view.Setup.SlotOf(v.public) || w.Stake == (wire.OutPoint{}) || spent {
			continue
		}
		tx := newTx()
		tx.LockTime = path.After
		addInput(tx, w.Stake)
		fee := v.e.Policy.Fee * int64(templates.SweepSize(1, path.Witness, len(w.Redeem), templates.PayoutP2PKH))
		tx.AddTxOut(wire.NewTxOut(w.Value-fee, templates.PayToKey(v.public)))
		if err := signStake(tx, 0, path, w.Redeem, v.key); err != nil {
			return nil, err
		}
		acts = append(acts, Act{What: "refund", Tx: tx})
	}
	return acts, nil
}
