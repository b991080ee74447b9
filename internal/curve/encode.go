package curve

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

// TaggedHash is the tagged hash of BIP 340 over the parts in order,
//
//	TH(tag, x) = SHA256(t ‖ t ‖ x)     t = SHA256("bevote/v2/" ‖ tag)
//
// Every hash of the protocol is one of these. docs/protocol.md lists the tags.
func TaggedHash(tag string, parts ...[]byte) [32]byte {
	t := sha256.Sum256([]byte("bevote/v2/" + tag))
	h := sha256.New()
	h.Write(t[:])
	h.Write(t[:])
	for _, p := range parts {
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

// KDF stretches x to size bytes, by a counter of one byte:
//
//	KDF(x, size) = the first size bytes of TH("kdf", x ‖ 00) ‖ TH("kdf", x ‖ 01) ‖ …
//
// It panics for more than 256 hashes, 8 KiB.
func KDF(x []byte, size int) []byte {
	if size > 256*sha256.Size {
		panic("curve: KDF output too long")
	}
	out := make([]byte, 0, size+sha256.Size)
	for i := 0; len(out) < size; i++ {
		block := TaggedHash("kdf", x, []byte{byte(i)})
		out = append(out, block[:]...)
	}
	return out[:size]
}

// Encoder is a byte string to which the protocol's encodings are appended:
//
//	integer           2, 4 or 8 bytes, big-endian
//	scalar            32
//	point, key        33
//	text              u32 length ‖ bytes
//	list of points    u32 count ‖ points
type Encoder []byte

// U16 appends the number of a candidate or of a joint key. It panics outside 0 … 65535: a
// value that wrapped would be encoded, and proven, as another.
func (e Encoder) U16(v int) Encoder {
	if v != int(uint16(v)) {
		panic(fmt.Sprintf("curve: %d is no u16", v))
	}
	return binary.BigEndian.AppendUint16(e, uint16(v))
}

// Index appends a roll index, 4 bytes. It panics outside 0 … 2^32 − 1, as U16 does.
func (e Encoder) Index(i int) Encoder {
	if uint64(i) > math.MaxUint32 {
		panic(fmt.Sprintf("curve: %d is no roll index", i))
	}
	return e.U32(uint32(i))
}

// U32 appends a height or a count.
func (e Encoder) U32(v uint32) Encoder { return binary.BigEndian.AppendUint32(e, v) }

// U64 appends satoshis.
func (e Encoder) U64(v uint64) Encoder { return binary.BigEndian.AppendUint64(e, v) }

// Raw appends bytes without their length.
func (e Encoder) Raw(b []byte) Encoder { return append(e, b...) }

// Text appends the length of b and b.
func (e Encoder) Text(b []byte) Encoder { return e.U32(uint32(len(b))).Raw(b) }

// Scalar appends 32 bytes.
func (e Encoder) Scalar(s Scalar) Encoder { b := s.Bytes(); return e.Raw(b[:]) }

// Point appends 33 bytes.
func (e Encoder) Point(p Point) Encoder { k := p.Key(); return e.Raw(k[:]) }

// Key appends 33 bytes.
func (e Encoder) Key(k PublicKey) Encoder { return e.Raw(k[:]) }

// Points appends the number of points and each point.
func (e Encoder) Points(ps ...Point) Encoder {
	e = e.U32(uint32(len(ps)))
	for _, p := range ps {
		e = e.Point(p)
	}
	return e
}
