package mixing

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"

	"github.com/cloudflare/circl/blindsign/blindrsa"

	"bevote/internal/curve"
)

// variant is RSABSSA-SHA384-PSS-Deterministic (RFC 9474, section 5). The Randomized
// variants prefix random bytes to a message of low entropy, which an invalid key could
// otherwise disclose (section 7.3). Here a message is a hash over a random nonce, and
// the proof in [RSAKey] excludes invalid keys.
const variant = blindrsa.SHA384PSSDeterministic

// RSAKey is a mixer's public key n for blind RSA signatures (RFC 9474), with a proof
// that the mixer knows the factors and that gcd(e·n, φ(n)) = 1: roots ρ_0 … ρ_7 as in
// a [Modulus]. Then every unit has exactly one e-th root, and a blinded message is a
// uniform unit, whatever the message.
type RSAKey struct {
	n     *big.Int
	roots []*big.Int // ρ_i
}

var _ Verifier = RSAKey{}

// Bytes returns the encoding:
//
//	u32 |n|   4
//	n         |n|
//	ρ_i       |n| each
func (k RSAKey) Bytes() []byte {
	out := curve.Encoder(nil).Text(k.n.Bytes())
	for _, v := range k.roots {
		out = append(out, v.FillBytes(make([]byte, size(k.n)))...)
	}
	return out
}

// DecodeRSAKey reads what [RSAKey.Bytes] writes. It does not verify the proof;
// [RSAKey.Check] does.
func DecodeRSAKey(b []byte) (RSAKey, error) {
	in := &reader{left: b}
	k := RSAKey{n: in.modulus()}
	for range rootCount {
		k.roots = append(k.roots, in.below("root", k.n))
	}
	if err := in.end(); err != nil {
		return RSAKey{}, fmt.Errorf("rsa key: %w", err)
	}
	return k, nil
}

// Check verifies that the key has a length in bits and no prime factor below 65537 and
// is not prime, and the proof for who, the mixer's key (Goldberg, Reyzin, Sagga and Baldimtsi 2019).
// The answers of the mixer's sessions are roots of degree e of numbers that users
// choose; they give no root of degree e·n, and so no proof of this key for another mixer.
func (k RSAKey) Check(eid [32]byte, who []byte, bits int) error {
	switch {
	case k.n == nil:
		return errors.New("no key")
	case k.n.BitLen() != bits:
		return fmt.Errorf("key of %d bits, want %d", k.n.BitLen(), bits)
	case hasSmallFactor(k.n):
		return errors.New("key has a factor below 65537")
	case k.n.ProbablyPrime(20):
		return errors.New("key is prime") // and all can take roots
	}
	return checkRoots(eid, k.n, who, k.roots)
}

// public is the key as crypto/rsa has it.
func (k RSAKey) public() *rsa.PublicKey { return &rsa.PublicKey{N: k.n, E: publicExponent} }

// client is the user's and reader's side of the protocol in circl.
func (k RSAKey) client() blindrsa.Client {
	c, err := blindrsa.NewClient(variant, k.public())
	if err != nil {
		panic("mixing: " + err.Error()) // only for another variant
	}
	return c
}

// Verify checks a signature of |n| bytes on message: RSASSA-PSS (RFC 8017, section
// 8.1) with SHA-384 and a salt of 48 bytes.
func (k RSAKey) Verify(message, signature []byte) error {
	if err := k.checkDomain(signature); err != nil {
		return err
	}
	if err := checkMessage(message); err != nil {
		return err
	}
	if err := k.client().Verify(message, signature); err != nil {
		return errors.New("signature does not fit the message")
	}
	return nil
}

// checkDomain checks that a signature is a number s of |n| bytes, 0 < s < n.
func (k RSAKey) checkDomain(signature []byte) error {
	if _, err := k.number(signature); err != nil {
		return fmt.Errorf("signature %w: %w", ErrDomain, err)
	}
	return nil
}

// number reads a number of |n| bytes, from 1 to n−1.
func (k RSAKey) number(b []byte) (*big.Int, error) {
	in := &reader{left: b}
	v := in.below("number", k.n)
	return v, in.end()
}

