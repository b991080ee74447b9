package roles

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/address/v2"
)

// mixerSearch is how a depositor finds a mixer: it asks one after the other, in an
// order that it draws, and gives each a block to accept.
type mixerSearch struct {
	purpose string
	order   []curve.PublicKey // nil until it begins
	tried   int               // of the order, from the first on
	since   uint32            // the tip at the newest request
	from    uint32            // the tip at which it begins
}

// ask writes requests, M3 by the registration key and M1 by the roll key.
func (d *Depositor) ask(x *election.Exchange) (lines []board.Line, err error) {
	tip, due := d.tip(), x.Deadlines
	if tip > due[election.T1] {
		return nil, nil
	}
	if d.holders.order == nil {
		if err := d.beginSearch(x, tip); err != nil {
			return nil, err
		}
	}
	for _, side := range []struct {
		a         *mixerSearch
		p         *person
		deadlines []uint32
	}{
		{&d.holders, &d.person, due[election.T2:election.T4]},
		{&d.payers, &d.roll, due[election.T4:]},
	} {
		if _, accepted := d.accepted(x, side.a, side.p); accepted || !side.a.ready(tip) {
			continue
		}
		line, err := side.p.write(board.Request{For: side.a.purpose, Mixer: side.a.order[side.a.tried], Deadlines: side.deadlines})
		if err != nil {
			return nil, err
		}
		side.a.tried, side.a.since = side.a.tried+1, tip
		lines = append(lines, line)
	}
	return lines, nil
}

// ready tells whether it is time to ask the next mixer.
func (a *mixerSearch) ready(tip uint32) bool {
	return a.tried < len(a.order) && tip >= a.from && (a.tried == 0 || tip > a.since)
}

// beginSearch draws in which order to ask those mixers whose keys are good, and
// when to begin: in the first half of the time that there is.
func (d *Depositor) beginSearch(x *election.Exchange, tip uint32) error {
	half := tip + (x.Deadlines[election.T1]-tip)/2
	d.holders.from, d.payers.from = d.moment(momentHold, tip, half), d.moment(momentPay, tip, half)
	for _, a := range []*mixerSearch{&d.holders, &d.payers} {
		a.order = []curve.PublicKey{}
		for _, m := range x.Mixers {
			if _, err := x.SchemeOf(m); err == nil {
				a.order = append(a.order, m.Key)
			}
		}
		for i := len(a.order) - 1; i > 0; i-- {
			r, err := drawU32(d.rand)
			if err != nil {
				return err
			}
			j := int(uint64(r) * uint64(i+1) >> 32)
			a.order[i], a.order[j] = a.order[j], a.order[i]
		}
	}
	return nil
}

// accepted returns what the first of the mixers asked has promised that has
// accepted. Who names another escrow than the contract's has not.
func (d *Depositor) accepted(x *election.Exchange, a *mixerSearch, by *person) (acceptance, bool) {
	for _, mixer := range a.order[:a.tried] {
		answer, ok := x.Accepted(a.purpose, mixer, by.public)
		if !ok {
			continue
		}
		if a.purpose == board.ForHolding {
			redeem, err := d.e.EscrowRedeem(mixer, by.public)
			if err != nil || !bytes.Equal(answer.Escrow, address.Hash160(redeem)) {
				continue
			}
		}
		return acceptance{mixer, answer.Nonce}, true
	}
	return acceptance{}, false
}

func drawU32(r io.Reader) (uint32, error) {
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, fmt.Errorf("drawing a number: %w", err)
	}
	return binary.BigEndian.Uint32(b[:]), nil
}
