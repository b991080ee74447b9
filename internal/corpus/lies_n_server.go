package corpus

import (
	"fmt"

	"bevote/verifier"
	"bevote/verifier/board"
)

// serverLies are about family N: the board's server breaks what it signed (V115). The
// auditor has the receipts beside the record.
var serverLies = []Lie{
	{Name: "receipted-line-left-out", Text: "the server gives a voter a receipt for a commitment, and leaves it off the board",
		Strength: KeyHolding, Base: "won",
		Check: "V115", Level: "L3", Exit: 21, tamper: receiptsFor(board.TypeCommit, 1, func(_ *play, _ *board.Receipt) bool { return false })},
	{Name: "receipt-of-another-board", Text: "the server shows a voter another board than the one that is anchored",
		Strength: KeyHolding, Base: "won",
		Check: "V115", Level: "L3", Exit: 21, tamper: receiptsFor(board.TypeEntry, 1, func(_ *play, r *board.Receipt) bool {
			r.Head[0] ^= 1
			return true
		})},
	{Name: "two-lines-receipted", Text: "the server signs one number for two voters, of whom only one is on the board",
		Strength: KeyHolding, Base: "won",
		Check: "V115", Level: "L3", Exit: 21, tamper: receiptsFor(board.TypeDeal, 2, func(p *play, r *board.Receipt) bool {
			if len(p.receipts) > 0 {
				r.Number, r.Head[0] = p.receipts[0].Number, r.Head[0]^1
			}
			return true
		})},
}

// receiptsFor has the server give receipts for the first lines of a type. change may alter
// a receipt before it is signed, and reports whether the line is put on the board.
func receiptsFor(kind board.Type, most int, change func(*play, *board.Receipt) bool) func(*play) error {
	return func(p *play) error {
		p.onLine(func(l board.Line) ([]board.Line, error) {
			if kind != "" && (l.Type != kind || len(p.receipts) == most) {
				return []board.Line{l}, nil
			}
			kept, err := p.receipt(l, func(r *board.Receipt) bool { return change(p, r) })
			if err != nil || !kept {
				return nil, err
			}
			return []board.Line{l}, nil
		})
		return nil
	}
}

// receipt keeps for the auditor what the server signs for the line that comes next, and
// reports whether the line does come.
func (p *play) receipt(l board.Line, change func(*board.Receipt) bool) (kept bool, err error) {
	tip, hash := p.Chain.Tip()
	next := l
	next.Prev = p.Log.Head()
	r := board.Receipt{
		EID: p.EID, Line: l.ID(p.EID), Number: uint32(len(p.Log.Lines()) + 1), Head: next.Hash(),
		Tip: board.Seen{Height: tip, Hash: hash},
	}
	kept = change(&r)
	if r, err = r.Sign(p.Seed("server").Key("receipts")); err != nil {
		return false, fmt.Errorf("receipt: %w", err)
	}
	p.receipts = append(p.receipts, verifier.Receipt{File: fmt.Sprintf("%d.json", len(p.receipts)+1), Receipt: r})
	return kept, nil
}

// serverVariants are honest servers.
var serverVariants = []Lie{
	{Name: "receipts-of-all", Text: "the server gives receipts for all lines, and keeps them", Base: "won",
		tamper: receiptsFor("", 0, func(*play, *board.Receipt) bool { return true })},
}
