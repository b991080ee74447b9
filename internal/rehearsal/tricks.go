package rehearsal

import (
	"errors"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// tricks are the points of a play at which a lie takes over from the honest
// roles, who know nothing of it. An honest play has none.
type tricks struct {
	crowd   int            // voters beyond those that the policy has
	last    string         // the scene after which the record ends, "" for the play's own end
	until   uint32         // the tip that the record has at least
	aside   *election.Vote // a stake that no honest role knows of
	policy  func(text string) string
	network string // of the chain, "" for the policy's

	coins   func(map[curve.PublicKey]wire.OutPoint) error                 // before they are inscribed in the roll
	line    []func(board.Line) ([]board.Line, error)                      // what the keeper appends in place of a line
	anchor  func(kind int, height uint32) (made bool, err error)          // in place of the supervisor's
	send    func(who string, tx *wire.MsgTx) (sent bool, err error)       // before somebody's transaction is relayed
	cast    func(v *voter, keys map[string][]byte) (cast bool, err error) // in place of a vote
	instead map[string]func() error                                       // of a scene
	before  map[uint32][]func() error                                     // a block is mined, by its height

	away     func(who string) bool // who does nothing in the exchange
	believes func(who string) bool // who takes every line for what its author wrote, not for what the board has
}

// errOver ends a play where a lie leaves nothing more to play.
var errOver = errors.New("the record ends here")

// replace plays a scene otherwise.
func (t *tricks) replace(scene string, play func() error) {
	if t.instead == nil {
		t.instead = make(map[string]func() error)
	}
	t.instead[scene] = play
}

// at does something just before the block of a height is mined.
func (t *tricks) at(height uint32, do func() error) {
	if t.before == nil {
		t.before = make(map[uint32][]func() error)
	}
	t.before[height] = append(t.before[height], do)
}

// happen does what is due before the block at height.
func (p *play) happen(height uint32) error {
	for _, do := range p.tricks.before[height] {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// relay is the chain as somebody's node shows it, with what a lie does to the
// transactions on their way.
type relay struct {
	roles.Chain
	p   *play
	who string // the role, as streams name it
}

func (p *play) node(who string) roles.Chain { return relay{p.chain, p, who} }

// Submit is the chain's, unless a lie has already sent the transaction.
func (r relay) Submit(tx *wire.MsgTx) error {
	if r.p.tricks.send != nil {
		if sent, err := r.p.tricks.send(r.who, tx); sent || err != nil {
			return err
		}
	}
	return r.Chain.Submit(tx)
}

// published is what the keeper appends for a line.
func (p *play) published(l board.Line) ([]board.Line, error) {
	lines := []board.Line{l}
	for _, trick := range p.tricks.line {
		var next []board.Line
		for _, l := range lines {
			told, err := trick(l)
			if err != nil {
				return nil, err
			}
			next = append(next, told...)
		}
		lines = next
	}
	return lines, nil
}
