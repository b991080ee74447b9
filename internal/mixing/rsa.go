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

// variant is RSABSSA-SHA384-PSS-Deterministic: messages are hashes with a nonce
// of their user's in them, and the proof in RSAKey shows the blinding perfect,
// so nothing need be put before them.
const variant = blindrsa.SHA384PSSDeterministic

// RSAKey is a mixer's public key for blind RSA signatures (RFC 9474), with the
// proof that the mixer knows its factors and that gcd(e·n, φ(n)) = 1: then
// every number has one e-th root, and a blinded message says nothing.
type RSAKey struct {
	n     *big.Int
	roots []*big.Int // rootCount roots of degree e·n
}

var _ Verifier = RSAKey{}

// Bytes returns u32 |n| ‖ n ‖ 8 roots, each as long as n.
func (k RSAKey) Bytes() []byte {
	out := curve.Encoder(nil).Text(k.n.Bytes())
	for _, v := range k.roots {
		out = append(out, v.FillBytes(make([]byte, size(k.n)))...)
	}
	return out
}

// DecodeRSAKey reads what Bytes writes. It does not check the proof.
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

// Check verifies the key's length and who's proof of it, as Modulus.Check does:
// roots of degree e·n cannot be had from blind signatures, which are of
// degree e.
func (k RSAKey) Check(eid [32]byte, who []byte, bits int) error {
	switch {
	case k.n == nil:
		return errors.New("no key")
	case k.n.BitLen() != bits:
		return fmt.Errorf("key of %d bits, want %d", k.n.BitLen(), bits)
	case hasSmallFactor(k.n):
		return errors.New("key has a factor below 65537")
	}
	return checkRoots(eid, k.n, who, k.roots)
}

func (k RSAKey) public() *rsa.PublicKey { return &rsa.PublicKey{N: k.n, E: publicExponent} }

func (k RSAKey) client() blindrsa.Client {
	c, err := blindrsa.NewClient(variant, k.public())
	if err != nil {
		panic("mixing: " + err.Error()) // only for another variant
	}
	return c
}

// Verify checks a signature: RSASSA-PSS with SHA-384 and a salt of 48 bytes.
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

// checkDomain checks that a signature is a number below n, as long as n.
func (k RSAKey) checkDomain(signature []byte) error {
	if _, err := k.number(signature); err != nil {
		return fmt.Errorf("signature %w: %w", ErrDomain, err)
	}
	return nil
}

func (k RSAKey) number(b []byte) (*big.Int, error) {
	in := &reader{left: b}
	v := in.below("number", k.n)
	return v, in.end()
}

// CheckTranscript checks that the offer is empty, the challenge a number below
// n, and the answer its e-th root.
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

// Blind begins to get a blind RSA signature.
func (k RSAKey) Blind(random io.Reader, message []byte) Blinding {
	return &rsaBlinding{key: k, random: random, message: message}
}

type rsaBlinding struct {
	hidden
	key       RSAKey
	random    io.Reader
	message   []byte
	challenge []byte
	state     blindrsa.State
}

// Challenge returns the blinded message.
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

// Finish takes the blinding off.
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

// RSASigner is a mixer with an RSA key of its own. It holds secrets.
type RSASigner struct {
	hidden
	key    RSAKey
	signer blindrsa.Signer
}

var _ Issuer = (*RSASigner)(nil)

// NewRSASigner draws a key of the given bits from random and proves it to be
// who's.
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

// Key returns what the mixer publishes.
func (s *RSASigner) Key() RSAKey { return s.key }

// Open begins a session. It draws nothing: the mixer has no first move.
func (s *RSASigner) Open(io.Reader) (Session, error) { return &rsaSession{s: s}, nil }

type rsaSession struct {
	hidden
	s        *RSASigner
	mu       sync.Mutex
	answered bool
}

// Offer returns no bytes.
func (o *rsaSession) Offer() []byte { return []byte{} }

// Answer returns the blinded message's e-th root.
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
