package roles

import (
	"crypto/sha256"
	"errors"
	"fmt"

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

// Open writes line 1: the SHA-256 hashes of policy.bev and contract.json.
func (s *Supervisor) Open(policy, contract []byte) (board.Line, error) {
	return s.write(board.Open{Policy: sha256.Sum256(policy), Contract: sha256.Sum256(contract)})
}

// Anchor closes a phase: a transaction commits the chain to the board's head. kind is one of package
// election, such as [election.Announce].
//
//	in   outputs of the supervisor
//	out  0        RETURN <anchor data>
//	     change   the supervisor's key
func (s *Supervisor) Anchor(kind int, head [32]byte) error {
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(0, opReturn(election.AnchorData(kind, s.e.EID, head))))
	return s.pay("anchor", tx)
}

// PayCoins pays each roll key its coin, which is the stake and the fee of a vote, and returns the
// outpoints by key. It is for elections with `mixing none`, after the announcement.
func (s *Supervisor) PayCoins(keys []curve.PublicKey) (map[curve.PublicKey]wire.OutPoint, error) {
	if err := s.payCoins("voters' coins", keys); err != nil {
		return nil, err
	}
	coins := make(map[curve.PublicKey]wire.OutPoint, len(keys))
	for _, k := range keys {
		coins[k], _ = s.wallet.payment(templates.PayToKey(k), s.e.Policy.Coin())
	}
	return coins, nil
}

// Enrol writes a voter's line of the roll: the roll key, its coin, and the key's BIP 340 signature
// of both ([Voter.Register]), 64 bytes.
func (s *Supervisor) Enrol(key curve.PublicKey, op wire.OutPoint, sig []byte) (board.Line, error) {
	coin := election.EncodeOutpoint(op)
	if !curve.VerifySchnorr(key, board.RollHash(s.e.EID, key, coin[:]), sig) {
		return board.Line{}, fmt.Errorf("roll key %s did not sign for %s", key, op)
	}
	return s.write(board.Roll{Key: key, Outpoint: coin[:], Sig: sig})
}

// Transcript writes the outcome of the dealing: QUAL, and each joint key with the public shares of
// all n slots. It follows from the board.
func (s *Supervisor) Transcript(o *sharing.Outcome, n int) (board.Line, error) {
	t := board.Transcript{Qual: o.Qual}
	for _, k := range o.Keys {
		var shares curve.Encoder
		for _, p := range sharing.PublicShares(k.Coefficients, n) {
			shares = shares.Point(p)
		}
		t.Keys = append(t.Keys, board.JointKey{Key: k.Key.Key(), Shares: board.Bytes(shares)})
	}
	return s.write(t)
}
