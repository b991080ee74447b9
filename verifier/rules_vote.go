package verifier

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/scriptsig"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/address/v2"
)

// family F: voting transactions; family G: ballots
var voteRules = []rule{
	{"V52", "VOTE-ELIGIBLE", "I", voting, voteFaults(election.SeveralSlots)},
	{"V53", "VOTE-ONCE", "I", voting, (*audit).voteOnce},
	{"V54", "VOTE-P2SH", "I", voting, (*audit).voteScript},
	{"V55", "VOTE-TEMPLATE", "E", voting, (*audit).voteTemplate},
	{"V57", "VOTE-DEADSLOT", "I", voting, (*audit).voteDeadSlot},
	{"V58", "VOTE-KEY", "E", voting, (*audit).voteKeys},
	{"V59", "VOTE-T", "E", always, (*audit).voteTimeout},
	{"V60", "VOTE-PKH", "I", voting, (*audit).voteRefundKey},
	{"V61", "VOTE-VALUE", "I", voting, voteFaults(election.WrongStake)},
	{"V62", "VOTE-PUBLISH", "I", voting, voteFaults(election.NoBallot)},
	{"V63", "VOTE-WINDOW", "I", voting, voteFaults(election.OutsideWindow)},
	{"V64", "VOTE-SIGHASH", "W", voting, voteFaults(election.NotSighashAll)},
	{"V65", "VOTE-OUTPUTS", "W", voting, voteFaults(election.OtherOutputs)},
	{"V66", "BAL-FORMAT", "I", voting, voteFaults(election.MalformedBallot)},
	{"V67", "BAL-UNIQUE", "I+A", voting, voteFaults(election.RepeatedBallot)},
	{"V68", "BAL-UNRELATED", "A", voting, voteFaults(election.RelatedPoint)},
}

// voteChecks are the checks of what Votes finds wrong with a vote. V27 is in the
// family of the roll.
var voteChecks = map[election.FaultKind]string{
	election.BadCoin: "V27", election.SeveralSlots: "V52", election.WrongScript: "V54", election.WrongStake: "V61", election.NoBallot: "V62", election.OutsideWindow: "V63",
	election.NotSighashAll: "V64", election.OtherOutputs: "V65", election.MalformedBallot: "V66", election.RepeatedBallot: "V67", election.RelatedPoint: "V68",
}

// voteFaults is the predicate of the rules that Votes applies to every vote.
func voteFaults(kind election.FaultKind) func(*audit, *sheet) {
	return func(a *audit, s *sheet) {
		s.expect(len(a.votes))
		for _, v := range a.votes {
			if message, broke := v.Broke(kind); broke {
				s.fail(v.Where(), "%s", message)
				continue
			}
			s.pass()
		}
	}
}

// V53: no slot has two counted votes.
func (a *audit) voteOnce(s *sheet) {
	s.expect(len(a.votes))
	counted := make(map[int]bool)
	for _, v := range a.votes {
		if v.Counted() && counted[v.Index] {
			s.fail(v.Where(), "a second vote of the slot")
			continue
		}
		counted[v.Index] = counted[v.Index] || v.Counted()
		s.pass()
	}
}

// V54: the stake pays the filled contract. Where an excluded vote's script has
// been revealed, it is shown against the contract's.
func (a *audit) voteScript(s *sheet) {
	voteFaults(election.WrongScript)(a, s)
	var known map[string]string
	for _, v := range a.votes {
		if _, broke := v.Broke(election.WrongScript); !broke {
			continue
		}
		if known == nil {
			known = a.knownValues()
		}
		for _, redeem := range a.revealed(v) {
			s.note(v.Where(), "%s", deviation(v.Redeem, redeem, known))
		}
	}
}

// revealed returns the redeem scripts that spends of a vote's P2SH outputs show.
func (a *audit) revealed(v *election.Vote) (out [][]byte) {
	for i := range v.Spend.Tx.TxOut {
		st := a.replay.Stakes[v.OutputAt(i)]
		if st == nil || st.Spent == nil {
			continue
		}
		if redeem := scriptsig.LastItem(st.Spent.Tx.TxIn[st.Spent.Input].SignatureScript); redeem != nil {
			out = append(out, redeem)
		}
	}
	return out
}

// V55: every script revealed by a spend of a counted vote is the filled
// contract, byte for byte.
func (a *audit) voteTemplate(s *sheet) {
	for _, sp := range a.spends {
		s.expect(1)
		if !bytes.Equal(scriptsig.LastItem(sp.at.Tx.TxIn[sp.at.Input].SignatureScript), sp.vote.Redeem) {
			s.fail(sp.where(), "reveals another script than the contract's")
			continue
		}
		s.pass()
	}
}

