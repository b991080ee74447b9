package rehearsal

import (
	"errors"

	"bevote/internal/board"
	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier"
)

// dealerLies are about single dealers, who are put out and named while the
// election goes on: V39–V44. liar is the slot of the one who cheats, victim that
// of the other.
var dealerLies = []Lie{
	{Name: "deal-missing", Text: "a dealer commits and never deals", Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "dealer 2: out", Level: "L3", plot: deals(func(d *dealt) { d.text = nil })},
	{Name: "deal-other", Text: "a dealer deals what it did not commit to, when it has seen the others' deals", Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "dealer 2: out", Level: "L3", plot: prepares(func(p *play, params sharing.Params, d *sharing.Deal) ([32]byte, []byte, error) {
			other, err := sharing.NewDeal(p.stream("second thoughts"), params, liar)
			return d.Commitment(params, liar), other.Encode(), err
		})},
	{Name: "deal-uncommitted", Text: "a dealer deals without a commitment", Strength: KeyHolding, Base: "each",
		Check: "V39", Level: "L3", Says: "dealer 2: out", plot: prepares(func(_ *play, _ sharing.Params, d *sharing.Deal) ([32]byte, []byte, error) {
			return [32]byte{}, d.Encode(), nil
		})},
	{Name: "deal-early", Text: "a dealer deals before the commitments are buried, while others can still choose theirs", Strength: KeyHolding, Base: "won",
		Check: "V39", Says: "dealer 2: out", Level: "L3", plot: dealEarly},
	{Name: "threshold-raised", Text: "a dealer's polynomial has a coefficient too many", Strength: KeyHolding, Base: "won",
		Check: "V40", Says: "dealer 2: out", Level: "L3", plot: underOther(func(p *sharing.Params) { p.K++ })},
	{Name: "threshold-lowered", Text: "a dealer's polynomial has a coefficient too few", Strength: KeyHolding, Base: "salted",
		Check: "V40", Says: "dealer 2: out", Level: "L3", plot: underOther(func(p *sharing.Params) { p.K-- })},
	{Name: "deal-padded", Text: "a dealer's deal goes on after its end", Strength: KeyHolding, Base: "won",
		Check: "V40", Says: "dealer 2: out", Level: "L3", plot: encodes(func(text []byte) []byte { return append(text, 0) })},
	{Name: "deal-off-curve", Text: "a dealer's coefficient is no point", Strength: KeyHolding, Base: "won",
		Check: "V40", Says: "dealer 2: out", Level: "L3", plot: encodes(func(text []byte) []byte { text[4] = 5; return text })},
	{Name: "rogue-key", Text: "a dealer takes another's first point away from its own, so that the joint key is its alone", Strength: KeyHolding, Base: "won",
		Check: "V41", Says: "dealer 2: out", Level: "L3", plot: edits(func(p *play, params sharing.Params, d *sharing.Deal) error {
			other, err := sharing.NewDeal(p.stream(p.voter(victim).role), params, victim)
			d.Coefficients[0][0] = curve.Sum([]curve.Point{d.Coefficients[0][0], other.Coefficients[0][0].Neg()})
			return err
		})},
	{Name: "coefficient-proof-replayed", Text: "a dealer proves its first coefficient for other higher ones", Strength: KeyHolding, Base: "each",
		Check: "V41", Says: "dealer 2: out", Level: "L3", plot: edits(func(_ *play, _ sharing.Params, d *sharing.Deal) error {
			d.Coefficients[0][1] = d.Coefficients[0][1].Neg()
			return nil
		})},
	{Name: "ephemeral-copied", Text: "a dealer copies another's ephemeral key and ciphertexts, so that complaints would open the other's shares", Strength: KeyHolding, Base: "won",
		Check: "V43", Says: "dealer 2: out", Level: "L3", plot: misdeed(CopyEphemeral)},
	{Name: "ephemeral-unproven", Text: "a dealer does not prove its ephemeral key", Strength: KeyHolding, Base: "won",
		Check: "V43", Says: "dealer 2: out", Level: "L3", plot: edits(func(_ *play, _ sharing.Params, d *sharing.Deal) error {
			d.EphemeralPossession = d.Possession[0]
			return nil
		})},
	{Name: "ephemeral-shared", Text: "two dealers share one ephemeral key that both know", Strength: KeyHolding, Base: "won",
		Check: "V43", Says: "dealer 2: out", Level: "L3", plot: sharedEphemeral},
	{Name: "share-missing", Text: "a dealer leaves out the last member's share", Strength: KeyHolding, Base: "won",
		Check: "V43", Says: "dealer 2: out", Level: "L3", plot: underOther(func(p *sharing.Params) { p.Roll = p.Roll[:len(p.Roll)-1] })},
	{Name: "share-wrong", Text: "a dealer sends a member a wrong share; the member complains", Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "dealer 2: out", Level: "L3", plot: misdeed(WrongShare)},
	{Name: "share-no-number", Text: "a dealer sends a member 32 bytes that are no scalar", Strength: KeyHolding, Base: "each",
		Check: "V44", Says: "dealer 2: out", Level: "L3", plot: shareNoNumber},
	{Name: "complaint-false", Text: "a member complains of a dealer who dealt honestly", Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "dealer 2: out", Level: "L3", plot: misdeed(FalseComplaint)},
	{Name: "complaint-unproven", Text: "a member complains with a point that is not the one that it shares with the dealer", Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "ignored", Level: "L3", plot: complaint(func(c *board.Complaint) {
			c.Point = curve.BaseMul(curve.NewScalar(7)).Key()
		})},
	{Name: "complaint-about-nobody", Text: "a member complains of a dealer who is none", Strength: KeyHolding, Base: "won",
		Check: "V44", Says: "ignored", Level: "L3", plot: complaint(func(c *board.Complaint) { c.Dealer = 999 })},
}

