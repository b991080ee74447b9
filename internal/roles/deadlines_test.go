package roles_test

import (
	"fmt"
	"testing"

	"bevote/internal/roles"
	"bevote/lang"
	"bevote/verifier/election"

	"pgregory.net/rapid"
)

func policyOf(roll, confirmations uint32) *lang.Policy {
	return &lang.Policy{Confirmations: confirmations, Times: lang.Times{Roll: roll}}
}

func TestDeadlinesOfExamples(t *testing.T) {
	for _, c := range []struct {
		from, roll, confirmations uint32
		want                      [5]uint32
	}{
		{100, 114, 1, [5]uint32{102, 104, 107, 109, 111}}, // as short as can be
		{100, 115, 1, [5]uint32{102, 104, 107, 109, 112}},
		{100, 124, 1, [5]uint32{104, 108, 115, 118, 121}},
		{100, 124, 6, [5]uint32{102, 104, 112, 114, 116}},
		{100, 1001, 6, [5]uint32{277, 454, 813, 903, 993}},
	} {
		got, err := roles.Deadlines(policyOf(c.roll, c.confirmations), c.from)
		if err != nil || got != c.want {
			t.Errorf("from %d to %d, %d deep: %v, err %v; want %v", c.from, c.roll, c.confirmations, got, err, c.want)
		}
	}
}

// Every step has its blocks, transactions come deep in time, and one block
// fewer than the error asks for is too few.
func TestDeadlinesLeaveTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		deep := rapid.Uint32Range(1, 100).Draw(t, "confirmations")
		from := rapid.Uint32Range(1, 1_000_000).Draw(t, "from")
		roll := from + rapid.Uint32Range(0, 5000).Draw(t, "blocks")
		got, err := roles.Deadlines(policyOf(roll, deep), from)
		if err != nil {
			var have, want uint32
			const format = "%d blocks from the registry to `roll by`, want at least %d"
			if _, scan := fmt.Sscanf(err.Error(), format, &have, &want); scan != nil {
				t.Fatal(err)
			}
			_, short := roles.Deadlines(policyOf(from+want-1, deep), from)
			_, enough := roles.Deadlines(policyOf(from+want, deep), from)
			if have != roll-from || have >= want || short == nil || enough != nil {
				t.Fatalf("%v; then %v, %v", err, short, enough)
			}
			return
		}
		for i, least := range []uint32{2, 2, deep - 1 + 3, 2, 2} {
			before := from
			if i > 0 {
				before = got[i-1]
			}
			if got[i] < before+least {
				t.Errorf("T%d is %d, %v", i+1, got[i], got)
			}
		}
		if got[election.T5]+2+deep > roll {
			t.Errorf("coins paid after T5 = %d are not deep at %d", got[election.T5], roll)
		}
	})
}
