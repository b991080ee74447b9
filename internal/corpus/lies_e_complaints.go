package corpus

import (
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// complaintLies are about family E: complaints, and members without a share (V44, V49,
// V50).
var complaintLies = []Lie{
	{Name: "shares-cancel", Text: "two dealers send a member wrong shares whose errors cancel, and one of the two leaves by a false complaint",
		Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "dealer 2: out: a wrong share", Level: "L3", tamper: sharesCancel},
	{Name: "complaint-of-another-deal", Text: "a member complains of a second deal of a dealer, which does not count",
		Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "against no dealer: not judged", Level: "L3", tamper: complainsOfSecondDeal},
	{Name: "complaint-after-false-one", Text: "a member complains falsely, and then of a dealer that sent it a wrong share",
		Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "not judged: the complainer made a false", Along: []string{"V50"}, Level: "L3",
		tamper: complainsTwice},
	{Name: "complaint-late", Text: "the supervisor leaves the complaint about a wrong share out of its phase, and the member makes it late",
		Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "late, and right", Along: []string{"V50"}, Level: "L3", Exit: 21,
		tamper: all(wrongShareFor0, complaintsLate)},
	{Name: "ack-without-share", Text: "a member acknowledges the transcript and says that it has no share",
		Strength: KeyHolding, Base: "won",
		Check: "V50", Says: "no share", Level: "L3", tamper: func(p *play) error {
			amend(p, func(l *board.Line, a *board.Ack) bool {
				a.Share = false
				return l.By == p.voter(victim).Key()
			})
			return nil
		}},
	{Name: "ack-missing", Text: "a dealer does not acknowledge the transcript", Strength: KeyHolding, Base: "won",
		Check: "V50", Says: "dealt, and did not", Level: "L3", tamper: func(p *play) error {
			drop(p, func(l board.Line, _ board.Ack) bool { return l.By == p.voter(victim).Key() })
			return nil
		}},
	{Name: "public-share-infinite", Text: "all dealers make the public share of a member the point at infinity",
		Strength: KeyHolding, Base: "won",
		Check: "V49", Says: "infinity", Along: []string{"V50"}, Level: "L3", Exit: 21, tamper: shareInfinite},
	{Name: "public-share-infinite-votes", Text: "a member whose public share is the point at infinity votes with the share 0",
		Strength: KeyHolding, Base: "won",
		Check: "V49", Says: "infinity", Along: []string{"V50"}, Level: "L3", Exit: 21,
		tamper: all(shareInfinite, votesWithoutShare)},
}

// idler returns the slot of a member that does not vote, so that no result depends on
// its share.
func (p *play) idler() int {
	for i, v := range p.Voters {
		if v.Choice == 0 {
			return i + 1
		}
	}
	panic("corpus: all members vote")
}

// other returns the slot of a dealer that is not among some.
func (p *play) other(than ...int) int {
	for slot := 1; ; slot++ {
		taken := false
		for _, t := range than {
			taken = taken || t == slot
		}
		if !taken {
			return slot
		}
	}
}

// shifted adds an error to the share of the first joint key that a deal has for a
// member.
func (p *play) shifted(params sharing.Params, d *sharing.Deal, dealer, member int, off curve.Scalar) error {
	shared := d.Ephemeral.Mul(p.voter(member).Secret)
	pad := curve.KDF(curve.Encoder(nil).Point(shared).Point(d.Ephemeral).Raw(params.EID[:]).U16(1).Index(dealer).Index(member), 32)
	plain := d.Ciphertexts[0][member-1]
	for b := range plain {
		plain[b] ^= pad[b]
	}
	share, err := curve.DecodeScalar(plain[:])
	if err != nil {
		return err
	}
	for b, wrong := range share.Add(off).Bytes() {
		d.Ciphertexts[0][member-1][b] = wrong ^ pad[b]
	}
	return nil
}

// sharesCancel has the liar and the next dealer send the victim shares that are off by
// 9 and −9. The second one then complains falsely.
func sharesCancel(p *play) error {
	accomplice := liar + 1
	for slot, off := range map[int]curve.Scalar{liar: curve.NewScalar(9), accomplice: curve.NewScalar(9).Neg()} {
		p.voter(slot).Dealer = p.tamperingDealer(slot, func(params sharing.Params, d *sharing.Deal) error {
			return p.shifted(params, d, slot, victim, off)
		})
	}
	return p.misconduct(Misconduct{Kind: FalseComplaint, Slot: accomplice, Victim: 1})
}

// complainsOfSecondDeal has the victim write its deal a second time, and the liar
// complain of that line.
func complainsOfSecondDeal(p *play) error {
	var second board.Hash
	addAfter(p, func(l board.Line, d board.Deal) ([]board.Line, error) {
		if l.By != p.voter(victim).Key() {
			return nil, nil
		}
		later := l.Seen
		later.Height++
		again, err := board.Sign(p.EID, p.voter(victim).Secret, later, d)
		second = again.ID(p.EID)
		return []board.Line{again}, err
	})
	return complaint(func(c *board.Complaint) { c.Deal = second })(p)
}

// complainsTwice has the liar send a member that does not vote a wrong share. That
// member complains falsely of another dealer before it complains of the liar.
func complainsTwice(p *play) error {
	if err := wrongShareFor0(p); err != nil {
		return err
	}
	member := p.idler()
	v := p.voter(member)
	p.onLine(func(l board.Line) ([]board.Line, error) {
		if l.Type != board.TypeComplaint || l.By != v.Key() || p.Setup.Dealing != nil {
			return []board.Line{l}, nil
		}
		c, err := p.complaintOf(v, sharing.WrongShare{Dealer: p.other(p.dealerFor(member), member), Key: 1})
		if err != nil {
			return nil, err
		}
		slander, err := p.forge(v.Secret, c)
		return []board.Line{slander, l}, err
	})
	return nil
}

// dealerFor returns the dealer of a wrong share for a member: the liar, or the next
// slot where the member is the liar itself.
func (p *play) dealerFor(member int) int {
	if member == liar {
		return liar + 1
	}
	return liar
}

// wrongShareFor0 has a dealer send a wrong share to a member that does not vote.
func wrongShareFor0(p *play) error {
	member := p.idler()
	return p.misconduct(Misconduct{Kind: WrongShare, Slot: p.dealerFor(member), Victim: member})
}

// complaintsLate keeps complaints off the board until the transcript is there.
func complaintsLate(p *play) error {
	drop(p, func(board.Line, board.Complaint) bool { return p.Setup.Dealing == nil })
	return nil
}

// noComplaints keeps all complaints off the board.
func noComplaints(p *play) error {
	drop(p, func(board.Line, board.Complaint) bool { return true })
	return nil
}

// shareInfinite has the sum of all polynomials be 0 at a member that does not vote.
func shareInfinite(p *play) error {
	at := uint32(p.idler())
	return p.dealTogether(func(others []curve.Scalar) ([]curve.Scalar, error) {
		f, err := drawPolynomial(p.Stream("infinite"), len(others))
		if err != nil {
			return nil, err
		}
		sum := make([]curve.Scalar, len(f))
		for l := range f {
			sum[l] = f[l].Add(others[l])
		}
		f[1] = f[1].Sub(curve.Evaluate(sum, at).Mul(curve.NewScalar(at).Inverse()))
		return f, nil
	})
}

// votesWithoutShare has the member that does not vote cast a ballot with the share 0.
func votesWithoutShare(p *play) error {
	v := p.voter(p.idler())
	p.CoinSpends = slices.DeleteFunc(p.CoinSpends, func(a rehearsal.CoinSpend) bool { return a.Voter == v })
	p.CoinSpends = append(p.CoinSpends, rehearsal.CoinSpend{Voter: v, Height: p.Policy.Times.VoteFrom, Votes: true})
	p.castInstead(v, func(keys map[string][]byte) error {
		at := ballot.Place{EID: p.EID, Outpoint: election.EncodeOutpoint(p.coin(v))}
		to := curve.BaseMul(p.Keys["candidate "+p.second().Name])
		return p.cast(v, keys, ballot.Seal(ballot.Plain{Candidate: 2}, at, to))
	})
	return nil
}
