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
	s.Complaints = keep(Counting[board.Complaint](s.Phases), func(e Entry[board.Complaint]) bool {
		return s.OnRoll(e.Line.By)
	})
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
	for i, d := range s.Dealing.Deals {
		for _, points := range d.Coefficients {
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
