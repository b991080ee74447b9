package roles

import (
	"bytes"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// blindSession is the depositor's side of its newest session.
type blindSession struct {
	offer     int    // line of the offer that it is for, 0 before the first
	offered   []byte // what the offer said
	blinding  mixing.Blinding
	challenge []byte // nil where the offer is invalid
	since     uint32 // the tip at the challenge
	signature []byte // nil until the answer has come
	failed    bool   // the answer was wrong
}

// challenge answers an offer, and unblinds the signature when the answer has come. A wrong offer or
// answer is public and held against the mixer; the deposit returns after `roll by`.
func (d *Depositor) challenge(x *election.Exchange) ([]board.Line, error) {
	own, s := x.DepositOf(d.public), &d.session
	if own == nil || own.Offer == nil || s.signature != nil || s.failed {
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
	} else if tip == s.since { // written at this tip already
		return nil, nil
	}
	if s.since = d.tip(); s.challenge == nil {
		return nil, nil
	}
	line, err := d.write(board.Challenge{Offer: board.OfferHash(d.e.EID, own.Offer.Data), Challenge: s.challenge})
	return []board.Line{line}, err
}

// begin blinds the voucher's message for an offer. The same offer in another line gets the same
// challenge: offers of blind RSA are empty, and an answer to the earlier challenge still fits.
func (d *Depositor) begin(x *election.Exchange, own *election.Deposit, tip uint32) error {
	if s := &d.session; s.challenge != nil && bytes.Equal(s.offered, own.Offer.Data) {
		s.offer, s.since = own.Offer.N, tip
		return nil
	}
	scheme, err := x.SchemeOf(own.Mixer)
	if err != nil {
		return err
	}
	message := board.VoucherMessage(d.e.EID, d.roll.public, d.own.payer.mixer, d.own.payer.nonce)
	b := scheme.Blind(d.seed.draw("blinding", curve.Encoder(nil).Raw(message[:]).Text(own.Offer.Data)), message[:])
	challenge, err := b.Challenge(own.Offer.Data)
	if err != nil {
		challenge = nil // an invalid offer
	}
	d.session = blindSession{
		offer: own.Offer.N, offered: own.Offer.Data, blinding: b, challenge: challenge, since: tip,
	}
	return nil
}

// finish unblinds the answer.
func (d *Depositor) finish(own *election.Deposit) {
	s := &d.session
	if s.failed = s.blinding == nil || !bytes.Equal(own.Challenge.Data, s.challenge); s.failed {
		return
	}
	signature, err := s.blinding.Finish(own.Answer.Data)
	s.signature, s.failed = signature, err != nil
}

// show presents the voucher (M7) between T3 and T4, when no more are issued, so that its time does
// not show in which session it was issued.
func (d *Depositor) show(x *election.Exchange) ([]board.Line, error) {
	tip, t3, t4 := d.tip(), x.Deadlines[election.T3], x.Deadlines[election.T4]
	if d.session.signature == nil || tip > t4 || tip < d.moment(momentShow, t3+1, t4-1) {
		return nil, nil
	}
	if x.VoucherOf(d.roll.public) != nil || !d.retries.allow(tip, "voucher") {
		return nil, nil
	}
	body := board.Voucher{Mixer: d.own.payer.mixer, Nonce: d.own.payer.nonce, Signature: d.session.signature}
	if d.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		body.Issuer = d.own.holder.mixer[:]
	}
	line, err := d.roll.write(body)
	return []board.Line{line}, err
}
