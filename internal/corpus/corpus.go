// Package corpus is a corpus of lies: elections in which one thing is wrong, with
// the check of the audit that must say so, and harmless variants, of which the
// audit must say nothing. It plays and audits them all and scores the audit.
//
// It promises that a lie is an honest rehearsal but for what the lie's hooks
// change, so that no role is written to be caught, and that the same seed gives
// the same bytes.
package corpus

import "slices"

// Lies lists the corpus: every lie and every harmless variant, in the order of
// the checks that they are about.
func Lies() []Lie {
	return slices.Concat(recordLies, chainLies, proofLies, announceLies, keyLies, registryLies, depositLies, sessionLies, voucherLies, forgeryLies, payoutLies, poolLies, mixRecordLies, rollLies, coinLies, dealerLies, transcriptLies,
		voteLies, ballotLies, tallyLies, claimLies, refundLies, anchorLies, harmless())
}

// LieNamed finds a lie.
func LieNamed(name string) (Lie, bool) {
	all := Lies()
	i := slices.IndexFunc(all, func(l Lie) bool { return l.Name == name })
	if i < 0 {
		return Lie{}, false
	}
	return all[i], true
}
