// Package mixing has the blind signatures (Chaum 1983) by which mixers vouch for
// anonymous coins: group blind signatures (paper, section 3.3; Camenisch and Stadler
// 1997; Lysyanskaya and Ramzan 1998) and blind RSA (RFC 9474). Both are behind the
// same interfaces.
//
// Three moves make a signature. Each is a byte string on the published log:
//
//	mixer                        user
//	Session.Offer      ──────▶
//	                   ◀──────   Blinding.Challenge
//	Session.Answer     ──────▶   Blinding.Finish returns the signature
//
// The package promises that
//
//   - each signature that verifies takes an answer by a member of the group, or by
//     the holder of the RSA key, and each answer gives at most one signature. This
//     holds if at most one session is open for a member's key, with secrets that are
//     drawn afresh, and the challenge is stored before it is answered: answers to
//     several open sessions, or two answers to one offer, can give more signatures;
//   - sessions and signatures do not show which session gave which signature;
//   - every published offer, challenge and answer can be judged without a secret.
//
// The first two hold for a group if its manager keeps to the protocol: it knows
// the factors of the modulus. With them it can certify members that it does not
// publish, and a mixer can mark its sessions by elements of smaller order.
// [Modulus.Check] says what the manager proves.
//
// The arithmetic is math/big's, in variable time: the time of an answer depends on
// the mixer's secret. No library in use computes modulo primes of this shape in
// constant time.
package mixing

import (
	"errors"
	"fmt"
	"io"
)

// messageSize is the length in bytes of a message, a tagged hash.
const messageSize = 32

// publicExponent is e of all certificates and RSA keys, a prime.
const publicExponent = 65537

var (
	// ErrDomain is wrapped by the error of Verify for a signature that has
	// another length or a part out of its range. The equation is not computed then.
	ErrDomain = errors.New("outside its domain")
	// ErrChallenge is wrapped by the errors of Answer and CheckTranscript for a
	// challenge of a form that no Blinding sends. The session stays open.
	ErrChallenge = errors.New("malformed challenge")
)

// Issuer is a mixer's side: a *[Signer] or an *[RSASigner].
type Issuer interface {
	// Open begins a session with secrets drawn from random.
	Open(random io.Reader) (Session, error)
}

// Session is one issuing session. It answers once, since each answer gives a
// signature, and two answers to one offer of a [Signer] reveal its secret.
type Session interface {
	// Offer returns the first move.
	Offer() []byte
	// Answer returns the third move for the second. It refuses a challenge of
	// another form with ErrChallenge, and every challenge after one that it has
	// answered.
	Answer(challenge []byte) ([]byte, error)
}

// Verifier is the side of users and readers, without secrets: a *[Group] or an
// [RSAKey].
type Verifier interface {
	// Blind begins a user's side of a session for a signature on message, 32
	// bytes, with secrets drawn from random.
	Blind(random io.Reader, message []byte) Blinding
	// Verify checks a signature on message. Its error says which check failed,
	// and wraps ErrDomain if it is one of the parts alone. It depends on message
	// and signature only.
	Verify(message, signature []byte) error
	// CheckTranscript checks a published session. A move that has not been made
	// is nil. An error that wraps ErrChallenge is the user's fault, any other
	// the mixer's, in its offer or its answer.
	CheckTranscript(offer, challenge, answer []byte) error
}

// Blinding is a user's side of one session.
type Blinding interface {
	// Challenge returns the second move for the first. It refuses offers that
	// CheckTranscript refuses, and every offer after one that it has taken.
	Challenge(offer []byte) ([]byte, error)
	// Finish returns the signature for the third move. It refuses answers that
	// CheckTranscript refuses.
	Finish(answer []byte) (signature []byte, err error)
}

// hidden gives the types that embed it a Format that prints nothing of them.
type hidden struct{}

// Format writes that nothing is shown.
func (hidden) Format(f fmt.State, _ rune) { io.WriteString(f, "mixing(hidden)") }
