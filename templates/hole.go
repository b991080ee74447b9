package templates

import (
	"fmt"
	"regexp"
	"strings"
)

// Kind is the type of a hole: which values fill it.
type Kind int

// The kinds of hole.
const (
	KindBallot Kind = iota + 1 // 68 bytes that begin B1, or 80 that begin B2: no public key
	KindKey                    // 33 bytes, a compressed public key
	KindHash                   // 20 bytes, HASH160 of a public key
)

// Sizes in bytes of what fills a hole, and the first bytes of ballots:
//
//	plain   B1 ‖ R 33 ‖ c 34      share and candidate
//	salted  B2 ‖ R 33 ‖ c 46      and a salt of 12
const (
	PlainBallot  = 68
	SaltedBallot = 80
	KeySize      = 33
	HashSize     = 20

	PlainPrefix  = 0xB1
	SaltedPrefix = 0xB2
)

var named = regexp.MustCompile(`^(joint|claim)\.` + word + `$`)

// HoleKind returns the kind of a hole by its name, 0 if there is no such hole:
//
//	of a stake     ballot, voter, voter_hash, joint, joint.NAME, claim.NAME
//	of a deposit   mixer, depositor_hash
func HoleKind(name string) Kind {
	switch {
	case name == "ballot":
		return KindBallot
	case name == "voter_hash", name == "depositor_hash":
		return KindHash
	case name == "voter", name == "joint", name == "mixer", named.MatchString(name):
		return KindKey
	}
	return 0
}

// HashedRole returns the role whose public key a hole of [KindHash] is the HASH160 of.
func HashedRole(hole string) string { return strings.TrimSuffix(hole, "_hash") }

// IsBallot reports whether data has the size and the first byte of a ballot,
// plain or salted. It does not decode the rest.
func IsBallot(data []byte) bool {
	return len(data) == PlainBallot && data[0] == PlainPrefix || len(data) == SaltedBallot && data[0] == SaltedPrefix
}

// checkHole refuses a value that is not of the hole's kind.
func checkHole(name string, value []byte) error {
	switch HoleKind(name) {
	case KindBallot:
		if !IsBallot(value) {
			return fmt.Errorf("<%s> of %d bytes is not a ballot", name, len(value))
		}
	case KindKey:
		if len(value) != KeySize || value[0] != 2 && value[0] != 3 {
			return fmt.Errorf("<%s> of %d bytes is not a compressed key", name, len(value))
		}
	case KindHash:
		if len(value) != HashSize {
			return fmt.Errorf("wrong <%s> size %d, want %d", name, len(value), HashSize)
		}
	default:
		return fmt.Errorf("unknown hole <%s>", name)
	}
	return nil
}

// holeSize returns the bytes of what fills the hole, with ballots of the given size.
func holeSize(name string, ballot int) int {
	switch HoleKind(name) {
	case KindBallot:
		return ballot
	case KindHash:
		return HashSize
	}
	return KeySize
}
