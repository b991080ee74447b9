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
	s       *Supervisor
	manager *mixing.Manager     // nil with blind RSA
	mixers  []curve.PublicKey   // the admitted mixers, in the order of their admission
	names   []string            // of mixers
	opened  map[[32]byte][]byte // who signed a voucher, by its line
	sent    sendings
}

// memberPlace is a member key of a mixer.
type memberPlace struct {
	mixer  curve.PublicKey
	number int // from 1
}

// NewTreasurer returns the treasurer of an election that mixes. With group signatures it draws the
// group, which takes seconds.
func NewTreasurer(s *Supervisor) (*Treasurer, error) {
	t := &Treasurer{s: s, opened: make(map[[32]byte][]byte), sent: make(sendings)}
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
// mixer's keys for its requests ([Mixer.Requests]). The certificates are for the mixer alone; with blind
// RSA there are none. Mixers are admitted up to the policy's number.
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
	case !announced || counts.Name != b.Name || !slices.EqualFunc(counts.Keys, b.Keys, sameBytes):
		return nil, fmt.Errorf("mixer %s: this is not its announcement that counts", b.Name)
	case slices.Contains(t.names, b.Name):
		return nil, fmt.Errorf("there is a mixer %s", b.Name)
	case slices.Contains(t.mixers, by):
		return nil, fmt.Errorf("mixer %s is admitted already", b.Name)
	case len(t.mixers) >= p.Mixers:
		return nil, fmt.Errorf("all %d mixers are admitted", p.Mixers)
	case t.manager != nil && len(requests) != len(b.Keys):
		return nil, fmt.Errorf("mixer %s: %d requests for %d keys", b.Name, len(requests), len(b.Keys))
	}
	for i, key := range b.Keys {
		certificate, err := t.certify(view, memberPlace{by, i + 1}, key, requests)
		if err != nil {
			return nil, fmt.Errorf("mixer %s, key %d: %w", b.Name, i+1, err)
		}
		if certificate != nil {
			certificates = append(certificates, certificate)
		}
	}
	t.mixers, t.names = append(t.mixers, by), append(t.names, b.Name)
	return certificates, nil
}

func sameBytes(a, b board.Bytes) bool { return bytes.Equal(a, b) }

// certify checks a mixer's key and certifies a member of the group.
func (t *Treasurer) certify(view *election.ExchangeLog, place memberPlace, key []byte, requests [][]byte) ([]byte, error) {
	if t.manager == nil {
		k, err := mixing.DecodeRSAKey(key)
		if err != nil {
			return nil, err
		}
		return nil, k.Check(t.s.e.EID, place.mixer[:], t.s.e.Policy.Mixing.Modulus)
	}
	group, err := view.Group()
	if err != nil {
		return nil, err
	}
	member, err := mixing.DecodeMember(key)
	if err != nil {
		return nil, err
	}
	if err := group.CheckMember(member, mixing.Who(place.mixer, uint32(place.number))); err != nil {
		return nil, err
	}
	return t.manager.Admit(mixing.Who(place.mixer, uint32(place.number)), key, requests[place.number-1])
}

// Mixers returns the keys of the admitted mixers, for [Registrar.Publish].
func (t *Treasurer) Mixers() []curve.PublicKey { return slices.Clone(t.mixers) }

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

// Open writes the manager's line at the end of the phase of the vouchers: of each member key that showed
// more than its deposits, the proofs that it did. The exchange is that which the anchor will close. With
// blind RSA there is no line.
func (t *Treasurer) Open(x *election.Exchange) ([]board.Line, error) {
	if t.manager == nil {
		return nil, nil
	}
	by := make(map[*election.Issuer][]*election.Voucher)
	for _, v := range x.Vouchers {
		if !x.Takes(v) || x.VerifyVoucher(v) != nil {
			continue
		}
		i, err := t.Issuer(x, v)
		if err != nil {
			return nil, err
		}
		by[i] = append(by[i], v)
	}
	var body board.OpenedVouchers
	for _, i := range x.Issuers() {
		if len(by[i]) <= x.Due(i) {
			continue
		}
		for _, v := range by[i] {
			proof, err := t.manager.ProveOpened(v.Signature, v.ID)
			if err != nil {
				return nil, err
			}
			body.Vouchers = append(body.Vouchers, board.OpenedVoucher{Voucher: v.N, Mixer: i.Mixer.Key, Key: i.Number, Proof: proof})
		}
	}
	line, err := t.s.write(body)
	return []board.Line{line}, err
}

// Act does what is due, as [Mixer.Act], and writes no lines: it sweeps deposits once the anchor of the
// vouchers is deep, pays late coins when the mixers' payments are deep after `payout by`, and repays the
// mixers when that is done.
func (t *Treasurer) Act(x *election.Exchange) ([]board.Line, error) {
	if err := t.sweep(x); err != nil {
		return nil, err
	}
	p := t.s.e.Policy
	w := window{tip: t.s.tip(), lastCoin: p.Times.Roll - p.Depth() - 4}
	if w.tip+1 < p.Times.Payout+p.Depth() || w.tip >= p.Times.Roll {
		return nil, nil
	}
	done, err := t.payLate(x, w)
	if err == nil && done {
		err = t.repay(x)
	}
	return nil, err
}
