package node

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

func headerOf(raw *[headerSize]byte) (h wire.BlockHeader) {
	if err := h.Deserialize(bytes.NewReader(raw[:])); err != nil {
		panic("80 bytes are a header: " + err.Error())
	}
	return h
}

func hashOf(raw *[headerSize]byte) chainhash.Hash { return chainhash.DoubleHashH(raw[:]) }

// parseHex decodes a result that is a string of hex digits.
func parseHex(answer json.RawMessage) ([]byte, error) {
	var text string
	if err := json.Unmarshal(answer, &text); err != nil {
		return nil, errors.New("the answer is no text")
	}
	raw, err := hex.DecodeString(text)
	if err != nil {
		return nil, errors.New("the answer is not hex")
	}
	return raw, nil
}

// parseHash reads a result that is a block hash.
func parseHash(answer json.RawMessage) (chainhash.Hash, error) {
	var text string
	if err := json.Unmarshal(answer, &text); err != nil || len(text) != chainhash.MaxHashStringSize {
		return chainhash.Hash{}, errors.New("the answer is no block hash")
	}
	hash, err := chainhash.NewHashFromStr(text)
	if err != nil {
		return chainhash.Hash{}, errors.New("the answer is no block hash")
	}
	return *hash, nil
}

// parseHeader reads a result that is a header in hex.
func parseHeader(answer json.RawMessage) (h [headerSize]byte, err error) {
	raw, err := parseHex(answer)
	if err == nil && len(raw) != headerSize {
		err = fmt.Errorf("a header of %d bytes, want %d", len(raw), headerSize)
	}
	copy(h[:], raw)
	return h, err
}
