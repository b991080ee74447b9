// Package roles is the people of an election: the supervisor with its registrar
// and its treasurer, the mixers and their depositors, the voters and the
// candidates. They alone hold private keys.
//
// It promises that a role does what docs/protocol.md asks of an honest one and
// nothing else: it writes board lines, sends transactions to the chain, and
// learns only from what was published. What is public is computed by the
// verifier and handed in, so that nobody counts by rules of his own. A role
// trusts no contract that it has not lifted and compared with the policy.
package roles

import (
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/lift"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Chain is what a role needs of a node.
type Chain interface {
	// Tip is the height and hash of the newest block.
	Tip() (uint32, chainhash.Hash)
	// HashAt is the hash of the block at a height up to the tip's.
	HashAt(height uint32) (chainhash.Hash, error)
	// Submit hands a transaction to the relay network, which may refuse it.
	Submit(tx *wire.MsgTx) error
}

// person is what all roles have in common: an election they have understood,
// a key, a node and a source of randomness.
type person struct {
	e      *election.Election
	key    curve.Scalar
	public curve.PublicKey
	chain  Chain
	rand   io.Reader
}

// join lifts the published contract before anything else: nobody takes part in
// an election whose coins could be spent otherwise than the policy says.
func join(e *election.Election, key curve.Scalar, chain Chain, rand io.Reader) (person, error) {
	if err := lift.Check(e.Policy, e.Contract); err != nil {
		return person{}, fmt.Errorf("contract: %w", err)
	}
	return person{e, key, curve.BaseMul(key).Key(), chain, rand}, nil
}

// Key returns the role's public key.
func (p *person) Key() curve.PublicKey { return p.public }

// Seen names the newest block that is confirmations deep: what a line written
// now is not older than. A chain shorter than that gives genesis.
func Seen(c Chain, confirmations uint32) (board.Seen, error) {
	tip, _ := c.Tip()
	height := uint32(0)
	if tip+1 > confirmations {
		height = tip + 1 - confirmations
	}
	hash, err := c.HashAt(height)
	return board.Seen{Height: height, Hash: hash}, err
}

// write signs a line that says body now.
func (p *person) write(body board.Body) (board.Line, error) {
	seen, err := Seen(p.chain, p.e.Policy.Confirmations)
	if err != nil {
		return board.Line{}, err
	}
	return board.Sign(p.e.EID, p.key, seen, body)
}

// tip is the height of the newest block.
func (p *person) tip() uint32 {
	height, _ := p.chain.Tip()
	return height
}

// retries is what somebody has said, and at which tip. What did not get onto the
// board is said again, but once a block: else a keeper who drops lines, or a
// reader who is behind, would hear it without end.
type retries map[string]uint32

// allow tells whether to say something, and takes it as said.
func (s retries) allow(tip uint32, what string) bool {
	last, said := s[what]
	s[what] = tip
	return !said || last != tip
}

// submit sends a transaction and names it where it is refused.
func (p *person) submit(what string, tx *wire.MsgTx) error {
	if err := p.chain.Submit(tx); err != nil {
		return fmt.Errorf("%s %s: %w", what, tx.TxHash(), err)
	}
	return nil
}
