package election

import (
	"errors"
	"fmt"

	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
)

// grouped is a group, or what is wrong with its modulus.
type grouped struct {
	group *mixing.Group
	err   error
}

// Group returns the group of the manager's modulus, or what is wrong with the
// modulus. Computed once, which takes seconds.
func (m *ExchangeLog) Group() (*mixing.Group, error) {
	g := remember(m.e.answers, m.makeGroup, []byte("group"), m.Manager)
	return g.group, g.err
}

// makeGroup computes [ExchangeLog.Group].
func (m *ExchangeLog) makeGroup() grouped {
	p := m.e.Policy.Mixing
	switch {
	case p.Scheme != lang.SchemeGroupBlind:
		return grouped{nil, fmt.Errorf("mixing %s has no group", p.Scheme)}
	case m.Manager == nil:
		return grouped{nil, errors.New("there is no modulus on the board")}
	}
	modulus, err := mixing.DecodeModulus(m.Manager)
	if err != nil {
		return grouped{nil, err}
	}
	if err := modulus.Check(m.e.EID, p.Modulus); err != nil {
		return grouped{nil, err}
	}
	group, err := mixing.NewGroup(m.e.EID, modulus, p.Rounds)
	return grouped{group, err}
}

// schemed is the verifier of an issuer's signatures, or what is wrong with its key.
type schemed struct {
	verifier mixing.Verifier
	member   mixing.Member // of a group
	err      error
}

// SchemeOf returns the verifier of an issuer's sessions and signatures: the group, or
// the mixer's RSA key. It returns an error where the key that the mixer announced is
// invalid. Computed once.
func (m *ExchangeLog) SchemeOf(i *Issuer) (mixing.Verifier, error) {
	s := m.scheme(i)
	return s.verifier, s.err
}

func (m *ExchangeLog) scheme(i *Issuer) schemed {
	return remember(m.e.answers, func() schemed { return m.makeScheme(i) },
		[]byte("scheme"), m.Manager, mixing.Who(i.Mixer.Key, uint32(i.Number)), i.Text)
}

// makeScheme computes [ExchangeLog.SchemeOf].
func (m *ExchangeLog) makeScheme(i *Issuer) schemed {
	if m.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		key, err := mixing.DecodeRSAKey(i.Text)
		if err == nil {
			err = key.Check(m.e.EID, i.Mixer.Key[:], m.e.Policy.Mixing.Modulus)
		}
		return schemed{verifier: key, err: err}
	}
	group, err := m.Group()
	if err != nil {
		return schemed{err: err}
	}
	member, err := mixing.DecodeMember(i.Text)
	if err == nil {
		err = group.CheckMember(member, mixing.Who(i.Mixer.Key, uint32(i.Number)))
	}
	return schemed{group, member, err}
}

// CheckSession checks the moves of a session that have been made. An error that
// wraps mixing.ErrChallenge is the depositor's fault. Computed once.
func (m *ExchangeLog) CheckSession(s Session) error {
	scheme, err := m.SchemeOf(s.Issuer)
	if err != nil {
		return fmt.Errorf("the issuer's key: %w", err)
	}
	data := [3][]byte{}
	parts := [][]byte{[]byte("session"), m.Manager, s.Issuer.Text}
	for i, made := range []*Move{s.Offer, s.Challenge, s.Answer} {
		parts = append(parts, nil)
		if made != nil {
			data[i] = made.Data
			parts[len(parts)-1] = append([]byte{1}, made.Data...)
		}
	}
	if m.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		data[0] = []byte{}
	}
	return remember(m.e.answers, func() error { return scheme.CheckTranscript(data[0], data[1], data[2]) }, parts...)
}

// VerifyVoucher verifies a voucher's signature over its message, by the group or by
// the issuer that it names. Errors about the signature's parts alone wrap
// mixing.ErrDomain. Computed once.
func (m *ExchangeLog) VerifyVoucher(v *Voucher) error {
	message := board.VoucherMessage(m.e.EID, v.By, v.Mixer.Key)
	key := []byte(nil)
	if v.Issuer != nil {
		key = v.Issuer.Text
	}
	return remember(m.e.answers, func() error {
		scheme, err := m.schemeFor(v)
		if err != nil {
			return err
		}
		return scheme.Verify(message[:], v.Signature)
	}, []byte("voucher"), m.Manager, key, message[:], v.Signature)
}

// schemeFor returns the verifier of a voucher's signature.
func (m *ExchangeLog) schemeFor(v *Voucher) (mixing.Verifier, error) {
	if v.Issuer == nil {
		return m.Group()
	}
	return m.SchemeOf(v.Issuer)
}

// verifyOpened verifies the manager's proof that an issuer signed a voucher. Computed
// once.
func (m *ExchangeLog) verifyOpened(v *Voucher, i *Issuer, proof []byte) error {
	group, err := m.Group()
	if err != nil {
		return err
	}
	s := m.scheme(i)
	if s.err != nil {
		return s.err
	}
	who := mixing.Who(i.Mixer.Key, uint32(i.Number))
	return remember(m.e.answers, func() error { return group.VerifyOpened(proof, s.member, who, v.Signature, v.ID) },
		[]byte("opened"), m.Manager, i.Text, who, v.Signature, v.ID[:], proof)
}