const liar, victim = 2, 4

// deals lets a dealer prepare honestly and change what it will write.
func deals(change func(*dealt)) func(*play) error {
	return func(p *play) error {
		d := p.written(liar, func(params sharing.Params) (*sharing.Deal, error) {
			return sharing.NewDeal(p.stream("liar"), params, liar)
		})
		honest := d.prepare
		d.prepare = func(params sharing.Params) ([32]byte, []byte, error) {
			commitment, text, err := honest(params)
			d.text = text
			change(d)
			return commitment, d.text, err
		}
		p.voter(liar).dealer = d
		return nil
	}
}

// prepares lets a dealer choose what it commits to and what it deals.
func prepares(choose func(*play, sharing.Params, *sharing.Deal) ([32]byte, []byte, error)) func(*play) error {
	return func(p *play) error {
		d := &dealt{p: p, key: p.voter(liar).key}
		d.prepare = func(params sharing.Params) (commitment [32]byte, text []byte, err error) {
			honest, err := sharing.NewDeal(p.stream("liar"), params, liar)
			if err != nil {
				return commitment, nil, err
			}
			return choose(p, params, honest)
		}
		p.voter(liar).dealer = d
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
		commitment := curve.TaggedHash("deal", curve.Encoder(nil).Raw(params.EID[:]).U16(liar), text)
		return commitment, text, nil
	})
}

// underOther deals honestly under other parameters.
func underOther(change func(*sharing.Params)) func(*play) error {
	return prepares(func(p *play, params sharing.Params, _ *sharing.Deal) ([32]byte, []byte, error) {
		other := params
		change(&other)
		d, err := sharing.NewDeal(p.stream("liar"), other, liar)
		if err != nil {
			return [32]byte{}, nil, err
		}
		return d.Commitment(params, liar), d.Encode(), nil
	})
}

// dealEarly dates a deal to before the block of the commitments' anchor.
func dealEarly(p *play) error {
	return deals(func(d *dealt) {
		d.late = func() (board.Seen, error) { return p.seen(p.e.Policy.Times.Commit - 1) }
	})(p)
}

// misdeed is one that rehearsals know by themselves.
func misdeed(deed Deed) func(*play) error {
	return func(p *play) error {
		p.opt.Misdeeds = []Misdeed{{Deed: deed, Slot: liar, Victim: victim}}
		return p.plot()
	}
}

// sharedEphemeral has the liar and its victim, who is none here, prove one
// ephemeral key, each as its own.
func sharedEphemeral(p *play) error {
	for _, slot := range []int{liar, victim} {
		f, err := polynomial(p.stream(p.voter(slot).role+" in the ring"), p.e.Policy.K)
		if err != nil {
			return err
		}
		p.voter(slot).dealer = p.written(slot, func(params sharing.Params) (*sharing.Deal, error) {
			return dealOf(p.stream("shared"), params, slot, [][]curve.Scalar{f})
		})
	}
	return nil
}

// shareNoNumber turns the victim's share into bytes that no scalar has.
func shareNoNumber(p *play) error {
	return edits(func(p *play, params sharing.Params, d *sharing.Deal) error {
		shared := d.Ephemeral.Mul(p.voter(victim).key)
		pad := curve.KDF(curve.Encoder(nil).Point(shared).Point(d.Ephemeral).Raw(params.EID[:]).U16(1).U16(liar).U16(victim), 32)
		for b := range pad {
			d.Ciphertexts[0][victim-1][b] = pad[b] ^ 0xff
		}
		return nil
	})(p)
}

