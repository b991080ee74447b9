package board

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"bevote/internal/curve"
)

// Type is the type of a line, which decides the type of its body.
type Type string

// The line types, in the order of the phases; those of the exchange are in
// mixing.go.
const (
	TypeOpen       Type = "open"
	TypeEntry      Type = "entry"
	TypeRoll       Type = "roll"
	TypeCommit     Type = "commit"
	TypeDeal       Type = "deal"
	TypeComplaint  Type = "complaint"
	TypeTranscript Type = "transcript"
	TypeAck        Type = "ack"
	TypeOpening    Type = "opening"
)

// Body is the content of a line of one type.
type Body interface {
	Type() Type
	check() error // checks sizes and ranges, which the JSON types do not
}

// Open is the supervisor's first line: the SHA-256 of the two announced files, the key
// of the board server, and the candidates' proofs of possession of their policy keys,
// each bound by [CandidateContext], in the policy's order.
type Open struct {
	Policy     Hash            `json:"policy"`
	Contract   Hash            `json:"contract"`
	Server     curve.PublicKey `json:"server"`     // signs receipts and refusals, and nothing else
	Candidates List[Hex]       `json:"candidates"` // e ‖ z, 64 bytes each
}

// Entry asks for a slot of the roll, by a roll key that was paid a coin.
type Entry struct {
	Outpoint Hex `json:"outpoint"` // of the coin: 36 bytes, wire form
}

// Roll is the roll, by the supervisor: the numbers of the entries that it takes, in the
// order of their keys.
type Roll struct {
	Entries List[int] `json:"entries"` // line numbers, from 1
}

// Commit is a dealer's commitment to its deal, before any deal is published.
type Commit struct {
	Deal Hash `json:"deal"` // of the deal's bytes
}

// Deal is a dealer's part of the joint secret sharing (paper, section 4.1). Its
// layout is internal/sharing's.
type Deal struct {
	Deal Bytes `json:"deal"`
}

// Complaint opens the pads between a dealer i and the complaining receiver j.
type Complaint struct {
	Deal  Hash            `json:"deal"`  // ID of the dealer's deal line
	Key   int             `json:"key"`   // number of the joint key whose share is wrong, from 1
	Point curve.PublicKey `json:"point"` // x_j·E_i, E_i being the deal's ephemeral key
	Proof Hex             `json:"proof"` // equality proof, 64 bytes
}

// Transcript is the supervisor's result of the dealing, or a part of it.
type Transcript struct {
	Qual List[int]      `json:"qual"` // roll indices, ascending
	Keys List[JointKey] `json:"keys"` // one, or one for each candidate
}

// JointKey is a joint key with public shares.
type JointKey struct {
	Key    curve.PublicKey `json:"key"`
	From   int             `json:"from"`   // roll index of the first of the shares; 1 begins a joint key
	Shares Bytes           `json:"shares"` // 33 bytes each, in roll order; of ∞ zeros
}

// Ack acknowledges the transcript, and states whether the roll member has a share s_i
// of each joint key that it can vote with.
type Ack struct {
	Transcript Hash `json:"transcript"` // TranscriptHash of the transcript line
	Share      bool `json:"share"`
}

// Opening publishes the plaintexts of ballots.
type Opening struct {
	Count      int             `json:"count"` // the author's total of its own valid ballots
	Openings   List[Opened]    `json:"openings"`
	Disavowals List[Disavowal] `json:"disavowals"`
}

// Opened is the plaintext of the ballot of roll index I.
type Opened struct {
	I    int `json:"i"`
	J    int `json:"j"`    // candidate number, from 1
	S    Hex `json:"s"`    // 32 bytes
	Salt Hex `json:"salt"` // 12 bytes where ballots are salted, else empty
}

// Disavowal shows that a ballot does not open for its author: D = x·R, R being the
// ballot's point and x the author's secret key, with a proof (ballot.VerifyDisavowal).
type Disavowal struct {
	I     int             `json:"i"`
	D     curve.PublicKey `json:"d"`
	Proof Hex             `json:"proof"` // 64 bytes
}

// Type is TypeOpen.
func (Open) Type() Type { return TypeOpen }

