package roles

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"bevote/internal/board"
	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/verifier"

	"github.com/btcsuite/btcd/wire/v2"
)

// Supervisor announces the election, pays the voters' coins, anchors the
// board, and writes down what the dealing came to. In custodial elections it
// is the teller too.
type Supervisor struct {
	person
	purse purse
}

// NewSupervisor returns the supervisor whose secret key is key. It can pay
// once it has been shown blocks with coins of its own.
func NewSupervisor(e *verifier.Election, key curve.Scalar, chain Chain, rand io.Reader) (*Supervisor, error) {
	p, err := join(e, key, chain, rand)
	if err != nil {
		return nil, err
	}
	if p.public != e.Policy.Supervisor {
		return nil, errors.New("not the supervisor's key")
	}
	return &Supervisor{person: p, purse: newPurse(PayToKey(p.public), lang.Params(e.Policy.Network))}, nil
}

// Watch shows the supervisor a block, for its purse.
func (s *Supervisor) Watch(height uint32, b *wire.MsgBlock) { s.purse.watch(height, b) }

// Balance returns the satoshis that the supervisor could spend in the next block.
func (s *Supervisor) Balance() int64 {
	tip, _ := s.chain.Tip()
	return s.purse.balance(tip + 1)
}

// Open writes line 1: the hashes of the two files that announce the election.
func (s *Supervisor) Open(policy, contract []byte) (board.Line, error) {
	return s.write(board.Open{Policy: sha256.Sum256(policy), Contract: sha256.Sum256(contract)})
}

// Anchor closes a phase: it commits the chain to the board's head. Kinds are
// the verifier's.
func (s *Supervisor) Anchor(kind int, head [32]byte) error {
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(0, publish(verifier.AnchorData(kind, s.e.EID, head))))
	return s.pay("anchor", tx)
}

// coinsATransaction keeps one payment of voters' coins under the relays' limit.
const coinsATransaction = 1000

// PayCoins pays each roll key its coin, stake and fee of a vote, and returns
// the outpoints by key. Only with `mixing none`, after the announcement.
func (s *Supervisor) PayCoins(keys []curve.PublicKey) (map[curve.PublicKey]wire.OutPoint, error) {
	coins := make(map[curve.PublicKey]wire.OutPoint, len(keys))
	for len(keys) > 0 {
		batch := keys[:min(len(keys), coinsATransaction)]
		keys = keys[len(batch):]
		tx := newTx()
		for _, k := range batch {
			tx.AddTxOut(wire.NewTxOut(s.e.Policy.Coin(), PayToKey(k)))
		}
		if err := s.pay("voters' coins", tx); err != nil {
			return nil, err
		}
		for i, k := range batch {
			coins[k] = wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)}
		}
	}
	return coins, nil
}

// Enrol writes a voter's line of the roll: the key, its coin, and the key's
// own signature over both, which the voter gave off the board.
func (s *Supervisor) Enrol(key curve.PublicKey, op wire.OutPoint, sig []byte) (board.Line, error) {
	wireForm := verifier.EncodeOutpoint(op)
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

// pay adds inputs and change to a transaction, signs it and sends it.
func (s *Supervisor) pay(what string, tx *wire.MsgTx) error {
	tip, _ := s.chain.Tip()
	if err := s.purse.fund(tx, s.e.Policy.Fee, tip+1); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	for i := range tx.TxIn {
		if err := signKey(tx, i, s.key, s.public); err != nil {
			return err
		}
	}
	if err := s.submit(what, tx); err != nil {
		return err
	}
	s.purse.sent(tx)
	return nil
}
