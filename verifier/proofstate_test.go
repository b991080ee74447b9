package verifier_test

import (
	"slices"
	"strings"
	"testing"

	"bevote/internal/node/nodetest"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/result"
)

// TestProofsGoOnFromState: with a state of whole blocks, proofs are needed only
// of what came later, and the blocks are not forgotten over them.
func TestProofsGoOnFromState(t *testing.T) {
	whole := rehearsaltest.Open(t, sealed(t, "no_winner"))
	rec := provenOf(t, whole)
	all := nodetest.Blocks(t, whole)
	const seen = 140 // the votes are in these blocks, the refunds are not
	state := new(verifier.State)
	if r := mustAudit(t, whole, &blocks{list: all[:seen+1]}, verifier.Options{State: state}); r.Votes == 0 || r.Exit == 0 {
		t.Fatalf("%d votes, exit %d at block %d", r.Votes, r.Exit, seen)
	}
	state = stored(t, state)
	src := chainfile.FromRecord(rec).(evidence.ProofSource)
	withheld := &edited{src, func(p *evidence.BlockProof) bool { return p.Height <= seen }}
	want := mustAudit(t, rec, src, verifier.Options{})
	for range 2 {
		got := mustAudit(t, rec, withheld, verifier.Options{State: state})
		sameBut(t, got, want, "V08", "V09", "V99")
		if c := checkOf(got, "V99"); got.Exit != 0 || c.Status != result.Pass || len(c.Items) > 0 && strings.Contains(c.Items[0].Message, "replaced") {
			t.Errorf("exit %d, V99 %v", got.Exit, c)
		}
		state = stored(t, state)
	}
	if r := mustAudit(t, rec, withheld, verifier.Options{}); r.Exit == 0 {
		t.Error("without the state the proofs that are withheld are not missed")
	}
	again := &blocks{list: all}
	if r := mustAudit(t, whole, again, verifier.Options{State: state}); r.Exit != 0 || again.read != len(all)-seen-1 {
		t.Errorf("exit %d, %d blocks read, want the %d that the state has not seen", r.Exit, again.read, len(all)-seen-1)
	}
}

// TestProofsAndStateReorganised: blocks of a state that are no longer of the
// chain are forgotten and listed where proofs follow, too.
func TestProofsAndStateReorganised(t *testing.T) {
	whole := rehearsaltest.Open(t, sealed(t, "no_winner"))
	rec := provenOf(t, whole)
	all := nodetest.Blocks(t, whole)
	fork := append(all[:121:121], nodetest.Fork(t, all, 120, 4)...)
	state := new(verifier.State)
	mustAudit(t, whole, &blocks{list: fork}, verifier.Options{State: state})
	got := mustAudit(t, rec, chainfile.FromRecord(rec), verifier.Options{State: stored(t, state)})
	sameBut(t, got, mustAudit(t, rec, chainfile.FromRecord(rec), verifier.Options{}), "V99")
	c := checkOf(got, "V99")
	if !slices.ContainsFunc(c.Items, func(i result.Item) bool { return strings.Contains(i.Message, "blocks 121 to 124 were replaced") }) {
		t.Errorf("V99 says %v", c.Items)
	}
}
