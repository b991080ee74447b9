package lang

import "slices"

// forms holds an example of each statement, which messages quote as help.
var forms = map[string]string{
	"bevote":        "bevote 1",
	"election":      "election NAME {",
	"network":       "network regtest",
	"supervisor":    "supervisor pub:02…",
	"voters":        "voters 5",
	"voter":         "voter NAME pub:02…",
	"threshold":     "threshold 3 of 5",
	"stake":         "stake 200_000 sat",
	"fee":           "fee 25 sat/vB",
	"confirmations": "confirmations 6",
	"grace":         "grace 6 blocks",
	"announced":     "announced by spending TXID:0",
	"mixing":        "mixing none",
	"mixer":         "mixer NAME pub:02…",
	"register":      "register by block 50",
	"deposit":       "deposit by block 60",
	"issue":         "issue by block 72",
	"voucher":       "voucher by block 80",
	"payout":        "payout by block 90",
	"roll":          "roll by block 110",
	"commit":        "commit by block 115",
	"deal":          "deal by block 120",
	"setup":         "setup by block 125",
	"vote":          "vote from block 130 to block 220",
	"claim":         "claim by block 250",
	"timeout":       "timeout block 264",
	"reveal":        "reveal from block 300",
	"candidate":     `candidate NAME "Display name" { key pub:02… pay addr:… }`,
	"joint":         "joint by voters",
	"win":           "win when joint and candidate sign",
	"refund":        "refund voter after timeout",
	"branch":        "branch NAME when supervisor and candidate sign after timeout",
	"ballots":       "ballots plain",
	"target":        "target p2sh { selector signature }",
	"allow":         `allow W0402 "reason"`,
	"test":          `test "name" { at block 240  signers joint  expect reject }`,
}

// Form is how a statement is written.
type Form struct {
	Keyword, Example string
	Repeats          bool // it may occur more than once
}

// Forms returns an example of each statement, in the order of docs/language.md.
func Forms() []Form {
	var all []Form
	for _, k := range keywords {
		all = append(all, Form{k, forms[k], slices.Contains(repeatable, k)})
	}
	return all
}
