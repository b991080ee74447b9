package election

import (
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/verifier/board"
)

// readDealing collects the commits, deals and complaints of roll members. Once the
// setup is closed it judges them, and the transcript. A deal counts if its line names
// the block with the anchor of the commits, or a later one.
func (s *Setup) readDealing() {
	s.Commits = keep(Counting[board.Commit](s.Phases), func(e Entry[board.Commit]) bool { return s.OnRoll(e.Line.By) })
	anchored := s.Phases.Anchor(CommitsClosed)
	s.deals = keep(Counting[board.Deal](s.Phases), func(e Entry[board.Deal]) bool {
		return s.OnRoll(e.Line.By) && e.Line.Seen.Height >= anchored.Height
	})
	onRoll := func(e Entry[board.Complaint]) bool { return s.OnRoll(e.Line.By) }
	s.Complaints = keep(Counting[board.Complaint](s.Phases), onRoll)
	s.Late = keep(late[board.Complaint](s.Phases, s.e.Policy.Times.VoteFrom), onRoll)
	if !s.Phases.Closed(SetupClosed) {
		return
	}
	s.Dealing = s.JudgeDealing()
	if len(s.Dealing.Qual) < s.e.Policy.K {
		s.end("%d qualified dealers are fewer than the threshold %d", len(s.Dealing.Qual), s.e.Policy.K)
		return
	}
	s.readTranscript()
	if s.TranscriptFault = s.checkTranscript(); s.TranscriptFault != nil {
		s.end("the transcript: %v", s.TranscriptFault)
	}
}

// JudgeDealing returns the outcome of the dealing by the lines that anchors have
// closed so far. Receivers check their shares against it before the complaints
// are closed; afterwards it equals Dealing.
func (s *Setup) JudgeDealing() *sharing.Outcome {
	log := sharing.Log{Commits: make(map[int][32]byte), Deals: s.Deals()}
	for _, c := range s.Commits {
		log.Commits[s.slots[c.Line.By]] = c.Body.Deal
	}
	log.Complaints, log.Late = s.SharingComplaints(s.Complaints), s.SharingComplaints(s.Late)
	return remember(s.e.answers, func() *sharing.Outcome { return sharing.Judge(s.Params(), log) }, s.dealingParts()...)
}

// dealingParts is what the outcome of the dealing follows from: the lines in their order, and the slots
// of their authors.
func (s *Setup) dealingParts() [][]byte {
	roll := curve.Encoder([]byte("dealing"))
	for _, r := range s.Roll {
		roll = roll.Key(r.Key)
	}
	parts := [][]byte{roll}
	add := func(l *board.Line) {
		id := l.ID(s.e.EID)
		parts = append(parts, id[:])
	}
	for _, c := range s.Commits {
		add(c.Line)
	}
	for _, d := range s.deals {
		add(d.Line)
	}
	for _, lines := range [][]Entry[board.Complaint]{s.Complaints, s.Late} {
		parts = append(parts, nil) // ends the lines before
		for _, c := range lines {
			add(c.Line)
		}
	}
	return parts
}

// Combine returns what members check their shares against: the deals of an outcome,
// with weights by the head of the deals' anchor, which must be closed.
func (s *Setup) Combine(o *sharing.Outcome) *sharing.Combination {
	return sharing.Combine(s.Params(), s.Phases.Anchor(DealsClosed).Head, o)
}

// SharingComplaints returns the complaints of lines, one for each line. One that names
// no deal that counts has dealer 0. A point or a proof that does not decode is zero,
// and nothing is proven by it.
func (s *Setup) SharingComplaints(lines []Entry[board.Complaint]) (out []sharing.Complaint) {
	if len(lines) == 0 {
		return nil
	}
	dealers := make(map[board.Hash]int, len(s.deals))
	for _, d := range s.deals {
		dealers[d.Line.ID(s.e.EID)] = s.slots[d.Line.By]
	}
	for _, c := range lines {
		point, _ := c.Body.Point.Point()
		proof, _ := curve.DecodeProof(c.Body.Proof)
		out = append(out, sharing.Complaint{
			By: s.slots[c.Line.By], Dealer: dealers[c.Body.Deal], Key: c.Body.Key, Point: point, Proof: proof,
		})
	}
	return out
}