// CheckTranscript checks that the offer is empty, the challenge c a number of |n|
// bytes, 0 < c < n, and the answer s as well, with s^e = c modulo n.
func (k RSAKey) CheckTranscript(offer, challenge, answer []byte) error {
	if len(offer) != 0 {
		return fmt.Errorf("offer of %d bytes, want none", len(offer))
	}
	if challenge == nil && answer == nil {
		return nil
	}
	blinded, err := k.number(challenge)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrChallenge, err)
	}
	if answer == nil {
		return nil
	}
	root, err := k.number(answer)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if root.Exp(root, big.NewInt(publicExponent), k.n).Cmp(blinded) != 0 {
		return errors.New("answer is not the challenge's root")
	}
	return nil
}

// Blind begins a user's side of a session for a signature on message.
func (k RSAKey) Blind(random io.Reader, message []byte) Blinding {
	return &rsaBlinding{key: k, random: random, message: message}
}

// rsaBlinding is a user's side of a session.
type rsaBlinding struct {
	hidden
	key       RSAKey
	random    io.Reader
	message   []byte
	challenge []byte
	state     blindrsa.State
}

// Challenge returns the blinded message, |n| bytes (RFC 9474, section 4.2).
func (b *rsaBlinding) Challenge(offer []byte) ([]byte, error) {
	if b.challenge != nil {
		return nil, errors.New("blinding has a session")
	}
	if err := checkMessage(b.message); err != nil {
		return nil, err
	}
	if err := b.key.CheckTranscript(offer, nil, nil); err != nil {
		return nil, err
	}
	challenge, state, err := b.key.client().Blind(b.random, b.message)
	if err != nil {
		return nil, fmt.Errorf("blinding: %w", err)
	}
	b.challenge, b.state = challenge, state
	return challenge, nil
}

// Finish returns the signature, |n| bytes (RFC 9474, section 4.4).
func (b *rsaBlinding) Finish(answer []byte) ([]byte, error) {
	if b.challenge == nil {
		return nil, errors.New("blinding has no session")
	}
	if err := b.key.CheckTranscript(nil, b.challenge, answer); err != nil {
		return nil, err
	}
	signature, err := b.key.client().Finalize(b.state, answer)
	if err != nil {
		return nil, fmt.Errorf("taking the blinding off: %w", err)
	}
	return signature, nil
}

// RSASigner is a mixer with an RSA key. It holds secrets.
type RSASigner struct {
	hidden
	key    RSAKey
	signer blindrsa.Signer
}

var _ Issuer = (*RSASigner)(nil)

// NewRSASigner draws a key of a length in bits from random, and proves it for who, the
// mixer's key. It fails for a length outside 256 … 16384, or if random fails.
func NewRSASigner(random io.Reader, eid [32]byte, bits int, who []byte) (*RSASigner, error) {
	p, q, err := drawPrimes(random, bits)
	if err != nil {
		return nil, err
	}
	key := RSAKey{n: new(big.Int).Mul(p, q), roots: proveRoots(eid, p, q, who)}
	private := &rsa.PrivateKey{
		PublicKey: *key.public(),
		D:         new(big.Int).ModInverse(big.NewInt(publicExponent), phi(p, q)),
		Primes:    []*big.Int{p, q},
	}
	return &RSASigner{key: key, signer: blindrsa.NewSigner(private)}, nil
}

// Key returns the public key with its proof, which the mixer publishes.
func (s *RSASigner) Key() RSAKey { return s.key }

// Open begins a session. It draws nothing, since the offer is empty.
func (s *RSASigner) Open(io.Reader) (Session, error) { return &rsaSession{s: s}, nil }

// rsaSession is a [Session] of a mixer with an RSA key.
type rsaSession struct {
	hidden
	s        *RSASigner
	mu       sync.Mutex
	answered bool
}

// Offer returns no bytes.
func (o *rsaSession) Offer() []byte { return []byte{} }

// Answer returns the e-th root of the blinded message (RFC 9474, section 4.3).
func (o *rsaSession) Answer(challenge []byte) ([]byte, error) {
	if _, err := o.s.key.number(challenge); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChallenge, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.answered {
		return nil, errors.New("session has been answered")
	}
	o.answered = true
	return o.s.signer.BlindSign(challenge)
}
