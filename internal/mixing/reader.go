package mixing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
)

// reader reads bytes from the left and keeps the first error.
type reader struct {
	left []byte
	err  error
}

// fail keeps the error, if it is the first, and drops what is left to read.
func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.left = nil
}

// take returns the next count bytes, or nil after an error.
func (r *reader) take(what string, count int) []byte {
	if len(r.left) < count {
		r.fail(errors.New(what + " cut short"))
	}
	if r.err != nil {
		return nil
	}
	b := r.left[:count]
	r.left = r.left[count:]
	return b
}

// u32 reads 4 bytes, big-endian; after an error it returns 0.
func (r *reader) u32(what string) int {
	if b := r.take(what, 4); b != nil {
		return int(binary.BigEndian.Uint32(b))
	}
	return 0
}

// modulus reads an odd number of at least minBits and at most maxBits:
//
//	u32 |n|   4
//	n         |n|, big-endian, without leading zero
func (r *reader) modulus() *big.Int {
	count := r.u32("modulus")
	if r.err == nil && count > maxBits/8 {
		r.fail(fmt.Errorf("modulus of %d bytes, want at most %d", count, maxBits/8))
	}
	n := new(big.Int).SetBytes(r.take("modulus", count))
	if r.err == nil && (size(n) != count || n.BitLen() < minBits || n.Bit(0) == 0) {
		r.fail(fmt.Errorf("modulus is not an odd number of at least %d bits without leading zeros", minBits))
	}
	return n
}

// below reads a number of |m| bytes and refuses 0, and m or more.
func (r *reader) below(what string, m *big.Int) *big.Int {
	v := new(big.Int).SetBytes(r.take(what, size(m)))
	if r.err == nil && (v.Sign() == 0 || v.Cmp(m) >= 0) {
		r.fail(errors.New(what + " out of range"))
	}
	return v
}

// end returns the first error, or one if bytes are left.
func (r *reader) end() error {
	if r.err == nil && len(r.left) > 0 {
		r.fail(fmt.Errorf("%d bytes too many", len(r.left)))
	}
	return r.err
}