// Type is TypeEntry.
func (Entry) Type() Type { return TypeEntry }

// Type is TypeRoll.
func (Roll) Type() Type { return TypeRoll }

// Type is TypeCommit.
func (Commit) Type() Type { return TypeCommit }

// Type is TypeDeal.
func (Deal) Type() Type { return TypeDeal }

// Type is TypeComplaint.
func (Complaint) Type() Type { return TypeComplaint }

// Type is TypeTranscript.
func (Transcript) Type() Type { return TypeTranscript }

// Type is TypeAck.
func (Ack) Type() Type { return TypeAck }

// Type is TypeOpening.
func (Opening) Type() Type { return TypeOpening }

// DecodeBody reads the body of a line of T's type into out. It refuses all that [Sign]
// does not write: other keys or another order of keys, white space, wrong sizes. The
// result is shared; the caller must not change it.
func DecodeBody[T Body](l Line, out *T) error {
	var body T
	if l.Type != body.Type() {
		return fmt.Errorf("%s line, want %s", l.Type, body.Type())
	}
	if known, ok := l.decoded.body.(T); ok && same(l.decoded.text, l.Body) {
		*out = known
		return nil
	}
	if err := decode(l.Body, &body); err != nil {
		return fmt.Errorf("%s line: %w", l.Type, err)
	}
	*out = body
	return nil
}

// same reports whether a and b are the same memory.
func same(a, b []byte) bool { return len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] }

// decoders has the reader of each type's body.
var decoders = map[Type]func(text []byte) (Body, error){
	TypeOpen: decoded[Open], TypeEntry: decoded[Entry],
	TypeManager: decoded[Manager], TypeMixer: decoded[Mixer], TypeRegistry: decoded[Registry],
	TypeDeposit: decoded[Deposit], TypeReady: decoded[Ready], TypeOffer: decoded[Offer], TypeChallenge: decoded[Challenge],
	TypeIssue: decoded[Issue], TypeVoucher: decoded[Voucher], TypeOpened: decoded[OpenedVouchers],
	TypeRoll: decoded[Roll], TypeCommit: decoded[Commit], TypeDeal: decoded[Deal], TypeComplaint: decoded[Complaint],
	TypeTranscript: decoded[Transcript], TypeAck: decoded[Ack], TypeOpening: decoded[Opening],
}

// decodeAs reads text as the canonical body of a line of type t.
func decodeAs(t Type, text []byte) (Body, error) {
	if decode := decoders[t]; decode != nil {
		return decode(text)
	}
	return nil, fmt.Errorf("unknown type %.20q", string(t))
}

// decoded reads text as the canonical body of type T.
func decoded[T Body](text []byte) (Body, error) {
	var body T
	err := decode(text, &body)
	return body, err
}

// A decoded list element costs a hundred times the memory of "0,". The number of
// commas bounds the number of elements before anything is decoded.
const (
	maxShort = maxRoll // roll indices, in transcripts
	minItem  = 16      // least bytes for each comma of anything else
)

// decode reads one JSON object strictly: encoding it again must give text. The
// comparison refuses duplicate, missing and misspelt keys, null, white space, and
// other spellings of numbers and strings.
func decode[T Body](text []byte, out *T) error {
	if bytes.Count(text, []byte(",")) > maxShort+len(text)/minItem {
		return errors.New("body has more items than its length can hold")
	}
	if err := json.Unmarshal(text, out); err != nil {
		return errors.New("body is not the JSON of its type")
	}
	again, err := encodeBody(*out)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, text) {
		return errors.New("body is not canonical")
	}
	return nil
}

// encodeBody writes the keys in the order of the struct, without white space.
func encodeBody(body Body) ([]byte, error) {
	if err := body.check(); err != nil {
		return nil, err
	}
	return marshal(body)
}

// marshal is encodeBody without the check.
func marshal(body Body) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// DecodeAs reads the body of a line by the line's type, as [DecodeBody] does.
func DecodeAs(l *Line) (Body, error) {
	if same(l.decoded.text, l.Body) {
		return l.decoded.body, nil
	}
	return decodeAs(l.Type, l.Body)
}
