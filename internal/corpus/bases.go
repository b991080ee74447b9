package corpus

import (
	"cmp"
	"fmt"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/lang"

	"github.com/btcsuite/btcd/address/v2"
)

// base is an election that lies change.
type base struct {
	name       string
	text       string // what it is, in a few words
	form       form
	split      split
	roll       int // length of the roll, 0 for all voters
	misconduct []Misconduct
	tamper     func(*play) error // sets hooks before a lie does
	level      string
	exit       int
}

// split returns the number of votes by candidate, under a policy.
type split func(*lang.Policy) map[string]int

// form describes a kind of policy. In the zero value claims are signed with the joint
// key and the candidate's.
type form struct {
	candidates int    // 0 for 2
	voters     int    // 0 for 5
	threshold  int    // 0 for 3
	mixing     string // "" for none
	joint, win string
	extra      string
	named      bool
	sealed     bool // whether the policy names what the announcement spends
}

const perCandidate, jointSigns, supervisorSigns = "by voters for each candidate", "joint signs", "supervisor signs"

// bases are the elections of the corpus.
var bases = []base{
	{name: "won", text: "one joint key, and a winner", split: won},
	{name: "nobody", text: "nobody reaches the threshold; refunds", split: tied},
	{name: "everybody", text: "all vote, so that every coin is spent", split: allVote},
	{name: "withheld", text: "salted ballots, one loser withholds its openings",
		form: form{extra: "ballots salted", candidates: 3}, split: won,
		misconduct: []Misconduct{{Kind: Withhold, Candidate: "bob"}}, level: "L2", exit: 10},
	{name: "dealers", text: "one dealer is put out for a wrong share", split: won,
		misconduct: []Misconduct{{Kind: WrongShare, Slot: 2, Victim: 4}}},
	{name: "either", text: "two candidates can both reach the threshold", form: form{threshold: 2}, split: both},
	{name: "reorganised", text: "a reorganisation displaces the first block of votes", split: won, tamper: reorganised},
	{name: "each", text: "a joint key for each candidate", form: form{joint: perCandidate}, split: won},
	{name: "salted", text: "salted ballots", form: form{extra: "ballots salted"}, split: won},
	{name: "custodial", text: "the supervisor counts and claims",
		form: form{joint: "-", win: supervisorSigns}, split: won},
	{name: "paper", text: "the joint key alone claims", form: form{win: jointSigns}, split: won},
	{name: "paper-nobody", text: "the joint key alone claims, and nobody reaches the threshold",
		form: form{win: jointSigns}, split: tied},
	{name: "flag", text: "the paper's script with its selector",
		form: form{win: jointSigns, extra: "target p2sh { selector flag }"}, split: won},
	{name: "named", text: "the policy names the voters", form: form{named: true, extra: "ballots salted"}, split: won},
	{name: "sealed", text: "the announcement spends an outpoint that the policy names", form: form{sealed: true}, split: allVote},
	{name: "rescue", text: "a branch for the supervisor, long after the timeout",
		form: form{extra: "branch rescue when supervisor signs after block 178"}, split: tied},
	{name: "deserted", text: "the roll is shorter than the threshold", split: none, roll: 2, level: "L0"},
	{name: "empty-hall", text: "the supervisor counts, and the roll is shorter than the threshold",
		form: form{joint: "-", win: supervisorSigns}, split: none, roll: 2, level: "L0"},
	{name: "sabotaged", text: "fewer dealers are left than the threshold", split: won, level: "L0",
		misconduct: []Misconduct{{Kind: Silent, Slot: 1}, {Kind: Vanish, Slot: 2}, {Kind: WrongShare, Slot: 3, Victim: 1}}},
	{name: "mixed", text: "voters exchange their coins for anonymous ones at two mixers, by blind RSA signatures",
		form: form{voters: 8, threshold: 4, mixing: "blind-rsa { modulus 2048 mixers 2 }"}, split: won},
	{name: "mixed-group", text: "the same with group blind signatures",
		form: form{voters: 3, threshold: 2, joint: "-", win: supervisorSigns, mixing: "group-blind { modulus 2048 rounds 128 mixers 2 }"}, split: justEnough},
}

