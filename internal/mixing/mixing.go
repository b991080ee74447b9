// Package mixing has the blind signatures by which mixers vouch for anonymous
// coins: group blind signatures (paper section 3.3; Camenisch–Stadler 1997,
// Lysyanskaya–Ramzan 1998) and blind RSA (RFC 9474), behind the same interfaces.
//
// It promises that a signature verifies only if a member of the group, or the
// holder of the RSA key, answered one session for it; that whoever sees all
// sessions and all signatures cannot tell which belongs to which; and that
// every published offer, challenge and answer can be judged by anyone.
//
// Three moves make a signature, each a byte string for the public log: the
// mixer's Session offers, the user's Blinding challenges, the session answers,
// and the blinding finishes. A mixer has at most one open session in all and
// stores the challenge before it answers: a forger with answers to several
// sessions at once, or two from one, has more signatures than sessions.
//
// A modulus, and with it the group, is as good as its manager, who knows the
// factors: it can enrol whom it likes, and a mixer to whom it gives the factors
// can mark its sessions by elements of a smaller order. What the manager proves
// to everybody is in Modulus.Check.
//
// The arithmetic is math/big's and runs in variable time: somebody who can
// measure a mixer's answers closely learns about its secret. No kept library
// computes modulo primes of this shape in constant time.
package mixing

import (
	"errors"
	"fmt"
	"io"
)

// messageSize is the length in bytes of what is signed: a tagged hash.
const messageSize = 32

// The exponent of all certificates and RSA keys, a prime.
const publicExponent = 65537

var (
	// ErrDomain is wrapped by Verify for a signature whose parts lie outside
	// what they may be (V31), before its equation is looked at (V30).
	ErrDomain = errors.New("outside its domain")
	// ErrChallenge is wrapped by Answer and CheckTranscript for a challenge
	// that no blinding sends. It is its sender's fault; a session that is sent
	// one stays open.
	ErrChallenge = errors.New("malformed challenge")
)

// Issuer is a mixer's side: a *Signer or an *RSASigner.
type Issuer interface {
	// Open begins a session with secrets drawn from random.
	Open(random io.Reader) (Session, error)
}

// Session is one issuing session. It gives one answer: two would sign twice,
// and would reveal the signer's secret.
type Session interface {
	// Offer returns the first move.
	Offer() []byte
	// Answer returns the third move for the second. It refuses a malformed
	// challenge, with ErrChallenge, and every challenge but the first.
	Answer(challenge []byte) ([]byte, error)
}

// Verifier is everybody's side: a *Group or an RSAKey.
type Verifier interface {
	// Blind begins to get a signature on message, messageSize bytes.
	Blind(random io.Reader, message []byte) Blinding
	// Verify checks a signature on message. Its errors say which check failed;
	// those about the parts alone wrap ErrDomain.
	Verify(message, signature []byte) error
	// CheckTranscript tells who spoiled a published session. A move that has
	// not been made is nil. An error that wraps ErrChallenge is about the
	// challenge; every other is about the offer or the answer, and the mixer
	// to blame.
	CheckTranscript(offer, challenge, answer []byte) error
}

// Blinding is a user's side of one session.
type Blinding interface {
	// Challenge returns the second move for the first. It refuses offers that
	// CheckTranscript refuses, and every offer but the first.
	Challenge(offer []byte) ([]byte, error)
	// Finish makes the signature out of the third move. It refuses answers
	// that CheckTranscript refuses.
	Finish(answer []byte) (signature []byte, err error)
}

// hidden keeps what embeds it from printing its secrets, with any verb of fmt.
type hidden struct{}

// Format writes that nothing is shown.
func (hidden) Format(f fmt.State, _ rune) { io.WriteString(f, "mixing(hidden)") }
