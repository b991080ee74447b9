// Package corpus is the corpus of lies: elections with one fault each, and harmless
// variants without a fault. It plays and audits them, and scores the audit by its
// findings.
//
// A lie is an honest rehearsal except for its hooks and its changes to the record. The
// same seed gives the same bytes.
//
// A lie is a row in a file named for the family of its check in docs/audit.md:
// lies_f_votes.go has lies about family F, voting transactions.
package corpus

import "slices"

// Lies returns the corpus: the lies in the order of their checks, then the
// harmless variants.
func Lies() []Lie {
	return slices.Concat(recordLies, chainLies, proofLies, announceLies, keyLies, registryLies, depositLies, sessionLies,
		voucherLies, forgeryLies, payoutLies, poolLies, mixRecordLies, rollLies, coinLies, dealerLies, complaintLies, transcriptLies,
		voteLies, ballotLies, tallyLies, claimLies, refundLies, anchorLies, serverLies, forgedLies, harmless())
}

// LieNamed returns a lie, and reports whether there is one of the name.
func LieNamed(name string) (Lie, bool) {
	all := Lies()
	i := slices.IndexFunc(all, func(l Lie) bool { return l.Name == name })
	if i < 0 {
		return Lie{}, false
	}
	return all[i], true
}
