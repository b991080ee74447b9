package roles

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Voter is a member of the roll: it deals, receives its share of the joint key, votes once, and
// takes its stake back where no candidate claims it.
type Voter struct {
	participant
	coin   wire.OutPoint
	slot   int            // in the roll, from 1
	head   [32]byte       // of the roll's anchor
	shares []curve.Scalar // s_i by joint key; nil without
	stake  *stake         // nil before the vote
}

// stake is the output that a vote locked.
type stake struct {
	op     wire.OutPoint
	redeem []byte
}

// NewVoter returns the voter whose roll key has the secret key. The key must be fresh, or the
// policy's where the policy names the voters. The secret opens the voter's shares, and with them the
// ballot.
func NewVoter(e *election.Election, key curve.Scalar, chain Chain, seed Seed) (*Voter, error) {
	p, err := join(e, key, chain, seed)
	if err != nil {
		return nil, err
	}
	return &Voter{participant: p}, nil
}

// Enter writes the entry that asks for a slot of the roll. The coin is at the outpoint,
// and as deep as the policy asks.
func (v *Voter) Enter(op wire.OutPoint) (board.Line, error) {
	coin := election.EncodeOutpoint(op)
	v.coin = op
	return v.write(board.Entry{Outpoint: coin[:]})
}

// Find looks the voter up in the closed roll. A voter that is not on it with the coin that it entered
// with takes no part.
func (v *Voter) Find(s *election.Setup) error {
	for i, entry := range s.Roll {
		if entry.Key == v.public && entry.Outpoint == v.coin {
			v.slot, v.head = i+1, s.Phases.Anchor(election.RollClosed).Head
			return nil
		}
	}
	return fmt.Errorf("roll key %s is not on the roll with its coin %s", v.public, v.coin)
}

// Slot returns the voter's slot in the roll, from 1, or 0 before Find.
func (v *Voter) Slot() int { return v.slot }

// Commit writes the commitment to the voter's deal, which follows from the seed and the closed roll.
func (v *Voter) Commit(p sharing.Params) (board.Line, error) {
	deal, err := v.seed.Deal(p, v.head, v.slot)
	if err != nil {
		return board.Line{}, err
	}
	return v.write(board.Commit{Deal: deal.Commitment(p, v.slot)})
}

// Deal writes the deal. It must not be called before the commits' anchor is as deep as the policy
// asks.
func (v *Voter) Deal(p sharing.Params) (board.Line, error) {
	deal, err := v.seed.Deal(p, v.head, v.slot)
	if err != nil {
		return board.Line{}, err
	}
	return v.write(board.Deal{Deal: deal.Encode()})
}

