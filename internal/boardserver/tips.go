package boardserver

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// encodeTip returns a line of the tips' file.
func encodeTip(t tipSince) []byte {
	return fmt.Appendf(nil, "%d %d %s\n", t.n, t.tip.Height, t.tip.Hash)
}

// scanTip reads the first line of the tips' file, and returns its length. There is one
// spelling.
func scanTip(text []byte, t *tipSince) (int, error) {
	end := bytes.IndexByte(text, '\n') + 1
	fields := bytes.Fields(text[:end])
	if len(fields) != 3 || len(fields[2]) != chainhash.MaxHashStringSize {
		return 0, errors.New("not a tip")
	}
	n, err1 := strconv.Atoi(string(fields[0]))
	height, err2 := strconv.ParseUint(string(fields[1]), 10, 32)
	err3 := chainhash.Decode(&t.tip.Hash, string(fields[2]))
	t.n, t.tip.Height = n, uint32(height)
	if errors.Join(err1, err2, err3) != nil || !bytes.Equal(encodeTip(*t), text[:end]) {
		return 0, errors.New("not a tip")
	}
	return end, nil
}
