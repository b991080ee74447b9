package templates

import (
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"
)

// opcodes maps names to values, names maps them back. Names are Bitcoin's without
// OP_. Pushes are not among them: a template has numbers, data and holes instead.
var opcodes, names = opcodeNames()

func opcodeNames() (map[string]byte, map[byte]string) {
	byName, byValue := map[string]byte{}, map[byte]string{}
	for name, value := range txscript.OpcodeByName {
		short := strings.TrimPrefix(name, "OP_")
		alias := short == "NOP2" || short == "NOP3"
		push := value < txscript.OP_NOP && value != txscript.OP_1NEGATE
		if push || alias || value > txscript.OP_NOP10 {
			continue
		}
		byName[short], byValue[value] = value, short
	}
	return byName, byValue
}
