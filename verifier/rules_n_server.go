package verifier

import (
	"errors"
	"fmt"

	"bevote/verifier/board"
	"bevote/verifier/election"
)

// serverRules are family N, the board's server: V115.
func serverRules() []rule {
	return []rule{row("V115", "RECEIPTS", "A", receipted, receiptsKept)}
}

// Receipt is a receipt of the board's server, and the file that it is from.
type Receipt struct {
	File string
	board.Receipt
}

// receipted applies where the audit was given receipts.
func receipted(f *facts) string {
	if len(f.opt.Receipts) == 0 {
		return "no --receipt was given"
	}
	return ""
}

// ErrReceipt is the error of a receipt that is not of this election's server. It says
// nothing of the election.
var ErrReceipt = errors.New("no receipt of this election's server")

// DecodeReceipt reads the text of a receipt, from a file of a name.
func DecodeReceipt(file string, text []byte) (Receipt, error) {
	r, err := board.DecodeReceipt(text)
	if err != nil {
		return Receipt{}, fmt.Errorf("%s: %w: %w", file, ErrReceipt, err)
	}
	return Receipt{file, r}, nil
}

// checkReceipts returns [ErrReceipt] for a receipt that is not of this election, or not
// signed by the server's key.
func (in *inputs) checkReceipts() error {
	var open board.Open
	known := board.DecodeBody(in.lines[0], &open) == nil
	for _, r := range in.opt.Receipts {
		var err error
		switch {
		case r.EID != in.e.EID:
			err = errors.New("it is of another election")
		case !known:
			err = errors.New("line 1 names no server whose receipt it could be")
		case r.Number == 0 || !r.Verify(open.Server):
			err = errors.New("not signed by the key that line 1 names")
		}
		if err != nil {
			return fmt.Errorf("%s: %w: %w", r.File, ErrReceipt, err)
		}
	}
	return nil
}

// V115: each line with a receipt stands where the receipt says, under the anchor of its
// phase, and no two receipts contradict each other. Where the board has more or other
// lines after its last anchor, nothing is proven: any party may continue it.
func receiptsKept(f *facts, ck *check) {
	ck.expect(len(f.opt.Receipts))
	first := make(map[uint32]Receipt)
	for _, r := range f.opt.Receipts {
		other, again := first[r.Number]
		first[r.Number] = r
		where := fmt.Sprintf("receipt %s, line %d", r.File, r.Number)
		switch broken, open := f.receiptFault(r.Receipt); {
		case again && (other.Head != r.Head || other.Line != r.Line):
			ck.fail(where, "the supervisor: its server signed another line %d in receipt %s", r.Number, other.File)
		case broken != nil:
			ck.fail(where, "the supervisor: %v", broken)
		case open != nil:
			ck.leave(where, "%v", open)
		default:
			ck.pass()
		}
	}
}

// receiptFault returns what board and anchors prove against a receipt, or why they do not
// decide.
func (p *prepared) receiptFault(r board.Receipt) (broken, open error) {
	n := int(r.Number)
	kept := n <= len(p.lines) && p.heads[n-1] == r.Head && p.isLine(n-1, r.Line)
	anchored := 0 // lines under the last anchor
	for _, due := range p.e.Due() {
		if p.setup.Phases.Closed(due.Kind) {
			anchored = p.setup.Phases.Lines(due.Kind)
		}
	}
	due, closed := p.closing(r.Tip.Height)
	switch {
	case n <= anchored && !kept:
		return fmt.Errorf("the anchored board has another line %d than its server gave a receipt for", n), nil
	case closed && n > p.setup.Phases.Lines(due.Kind):
		return fmt.Errorf("the line was taken at tip %d and is not under the %s anchor, which closes %d lines",
			r.Tip.Height, election.AnchorName(due.Kind), p.setup.Phases.Lines(due.Kind)), nil
	case !kept:
		return nil, errors.New("this board does not have the line, and no anchor shows that it is the server's whole board")
	}
	return nil, nil
}

// closing returns the anchor under which a line stands that was taken at a tip: that of
// the phase whose height lies above. It reports whether there is one.
func (p *prepared) closing(tip uint32) (election.Due, bool) {
	for _, due := range p.e.Due() {
		if due.By > tip {
			return due, p.setup.Phases.Closed(due.Kind)
		}
	}
	return election.Due{}, false
}

// isLine reports whether a line has an id. A line whose body was not kept has no known id:
// its hash, which the head is, binds its text.
func (in *inputs) isLine(i int, id board.Hash) bool {
	return in.lines[i].Body == nil || in.lines[i].ID(in.e.EID) == id
}