// Receive takes the voter's shares of an outcome, and writes a complaint about each dealer that sent
// it a wrong one and is not known to be out. The combination is that of [election.Setup.Combine]. It is
// to be called when the deals' anchor is as deep as the policy asks, and again when the outcome has
// changed.
func (v *Voter) Receive(s *election.Setup, c *sharing.Combination, o *sharing.Outcome) ([]board.Line, error) {
	shares, wrong := c.Receive(v.key, v.slot, o)
	v.shares = shares
	var lines []board.Line
	last := 0 // dealer
	for _, w := range wrong {
		if w.Dealer == last || !slices.Contains(o.Qual, w.Dealer) {
			continue // one complaint puts a dealer out
		}
		last = w.Dealer
		complaint, err := sharing.Complain(s.Params(), v.key, v.slot, w, o.Deals[w.Dealer])
		if err != nil {
			return nil, err
		}
		line, err := v.write(board.Complaint{
			Deal: s.DealLine(w.Dealer), Key: w.Key, Point: complaint.Point.Key(), Proof: complaint.Proof.Bytes(),
		})
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// HasShare reports whether the voter has a share of each joint key of the outcome that it received last.
func (v *Voter) HasShare() bool { return v.shares != nil }

// ErrTranscript is the error of a transcript that does not follow from the deals. A voter does not
// acknowledge it.
var ErrTranscript = errors.New("the transcript is wrong")

// Ack acknowledges the transcript, if its joint keys are those of the outcome and its public shares
// of the voter's slot are p_i = s_i·G. A voter without a share that it can vote with says so. Complaints
// of [Voter.Receive] that are written then are late.
func (v *Voter) Ack(s *election.Setup) (board.Line, error) {
	t, o := s.Transcript, s.Dealing
	if t == nil || o == nil || len(t.Body.Keys) != len(o.Keys) {
		return board.Line{}, fmt.Errorf("%w: it is not there, or not of %d joint keys", ErrTranscript, v.e.Policy.JointKeys())
	}
	for i, k := range t.Body.Keys {
		at := (v.slot - 1) * curve.PointSize
		right := k.Key == o.Keys[i].Key.Key() && len(k.Shares) >= at+curve.PointSize
		if right && v.shares != nil {
			mine := curve.BaseMul(v.shares[i]).Key()
			right = bytes.Equal(k.Shares[at:at+curve.PointSize], mine[:])
		}
		if !right {
			return board.Line{}, fmt.Errorf("%w: joint key %d, or its share of slot %d", ErrTranscript, i+1, v.slot)
		}
	}
	usable := v.shares != nil && s.Voteless[v.slot] == ""
	return v.write(board.Ack{Transcript: s.TranscriptHash, Share: usable})
}

// ErrNoShare is the error of a vote without a share of the joint key.
var ErrNoShare = errors.New("you have no share of the joint key")

// Vote casts a ballot for candidate number j, from 1. keys are those of [election.Setup.Keys]. A vote
// whose answer was lost can be cast again: it is the same transaction.
func (v *Voter) Vote(s *election.Setup, keys map[string][]byte, j int) error {
	sealed, err := v.seal(s, j)
	if err != nil {
		return err
	}
	return v.Cast(s, keys, sealed)
}

// Cast locks the stake and publishes the sealed ballot, in one transaction without change:
//
//	in   the coin
//	out  0   policy.Stake   P2SH of the redeem script, filled for slot and ballot
//	     1   0              RETURN <ballot>
func (v *Voter) Cast(s *election.Setup, keys map[string][]byte, sealed []byte) error {
	tx, redeem, err := v.voteTx(s, keys, sealed)
	if err != nil {
		return err
	}
	return v.lock(tx, redeem)
}

// Bump replaces the vote for candidate number j, while it waits for a block, by one that pays a higher
// fee: all of a mined output that pays key, P2PKH, since a vote has no change. Whose key it is can
// then be seen beside the roll key.
//
//	in   the coin
//	     extra
//	out  as [Voter.Cast]
func (v *Voter) Bump(s *election.Setup, keys map[string][]byte, j int, extra wire.OutPoint, key curve.Scalar) error {
	sealed, err := v.seal(s, j)
	if err != nil {
		return err
	}
	tx, redeem, err := v.voteTx(s, keys, sealed)
	if err != nil {
		return err
	}
	addInput(tx, extra)
	if err := signKey(tx, 0, v.key, v.public); err != nil {
		return err
	}
	if err := signKey(tx, 1, key, curve.BaseMul(key).Key()); err != nil {
		return err
	}
	return v.lock(tx, redeem)
}

// voteTx returns the signed vote with a ballot, and the redeem script of its stake.
func (v *Voter) voteTx(s *election.Setup, keys map[string][]byte, sealed []byte) (*wire.MsgTx, []byte, error) {
	redeem, err := s.Redeem(keys, v.slot, sealed)
	if err != nil {
		return nil, nil, err
	}
	tx := newTx()
	addInput(tx, v.coin)
	tx.AddTxOut(wire.NewTxOut(v.e.Policy.Stake, templates.PayToRedeem(redeem)))
	tx.AddTxOut(wire.NewTxOut(0, opReturn(sealed)))
	return tx, redeem, signKey(tx, 0, v.key, v.public)
}

// lock sends a vote. Its stake is the voter's once the vote is known to have arrived.
func (v *Voter) lock(tx *wire.MsgTx, redeem []byte) error {
	if err := v.submit("vote", tx); err != nil {
		return err
	}
	v.stake = &stake{wire.OutPoint{Hash: tx.TxHash()}, redeem}
	return nil
}

// seal seals a ballot for candidate number j: j with the voter's share of the candidate's joint key,
// or with a nonce where the supervisor counts, and with a salt where the policy asks for one.
func (v *Voter) seal(s *election.Setup, j int) ([]byte, error) {
	p := v.e.Policy
	if j < 1 || j > len(p.Candidates) {
		return nil, fmt.Errorf("no candidate %d", j)
	}
	m, to := ballot.Plain{Candidate: j}, p.Candidates[j-1].Key
	number := p.KeyNumber(j)
	public, publicErr := s.PublicShare(v.slot, number)
	switch {
	case !p.Dealt():
		m.Share, to = v.seed.nonce(v.e.EID, v.coin, j), p.Supervisor
	case len(v.shares) < number:
		return nil, ErrNoShare
	case publicErr != nil:
		return nil, fmt.Errorf("%w that you can vote with: %w", ErrNoShare, publicErr)
	default:
		m.Share = v.shares[number-1]
	}
	if p.Salted {
		m.Salt = v.seed.salt(v.e.EID, v.coin, j)
	}
	key, err := to.Point()
	if err != nil {
		return nil, err
	}
	at := ballot.Place{EID: v.e.EID, Outpoint: election.EncodeOutpoint(v.coin), PublicShare: public}
	return ballot.Seal(m, at, key), nil
}

// Abstain spends the coin to the voter's own key instead of voting:
//
//	in   the coin
//	out  coin − fee   P2PKH of the roll key
func (v *Voter) Abstain() error {
	tx := newTx()
	addInput(tx, v.coin)
	own := templates.PayToKey(v.public)
	fee := v.e.Policy.Fee * int64(templates.TxFrame+templates.P2PKHInput+templates.P2PKHOutput)
	tx.AddTxOut(wire.NewTxOut(v.e.Policy.Coin()-fee, own))
	if err := signKey(tx, 0, v.key, v.public); err != nil {
		return err
	}
	return v.submit("abstention", tx)
}

// Follow takes the stake from the votes that the chain shows. A vote need not be in the chain under
// the id that it was sent with, since relays and miners can rewrite its input script; and the voter may
// have voted before a restart, or on another device.
func (v *Voter) Follow(votes []*election.Vote) {
	for _, w := range votes {
		if w.Index == v.slot && w.Stake != (wire.OutPoint{}) {
			v.stake = &stake{w.Stake, w.Redeem}
		}
	}
}

// Stake returns the outpoint of the voter's stake, if its vote is known to have arrived.
func (v *Voter) Stake() (wire.OutPoint, bool) {
	if v.stake == nil {
		return wire.OutPoint{}, false
	}
	return v.stake.op, true
}

// Refund takes the stake back to the roll key. Relays refuse the transaction before the tip is the
// policy's timeout.
//
//	version 2, locktime path.After
//	in   the stake, sequence fffffffd
//	out  stake − fee   P2PKH of the roll key
func (v *Voter) Refund() error {
	if v.stake == nil {
		return errors.New("nothing is staked")
	}
	path, err := pathNamed(v.e.Contract, "refund")
	if err != nil {
		return err
	}
	tx := newTx()
	tx.LockTime = path.After
	addInput(tx, v.stake.op)
	own := templates.PayToKey(v.public)
	fee := v.e.Policy.Fee * int64(templates.SweepSize(1, path.Witness, len(v.stake.redeem), templates.PayoutP2PKH))
	tx.AddTxOut(wire.NewTxOut(v.e.Policy.Stake-fee, own))
	if err := signStake(tx, 0, path, v.stake.redeem, v.key); err != nil {
		return err
	}
	return v.submit("refund", tx)
}
