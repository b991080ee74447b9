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
	rand    io.Reader               // of salts
	keys    []*memberKey            // nil until they are made; one with blind RSA
	lapsed  map[curve.PublicKey]int // sessions without an answer, by registration key
	sent    sendings
	retries retries
}

// memberKey is a key by which a mixer signs.
type memberKey struct {
	number    int // from 1
	announced []byte
	member    *mixing.Signer // nil with blind RSA
	issuer    mixing.Issuer  // nil until the mixer can sign
	session   *issueSession  // nil where none is open
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
	m := &Mixer{
		payer: newPayer(p), name: name, rand: rand, journal: journal,
		lapsed: make(map[curve.PublicKey]int), sent: make(sendings), retries: make(retries),
	}
	for i := range keys {
		m.keys = append(m.keys, &memberKey{number: i + 1})
	}
	return m, nil
}

// Announce makes the mixer's signing keys and writes the line that announces it: it accepts to hold
// deposits, and to pay as many coins as its outputs can, from the largest on. With group signatures the
// manager's modulus must be on the board, and the mixer cannot sign before Certify.
func (m *Mixer) Announce(view *election.ExchangeLog) (board.Line, error) {
	if err := m.prepare(view); err != nil {
		return board.Line{}, err
	}
	from, coins := m.funds()
	if coins == 0 {
		return board.Line{}, errors.New("the mixer cannot pay a coin")
	}
	at := election.EncodeOutpoint(from)
	body := board.Mixer{Name: m.name, Coins: coins, From: at[:]}
	for _, k := range m.keys {
		body.Keys = append(body.Keys, k.announced)
	}
	return m.write(body)
}

// funds returns the largest confirmed output, from which the mixer pays, and how many coins all outputs
// pay for.
func (m *Mixer) funds() (from wire.OutPoint, coins int) {
	p, largest, sum := m.e.Policy, int64(0), int64(0)
	for _, o := range m.wallet.confirmed(m.tip() + 1) {
		if sum += o.value - p.Fee*templates.P2PKHInput; o.value > largest {
			from, largest = o.op, o.value
		}
	}
	sum -= p.Fee * (templates.TxFrame + templates.P2PKHOutput) * int64(1+p.Voters/election.MaxPayouts)
	each := p.Coin() + p.Fee*templates.P2PKHOutput
	return from, int(min(max(sum/each, 0), int64(p.Voters)))
}

// prepare makes the signing keys, or makes them again after a restart.
func (m *Mixer) prepare(view *election.ExchangeLog) error {
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
// with it besides those of Act give signatures without a deposit: rehearsals and tests play a cheating
// mixer so.
func (m *Mixer) Issuer() mixing.Issuer { return m.keys[0].issuer }

// Act does what is due: it returns lines for the board and sends transactions. It is to be called
// whenever the board or the chain has grown. The lines of one call are to be appended together,
// before the next call.
func (m *Mixer) Act(x *election.Exchange) ([]board.Line, error) {
	own := x.MixerOf(m.public)
	if own == nil {
		return nil, nil
	}
	if err := m.prepare(x.ExchangeLog); err != nil {
		return nil, err
	}
	for i, k := range m.keys {
		if k.issuer == nil || i >= len(own.Issuers) || !bytes.Equal(own.Issuers[i].Text, k.announced) {
			return nil, errors.New("the mixer announced other keys, or was never certified")
		}
	}
	lines, err := m.issue(x)
	if err == nil {
		err = m.payVouchers(x)
	}
	if err != nil {
		return nil, fmt.Errorf("mixer %s: %w", m.name, err)
	}
	return lines, nil
}
