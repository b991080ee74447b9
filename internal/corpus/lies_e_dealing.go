package corpus

import (
	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// dealerLies are about family E: single dealers at fault (V39 to V41, V43, V44). The
// audit names them, they are not in QUAL, and the election goes on. liar is the slot
// of the dealer, victim that of another member.
var dealerLies = []Lie{
	{Name: "deal-missing", Text: "a dealer commits and never deals", Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "dealer 2: out", Level: "L3", tamper: deals(func(d *customDealer) { d.text = nil })},
	{Name: "deal-other", Text: "a dealer deals what it did not commit to, when it has seen the others' deals",
		Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "dealer 2: out", Level: "L3",
		tamper: prepares(func(p *play, params sharing.Params, d *sharing.Deal) ([32]byte, []byte, error) {
			other, err := sharing.NewDeal(p.Stream("second thoughts"), params, liar)
			return d.Commitment(params, liar), other.Encode(), err
		})},
	{Name: "deal-uncommitted", Text: "a dealer deals without a commitment", Strength: KeyHolding, Base: "each",
		Check: "V39", Level: "L3", Says: "dealer 2: out",
		tamper: prepares(func(_ *play, _ sharing.Params, d *sharing.Deal) ([32]byte, []byte, error) {
			return [32]byte{}, d.Encode(), nil
		})},
	{Name: "deal-early", Text: "a dealer deals before the commitments are buried, while others can still choose theirs",
		Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "dealer 2: out", Level: "L3", tamper: dealEarly},
	{Name: "threshold-raised", Text: "a dealer's polynomial has a coefficient too many",
		Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "committed and never dealt", Level: "L3", tamper: underOther(func(p *sharing.Params) { p.K++ })},
	{Name: "threshold-lowered", Text: "a dealer's polynomial has a coefficient too few",
		Strength: KeyHolding, Base: "salted",
		Check: "V39", Says: "committed and never dealt", Level: "L3", tamper: underOther(func(p *sharing.Params) { p.K-- })},
	{Name: "deal-padded", Text: "a dealer's deal goes on after its end, against the table of lines", Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "committed and never dealt", Level: "L3",
		tamper: encodes(func(text []byte) []byte { return append(text, 0) })},
	{Name: "deal-off-curve", Text: "a dealer's coefficient is no point", Strength: KeyHolding, Base: "won",
		Check: "V40", Says: "dealer 2: out", Level: "L3",
		tamper: encodes(func(text []byte) []byte { text[4] = 5; return text })},
	{Name: "rogue-key", Text: "a dealer takes another's first point away from its own, so that the joint key is its alone",
		Strength: KeyHolding, Base: "won",
		Check: "V41", Says: "dealer 2: out", Level: "L3",
		tamper: edits(func(p *play, params sharing.Params, d *sharing.Deal) error {
			other, err := p.Seed(p.voter(victim).Role).Deal(params, p.Setup.Phases.Anchor(election.RollClosed).Head, victim)
			d.Coefficients[0][0] = curve.Sum([]curve.Point{d.Coefficients[0][0], other.Coefficients[0][0].Neg()})
			return err
		})},
	{Name: "coefficient-proof-replayed", Text: "a dealer proves its first coefficient for other higher ones",
		Strength: KeyHolding, Base: "each",
		Check: "V41", Says: "dealer 2: out", Level: "L3",
		tamper: edits(func(_ *play, _ sharing.Params, d *sharing.Deal) error {
			d.Coefficients[0][1] = d.Coefficients[0][1].Neg()
			return nil
		})},
	{Name: "ephemeral-copied", Text: "a dealer copies another's ephemeral key and ciphertexts, so that complaints would open the other's shares",
		Strength: KeyHolding, Base: "won",
		Check: "V43", Says: "dealer 2: out", Level: "L3", tamper: misconduct(CopyEphemeral)},
	{Name: "ephemeral-unproven", Text: "a dealer does not prove its ephemeral key", Strength: KeyHolding, Base: "won",
		Check: "V43", Says: "dealer 2: out", Level: "L3",
		tamper: edits(func(_ *play, _ sharing.Params, d *sharing.Deal) error {
			d.EphemeralPossession = d.Possession[0]
			return nil
		})},
	{Name: "ephemeral-shared", Text: "two dealers share one ephemeral key that both know",
		Strength: KeyHolding, Base: "won",
		Check: "V43", Says: "dealer 2: out", Level: "L3", tamper: sharedEphemeral},
	{Name: "share-missing", Text: "a dealer leaves out the last member's share", Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "committed and never dealt", Level: "L3",
		tamper: underOther(func(p *sharing.Params) { p.Roll = p.Roll[:len(p.Roll)-1] })},
	{Name: "share-wrong", Text: "a dealer sends a member a wrong share; the member complains",
		Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "dealer 2: out", Level: "L3", tamper: misconduct(WrongShare)},
	{Name: "share-no-number", Text: "a dealer sends a member 32 bytes that are no scalar",
		Strength: KeyHolding, Base: "each",
		Check: "V44", Says: "dealer 2: out", Level: "L3", tamper: shareNoNumber},
	{Name: "complaint-false", Text: "a member complains of a dealer who dealt honestly",
		Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "dealer 2: out", Level: "L3", tamper: misconduct(FalseComplaint)},
	{Name: "complaint-unproven", Text: "a member complains with a point that is not the one that it shares with the dealer",
		Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "unproven", Level: "L3", tamper: complaint(func(c *board.Complaint) {
			c.Point = curve.BaseMul(curve.NewScalar(7)).Key()
		})},
}

const liar, victim = 2, 4

// deals has the liar draw an honest deal, and then changes what it writes.
func deals(change func(*customDealer)) func(*play) error {
	return func(p *play) error {
		d := p.dealerOf(liar, func(params sharing.Params) (*sharing.Deal, error) {
			return sharing.NewDeal(p.Stream("liar"), params, liar)
		})
		honest := d.choose
		d.choose = func(params sharing.Params) ([32]byte, []byte, error) {
			commitment, text, err := honest(params)
			d.text = text
			change(d)
			return commitment, d.text, err
		}
		p.voter(liar).Dealer = d
		return nil
	}
}

// prepares has the liar commit to, and deal, what choose returns for an honest
// deal.
func prepares(choose func(*play, sharing.Params, *sharing.Deal) ([32]byte, []byte, error)) func(*play) error {
	return func(p *play) error {
		d := &customDealer{p: p, key: p.voter(liar).Secret}
		d.choose = func(params sharing.Params) (commitment [32]byte, text []byte, err error) {
			honest, err := sharing.NewDeal(p.Stream("liar"), params, liar)
			if err != nil {
				return commitment, nil, err
			}
			return choose(p, params, honest)
		}
		p.voter(liar).Dealer = d
		return nil
	}
}

// edits changes an honest deal before it is committed to.
func edits(change func(*play, sharing.Params, *sharing.Deal) error) func(*play) error {
	return prepares(func(p *play, params sharing.Params, d *sharing.Deal) ([32]byte, []byte, error) {
		err := change(p, params, d)
		return d.Commitment(params, liar), d.Encode(), err
	})
}

// encodes changes the bytes of an honest deal before they are committed to.
func encodes(change func([]byte) []byte) func(*play) error {
	return prepares(func(p *play, params sharing.Params, d *sharing.Deal) ([32]byte, []byte, error) {
		text := change(d.Encode())
		commitment := curve.TaggedHash("deal", curve.Encoder(nil).Raw(params.EID[:]).Index(liar), text)
		return commitment, text, nil
	})
}

// underOther deals honestly under other parameters.
func underOther(change func(*sharing.Params)) func(*play) error {
	return prepares(func(p *play, params sharing.Params, _ *sharing.Deal) ([32]byte, []byte, error) {
		other := params
		change(&other)
		d, err := sharing.NewDeal(p.Stream("liar"), other, liar)
		if err != nil {
			return [32]byte{}, nil, err
		}
		return d.Commitment(params, liar), d.Encode(), nil
	})
}

// dealEarly has a deal name the block before that of the commitments' anchor.
func dealEarly(p *play) error {
	return deals(func(d *customDealer) {
		d.seen = func() (board.Seen, error) { return p.seen(p.Policy.Times.Commit - 1) }
	})(p)
}

// misconduct is a lie by [Misconduct].
func misconduct(deed Kind) func(*play) error {
	return func(p *play) error {
		return p.misconduct(Misconduct{Kind: deed, Slot: liar, Victim: victim})
	}
}

// sharedEphemeral has the liar and the victim, which colludes, prove the same
// ephemeral key, each as its own.
func sharedEphemeral(p *play) error {
	for _, slot := range []int{liar, victim} {
		f, err := drawPolynomial(p.Stream(p.voter(slot).Role+" in the ring"), p.Policy.K)
		if err != nil {
			return err
		}
		p.voter(slot).Dealer = p.dealerOf(slot, func(params sharing.Params) (*sharing.Deal, error) {
			return dealOf(p.Stream("shared"), params, slot, [][]curve.Scalar{f})
		})
	}
	return nil
}

// shareNoNumber encrypts 32 bytes 0xff in place of the victim's share. They exceed
// the group order and encode no scalar.
func shareNoNumber(p *play) error {
	return edits(func(p *play, params sharing.Params, d *sharing.Deal) error {
		shared := d.Ephemeral.Mul(p.voter(victim).Secret)
		pad := curve.KDF(curve.Encoder(nil).Point(shared).Point(d.Ephemeral).Raw(params.EID[:]).U16(1).Index(liar).Index(victim), 32)
		for b := range pad {
			d.Ciphertexts[0][victim-1][b] = pad[b] ^ 0xff
		}
		return nil
	})(p)
}

// complaint changes a false complaint.
func complaint(change func(*board.Complaint)) func(*play) error {
	return func(p *play) error {
		if err := misconduct(FalseComplaint)(p); err != nil {
			return err
		}
		amend(p, func(_ *board.Line, c *board.Complaint) bool { change(c); return true })
		return nil
	}
}