// won gives the first candidate the threshold and the second one vote.
func won(p *lang.Policy) map[string]int {
	votes := map[string]int{p.Candidates[0].Name: p.K}
	if p.Voters > p.K {
		votes[p.Candidates[1].Name] = 1
	}
	return votes
}

// justEnough gives the first candidate the threshold; the other voters abstain.
func justEnough(p *lang.Policy) map[string]int { return map[string]int{p.Candidates[0].Name: p.K} }

// allVote gives the first candidate the threshold and the second the rest.
func allVote(p *lang.Policy) map[string]int {
	return map[string]int{p.Candidates[0].Name: p.K, p.Candidates[1].Name: p.Voters - p.K}
}

// tied gives the first two candidates the same number of votes, below the threshold.
func tied(p *lang.Policy) map[string]int {
	few := min(p.K-1, p.Voters/2)
	return map[string]int{p.Candidates[0].Name: few, p.Candidates[1].Name: few}
}

// none has all voters abstain.
func none(*lang.Policy) map[string]int { return map[string]int{} }

// both gives each of the first two candidates at least the threshold.
func both(p *lang.Policy) map[string]int {
	return map[string]int{p.Candidates[0].Name: p.Voters - p.K, p.Candidates[1].Name: p.K}
}

// source returns the policy of a form, with two confirmations.
func (f form) source() []byte {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, "  "+format+"\n", a...) }
	f.fill()
	b.WriteString("bevote 1\nelection corpus {\n")
	line("network regtest\n  supervisor pub:%s", placeholder("supervisor"))
	if f.named {
		for i := range f.voters {
			line("voter v%d pub:%s", i+1, placeholder(fmt.Sprint("voter ", i+1)))
		}
	} else {
		line("voters %d\n  mixing %s", f.voters, f.mixing)
	}
	line("threshold %d of %d\n  stake 200_000 sat\n  fee 25 sat/vB\n  confirmations 2\n  grace 2 blocks", f.threshold, f.voters)
	if f.sealed {
		line("announced by spending %064d:0", 1)
	}
	f.times(line)
	for _, name := range []string{"alice", "bob", "carol"}[:f.candidates] {
		line("candidate %s { key pub:%s pay addr:%s }", name, placeholder(name), payTo(placeholder("pay "+name)))
	}
	line("win when %s\n  refund voter after timeout\n  %s", f.win, f.extra)
	b.WriteString("}\n")
	return []byte(b.String())
}

// times writes the heights. From one to the next there are 2 blocks of grace, 2
// confirmations and 2 more.
func (f form) times(line func(string, ...any)) {
	at := func(height int) int { return height }
	if f.mixing != "none" {
		at = func(height int) int { return height + 44 }
		line("register by block 108\n  deposit by block 114\n  issue by block 124\n  voucher by block 130\n  payout by block 140")
	}
	line("roll by block %d", at(112))
	if f.joint != "-" {
		line("commit by block %d\n  deal by block %d\n  setup by block %d\n  joint %s", at(118), at(124), at(130), f.joint)
	}
	line("vote from block %d to block %d\n  claim by block %d\n  timeout block %d\n  reveal from block %d",
		at(136), at(143), at(150), at(156), at(160))
}

// fill replaces the zero fields of a form by their defaults.
func (f *form) fill() {
	f.candidates, f.voters, f.threshold = cmp.Or(f.candidates, 2), cmp.Or(f.voters, 5), cmp.Or(f.threshold, 3)
	f.mixing, f.joint, f.win = cmp.Or(f.mixing, "none"), cmp.Or(f.joint, "by voters"), cmp.Or(f.win, "joint and candidate sign")
}

// placeholder returns the key of a role, which a stand-in replaces.
func placeholder(role string) curve.PublicKey {
	x, err := curve.RandomScalar(rehearsal.Stream(0, "base "+role))
	if err != nil {
		panic("corpus: " + err.Error())
	}
	return curve.BaseMul(x).Key()
}

// payTo returns the address of a key on regtest.
func payTo(key curve.PublicKey) string {
	a, err := address.NewAddressPubKeyHash(address.Hash160(key[:]), lang.Params("regtest"))
	if err != nil {
		panic("corpus: " + err.Error())
	}
	return a.EncodeAddress()
}
