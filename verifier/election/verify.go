package election

import (
	"errors"
	"fmt"
	"sync"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
)

// memo is an error or nil that is computed once, by the first of any number of
// concurrent callers.
type memo struct {
	once sync.Once
	err  error
}

// get returns the answer, computed by the first caller's function.
func (m *memo) get(compute func() error) error {
	m.once.Do(func() { m.err = compute() })
	return m.err
}

// ReuseExchangeLog replaces the log by that of an earlier setup, with its cached
// results, if an anchor had closed it at the same board. Verifying again would take
// minutes.
func (s *Setup) ReuseExchangeLog(m *ExchangeLog) {
	if s.ExchangeLog != nil && m != nil && s.ExchangeLog.Head != [32]byte{} && s.ExchangeLog.Head == m.Head &&
		s.e.EID == m.e.EID && s.e.ContractHash == m.e.ContractHash {
		s.ExchangeLog = m
	}
}

// Group returns the group of the manager's modulus, or what is wrong with the
// modulus. Computed once, which takes seconds.
func (m *ExchangeLog) Group() (*mixing.Group, error) { return m.group() }

// makeGroup computes [ExchangeLog.Group].
func (m *ExchangeLog) makeGroup() (*mixing.Group, error) {
	p := m.e.Policy.Mixing
	switch {
	case p.Scheme != lang.SchemeGroupBlind:
		return nil, fmt.Errorf("mixing %s has no group", p.Scheme)
	case m.Manager == nil:
		return nil, errors.New("there is no modulus on the board")
	}
	modulus, err := mixing.DecodeModulus(m.Manager)
	if err != nil {
		return nil, err
	}
	if err := modulus.Check(m.e.EID, p.Modulus); err != nil {
		return nil, err
	}
	return mixing.NewGroup(m.e.EID, modulus, p.Rounds)
}

// SchemeOf returns the verifier of a mixer's sessions and signatures: the group, or
// the mixer's RSA key. If the key that the mixer announced is invalid, it returns an
// error, and also a verifier if the key decodes: it is for past sessions.
// Computed once.
func (m *ExchangeLog) SchemeOf(x *Mixer) (mixing.Verifier, error) { return x.scheme() }

// makeScheme computes [ExchangeLog.SchemeOf].
func (m *ExchangeLog) makeScheme(x *Mixer) (mixing.Verifier, error) {
	if m.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		key, err := mixing.DecodeRSAKey(x.Announced)
		if err != nil {
			return nil, err
		}
		return key, key.Check(m.e.EID, x.Key[:], m.e.Policy.Mixing.Modulus)
	}
	group, err := m.Group()
	if err != nil {
		return nil, err
	}
	member, err := mixing.DecodeMember(x.Announced)
	if err != nil {
		return nil, err
	}
	return group, group.CheckMember(member, mixing.Who(x.Key, 1))
}

// CheckIssue returns nil if the newest session of a deposit has an answer that fits
// offer and challenge. An error that wraps mixing.ErrChallenge is the depositor's
// fault. Computed once.
func (m *ExchangeLog) CheckIssue(d *Deposit) error {
	if d.Answer == nil {
		return errors.New("it was not issued for")
	}
	return d.issue.get(func() error { return m.CheckSession(d.Mixer, d.Session) })
}

// CheckSession checks the moves of a session that have been made. An error that
// wraps mixing.ErrChallenge is the depositor's fault.
func (m *ExchangeLog) CheckSession(x *Mixer, s Session) error {
	scheme, err := m.SchemeOf(x)
	if scheme == nil {
		return fmt.Errorf("the mixer's key: %w", err)
	}
	var data [3][]byte
	for i, made := range []*Move{s.Offer, s.Challenge, s.Answer} {
		if made != nil {
			data[i] = made.Data
		}
	}
	return scheme.CheckTranscript(data[0], data[1], data[2])
}

// VerifyVoucher verifies a voucher's signature over its message, by the group or by
// the mixer that it names as its issuer. Errors about the signature's parts alone
// wrap mixing.ErrDomain. Computed once, unless [Voucher.Dismiss] came before.
func (m *ExchangeLog) VerifyVoucher(v *Voucher) error {
	return v.verified.get(func() error { return m.verifySignature(v) })
}

// verifySignature computes [ExchangeLog.VerifyVoucher].
func (m *ExchangeLog) verifySignature(v *Voucher) error {
	scheme, err := m.schemeFor(v)
	if err != nil {
		return err
	}
	message := board.VoucherMessage(m.e.EID, v.By, v.Mixer.Key, v.Nonce)
	return scheme.Verify(message[:], v.Signature)
}

// schemeFor returns the verifier of a voucher's signature.
func (m *ExchangeLog) schemeFor(v *Voucher) (mixing.Verifier, error) {
	if m.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind {
		if len(v.Issuer) > 0 {
			return nil, errors.New("the voucher names its issuer, which the group hides")
		}
		return m.Group()
	}
	x := m.IssuerOf(v)
	if x == nil {
		return nil, errors.New("the voucher names no mixer as its issuer")
	}
	scheme, err := m.SchemeOf(x)
	if scheme == nil {
		return nil, fmt.Errorf("the issuer's key: %w", err)
	}
	return scheme, nil
}

// IssuerOf returns the mixer that a voucher names as its issuer, or nil.
func (m *ExchangeLog) IssuerOf(v *Voucher) *Mixer {
	if len(v.Issuer) != curve.PointSize {
		return nil
	}
	return m.mixers[curve.PublicKey(v.Issuer)]
}
