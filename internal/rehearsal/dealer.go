package rehearsal

import (
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/verifier/board"
)

// Dealer writes the lines of one dealer: the commitment to a deal and the deal.
// Each method reports whether it has written a line.
type Dealer interface {
	Commit(p sharing.Params) (board.Line, bool, error)
	Deal(p sharing.Params) (board.Line, bool, error)
}

// dealing returns the voter's dealer: [Voter.Dealer], or the voter itself.
func (v *Voter) dealing() Dealer {
	if v.Dealer != nil {
		return v.Dealer
	}
	return honest{v.Voter}
}

// honest is a voter who deals as the protocol says.
type honest struct{ voter *roles.Voter }

func (h honest) Commit(p sharing.Params) (board.Line, bool, error) {
	l, err := h.voter.Commit(p)
	return l, err == nil, err
}

func (h honest) Deal(p sharing.Params) (board.Line, bool, error) {
	l, err := h.voter.Deal(p)
	return l, err == nil, err
}
