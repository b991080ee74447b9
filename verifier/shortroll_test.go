package verifier_test

import (
	"testing"

	"bevote/internal/rehearsal"
	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
)

// TestShortRollStaysEnded: after a roll that ends the election no anchor is owed, however
// many blocks come.
func TestShortRollStaysEnded(t *testing.T) {
	rec := recordOf(t, played(t, rehearsal.Options{Source: example(t, "club_chair"), Roll: 2}))
	for _, blocks := range []int{0, 40, 300} {
		r := mustAudit(t, rec, lengthened{Source: chainfile.FromRecord(rec), blocks: blocks}, verifier.Options{})
		if r.Exit != 0 || len(notPassing(r)) > 0 {
			t.Errorf("%d blocks later: exit %d, %v", blocks, r.Exit, notPassing(r))
		}
	}
}
