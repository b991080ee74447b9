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
)

// Treasurer is the supervisor's side of the exchange: it certifies the group of mixers, opens vouchers
// where there are too many, sweeps deposits, pays the coins that mixers did not pay, and repays the
// mixers.
type Treasurer struct {
	s        *Supervisor
	manager  *mixing.Manager         // nil with blind RSA
	admitted []admission             // in their order
	store    func(line []byte) error // nil where nothing is stored
	opened   map[[32]byte][]byte     // who signed a voucher, by its line: to keep it saves time only
}

// NewTreasurer returns the treasurer of an election that mixes, which keeps what it admits in memory, as
// rehearsals do. A live treasurer needs [OpenTreasurer]. With group signatures it draws the group, which
// takes seconds.
func NewTreasurer(s *Supervisor) (*Treasurer, error) {
	t := &Treasurer{s: s, opened: make(map[[32]byte][]byte)}
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

// Admit checks the line with which a mixer announces itself, and with group signatures certifies the
// mixer's keys for its requests ([Mixer.Requests]). The certificates are for the mixer alone, and the same
// when it asks again; with blind RSA there are none. Mixers are admitted up to the policy's number.
func (t *Treasurer) Admit(
	view *election.ExchangeLog, announcement board.Line, requests [][]byte,
) (certificates [][]byte, err error) {
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
	case !announced || counts.Name != b.Name || !sameKeys(counts.Keys, b.Keys):
		return nil, fmt.Errorf("mixer %s: this is not its announcement that counts", b.Name)
	case len(t.admitted) >= p.Mixers && !t.isAdmitted(by):
		return nil, fmt.Errorf("all %d mixers are admitted", p.Mixers)
	}
	a := admission{Key: by, Name: b.Name, Keys: b.Keys}
	for i, key := range b.Keys {
		if err := t.check(view, by, i+1, key); err != nil {
			return nil, fmt.Errorf("mixer %s, key %d: %w", b.Name, i+1, err)
		}
	}
	for _, request := range requests {
		a.Requests = append(a.Requests, request)
	}
	return t.enter(a)
}

// isAdmitted reports whether the mixer with a key is admitted.
func (t *Treasurer) isAdmitted(key curve.PublicKey) bool {
	return slices.ContainsFunc(t.admitted, func(a admission) bool { return a.Key == key })
}

func sameKeys(a, b []board.Bytes) bool {
	return slices.EqualFunc(a, b, func(x, y board.Bytes) bool { return bytes.Equal(x, y) })
}

// check checks a mixer's key by its number, from 1.
func (t *Treasurer) check(view *election.ExchangeLog, mixer curve.PublicKey, number int, key []byte) error {
	if t.manager == nil {
		k, err := mixing.DecodeRSAKey(key)
		if err != nil {
			return err
		}
		return k.Check(t.s.e.EID, mixer[:], t.s.e.Policy.Mixing.Modulus)
	}
	group, err := view.Group()
	if err != nil {
		return err
	}
	member, err := mixing.DecodeMember(key)
	if err != nil {
		return err
	}
	return group.CheckMember(member, mixing.Who(mixer, uint32(number)))
}

// Mixers returns the keys of the admitted mixers, for [Registrar.Acts].
func (t *Treasurer) Mixers() (keys []curve.PublicKey) {
	for _, a := range t.admitted {
		keys = append(keys, a.Key)
	}
	return keys
}

// Issuer returns the key that signed a voucher. With group signatures this takes the manager's
// secrets.
func (t *Treasurer) Issuer(x *election.Exchange, v *election.Voucher) (*election.Issuer, error) {
	if err := x.VerifyVoucher(v); err != nil {
		return nil, fmt.Errorf("the voucher is not valid: %w", err)
	}
	if t.manager == nil {
		return v.Issuer, nil
	}
	who, known := t.opened[v.ID]
	if !known {
		if who, known = t.manager.Opens(v.Signature); !known {
			return nil, errors.New("no member of the group signed the voucher")
		}
		t.opened[v.ID] = who
	}
	for _, i := range x.Issuers() {
		if bytes.Equal(mixing.Who(i.Mixer.Key, uint32(i.Number)), who) {
			return i, nil
		}
	}
	return nil, errors.New("the member that signed the voucher is not in the registry")
}

