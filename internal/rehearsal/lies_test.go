package rehearsal_test

import (
	"context"
	"testing"

	"bevote/internal/rehearsal"
)

func TestLies(t *testing.T) {
	for _, l := range rehearsal.Lies() {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			trial, err := l.Try(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if !trial.Attributed() && l.Strength != rehearsal.Harmless || len(trial.Strays()) > 0 || !trial.AsExpected() {
				t.Errorf("%s says %v, level %q, exit %d; want %s %s with %v, level %q, exit %d",
					l.Base, trial.Spoke, trial.Level, trial.Exit, l.Check, l.Says, l.Along, l.Level, l.Exit)
			}
		})
	}
}
