package lift

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"

	"bevote/templates"
)

// ErrShape is wrapped if an input script has not the form of any path of the contract
// under the relays' rules. A block may hold it all the same.
var ErrShape = errors.New("no path of the contract has this witness")

// Spend returns the class of the path that an input script used: win, refund or
// branch.NAME, by the form of its items. paths are a contract's, after [Check]; items
// are the pushes before the redeem script. For an input that consensus accepts the
// answer is certain: past an empty signature or a false flag only one path can run.
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

// pushesOf returns the items that an input script pushes.
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

// fits reports whether the items have the form of a path's witness, whose last is the
// redeem script.
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

// itemFits reports whether b has the form of a witness item. Every false and every true
// string is a flag.
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

// isSignature reports whether b has the size and the first byte of a signature in
// strict DER with a hash type (BIP 66).
func isSignature(b []byte) bool { return len(b) > 8 && len(b) <= 73 && b[0] == 0x30 }

// ClassOf returns the class of a path by its name: win of win.NAME, else the name.
func ClassOf(name string) string {
	if strings.HasPrefix(name, "win.") {
		return "win"
	}
	return name
}
