package roles

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// drawn returns the voter's deal, which follows from its seed and the closed roll, and its slot; nil
// where the voter is not on the roll.
func (v *Voter) drawn(view *View) (d *sharing.Deal, slot int, err error) {
	if slot = view.Setup.SlotOf(v.public); slot == 0 {
		return nil, 0, nil
	}
	head := view.Setup.Phases.Anchor(election.RollClosed).Head
	d, err = v.seed.Deal(view.Setup.Params(), head, slot)
	return d, slot, err
}

// commit writes the commitment to the voter's deal.
func (v *Voter) commit(view *View) ([]Act, error) {
	by := view.Election.Policy.Times.Commit
	if !view.Open(election.RollClosed, election.CommitsClosed, by) || view.Wrote(v.public, board.TypeCommit) {
		return nil, nil
	}
	d, slot, err := v.drawn(view)
	if d == nil {
		return nil, err
	}
	return lineActs(&v.participant, view, "commit", by, board.Commit{Deal: d.Commitment(view.Setup.Params(), slot)})
}

// deal shows what the voter has committed to.
func (v *Voter) deal(view *View) ([]Act, error) {
	by := view.Election.Policy.Times.Deal
	if !view.Open(election.CommitsClosed, election.DealsClosed, by) || view.Wrote(v.public, board.TypeDeal) {
		return nil, nil
	}
	d, _, err := v.drawn(view)
	if d == nil {
		return nil, err
	}
	return lineActs(&v.participant, view, "deal", by, board.Deal{Deal: d.Encode()})
}

// receive returns the voter's shares by the outcome that a view shows, and the wrong ones; nil before
// there is one.
func (v *Voter) receive(view *View) *receipt {
	o, c := view.Outcome()
	slot := view.Setup.SlotOf(v.public)
	if o == nil || slot == 0 {
		return nil
	}
	head := view.Setup.Phases.Anchor(election.DealsClosed).Head
	if r := &v.received; r.qual == nil || r.head != head || !slices.Equal(r.qual, o.Qual) {
		shares, wrong := c.Receive(v.key, slot, o)
		v.received = receipt{head, slices.Clip(o.Qual), shares, wrong}
	}
	return &v.received
}

// complaints complains of each dealer in QUAL that sent the voter a wrong share, once. Before the
// complaints are closed one puts the dealer out; later ones are findings against it.
func (v *Voter) complaints(view *View) ([]Act, error) {
	t := view.Election.Policy.Times
	by, late := t.Setup, view.Closed(election.SetupClosed)
	if late {
		by = t.VoteFrom
	}
	if view.Tip >= by || !late && !view.Open(election.DealsClosed, election.SetupClosed, by) {
		return nil, nil
	}
	r := v.receive(view)
	if r == nil {
		return nil, nil
	}
	o, _ := view.Outcome()
	var bodies []board.Complaint
	last := 0 // dealer
	for _, w := range r.wrong {
		if w.Dealer == last || !slices.Contains(o.Qual, w.Dealer) {
			continue // one complaint puts a dealer out
		}
		last = w.Dealer
		body, err := v.complaint(view, w, o.Deals[w.Dealer])
		if err != nil {
			return nil, err
		}
		before := func(e election.Entry[board.Complaint]) bool { return e.Body.Deal == body.Deal }
		if !slices.ContainsFunc(own[board.Complaint](view, v.public), before) {
			bodies = append(bodies, body)
		}
	}
	return lineActs(&v.participant, view, "complaint", by, bodies...)
}

func (v *Voter) complaint(view *View, w sharing.WrongShare, d *sharing.Deal) (board.Complaint, error) {
	s := view.Setup
	c, err := sharing.Complain(s.Params(), v.key, s.SlotOf(v.public), w, d)
	if err != nil {
		return board.Complaint{}, err
	}
	return board.Complaint{Deal: s.DealLine(w.Dealer), Key: w.Key, Point: c.Point.Key(), Proof: c.Proof.Bytes()}, nil
}

// ack acknowledges the transcript, if it is right for the voter. A voter without a share that it can
// vote with says so. Its absence says that the transcript is wrong.
func (v *Voter) ack(view *View) ([]Act, error) {
	by, s := view.Election.Policy.Times.VoteFrom, view.Setup
	if view.ended() || view.Tip >= by || !view.Closed(election.SetupClosed) || view.Wrote(v.public, board.TypeAck) {
		return nil, nil
	}
	r := v.receive(view)
	if r == nil || !fits(s, s.SlotOf(v.public), r.shares) {
		return nil, nil
	}
	usable := r.shares != nil && s.Voteless[s.SlotOf(v.public)] == ""
	return lineActs(&v.participant, view, "ack", by, board.Ack{Transcript: s.TranscriptHash, Share: usable})
}

// fits reports whether the joint keys of the transcript are those of the outcome, and its public shares
// of a slot p_i = s_i·G of the shares, if there are any.
func fits(s *election.Setup, slot int, shares []curve.Scalar) bool {
	t, o := s.Transcript, s.Dealing
	if t == nil || o == nil || len(t.Body.Keys) != len(o.Keys) {
		return false
	}
	for i, k := range t.Body.Keys {
		at := (slot - 1) * curve.PointSize
		if k.Key != o.Keys[i].Key.Key() || len(k.Shares) < at+curve.PointSize {
			return false
		}
		if shares == nil {
			continue
		}
		if mine := curve.BaseMul(shares[i]).Key(); !bytes.Equal(k.Shares[at:at+curve.PointSize], mine[:]) {
			return false
		}
	}
	return true
}
