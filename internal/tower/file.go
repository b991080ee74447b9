package tower

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/btcsuite/btcd/wire/v2"
)

// Extension is that of a file with a transaction in hex, in a directory of them.
const Extension = ".tx"

// maxFile is the most bytes of a transaction's file: twice what relays take.
const maxFile = 4 * 100_000

// Encode returns the file of a transaction: its bytes in hex, and LF.
func Encode(tx *wire.MsgTx) []byte {
	var raw bytes.Buffer
	if err := tx.Serialize(&raw); err != nil {
		panic("tower: a transaction in memory: " + err.Error())
	}
	return []byte(hex.EncodeToString(raw.Bytes()) + "\n")
}

// Decode reads what Encode returns.
func Decode(text []byte) (*wire.MsgTx, error) {
	raw, err := hex.DecodeString(string(bytes.TrimSpace(text)))
	in, tx := bytes.NewReader(raw), new(wire.MsgTx)
	if err == nil {
		err = tx.Deserialize(in)
	}
	if err != nil || in.Len() > 0 {
		return nil, errors.New("no transaction in hex")
	}
	return tx, nil
}

// Load returns the tower of the transactions in files, and in the files with the Extension of directories.
func Load(paths []string, depth uint32) (*Tower, error) {
	var txs []*wire.MsgTx
	for _, path := range paths {
		names, err := filesOf(path)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			tx, err := readFile(name)
			if err != nil {
				return nil, err
			}
			txs = append(txs, tx)
		}
	}
	return New(txs, depth)
}

// filesOf returns a file, or the files with the Extension of a directory.
func filesOf(path string) (names []string, err error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return []string{path}, err
	}
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		if filepath.Ext(e.Name()) == Extension {
			names = append(names, filepath.Join(path, e.Name()))
		}
	}
	return names, err
}

func readFile(name string) (*wire.MsgTx, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	tx, err := Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return tx, nil
}
