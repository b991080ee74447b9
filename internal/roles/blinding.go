package roles

import (
	"bytes"

	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// blind is the depositor's side of its newest session.
type blind struct {
	offer     int // line of the offer that it is for, 0 before the first
	offered   []byte
	blinding  mixing.Blinding
	challenge []byte // nil if the offer is bad
	since     uint32 // the tip at the challenge
	signature []byte // at the end
	spoiled   bool   // the answer was wrong
}

// challenge answers an offer, and unblinds the signature when the answer has
// come. A bad offer or answer is its mixer's fault, and anybody can see it; the
// depositor has its deposit back in the end.
func (d *Depositor) challenge(x *election.Exchange) ([]board.Line, error) {
	own, s := x.DepositOf(d.public), &d.session
	if own == nil || own.Offer == nil || s.signature != nil || s.spoiled {
		return nil, nil
	}
	if own.Answer != nil {
		d.finish(own)
		return nil, nil
	}
	seen, err := Seen(d.chain, d.e.Policy.Confirmations)
	if err != nil || own.Challenge != nil || seen.Height > own.Offer.Seen+election.SessionTimeout {
		return nil, err
	}
	if tip := d.tip(); s.offer != own.Offer.N {
		if err := d.begin(x, own, tip); err != nil {
			return nil, err
		}
	} else if tip == s.since { // it is on its way
		return nil, nil
	}
	if s.since = d.tip(); s.challenge == nil {
		return nil, nil
	}
	line, err := d.write(board.Challenge{Offer: board.OfferHash(d.e.EID, own.Offer.Data), Challenge: s.challenge})
	return []board.Line{line}, err
}

// begin blinds the voucher's message for an offer. The same offer made again has
// the same challenge: with blind RSA, where offers are empty, the answer to one
// that was thought lost still fits.
func (d *Depositor) begin(x *election.Exchange, own *election.Deposit, tip uint32) error {
	if s := &d.session; s.challenge != nil && bytes.Equal(s.offered, own.Offer.Data) {
		s.offer, s.since = own.Offer.N, tip
		return nil
	}
	scheme, err := x.SchemeOf(own.Mixer)
	if err != nil {
		return err
	}
	message := board.VoucherMessage(d.e.EID, d.roll.public, d.sent.payer.mixer, d.sent.payer.nonce)
	b := scheme.Blind(d.rand, message[:])
	challenge, err := b.Challenge(own.Offer.Data)
	if err != nil {
		challenge = nil // the mixer's fault
	}
	d.session = blind{offer: own.Offer.N, offered: own.Offer.Data, blinding: b, challenge: challenge, since: tip}
	return nil
}

// finish unblinds the answer.
func (d *Depositor) finish(own *election.Deposit) {
	s := &d.session
	if s.spoiled = s.blinding == nil || !bytes.Equal(own.Challenge.Data, s.challenge); s.spoiled {
		return
	}
	signature, err := s.blinding.Finish(own.Answer.Data)
	s.signature, s.spoiled = signature, err != nil
}

// show presents the voucher (M7), when no more are issued: then it is one of
// all that were.
func (d *Depositor) show(x *election.Exchange) ([]board.Line, error) {
	tip, t3, t4 := d.tip(), x.Deadlines[election.T3], x.Deadlines[election.T4]
	if d.session.signature == nil || tip > t4 || tip < d.moment(momentShow, t3+1, t4-1) || x.VoucherOf(d.roll.public) != nil {
		return nil, nil
	}
	if !d.said.due(tip, "voucher") {
		return nil, nil
	}
	body := board.Voucher{Mixer: d.sent.payer.mixer, Nonce: d.sent.payer.nonce, Signature: d.session.signature}
	if d.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		body.Issuer = d.sent.holder.mixer[:]
	}
	line, err := d.roll.write(body)
	return []board.Line{line}, err
}