// complaint writes a complaint that is none.
func complaint(change func(*board.Complaint)) func(*play) error {
	return func(p *play) error {
		if err := misdeed(FalseComplaint)(p); err != nil {
			return err
		}
		rewrite(p, func(_ *board.Line, c *board.Complaint) bool { change(c); return true })
		return nil
	}
}

// transcriptLies are about what the dealing comes to: V42–V51.
var transcriptLies = []Lie{
	{Name: "transcript-missing", Text: "the supervisor anchors the transcript's phase without a transcript", Strength: KeyHolding, Base: "won",
		Check: "V42", Level: "none", Exit: 20, plot: plots(noAcks, endsWithDealing, func(p *play) error {
			drop(p, func(board.Line, board.Transcript) bool { return true })
			return nil
		})},
	{Name: "transcript-short", Text: "the transcript has no public share for the last slot", Strength: KeyHolding, Base: "won",
		Check: "V42", Level: "none", Exit: 20, plot: transcript(func(_ *play, t *board.Transcript) error {
			t.Keys[0].Shares = t.Keys[0].Shares[:len(t.Keys[0].Shares)-curve.PointSize]
			return nil
		})},
	{Name: "transcript-two-keys", Text: "the transcript has one joint key more than the policy", Strength: KeyHolding, Base: "won",
		Check: "V42", Level: "none", Exit: 20, plot: transcript(func(_ *play, t *board.Transcript) error {
			t.Keys = append(t.Keys, t.Keys[0])
			return nil
		})},
	{Name: "dealer-smuggled-in", Text: "the transcript counts a dealer who is out", Strength: KeyHolding, Base: "dealers",
		Check: "V45", Level: "none", Exit: 20, plot: transcript(func(_ *play, t *board.Transcript) error {
			t.Qual = []int{1, 2, 3, 4, 5}
			return nil
		})},
	{Name: "dealer-dropped", Text: "the transcript drops a dealer who dealt honestly", Strength: KeyHolding, Base: "won",
		Check: "V45", Level: "none", Exit: 20, plot: transcript(func(_ *play, t *board.Transcript) error {
			t.Qual = t.Qual[1:]
			return nil
		})},
	{Name: "joint-key-replaced", Text: "the transcript has a joint key of the supervisor's own", Strength: KeyHolding, Base: "won",
		Check: "V46", Along: []string{"V48"}, Level: "none", Exit: 20, plot: transcript(func(p *play, t *board.Transcript) error {
			t.Keys[0].Key = curve.BaseMul(p.stranger()).Key()
			return nil
		})},
	{Name: "joint-key-of-one", Text: "dealers choose first points that cancel, so that the joint key is one dealer's alone", Strength: KeyHolding, Base: "won",
		Check: "V46", Level: "none", Exit: 20, plot: keyOfOne},
	{Name: "joint-key-candidates", Text: "all dealers help a candidate to make the joint key its own key", Strength: KeyHolding, Base: "paper",
		Check: "V46", Level: "none", Exit: 20, plot: func(p *play) error {
			return p.ring(func(others []curve.Scalar) ([]curve.Scalar, error) {
				return completing(p, others, p.keys["candidate "+p.first().Name])
			})
		}},
	{Name: "joint-key-members", Text: "all dealers make the joint secret the share of one member", Strength: KeyHolding, Base: "won",
		Check: "V46", Level: "none", Exit: 20, plot: sharesAlike(0, 1)},
	{Name: "joint-key-nothing", Text: "all dealers' first points cancel: the joint key is the point at infinity", Strength: KeyHolding, Base: "won",
		Check: "V46", Along: []string{"V42"}, Level: "none", Exit: 20, plot: plots(noTranscriptKey, func(p *play) error {
			return p.ring(func(others []curve.Scalar) ([]curve.Scalar, error) {
				return completing(p, others, curve.Scalar{})
			})
		})},
	{Name: "public-share-replaced", Text: "the transcript has another public share for one slot", Strength: KeyHolding, Base: "won",
		Check: "V47", Along: []string{"V48"}, Level: "none", Exit: 20, plot: transcript(func(p *play, t *board.Transcript) error {
			other := curve.BaseMul(p.stranger()).Key()
			copy(t.Keys[0].Shares, other[:])
			return nil
		})},
	{Name: "polynomial-replaced", Text: "the transcript's shares are of the supervisor's own polynomial through the joint key", Strength: KeyHolding, Base: "each",
		Check: "V47", Level: "none", Exit: 20, plot: transcript(ownPolynomial)},
	{Name: "shares-alike", Text: "all dealers make the shares of two members the same", Strength: KeyHolding, Base: "won",
		Check: "V49", Level: "none", Exit: 20, plot: sharesAlike(3, 5)},
	{Name: "ack-of-another-transcript", Text: "a member acknowledges a transcript that the board does not show", Strength: KeyHolding, Base: "won",
		Check: "V50", Level: "L3", Exit: 21, plot: func(p *play) error {
			rewrite(p, func(l *board.Line, a *board.Ack) bool {
				a.Transcript[0] ^= 1
				return l.By == p.voter(victim).Key()
			})
			return nil
		}},
	{Name: "transcript-never", Text: "the supervisor never anchors the transcript", Strength: KeyHolding, Base: "won",
		Check: "V51", Level: "none", Exit: 20, plot: func(p *play) error {
			p.tricks.until = p.e.Policy.Times.Setup + p.depth()
			p.tricks.anchor = func(kind int, _ uint32) (bool, error) {
				if kind != verifier.TranscriptClosed {
					return false, nil
				}
				return true, errOver
			}
			return nil
		}},
	{Name: "transcript-late", Text: "the supervisor anchors the transcript a block too late", Strength: KeyHolding, Base: "won",
		Check: "V51", Level: "none", Exit: 20, plot: late(verifier.TranscriptClosed)},
}