// V57: where a path keeps the ballot in a key slot, the ballot cannot be a key.
func (a *audit) voteDeadSlot(s *sheet) {
	if a.e.Policy.Selector != "flag" {
		s.skip("no path keeps the ballot in a key slot")
		return
	}
	s.expect(len(a.votes))
	for _, v := range a.votes {
		b := v.Ballot
		if len(b) == 33 && (b[0] == 2 || b[0] == 3) || len(b) == 65 && (b[0] == 4 || b[0] == 6 || b[0] == 7) {
			s.fail(v.Where(), "the ballot can be a public key of the voter's own")
			continue
		}
		s.pass()
	}
}

// V58: the keys in every revealed script are the joint key of V46, and P + C_j
// for each candidate.
func (a *audit) voteKeys(s *sheet) {
	want := make(map[string]curve.PublicKey)
	for _, name := range a.e.Template.Holes() {
		if isKeyHole(name) {
			want[name] = a.wantKey(name)
		}
	}
	for _, sp := range a.spends {
		s.expect(1)
		holes, err := a.e.Template.Match(scriptsig.LastItem(sp.at.Tx.TxIn[sp.at.Input].SignatureScript))
		for name, key := range want {
			if err == nil && !bytes.Equal(holes[name], key[:]) {
				err = fmt.Errorf("%s is %x, want %s", name, holes[name], key)
			}
		}
		s.test(sp.where(), err)
	}
}

func isKeyHole(name string) bool {
	return name == "joint" || strings.HasPrefix(name, "joint.") || strings.HasPrefix(name, "claim.")
}

// wantKey computes the key of a hole from the dealing: P, or P + C_j as one
// multi-scalar product, apart from the sum that filled the contract. A name
// that the dealing does not know has no key, which no script matches.
func (a *audit) wantKey(name string) (none curve.PublicKey) {
	role, of, _ := strings.Cut(name, ".")
	key, candidate := 1, a.e.Policy.CandidateNumber(of)
	if a.e.Policy.Joint == lang.JointEach {
		key = candidate
	}
	if key < 1 || key > len(a.setup.Dealing.Keys) || role == "claim" && candidate < 1 {
		return none
	}
	points := []curve.Point{a.setup.Dealing.Keys[key-1].Key}
	if role == "claim" {
		own, err := a.e.Policy.Candidates[candidate-1].Key.Point()
		if err != nil {
			return none
		}
		points = append(points, own)
	}
	ones := make([]curve.Scalar, len(points))
	for i := range ones {
		ones[i] = curve.NewScalar(1)
	}
	return curve.Product(ones, points).Key()
}

// V59: the voter alone can spend from the policy's timeout on, neither before
// nor after, by the contract's list of paths and by the script itself.
func (a *audit) voteTimeout(s *sheet) {
	lifted, err := a.e.LiftedPaths()
	if err != nil {
		s.skip("the script cannot be lifted")
		return
	}
	s.expect(2)
	var promised []templates.Path
	for _, p := range a.e.Policy.Paths() {
		promised = append(promised, templates.Path{Signers: p.Signers, After: p.After})
	}
	want := locksOf("voter", promised)
	for _, paths := range [][]templates.Path{a.e.Contract.Paths, lifted} {
		if got := locksOf("voter", paths); !slices.Equal(got, want) {
			s.fail("contract.json", "the voter alone can spend from %v, want %v", got, want)
			continue
		}
		s.pass()
	}
}

// locksOf lists the locks of the paths that a role opens alone, ascending.
func locksOf(role string, paths []templates.Path) (locks []uint32) {
	for _, p := range paths {
		if slices.Equal(p.Signers, []string{role}) {
			locks = append(locks, p.After)
		}
	}
	slices.Sort(locks)
	return slices.Compact(locks)
}

// V60: the refund goes to the roll key, which also signs for the voter in
// branches. What a script not yet revealed refunds to follows from V54.
func (a *audit) voteRefundKey(s *sheet) {
	s.expect(len(a.votes))
	for _, v := range a.votes {
		key, fault := a.setup.Roll[v.Index-1].Key, error(nil)
		want := address.Hash160(key[:])
		for _, redeem := range a.revealed(v) {
			holes, err := a.e.Template.Match(redeem)
			if err == nil && !bytes.Equal(holes["voter_hash"], want) {
				fault = fmt.Errorf("the refund goes to key hash %x, want %x", holes["voter_hash"], want)
			}
			if signs := holes["voter"]; err == nil && signs != nil && !bytes.Equal(signs, key[:]) {
				fault = fmt.Errorf("the voter's key in a branch is %x, want %s", signs, key)
			}
		}
		s.test(v.Where(), fault)
	}
}
