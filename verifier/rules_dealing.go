package verifier

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// family E: joint random secret sharing
var dealingRules = []rule{
	{"V39", "RSS-COMMIT-REVEAL", "A", dealt, dealers(sharing.FaultCommitment)},
	{"V40", "RSS-SHAPE", "A", dealt, dealers(sharing.FaultShape)},
	{"V41", "RSS-POK", "A", dealt, dealers(sharing.FaultPossession)},
	{"V42", "RSS-INDEX", "E", transcribed, (*audit).transcriptIndex},
	{"V43", "RSS-SHARES", "A", dealt, dealers(sharing.FaultEncryption)},
	{"V44", "RSS-COMPLAINT", "A", dealt, dealers(sharing.FaultComplaint)},
	{"V45", "RSS-QUAL", "E", written, (*audit).qual},
	{"V46", "RSS-KEY", "E", custodialOr(transcribed), (*audit).jointKey},
	{"V47", "RSS-PUBSHARES", "E", shared, (*audit).publicShares},
	{"V48", "RSS-DEGREE", "E", shared, (*audit).degree},
	{"V49", "RSS-DISTINCT", "E", shared, (*audit).distinctShares},
	{"V50", "RSS-ACK", "A", transcribed, (*audit).acks},
	{"V51", "RSS-ANCHOR", "E", always, (*audit).transcriptAnchor},
}

// dealers is the predicate of the checks that find one kind of fault with
// dealers. A dealer at fault is out of QUAL and the election goes on, so it is an item and no failure: what must
// hold is that QUAL leaves it out (V45).
func dealers(kind sharing.FaultKind) func(*audit, *sheet) {
	return func(a *audit, s *sheet) {
		examined := len(a.setup.Commits)
		if kind == sharing.FaultComplaint {
			examined = len(a.setup.Complaints)
			a.noteRulings(s)
		}
		s.expect(examined)
		s.examined = examined
		for _, f := range a.setup.Dealing.Out {
			if f.Kind == kind {
				s.note(fmt.Sprintf("dealer %d", f.Dealer), "out: %s", f.Reason)
			}
		}
	}
}

// noteRulings lists what became of each complaint.
func (a *audit) noteRulings(s *sheet) {
	complaints := a.setup.SharingComplaints()
	for i, r := range a.setup.Dealing.Rulings {
		c := complaints[i]
		what := map[sharing.Verdict]string{sharing.Ignored: "ignored", sharing.Upheld: "upheld", sharing.False: "false"}[r.Verdict]
		s.note(fmt.Sprintf("slot %d against dealer %d", c.By, c.Dealer), "%s: %s", what, r.Reason)
	}
}

// V42: the transcript binds one public share to every roll slot, for every joint key.
func (a *audit) transcriptIndex(s *sheet) {
	n, t := len(a.setup.Roll), a.setup.Transcript
	total := a.e.Policy.JointKeys() * n
	s.expect(total)
	switch {
	case t == nil:
		s.fail("board", "no transcript by the supervisor between the last two anchors")
	case len(t.Body.Keys) != a.e.Policy.JointKeys():
		s.fail(a.transcriptLine(), "%d joint keys, want %d", len(t.Body.Keys), a.e.Policy.JointKeys())
	case len(a.setup.Shares) != len(t.Body.Keys):
		s.fail(a.transcriptLine(), "the public shares are not one point for each of %d slots", n)
	default:
		s.examined = len(t.Body.Keys) * n
		return
	}
	s.examined = total // one fault, of all of them
}

func (a *audit) transcriptLine() string {
	if a.setup.Transcript == nil {
		return "board"
	}
	return fmt.Sprintf("line %d", a.setup.Transcript.N)
}

// V45: QUAL recomputed from the board is the transcript's, and k or more.
func (a *audit) qual(s *sheet) {
	s.expect(1)
	if got, want := []int(a.setup.Transcript.Body.Qual), a.setup.Dealing.Qual; !slices.Equal(got, want) {
		s.fail(a.transcriptLine(), "QUAL is %v, the board gives %v", got, want)
		return
	}
	s.pass()
}

