package verifier

import (
	"fmt"
	"slices"

	"bevote/internal/sharing"
	"bevote/verifier/election"
)

// dealingRules are family E, joint random secret sharing: V39–V51.
func dealingRules() []rule {
	return []rule{
		row("V39", "RSS-COMMIT-REVEAL", "A", dealt, dealers(sharing.FaultCommitment)),
		row("V40", "RSS-SHAPE", "A", dealt, dealers(sharing.FaultShape)),
		row("V41", "RSS-POK", "A", dealt, dealers(sharing.FaultPossession)),
		row("V42", "RSS-INDEX", "A", transcribed, transcriptIndex),
		row("V43", "RSS-SHARES", "A", dealt, dealers(sharing.FaultEncryption)),
		row("V44", "RSS-COMPLAINT", "I+A", dealt, complaints),
		row("V45", "RSS-QUAL", "A", written, qual),
		row("V46", "RSS-KEY", "A", custodialOr(transcribed), jointKey),
		row("V47", "RSS-PUBSHARES", "A", shared, publicShares),
		row("V48", "RSS-DEGREE", "A", shared, degree),
		row("V49", "RSS-DISTINCT", "A", shared, distinctShares),
		row("V50", "RSS-ACK", "A/W", transcribed, acks),
		row("V51", "RSS-ANCHOR", "A", always, setupAnchor),
	}
}

// dealers returns the predicate of a check for one kind of dealer's fault. Each is an
// item and not a failure: a dealer at fault is not in QUAL, and the election goes on.
// V45 checks that the transcript's QUAL omits the dealer.
func dealers(kind sharing.FaultKind) func(*facts, *check) {
	return func(f *facts, ck *check) {
		ck.expect(len(f.setup.Commits))
		ck.examined = len(f.setup.Commits)
		noteOut(f, ck, kind)
	}
}

// noteOut lists the dealers that are out for one kind of fault.
func noteOut(f *facts, ck *check, kind sharing.FaultKind) {
	for _, f := range f.setup.Dealing.Out {
		if f.Kind == kind {
			ck.note(fmt.Sprintf("dealer %d", f.Dealer), "out: %s", f.Reason)
		}
	}
}

// V44: complaints are judged by the board alone, and their verdicts listed. A right one
// puts the dealer out. After its phase it changes QUAL no more, and is a finding against
// the dealer.
func complaints(f *facts, ck *check) {
	s := f.setup
	ck.expect(len(s.Complaints) + len(s.Late))
	for i, c := range s.SharingComplaints(s.Complaints) {
		ck.note(accusation(s.Complaints[i].N, c), "%s", rulingWords(s.Dealing.Rulings[i]))
		ck.pass()
	}
	noteOut(f, ck, sharing.FaultComplaint)
	for i, c := range s.SharingComplaints(s.Late) {
		where, r := accusation(s.Late[i].N, c), s.Dealing.Late[i]
		if r.Verdict == sharing.Upheld {
			ck.fail(where, "late, and right: dealer %d, who is in QUAL, sent slot %d a wrong share", c.Dealer, c.By)
			continue
		}
		ck.note(where, "late, %s", rulingWords(r))
		ck.pass()
	}
}

// accusation names a complaint's line, author and dealer.
func accusation(line int, c sharing.Complaint) string {
	against := "no dealer"
	if c.Dealer > 0 {
		against = fmt.Sprintf("dealer %d", c.Dealer)
	}
	return fmt.Sprintf("line %d, slot %d against %s", line, c.By, against)
}

// rulingWords is a verdict with its reason.
func rulingWords(r sharing.Ruling) string {
	verdicts := map[sharing.Verdict]string{
		sharing.NotJudged: "not judged", sharing.Unproven: "unproven", sharing.Upheld: "upheld", sharing.False: "false",
	}
	return verdicts[r.Verdict] + ": " + r.Reason
}

// V42: the transcript binds one public share to every roll slot, for every joint key.
func transcriptIndex(f *facts, ck *check) {
	n, t := len(f.setup.Roll), f.setup.Transcript
	total := f.e.Policy.JointKeys() * n
	ck.expect(total)
	switch {
	case t == nil:
		ck.fail("board", "no transcript by the supervisor under the setup's anchor")
	case len(t.Body.Keys) != f.e.Policy.JointKeys():
		ck.fail(transcriptLine(f), "%d joint keys, want %d", len(t.Body.Keys), f.e.Policy.JointKeys())
	case len(f.setup.Shares) != len(t.Body.Keys):
		ck.fail(transcriptLine(f), "the public shares are not one point for each of %d slots", n)
	default:
		ck.examined = len(t.Body.Keys) * n
		return
	}
	ck.examined = total // the one fault concerns all of them
}

// transcriptLine returns where items about the transcript point to.
func transcriptLine(f *facts) string {
	if f.setup.Transcript == nil {
		return "board"
	}
	return fmt.Sprintf("line %d", f.setup.Transcript.N)
}

