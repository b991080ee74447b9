package mixing

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"

	"bevote/internal/cores"
)

// Signer is a member of a group, which can sign after [Signer.Accept]. It holds
// secrets.
type Signer struct {
	hidden
	g      *Group
	x, y   *big.Int // y = a^x mod n
	w      *big.Int // (y+δ)^(1/e) mod n; nil before Accept
	member Member
}

var _ Issuer = (*Signer)(nil)

// NewSigner draws a secret x < 2^512 from random, and proves its membership key for
// [Who] it is of. Its error is that of random.
func (g *Group) NewSigner(random io.Reader, who []byte) (*Signer, error) {
	x, err := drawBelow(random, new(big.Int).Lsh(one, secretBits))
	if err != nil {
		return nil, err
	}
	s := &Signer{g: g, x: x, y: g.ofA.power(x)}
	s.member, err = g.proveMember(random, s.x, s.y, who)
	return s, err
}

// Member returns the membership key with its proof, which the mixer publishes.
func (s *Signer) Member() Member { return s.member }

// Request returns y, |n| bytes, for [Manager.Admit]. It identifies all signatures of
// the member.
func (s *Signer) Request() []byte { return s.y.FillBytes(make([]byte, size(s.g.n))) }

// Accept takes the manager's certificate w, |n| bytes, and refuses it unless
// w^e = y + δ modulo n.
func (s *Signer) Accept(certificate []byte) error {
	in := &reader{left: certificate}
	w := in.below("certificate", s.g.n)
	if err := in.end(); err != nil {
		return err
	}
	want := new(big.Int).Add(s.y, s.g.delta)
	if s.g.modN.power(w, s.g.e).Cmp(want.Mod(want, s.g.n)) != 0 || !isUnit(w, s.g.n) {
		return errors.New("certificate is not for this member")
	}
	s.w = w
	return nil
}

// session is a [Session] of a member of a group.
type session struct {
	hidden
	s       *Signer
	secrets answers // r_i and r'_i; after Answer t_i and u_i
	offer   []byte

	mu       sync.Mutex
	answered bool
}

// Open begins a session with secrets drawn from random: units r and r'_i modulo n,
// and 2^512 ≤ r_i < 2^640. It fails before [Signer.Accept], or if random fails.
func (s *Signer) Open(random io.Reader) (Session, error) {
	if s.w == nil {
		return nil, errors.New("member has no certificate")
	}
	r, err := drawUnit(random, s.g.n)
	if err != nil {
		return nil, err
	}
	open := &session{s: s}
	for range s.g.rounds {
		log, err := drawBetween(random, secretBits, nonceBits)
		if err != nil {
			return nil, err
		}
		root, err := drawUnit(random, s.g.n)
		if err != nil {
			return nil, err
		}
		open.secrets.logs, open.secrets.roots = append(open.secrets.logs, log), append(open.secrets.roots, root)
	}
	open.offer = s.offer(r, open.secrets)
	return open, nil
}

// offer is the first move, |n| + 8 bytes each:
//
//	g̃ = g^r     z̃ = g̃^y     P_i = g̃^(a^r_i)     P'_i = g̃^(r'_i^e)     i = 1 … l
//
// All are computed as powers of g, by its table.
func (s *Signer) offer(r *big.Int, secrets answers) []byte {
	exponents := append(s.g.exponents(secrets), one, s.y)
	elements := make([]*big.Int, len(exponents))
	cores.Each(len(elements), func(i int) { elements[i] = s.g.ofG.power(s.g.modN.times(r, exponents[i])) })
	commitments, head := elements[:2*s.g.rounds], elements[2*s.g.rounds:]
	return s.g.elements(s.g.elements(nil, head...), commitments...)
}

// Offer returns the first move, g̃ ‖ z̃ ‖ P_1 … P_l ‖ P'_1 … P'_l.
func (o *session) Offer() []byte { return o.offer }

// Answer returns the third move, t_1 … t_l of 80 bytes and u_1 … u_l of |n| bytes:
//
//	bit i of the challenge is 0:   t_i = r_i       u_i = r'_i
//	bit i of the challenge is 1:   t_i = r_i − x   u_i = r'_i/w mod n
func (o *session) Answer(challenge []byte) ([]byte, error) {
	if err := checkChallenge(challenge, o.s.g.rounds); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChallenge, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.answered {
		return nil, errors.New("session has been answered")
	}
	o.answered = true
	inverse := new(big.Int).ModInverse(o.s.w, o.s.g.n)
	for i := range o.s.g.rounds {
		if bit(challenge, i) {
			o.secrets.logs[i].Sub(o.secrets.logs[i], o.s.x)
			o.secrets.roots[i] = o.s.g.modN.times(o.secrets.roots[i], inverse)
		}
	}
	return o.s.g.encodeAnswers(nil, o.secrets, nonceSize), nil
}
