package roles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Mixer holds deposits in escrow and issues blind signatures for them. It pays coins for the
// signatures that roll keys show, out of a wallet of its own, and the supervisor repays it.
type Mixer struct {
	payer
	name    string
	journal *Journal
	rand    io.Reader // of salts
	keys    []*memberKey
}

// memberKey is a key by which a mixer signs.
type memberKey struct {
	number    int // from 1
	announced []byte
	member    *mixing.Signer // nil with blind RSA
	issuer    mixing.Issuer  // nil until the mixer can sign
	session   *issueSession  // the newest that was made; nil before it
}

// NewMixer returns the mixer with a name and a secret key. Its signing secrets are drawn from the
// journal's seed: with the journal of an earlier one it continues where that one stopped. keys is the
// number of its member keys, of which each has one session at a time; with blind RSA it is 1.
func NewMixer(
	e *election.Election, name string, key curve.Scalar, chain Chain, rand io.Reader, journal *Journal, keys int,
) (*Mixer, error) {
	p, err := join(e, key, chain, journal.seed)
	if err != nil {
		return nil, err
	}
	is := func(m lang.Named) bool { return m.Name == name && m.Key == p.public }
	switch named, most := e.Policy.Mixing.Named, board.MaxMemberKeys; {
	case !e.Policy.Mixed():
		return nil, errors.New("nothing is mixed in this election")
	case len(named) > 0 && !slices.ContainsFunc(named, is):
		return nil, fmt.Errorf("not the key of a mixer %s of the policy", name)
	case e.Policy.Mixing.Scheme == lang.SchemeBlindRSA && keys != 1, keys < 1 || keys > most:
		return nil, fmt.Errorf("%d keys, want one with blind RSA and at most %d", keys, most)
	}
	m := &Mixer{payer: newPayer(p), name: name, rand: rand, journal: journal}
	for i := range keys {
		m.keys = append(m.keys, &memberKey{number: i + 1})
	}
	return m, nil
}

// announce is the line that announces the mixer: it accepts to hold deposits, and to pay as many coins as
// its outputs can, from the largest on. The first that stands counts. With group signatures the manager's
// modulus must be on the board, and the mixer cannot sign before Certify.
func (m *Mixer) announce(view *View) ([]Act, error) {
	x, by := view.Exchange, m.e.Policy.Times.Register
	if x.Registry != nil || view.Tip >= by {
		return nil, nil
	}
	if err := m.prepare(x.ExchangeLog); err != nil {
		return nil, err
	}
	if _, announced := x.AnnouncementOf(m.public); announced || m.keys[0].announced == nil {
		return nil, nil
	}
	from, coins := m.funds(view.Tip)
	if coins == 0 {
		return nil, errors.New("no output that is deep pays a coin")
	}
	at := election.EncodeOutpoint(from)
	body := board.Mixer{Name: m.name, Coins: coins, From: at[:]}
	for _, k := range m.keys {
		body.Keys = append(body.Keys, k.announced)
	}
	return lineActs(&m.participant, view, "mixer", by, body)
}

// funds returns the largest output, from which the mixer pays, and how many coins all outputs pay for. They
// are deep, so that no reorganisation takes them away.
func (m *Mixer) funds(tip uint32) (from wire.OutPoint, coins int) {
	p, largest, sum := m.e.Policy, int64(0), int64(0)
	for _, o := range m.wallet.spendable(tip+1, p.Depth()) {
		if sum += o.value - p.Fee*templates.P2PKHInput; o.value > largest {
			from, largest = o.op, o.value
		}
	}
	sum -= p.Fee * (templates.TxFrame + templates.P2PKHOutput) * int64(1+p.Voters/election.MaxPayouts)
	each := p.Coin() + p.Fee*templates.P2PKHOutput
	return from, int(min(max(sum/each, 0), int64(p.Voters)))
}

