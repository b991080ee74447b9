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

// readDealing collects the commits, deals and complaints of roll members, and
// judges them once the complaints are closed. A deal counts if its line names the
// block with the anchor of the commits, or a later one.
func (s *Setup) readDealing() {
	s.Commits = keep(Counting[board.Commit](s.Phases), func(e Entry[board.Commit]) bool { return s.OnRoll(e.Line.By) })
	anchored := s.Phases.Anchor(CommitsClosed)
	s.deals = keep(Counting[board.Deal](s.Phases), func(e Entry[board.Deal]) bool {
		return s.OnRoll(e.Line.By) && e.Line.Seen.Height >= anchored.Height
	})
	s.Complaints = keep(Counting[board.Complaint](s.Phases), func(e Entry[board.Complaint]) bool {
		return s.OnRoll(e.Line.By)
	})
	if !s.Phases.Closed(CommitsClosed) || !s.Phases.Closed(DealsClosed) || !s.Phases.Closed(ComplaintsClosed) {
		return // V98 names the missing anchor
	}
	s.Dealing = s.JudgeDealing()
	if len(s.Dealing.Qual) < s.e.Policy.K {
		s.Ended = fmt.Sprintf("%d qualified dealers are fewer than the threshold %d", len(s.Dealing.Qual), s.e.Policy.K)
	}
}

// JudgeDealing returns the outcome of the dealing by the lines that anchors have
// closed so far. Receivers check their shares against it before the complaints
// are closed; afterwards it equals Dealing.
func (s *Setup) JudgeDealing() *sharing.Outcome {
	commits := make(map[int][32]byte)
	for _, c := range s.Commits {
		commits[s.slots[c.Line.By]] = c.Body.Deal
	}
	return sharing.Judge(s.Params(), commits, s.Deals(), s.SharingComplaints())
}

// SharingComplaints returns the decoded complaints, without those whose point or
// proof does not decode.
func (s *Setup) SharingComplaints() (out []sharing.Complaint) {
	for _, c := range s.Complaints {
		point, err1 := c.Body.Point.Point()
		proof, err2 := curve.DecodeProof(c.Body.Proof)
		if err1 == nil && err2 == nil {
			out = append(out, sharing.Complaint{
				By: s.slots[c.Line.By], Dealer: c.Body.Dealer, Key: c.Body.Key, Point: point, Proof: proof,
			})
		}
	}
	return out
}

// readTranscript takes the supervisor's transcript and decodes its public shares.
func (s *Setup) readTranscript() {
	for _, t := range Counting[board.Transcript](s.Phases) {
		if t.Line.By == s.e.Policy.Supervisor {
			s.Transcript = &t
			break
		}
	}
	if s.Transcript == nil || len(s.Transcript.Body.Keys) != s.e.Policy.JointKeys() {
		return // V42 names it
	}
	for _, k := range s.Transcript.Body.Keys {
		shares, err := decodePoints(k.Shares, len(s.Roll))
		if err != nil {
			s.Shares = nil
			return
		}
		s.Shares = append(s.Shares, shares)
	}
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
// bytes.
func (s *Setup) PublicShare(i, key int) curve.PublicKey {
	if !s.e.Policy.Dealt() || len(s.Shares) < key {
		return curve.PublicKey{}
	}
	return s.Shares[key-1][i-1].Key()
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

// decodePoints reads n points, 33 bytes each.
func decodePoints(b []byte, n int) ([]curve.Point, error) {
	if len(b) != n*curve.PointSize {
		return nil, fmt.Errorf("%d bytes for %d points", len(b), n)
	}
	out := make([]curve.Point, n)
	for i := range out {
		var err error
		if out[i], err = curve.DecodePoint(b[i*curve.PointSize : (i+1)*curve.PointSize]); err != nil {
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
