package sharing

import (
	"encoding/binary"
	"fmt"

	"bevote/internal/curve"
)

// Encode returns the deal's bytes:
//
//	u32 Keys·K   4
//	A_i0 …       33 each: of joint key 1, of joint key 2, …
//	E_i          33
//	u32 Keys+1   4
//	proofs       64 each: of a_i0 for joint key 1, 2, …, then of e_i
//	u32 Keys·n   4
//	c_i1 …       32 each: of joint key 1, of joint key 2, …
func (d *Deal) Encode() []byte {
	var points []curve.Point
	for _, key := range d.Coefficients {
		points = append(points, key...)
	}
	out := curve.Encoder(nil).Points(points...).Point(d.Ephemeral).U32(uint32(len(d.Possession) + 1))
	for _, proof := range d.Possession {
		out = out.Raw(proof.Bytes())
	}
	out = out.Raw(d.EphemeralPossession.Bytes())
	count := 0
	for _, key := range d.Ciphertexts {
		count += len(key)
	}
	out = out.U32(uint32(count))
	for _, key := range d.Ciphertexts {
		for _, c := range key {
			out = out.Raw(c[:])
		}
	}
	return out
}

// decode reads what [Deal.Encode] writes, with the number of points, proofs and
// ciphertexts that p demands and nothing after them.
func decode(p Params, b []byte) (*Deal, *Fault) {
	d, in := &Deal{}, &reader{left: b}
	in.count(FaultShape, "coefficient points", p.Keys*p.K)
	for range p.Keys {
		d.Coefficients = append(d.Coefficients, in.points(p.K))
	}
	d.Ephemeral = in.point(FaultEncryption, "ephemeral key")
	in.count(FaultPossession, "proofs", p.Keys+1)
	for range p.Keys {
		d.Possession = append(d.Possession, in.proof(FaultPossession))
	}
	d.EphemeralPossession = in.proof(FaultEncryption)
	in.count(FaultEncryption, "ciphertexts", p.Keys*len(p.Roll))
	for range p.Keys {
		d.Ciphertexts = append(d.Ciphertexts, in.ciphertexts(len(p.Roll)))
	}
	if in.fault == nil && len(in.left) > 0 {
		in.fail(FaultShape, fmt.Sprintf("%d bytes too many", len(in.left)))
	}
	return d, in.fault
}

// reader reads a deal from the left and keeps the first fault.
type reader struct {
	left  []byte
	fault *Fault
}

// fail keeps the fault, if it is the first, and drops what is left to read.
func (r *reader) fail(kind FaultKind, reason string) {
	if r.fault == nil {
		r.fault = &Fault{Kind: kind, Reason: reason}
	}
	r.left = nil
}

// take returns the next size bytes, or nil after a fault.
func (r *reader) take(kind FaultKind, what string, size int) []byte {
	if len(r.left) < size {
		r.fail(kind, what+" cut short")
	}
	if r.fault != nil {
		return nil
	}
	b := r.left[:size]
	r.left = r.left[size:]
	return b
}

// count reads a u32 that must be want.
func (r *reader) count(kind FaultKind, what string, want int) {
	if b := r.take(kind, what, 4); b != nil {
		if got := binary.BigEndian.Uint32(b); uint64(got) != uint64(want) {
			r.fail(kind, fmt.Sprintf("%d %s, want %d", got, what, want))
		}
	}
}

func (r *reader) point(kind FaultKind, what string) (p curve.Point) {
	if b := r.take(kind, what, curve.PointSize); b != nil {
		var err error
		if p, err = curve.DecodePoint(b); err != nil {
			r.fail(kind, what+": "+err.Error())
		}
	}
	return p
}

func (r *reader) points(n int) (out []curve.Point) {
	for l := 0; l < n && r.fault == nil; l++ {
		out = append(out, r.point(FaultShape, fmt.Sprintf("coefficient %d", l)))
	}
	return out
}

func (r *reader) proof(kind FaultKind) (p curve.Proof) {
	if b := r.take(kind, "proof", curve.ProofSize); b != nil {
		var err error
		if p, err = curve.DecodeProof(b); err != nil {
			r.fail(kind, "proof: "+err.Error())
		}
	}
	return p
}

func (r *reader) ciphertexts(n int) [][32]byte {
	b := r.take(FaultEncryption, "ciphertexts", n*curve.ScalarSize)
	if b == nil {
		return nil
	}
	out := make([][32]byte, n)
	for j := range out {
		copy(out[j][:], b[j*curve.ScalarSize:])
	}
	return out
}
