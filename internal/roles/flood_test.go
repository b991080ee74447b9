package roles_test

import (
	"testing"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// Any key can be a roll key, so a mixer may get more requests to pay than it has coins for. A
// mixer that can pay all registered voters still promises each its coin.
func TestStrangersAskFirst(t *testing.T) {
	f := newFixture(t, 3, 2)
	seen, err := roles.Seen(f.chain, f.e.Policy.Confirmations)
	check(t, err)
	for i := range 100 {
		for _, m := range f.mixers {
			line, err := board.Sign(f.e.EID, curve.NewScalar(uint32(5000+i)), seen, board.Request{
				For: board.ForPaying, Mixer: m.Key(), Deadlines: f.view.Deadlines[election.T4:]})
			f.appendLine("stranger", line, err)
		}
	}
	f.close()
	for i := range f.voters {
		f.wantCoin(i)
	}
}
