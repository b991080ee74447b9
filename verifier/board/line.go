// Package board is the published log of an election: signed lines in a hash
// chain, one canonical JSON object a line.
//
// A line has exactly one encoding: what [DecodeLine] accepts, [Line.Encode] writes
// back byte for byte, and the same holds for bodies. Package election judges which
// author may write which line, and when.
package board

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"bevote/internal/curve"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// Bounds of what is read.
const (
	MaxLine  = 8 << 20   // bytes of one line, without its LF
	MaxLines = 5_000_000 // lines of one board
)

// Seen names the newest block that was d deep for a line's author, d being the
// policy's confirmations. In a line it is [height,"hash"], with the hash's bytes
// reversed, as Bitcoin displays them.
type Seen struct {
	Height uint32
	Hash   chainhash.Hash
}

// Line is one entry of the log.
type Line struct {
	Prev [32]byte        // Hash of the line before; the eid for the first
	By   curve.PublicKey // the author
	Seen Seen
	Type Type
	Body []byte                  // canonical JSON of the type's body; not to be changed in place
	Sig  [curve.SchnorrSize]byte // BIP 340, by the author; not of Prev

	decoded decodedBody
	hash    *[32]byte // of a line that was read without its body; else nil
}

// decodedBody is a body with the text that it was decoded from. It is kept because
// [DecodeBody] is called several times for a line.
type decodedBody struct {
	text []byte
	body Body
}

// Sign returns a line signed with the author's secret key x. Prev is zero:
// [Log.Append] sets it.
func Sign(eid [32]byte, x curve.Scalar, seen Seen, body Body) (Line, error) {
	text, err := encodeBody(body)
	if err != nil {
		return Line{}, fmt.Errorf("%s line: %w", body.Type(), err)
	}
	l := Line{By: curve.BaseMul(x).Key(), Seen: seen, Type: body.Type(), Body: text}
	l.Sig, err = curve.SignSchnorr(x, l.ID(eid))
	return l, err
}

// Verify reports whether the author signed the line for an election.
func (l Line) Verify(eid [32]byte) bool {
	return curve.VerifySchnorr(l.By, l.ID(eid), l.Sig[:])
}

// Signature returns what [Line.Verify] verifies, for a batch.
func (l Line) Signature(eid [32]byte) curve.Signed {
	return curve.Signed{Key: l.By, Hash: l.ID(eid), Sig: l.Sig[:]}
}

// ID returns the hash that the author signs. Complaints and receipts name lines by it:
//
//	TH("line", eid 32 ‖ by 33 ‖ text type ‖ height 4 ‖ hash 32 ‖ text body)
//
// Height and hash are those of Seen, the hash in the order of block headers.
func (l Line) ID(eid [32]byte) [32]byte {
	return curve.TaggedHash("line", curve.Encoder(nil).Raw(eid[:]).Key(l.By).Text([]byte(l.Type)).
		U32(l.Seen.Height).Raw(l.Seen.Hash[:]).Text(l.Body))
}

// Hash returns TH("board", the line without its LF), the Prev of the next line.
func (l Line) Hash() [32]byte {
	if l.hash != nil {
		return *l.hash
	}
	return hashText(l.Encode())
}

// Encode returns the line without its LF:
//
//	{"prev":"hex","by":"hex","seen":[height,"hash"],"type":"…","body":{…},"sig":"hex"}
func (l Line) Encode() []byte {
	seen := l.Seen.Hash
	slices.Reverse(seen[:])
	b := make([]byte, 0, len(l.Body)+512)
	b = hex.AppendEncode(append(b, `{"prev":"`...), l.Prev[:])
	b = hex.AppendEncode(append(b, `","by":"`...), l.By[:])
	b = strconv.AppendUint(append(b, `","seen":[`...), uint64(l.Seen.Height), 10)
	b = hex.AppendEncode(append(b, `,"`...), seen[:])
	b = append(append(b, `"],"type":"`...), l.Type...)
	b = append(append(b, `","body":`...), l.Body...)
	b = hex.AppendEncode(append(b, `,"sig":"`...), l.Sig[:])
	return append(b, `"}`...)
}

// DecodeLine reads what [Line.Encode] writes. It refuses an unknown type, a body that
// is not its type's, and a key that is not a point; it does not verify the
// signature. The line keeps no reference to text.
func DecodeLine(text []byte) (Line, error) {
	return decodeLine(text, new(curve.Keyring))
}

