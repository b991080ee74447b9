package verifier

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/board"
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
		row("V44", "RSS-COMPLAINT", "A", dealt, dealers(sharing.FaultComplaint)),
		row("V45", "RSS-QUAL", "A", written, qual),
		row("V46", "RSS-KEY", "A", custodialOr(transcribed), jointKey),
		row("V47", "RSS-PUBSHARES", "A", shared, publicShares),
		row("V48", "RSS-DEGREE", "A", shared, degree),
		row("V49", "RSS-DISTINCT", "E", shared, distinctShares),
		row("V50", "RSS-ACK", "A", transcribed, acks),
		row("V51", "RSS-ANCHOR", "A", always, setupAnchor),
	}
}

// dealers returns the predicate of a check for one kind of dealer's fault. Each is an
// item and not a failure: a dealer at fault is not in QUAL, and the election goes on.
// V45 checks that the transcript's QUAL omits the dealer.
func dealers(kind sharing.FaultKind) func(*facts, *check) {
	return func(f *facts, ck *check) {
		examined := len(f.setup.Commits)
		if kind == sharing.FaultComplaint {
			examined = len(f.setup.Complaints)
			noteRulings(f, ck)
		}
		ck.expect(examined)
		ck.examined = examined
		for _, f := range f.setup.Dealing.Out {
			if f.Kind == kind {
				ck.note(fmt.Sprintf("dealer %d", f.Dealer), "out: %s", f.Reason)
			}
		}
	}
}

// noteRulings lists the verdict on each complaint.
func noteRulings(f *facts, ck *check) {
	verdicts := map[sharing.Verdict]string{sharing.Ignored: "ignored", sharing.Upheld: "upheld", sharing.False: "false"}
	complaints := f.setup.SharingComplaints()
	for i, r := range f.setup.Dealing.Rulings {
		c := complaints[i]
		ck.note(fmt.Sprintf("slot %d against dealer %d", c.By, c.Dealer), "%s: %s", verdicts[r.Verdict], r.Reason)
	}
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

// V49: no two slots have the same public share.
func distinctShares(f *facts, ck *check) {
	ck.expect(f.e.Policy.JointKeys() * len(f.setup.Roll))
	for i, shares := range f.setup.Shares {
		seen := make(map[curve.PublicKey]int)
		for j, p := range shares {
			if of := seen[p.Key()]; of > 0 {
				ck.fail(fmt.Sprintf("slot %d, joint key %d", j+1, i+1), "the public share of slot %d", of)
				continue
			}
			seen[p.Key()] = j + 1
			ck.pass()
		}
	}
}

// V50: every acknowledgement names this transcript. A missing one is listed.
func acks(f *facts, ck *check) {
	acks := election.Counting[board.Ack](f.setup.Phases)
	acked := make(map[int]bool)
	for _, ack := range acks {
		slot := f.setup.SlotOf(ack.Line.By)
		if slot == 0 {
			continue // not by a slot's key
		}
		acked[slot] = true
		ck.expect(1)
		if f.setup.Transcript == nil || ack.Body.Transcript != board.TranscriptHash(*f.setup.Transcript.Line) {
			ck.fail(fmt.Sprintf("line %d", ack.N), "slot %d acknowledges another transcript", slot)
			continue
		}
		ck.pass()
	}
	for i := range f.setup.Roll {
		if !acked[i+1] {
			ck.note(fmt.Sprintf("slot %d", i+1), "did not acknowledge the transcript")
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
