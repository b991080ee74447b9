package verifier

import "slices"

// family is a group of checks of one subject.
type family struct {
	name  string // its letters in docs/audit.md
	rules []rule
}

// families lists every check in the order of its id.
func families() []family {
	return []family{
		{"A", chainRules()},
		{"B", policyRules()},
		{"C", slices.Concat(registryRules(), rollRules())},
		{"D", slices.Concat(voucherRules(), poolRules(), trailRules(), receiptRules())},
		{"E", dealingRules()},
		{"F and G", voteRules()},
		{"H", tallyRules()},
		{"I", claimRules()},
		{"J", refundRules()},
		{"K", timingRules()},
		{"L", sumRules()},
		{"M", selfRules()},
	}
}
