package verifier

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// registryRules are family C, the registry: V22, V23.
func registryRules() []rule {
	return []rule{
		row("V22", "REG-ANCHOR", "A", mixed, registryAnchor),
		row("V23", "REG-UNIQUE", "A", exchanged, registryUnique),
	}
}

// V22: one registry stands under its anchor and lists the registered keys and the
// mixers.
func registryAnchor(f *facts, ck *check) {
	log := f.mix
	if log.Registry == nil {
		ck.expect(1)
		ck.fail("board", "the supervisor published no registry before its anchor")
		return
	}
	where := fmt.Sprintf("line %d", log.RegistryLine)
	tests := []func(*facts, *board.Registry) error{registryRoot, registryVoters, registryMixers}
	for _, test := range tests {
		ck.expect(1)
		if err := test(f, log.Registry); err != nil {
			ck.fail(where, "the supervisor: %v", err)
			continue
		}
		ck.pass()
	}
	ck.note(where, "the registry's root is %s", log.Registry.Root)
}

func registryRoot(f *facts, b *board.Registry) error {
	if want := board.RegistryRoot(f.e.EID, b.Voters); b.Root != want {
		return fmt.Errorf("the root is %s, its voters give %s", b.Root, board.Hash(want))
	}
	return nil
}

func registryVoters(f *facts, b *board.Registry) error {
	byKey := func(x, y board.Registered) int { return bytes.Compare(x.Key[:], y.Key[:]) }
	switch {
	case len(b.Voters) > f.e.Policy.Voters:
		return fmt.Errorf("%d registered, the policy has %d voters", len(b.Voters), f.e.Policy.Voters)
	case !slices.IsSortedFunc(b.Voters, byKey):
		return errors.New("the voters are not sorted by key")
	}
	return nil
}

func registryMixers(f *facts, b *board.Registry) error {
	known := make(map[curve.PublicKey]bool)
	for _, key := range b.Mixers {
		switch {
		case known[key]:
			return fmt.Errorf("mixer %s stands twice", key)
		case f.mix.MixerOf(key) == nil:
			return fmt.Errorf("mixer %s has no announcement that counts, is registered to vote, or has another's name", key)
		}
		known[key] = true
	}
	if want := f.e.Policy.Mixing.Mixers; len(b.Mixers) != want {
		return fmt.Errorf("%d mixers, want %d", len(b.Mixers), want)
	}
	return nil
}

// V23: no key and no commitment is registered twice. Only the supervisor's private
// file shows whether two commitments are of one identity.
func registryUnique(f *facts, ck *check) {
	log := f.mix
	ck.expect(len(log.Registry.Voters))
	keys, identities := make(map[curve.PublicKey]int), make(map[board.Hash]int)
	for i, v := range log.Registry.Voters {
		where := fmt.Sprintf("line %d, voter %d", log.RegistryLine, i+1)
		switch {
		case keys[v.Key] > 0:
			ck.fail(where, "the supervisor: the key of voter %d again", keys[v.Key])
		case identities[v.Identity] > 0:
			ck.fail(where, "the supervisor: the identity of voter %d again", identities[v.Identity])
		default:
			ck.pass()
		}
		keys[v.Key], identities[v.Identity] = i+1, i+1
	}
}
