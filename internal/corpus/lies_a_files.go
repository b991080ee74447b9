package corpus

import (
	"bytes"
	"slices"

	"bevote/internal/rehearsal"
	"bevote/verifier/board"
	"bevote/verifier/record"
)

// recordLies are about family A: the files of a record, and the chain of board
// lines (V01, V02).
var recordLies = []Lie{
	{Name: "contract-unknown-key", Text: "the contract has a key that no contract has", Strength: Naive, Base: "won",
		Check: "V01", Exit: 65, mutate: replace(record.Contract, `{"contract":2,`, `{"contract":2,"note":1,`)},
	{Name: "board-key-twice", Text: "a board line gives its type twice", Strength: Naive, Base: "won",
		Check: "V01", Exit: 65, mutate: replace(record.Board, `"type":"open"`, `"type":"open","type":"open"`)},
	{Name: "board-other-spelling", Text: "a board line spells its author in capitals",
		Strength: Naive, Base: "custodial",
		Check: "V01", Exit: 65, mutate: capitals},
	{Name: "board-cut", Text: "the board's last line has no line feed", Strength: Naive, Base: "nobody",
		Check: "V01", Exit: 65, mutate: cut(record.Board, 1)},
	{Name: "headers-cut", Text: "the last header is cut off", Strength: Naive, Base: "won",
		Check: "V01", Exit: 65, mutate: cut(record.Headers, 10)},
	{Name: "blocks-cut", Text: "the last block is cut off", Strength: Naive, Base: "won",
		Check: "V01", Exit: 65, mutate: cut(record.Blocks, 10)},
	{Name: "policy-cut", Text: "the policy ends in the middle", Strength: Naive, Base: "won",
		Check: "V01", Exit: 65, mutate: cut(record.Policy, 40)},

	{Name: "signature-changed", Text: "a digit of a board line's signature is changed", Strength: Naive, Base: "won",
		Check: "V02", Along: []string{"V16"}, Level: "none", Exit: 20, mutate: flipAfter(record.Board, `"sig":"`, 9)},
	{Name: "share-changed", Text: "a digit of an opened share is changed", Strength: Naive, Base: "won",
		Check: "V02", Says: "the signature is not by", Along: []string{"V75"}, Level: "L1", Exit: 12,
		mutate: flipAfter(record.Board, `"s":"`, 9)},
	{Name: "lines-swapped", Text: "two board lines change places", Strength: Naive, Base: "each",
		Check: "V02", Says: "prev is not the hash", Level: "L3", Exit: 0, rewrite: swapAcks},
	{Name: "line-removed", Text: "the keeper removes a commitment that an anchor covers, and links the board again",
		Strength: Consistent, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, rewrite: removeTwin(board.TypeCommit)},
	{Name: "entry-removed", Text: "the keeper removes an entry that an anchor covers, and links the board again",
		Strength: Consistent, Base: "custodial",
		Check: "V24", Level: "L0", Exit: 21, rewrite: removeTwin(board.TypeEntry)},
	{Name: "vote-unmined", Text: "somebody mines the chain again without one vote",
		Strength: Consistent, Base: "salted",
		Check: "V02", Says: "where the chain has", Level: "L1", Exit: 12, rewrite: unmineVote},
	{Name: "opening-from-another-chain", Text: "a candidate's opening names a block that is not of this chain",
		Strength: KeyHolding, Base: "won",
		Check: "V02", Says: "where the chain has", Along: []string{"V75"}, Level: "L1", Exit: 12, tamper: seenElsewhere(0)},
	{Name: "opening-from-tomorrow", Text: "a candidate's opening names a block above the tip",
		Strength: KeyHolding, Base: "won",
		Check: "V02", Says: "the chain ends before", Along: []string{"V75"}, Level: "L1", Exit: 12, tamper: seenElsewhere(1000)},
}

var errNothing = rehearsal.Unplayable("the election has nothing that the lie could change")

func replace(name, old, new string) func(map[string][]byte) error {
	return func(files map[string][]byte) error {
		before := files[name]
		files[name] = bytes.Replace(before, []byte(old), []byte(new), 1)
		if bytes.Equal(files[name], before) {
			return errNothing
		}
		return nil
	}
}

func cut(name string, n int) func(map[string][]byte) error {
	return func(files map[string][]byte) error {
		files[name] = files[name][:len(files[name])-n]
		return nil
	}
}

// flip changes one character or byte; a decimal or hex digit stays one.
func flip(text []byte, at int) {
	if text[at]++; text[at] == '9'+1 || text[at] == 'f'+1 {
		text[at] -= 2
	}
}

func flipBeforeEnd(name string, n int) func(map[string][]byte) error {
	return func(files map[string][]byte) error {
		flip(files[name], len(files[name])-n)
		return nil
	}
}

func flipAfter(name, mark string, n int) func(map[string][]byte) error {
	return func(files map[string][]byte) error {
		at := bytes.Index(files[name], []byte(mark))
		if at < 0 {
			return errNothing
		}
		flip(files[name], at+len(mark)+n)
		return nil
	}
}

func capitals(files map[string][]byte) error {
	text := files[record.Board]
	at := bytes.Index(text, []byte(`"by":"`)) + len(`"by":"`)
	copy(text[at:], bytes.ToUpper(text[at:at+66]))
	return nil
}

// twinLines returns the index of the last line of a type that is followed by a line of
// that type; −1 if there is none.
func (r *rewrite) twinLines(t board.Type) int {
	for i := len(r.lines) - 2; i >= 0; i-- {
		if r.lines[i].Type == t && r.lines[i+1].Type == t {
			return i
		}
	}
	return -1
}

func swapAcks(r *rewrite) error {
	i := r.twinLines(board.TypeAck)
	if i < 0 {
		return errNothing
	}
	r.lines[i], r.lines[i+1] = r.lines[i+1], r.lines[i]
	return nil
}

// removeTwin removes one of two lines of a type.
func removeTwin(t board.Type) func(*rewrite) error {
	return func(r *rewrite) error {
		i := r.twinLines(t)
		if i < 0 {
			return errNothing
		}
		r.lines = slices.Delete(r.lines, i, i+1)
		r.relink(i)
		return nil
	}
}

// seenElsewhere has the first candidate's opening name a block that is not on the chain.
// Its height is that of the honest block plus higher.
func seenElsewhere(higher uint32) func(*play) error {
	return func(p *play) error {
		amend(p, func(l *board.Line, _ *board.Opening) bool {
			if l.By != p.first().Key {
				return false
			}
			l.Seen.Height += higher
			l.Seen.Hash[0] ^= 1
			return true
		})
		return nil
	}
}

// all returns a function that calls all in their order.
func all(all ...func(*play) error) func(*play) error {
	return func(p *play) error {
		for _, plot := range all {
			if err := plot(p); err != nil {
				return err
			}
		}
		return nil
	}
}
