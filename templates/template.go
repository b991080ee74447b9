// Package templates holds the compiler's output: script templates with typed holes,
// and the contract that carries them. It also computes output scripts, sizes and
// limits.
//
// A template has one text and one sequence of operations; [ParseTemplate] and
// [Template.String] are inverse. [Template.Fill] puts values of the right types into
// the holes with minimal pushes, and [Template.Match] takes them out of a script:
// Fill(Match(s)) is s byte for byte. Sizes are derived, never stored.
//
//	text    <ballot> DROP <joint> CHECKSIG
//	script  44 B1… 75 21 03… ac
package templates

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"
)

// Op is one operation of a template: the push of a hole, the push of constant bytes,
// or an opcode, which the small numbers 0 to 16 are too.
type Op struct {
	Hole string // name of the hole, or ""
	Data []byte // constant, or nil
	Code byte   // opcode, if there is neither hole nor constant
}

// Template is a redeem script with holes for values that are known only during the
// election: the ballot, the voter, the joint keys. It is not changed after parsing.
type Template struct{ ops []Op }

// String returns the template's text, which [ParseTemplate] reads: words with single
// spaces.
func (t Template) String() string {
	words := make([]string, len(t.ops))
	for i, op := range t.ops {
		words[i] = op.String()
	}
	return strings.Join(words, " ")
}

// Ops returns the operations in order. They are the template's own: callers do not
// change them.
func (t Template) Ops() []Op { return t.ops }

// Holes returns the names of the holes in order of first appearance.
func (t Template) Holes() []string {
	var holes []string
	for _, op := range t.ops {
		if op.Hole != "" && !slices.Contains(holes, op.Hole) {
			holes = append(holes, op.Hole)
		}
	}
	return holes
}

// Fill returns the script with the given values: one for each hole and no others,
// each of its hole's kind.
func (t Template) Fill(holes map[string][]byte) ([]byte, error) {
	names := t.Holes()
	for _, name := range names {
		value, ok := holes[name]
		if !ok {
			return nil, fmt.Errorf("nothing to fill <%s> with", name)
		}
		if err := checkHole(name, value); err != nil {
			return nil, err
		}
	}
	if len(holes) != len(names) {
		return nil, fmt.Errorf("%d values for %d holes", len(holes), len(names))
	}
	b := txscript.NewScriptBuilder()
	for _, op := range t.ops {
		switch {
		case op.Hole != "":
			b.AddData(holes[op.Hole])
		case op.Data != nil:
			b.AddData(op.Data)
		default:
			b.AddOp(op.Code)
		}
	}
	script, err := b.Script()
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return script, nil
}

// Match returns the values of the holes of t in the script, which must be exactly
// what [Template.Fill] makes of them.
func (t Template) Match(script []byte) (map[string][]byte, error) {
	holes := map[string][]byte{}
	tok := txscript.MakeScriptTokenizer(0, script)
	for i, op := range t.ops {
		if !tok.Next() {
			return nil, fmt.Errorf("script ends before %s, operation %d", op, i+1)
		}
		switch {
		case op.Hole != "":
			holes[op.Hole] = slices.Clone(tok.Data())
		case !bytes.Equal(op.Data, tok.Data()), op.Data == nil && op.Code != tok.Opcode():
			return nil, fmt.Errorf("script differs from %s, operation %d", op, i+1)
		}
	}
	// Length, hole types, repeated holes and minimal pushes in one comparison.
	back, err := t.Fill(holes)
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	if !bytes.Equal(back, script) {
		return nil, errors.New("script differs from the filled template")
	}
	return holes, nil
}