// decodeLine is [DecodeLine] for many lines of few authors.
func decodeLine(text []byte, authors *curve.Keyring) (Line, error) {
	l, err := scanLine(text)
	if err != nil {
		return Line{}, err
	}
	l.Body = bytes.Clone(l.Body)
	if err := l.decodeParts(authors); err != nil {
		return Line{}, err
	}
	return l, nil
}

// scanLine splits a line into its parts. The body is a part of text.
func scanLine(text []byte) (Line, error) {
	var l Line
	if len(text) > MaxLine {
		return l, fmt.Errorf("line of %d bytes, at most %d are read", len(text), MaxLine)
	}
	s := scanner{rest: text}
	s.word(`{"prev":"`)
	s.hex(l.Prev[:])
	s.word(`","by":"`)
	s.hex(l.By[:])
	s.word(`","seen":[`)
	l.Seen.Height = s.height()
	s.word(`,"`)
	s.hex(l.Seen.Hash[:])
	slices.Reverse(l.Seen.Hash[:])
	s.word(`"],"type":"`)
	l.Type = Type(s.until('"'))
	s.word(`,"body":`)
	l.Body = s.before(len(`,"sig":""}`) + 2*len(l.Sig))
	s.word(`,"sig":"`)
	s.hex(l.Sig[:])
	s.word(`"}`)
	switch {
	case s.failed != "":
		return Line{}, fmt.Errorf("not a board line: want %s at byte %d", s.failed, len(text)-len(s.rest))
	case decoders[l.Type] == nil:
		return Line{}, fmt.Errorf("unknown type %.20q", string(l.Type))
	}
	return l, nil
}

// decodeParts decodes what a scanned line holds: its author's key and its body.
func (l *Line) decodeParts(authors *curve.Keyring) error {
	if _, err := authors.Point(l.By); err != nil {
		return fmt.Errorf("author: %w", err)
	}
	return l.readBody()
}

// readBody decodes the body and keeps it.
func (l *Line) readBody() error {
	body, err := decodeAs(l.Type, l.Body)
	if err != nil {
		return fmt.Errorf("%s line: %w", l.Type, err)
	}
	l.decoded = decodedBody{l.Body, body}
	return nil
}

// scanner reads the fixed parts of a line from left to right. It keeps the first
// mismatch in failed and reads nothing afterwards.
type scanner struct {
	rest   []byte
	failed string
}

// take returns the next n bytes, nil after a mismatch.
func (s *scanner) take(n int) []byte {
	if s.failed != "" || n < 0 || n > len(s.rest) {
		return nil
	}
	taken := s.rest[:n]
	s.rest = s.rest[n:]
	return taken
}

// word reads the next fixed part, which must be want.
func (s *scanner) word(want string) {
	if s.failed == "" && !bytes.HasPrefix(s.rest, []byte(want)) {
		s.failed = strconv.Quote(want)
	}
	s.take(len(want))
}

// hex reads lower-case digits into all of out.
func (s *scanner) hex(out []byte) {
	digits := s.rest[:min(2*len(out), len(s.rest))]
	if s.failed == "" && decodeHex(out, digits) != nil {
		s.failed = fmt.Sprintf("%d hex digits", 2*len(out))
	}
	s.take(2 * len(out))
}

// height reads a decimal number of 32 bits without leading zeros.
func (s *scanner) height() uint32 {
	digits := s.rest[:min(len(s.rest), max(0, bytes.IndexByte(s.rest, ',')))]
	n, err := strconv.ParseUint(string(digits), 10, 32)
	if s.failed == "" && (err != nil || strconv.FormatUint(n, 10) != string(digits)) {
		s.failed = "a height"
	}
	s.take(len(digits))
	return uint32(n)
}

// until reads up to the end byte and drops it.
func (s *scanner) until(end byte) []byte {
	at := bytes.IndexByte(s.rest, end)
	if s.failed == "" && at < 0 {
		s.failed = strconv.QuoteRune(rune(end))
	}
	text := s.take(at)
	s.take(1)
	return text
}

// before reads up to the last n bytes.
func (s *scanner) before(n int) []byte {
	if s.failed == "" && len(s.rest) < n {
		s.failed = "a body and a signature"
	}
	return s.take(len(s.rest) - n)
}
