package mixing_test

import (
	"flag"
	"testing"

	"bevote/internal/mixing"
)

var full = flag.Bool("full", false, "try a session of full strength, which takes seconds")

// TestFullStrength tries a session with a modulus of 2048 bits and 128 rounds,
// and the sizes that docs/protocol.md prints.
func TestFullStrength(t *testing.T) {
	if !*full {
		t.Skip("tried with -full, as .ci/run does")
	}
	c := newFixture(t, fullBits, fullRounds, 1)
	if err := c.manager.Modulus().Check(eid, fullBits); err != nil {
		t.Fatal(err)
	}
	m := issue(t, c.group, c.members[0], stream(2), message(1))
	if err := c.group.Verify(m.message, m.signature); err != nil {
		t.Fatal(err)
	}
	opened, err := c.manager.ProveOpened(m.signature, eid)
	if err != nil || c.group.VerifyOpened(opened, c.members[0].Member(), []byte{0}, m.signature, eid) != nil {
		t.Fatal("it is not shown who signed", err)
	}
	for what, size := range map[string][2]int{
		"opened":    {len(opened), 288},
		"modulus":   {len(c.manager.Modulus().Bytes()), 35076},
		"member":    {len(c.members[0].Member().Bytes()), 10528},
		"offer":     {len(m.offer), 68112},
		"challenge": {len(m.challenge), 16},
		"answer":    {len(m.answer), 43008},
		"signature": {len(m.signature), 49824},
	} {
		if size[0] != size[1] {
			t.Errorf("%s of %d bytes, want %d", what, size[0], size[1])
		}
	}
}

// The numbers that docs/protocol.md prints beside the paper's Table 3.
func TestOperations(t *testing.T) {
	for _, l := range []int64{8, 14} {
		c := newFixture(t, 512, int(l), 0)
		count := func(f func()) mixing.Operations {
			before := c.group.Operations().Plus(c.manager.Operations())
			f()
			return c.group.Operations().Plus(c.manager.Operations()).Less(before)
		}
		var m moves
		registration := count(func() { c.members = append(c.members, c.join(0)) })
		confusion := count(func() {
			m = issue(t, c.group, c.members[0], stream(2), message(1))
			if err := c.group.Verify(m.message, m.signature); err != nil {
				t.Fatal(err)
			}
		})
		audit := count(func() {
			if c.group.CheckTranscript(m.offer, m.challenge, m.answer) != nil ||
				c.group.Verify(m.message, m.signature) != nil {
				t.Fatal("refused")
			}
		})
		for part, powers := range map[string][2]int64{
			"registration": {registration.Powers, 4*l + 5},
			"confusion":    {confusion.Powers, 10*l + 18},
			"audit":        {audit.Powers, 4*l + 14},
			"e confusion":  {confusion.Shorts, 4 * l},
			"e audit":      {audit.Shorts, 2 * l},
		} {
			if powers[0] != powers[1] {
				t.Errorf("%d rounds, %s: %d powers, want %d", l, part, powers[0], powers[1])
			}
		}
	}
}
