package election

import (
	"github.com/btcsuite/btcd/txscript/v2"
)

// nullData returns the data of a script of the form
//
//	OP_RETURN <data>
func nullData(script []byte) ([]byte, bool) {
	if len(script) == 0 || script[0] != txscript.OP_RETURN {
		return nil, false
	}
	t := txscript.MakeScriptTokenizer(0, script[1:])
	if !t.Next() || t.Data() == nil {
		return nil, false
	}
	data := t.Data()
	return data, !t.Next() && t.Err() == nil
}

// isNullData reports whether a script begins with OP_RETURN.
func isNullData(script []byte) bool { return len(script) > 0 && script[0] == txscript.OP_RETURN }
