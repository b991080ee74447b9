// Package roles has the participants of an election: the supervisor with its registrar and its treasurer,
// the mixers and their depositors, the voters and the candidates. They alone hold private keys.
//
// It promises that a role does what docs/protocol.md asks of an honest one and nothing else: it
// learns from board and chain alone, which a [View] shows, and lists the lines and transactions that are
// due as [Act]s. A role takes no part where the contract does not lift to the policy's paths. What is public comes from package
// election, so that a candidate counts what an auditor counts. No role prints a secret, whatever
// the verb.
//
// It exports more than 20 names and has more than 25 files: there are seven roles, each with a
// constructor and with a file for each step that it takes, and what they exchange off the board, which
// is the list of the eligible, registrations and journals.
package roles

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/internal/relay"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/lift"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Chain is what a role needs of a node.
type Chain interface {
	// Tip returns the height and the hash of the newest block.
	Tip() (uint32, chainhash.Hash)
	// HashAt returns the hash of the block at a height, at most the tip's.
	HashAt(height uint32) (chainhash.Hash, error)
	// Submit hands a transaction to the relay network. The error is a [relay.Error] where the
	// network has answered.
	Submit(tx *wire.MsgTx) error
}

// participant is what all roles have in common: an election, a key, a node and a seed.
type participant struct {
	e      *election.Election
	key    curve.Scalar
	public curve.PublicKey
	chain  Chain
	seed   Seed
}

// join lifts the published contract and refuses one that spends otherwise than the policy says.
func join(e *election.Election, key curve.Scalar, chain Chain, seed Seed) (participant, error) {
	if err := lift.Check(e.Policy, e.Contract); err != nil {
		return participant{}, fmt.Errorf("contract: %w", err)
	}
	return participant{e, key, curve.BaseMul(key).Key(), chain, seed}, nil
}

// Key returns the role's public key.
func (p *participant) Key() curve.PublicKey { return p.public }

// Format writes the public key in place of the role, which holds secrets.
func (p participant) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "role of key %s (secrets hidden)", p.public)
}

// Seen names the newest block that is confirmations deep. A line that names it was signed after
// that block. A chain shorter than that gives genesis.
func Seen(c Chain, confirmations uint32) (board.Seen, error) {
	tip, _ := c.Tip()
	return seenAt(c, tip, confirmations)
}

func seenAt(c interface {
	HashAt(height uint32) (chainhash.Hash, error)
}, tip, confirmations uint32) (board.Seen, error) {
	height := uint32(0)
	if tip+1 > confirmations {
		height = tip + 1 - confirmations
	}
	hash, err := c.HashAt(height)
	return board.Seen{Height: height, Hash: hash}, err
}

// write signs a line with body, as of now.
func (p *participant) write(body board.Body) (board.Line, error) {
	seen, err := Seen(p.chain, p.e.Policy.Confirmations)
	if err != nil {
		return board.Line{}, err
	}
	return board.Sign(p.e.EID, p.key, seen, body)
}

// writeAll signs a line with each body.
func writeAll[T board.Body](p *participant, bodies []T) ([]board.Line, error) {
	lines := make([]board.Line, len(bodies))
	for i, body := range bodies {
		var err error
		if lines[i], err = p.write(body); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// tip returns the height of the newest block.
func (p *participant) tip() uint32 {
	height, _ := p.chain.Tip()
	return height
}

// retries limits how often a line is written that has not come onto the board: once a block. It
// holds the tip at the newest attempt, by the line's subject.
type retries map[string]uint32

// allow reports whether there was no attempt at this tip yet, and notes one.
func (r retries) allow(tip uint32, subject string) bool {
	last, before := r[subject]
	r[subject] = tip
	return !before || last != tip
}

// submit sends a transaction. It is no error that the network has it already, or one that stands for
// it: an act can be repeated whose answer was lost.
func (p *participant) submit(what string, tx *wire.MsgTx) error { return submit(p.chain, what, tx) }

func submit(chain Chain, what string, tx *wire.MsgTx) error {
	if err := chain.Submit(tx); !relay.Stands(tx, err) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
