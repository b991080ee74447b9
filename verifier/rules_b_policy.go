package verifier

import (
	"errors"
	"fmt"
	"slices"

	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
)

// policyRules are family B, policy and announcement: V14–V21.
func policyRules() []rule {
	return []rule{
		row("V14", "POLICY-ANCHOR", "E", announced, policyAnchor),
		row("V15", "POLICY-UNIQUE", "A", always, policyUnique),
		row("V16", "POLICY-SIG", "E", always, policySig),
		{ID: "V17", Name: "POLICY-SANE", Class: "E/W", textual: true, judge: policySane},
		row("V18", "CAND-KEYS", "E", always, candidateKeys),
		row("V19", "CAND-PAYOUT", "A", always, candidatePayouts),
		row("V20", "PARAMS-REGEN", "A", exchanged, paramsRegen),
		row("V21", "TAGS", "E", always, tags),
	}
}

// V14: the announcement is anchored by the supervisor below the first height. Evidence
// that begins late does not show that there is no other announcement before it.
func policyAnchor(f *facts, ck *check) {
	ck.expect(1)
	switch where, err := announcementFault(f); {
	case !f.showsBeginning():
		if err == nil {
			where = "tx " + f.setup.Phases.Anchor(election.Announce).TxID
		}
		ck.leave(where, "%s", unannounced(f))
		ck.fatal = true
	case err == nil:
		ck.pass()
	default:
		ck.fail(where, "%v", err)
	}
}

// announcementFault returns what is wrong with the announcement, and where.
func announcementFault(f *facts) (where string, err error) {
	missing := f.setup.Phases.Missing()
	switch announced := f.setup.Phases.Closed(election.Announce); {
	case announced:
		return "", nil
	case missing != nil && missing.Kind == election.Announce && f.replay.Begun():
		return missing.Where, errors.New(missing.Reason)
	case !f.showsBeginning():
		return f.e.Policy.ID(), errors.New("no announcement is shown")
	}
	return f.e.Policy.ID(), errors.New("the supervisor anchored no announcement of this policy")
}

// unannounced says what evidence that does not show the beginning leaves open of the
// announcement.
func unannounced(f *facts) string {
	if _, err := announcementFault(f); err != nil {
		return err.Error() + "; " + f.beginning()
	}
	return "an earlier announcement would count: " + f.beginning()
}

// V15: there is one announcement of this election. The seal is spent once. Without a
// seal the first announcement counts, and the evidence has to show that it is the first.
func policyUnique(f *facts, ck *check) {
	others := f.replay.OtherAnchors()
	ck.expect(1 + len(others))
	from := f.first
	if f.e.Policy.Seal == nil {
		from = min(f.first, f.shown)
	}
	ck.note("chain", "looked at the blocks from %d on", from)
	switch {
	case !f.showsBeginning():
		ck.leave("evidence", "%s", unannounced(f))
	default:
		ck.pass()
	}
	for _, at := range others {
		where := fmt.Sprintf("tx %s, block %d", at.TxID, at.Height)
		counts := f.setup.Phases.Anchor(at.Kind)
		switch {
		case at.EID != f.e.EID:
			ck.pass()
			ck.note(where, "the supervisor's key also anchors election %x", at.EID)
		case !f.showsBeginning(), counts == nil && nextUnshown(f):
			ck.leave(where, "a %s anchor, and the chain of anchors is not shown up to it", election.AnchorName(at.Kind))
		case counts == nil:
			ck.fail(where, "the supervisor: a stray %s anchor, where none counts", election.AnchorName(at.Kind))
		case at.Head != counts.Head:
			ck.fail(where, "the supervisor: a second %s anchor with another head", election.AnchorName(at.Kind))
		default:
			ck.pass()
		}
	}
}

// nextUnshown reports whether there may be further anchors of the sequence that the
// evidence does not show.
func nextUnshown(f *facts) bool {
	p := f.setup.Phases
	return p.Missing() == nil && f.chain.Proven &&
		slices.ContainsFunc(f.e.Due(), func(d election.Due) bool { return !p.Closed(d.Kind) })
}

// V16: line 1 is the supervisor's and names the two announced files.
func policySig(f *facts, ck *check) {
	ck.expect(1)
	var open board.Open
	switch l := f.lines[0]; {
	case board.DecodeBody(l, &open) != nil:
		ck.fail("line 1", "a %s line, want open", l.Type)
	case l.By != f.e.Policy.Supervisor:
		ck.fail("line 1", "by %s, want the supervisor", l.By)
	case !f.signedWell(l):
		ck.fail("line 1", "the signature is not by %s over this line for this election", l.By)
	case [32]byte(open.Policy) != f.e.PolicyHash:
		ck.fail("line 1", "names another policy.bev")
	case [32]byte(open.Contract) != f.e.ContractHash:
		ck.fail("line 1", "names another contract.json")
	default:
		ck.pass()
	}
}

