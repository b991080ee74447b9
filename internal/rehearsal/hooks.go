package rehearsal

import (
	"errors"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Hooks are the points of a play at which a caller takes over from the roles,
// which stay honest and do not know of it. The zero value changes nothing. [New]
// reads the first three hooks; [Play.Run] reads each of the others when it comes
// to its point, so that they can be set and changed until then.
type Hooks struct {
	Network string // of the chain, "" for the policy's

	// Policy returns the text of the policy to announce. It is given the policy
	// with stand-ins, and their secrets by role.
	Policy func(text string, keys map[string]curve.Scalar) string
	// Votes returns the votes in place of Options.Votes, or an ErrUnplayable.
	Votes func(*lang.Policy) (map[string]int, error)

	Tip uint32 // least height of the record's last block

	// Step is called before each step, which is one of announce, enrol, deal,
	// vote, claim, refund, open. It reports whether it has played the step. With
	// ErrOver the play ends.
	Step func(name string) (played bool, err error)
	// Roles is called before the roles act by a view.
	Roles func() error
	// Block is called before the block of a height is mined.
	Block func(height uint32) error
	// Line returns the lines to append in place of a line.
	Line func(board.Line) ([]board.Line, error)
	// Anchor is called before the anchor of a phase. It reports whether it has
	// closed the phase at a height.
	Anchor func(kind int, height uint32) (closed bool, err error)
	// Send is called before a role's transaction is relayed, and may change it.
	// It reports whether the transaction needs no relaying.
	Send func(role string, tx *wire.MsgTx) (sent bool, err error)

	// Away reports whether a role does not act in the mixing phase.
	Away func(role string) bool
	// Lines returns the board as a role sees it during the exchange, nil for the
	// board itself.
	Lines func(role string) []board.Line
	// Careless has the board's server take vouchers that it should refuse.
	Careless bool
	// Coins changes the coins that the roll gives to roll keys.
	Coins func(map[curve.PublicKey]wire.OutPoint) error
	// Complain is called after a voter's own complaints.
	Complain func(*Voter, *election.Setup, *sharing.Outcome) error
	// Vote is called before a voter votes. It reports whether it has cast
	// something in place of the vote. The keys are those of the contract's script.
	Vote func(v *Voter, keys map[string][]byte) (cast bool, err error)
}

// ErrOver is returned by a hook to end the play, and the record, there.
var ErrOver = errors.New("the record ends here")

// node is the chain as a role's node shows it, behind the hook Send.
type node struct {
	roles.Chain
	p    *Play
	role string // as streams name it
}

// Node returns the chain as a role's node shows it.
func (p *Play) Node(role string) roles.Chain { return node{p.Chain, p, role} }

// Submit relays a transaction, unless the hook has sent it.
func (n node) Submit(tx *wire.MsgTx) error {
	if send := n.p.Hooks.Send; send != nil {
		if sent, err := send(n.role, tx); sent || err != nil {
			return err
		}
	}
	return n.Chain.Submit(tx)
}
