package verifier

import "slices"

// family is a section of the tables in docs/audit.md: checks of one subject.
type family struct {
	name  string // letters of the section
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
		{"N", serverRules()},
	}
}
