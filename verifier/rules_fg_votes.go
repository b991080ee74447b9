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

// voteRules are families F and G, voting transactions and ballots: V52–V68. V56 is
// retired.
func voteRules() []rule {
	return []rule{
		row("V52", "VOTE-ELIGIBLE", "I", voting, voteFaults(election.SeveralSlots)),
		row("V53", "VOTE-ONCE", "I", voting, voteOnce),
		row("V54", "VOTE-P2SH", "I", voting, voteScript),
		row("V55", "VOTE-TEMPLATE", "E/W", voting, voteTemplate),
		row("V57", "VOTE-DEADSLOT", "I", voting, voteDeadSlot),
		row("V58", "VOTE-KEY", "E/W", voting, voteKeys),
		row("V59", "VOTE-T", "E", always, voteTimeout),
		row("V60", "VOTE-PKH", "I", voting, voteRefundKey),
		row("V61", "VOTE-VALUE", "I", voting, voteFaults(election.WrongStake)),
		row("V62", "VOTE-PUBLISH", "I", voting, voteFaults(election.NoBallot)),
		row("V63", "VOTE-WINDOW", "I", voting, voteFaults(election.OutsideWindow)),
		row("V64", "VOTE-SIGHASH", "W", voting, voteFaults(election.NotSighashAll)),
		row("V65", "VOTE-OUTPUTS", "W", voting, voteFaults(election.OtherOutputs)),
		row("V66", "BAL-FORMAT", "I", voting, voteFaults(election.MalformedBallot)),
		row("V67", "BAL-UNIQUE", "I+A", voting, uniqueBallots),
		row("V68", "BAL-UNRELATED", "A", voting, unrelatedPoints),
	}
}

// voteChecks maps the faults that [election.Election.Votes] finds to their checks.
// V27 is in family C, V98 in K.
var voteChecks = map[election.FaultKind]string{
	election.BadCoin: "V27", election.AfterEnd: "V98", election.SeveralSlots: "V52", election.WrongScript: "V54", election.WrongStake: "V61",
	election.NoBallot: "V62", election.OutsideWindow: "V63", election.NotSighashAll: "V64",
	election.OtherOutputs: "V65", election.MalformedBallot: "V66", election.KnownPoint: "V68", election.NoVote: "V49",
}

// voteFaults is the predicate of a rule that [election.Election.Votes] applies to
// every vote.
func voteFaults(kind election.FaultKind) func(*facts, *check) {
	return func(f *facts, ck *check) {
		ck.expect(len(f.votes))
		for _, v := range f.votes {
			if message, broke := v.Broke(kind); broke {
				ck.fail(v.Where(), "%s", message)
				continue
			}
			ck.pass()
		}
	}
}

// V53: no slot has two counted votes.
func voteOnce(f *facts, ck *check) {
	ck.expect(len(f.votes))
	counted := make(map[int]bool)
	for _, v := range f.votes {
		if v.Counted() && counted[v.Index] {
			ck.fail(v.Where(), "a second vote of the slot")
			continue
		}
		counted[v.Index] = counted[v.Index] || v.Counted()
		ck.pass()
	}
}

// V54: the stake pays the filled contract. Where a spend has revealed an excluded
// vote's script, its difference from the contract is listed.
func voteScript(f *facts, ck *check) {
	voteFaults(election.WrongScript)(f, ck)
	var known map[string]string
	for _, v := range f.votes {
		if _, broke := v.Broke(election.WrongScript); !broke {
			continue
		}
		if known == nil {
			known = knownValues(f)
		}
		for _, redeem := range revealed(f, v) {
			ck.note(v.Where(), "%s", deviation(v.Redeem, redeem, known))
		}
	}
}

// revealed returns the redeem scripts in spends of a vote's P2SH outputs. Not all of these
// spends are run on the script engine (V11), so the hash is compared here.
func revealed(f *facts, v *election.Vote) (out [][]byte) {
	for i := range v.Spend.Tx.TxOut {
		st := f.replay.Stake(v.OutputAt(i))
		if st == nil || st.Spent == nil {
			continue
		}
		redeem := scriptsig.LastItem(st.Spent.Tx.TxIn[st.Spent.Input].SignatureScript)
		if redeem != nil && bytes.Equal(templates.PayToRedeem(redeem), st.Out.PkScript) {
			out = append(out, redeem)
		}
	}
	return out
}