// V17: the policy has no error, its contract spends exactly by its paths, and
// two candidates cannot both reach k.
func policySane(f *facts, ck *check) {
	if f.policyErr != nil {
		policyFaults(f, ck)
		return
	}
	ck.expect(2)
	ck.pass() // lang.Load found no error, or there would be no policy here
	ck.test("contract.json", f.e.Mismatch)
	for _, d := range f.e.Warnings {
		ck.note(fmt.Sprintf("policy.bev:%d", d.Primary.Line), "%s: %s", d.Code, d.Message)
	}
}

// V18: line 1 has a proof of possession of every candidate's key, and no two keys are
// the same or negatives of each other: their x coordinates, bytes 1 … 32 of a key,
// differ.
func candidateKeys(f *facts, ck *check) {
	p := f.e.Policy
	ck.expect(len(p.Candidates))
	seen := make(map[[32]byte]string)
	open := opened(f)
	for i, c := range p.Candidates {
		x := [32]byte(c.Key[1:])
		if other := seen[x]; other != "" {
			ck.fail("candidate "+c.Name, "has the key of %s, or its negative", other)
		} else {
			ck.test("candidate "+c.Name, f.e.CheckPossession(open, i+1, f.e.EID))
		}
		seen[x] = c.Name
	}
}

// opened returns the body of line 1, empty where that is no open line.
func opened(f *facts) (open board.Open) {
	if err := board.DecodeBody(f.lines[0], &open); err != nil {
		return board.Open{} // V16 names it
	}
	return open
}

// V19: payouts are standard, distinct, and no roll key's or mixer's. The owner of a
// payout's key signed the roll entry or the mixer's line itself, so the finding is
// against the candidate.
func candidatePayouts(f *facts, ck *check) {
	p := f.e.Policy
	ck.expect(len(p.Candidates))
	owner := make(map[string]string)
	for i, r := range f.setup.Roll {
		owner[string(templates.P2PKH(r.KeyHash()))] = fmt.Sprintf("slot %d", i+1)
	}
	if f.mix != nil {
		for _, x := range f.mix.Mixers {
			owner[string(templates.PayToKey(x.Key))] = "mixer " + x.Name
		}
	}
	for _, c := range p.Candidates {
		other := owner[string(c.Payout)]
		switch class := txscript.GetScriptClass(c.Payout); {
		case class == txscript.NonStandardTy || class == txscript.NullDataTy:
			ck.fail("candidate "+c.Name, "the payout is not a standard script")
		case other != "":
			ck.fail("candidate "+c.Name, "the payout is that of %s", other)
		default:
			ck.pass()
		}
		owner[string(c.Payout)] = c.Name
	}
}

// V21: proofs hold for this election only. Each candidate's proof must fail under
// another election's id.
func tags(f *facts, ck *check) {
	open := opened(f)
	ck.expect(len(f.e.Policy.Candidates))
	other := f.e.EID
	other[0] ^= 1
	for i, c := range f.e.Policy.Candidates {
		if f.e.CheckPossession(open, i+1, other) == nil {
			ck.fail("candidate "+c.Name, "the proof of possession also holds for another election")
			continue
		}
		ck.pass()
	}
}

// V20: the mixing computes with values that follow from this election and from
// proven keys. g, a, δ, p, e, the lengths and the number of rounds are derived
// from the eid and the modulus (docs/protocol.md, "Mixing"); they are not
// published.
func paramsRegen(f *facts, ck *check) {
	if f.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind {
		ck.expect(1)
		_, err := f.mix.Group()
		if err != nil {
			ck.fail("the manager's modulus", "the supervisor: %v", err)
			return // mixers' keys are verified by the group
		}
		ck.pass()
	}
	issuers := f.mix.Issuers()
	ck.expect(max(1, len(issuers)))
	announced := make(map[string]*election.Issuer)
	for _, i := range issuers {
		where := fmt.Sprintf("line %d", i.Mixer.N)
		if other := announced[string(i.Text)]; other != nil {
			ck.fail(where, "%s has the key of %s", i, other)
			continue
		}
		announced[string(i.Text)] = i
		if _, err := f.mix.SchemeOf(i); err != nil {
			ck.fail(where, "%s: %v", i, err)
			continue
		}
		ck.pass()
	}
}
