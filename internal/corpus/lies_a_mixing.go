package corpus

import (
	"bytes"
	"slices"

	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// mixRecordLies are about family A again: a finished record's lines of
// registration and mixing, and their transactions (V02, V08).
var mixRecordLies = []Lie{
	{Name: "registry-changed", Text: "a digit of the registry's root is changed", Strength: Naive, Base: "mixed",
		Check: "V24", Along: unanchoredBoard, Level: "L0", Exit: 21,
		rewrite: changedLine(board.TypeRegistry, `"root":"`)},
	{Name: "mixer-key-changed", Text: "a character of a mixer's key is changed", Strength: Naive, Base: "mixed",
		Check: "V24", Along: unanchoredBoard, Level: "L0", Exit: 21,
		rewrite: changedLine(board.TypeMixer, `"keys":["`)},
	{Name: "deposit-changed", Text: "a digit of a deposit's outpoint is changed", Strength: Naive, Base: "mixed",
		Check: "V24", Along: unanchoredBoard, Level: "L0", Exit: 21,
		rewrite: changedLine(board.TypeDeposit, `"outpoint":"`)},
	{Name: "issue-changed", Text: "a character of a mixer's answer is changed", Strength: Naive, Base: "mixed",
		Check: "V24", Along: unanchoredBoard, Level: "L0", Exit: 21,
		rewrite: changedLine(board.TypeIssue, `"answer":"`)},
	{Name: "voucher-signature-changed", Text: "a character of a voucher's signature is changed",
		Strength: Naive, Base: "mixed",
		Check: "V24", Along: unanchoredBoard, Level: "L0", Exit: 21,
		rewrite: changedLine(board.TypeVoucher, `"signature":"`)},
	{Name: "sweep-signature-changed", Text: "a digit of the signature by which a mixer lets a deposit be swept is changed",
		Strength: Naive, Base: "mixed",
		Check: "V24", Along: unanchoredBoard, Level: "L0", Exit: 21,
		rewrite: changedLine(board.TypeIssue, `"sweep":"`)},
	{Name: "coins-changed", Text: "a digit of where a mixer's payments begin is changed", Strength: Naive, Base: "mixed",
		Check: "V24", Along: unanchoredBoard, Level: "L0", Exit: 21,
		rewrite: changedLine(board.TypeMixer, `"from":"`)},
	{Name: "modulus-changed", Text: "a character of the manager's modulus is changed",
		Strength: Naive, Base: "mixed-group",
		Check: "V24", Along: unanchoredBoard, Level: "L0", Exit: 21,
		rewrite: changedLine(board.TypeManager, `"modulus":"`)},

	{Name: "registry-removed", Text: "the keeper removes the registry, and links the board again",
		Strength: Consistent, Base: "mixed",
		Check: "V24", Along: []string{"V98"}, Level: "L0", Exit: 21, rewrite: removedLine(board.TypeRegistry)},
	{Name: "deposit-removed", Text: "the keeper removes a deposit, and links the board again",
		Strength: Consistent, Base: "mixed",
		Check: "V24", Along: []string{"V98"}, Level: "L0", Exit: 21, rewrite: removedLine(board.TypeDeposit)},
	{Name: "issue-removed", Text: "the keeper removes a mixer's answer, and links the board again",
		Strength: Consistent, Base: "mixed",
		Check: "V24", Along: []string{"V98"}, Level: "L0", Exit: 21, rewrite: removedLine(board.TypeIssue)},
	{Name: "voucher-removed", Text: "the keeper removes a voucher, and links the board again",
		Strength: Consistent, Base: "mixed",
		Check: "V24", Along: []string{"V98"}, Level: "L0", Exit: 21, rewrite: removedLine(board.TypeVoucher)},
	{Name: "sweep-unmined", Text: "somebody mines the chain again without a sweep of deposits",
		Strength: Consistent, Base: "mixed",
		Check: "V02", Along: []string{"V25"}, Level: "L0", Exit: 21, rewrite: unminedSweep},
	{Name: "deposit-cut-out", Text: "a deposit is cut out of its block", Strength: Naive, Base: "mixed",
		Check: "V08", Along: []string{"V10", "V26", "V29", "V33", "V34", "V37"}, Level: "none", Exit: 20,
		rewrite: cutDeposit},
}

// unanchoredBoard are the checks that are flagged along with a changed line of
// the mixing phase, to which an anchor up to the roll's commits.
var unanchoredBoard = []string{"V98"}

// lineOf returns the index of the last line of a type, −1 if there is none.
func (r *rewrite) lineOf(t board.Type) int {
	for i, l := range slices.Backward(r.lines) {
		if l.Type == t {
			return i
		}
	}
	return -1
}

// changedLine changes a character of the last line of a type, the first after a
// mark or the second.
func changedLine(t board.Type, mark string) func(*rewrite) error {
	return func(r *rewrite) error {
		i := r.lineOf(t)
		if i < 0 {
			return errNothing
		}
		body := bytes.Clone(r.lines[i].Body)
		at := bytes.Index(body, []byte(mark)) + len(mark)
		if body[at+1] == '4' { // a character of hex and of base64
			at++
		}
		if body[at]++; body[at] > '9' {
			body[at] = '1'
		}
		r.lines[i].Body = body
		r.relink(i)
		return nil
	}
}

func removedLine(t board.Type) func(*rewrite) error {
	return func(r *rewrite) error {
		i := r.lineOf(t)
		if i < 0 {
			return errNothing
		}
		r.lines = slices.Delete(r.lines, i, i+1)
		r.relink(i)
		return nil
	}
}

// cut removes the first transaction for which meant is true from its block, and returns
// the block's height.
func (r *rewrite) cut(meant func(*wire.MsgTx) bool) (height uint32, err error) {
	for _, b := range r.blocks {
		if i := 1 + slices.IndexFunc(b.Transactions[1:], meant); i > 0 {
			b.Transactions = slices.Delete(b.Transactions, i, i+1)
			return r.first + uint32(slices.Index(r.blocks, b)), nil
		}
	}
	return 0, errNothing
}

// cutDeposit removes a deposit, and leaves merkle root and headers as they are.
func cutDeposit(r *rewrite) error {
	_, err := r.cut(r.p.isDeposit)
	return err
}

func unminedSweep(r *rewrite) error {
	height, err := r.cut(isSweep)
	if err == nil {
		r.remine(height)
	}
	return err
}