// noAcks keeps acknowledgements off the board: nobody acknowledges what is
// wrong.
func noAcks(p *play) error {
	drop(p, func(board.Line, board.Ack) bool { return true })
	return nil
}

// endsWithDealing ends the record there: nobody votes under a wrong key.
func endsWithDealing(p *play) error {
	p.tricks.last, p.tricks.until = "deal", p.e.Policy.Times.Setup+p.depth()-1
	return nil
}

// transcript has the supervisor publish another transcript. The election ends
// with it, since no voter acknowledges it.
func transcript(change func(*play, *board.Transcript) error) func(*play) error {
	return plots(noAcks, endsWithDealing, func(p *play) error {
		var failed error
		rewrite(p, func(_ *board.Line, t *board.Transcript) bool {
			failed = errors.Join(failed, change(p, t))
			return true
		})
		return failed
	})
}

// ownPolynomial puts shares of another polynomial through P into a transcript:
// p_j = P + Σ j^l·B_l.
func ownPolynomial(p *play, t *board.Transcript) error {
	f, err := polynomial(p.stream("own polynomial"), p.e.Policy.K)
	if err != nil {
		return err
	}
	P, err := t.Keys[0].Key.Point()
	f[0] = curve.Scalar{}
	var shares curve.Encoder
	for j := range p.voters {
		shares = shares.Point(P.Add(curve.BaseMul(curve.Evaluate(f, uint32(j+1)))))
	}
	t.Keys[0].Shares = board.Bytes(shares)
	return err
}

// completing is a polynomial that makes the sum's constant term a given one.
func completing(p *play, others []curve.Scalar, want curve.Scalar) ([]curve.Scalar, error) {
	f, err := polynomial(p.stream("completing"), len(others))
	f[0] = want.Sub(others[0])
	return f, err
}

// keyOfOne has the members, two by two, deal constant terms that cancel; the
// odd one is left.
func keyOfOne(p *play) error {
	if len(p.voters)%2 == 0 {
		return unplayable("an even roll of %d leaves no single dealer", len(p.voters))
	}
	var before curve.Scalar
	for i, v := range p.voters {
		f, err := polynomial(p.stream("pair "+v.role), p.e.Policy.K)
		if err != nil {
			return err
		}
		if i%2 == 1 {
			f[0] = before.Neg()
		}
		before = f[0]
		v.dealer = p.dealing1(i+1, [][]curve.Scalar{f})
	}
	return nil
}

// sharesAlike makes the sum polynomial take one value at two places.
func sharesAlike(a, b uint32) func(*play) error {
	return func(p *play) error {
		return p.ring(func(others []curve.Scalar) ([]curve.Scalar, error) {
			f, err := polynomial(p.stream("alike"), len(others))
			if err != nil {
				return nil, err
			}
			// f_1 is the only coefficient that is not free: the values at a and
			// b differ by (a − b)·f_1 and what the higher ones contribute.
			sum := make([]curve.Scalar, len(f))
			for l := range f {
				sum[l] = f[l].Add(others[l])
			}
			off := curve.Evaluate(sum, a).Sub(curve.Evaluate(sum, b))
			step := curve.NewScalar(a).Sub(curve.NewScalar(b))
			f[1] = f[1].Sub(off.Mul(step.Inverse()))
			return f, nil
		})
	}
}

// noTranscriptKey ends the record before a transcript that cannot be written.
func noTranscriptKey(p *play) error {
	p.tricks.anchor = func(kind int, height uint32) (bool, error) {
		if kind != verifier.ComplaintsClosed {
			return false, nil
		}
		return true, p.giveUp(kind, height)
	}
	return nil
}
