package roles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// Registrar is the supervisor's side of the registration: it admits the eligible, numbers them, and
// alone knows which registration key belongs to which identity.
type Registrar struct {
	s      *Supervisor
	list   *Eligible
	voters []registered
	by     map[string]int   // indices of voters by identity
	keys   map[[32]byte]int // indices of voters by the x-coordinate of the registration key
}

// registered is a voter's entry in the supervisor's private file.
type registered struct {
	Number int `json:"number"` // from 1, in the order of registration
	Registration
	Salt board.Hash `json:"salt"` // of the commitment to the identity
}

// NewRegistrar opens the registration of those on the list.
func NewRegistrar(s *Supervisor, list *Eligible) *Registrar {
	return &Registrar{s: s, list: list, by: make(map[string]int), keys: make(map[[32]byte]int)}
}

// Format writes the number of voters in place of the registrar, which knows their identities.
func (r Registrar) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "registrar of %d voters (identities hidden)", len(r.voters))
}

// Admit takes a registration and returns the voter's number. Reasons for a refusal wrap
// [ErrRefused]. The error reveals that an identity has registered only if that identity's key
// signed the registration.
func (r *Registrar) Admit(reg Registration) (number int, err error) {
	var salt board.Hash
	statement := curve.Encoder(nil).Raw(r.s.e.EID[:]).Text([]byte(reg.Identity))
	io.ReadFull(r.s.seed.draw("identity", statement), salt[:]) // a draw does not fail
	if err := r.admit(reg, salt); err != nil {
		return 0, err
	}
	return len(r.voters), nil
}

// admit takes a registration whose identity is committed to with a salt.
func (r *Registrar) admit(reg Registration, salt board.Hash) error {
	if err := reg.check(r.s.e.EID, r.list); err != nil {
		return err
	}
	p := r.s.e.Policy
	_, twice := r.by[reg.Identity]
	_, taken := r.keys[reg.Key.X()]
	switch {
	case twice:
		return refused("the identity is registered already")
	case taken:
		return refused("the registration key is registered already")
	case r.inPolicy(reg.Key):
		return refused("the registration key is the policy's")
	case len(r.voters) >= p.Voters:
		return refused("all %d voters are registered", p.Voters)
	}
	r.by[reg.Identity], r.keys[reg.Key.X()] = len(r.voters), len(r.voters)
	r.voters = append(r.voters, registered{len(r.voters) + 1, reg, salt})
	return nil
}

// inPolicy reports whether a key is one that the policy names.
func (r *Registrar) inPolicy(key curve.PublicKey) bool {
	p := r.s.e.Policy
	named := []curve.PublicKey{p.Supervisor}
	for _, c := range p.Candidates {
		named = append(named, c.Key)
	}
	for _, m := range p.Mixing.Named {
		named = append(named, m.Key)
	}
	return slices.ContainsFunc(named, func(k curve.PublicKey) bool { return k.X() == key.X() })
}

// Len returns how many voters have registered.
func (r *Registrar) Len() int { return len(r.voters) }

// Publish writes the registry: the registration keys, sorted, each with a commitment that hides its
// identity; and the keys of the mixers. It is written once, after the announcements of the mixers that it
// lists.
func (r *Registrar) Publish(mixers []curve.PublicKey) (board.Line, error) {
	if want := r.s.e.Policy.Mixing.Mixers; len(mixers) != want {
		return board.Line{}, fmt.Errorf("%d mixers, want %d", len(mixers), want)
	}
	if len(r.voters) == 0 {
		return board.Line{}, errors.New("nobody has registered")
	}
	for _, key := range mixers {
		if _, votes := r.keys[key.X()]; votes {
			return board.Line{}, fmt.Errorf("mixer %s is registered to vote", key)
		}
	}
	b := board.Registry{Mixers: mixers}
	for _, v := range r.voters {
		b.Voters = append(b.Voters, board.Registered{
			Key: v.Key, Identity: board.IdentityHash(r.s.e.EID, v.Salt, v.Identity),
		})
	}
	slices.SortFunc(b.Voters, func(x, y board.Registered) int { return bytes.Compare(x.Key[:], y.Key[:]) })
	b.Root = board.RegistryRoot(r.s.e.EID, b.Voters)
	return r.s.write(b)
}