// V45: QUAL recomputed from the board is the transcript's, and k or more.
func qual(f *facts, ck *check) {
	ck.expect(1)
	if got, want := []int(f.setup.Transcript.Body.Qual), f.setup.Dealing.Qual; !slices.Equal(got, want) {
		ck.fail(transcriptLine(f), "QUAL is %v, the board gives %v", got, want)
		return
	}
	ck.pass()
}

// V46: each joint key is the sum of the qualified dealers' first points, and no
// single party's key or point. In custodial elections it is the supervisor's key.
func jointKey(f *facts, ck *check) {
	if !f.e.Policy.Dealt() {
		supervisorsKey(f, ck)
		return
	}
	if f.setup.Transcript == nil && !f.setup.InfiniteKey() {
		ck.skip("there is no transcript")
		return
	}
	ck.expect(f.e.Policy.JointKeys())
	for i, k := range f.setup.Dealing.Keys {
		where, key := fmt.Sprintf("%s, joint key %d", transcriptLine(f), i+1), k.Key.Key()
		switch {
		case k.Key.IsInfinity():
			ck.fail(where, "the joint key is the point at infinity")
		case f.setup.Transcript == nil:
			ck.pass() // V42 names what is missing
		case i >= len(f.setup.Transcript.Body.Keys) || f.setup.Transcript.Body.Keys[i].Key != key:
			ck.fail(where, "is not the sum of the qualified dealers' points, %s", key)
		case f.setup.OwnerOf(key) != "":
			ck.fail(where, "is %s", f.setup.OwnerOf(key))
		default:
			ck.pass()
		}
	}
}

// supervisorsKey is V46 of a custodial election: one path of the script needs the
// supervisor's signature alone, and has no lock.
func supervisorsKey(f *facts, ck *check) {
	lifted, err := f.e.LiftedPaths()
	if err != nil {
		ck.skip("the script cannot be lifted")
		return
	}
	ck.expect(1)
	if !slices.Contains(locksOf("supervisor", lifted), 0) {
		ck.fail("contract.json", "no path is the supervisor's alone")
		return
	}
	ck.pass()
}

// V47: the public share of slot j is the qualified dealers' summed polynomial at j,
// in the exponent: Σ j^l·A_l for l = 0 … k−1.
func publicShares(f *facts, ck *check) {
	n := len(f.setup.Roll)
	ck.expect(f.e.Policy.JointKeys() * n)
	for i := range f.setup.Shares {
		bad := f.setup.BadShares[i]
		for _, j := range bad {
			ck.fail(fmt.Sprintf("slot %d, joint key %d", j, i+1), "the public share is not the dealt one")
		}
		ck.examined += n - len(bad)
	}
}

// V48: the public shares and the joint key lie on one polynomial of degree k−1.
func degree(f *facts, ck *check) {
	ck.expect(f.e.Policy.JointKeys())
	for i, shares := range f.setup.Shares {
		where := fmt.Sprintf("%s, joint key %d", transcriptLine(f), i+1)
		key, err := f.setup.Transcript.Body.Keys[i].Key.Point()
		if err != nil || !sharing.VerifyDegree(shares, f.e.Policy.K, key) {
			ck.fail(where, "the public shares are not of degree %d with this key", f.e.Policy.K-1)
			continue
		}
		ck.pass()
	}
}

// V49: no public share is infinity or that of another slot. Those slots have no vote.
func distinctShares(f *facts, ck *check) {
	ck.expect(len(f.setup.Roll))
	for i := range f.setup.Roll {
		if why := f.setup.Voteless[i+1]; why != "" {
			ck.fail(fmt.Sprintf("slot %d", i+1), "has no vote: %s", why)
			continue
		}
		ck.pass()
	}
}

// V50: every acknowledgement names this transcript. Dealers whose acknowledgement is
// missing, and members who acknowledge that they have no share, are a warning. Others
// who did not acknowledge are listed.
func acks(f *facts, ck *check) {
	acked := make(map[int]bool)
	for _, ack := range f.setup.Acks {
		slot, where := f.setup.SlotOf(ack.Line.By), fmt.Sprintf("line %d", ack.N)
		acked[slot] = true
		ck.expect(1)
		switch {
		case f.setup.Transcript == nil || ack.Body.Transcript != f.setup.TranscriptHash:
			ck.fail(where, "slot %d acknowledges another transcript", slot)
			ck.fatal = true
		case !ack.Body.Share:
			ck.fail(where, "slot %d acknowledges the transcript and says that it has no share to vote with", slot)
		default:
			ck.pass()
		}
	}
	deals, due := f.setup.Deals(), f.tip >= f.e.Policy.Times.VoteFrom && f.setup.Ended == ""
	for i := range f.setup.Roll {
		where := fmt.Sprintf("slot %d", i+1)
		switch dealt := deals[i+1] != nil; {
		case acked[i+1]:
		case dealt && due:
			ck.expect(1)
			ck.fail(where, "dealt, and did not acknowledge the transcript")
		default:
			ck.note(where, "did not acknowledge the transcript")
		}
	}
}

// V51: the anchor of the setup continues the sequence in time.
func setupAnchor(f *facts, ck *check) {
	if !f.e.Policy.Dealt() {
		ck.skip("custodial")
		return
	}
	anchorRow(f, ck, election.SetupClosed)
}
