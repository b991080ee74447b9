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

// ruling is an answer that takes time, computed once.
type ruling struct {
	once sync.Once
	err  error
}

// ReuseExchangeLog takes an exchange that has been read and judged before, if it is of
// the same board: what took minutes need not be computed again.
func (s *Setup) ReuseExchangeLog(m *ExchangeLog) {
	if s.ExchangeLog != nil && m != nil && s.ExchangeLog.Head != [32]byte{} && s.ExchangeLog.Head == m.Head &&
		s.e.EID == m.e.EID && s.e.ContractHash == m.e.ContractHash {
		s.ExchangeLog = m
	}
}

// Group returns the group that the manager's modulus gives, or what is wrong
// with the modulus. It is built once, which takes seconds.
func (m *ExchangeLog) Group() (*mixing.Group, error) {
	m.grouping.Do(func() { m.group, m.noGroup = m.makeGroup() })
	return m.group, m.noGroup
}

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

// SchemeOf returns what judges the sessions of a mixer and the signatures that
// it issues, the group or its own RSA key, and what is wrong with the key that
// the mixer announced. With a wrong key nobody should have to do, but sessions
// can still be judged where there is a scheme. It is computed once.
func (m *ExchangeLog) SchemeOf(x *Mixer) (mixing.Verifier, error) {
	x.keying.Do(func() { x.scheme, x.schemeErr = m.makeScheme(x) })
	return x.scheme, x.schemeErr
}

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
	return group, group.CheckMember(member, x.Key[:])
}

// CheckIssue tells whether a deposit was issued for by an answer that fits offer and
// challenge. An error that wraps mixing.ErrChallenge is the depositor's fault.
// An answer is judged once, and by any number of callers side by side.
func (m *ExchangeLog) CheckIssue(d *Deposit) error {
	if d.Answer == nil {
		return errors.New("it was not issued for")
	}
	d.once.Do(func() { d.err = m.CheckSession(d.Mixer, d.Session) })
	return d.err
}

// CheckSession judges the moves of a session that have been made.
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

// VerifyVoucher tells whether a voucher carries a signature over its message, by the
// group or by the mixer that it names as its issuer. Errors about the
// signature's parts alone wrap mixing.ErrDomain. A voucher is judged once, and
// by any number of callers side by side.
func (m *ExchangeLog) VerifyVoucher(v *Voucher) error {
	v.once.Do(func() { v.err = m.verifyVoucher(v) })
	return v.err
}

func (m *ExchangeLog) verifyVoucher(v *Voucher) error {
	scheme, err := m.schemeFor(v)
	if err != nil {
		return err
	}
	message := board.VoucherMessage(m.e.EID, v.By, v.Mixer.Key, v.Nonce)
	return scheme.Verify(message[:], v.Signature)
}

// schemeFor returns what a voucher's signature must verify by.
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

// IssuerOf is the mixer that a voucher names, or nil.
func (m *ExchangeLog) IssuerOf(v *Voucher) *Mixer {
	if len(v.Issuer) != curve.PointSize {
		return nil
	}
	return m.mixers[curve.PublicKey(v.Issuer)]
}
