package roles

import (
	"bytes"
	"fmt"

	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// blindSession is the depositor's side of issuing. It follows from the seed, the message and the offer,
// so a depositor that starts again makes the same one.
type blindSession struct {
	offered   []byte // what the session is for, nil before it begins
	blinding  mixing.Blinding
	challenge []byte // nil where the offer is not well-formed
	answer    []byte // to which signature is
	signature []byte // nil until the answer has come, and where that is not right
}

// message is what the mixer signs blindly.
func (d *Depositor) message() [32]byte {
	return board.VoucherMessage(d.e.EID, d.roll.public, d.choice.payer)
}

// begin blinds the voucher's message for an offer, which is empty with blind RSA:
//
//	draw "blinding", message 32 ‖ holding mixer 33 ‖ offer
func (d *Depositor) begin(x *election.Exchange, i *election.Issuer, offer []byte) error {
	if d.session.blinding != nil && bytes.Equal(d.session.offered, offer) {
		return nil
	}
	scheme, err := x.SchemeOf(i)
	if err != nil {
		return err
	}
	message := d.message()
	statement := append(append(message[:], i.Mixer.Key[:]...), offer...)
	b := scheme.Blind(d.seed.draw("blinding", statement), message[:])
	challenge, err := b.Challenge(offer)
	if err != nil {
		challenge = nil // an invalid offer
	}
	d.session = blindSession{offered: offer, blinding: b, challenge: challenge}
	return nil
}

// blindedMessage is the message of a deposit line, with blind RSA.
func (d *Depositor) blindedMessage(x *election.Exchange) ([]byte, error) {
	m := x.MixerOf(d.choice.holder)
	if m == nil {
		return nil, fmt.Errorf("mixer %s is not in the registry", d.choice.holder)
	}
	err := d.begin(x, m.Issuers[0], []byte{})
	return d.session.challenge, err
}

// issued takes part in the issuing: it says that it is ready, answers the newest offer to the
// depositor, and takes the answer.
func (d *Depositor) issued(x *election.Exchange) ([]board.Line, error) {
	own := x.DepositOf(d.public)
	if own == nil || x.CheckDeposit(own) != nil {
		return nil, nil
	}
	if _, err := d.choose(x); err != nil {
		return nil, err
	}
	group := d.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind
	switch {
	case own.Answer != nil:
		return nil, d.finish(x, own)
	case !group || d.tip() >= d.e.Policy.Times.Issue || !x.Deep(election.DepositsClosed, d.tip()):
		return nil, nil
	case own.InSession():
		return d.challenge(x, own)
	case own.Awaits() || own.Turns() == board.MaxTurns || !d.retries.allow(d.tip(), "ready"):
		return nil, nil
	}
	line, err := d.write(board.Ready{Turn: own.Turns() + 1})
	return []board.Line{line}, err
}

// challenge answers the offer of the open session.
func (d *Depositor) challenge(x *election.Exchange, own *election.Deposit) ([]board.Line, error) {
	if own.Challenge != nil || !d.retries.allow(d.tip(), fmt.Sprintf("challenge %d", own.Offer.N)) {
		return nil, nil
	}
	if err := d.begin(x, own.Issuer, own.Offer.Data); err != nil || d.session.challenge == nil {
		return nil, err
	}
	line, err := d.write(board.Challenge{
		Offer: board.OfferHash(d.e.EID, own.Offer.Data), Challenge: d.session.challenge,
	})
	return []board.Line{line}, err
}

// finish unblinds the answer.
func (d *Depositor) finish(x *election.Exchange, own *election.Deposit) error {
	if d.session.answer != nil && bytes.Equal(d.session.answer, own.Answer.Data) {
		return nil
	}
	offer := []byte{}
	if own.Offer != nil {
		offer = own.Offer.Data
	}
	if err := d.begin(x, own.Issuer, offer); err != nil {
		return err
	}
	s := &d.session
	s.answer = own.Answer.Data
	if own.Challenge != nil && bytes.Equal(own.Challenge.Data, s.challenge) {
		s.signature, _ = s.blinding.Finish(s.answer) // an answer that is not right gives none
	}
	return nil
}

// show presents the voucher (M7) between the deep anchor of `issue by` and `voucher by`, when no more
// are issued, so that its time does not show in which session it was issued. It is shown for a right
// issue under that anchor only: another one would make its issuer void.
func (d *Depositor) show(x *election.Exchange) ([]board.Line, error) {
	tip, by := d.tip(), d.e.Policy.Times.Voucher
	own := x.DepositOf(d.public)
	if d.session.signature == nil || tip >= by || !x.Deep(election.IssuesClosed, tip) || !x.RightlyIssued(own) {
		return nil, nil
	}
	first := x.Phases.Anchor(election.IssuesClosed).Height + d.e.Policy.Depth() - 1
	if tip < d.moment(momentShow, first, by-1) || x.VoucherOf(d.roll.public) != nil || !d.retries.allow(tip, "voucher") {
		return nil, nil
	}
	body := board.Voucher{Mixer: d.choice.payer, Signature: d.session.signature}
	if d.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		body.Issuer = d.choice.holder[:]
	}
	line, err := d.roll.write(body)
	return []board.Line{line}, err
}
