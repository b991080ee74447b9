package roles

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"bevote/internal/curve"
)

// The limits of a list of the eligible.
const (
	maxEligible = 64 << 20 // bytes of the file
	maxIdentity = 200      // bytes of an identity
)

// Eligible is the list of the identities that can register, each with the key by which it signs.
type Eligible struct {
	keys   map[string]curve.PublicKey // by identity
	owners map[[32]byte]string        // identities by the x-coordinate of the key, as BIP 340 signs
}

// ReadEligible reads CSV (RFC 4180), at most 64 MiB:
//
//	identity,key
//	<1 to 200 printable bytes>,<66 lower-case hex digits>
//
// Identities and keys are distinct, keys by their x-coordinates. Errors name the line.
func ReadEligible(r io.Reader) (*Eligible, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxEligible+1))
	if err != nil {
		return nil, fmt.Errorf("eligible: %w", err)
	}
	if len(text) > maxEligible {
		return nil, fmt.Errorf("eligible: more than %d bytes", maxEligible)
	}
	e := &Eligible{keys: make(map[string]curve.PublicKey), owners: make(map[[32]byte]string)}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.FieldsPerRecord, rows.ReuseRecord = 2, true
	for first := true; ; first = false {
		row, unread := rows.Read()
		if unread == io.EOF && !first {
			return e, nil
		}
		if err := e.row(row, first, unread); err != nil {
			return nil, fmt.Errorf("eligible: line %d: %w", lineOf(rows, unread), err)
		}
	}
}

// row takes one row, or the error that was read in its place.
func (e *Eligible) row(row []string, header bool, unread error) error {
	var syntax *csv.ParseError
	switch {
	case errors.As(unread, &syntax):
		return syntax.Err
	case header && (unread != nil || row[0] != "identity" || row[1] != "key"):
		return errors.New("want the header identity,key")
	case header:
		return nil
	}
	return e.add(row[0], row[1])
}

// lineOf is the line of the row that was read last, or of the error that was read in its place.
func lineOf(rows *csv.Reader, unread error) int {
	var syntax *csv.ParseError
	switch {
	case errors.As(unread, &syntax):
		return syntax.Line
	case unread != nil: // nothing was read at all
		return 1
	}
	line, _ := rows.FieldPos(0)
	return line
}

// add takes one identity with its key.
func (e *Eligible) add(identity, text string) error {
	if err := checkIdentity(identity); err != nil {
		return err
	}
	key, err := curve.ParsePublicKey(text)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if _, again := e.keys[identity]; again {
		return fmt.Errorf("identity %q again", identity)
	}
	if owner, taken := e.owners[key.X()]; taken {
		return fmt.Errorf("the key of %q again", owner)
	}
	e.keys[strings.Clone(identity)], e.owners[key.X()] = key, strings.Clone(identity)
	return nil
}

// Len returns the number of identities.
func (e *Eligible) Len() int { return len(e.keys) }

// checkIdentity refuses characters that are not printable, and spaces at an end or two in a
// row.
func checkIdentity(s string) error {
	unprintable := func(c rune) bool { return !unicode.IsPrint(c) }
	switch {
	case s == "":
		return errors.New("empty identity")
	case len(s) > maxIdentity:
		return fmt.Errorf("identity of %d bytes, at most %d", len(s), maxIdentity)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable):
		return fmt.Errorf("identity %+q is not printable text", s)
	case strings.TrimSpace(s) != s || strings.Contains(s, "  "):
		return fmt.Errorf("identity %q has spaces too many", s)
	}
	return nil
}