// prepare makes the signing keys, or makes them again after a restart: with group signatures once the
// manager's modulus is on the board.
func (m *Mixer) prepare(view *election.ExchangeLog) error {
	if m.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind && view.Manager == nil {
		return nil
	}
	for _, k := range m.keys {
		if k.announced != nil {
			continue
		}
		if err := m.makeKey(k, view); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mixer) makeKey(k *memberKey, view *election.ExchangeLog) error {
	who := mixing.Who(m.public, uint32(k.number))
	random := m.journal.seed.draw("signer", who)
	if p := m.e.Policy.Mixing; p.Scheme == lang.SchemeBlindRSA {
		s, err := mixing.NewRSASigner(random, m.e.EID, p.Modulus, m.public[:])
		if err != nil {
			return err
		}
		k.announced, k.issuer = s.Key().Bytes(), s
		return nil
	}
	group, err := view.Group()
	if err != nil {
		return fmt.Errorf("the manager's modulus: %w", err)
	}
	if k.member, err = group.NewSigner(random, who); err != nil {
		return err
	}
	k.announced = k.member.Member().Bytes()
	if known := m.journal.certificates[k.number]; known != nil {
		return k.certified(known)
	}
	return nil
}

// Requests returns what the supervisor needs to certify the mixer's keys, for the supervisor alone.
// With blind RSA there is nothing to certify, and it is nil.
func (m *Mixer) Requests() (out [][]byte) {
	for _, k := range m.keys {
		if k.member != nil {
			out = append(out, k.member.Request())
		}
	}
	return out
}

// Certify takes the supervisor's certificates, which are for the mixer alone.
func (m *Mixer) Certify(certificates [][]byte) error {
	for i, certificate := range certificates {
		if i >= len(m.keys) || m.keys[i].member == nil {
			return errors.New("a certificate for no key")
		}
		if err := m.keys[i].certified(certificate); err != nil {
			return err
		}
		if err := m.journal.write(entry{Certificate: &certified{i + 1, certificate}}); err != nil {
			return err
		}
	}
	return nil
}

// certified makes the mixer able to sign by the key.
func (k *memberKey) certified(certificate []byte) error {
	if err := k.member.Accept(certificate); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	k.issuer = k.member
	return nil
}

// Issuer returns what the mixer signs with by its first key, nil before it can sign. Sessions opened
// with it besides those of Acts give signatures without a deposit: rehearsals and tests play a cheating
// mixer so.
func (m *Mixer) Issuer() mixing.Issuer { return m.keys[0].issuer }

// Acts returns what is due of the mixer by a view. It chooses outputs of the blocks that Watch was given,
// which are to be those of the view. What a session needs is in the journal before an act is returned.
//
//	mixer         once the manager's modulus is on the board, until `register by`
//	issue         or offers and issues, from the deep anchor of `deposit by` until `issue by`
//	coins         from the deep anchor of `voucher by` until `payout by`; then they are taken back
func (m *Mixer) Acts(view *View) ([]Act, error) {
	if view.Exchange == nil {
		return nil, nil
	}
	acts, err := actsOf(view, m.announce, m.hold, m.pay)
	if err != nil {
		return nil, fmt.Errorf("mixer %s: %w", m.name, err)
	}
	return acts, nil
}

// hold issues for the deposits that the deep anchor of `deposit by` commits to, until `issue by`, if the
// board has the keys that the mixer announced.
func (m *Mixer) hold(view *View) ([]Act, error) {
	own := view.Exchange.MixerOf(m.public)
	if own == nil || !view.Closed(election.DepositsClosed) || view.Tip >= m.e.Policy.Times.Issue {
		return nil, nil
	}
	if err := m.prepare(view.Exchange.ExchangeLog); err != nil {
		return nil, err
	}
	for i, k := range m.keys {
		if k.issuer == nil || i >= len(own.Issuers) || !bytes.Equal(own.Issuers[i].Text, k.announced) {
			return nil, errors.New("the mixer announced other keys, or was never certified")
		}
	}
	return m.issue(view)
}