// DealLine returns the hash by which a complaint names the deal of a dealer, zero if
// there is none that counts.
func (s *Setup) DealLine(dealer int) board.Hash {
	for _, d := range s.deals {
		if s.slots[d.Line.By] == dealer {
			return d.Line.ID(s.e.EID)
		}
	}
	return board.Hash{}
}

// readTranscript takes the supervisor's transcript and the members' acknowledgements,
// and decodes the public shares.
func (s *Setup) readTranscript() {
	s.joinTranscript()
	s.Acks = firstOf(keep(InPhase[board.Ack](s.Phases), func(e Entry[board.Ack]) bool {
		return s.OnRoll(e.Line.By) && e.Line.Seen.Height < s.e.Policy.Times.VoteFrom
	}), onePerAuthor)
	if s.Transcript == nil || len(s.Transcript.Body.Keys) != s.e.Policy.JointKeys() {
		return
	}
	for i, k := range s.Transcript.Body.Keys {
		shares, err := decodePoints(k.Shares, len(s.Roll))
		if err != nil {
			s.Shares, s.BadShares = nil, nil
			return
		}
		s.Shares = append(s.Shares, shares)
		s.BadShares = append(s.BadShares, sharing.VerifyShares(s.Dealing.Keys[i].Coefficients, shares))
	}
	s.findVoteless()
}

// joinTranscript joins the supervisor's lines of the transcript.
func (s *Setup) joinTranscript() {
	parts := keep(Counting[board.Transcript](s.Phases), func(e Entry[board.Transcript]) bool {
		return e.Line.By == s.e.Policy.Supervisor
	})
	if len(parts) == 0 {
		return
	}
	var bodies []board.Transcript
	for _, part := range parts {
		bodies = append(bodies, part.Body)
	}
	whole, used := board.JoinTranscripts(bodies, s.e.Policy.JointKeys(), len(s.Roll))
	var lines []board.Line
	for _, part := range parts[:used] {
		s.TranscriptLines, lines = append(s.TranscriptLines, part.N), append(lines, *part.Line)
	}
	s.Transcript = &Entry[board.Transcript]{parts[0].N, parts[0].Line, whole}
	s.TranscriptHash = board.TranscriptHash(lines...)
}

// findVoteless finds the slots that have no vote, because a public share of theirs is ∞
// or that of another slot.
func (s *Setup) findVoteless() {
	s.Voteless = make(map[int]string)
	for key, shares := range s.Shares {
		first := make(map[curve.Point]int)
		for j, p := range shares {
			switch of := first[p]; {
			case p.IsInfinity():
				s.Voteless[j+1] = fmt.Sprintf("the public share under joint key %d is the point at infinity", key+1)
			case of > 0:
				s.Voteless[j+1] = fmt.Sprintf("the public share under joint key %d is that of slot %d", key+1, of)
				s.Voteless[of] = fmt.Sprintf("the public share under joint key %d is that of slot %d", key+1, j+1)
			default:
				first[p] = j + 1
			}
		}
	}
}

// checkTranscript returns why the transcript is not the outcome of the dealing, or nil.
func (s *Setup) checkTranscript() error {
	t := s.Transcript
	switch {
	case t == nil:
		return errors.New("there is none by the supervisor under the setup's anchor")
	case len(t.Body.Keys) != s.e.Policy.JointKeys():
		return fmt.Errorf("%d joint keys, want %d", len(t.Body.Keys), s.e.Policy.JointKeys())
	case len(s.Shares) != len(t.Body.Keys):
		return fmt.Errorf("the public shares are not one point for each of %d slots", len(s.Roll))
	case !slices.Equal([]int(t.Body.Qual), s.Dealing.Qual):
		return fmt.Errorf("QUAL is %v, the board gives %v", []int(t.Body.Qual), s.Dealing.Qual)
	}
	for i, k := range s.Dealing.Keys {
		switch {
		case k.Key.IsInfinity():
			return fmt.Errorf("joint key %d is the point at infinity", i+1)
		case t.Body.Keys[i].Key != k.Key.Key():
			return fmt.Errorf("joint key %d is not the sum of the qualified dealers' points, %s", i+1, k.Key.Key())
		case len(s.BadShares[i]) > 0:
			return fmt.Errorf("the public share of slot %d under joint key %d is not the dealt one", s.BadShares[i][0], i+1)
		case s.OwnerOf(k.Key.Key()) != "":
			return fmt.Errorf("joint key %d is %s", i+1, s.OwnerOf(k.Key.Key()))
		}
	}
	return nil
}

