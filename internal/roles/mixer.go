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
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Mixer holds deposits in escrow and issues blind signatures for them. It pays coins for the
// signatures that roll keys show, out of a wallet of its own, and the supervisor repays it.
type Mixer struct {
	payer
	name      string
	rand      io.Reader // of salts and nonces
	journal   *Journal
	announced []byte                       // the signing key as announced, nil until it is made
	member    *mixing.Signer               // nil with blind RSA
	issuer    mixing.Issuer                // nil until the mixer can sign
	session   *issueSession                // nil where none is open
	timeouts  map[curve.PublicKey]timeouts // by registration key
	retries   retries
	unsent    []*wire.MsgTx // of the journal, to be sent again
}

// NewMixer returns the mixer with a name and a secret key. Its signing secrets are drawn from the
// journal's seed: with the journal of an earlier one it continues where that one stopped.
func NewMixer(
	e *election.Election, name string, key curve.Scalar, chain Chain, rand io.Reader, journal *Journal,
) (*Mixer, error) {
	p, err := join(e, key, chain, journal.seed)
	if err != nil {
		return nil, err
	}
	is := func(m lang.Named) bool { return m.Name == name && m.Key == p.public }
	switch named := e.Policy.Mixing.Named; {
	case !e.Policy.Mixed():
		return nil, errors.New("nothing is mixed in this election")
	case len(named) > 0 && !slices.ContainsFunc(named, is):
		return nil, fmt.Errorf("not the key of a mixer %s of the policy", name)
	}
	m := &Mixer{
		payer: newPayer(p), name: name, rand: rand, journal: journal,
		timeouts: make(map[curve.PublicKey]timeouts), retries: make(retries),
	}
	m.beforeSend = func(tx *wire.MsgTx) error {
		var b bytes.Buffer
		tx.SerializeNoWitness(&b) // a buffer takes everything
		return journal.write(entry{Pay: b.Bytes()})
	}
	for _, text := range journal.payments {
		tx, err := decodeTx(text)
		if err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
		m.wallet.add(tx)
		m.unsent = append(m.unsent, tx)
	}
	return m, nil
}

// sendAgain sends the transactions of the journal that are not mined. The journal does not know
// whether they were sent before the restart; relays refuse those that they have.
func (m *Mixer) sendAgain() {
	for _, tx := range m.unsent {
		if _, mined := m.wallet.mined[tx.TxHash()]; !mined {
			_ = m.chain.Submit(tx)
		}
	}
	m.unsent = nil
}

// Announce makes the mixer's signing key and writes the line that announces it. With group
// signatures the manager's modulus must be on the board, and the mixer cannot sign before Certify.
func (m *Mixer) Announce(view *election.ExchangeLog) (board.Line, error) {
	if err := m.prepare(view); err != nil {
		return board.Line{}, err
	}
	return m.write(board.Mixer{Name: m.name, Key: m.announced})
}

// prepare makes the signing key, or makes it again after a restart.
func (m *Mixer) prepare(view *election.ExchangeLog) error {
	if m.announced != nil {
		return nil
	}
	random := m.journal.seed.draw("signer", nil)
	if p := m.e.Policy.Mixing; p.Scheme == lang.SchemeBlindRSA {
		s, err := mixing.NewRSASigner(random, m.e.EID, p.Modulus, m.public[:])
		if err != nil {
			return err
		}
		m.announced, m.issuer = s.Key().Bytes(), s
		return nil
	}
	group, err := view.Group()
	if err != nil {
		return fmt.Errorf("the manager's modulus: %w", err)
	}
	if m.member, err = group.NewSigner(random, mixing.Who(m.public, 1)); err != nil {
		return err
	}
	m.announced = m.member.Member().Bytes()
	if m.journal.certificate == nil {
		return nil
	}
	return m.certified(m.journal.certificate)
}

// Request returns what the supervisor needs to certify the mixer, for the supervisor alone. With
// blind RSA there is nothing to certify, and it is nil.
func (m *Mixer) Request() []byte {
	if m.member == nil {
		return nil
	}
	return m.member.Request()
}

// Certify takes the supervisor's certificate, which is for the mixer alone.
func (m *Mixer) Certify(certificate []byte) error {
	if m.member == nil {
		return nil
	}
	if err := m.certified(certificate); err != nil {
		return err
	}
	return m.journal.write(entry{Certificate: certificate})
}

// certified makes the mixer able to sign.
func (m *Mixer) certified(certificate []byte) error {
	if err := m.member.Accept(certificate); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	m.issuer = m.member
	return nil
}

// Issuer returns what the mixer signs with, nil before it can sign. Sessions opened with it besides
// those of Act give signatures without a deposit: rehearsals and tests play a cheating mixer so.
func (m *Mixer) Issuer() mixing.Issuer { return m.issuer }

// Act does what is due: it returns lines for the board and sends transactions. It is to be called
// whenever the board or the chain has grown. The lines of one call are to be appended together,
// before the next call.
func (m *Mixer) Act(x *election.Exchange) (lines []board.Line, err error) {
	own := x.MixerOf(m.public)
	if own == nil {
		return nil, nil
	}
	if err := m.prepare(x.ExchangeLog); err != nil {
		return nil, err
	}
	if m.issuer == nil || !bytes.Equal(own.Announced, m.announced) {
		return nil, errors.New("the mixer announced another key, or was never certified")
	}
	m.sendAgain()
	for _, step := range []func(*election.Exchange) ([]board.Line, error){
		m.accept, m.issue, m.sweep, m.payVouchers,
	} {
		written, err := step(x)
		if err != nil {
			return nil, fmt.Errorf("mixer %s: %w", m.name, err)
		}
		lines = append(lines, written...)
	}
	return lines, nil
}