// V55: every script revealed by a spend of a counted vote is the filled
// contract, byte for byte.
func voteTemplate(f *facts, ck *check) {
	for _, sp := range f.spends {
		ck.expect(1)
		if !bytes.Equal(scriptsig.LastItem(sp.at.Tx.TxIn[sp.at.Input].SignatureScript), sp.vote.Redeem) {
			ck.fail(sp.where(), "reveals another script than the contract's")
			continue
		}
		ck.pass()
	}
}

// V57: where a path keeps the ballot in a key slot, the ballot cannot be a key.
func voteDeadSlot(f *facts, ck *check) {
	if f.e.Policy.Selector != "flag" {
		ck.skip("no path keeps the ballot in a key slot")
		return
	}
	ck.expect(len(f.votes))
	for _, v := range f.votes {
		b := v.Ballot
		if len(b) == 33 && (b[0] == 2 || b[0] == 3) || len(b) == 65 && (b[0] == 4 || b[0] == 6 || b[0] == 7) {
			ck.fail(v.Where(), "the ballot can be a public key of the voter's own")
			continue
		}
		ck.pass()
	}
}

// V58: the keys in every revealed script are the joint key of V46, and P + C_j
// for each candidate.
func voteKeys(f *facts, ck *check) {
	want := make(map[string]curve.PublicKey)
	for _, name := range f.e.Template.Holes() {
		if isKeyHole(name) {
			want[name] = wantKey(f, name)
		}
	}
	for _, sp := range f.spends {
		ck.expect(1)
		holes, err := f.e.Template.Match(scriptsig.LastItem(sp.at.Tx.TxIn[sp.at.Input].SignatureScript))
		for name, key := range want {
			if err == nil && !bytes.Equal(holes[name], key[:]) {
				err = fmt.Errorf("%s is %x, want %s", name, holes[name], key)
			}
		}
		ck.test(sp.where(), err)
	}
}

func isKeyHole(name string) bool {
	return name == "joint" || strings.HasPrefix(name, "joint.") || strings.HasPrefix(name, "claim.")
}

// wantKey computes the key of a hole from the dealing: P, or P + C_j as one
// multi-scalar product, independently of the sum that filled the contract. A name that
// is not in the dealing has the zero key, which no script matches.
func wantKey(f *facts, name string) (none curve.PublicKey) {
	role, of, _ := strings.Cut(name, ".")
	key, candidate := 1, f.e.Policy.CandidateNumber(of)
	if f.e.Policy.Joint == lang.JointEach {
		key = candidate
	}
	if key < 1 || key > len(f.setup.Dealing.Keys) || role == "claim" && candidate < 1 {
		return none
	}
	points := []curve.Point{f.setup.Dealing.Keys[key-1].Key}
	if role == "claim" {
		own, err := f.e.Policy.Candidates[candidate-1].Key.Point()
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

// V59: the voter alone can spend from the policy's timeout on and not before, by the
// contract's list of paths and by the script itself.
func voteTimeout(f *facts, ck *check) {
	lifted, err := f.e.LiftedPaths()
	if err != nil {
		ck.skip("the script cannot be lifted")
		return
	}
	ck.expect(2)
	var promised []templates.Path
	for _, p := range f.e.Policy.Paths() {
		promised = append(promised, templates.Path{Signers: p.Signers, After: p.After})
	}
	want := locksOf("voter", promised)
	for _, paths := range [][]templates.Path{f.e.Contract.Paths, lifted} {
		if got := locksOf("voter", paths); !slices.Equal(got, want) {
			ck.fail("contract.json", "the voter alone can spend from %v, want %v", got, want)
			continue
		}
		ck.pass()
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

// V60: the refund goes to the roll key, which is also the voter's key in branches.
// Of scripts not yet revealed this follows from V54.
func voteRefundKey(f *facts, ck *check) {
	ck.expect(len(f.votes))
	for _, v := range f.votes {
		key, fault := f.setup.Roll[v.Index-1].Key, error(nil)
		want := address.Hash160(key[:])
		for _, redeem := range revealed(f, v) {
			holes, err := f.e.Template.Match(redeem)
			if err == nil && !bytes.Equal(holes["voter_hash"], want) {
				fault = fmt.Errorf("the refund goes to key hash %x, want %x", holes["voter_hash"], want)
			}
			if signs := holes["voter"]; err == nil && signs != nil && !bytes.Equal(signs, key[:]) {
				fault = fmt.Errorf("the voter's key in a branch is %x, want %s", signs, key)
			}
		}
		ck.test(v.Where(), fault)
	}
}
