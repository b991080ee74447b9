package election

import (
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
)

// nullData returns what an OP_RETURN output pushes, if it is one push and no more.
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

// isNullData tells whether a script is an OP_RETURN of any form.
func isNullData(script []byte) bool { return len(script) > 0 && script[0] == txscript.OP_RETURN }

// isBallotSized tells whether data looks like a ballot of either form.
func isBallotSized(data []byte) bool {
	return len(data) == templates.PlainBallot && data[0] == templates.PlainPrefix || len(data) == templates.SaltedBallot && data[0] == templates.SaltedPrefix
}
