package lift

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/templates"
)

// ErrShape is wrapped where an input script is none that the contract's paths
// make under the relays' rules. A miner could have taken it all the same.
var ErrShape = errors.New("no path of the contract has this witness")

// Spend tells by the witness's shape which class of path an input script used:
// win, refund or branch.NAME, of the paths with their names (a contract's,
// after Check). Items are the pushes before the redeem script. The answer is
// sure for an input that the engine took: where the shape says an empty
// signature or a false flag, no other path can have run.
func Spend(paths []templates.Path, scriptSig []byte) (class string, items [][]byte, redeem []byte, err error) {
	pushes, err := pushesOf(scriptSig)
	if err != nil {
		return "", nil, nil, err
	}
	if len(pushes) == 0 {
		return "", nil, nil, fmt.Errorf("%w: no pushes", ErrShape)
	}
	last := len(pushes) - 1
	items, redeem = pushes[:last], pushes[last]
	for _, q := range paths {
		if !fits(q.Witness, items) {
			continue
		}
		c := ClassOf(q.Name)
		if class != "" && class != c {
			return "", nil, nil, fmt.Errorf("%w: it fits %s and %s", ErrShape, class, c)
		}
		class = c
	}
	if class == "" {
		return "", nil, nil, fmt.Errorf("%w: %d items before the redeem script", ErrShape, len(items))
	}
	return class, items, redeem, nil
}

// pushesOf reads the items that an input script pushes.
func pushesOf(scriptSig []byte) ([][]byte, error) {
	var pushes [][]byte
	tok := txscript.MakeScriptTokenizer(0, scriptSig)
	for tok.Next() {
		switch code := tok.Opcode(); {
		case code == txscript.OP_0:
			pushes = append(pushes, []byte{})
		case code <= txscript.OP_PUSHDATA4:
			pushes = append(pushes, bytes.Clone(tok.Data()))
		case code == txscript.OP_1NEGATE:
			pushes = append(pushes, []byte{0x81})
		case txscript.IsSmallInt(code):
			pushes = append(pushes, []byte{byte(txscript.AsSmallInt(code))})
		default:
			return nil, fmt.Errorf("input script is not push-only at byte %d", tok.ByteIndex())
		}
	}
	if err := tok.Err(); err != nil {
		return nil, fmt.Errorf("input script: %w", err)
	}
	return pushes, nil
}

// fits compares items with a path's witness, whose last is the redeem script.
func fits(witness []string, items [][]byte) bool {
	if len(witness) != len(items)+1 {
		return false
	}
	for i, b := range items {
		if !itemFits(witness[i], b) {
			return false
		}
	}
	return true
}

// itemFits tells whether b can be what the witness calls item. Any false and
// any true string is a flag.
func itemFits(item string, b []byte) bool {
	switch {
	case item == "0":
		return !truthy(b)
	case item == "1":
		return truthy(b)
	case strings.HasPrefix(item, "sig:"):
		return isSignature(b)
	case strings.HasPrefix(item, "pubkey:"):
		return isKey(b)
	}
	return false
}

// isSignature tells whether b has the size and the first byte of a signature
// that consensus reads at all (BIP 66).
func isSignature(b []byte) bool { return len(b) > 8 && len(b) <= 73 && b[0] == 0x30 }

// ClassOf drops the winner's name: claims by all win paths are of one class.
func ClassOf(name string) string {
	if strings.HasPrefix(name, "win.") {
		return "win"
	}
	return name
}
