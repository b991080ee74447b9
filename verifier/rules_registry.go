package verifier

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// V20: everything that the mixing computes with follows from this election and
// from keys whose owners proved them. Nobody publishes g, a, δ or p: they are
// derived here, and so are their lengths, e and the number of rounds.
func (a *audit) paramsRegen(s *sheet) {
	m := a.setup.Mixing
	if a.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind {
		s.expect(1)
		_, err := m.Group()
		s.test("the manager's modulus", err)
		if err != nil {
			return // what rests on it cannot be looked at
		}
	}
	s.expect(max(1, len(m.Mixers)))
	announced := make(map[string]*election.Mixer)
	for _, x := range m.Mixers {
		where := fmt.Sprintf("line %d, mixer %s", x.N, x.Name)
		if other := announced[string(x.Announced)]; other != nil {
			s.fail(where, "has the key of mixer %s", other.Name)
			continue
		}
		announced[string(x.Announced)] = x
		_, err := m.SchemeOf(x)
		s.test(where, err)
	}
}

// V22: one registry, closed with the roll, says who may deposit, who mixes, and
// by when.
func (a *audit) registryAnchor(s *sheet) {
	m := a.setup.Mixing
	if m.Registry == nil {
		s.expect(1)
		s.fail("board", "the supervisor published no registry before the roll's anchor")
		return
	}
	where := fmt.Sprintf("line %d", m.RegistryLine)
	for _, rule := range []func(*board.Registry) error{a.registryRoot, a.registryVoters, a.registryDeadlines, a.registryMixers} {
		s.expect(1)
		s.test(where, rule(m.Registry))
	}
	s.note(where, "the registry's root is %s", m.Registry.Root)
}

func (a *audit) registryRoot(b *board.Registry) error {
	if want := board.RegistryRoot(a.e.EID, b.Voters); b.Root != want {
		return fmt.Errorf("the root is %s, its voters give %s", b.Root, board.Hash(want))
	}
	return nil
}

func (a *audit) registryVoters(b *board.Registry) error {
	byKey := func(x, y board.Registered) int { return bytes.Compare(x.Key[:], y.Key[:]) }
	switch {
	case len(b.Voters) > a.e.Policy.Voters:
		return fmt.Errorf("%d registered, the policy has %d voters", len(b.Voters), a.e.Policy.Voters)
	case !slices.IsSortedFunc(b.Voters, byKey):
		return errors.New("the voters are not sorted by key")
	}
	return nil
}

func (a *audit) registryDeadlines(b *board.Registry) error {
	last := a.e.Policy.Times.Roll
	if slices.Max(b.Deadlines) > last {
		return fmt.Errorf("a deadline at block %d, the roll closes at %d", slices.Max(b.Deadlines), last)
	}
	before := a.mix.AnnouncedAt
	for i, t := range b.Deadlines {
		if t <= before {
			return fmt.Errorf("deadline T%d is block %d, want one after %d", i+1, t, before)
		}
		before = t
	}
	return nil
}

func (a *audit) registryMixers(b *board.Registry) error {
	known := make(map[curve.PublicKey]bool)
	for _, key := range b.Mixers {
		switch {
		case known[key]:
			return fmt.Errorf("mixer %s stands twice", key)
		case a.setup.Mixing.MixerOf(key) == nil:
			return fmt.Errorf("mixer %s has no announcement that counts, is registered to vote, or has another's name", key)
		}
		known[key] = true
	}
	if want := a.e.Policy.Mixing.Mixers; len(b.Mixers) != want {
		return fmt.Errorf("%d mixers, want %d", len(b.Mixers), want)
	}
	return nil
}

// V23: nobody is registered twice, as far as keys and commitments show it.
// Whether two commitments hide one person, only the private file can show.
func (a *audit) registryUnique(s *sheet) {
	m := a.setup.Mixing
	s.expect(len(m.Registry.Voters))
	keys, identities := make(map[curve.PublicKey]int), make(map[board.Hash]int)
	for i, v := range m.Registry.Voters {
		where := fmt.Sprintf("line %d, voter %d", m.RegistryLine, i+1)
		switch {
		case keys[v.Key] > 0:
			s.fail(where, "the key of voter %d again", keys[v.Key])
		case identities[v.Identity] > 0:
			s.fail(where, "the identity of voter %d again", identities[v.Identity])
		default:
			s.pass()
		}
		keys[v.Key], identities[v.Identity] = i+1, i+1
	}
}
