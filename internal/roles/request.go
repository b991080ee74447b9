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

// mixerSearch is how a depositor finds a mixer: it asks one after the other, in an order that it
// draws, and gives each a block to accept.
type mixerSearch struct {
	purpose string            // board.ForHolding or board.ForPaying
	order   []curve.PublicKey // nil until the search begins
	tried   int               // how many of order were asked
	since   uint32            // the tip at the newest request
	from    uint32            // the tip at which the search begins
}

// request writes M3 by the registration key and M1 by the roll key, up to T1.
func (d *Depositor) request(x *election.Exchange) (lines []board.Line, err error) {
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
		search    *mixerSearch
		by        *participant
		deadlines []uint32
	}{
		{&d.holders, &d.participant, due[election.T2:election.T4]},
		{&d.payers, &d.roll, due[election.T4:]},
	} {
		s := side.search
		if _, accepted := d.accepted(x, s, side.by); accepted || !s.ready(tip) {
			continue
		}
		line, err := side.by.write(board.Request{For: s.purpose, Mixer: s.order[s.tried], Deadlines: side.deadlines})
		if err != nil {
			return nil, err
		}
		s.tried, s.since = s.tried+1, tip
		lines = append(lines, line)
	}
	return lines, nil
}

// ready reports whether the next mixer is to be asked at this tip.
func (s *mixerSearch) ready(tip uint32) bool {
	return s.tried < len(s.order) && tip >= s.from && (s.tried == 0 || tip > s.since)
}

// beginSearch draws for both searches an order of the mixers whose keys are valid, and a height to
// begin at, in the first half of the time up to T1.
func (d *Depositor) beginSearch(x *election.Exchange, tip uint32) error {
	half := tip + (x.Deadlines[election.T1]-tip)/2
	d.holders.from, d.payers.from = d.moment(momentHold, tip, half), d.moment(momentPay, tip, half)
	for _, s := range []*mixerSearch{&d.holders, &d.payers} {
		s.order = []curve.PublicKey{}
		for _, m := range x.Mixers {
			if _, err := x.SchemeOf(m); err == nil {
				s.order = append(s.order, m.Key)
			}
		}
		draw := d.seed.draw("order of mixers", curve.Encoder(nil).Raw(d.e.EID[:]).Text([]byte(s.purpose)))
		for i := len(s.order) - 1; i > 0; i-- { // Fisher and Yates
			r, err := drawU32(draw)
			if err != nil {
				return err
			}
			j := int(uint64(r) * uint64(i+1) >> 32)
			s.order[i], s.order[j] = s.order[j], s.order[i]
		}
	}
	return nil
}

// accepted returns the acceptance of the first of the mixers asked that has accepted. An acceptance
// that names another escrow than the contract's is none.
func (d *Depositor) accepted(x *election.Exchange, s *mixerSearch, by *participant) (acceptance, bool) {
	for _, mixer := range s.order[:s.tried] {
		answer, ok := x.Accepted(s.purpose, mixer, by.public)
		if !ok {
			continue
		}
		if s.purpose == board.ForHolding {
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
