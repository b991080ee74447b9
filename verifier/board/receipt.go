package board

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"bevote/internal/curve"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// receiptVersion is the format of receipts and refusals, and the protocol.
const receiptVersion = 2

// maxReceipt bounds a receipt's or a refusal's text.
const maxReceipt = 1 << 12

// Receipt is the promise of the board's server that a line stands on the board. It is
// signed by the key that the first line names.
type Receipt struct {
	EID    Hash
	Line   Hash // [Line.ID]
	Number uint32
	Head   Hash // of the board that ends with the line
	Tip    Seen // the server's tip when it took the line
	Sig    [curve.SchnorrSize]byte
}

// Refused is the server's answer that it does not take a line.
type Refused struct {
	EID  Hash
	Line Hash   // [Line.ID]
	Code string // of package election's Refusal
	Tip  Seen   // the server's tip
	Sig  [curve.SchnorrSize]byte
}

// hash returns what the server signs:
//
//	TH("receipt", eid 32 ‖ line 32 ‖ number 4 ‖ head 32 ‖ height 4 ‖ hash 32)
//
// Height and hash are those of the tip, the hash in the order of block headers.
func (r Receipt) hash() [32]byte {
	return curve.TaggedHash("receipt", curve.Encoder(nil).Raw(r.EID[:]).Raw(r.Line[:]).U32(r.Number).
		Raw(r.Head[:]).U32(r.Tip.Height).Raw(r.Tip.Hash[:]))
}

// hash returns what the server signs:
//
//	TH("refusal", eid 32 ‖ line 32 ‖ text code ‖ height 4 ‖ hash 32)
func (r Refused) hash() [32]byte {
	return curve.TaggedHash("refusal", curve.Encoder(nil).Raw(r.EID[:]).Raw(r.Line[:]).Text([]byte(r.Code)).
		U32(r.Tip.Height).Raw(r.Tip.Hash[:]))
}

// Sign returns the receipt signed with the server's secret key.
func (r Receipt) Sign(server curve.Scalar) (Receipt, error) {
	var err error
	r.Sig, err = curve.SignSchnorr(server, r.hash())
	return r, err
}

// Sign returns the refusal signed with the server's secret key.
func (r Refused) Sign(server curve.Scalar) (Refused, error) {
	var err error
	r.Sig, err = curve.SignSchnorr(server, r.hash())
	return r, err
}

// Verify reports whether a server's key signed the receipt.
func (r Receipt) Verify(server curve.PublicKey) bool {
	return curve.VerifySchnorr(server, r.hash(), r.Sig[:])
}

// Verify reports whether a server's key signed the refusal.
func (r Refused) Verify(server curve.PublicKey) bool {
	return curve.VerifySchnorr(server, r.hash(), r.Sig[:])
}

// receiptText is a receipt's JSON.
type receiptText struct {
	Receipt int     `json:"receipt"`
	EID     Hash    `json:"eid"`
	Line    Hash    `json:"line"`
	Number  uint32  `json:"number"`
	Head    Hash    `json:"head"`
	Tip     tipText `json:"tip"`
	Sig     Hex     `json:"sig"`
}

// refusedText is a refusal's JSON.
type refusedText struct {
	Refusal int     `json:"refusal"`
	EID     Hash    `json:"eid"`
	Line    Hash    `json:"line"`
	Code    string  `json:"code"`
	Tip     tipText `json:"tip"`
	Sig     Hex     `json:"sig"`
}

// tipText is a block as [height,"hash"], the hash as people write it, reversed.
type tipText Seen

// MarshalJSON writes the pair.
func (t tipText) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `[%d,"%s"]`, t.Height, t.Hash), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *tipText) UnmarshalJSON(text []byte) error {
	var pair [2]json.RawMessage
	var hash string
	err := errors.Join(json.Unmarshal(text, &pair), json.Unmarshal(pair[0], &t.Height), json.Unmarshal(pair[1], &hash))
	return errors.Join(err, chainhash.Decode(&t.Hash, hash))
}

// Encode returns the receipt's text, one line with its LF:
//
//	{"receipt":2,"eid":"hex","line":"hex","number":n,"head":"hex","tip":[height,"hash"],"sig":"hex"}
func (r Receipt) Encode() []byte {
	return receiptLine(receiptText{receiptVersion, r.EID, r.Line, r.Number, r.Head, tipText(r.Tip), r.Sig[:]})
}

// Encode returns the refusal's text, one line with its LF:
//
//	{"refusal":2,"eid":"hex","line":"hex","code":"…","tip":[height,"hash"],"sig":"hex"}
func (r Refused) Encode() []byte {
	return receiptLine(refusedText{receiptVersion, r.EID, r.Line, r.Code, tipText(r.Tip), r.Sig[:]})
}

func receiptLine(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("board: " + err.Error()) // its types have an encoding
	}
	return append(text, '\n')
}

// DecodeReceipt reads what [Receipt.Encode] writes, and nothing else. It does not verify
// the signature.
func DecodeReceipt(text []byte) (Receipt, error) {
	var t receiptText
	if err := decodeReceipt(text, &t, &t.Receipt, &t.Sig); err != nil {
		return Receipt{}, fmt.Errorf("not a receipt: %w", err)
	}
	return Receipt{t.EID, t.Line, t.Number, t.Head, Seen(t.Tip), [curve.SchnorrSize]byte(t.Sig)}, nil
}

// DecodeRefused reads what [Refused.Encode] writes, and nothing else. It does not verify
// the signature.
func DecodeRefused(text []byte) (Refused, error) {
	var t refusedText
	if err := decodeReceipt(text, &t, &t.Refusal, &t.Sig); err != nil {
		return Refused{}, fmt.Errorf("not a refusal: %w", err)
	}
	return Refused{t.EID, t.Line, t.Code, Seen(t.Tip), [curve.SchnorrSize]byte(t.Sig)}, nil
}

// decodeReceipt reads the text of a receipt or a refusal into v, of which version and
// sig are parts.
func decodeReceipt(text []byte, v any, version *int, sig *Hex) error {
	if len(text) > maxReceipt {
		return fmt.Errorf("%d bytes, at most %d are read", len(text), maxReceipt)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return errors.New("it is not the JSON of one")
	}
	switch {
	case *version != receiptVersion:
		return fmt.Errorf("version %d, want %d", *version, receiptVersion)
	case len(*sig) != curve.SchnorrSize:
		return wantSize("sig", *sig, curve.SchnorrSize)
	case !bytes.Equal(receiptLine(v), text):
		return errors.New("it is not canonical")
	}
	return nil
}
