package roles

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Supervisor announces the election, pays the voters' coins, anchors the board, and writes the
// outcome of the dealing. In custodial elections it counts and claims too ([Tally]).
type Supervisor struct{ payer }

// NewSupervisor returns the supervisor whose secret key is key. Its coins are those in the blocks
// that Watch was given.
func NewSupervisor(e *election.Election, key curve.Scalar, chain Chain, seed Seed) (*Supervisor, error) {
	p, err := join(e, key, chain, seed)
	if err != nil {
		return nil, err
	}
	if p.public != e.Policy.Supervisor {
		return nil, errors.New("not the supervisor's key")
	}
	return &Supervisor{newPayer(p)}, nil
}

// Open writes line 1: the SHA-256 hashes of policy.bev and contract.json, the board
// server's key, and the candidates' proofs of possession ([Candidate.Possession]) in the
// policy's order. Without all of them there is no announcement.
func (s *Supervisor) Open(
	policy, contract []byte, server curve.PublicKey, possessions [][]byte,
) (board.Line, error) {
	body := board.Open{Policy: sha256.Sum256(policy), Contract: sha256.Sum256(contract), Server: server}
	for _, proof := range possessions {
		body.Candidates = append(body.Candidates, proof)
	}
	if err := s.e.CheckPossessions(body); err != nil {
		return board.Line{}, err
	}
	return s.write(body)
}

// Announce commits the chain to the board's line 1:
//
//	in   the seal, if the policy has one; outputs of the supervisor
//	out  0   RETURN <anchor data>
//	     1   P2PKH of the supervisor: the fees of the further anchors
//	     2   P2PKH of the supervisor: the payments
func (s *Supervisor) Announce(head [32]byte) error {
	own, due := templates.PayToKey(s.public), s.e.Due()
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(0, opReturn(election.AnchorData(election.Announce, s.e.EID, head))))
	tx.AddTxOut(wire.NewTxOut(templates.Dust(own)+int64(len(due)-1)*s.e.Policy.Fee*anchorSize(tx.TxOut[0]), own))
	tx.AddTxOut(wire.NewTxOut(0, own))
	var from election.Tail
	if s.e.Policy.Seal != nil {
		from = election.Tail{Outpoint: *s.e.Policy.Seal, Sats: s.wallet.value(*s.e.Policy.Seal)}
	}
	return s.continues("announcement", tx, from, 2, s.e.Payments(), nil)
}

// anchorSize is the size in bytes of an anchor with one input.
func anchorSize(data *wire.TxOut) int64 {
	return int64(templates.TxFrame + templates.P2PKHInput + data.SerializeSize() + templates.P2PKHOutput)
}

// Anchor closes the phase whose anchor is owed next: a transaction commits the chain to
// the board's head. The chain is as the replay shows it.
//
//	version 2, locktime the height of the phase
//	in   output 1 of the anchor before; outputs of the supervisor where it is short
//	out  0   RETURN <anchor data>
//	     1   P2PKH of the supervisor
func (s *Supervisor) Anchor(r *election.Replay, head [32]byte) error {
	from, due, ok := r.NextAnchor()
	if !ok || due.Kind == election.Announce {
		return errors.New("no anchor is owed")
	}
	tx := newTx()
	tx.LockTime = due.By
	tx.AddTxOut(wire.NewTxOut(0, opReturn(election.AnchorData(due.Kind, s.e.EID, head))))
	tx.AddTxOut(wire.NewTxOut(0, templates.PayToKey(s.public)))
	return s.continues(election.AnchorName(due.Kind)+" anchor", tx, from, 1, 0, r)
}

// PayCoins pays each roll key its coin, which is the stake and the fee of a vote, after
// the announcement of an election with `mixing none`. A transaction pays at most
// [election.MaxPayouts], in the order of the keys, and the next can follow once it is in
// a block. PayCoins reports whether there is nothing left to pay.
//
//	in   the change of the payment before; outputs of the supervisor where it is short
//	out  policy.Coin()   P2PKH of a roll key, for each
//	     change          P2PKH of the supervisor
func (s *Supervisor) PayCoins(r *election.Replay, keys []curve.PublicKey) (done bool, err error) {
	due := slices.DeleteFunc(slices.Clone(keys), func(k curve.PublicKey) bool { _, paid := r.Paid(k); return paid })
	if len(due) == 0 {
		return true, nil
	}
	from := r.NextPayment(s.public)
	if from == (election.Tail{}) {
		return false, errors.New("the chain of payments has ended, or not begun")
	}
	tx := newTx()
	tx.TxOut = s.coinOutputs(due)
	tx.AddTxOut(wire.NewTxOut(0, templates.PayToKey(s.public)))
	return false, s.continues("voters' coins", tx, from, len(tx.TxOut)-1, 0, r)
}

// Roll writes the roll: the entries whose coins are eligible.
func (s *Supervisor) Roll(setup *election.Setup, r *election.Replay) (board.Line, error) {
	body := board.Roll{}
	for _, slot := range setup.Entries(r) {
		body.Entries = append(body.Entries, slot.N)
	}
	if len(body.Entries) > s.e.Policy.Voters {
		return board.Line{}, fmt.Errorf("%d entries for %d voters", len(body.Entries), s.e.Policy.Voters)
	}
	return s.write(body)
}

// Transcript writes the outcome of the dealing: QUAL, and each joint key with the public shares of
// all n slots. It follows from the board, and takes several lines where one would be too long.
func (s *Supervisor) Transcript(o *sharing.Outcome, n int) ([]board.Line, error) {
	t := board.Transcript{Qual: o.Qual}
	for _, k := range o.Keys {
		var shares curve.Encoder
		for _, p := range sharing.PublicShares(k.Coefficients, n) {
			shares = shares.Point(p)
		}
		t.Keys = append(t.Keys, board.JointKey{Key: k.Key.Key(), From: 1, Shares: board.Bytes(shares)})
	}
	return writeAll(&s.participant, t.Split(board.MaxShares))
}