// Takes reports whether the board's server takes a voucher: it is valid, and with those before it its
// issuer shows at most one more than its deposits.
func (t *Treasurer) Takes(x *election.Exchange, v *election.Voucher) bool {
	if !x.Takes(v) || x.VerifyVoucher(v) != nil {
		return false
	}
	by, err := t.Issuer(x, v)
	if err != nil {
		return false
	}
	shown := 0
	for _, other := range x.Vouchers {
		if i, err := t.Issuer(x, other); err == nil && i == by {
			shown++
		}
	}
	return shown <= x.Due(by)+1
}

// Acts returns what is due of the treasurer by a view. It chooses outputs of the blocks that the
// supervisor's Watch was given, which are to be those of the view.
//
//	manager                  with group signatures, before `register by`
//	opened                   with group signatures, from `voucher by` on, before the anchor
//	sweeps                   once the anchor of the vouchers is deep
//	late coins, repayments   from `payout by`, deep, until `roll by`
func (t *Treasurer) Acts(view *View) ([]Act, error) {
	return actsOf(view, t.announce, t.open, t.sweep, t.payments)
}

// Modulus returns the group's modulus as it is published, nil with blind RSA.
func (t *Treasurer) Modulus() []byte {
	if t.manager == nil {
		return nil
	}
	return t.manager.Modulus().Bytes()
}

// announce writes the line with the group's modulus.
func (t *Treasurer) announce(view *View) ([]Act, error) {
	by := t.s.e.Policy.Times.Register
	if t.manager == nil || view.Exchange.Manager != nil || !view.Exchange.Phases.Closed(election.Announce) || view.Tip >= by {
		return nil, nil
	}
	return lineActs(&t.s.participant, view, "manager", by, board.Manager{Modulus: t.Modulus()})
}

// open writes the manager's line at the end of the phase of the vouchers: of each member key that showed
// more than its deposits, the proofs that it did. With blind RSA there is no line.
func (t *Treasurer) open(view *View) ([]Act, error) {
	x, p := view.Exchange, t.s.e.Policy
	if t.manager == nil || view.ended() || view.Tip < p.Times.Voucher || x.OpenedLine > 0 ||
		x.Phases.Closed(election.VouchersClosed) || !x.Phases.Closed(election.IssuesClosed) {
		return nil, nil
	}
	body, err := t.openings(view.Closing().Exchange)
	if err != nil {
		return nil, err
	}
	return lineActs(&t.s.participant, view, "opened", p.Times.Voucher+p.Grace, body)
}

// openings is what the manager writes of an exchange whose vouchers are closed.
func (t *Treasurer) openings(x *election.Exchange) (body board.OpenedVouchers, err error) {
	by := make(map[*election.Issuer][]*election.Voucher)
	for _, v := range x.Vouchers {
		if !x.Takes(v) || x.VerifyVoucher(v) != nil {
			continue
		}
		i, err := t.Issuer(x, v)
		if err != nil {
			return body, err
		}
		by[i] = append(by[i], v)
	}
	for _, i := range x.Issuers() {
		if len(by[i]) <= x.Due(i) {
			continue
		}
		for _, v := range by[i] {
			proof, err := t.manager.ProveOpened(v.Signature, v.ID)
			if err != nil {
				return body, err
			}
			body.Vouchers = append(body.Vouchers, board.OpenedVoucher{Voucher: v.N, Mixer: i.Mixer.Key, Key: i.Number, Proof: proof})
		}
	}
	return body, nil
}
