package agent_test

import (
	"flag"
	"fmt"
	"testing"
)

var all = flag.Bool("all", false, "fail every operation once, in each way, and reorganise at every height; minutes")

// crashes plays a game in which operations fail, and compares with want.
func crashes(t *testing.T, g game, want calm, how failure, fails func(op int) bool) {
	t.Helper()
	w := newWorld(t, g)
	w.fails, w.failsAt = how, fails
	w.play(w.end())
	w.same(want)
	if w.restarts == 0 && how != flaky {
		t.Error("nothing failed")
	}
}

// TestCrashMatrix: whichever write, sync or message fails, and however, the restarted role goes on, and the
// verdict, the counts and all satoshis are those of an election without failures. Without -all
// each fourth operation of one play fails.
func TestCrashMatrix(t *testing.T) {
	for name, g := range sample() {
		want := undisturbed(t, name)
		for how := lost; how <= flaky; how++ {
			if *all {
				for i := 1; i <= want.ops; i++ {
					t.Run(fmt.Sprint(name, " ", how, " ", i), func(t *testing.T) {
						t.Parallel()
						crashes(t, g, want, how, func(op int) bool { return op == i })
					})
				}
				continue
			}
			t.Run(fmt.Sprint(name, " ", how, " each fourth"), func(t *testing.T) {
				t.Parallel()
				crashes(t, g, want, how, func(op int) bool { return op%4 == int(how-lost) })
			})
		}
	}
}
