package roles_test

import (
	"testing"

	"bevote/verifier"
)

// A mixer that vanishes once it has promised everything: whose deposit it holds
// takes it back, whose coin it was to pay is paid by the supervisor.
func TestMixerVanishes(t *testing.T) {
	f := newFair(t, 6, 2)
	f.absent = func(who string, tip uint32) bool { return who == "m1" && tip > f.view.Deadlines[verifier.T1] }
	f.close()
	for i, v := range f.voters {
		if f.view.DepositOf(v.Key()).Mixer.Name == "m1" {
			f.wantBack(i)
		} else {
			f.wantCoin(i)
		}
	}
	f.wantRepaid(1)
	f.wantFindings("V37 mixer m1: no coin by T5, paid in block 149", "V37 mixer m1: no offer")
}
