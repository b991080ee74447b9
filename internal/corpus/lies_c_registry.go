package corpus

import (
	"bytes"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// registryLies are about family C: the registry of voters and mixers (V22,
// V23).
var registryLies = []Lie{
	{Name: "registry-never", Text: "the supervisor publishes no registry, so that nobody can deposit",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L0", Exit: 21, tamper: registryDropped(nil)},
	{Name: "registry-late", Text: "the supervisor publishes the registry when its phase is anchored without it",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L0", Exit: 21, tamper: registryDropped(func(p *play, l board.Line) {
			p.at(p.Policy.Times.Register+2, func() error { return p.Log.Append(l) })
		})},
	{Name: "registry-other-root", Text: "the registry's root is not that of its voters, and nobody deposits",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L0", Exit: 21,
		tamper: all(voterStaysAway, registry(func(_ *play, r *board.Registry) { r.Root[3] ^= 1 }))},
	{Name: "registry-too-long", Text: "the supervisor registers one voter more than the policy has",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L0", Exit: 21,
		tamper: voterList(func(p *play, voters []board.Registered) []board.Registered {
			return append(voters, board.Registered{Key: curve.BaseMul(p.stranger()).Key(), Identity: p.policyHash()})
		})},
	{Name: "registry-unsorted", Text: "the registry's order is that in which people came",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L3", Exit: 21, tamper: registry(func(p *play, r *board.Registry) {
			slices.Reverse(r.Voters)
			r.Root = board.RegistryRoot(p.EID, r.Voters)
		})},
	{Name: "mixer-unannounced", Text: "the registry lists a mixer that nobody has announced",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L3", Exit: 21,
		tamper: registry(func(p *play, r *board.Registry) { r.Mixers[1] = curve.BaseMul(p.stranger()).Key() })},
	{Name: "mixer-listed-twice", Text: "the registry lists one mixer twice, so that there is one in truth",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L3", Exit: 21,
		tamper: registry(func(_ *play, r *board.Registry) { r.Mixers[1] = r.Mixers[0] })},
	{Name: "mixer-left-out", Text: "the registry lists a mixer less than the policy asks for",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L3", Exit: 21,
		tamper: registry(func(_ *play, r *board.Registry) { r.Mixers = r.Mixers[1:] })},
	{Name: "mixer-is-supervisor", Text: "the registry lists the supervisor, who announces itself, as a mixer",
		Strength: KeyHolding, Base: "mixed",
		Check: "V22", Level: "L3", Exit: 21, tamper: supervisorMixes},

	{Name: "registered-twice", Text: "the supervisor registers one key twice, in the place of another voter's",
		Strength: KeyHolding, Base: "mixed",
		Check: "V23", Level: "L3", Exit: 21,
		tamper: voterList(func(p *play, voters []board.Registered) []board.Registered {
			gone := slices.IndexFunc(voters, func(v board.Registered) bool { return v.Key == p.abstainer().Key() })
			voters[gone].Key = voters[(gone+1)%len(voters)].Key
			return voters
		})},
	{Name: "identity-twice", Text: "the supervisor registers one person with two keys",
		Strength: KeyHolding, Base: "mixed",
		Check: "V23", Level: "L3", Exit: 21,
		tamper: voterList(func(_ *play, voters []board.Registered) []board.Registered {
			voters[0].Identity = voters[1].Identity
			return voters
		})},
}

// registry changes the registry before it is appended.
func registry(change func(p *play, r *board.Registry)) func(*play) error {
	return func(p *play) error {
		amend(p, func(_ *board.Line, r *board.Registry) bool {
			change(p, r)
			return true
		})
		return nil
	}
}

// voterList changes the registered voters, and the root with them.
func voterList(change func(p *play, voters []board.Registered) []board.Registered) func(*play) error {
	return registry(func(p *play, r *board.Registry) {
		r.Voters = change(p, r.Voters)
		slices.SortFunc(r.Voters, func(x, y board.Registered) int { return bytes.Compare(x.Key[:], y.Key[:]) })
		r.Root = board.RegistryRoot(p.EID, r.Voters)
	})
}

// voterStaysAway keeps all voters from depositing, as their programs refuse to.
func voterStaysAway(p *play) error {
	p.Hooks.Away = func(role string) bool { return strings.HasPrefix(role, "voter ") }
	return nil
}

// registryDropped keeps the registry off the board, and calls with for it.
func registryDropped(with func(p *play, l board.Line)) func(*play) error {
	return func(p *play) error {
		drop(p, func(l board.Line, _ board.Registry) bool {
			if with != nil {
				with(p, l)
			}
			return true
		})
		p.Hooks.Tip = p.Policy.Times.Roll + 2*p.Policy.Depth()
		return nil
	}
}

// supervisorMixes lists the supervisor in the place of the second mixer, with a
// key that is proven.
func supervisorMixes(p *play) error {
	key := p.Supervisor.Key()
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var r board.Registry
		if l.Type != board.TypeRegistry || board.DecodeBody(l, &r) != nil {
			return []board.Line{l}, nil
		}
		text, err := p.rsaKey(p.EID, p.Policy.Mixing.Modulus, key)
		if err != nil {
			return nil, err
		}
		mixer, err := board.Sign(p.EID, p.Keys["supervisor"], l.Seen, board.Mixer{Name: "house", Keys: []board.Bytes{text}, Coins: 1, From: make([]byte, 36)})
		if err != nil {
			return nil, err
		}
		r.Mixers[1] = key
		l, err = board.Sign(p.EID, p.Keys["supervisor"], l.Seen, r)
		return []board.Line{mixer, l}, err
	})
	return nil
}
