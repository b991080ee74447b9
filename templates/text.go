package templates

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"
)

// maxText is the most bytes of a template's text.
const maxText = txscript.MaxScriptSize

// ParseTemplate reads a template's text, words between white space:
//
//	<NAME>        the push of a hole
//	0 … 2^32−1    the push of a number
//	0x…           the push of other bytes, in lower-case hex
//	NAME          an opcode, without OP_
//
// Each operation has one word: bytes that are a number's are written as a number.
func ParseTemplate(text string) (Template, error) {
	if len(text) > maxText {
		return Template{}, fmt.Errorf("template of %d bytes, at most %d", len(text), maxText)
	}
	return ParseWords(strings.Fields(text))
}

// ParseWords is [ParseTemplate] of a text's words without a bound on their number, so
// that the size of a script that is too large can be computed.
func ParseWords(words []string) (Template, error) {
	var t Template
	for i, word := range words {
		op, err := parseWord(word)
		if err != nil {
			return Template{}, fmt.Errorf("template word %d: %w", i+1, err)
		}
		t.ops = append(t.ops, op)
	}
	if len(t.ops) == 0 {
		return t, errors.New("empty template")
	}
	return t, nil
}

// DecodeScript reads a script as a template without holes. It refuses pushes that are
// not minimal, as relays do (MINIMALDATA).
func DecodeScript(script []byte) (Template, error) {
	var t Template
	tok := txscript.MakeScriptTokenizer(0, script)
	for tok.Next() {
		op, err := decodeOp(tok.Opcode(), tok.Data())
		if err != nil {
			return Template{}, fmt.Errorf("script operation %d: %w", len(t.ops)+1, err)
		}
		t.ops = append(t.ops, op)
	}
	if err := tok.Err(); err != nil {
		return Template{}, fmt.Errorf("script: %w", err)
	}
	back, err := t.Fill(nil)
	if err != nil {
		return Template{}, fmt.Errorf("script: %w", err)
	}
	if !bytes.Equal(back, script) {
		return Template{}, errors.New("script: a push is not minimal")
	}
	if len(t.ops) == 0 {
		return t, errors.New("empty script")
	}
	if n := len(t.String()); n > maxText {
		return Template{}, fmt.Errorf("script with a text of %d bytes, at most %d", n, maxText)
	}
	return t, nil
}

var decimal = regexp.MustCompile(`^(0|[1-9][0-9]{0,9})$`)

func parseWord(word string) (Op, error) {
	switch {
	case strings.HasPrefix(word, "<") && strings.HasSuffix(word, ">"):
		name := strings.Trim(word, "<>")
		if HoleKind(name) == 0 || word != "<"+name+">" {
			return Op{}, fmt.Errorf("unknown hole %.40q", word)
		}
		return Op{Hole: name}, nil
	case decimal.MatchString(word):
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return Op{}, fmt.Errorf("number %s is over 32 bits", word)
		}
		return numberOp(int64(n))
	case strings.HasPrefix(word, "0x"):
		data, err := hex.DecodeString(word[2:])
		if err != nil || "0x"+hex.EncodeToString(data) != word {
			return Op{}, fmt.Errorf("%.40q is not lower-case hex", word)
		}
		return dataOp(data)
	}
	if code, ok := opcodes[word]; ok {
		return Op{Code: code}, nil
	}
	return Op{}, fmt.Errorf("unknown opcode %.40q", word)
}

// decodeOp reads one operation of a script.
func decodeOp(code byte, data []byte) (Op, error) {
	if data != nil {
		return Op{Data: slices.Clone(data)}, nil
	}
	if _, ok := names[code]; ok || txscript.IsSmallInt(code) {
		return Op{Code: code}, nil
	}
	return Op{}, fmt.Errorf("unknown opcode 0x%02x", code)
}

// numberOp pushes n as a script number, which CHECKLOCKTIMEVERIFY and CHECKMULTISIG
// read.
func numberOp(n int64) (Op, error) {
	script, err := txscript.NewScriptBuilder().AddInt64(n).Script()
	if err != nil {
		return Op{}, err
	}
	if len(script) == 1 {
		return Op{Code: script[0]}, nil
	}
	return Op{Data: script[1:]}, nil
}

// dataOp pushes bytes that have no other spelling.
func dataOp(data []byte) (Op, error) {
	script, err := txscript.NewScriptBuilder().AddData(data).Script()
	if err != nil {
		return Op{}, err
	}
	if len(script) == 1 {
		return Op{}, fmt.Errorf("0x%x is an opcode's push", data)
	}
	if n, ok := number(data); ok {
		return Op{}, fmt.Errorf("0x%x is written %d", data, n)
	}
	return Op{Data: data}, nil
}

// number reads minimal script numbers over 16 that fit 32 bits.
func number(data []byte) (int64, bool) {
	n, err := txscript.MakeScriptNum(data, true, 5)
	if err != nil || n <= 16 || int64(n) > 1<<32-1 {
		return 0, false
	}
	return int64(n), true
}

// String returns the operation's word in a template's text.
func (op Op) String() string {
	switch {
	case op.Hole != "":
		return "<" + op.Hole + ">"
	case op.Data != nil:
		if n, ok := number(op.Data); ok {
			return strconv.FormatInt(n, 10)
		}
		return "0x" + hex.EncodeToString(op.Data)
	case txscript.IsSmallInt(op.Code):
		return strconv.Itoa(txscript.AsSmallInt(op.Code))
	}
	return names[op.Code]
}

// Number returns the number that the operation pushes. ok is false for a hole, for
// constant bytes that are no number, and for any other opcode.
func (op Op) Number() (int64, bool) {
	switch {
	case op.Hole != "":
		return 0, false
	case op.Data != nil:
		return number(op.Data)
	case txscript.IsSmallInt(op.Code):
		return int64(txscript.AsSmallInt(op.Code)), true
	}
	return 0, false
}
