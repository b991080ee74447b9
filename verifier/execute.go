package verifier

import (
	"fmt"
	"sort"

	"github.com/btcsuite/btcd/wire/v2"
)

// scriptRun is one input executed again on the script engine (V11).
type scriptRun struct {
	at   sighting
	prev *wire.TxOut
	err  error
}

func (r *scriptRun) where() string { return fmt.Sprintf("tx %s input %d", r.at.ID, r.at.Input) }

// runScripts executes every spend of an eligible coin and of a stake, on all cores.
func (a *audit) runScripts() {
	for _, c := range a.replay.coins {
		if c.spent != nil {
			a.runs = append(a.runs, &scriptRun{at: *c.spent, prev: c.out})
		}
	}
	for _, st := range a.replay.stakes {
		if st.spent != nil {
			a.runs = append(a.runs, &scriptRun{at: *st.spent, prev: st.out})
		}
	}
	sort.Slice(a.runs, func(i, j int) bool {
		x, y := a.runs[i].at, a.runs[j].at
		return x.before(y) || !y.before(x) && x.Input < y.Input
	})
	parallel(len(a.runs), func(i int) {
		r := a.runs[i]
		r.err = execute(r.at.Tx, r.at.Input, r.prev)
	})
}
