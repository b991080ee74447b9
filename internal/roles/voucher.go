package roles

import (
	"bytes"
	"fmt"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// blindSession is the depositor's side of issuing. It follows from the seed, the message and the offer,
// so a depositor that starts again makes the same one: to keep it saves time only.
type blindSession struct {
	statement []byte // what the session is for, nil before it begins
	blinding  mixing.Blinding
	challenge []byte // nil where the offer is not well-formed
	answer    []byte // to which signature is
	signature []byte // nil until the answer has come, and where that is not right
}

// begin blinds the voucher's message for an offer, which is empty with blind RSA:
//
//	draw "blinding", message 32 ‖ holding mixer 33 ‖ offer
func (d *Depositor) begin(x *election.Exchange, i *election.Issuer, offer []byte) error {
	c, err := d.choose(x)
	if err != nil {
		return err
	}
	message := board.VoucherMessage(d.e.EID, d.roll.public, c.payer)
	statement := append(append(message[:], i.Mixer.Key[:]...), offer...)
	if bytes.Equal(d.session.statement, statement) {
		return nil
	}
	scheme, err := x.SchemeOf(i)
	if err != nil {
		return err
	}
	b := scheme.Blind(d.seed.draw("blinding", statement), message[:])
	challenge, err := b.Challenge(offer)
	if err != nil {
		challenge = nil // an invalid offer
	}
	d.session = blindSession{statement: statement, blinding: b, challenge: challenge}
	return nil
}

// blindedMessage is the message of a deposit line, with blind RSA.
func (d *Depositor) blindedMessage(x *election.Exchange, holder curve.PublicKey) ([]byte, error) {
	m := x.MixerOf(holder)
	if m == nil {
		return nil, fmt.Errorf("mixer %s is not in the registry", holder)
	}
	err := d.begin(x, m.Issuers[0], []byte{})
	return d.session.challenge, err
}

// issued takes part in the issuing: it says that it is ready, answers the newest offer to the
// depositor, and takes the answer.
func (d *Depositor) issued(view *View) ([]Act, error) {
	x, by := view.Exchange, d.e.Policy.Times.Issue
	own := x.DepositOf(d.public)
	if own == nil || x.CheckDeposit(own) != nil {
		return nil, nil
	}
	group := d.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind
	switch {
	case own.Answer != nil:
		return nil, d.finish(x, own)
	case !group || view.Tip >= by || !view.Closed(election.DepositsClosed):
		return nil, nil
	case own.InSession():
		return d.challenge(view, own)
	case own.Awaits() || own.Turns() == board.MaxTurns:
		return nil, nil
	}
	return lineActs(&d.participant, view, "ready", by, board.Ready{Turn: own.Turns() + 1})
}

// challenge answers the offer of the open session.
func (d *Depositor) challenge(view *View, own *election.Deposit) ([]Act, error) {
	if own.Challenge != nil {
		return nil, nil
	}
	if err := d.begin(view.Exchange, own.Issuer, own.Offer.Data); err != nil || d.session.challenge == nil {
		return nil, err
	}
	body := board.Challenge{Offer: board.OfferHash(d.e.EID, own.Offer.Data), Challenge: d.session.challenge}
	return lineActs(&d.participant, view, "challenge", d.e.Policy.Times.Issue, body)
}

// finish unblinds the answer.
func (d *Depositor) finish(x *election.Exchange, own *election.Deposit) error {
	offer := []byte{}
	if own.Offer != nil {
		offer = own.Offer.Data
	}
	if err := d.begin(x, own.Issuer, offer); err != nil {
		return err
	}
	s := &d.session
	if s.answer != nil && bytes.Equal(s.answer, own.Answer.Data) {
		return nil
	}
	s.answer, s.signature = own.Answer.Data, nil
	if own.Challenge != nil && bytes.Equal(own.Challenge.Data, s.challenge) {
		s.signature, _ = s.blinding.Finish(s.answer) // an answer that is not right gives none
	}
	return nil
}

// show presents the voucher (M7) between the deep anchor of `issue by` and `voucher by`, when no more
// are issued, so that its time does not show in which session it was issued. It is shown for a right
// issue under that anchor only: another one would make its issuer void.
func (d *Depositor) show(view *View) ([]Act, error) {
	x, by := view.Exchange, d.e.Policy.Times.Voucher
	own := x.DepositOf(d.public)
	if d.session.signature == nil || view.Tip >= by || !view.Closed(election.IssuesClosed) || !x.RightlyIssued(own) {
		return nil, nil
	}
	first := x.Phases.Anchor(election.IssuesClosed).Height + d.e.Policy.Depth() - 1
	if view.Tip < d.moment(momentShow, first, by-1) || x.VoucherOf(d.roll.public) != nil {
		return nil, nil
	}
	c, err := d.choose(x)
	if err != nil {
		return nil, err
	}
	body := board.Voucher{Mixer: c.payer, Signature: d.session.signature}
	if d.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
		body.Issuer = c.holder[:]
	}
	return lineActs(&d.roll, view, "voucher", by, body)
}
