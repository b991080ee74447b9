package corpus

import (
	"errors"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// transcriptLies are about family E: the transcript, and the keys that it has
// (V42, V45 to V51).
var transcriptLies = []Lie{
	{Name: "transcript-missing", Text: "the supervisor anchors the transcript's phase without a transcript",
		Strength: KeyHolding, Base: "won",
		Check: "V42", Level: "L0", Exit: 21, tamper: all(noAcks, endsWithDealing, func(p *play) error {
			drop(p, func(board.Line, board.Transcript) bool { return true })
			return nil
		})},
	{Name: "transcript-short", Text: "the transcript has no public share for the last slot",
		Strength: KeyHolding, Base: "won",
		Check: "V42", Level: "L0", Exit: 21, tamper: transcript(func(_ *play, t *board.Transcript) error {
			t.Keys[0].Shares = t.Keys[0].Shares[:len(t.Keys[0].Shares)-curve.PointSize]
			return nil
		})},
	{Name: "transcript-two-keys", Text: "the transcript has one joint key more than the policy",
		Strength: KeyHolding, Base: "won",
		Check: "V42", Level: "L0", Exit: 21, tamper: transcript(func(_ *play, t *board.Transcript) error {
			t.Keys = append(t.Keys, t.Keys[0])
			return nil
		})},
	{Name: "dealer-smuggled-in", Text: "the transcript counts a dealer who is out",
		Strength: KeyHolding, Base: "dealers",
		Check: "V45", Level: "L0", Exit: 21, tamper: transcript(func(_ *play, t *board.Transcript) error {
			t.Qual = []int{1, 2, 3, 4, 5}
			return nil
		})},
	{Name: "dealer-dropped", Text: "the transcript drops a dealer who dealt honestly",
		Strength: KeyHolding, Base: "won",
		Check: "V45", Level: "L0", Exit: 21, tamper: transcript(func(_ *play, t *board.Transcript) error {
			t.Qual = t.Qual[1:]
			return nil
		})},
	{Name: "joint-key-replaced", Text: "the transcript has a joint key of the supervisor's own",
		Strength: KeyHolding, Base: "won",
		Check: "V46", Along: []string{"V48"}, Level: "L0", Exit: 21,
		tamper: transcript(func(p *play, t *board.Transcript) error {
			t.Keys[0].Key = curve.BaseMul(p.stranger()).Key()
			return nil
		})},
	{Name: "joint-key-of-one", Text: "dealers choose first points that cancel, so that the joint key is one dealer's alone",
		Strength: KeyHolding, Base: "won",
		Check: "V46", Level: "L0", Exit: 21, tamper: keyOfOne},
	{Name: "joint-key-candidates", Text: "all dealers help a candidate to make the joint key its own key",
		Strength: KeyHolding, Base: "paper",
		Check: "V46", Level: "L0", Exit: 21, tamper: func(p *play) error {
			return p.dealTogether(func(others []curve.Scalar) ([]curve.Scalar, error) {
				return completing(p, others, p.Keys["candidate "+p.first().Name])
			})
		}},
	{Name: "joint-key-members", Text: "all dealers make the joint secret the share of one member",
		Strength: KeyHolding, Base: "won",
		Check: "V46", Level: "L0", Exit: 21, tamper: sharesAlike(0, 1)},
	{Name: "joint-key-nothing", Text: "all dealers' first points cancel: the joint key is the point at infinity",
		Strength: KeyHolding, Base: "won",
		Check: "V46", Along: []string{"V42"}, Level: "L0", Exit: 21,
		tamper: all(noTranscriptKey, func(p *play) error {
			return p.dealTogether(func(others []curve.Scalar) ([]curve.Scalar, error) {
				return completing(p, others, curve.Scalar{})
			})
		})},
	{Name: "public-share-replaced", Text: "the transcript has another public share for one slot",
		Strength: KeyHolding, Base: "won",
		Check: "V47", Along: []string{"V48"}, Level: "L0", Exit: 21,
		tamper: transcript(func(p *play, t *board.Transcript) error {
			other := curve.BaseMul(p.stranger()).Key()
			copy(t.Keys[0].Shares, other[:])
			return nil
		})},
	{Name: "polynomial-replaced", Text: "the transcript's shares are of the supervisor's own polynomial through the joint key",
		Strength: KeyHolding, Base: "each",
		Check: "V47", Level: "L0", Exit: 21, tamper: transcript(ownPolynomial)},
	{Name: "shares-alike", Text: "all dealers make the shares of two members the same",
		Strength: KeyHolding, Base: "won",
		Check: "V49", Along: []string{"V50"}, Level: "L3", Exit: 21, tamper: sharesAlike(3, 5)},
	{Name: "ack-of-another-transcript", Text: "a member acknowledges a transcript that the board does not show",
		Strength: KeyHolding, Base: "won",
		Check: "V50", Level: "L3", Exit: 21, tamper: func(p *play) error {
			amend(p, func(l *board.Line, a *board.Ack) bool {
				a.Transcript[0] ^= 1
				return l.By == p.voter(victim).Key()
			})
			return nil
		}},
	{Name: "transcript-never", Text: "the supervisor never anchors the transcript", Strength: KeyHolding, Base: "won",
		Check: "V51", Level: "L0", Exit: 21, tamper: unanchored(election.SetupClosed)},
	{Name: "transcript-late", Text: "the supervisor anchors the transcript a block too late",
		Strength: KeyHolding, Base: "won",
		Check: "V51", Level: "L0", Exit: 21, tamper: late(election.SetupClosed)},
	{Name: "setup-with-deals-locktime", Text: "the setup's anchor has the locktime of the deals' anchor",
		Strength: KeyHolding, Base: "won",
		Check: "V51", Level: "L0", Exit: 21,
		tamper: anchored(election.SetupClosed, func(p *play, tx *wire.MsgTx) { tx.LockTime = p.Policy.Times.Deal })},
	{Name: "setup-other-board", Text: "the supervisor's setup anchor commits to a board that it does not show",
		Strength: KeyHolding, Base: "each",
		Check: "V51", Level: "L0", Exit: 21, tamper: otherHead(election.SetupClosed)},
	{Name: "setup-not-shown", Text: "the record has proofs instead of blocks, and none of the setup's anchor",
		Strength: Naive, Base: "sealed", proven: true,
		Check: "V51", Level: "L0", Exit: 30,
		tamper: buryDeeper, mutate: proofs(withoutAnchor(election.SetupClosed))},
}

// noTranscriptKey ends the record with an anchor of the complaints alone: the transcript
// cannot be written.
func noTranscriptKey(p *play) error {
	p.Hooks.Tip = p.due(election.SetupClosed).Last + 2*p.Policy.Depth()
	p.Hooks.Complain = func(*rehearsal.Voter, *election.Setup, *sharing.Outcome) error {
		if err := p.Anchor(p.Policy.Times.Setup+1, p.Log.Head()); err != nil {
			return err
		}
		return rehearsal.ErrOver
	}
	return nil
}

// noAcks keeps acknowledgements off the board: no member acknowledges a wrong
// transcript.
func noAcks(p *play) error {
	drop(p, func(board.Line, board.Ack) bool { return true })
	return nil
}

// endsWithDealing ends the record after the dealing.
func endsWithDealing(p *play) error {
	p.last, p.Hooks.Tip = "deal", p.due(election.SetupClosed).Last+2*p.Policy.Depth()
	return nil
}

// transcript changes the transcript. The record ends after it.
func transcript(change func(*play, *board.Transcript) error) func(*play) error {
	return all(noAcks, endsWithDealing, func(p *play) error {
		var failed error
		amend(p, func(_ *board.Line, t *board.Transcript) bool {
			failed = errors.Join(failed, change(p, t))
			return true
		})
		return failed
	})
}

// ownPolynomial replaces the public shares by those of another polynomial
// through the joint key P:
//
//	p_j = P + Σ_l j^l·B_l
func ownPolynomial(p *play, t *board.Transcript) error {
	f, err := drawPolynomial(p.Stream("own polynomial"), p.Policy.K)
	if err != nil {
		return err
	}
	P, err := t.Keys[0].Key.Point()
	f[0] = curve.Scalar{}
	var shares curve.Encoder
	for j := range p.Voters {
		shares = shares.Point(P.Add(curve.BaseMul(curve.Evaluate(f, uint32(j+1)))))
	}
	t.Keys[0].Shares = board.Bytes(shares)
	return err
}

// completing returns a polynomial with which the constant terms sum to want.
func completing(p *play, others []curve.Scalar, want curve.Scalar) ([]curve.Scalar, error) {
	f, err := drawPolynomial(p.Stream("completing"), len(others))
	f[0] = want.Sub(others[0])
	return f, err
}

// keyOfOne has the members deal in pairs constant terms that cancel. With an odd
// number of members the last one's term remains.
func keyOfOne(p *play) error {
	if len(p.Voters)%2 == 0 {
		return rehearsal.Unplayable("an even roll of %d leaves no single dealer", len(p.Voters))
	}
	var before curve.Scalar
	for i, v := range p.Voters {
		f, err := drawPolynomial(p.Stream("pair "+v.Role), p.Policy.K)
		if err != nil {
			return err
		}
		if i%2 == 1 {
			f[0] = before.Neg()
		}
		before = f[0]
		v.Dealer = p.fixedDealer(i+1, [][]curve.Scalar{f})
	}
	return nil
}

// sharesAlike has the sum of all polynomials take the same value at a and b.
func sharesAlike(a, b uint32) func(*play) error {
	return func(p *play) error {
		return p.dealTogether(func(others []curve.Scalar) ([]curve.Scalar, error) {
			f, err := drawPolynomial(p.Stream("alike"), len(others))
			if err != nil {
				return nil, err
			}
			// f_1 alone is not free: (a − b)·f_1 has to cancel the other terms'
			// difference between a and b.
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
