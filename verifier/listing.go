package verifier

import (
	"encoding/hex"
	"fmt"
	"strings"

	"bevote/internal/textdiff"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
)

// deviation returns a unified diff of the listings of the contract and of a revealed
// script. Both name the known values.
func deviation(contract, revealed []byte, known map[string]string) string {
	want, got := listing(contract, known), listing(revealed, known)
	diff, err := textdiff.Unified("contract", "revealed", want, got, textdiff.Plain)
	switch {
	case err != nil:
		return fmt.Sprintf("the revealed script is not the contract's: %v", err)
	case diff == "":
		return "the revealed script is the contract's" // as in a vote of two stakes
	}
	return "the revealed script is not the contract's:\n" + strings.TrimSuffix(diff, "\n")
}

// listing returns a script as text, one operation a line, as package templates spells
// it:
//
//	OP_CHECKSIG
//	0x02…  (joint)                             a known value
//	0x00ff, pushed by opcode 0x4c              not by the shortest push (BIP 62)
//	unreadable: 4cff…                          from where it does not parse, in hex
func listing(script []byte, known map[string]string) string {
	var b strings.Builder
	tok, at := txscript.MakeScriptTokenizer(0, script), 0
	for tok.Next() {
		b.WriteString(operation(tok.Opcode(), tok.Data()))
		if name := known[string(tok.Data())]; name != "" {
			b.WriteString("  (" + name + ")")
		}
		b.WriteString("\n")
		at = int(tok.ByteIndex())
	}
	if tok.Err() != nil {
		b.WriteString("unreadable: " + hex.EncodeToString(script[at:]) + "\n")
	}
	return b.String()
}

// operation spells one operation.
func operation(code byte, data []byte) string {
	word := templates.Op{Code: code, Data: data}.String()
	if data == nil {
		if word == "" {
			word = fmt.Sprintf("opcode 0x%02x", code)
		}
		return word
	}
	shortest, err := txscript.NewScriptBuilder().AddFullData(data).Script()
	if err != nil || shortest[0] != code {
		word += fmt.Sprintf(", pushed by opcode 0x%02x", code)
	}
	return word
}

// knownValues maps the values that a stake's script may hold to their names: the
// contract's keys, and of every slot the key, its HASH160 and the ballot.
func knownValues(f *facts) map[string]string {
	known := make(map[string]string)
	for i, r := range f.setup.Roll {
		known[string(r.Key[:])] = fmt.Sprintf("the key of slot %d", i+1)
		known[string(r.KeyHash())] = fmt.Sprintf("the key hash of slot %d", i+1)
	}
	for _, v := range f.votes {
		if len(v.Ballot) > 0 {
			known[string(v.Ballot)] = fmt.Sprintf("the ballot of slot %d", v.Index)
		}
	}
	for name, key := range f.keys {
		known[string(key)] = name
	}
	return known
}
