package verifier

import (
	"fmt"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
)

// family B: policy and announcement
var policyRules = []rule{
	{"V14", "POLICY-ANCHOR", "E", announced, (*audit).policyAnchor},
	{"V15", "POLICY-UNIQUE", "A", always, (*audit).policyUnique},
	{"V16", "POLICY-SIG", "E", always, (*audit).policySig},
	{"V17", "POLICY-SANE", "E/W", always, (*audit).policySane},
	{"V18", "CAND-KEYS", "E", rolled, (*audit).candidateKeys},
	{"V19", "CAND-PAYOUT", "E", always, (*audit).candidatePayouts},
	{"V20", "PARAMS-REGEN", "E", exchanged, (*audit).paramsRegen},
	{"V21", "TAGS", "E", rolled, (*audit).tags},
}

// V14: the announcement is anchored by the supervisor, before the roll.
func (a *audit) policyAnchor(s *sheet) {
	s.expect(1)
	announce, roll := a.setup.Phases.Anchors[election.Announce], a.setup.Phases.Anchors[election.RollClosed]
	switch {
	case announce == nil:
		s.fail(a.e.Policy.ID(), "the supervisor anchored no announcement of this policy")
	case a.setup.Phases.Closed[election.Announce] < 1:
		s.fail("tx "+announce.TxID, "the announcement's head is not on the board")
	case roll != nil && roll.Height <= announce.Height:
		s.fail("tx "+roll.TxID, "the roll is anchored in block %d, the announcement in %d", roll.Height, announce.Height)
	default:
		s.pass()
	}
}

// V15: of each kind the supervisor made one anchor for this election.
func (a *audit) policyUnique(s *sheet) {
	anchors := a.replay.Anchors()
	s.expect(len(anchors))
	s.note("chain", "looked at the blocks from %d on", a.first)
	a.presenceOnly(s, "other anchor")
	for i := range anchors {
		at := &anchors[i]
		where := fmt.Sprintf("tx %s, block %d", at.TxID, at.Height)
		first := a.setup.Phases.Anchors[at.Kind]
		switch {
		case at.EID != a.e.EID:
			s.pass()
			s.note(where, "the supervisor's key also anchors election %x", at.EID)
		case at.Head != first.Head:
			s.fail(where, "the supervisor: a second %s anchor with another head", election.AnchorNames[at.Kind])
		default:
			s.pass()
		}
	}
}

// V16: line 1 is the supervisor's and names the two announced files.
func (a *audit) policySig(s *sheet) {
	s.expect(1)
	var open board.Open
	switch l := a.lines[0]; {
	case board.DecodeBody(l, &open) != nil:
		s.fail("line 1", "a %s line, want open", l.Type)
	case l.By != a.e.Policy.Supervisor:
		s.fail("line 1", "by %s, want the supervisor", l.By)
	case a.signed[0] != nil:
		s.fail("line 1", "%v", a.signed[0])
	case [32]byte(open.Policy) != a.e.PolicyHash:
		s.fail("line 1", "names another policy.bev")
	case [32]byte(open.Contract) != a.e.ContractHash:
		s.fail("line 1", "names another contract.json")
	default:
		s.pass()
	}
}

// V17: the policy has no error, its contract spends exactly by its paths, and
// two candidates cannot both reach k.
func (a *audit) policySane(s *sheet) {
	s.expect(2)
	s.pass() // lang.Load found no error, or there would be no policy here
	s.test("contract.json", a.e.Mismatch)
	for _, d := range a.diags {
		s.note(fmt.Sprintf("policy.bev:%d", d.Primary.Line), "%s: %s", d.Code, d.Message)
	}
}

// V18: every candidate proved possession of its key before the roll was
// anchored, and no two keys are the same or opposite.
func (a *audit) candidateKeys(s *sheet) {
	p := a.e.Policy
	s.expect(len(p.Candidates))
	seen := make(map[[32]byte]string)
	proofs := a.possessions()
	for _, c := range p.Candidates {
		x := [32]byte(c.Key[1:])
		switch other := seen[x]; {
		case other != "":
			s.fail("candidate "+c.Name, "has the key of %s, or its negative", other)
		case proofs[c.Name] == nil:
			s.fail("candidate "+c.Name, "no proof of possession on the board before the roll's anchor")
		default:
			s.test("candidate "+c.Name, a.verifyPossession(c, *proofs[c.Name], a.e.EID))
		}
		seen[x] = c.Name
	}
}

// possessions returns the first candidate line of each candidate's own key.
func (a *audit) possessions() map[string]*board.Candidate {
	out := make(map[string]*board.Candidate)
	for _, l := range election.InPhase(a.setup.Phases, func(b board.Candidate) string { return b.Name }) {
		for _, c := range a.e.Policy.Candidates {
			if c.Key == l.Line.By && c.Name == l.Body.Name {
				out[c.Name] = &l.Body
			}
		}
	}
	return out
}

func (a *audit) verifyPossession(c lang.Candidate, line board.Candidate, eid [32]byte) error {
	key, err := c.Key.Point()
	if err != nil {
		return err
	}
	proof, err := curve.DecodeProof(line.Proof)
	if err != nil {
		return err
	}
	if !curve.VerifyPossession(board.CandidateContext(eid, c.Name, c.Payout), proof, key) {
		return fmt.Errorf("the proof of possession does not verify")
	}
	return nil
}

// V19: payouts are standard, distinct, and nobody else's.
func (a *audit) candidatePayouts(s *sheet) {
	p := a.e.Policy
	s.expect(len(p.Candidates))
	owner := make(map[string]string)
	for i, r := range a.setup.Roll {
		owner[string(templates.P2PKH(r.KeyHash()))] = fmt.Sprintf("slot %d", i+1)
	}
	if a.mix != nil {
		for _, x := range a.mix.Mixers {
			owner[string(templates.PayToKey(x.Key))] = "mixer " + x.Name
		}
	}
	for _, c := range p.Candidates {
		other := owner[string(c.Payout)]
		switch class := txscript.GetScriptClass(c.Payout); {
		case class == txscript.NonStandardTy || class == txscript.NullDataTy:
			s.fail("candidate "+c.Name, "the payout is not a standard script")
		case other != "":
			s.fail("candidate "+c.Name, "the payout is that of %s", other)
		default:
			s.pass()
		}
		owner[string(c.Payout)] = c.Name
	}
}

// V21: proofs hold for this election and this prover only. Each candidate's
// proof is tried under another election's id and must be refused.
func (a *audit) tags(s *sheet) {
	proofs := a.possessions()
	s.expect(len(proofs))
	for _, c := range a.e.Policy.Candidates {
		line := proofs[c.Name]
		if line == nil {
			continue // V18 names it
		}
		other := a.e.EID
		other[0] ^= 1
		if a.verifyPossession(c, *line, other) == nil {
			s.fail("candidate "+c.Name, "the proof of possession also holds for another election")
			continue
		}
		s.pass()
	}
}
