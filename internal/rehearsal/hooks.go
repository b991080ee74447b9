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

// Hooks are the points of a play at which its caller takes over from the
// roles, which stay honest and know nothing of it. The zero value plays the
// election as it is. Hooks may be set and changed until they are called: those
// of the first group by [New], the others by [Play.Run].
type Hooks struct {
	Network     string // of the chain, "" for the policy's
	ExtraVoters int    // beyond those that the policy has

	// Policy returns the text of the policy that is announced, given that with
	// the stand-ins' keys and their secrets by role.
	Policy func(text string, keys map[string]curve.Scalar) string
	// Votes returns what takes the place of Options.Votes, or why this policy
	// cannot be played.
	Votes func(*lang.Policy) (map[string]int, error)

	Tip uint32 // the lowest height at which the record may end

	// Step is called before each step by its name: announce, enrol, deal, vote,
	// claim, refund, open. It reports whether it has played the step.
	// ErrOver ends the play.
	Step func(name string) (played bool, err error)
	// Block is called before the block of a height is mined.
	Block func(height uint32) error
	// Line returns the lines that the keeper appends in place of one.
	Line func(board.Line) ([]board.Line, error)
	// Anchor reports whether it has closed a phase at a height in place of the
	// supervisor.
	Anchor func(kind int, height uint32) (closed bool, err error)
	// Send reports whether it has dealt with a role's transaction, which is
	// relayed otherwise, with the changes that were made to it.
	Send func(role string, tx *wire.MsgTx) (sent bool, err error)

	// Away reports whether a role does nothing in the exchange.
	Away func(role string) bool
	// Mixing returns the exchange as a role sees it, nil for the board's.
	Mixing func(role string) *election.Mixing
	// Coins changes the coins of roll keys before they are written to the roll.
	Coins func(map[curve.PublicKey]wire.OutPoint) error
	// Complain is called after a voter's own complaints.
	Complain func(*Voter, sharing.Params, *sharing.Outcome) error
	// Vote reports whether it has cast something in place of a voter's vote.
	Vote func(v *Voter, keys map[string][]byte) (cast bool, err error)
}

// ErrOver is returned by a hook that leaves nothing more to play. The record
// ends there.
var ErrOver = errors.New("the record ends here")

// relay is the chain as a role's node shows it, with the hook that its
// transactions pass.
type relay struct {
	roles.Chain
	p    *Play
	role string // as streams name it
}

// Node is the chain as a role's node shows it.
func (p *Play) Node(role string) roles.Chain { return relay{p.Chain, p, role} }

// Submit is the chain's, unless the hook has dealt with the transaction.
func (r relay) Submit(tx *wire.MsgTx) error {
	if send := r.p.Hooks.Send; send != nil {
		if sent, err := send(r.role, tx); sent || err != nil {
			return err
		}
	}
	return r.Chain.Submit(tx)
}
