package rehearsaltest

import (
	"cmp"
	"fmt"
	"strings"

	"bevote/lang/langtest"
)

// Form is what tells one kind of policy from another.
type Form struct {
	Candidates int // up to 3
	Voters     int
	Threshold  int
	Depth      int    // confirmations
	Joint, Win string // Joint is "" without a dealing
	Extra      string // a line of the policy
	Mixing     string // "" without mixing
	Named      bool   // whether the policy names the voters
}

const (
	hardened  = "joint and candidate sign"
	paper     = "joint signs"
	custodial = "supervisor signs"
)

// Forms returns one form of each kind, by name.
func Forms() map[string]Form {
	return map[string]Form{
		"hardened": {Candidates: 2, Voters: 5, Threshold: 3, Depth: 1, Joint: "by voters", Win: hardened},
		"salted":   {Candidates: 3, Voters: 5, Threshold: 3, Depth: 3, Joint: "by voters", Win: hardened, Extra: "ballots salted"},
		"each":     {Candidates: 2, Voters: 5, Threshold: 3, Depth: 2, Joint: "by voters for each candidate", Win: hardened},
		"each salted": {Candidates: 2, Voters: 5, Threshold: 3, Depth: 1, Joint: "by voters for each candidate", Win: hardened,
			Extra: "ballots salted"},
		"paper":          {Candidates: 2, Voters: 5, Threshold: 3, Depth: 1, Joint: "by voters", Win: paper},
		"paper flag":     {Candidates: 2, Voters: 5, Threshold: 3, Depth: 1, Joint: "by voters", Win: paper, Extra: "target p2sh { selector flag }"},
		"custodial":      {Candidates: 2, Voters: 5, Threshold: 3, Depth: 2, Win: custodial},
		"custodial flag": {Candidates: 2, Voters: 5, Threshold: 3, Depth: 1, Win: custodial, Extra: "target p2sh { selector flag }"},
		"named":          {Candidates: 2, Voters: 5, Threshold: 3, Depth: 1, Joint: "by voters", Win: hardened, Extra: "ballots salted", Named: true},
		"mixed": {Candidates: 2, Voters: 5, Threshold: 3, Depth: 2, Joint: "by voters", Win: hardened,
			Mixing: "blind-rsa { modulus 2048 mixers 2 }"},
		"two can win": {Candidates: 2, Voters: 5, Threshold: 2, Depth: 1, Joint: "by voters", Win: hardened},
	}
}

// Source returns the text of a policy of the form, whose candidates are alice,
// bob and carol, and whose named voters v1, v2, ….
func (f Form) Source() []byte {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, "  "+format+"\n", a...) }
	b.WriteString("bevote 1\nelection played {\n")
	line("network regtest")
	line("supervisor pub:%s", langtest.Key("supervisor"))
	if f.Named {
		for i := range f.Voters {
			line("voter v%d pub:%s", i+1, langtest.Key(fmt.Sprint("voter", i)))
		}
	} else {
		line("voters %d", f.Voters)
		line("mixing %s", cmp.Or(f.Mixing, "none"))
	}
	line("threshold %d of %d", f.Threshold, f.Voters)
	line("stake 200_000 sat")
	line("fee 25 sat/vB")
	line("confirmations %d\n  grace 2 blocks", f.Depth)
	d, late := f.Depth, 0
	if f.Mixing != "" {
		late = 30 + 5*d
		line("register by block 110\n  deposit by block %d\n  issue by block %d\n  voucher by block %d\n  payout by block %d",
			114+d, 119+2*d, 123+3*d, 129+4*d)
	}
	line("roll by block %d", 110+d+late)
	if f.Joint != "" {
		line("joint %s", f.Joint)
		line("commit by block %d", 114+2*d+late)
		line("deal by block %d", 118+3*d+late)
		line("setup by block %d", 122+4*d+late)
	}
	line("vote from block %d to block %d", 126+5*d+late, 136+5*d+late)
	line("claim by block %d", 146+6*d+late)
	line("timeout block %d", 152+6*d+late)
	line("reveal from block %d", 156+7*d+late)
	for _, name := range []string{"alice", "bob", "carol"}[:f.Candidates] {
		line("candidate %s { key pub:%s pay addr:%s }", name, langtest.Key(name), langtest.Address("regtest", "pay "+name))
	}
	line("win when %s", f.Win)
	line("refund voter after timeout")
	line("%s", f.Extra)
	b.WriteString("}\n")
	return []byte(b.String())
}
