package board

import (
	"errors"
	"fmt"
	"math"

	"bevote/internal/curve"
)

// Sizes of the bodies' byte strings.
const (
	outpointSize = 36
	saltSize     = 12
)

// maxRoll is the length of the largest roll.
const maxRoll = 200_000

func (Commit) check() error { return nil }
func (Ack) check() error    { return nil }

func (b Open) check() error {
	for _, proof := range b.Candidates {
		if err := wantSize("candidates", proof, curve.ProofSize); err != nil {
			return err
		}
	}
	return nil
}

func (b Entry) check() error { return wantSize("outpoint", b.Outpoint, outpointSize) }

func (b Roll) check() error {
	for _, n := range b.Entries {
		if n < 1 || n > MaxLines {
			return fmt.Errorf("entry %d is no line number", n)
		}
	}
	return nil
}

func (b Deal) check() error {
	if len(b.Deal) == 0 {
		return errors.New("empty deal")
	}
	return nil
}

func (b Complaint) check() error {
	return errors.Join(wantNumber("key", b.Key), wantSize("proof", b.Proof, curve.ProofSize))
}

func (b Transcript) check() error {
	for n, i := range b.Qual {
		if err := wantIndex("qual", i); err != nil {
			return err
		}
		if n > 0 && i <= b.Qual[n-1] {
			return errors.New("qual is not ascending")
		}
	}
	for _, k := range b.Keys {
		if err := wantIndex("from", k.From); err != nil {
			return err
		}
		if len(k.Shares)%curve.PointSize != 0 {
			return fmt.Errorf("shares of %d bytes are not %d each", len(k.Shares), curve.PointSize)
		}
	}
	return nil
}

func (b Opening) check() error {
	if b.Count < 0 || b.Count > maxRoll {
		return fmt.Errorf("count %d is out of range", b.Count)
	}
	for _, o := range b.Openings {
		if len(o.Salt) != 0 && len(o.Salt) != saltSize {
			return wantSize("salt", o.Salt, saltSize)
		}
		if err := errors.Join(wantIndex("i", o.I), wantNumber("j", o.J), wantSize("s", o.S, curve.ScalarSize)); err != nil {
			return err
		}
	}
	for _, d := range b.Disavowals {
		if err := errors.Join(wantIndex("i", d.I), wantSize("proof", d.Proof, curve.ProofSize)); err != nil {
			return err
		}
	}
	return nil
}

// wantIndex checks a roll index.
func wantIndex(name string, i int) error { return wantWithin(name, i, maxRoll) }

// wantNumber checks the number of a candidate or of a joint key, which fits 16 bits.
func wantNumber(name string, i int) error { return wantWithin(name, i, math.MaxUint16) }

// wantWithin checks a number from 1.
func wantWithin(name string, i, most int) error {
	if i < 1 || i > most {
		return fmt.Errorf("%s %d is out of range", name, i)
	}
	return nil
}

// wantSize checks the length of a byte string.
func wantSize(name string, b []byte, size int) error {
	if len(b) != size {
		return fmt.Errorf("%s of %d bytes, want %d", name, len(b), size)
	}
	return nil
}

// isName reports whether s is a name of the policy language. No other text enters a
// body, so no string of a body needs a JSON escape.
func isName(s string) bool {
	if len(s) == 0 || len(s) > 32 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return true
}
