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

// grace is that of the policies: blocks in which an anchor counts.
const grace = 2

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
	line("confirmations %d", f.Depth)
	line("grace %d blocks", grace)
	d, roll := f.Depth, 106+4*f.Depth
	room := grace + d + 2 // from one height to the next, at least
	if f.Mixing != "" {
		line("register by block %d", 108)
		line("deposit by block %d", 108+room)
		line("issue by block %d", 112+2*room)
		line("voucher by block %d", 112+3*room)
		line("payout by block %d", 120+3*room+d)
		roll = 132 + 3*room + 3*d
	}
	line("roll by block %d", roll)
	if f.Joint != "" {
		line("joint %s", f.Joint)
		line("commit by block %d", roll+room)
		line("deal by block %d", roll+2*room)
		line("setup by block %d", roll+3*room)
		roll += 3 * room
	}
	vote := roll + room
	line("vote from block %d to block %d", vote, vote+10)
	line("claim by block %d", vote+20+d)
	line("timeout block %d", vote+26+d)
	line("reveal from block %d", vote+30+2*d)
	for _, name := range []string{"alice", "bob", "carol"}[:f.Candidates] {
		line("candidate %s { key pub:%s pay addr:%s }", name, langtest.Key(name), langtest.Address("regtest", "pay "+name))
	}
	line("win when %s", f.Win)
	line("refund voter after timeout")
	line("%s", f.Extra)
	b.WriteString("}\n")
	return []byte(b.String())
}
