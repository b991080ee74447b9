package curve

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// TaggedHash is TH(tag, x) = SHA256(t ‖ t ‖ x) with t = SHA256("bevote/v1/" tag)
// and x the parts in order. Every hash of the protocol is one of these; the
// tags are listed in docs/protocol.md.
func TaggedHash(tag string, parts ...[]byte) [32]byte {
	t := sha256.Sum256([]byte("bevote/v1/" + tag))
	h := sha256.New()
	h.Write(t[:])
	h.Write(t[:])
	for _, p := range parts {
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

// KDF stretches x to size bytes: TH("kdf", x‖00) ‖ TH("kdf", x‖01) ‖ …, cut.
// It serves up to 256 blocks, 8 KiB.
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

// Encoder appends the protocol's encodings to itself: integers big-endian,
// scalars 32 bytes, points 33, lists and texts with their u32 count first.
type Encoder []byte

// U16 appends an index or a candidate's number. It panics outside 0 … 65535:
// a silent wrap would let one index's proof pass for another's.
func (e Encoder) U16(v int) Encoder {
	if v != int(uint16(v)) {
		panic(fmt.Sprintf("curve: %d is no u16", v))
	}
	return binary.BigEndian.AppendUint16(e, uint16(v))
}

// U32 appends a height or a count.
func (e Encoder) U32(v uint32) Encoder { return binary.BigEndian.AppendUint32(e, v) }

// U64 appends satoshis.
func (e Encoder) U64(v uint64) Encoder { return binary.BigEndian.AppendUint64(e, v) }

// Raw appends bytes whose length the reader knows.
func (e Encoder) Raw(b []byte) Encoder { return append(e, b...) }

// Text appends a byte string with its length first.
func (e Encoder) Text(b []byte) Encoder { return e.U32(uint32(len(b))).Raw(b) }

// Scalar appends 32 bytes.
func (e Encoder) Scalar(s Scalar) Encoder { b := s.Bytes(); return e.Raw(b[:]) }

// Point appends 33 bytes.
func (e Encoder) Point(p Point) Encoder { k := p.Key(); return e.Raw(k[:]) }

// Key appends a compressed key's 33 bytes.
func (e Encoder) Key(k PublicKey) Encoder { return e.Raw(k[:]) }

// Points appends a list of points.
func (e Encoder) Points(ps ...Point) Encoder {
	e = e.U32(uint32(len(ps)))
	for _, p := range ps {
		e = e.Point(p)
	}
	return e
}
