package boardserver

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/verifier/board"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// encodeTip returns a line of the tips' file.
func encodeTip(t tipSince) []byte {
	return fmt.Appendf(nil, "%d %d %s\n", t.n, t.tip.Height, t.tip.Hash)
}

// scanTip reads the first line of the tips' file, and returns its length.
func scanTip(text []byte, t *tipSince, hash *board.Hash) (int, error) {
	end := bytes.IndexByte(text, '\n') + 1
	var digits string
	n, err := fmt.Sscanf(string(text[:end]), "%d %d %64s\n", &t.n, &t.tip.Height, &digits)
	if err != nil || n != 3 || hash.UnmarshalText([]byte(digits)) != nil {
		return 0, errors.New("not a tip")
	}
	return end, nil
}

// reversed turns a hash as people write it into the order of block headers.
func reversed(h board.Hash) chainhash.Hash {
	slices.Reverse(h[:])
	return chainhash.Hash(h)
}