// V46: each joint key is the sum of the qualified dealers' first points, and
// nobody's point alone. In custodial elections it is the supervisor's key.
func (a *audit) jointKey(s *sheet) {
	if !a.e.Policy.Dealt() {
		a.supervisorsKey(s)
		return
	}
	if a.setup.Transcript == nil && !a.setup.Keyless() {
		s.skip("there is no transcript")
		return
	}
	s.expect(a.e.Policy.JointKeys())
	alone := make(map[curve.PublicKey]string)
	for _, c := range a.e.Policy.Candidates {
		alone[c.Key] = "the key of " + c.Name
	}
	for i, shares := range a.setup.Shares {
		for j, p := range shares {
			alone[p.Key()] = fmt.Sprintf("the public share of slot %d under key %d", j+1, i+1)
		}
	}
	for i, d := range a.setup.Dealing.Deals {
		for _, points := range d.Coefficients {
			alone[points[0].Key()] = fmt.Sprintf("the contribution of dealer %d alone", i)
		}
	}
	for i, k := range a.setup.Dealing.Keys {
		where, key := fmt.Sprintf("%s, joint key %d", a.transcriptLine(), i+1), k.Key.Key()
		switch {
		case k.Key.IsInfinity():
			s.fail(where, "the joint key is the point at infinity")
		case a.setup.Transcript == nil:
			s.pass() // V42 names what is missing
		case i >= len(a.setup.Transcript.Body.Keys) || a.setup.Transcript.Body.Keys[i].Key != key:
			s.fail(where, "is not the sum of the qualified dealers' points, %s", key)
		case alone[key] != "":
			s.fail(where, "is %s", alone[key])
		default:
			s.pass()
		}
	}
}

// supervisorsKey is V46 of a custodial election: the supervisor alone can
// claim at any time, by the script itself.
func (a *audit) supervisorsKey(s *sheet) {
	lifted, err := a.e.LiftedPaths()
	if err != nil {
		s.skip("the script cannot be lifted")
		return
	}
	s.expect(1)
	if !slices.Contains(locksOf("supervisor", lifted), 0) {
		s.fail("contract.json", "no path is the supervisor's alone")
		return
	}
	s.pass()
}

// V47: every public share is the value of the summed polynomial in the exponent.
func (a *audit) publicShares(s *sheet) {
	n := len(a.setup.Roll)
	s.expect(a.e.Policy.JointKeys() * n)
	for i, shares := range a.setup.Shares {
		if i >= len(a.setup.Dealing.Keys) {
			break
		}
		bad := sharing.VerifyShares(a.setup.Dealing.Keys[i].Coefficients, shares)
		for _, j := range bad {
			s.fail(fmt.Sprintf("slot %d, joint key %d", j, i+1), "the public share is not the dealt one")
		}
		s.examined += n - len(bad)
	}
}

// V48: the public shares and the joint key lie on one polynomial of degree k−1.
func (a *audit) degree(s *sheet) {
	s.expect(a.e.Policy.JointKeys())
	for i, shares := range a.setup.Shares {
		where := fmt.Sprintf("%s, joint key %d", a.transcriptLine(), i+1)
		key, err := a.setup.Transcript.Body.Keys[i].Key.Point()
		if err != nil || !sharing.VerifyDegree(shares, a.e.Policy.K, key) {
			s.fail(where, "the public shares are not of degree %d with this key", a.e.Policy.K-1)
			continue
		}
		s.pass()
	}
}

// V49: no two slots have the same public share.
func (a *audit) distinctShares(s *sheet) {
	s.expect(a.e.Policy.JointKeys() * len(a.setup.Roll))
	for i, shares := range a.setup.Shares {
		seen := make(map[curve.PublicKey]int)
		for j, p := range shares {
			if of := seen[p.Key()]; of > 0 {
				s.fail(fmt.Sprintf("slot %d, joint key %d", j+1, i+1), "the public share of slot %d", of)
				continue
			}
			seen[p.Key()] = j + 1
			s.pass()
		}
	}
}

// V50: every acknowledgement names this transcript. A missing one is listed.
func (a *audit) acks(s *sheet) {
	acks := election.InPhase(a.setup.Phases, election.OnePerAuthor[board.Ack])
	acked := make(map[int]bool)
	for _, ack := range acks {
		slot := a.setup.Slots[ack.Line.By]
		if slot == 0 {
			continue // a stranger's
		}
		acked[slot] = true
		s.expect(1)
		if a.setup.Transcript == nil || ack.Body.Transcript != board.TranscriptHash(*a.setup.Transcript.Line) {
			s.fail(fmt.Sprintf("line %d", ack.N), "slot %d acknowledges another transcript", slot)
			continue
		}
		s.pass()
	}
	for i := range a.setup.Roll {
		if !acked[i+1] {
			s.note(fmt.Sprintf("slot %d", i+1), "did not acknowledge the transcript")
		}
	}
}

// V51: the transcript is anchored in time.
func (a *audit) transcriptAnchor(s *sheet) {
	switch {
	case !a.e.Policy.Dealt():
		s.skip("custodial")
	case a.setup.Ended != "":
		s.skip("ended")
	default:
		a.anchoredBy(s, election.TranscriptClosed, a.e.Policy.Times.Setup)
	}
}
