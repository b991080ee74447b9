package roles

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Supervisor announces the election, pays the voters' coins, anchors the
// board, and writes down what the dealing came to. In custodial elections it
// is the teller too.
type Supervisor struct{ payer }

// NewSupervisor returns the supervisor whose secret key is key. It can pay
// once it has been shown blocks with coins of its own.
func NewSupervisor(e *election.Election, key curve.Scalar, chain Chain, rand io.Reader) (*Supervisor, error) {
	p, err := join(e, key, chain, rand)
	if err != nil {
		return nil, err
	}
	if p.public != e.Policy.Supervisor {
		return nil, errors.New("not the supervisor's key")
	}
	return &Supervisor{newPayer(p)}, nil
}

// Open writes line 1: the hashes of the two files that announce the election.
func (s *Supervisor) Open(policy, contract []byte) (board.Line, error) {
	return s.write(board.Open{Policy: sha256.Sum256(policy), Contract: sha256.Sum256(contract)})
}

// Anchor closes a phase: it commits the chain to the board's head. Kinds are
// the verifier's.
func (s *Supervisor) Anchor(kind int, head [32]byte) error {
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(0, opReturn(election.AnchorData(kind, s.e.EID, head))))
	return s.pay("anchor", tx)
}

// PayCoins pays each roll key its coin, stake and fee of a vote, and returns
// the outpoints by key. Only with `mixing none`, after the announcement.
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

// Enrol writes a voter's line of the roll: the key, its coin, and the key's
// own signature over both, which the voter gave off the board.
func (s *Supervisor) Enrol(key curve.PublicKey, op wire.OutPoint, sig []byte) (board.Line, error) {
	wireForm := election.EncodeOutpoint(op)
	if !curve.VerifySchnorr(key, board.RollHash(s.e.EID, key, wireForm[:]), sig) {
		return board.Line{}, fmt.Errorf("roll key %s did not sign for %s", key, op)
	}
	return s.write(board.Roll{Key: key, Outpoint: wireForm[:], Sig: sig})
}

// Transcript writes what the dealing came to: QUAL, and each joint key with
// everybody's public share. All of it follows from the board.
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
