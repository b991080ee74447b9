package roles

import (
	"bevote/internal/curve"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// Act is what a role does next: a line for the board, or a transaction for the relays. An act is a
// value. A role lists what is due by a [View] and not yet shown by it, again with each view until it is
// shown; to perform it twice does no harm, since the second has the same bytes or conflicts with the
// first.
type Act struct {
	What string // such as "commit" or "roll anchor"
	Line *board.Line
	Tx   *wire.MsgTx
	By   uint32 // the tip by which the line stands, or the height by which the transaction is mined; 0 where nothing bounds it
}

// lineActs returns an act for each body, signed as of a view.
func lineActs[T board.Body](p *participant, view *View, what string, by uint32, bodies ...T) ([]Act, error) {
	acts := make([]Act, len(bodies))
	for i, body := range bodies {
		l, err := view.sign(p.key, body)
		if err != nil {
			return nil, err
		}
		acts[i] = Act{What: what, Line: &l, By: by}
	}
	return acts, nil
}

// sign signs a line that names the block that is deep by the view.
func (v *View) sign(key curve.Scalar, body board.Body) (board.Line, error) {
	return board.Sign(v.Election.EID, key, v.Seen, body)
}
