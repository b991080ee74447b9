package rehearsal

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
