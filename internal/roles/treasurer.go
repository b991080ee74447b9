package roles

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Treasurer is the supervisor's side of the exchange: it certifies the group of mixers, signs their
// sweeps, repays them, and pays the coins that they did not pay.
type Treasurer struct {
	s       *Supervisor
	manager *mixing.Manager   // nil with blind RSA
	members []curve.PublicKey // the admitted mixers, in the order of their admission
	names   []string          // of members

	sweeps  map[int]*wire.MsgTx // as signed, by the line of the mixer's sweep; nil where refused
	tried   map[int]uint32      // the tip at which each was sent
	retries retries
}

// NewTreasurer returns the treasurer of an election that mixes. With group signatures it draws the
// group, which takes seconds.
func NewTreasurer(s *Supervisor) (*Treasurer, error) {
	t := &Treasurer{
		s: s, sweeps: make(map[int]*wire.MsgTx), tried: make(map[int]uint32), retries: make(retries),
	}
	switch p := s.e.Policy.Mixing; p.Scheme {
	case lang.SchemeNone:
		return nil, errors.New("nothing is mixed in this election")
	case lang.SchemeGroupBlind:
		var err error
		if t.manager, err = mixing.NewManager(s.seed.draw("manager", s.e.EID[:]), s.e.EID, p.Modulus); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Format writes the public key in place of the treasurer, which holds the manager's secrets.
func (t Treasurer) Format(f fmt.State, verb rune) { t.s.Format(f, verb) }

// Announce writes the line with the group's modulus. With blind RSA there is none.
func (t *Treasurer) Announce() ([]board.Line, error) {
	if t.manager == nil {
		return nil, nil
	}
	line, err := t.s.write(board.Manager{Modulus: t.manager.Modulus().Bytes()})
	return []board.Line{line}, err
}

// Admit checks the line with which a mixer announces itself, and with group signatures certifies the
// mixer for its request ([Mixer.Request]). The certificate is for the mixer alone; with blind RSA it
// is nil. Mixers are admitted up to the policy's number.
func (t *Treasurer) Admit(
	view *election.ExchangeLog, announcement board.Line, request []byte,
) (certificate []byte, err error) {
	var b board.Mixer
	if err := board.DecodeBody(announcement, &b); err != nil {
		return nil, err
	}
	p, by := t.s.e.Policy.Mixing, announcement.By
	is := func(m lang.Named) bool { return m.Name == b.Name && m.Key == by }
	counts, announced := view.AnnouncementOf(by)
	switch {
	case !announcement.Verify(t.s.e.EID):
		return nil, fmt.Errorf("mixer %s did not sign its announcement", b.Name)
	case len(p.Named) > 0 && !slices.ContainsFunc(p.Named, is):
		return nil, fmt.Errorf("the policy does not name mixer %s", b.Name)
	case !announced || counts.Name != b.Name || !bytes.Equal(counts.Key, b.Key):
		return nil, fmt.Errorf("mixer %s: this is not its announcement that counts", b.Name)
	case slices.Contains(t.names, b.Name):
		return nil, fmt.Errorf("there is a mixer %s", b.Name)
	case slices.Contains(t.members, by):
		return nil, fmt.Errorf("mixer %s is admitted already", b.Name)
	case len(t.members) >= p.Mixers:
		return nil, fmt.Errorf("all %d mixers are admitted", p.Mixers)
	}
	if certificate, err = t.certify(view, by, b.Key, request); err != nil {
		return nil, fmt.Errorf("mixer %s: %w", b.Name, err)
	}
	t.members, t.names = append(t.members, by), append(t.names, b.Name)
	return certificate, nil
}

// certify checks a mixer's key and certifies a member of the group.
func (t *Treasurer) certify(view *election.ExchangeLog, by curve.PublicKey, key, request []byte) ([]byte, error) {
	if t.manager == nil {
		k, err := mixing.DecodeRSAKey(key)
		if err != nil {
			return nil, err
		}
		return nil, k.Check(t.s.e.EID, by[:], t.s.e.Policy.Mixing.Modulus)
	}
	group, err := view.Group()
	if err != nil {
		return nil, err
	}
	member, err := mixing.DecodeMember(key)
	if err != nil {
		return nil, err
	}
	who := mixing.Who(by, 1)
	if err := group.CheckMember(member, who); err != nil {
		return nil, err
	}
	return t.manager.Admit(who, key, request)
}

// Mixers returns the keys of the admitted mixers, for [Registrar.Publish].
func (t *Treasurer) Mixers() []curve.PublicKey { return slices.Clone(t.members) }

// Issuer returns the mixer that signed a voucher. With group signatures this takes the manager's
// secrets. If there are more vouchers than deposits, it shows which mixers signed too many.
func (t *Treasurer) Issuer(view *election.ExchangeLog, v *election.Voucher) (*election.Mixer, error) {
	if err := view.VerifyVoucher(v); err != nil {
		return nil, fmt.Errorf("the voucher is not valid: %w", err)
	}
	if t.manager == nil {
		return view.MixerOf(curve.PublicKey(v.Issuer)), nil
	}
	who, ok := t.manager.Opens(v.Signature)
	if !ok {
		return nil, errors.New("no member of the group signed the voucher")
	}
	return view.MixerOf(curve.PublicKey(who[:curve.PointSize])), nil
}

// Act does what is due, as [Mixer.Act]: it signs sweeps, pays late coins after T5, repays the mixers
// once the sweeps are in the chain, and writes the account once the repayments are.
func (t *Treasurer) Act(x *election.Exchange) (lines []board.Line, err error) {
	t.s.wallet.reserved = x.IsTail
	if x.Registry == nil || x.Settled != nil {
		return nil, nil
	}
	t.helpSweep(x)
	if t.s.tip() <= x.Deadlines[election.T5] {
		return nil, nil
	}
	if lines, err = t.payLate(x); err != nil {
		return nil, err
	}
	account, err := t.settle(x)
	return append(lines, account...), err
}

// isLastTip reports whether a line written at a later tip would miss the roll's anchor.
func (t *Treasurer) isLastTip() bool { return t.s.tip()+1 >= t.s.e.Policy.Times.Roll }