// OwnerOf names the party whose key, public share or contribution a key is, or returns
// "". A joint key that one party knows alone is none.
func (s *Setup) OwnerOf(key curve.PublicKey) string {
	for _, c := range s.e.Policy.Candidates {
		if c.Key == key {
			return "the key of " + c.Name
		}
	}
	for i, shares := range s.Shares {
		for j, p := range shares {
			if p.Key() == key {
				return fmt.Sprintf("the public share of slot %d under key %d", j+1, i+1)
			}
		}
	}
	for _, i := range s.Dealing.Qual {
		for _, points := range s.Dealing.Deals[i].Coefficients {
			if points[0].Key() == key {
				return fmt.Sprintf("the contribution of dealer %d alone", i)
			}
		}
	}
	return ""
}

// Params returns the dealing's parameters, complete once the roll is closed.
func (s *Setup) Params() sharing.Params {
	keys := make([]curve.PublicKey, len(s.Roll))
	for i, r := range s.Roll {
		keys[i] = r.Key
	}
	return sharing.Params{EID: s.e.EID, K: s.e.Policy.K, Keys: s.e.Policy.JointKeys(), Roll: keys}
}

// Deals returns the deals that came in time, by dealer, undecoded.
func (s *Setup) Deals() map[int][]byte {
	out := make(map[int][]byte, len(s.deals))
	for _, d := range s.deals {
		out[s.slots[d.Line.By]] = d.Body.Deal
	}
	return out
}

// PublicShare returns the transcript's p_i = s_i·G of slot i under joint key number
// key, both from 1 (paper, section 4.2, step 3). In custodial elections it is 33 zero
// bytes. It fails for a slot that has no vote, and in dealt elections without readable
// shares: zero bytes there would stand for a ballot that needs no share.
func (s *Setup) PublicShare(i, key int) (curve.PublicKey, error) {
	switch {
	case !s.e.Policy.Dealt():
		return curve.PublicKey{}, nil
	case key < 1 || key > len(s.Shares) || i < 1 || i > len(s.Shares[key-1]):
		return curve.PublicKey{}, fmt.Errorf("no public share of slot %d under joint key %d", i, key)
	case s.Voteless[i] != "":
		return curve.PublicKey{}, fmt.Errorf("slot %d has no vote: %s", i, s.Voteless[i])
	}
	return s.Shares[key-1][i-1].Key(), nil
}

// Keys returns the contract's holes that are equal for all voters: the joint keys
// P and the candidates' claim keys Q_j = P + C_j; none in custodial elections. It
// fails before the joint keys are known.
func (s *Setup) Keys() (map[string][]byte, error) {
	holes := make(map[string][]byte)
	p := s.e.Policy
	if !p.Dealt() {
		return holes, nil
	}
	if s.Dealing == nil || len(s.Dealing.Keys) != p.JointKeys() {
		return nil, errors.New("no joint key yet")
	}
	for j, c := range p.Candidates {
		joint := s.Dealing.Keys[p.KeyNumber(j+1)-1].Key
		own, err := c.Key.Point()
		if err != nil {
			return nil, err
		}
		name := "joint"
		if p.Joint == lang.JointEach {
			name = "joint." + c.Name
		}
		jk, qk := joint.Key(), joint.Add(own).Key()
		holes[name], holes["claim."+c.Name] = jk[:], qk[:]
	}
	return holes, nil
}

// decodePoints reads n points, 33 bytes each; of ∞ these are zeros.
func decodePoints(b []byte, n int) ([]curve.Point, error) {
	if len(b) != n*curve.PointSize {
		return nil, fmt.Errorf("%d bytes for %d points", len(b), n)
	}
	out := make([]curve.Point, n)
	for i := range out {
		text := curve.PublicKey(b[i*curve.PointSize:])
		if text == (curve.PublicKey{}) {
			continue
		}
		var err error
		if out[i], err = text.Point(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// InfiniteKey reports whether a joint key is the point at infinity. It has no
// compressed encoding, and thus no transcript.
func (s *Setup) InfiniteKey() bool {
	return slices.ContainsFunc(s.Dealing.Keys, func(k sharing.JointKey) bool { return k.Key.IsInfinity() })
}
