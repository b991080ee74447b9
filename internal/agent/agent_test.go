package agent_test

import (
	"strings"
	"testing"
)

// An election of agents alone is proven, has its winner, and ends for all of them.
func TestElection(t *testing.T) {
	for name, g := range games() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := undisturbed(t, name)
			if !strings.Contains(got.verdict, `level L3, exit 0, winner "`+g.winner+`"`) {
				t.Errorf("%s", got.verdict)
			}
			t.Logf("%d operations", got.ops)
		})
	}
}
