package roles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// Registrar is the supervisor's side of the registration: it admits the eligible, numbers them, and
// alone knows which registration key belongs to which identity.
type Registrar struct {
	s      *Supervisor
	list   *Eligible
	voters []registered
	by     map[string]int          // indices of voters by identity
	keys   map[[32]byte]int        // indices of voters by the x-coordinate of the registration key
	store  func(line []byte) error // nil where nothing is stored
}

// registered is a voter's entry in the supervisor's private file.
type registered struct {
	Number int `json:"number"` // from 1, in the order of registration
	Registration
	Salt board.Hash `json:"salt"` // of the commitment to the identity
}

// NewRegistrar opens the registration of those on the list, and keeps it in memory, as rehearsals do. A live
// registrar needs [OpenRegistrar].
func NewRegistrar(s *Supervisor, list *Eligible) *Registrar {
	return &Registrar{s: s, list: list, by: make(map[string]int), keys: make(map[[32]byte]int)}
}

// Format writes the number of voters in place of the registrar, which knows their identities.
func (r Registrar) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "registrar of %d voters (identities hidden)", len(r.voters))
}

// Admit takes a registration and returns the voter's number: the same number for a registration of the same
// key that is admitted already. Reasons for a refusal wrap [ErrRefused]. The error reveals that an identity
// has registered only if that identity's key signed the registration.
func (r *Registrar) Admit(reg Registration) (number int, err error) {
	if err := reg.check(r.s.e.EID, r.list); err != nil {
		return 0, err
	}
	if i, known := r.by[reg.Identity]; known && r.voters[i].Key == reg.Key {
		return i + 1, nil
	}
	v := registered{Number: len(r.voters) + 1, Registration: reg}
	statement := curve.Encoder(nil).Raw(r.s.e.EID[:]).Text([]byte(reg.Identity))
	io.ReadFull(r.s.seed.draw("identity", statement), v.Salt[:]) // a draw does not fail
	return v.Number, r.enter(v)
}

// enter takes in a voter, once that is stored.
func (r *Registrar) enter(v registered) error {
	if err := v.check(r.s.e.EID, r.list); err != nil {
		return err
	}
	p := r.s.e.Policy
	_, twice := r.by[v.Identity]
	_, taken := r.keys[v.Key.X()]
	switch {
	case twice:
		return refused("the identity is registered already")
	case taken:
		return refused("the registration key is registered already")
	case r.inPolicy(v.Key):
		return refused("the registration key is the policy's")
	case len(r.voters) >= p.Voters:
		return refused("all %d voters are registered", p.Voters)
	}
	if r.store != nil {
		line, err := encodeLine(registerEntry{Voter: &v})
		if err == nil {
			err = r.store(line)
		}
		if err != nil {
			return fmt.Errorf("register: %w", err)
		}
	}
	r.by[v.Identity], r.keys[v.Key.X()] = len(r.voters), len(r.voters)
	r.voters = append(r.voters, v)
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

// Acts writes the registry from `register by` on, until it stands: the registration keys, sorted, each with
// a commitment that hides its identity; and the keys of the mixers, which are those that the treasurer has
// admitted, as many as the policy says.
func (r *Registrar) Acts(view *View, mixers []curve.PublicKey) ([]Act, error) {
	p, x := r.s.e.Policy, view.Exchange
	if view.ended() || view.Tip < p.Times.Register || x.Registry != nil || x.Phases.Closed(election.RegisterClosed) {
		return nil, nil
	}
	body, err := r.registry(mixers)
	if err != nil {
		return nil, err
	}
	return lineActs(&r.s.participant, view, "registry", p.Times.Register+p.Grace, body)
}

func (r *Registrar) registry(mixers []curve.PublicKey) (b board.Registry, err error) {
	if want := r.s.e.Policy.Mixing.Mixers; len(mixers) != want {
		return b, fmt.Errorf("%d mixers, want %d", len(mixers), want)
	}
	if len(r.voters) == 0 {
		return b, errors.New("nobody has registered")
	}
	for _, key := range mixers {
		if _, votes := r.keys[key.X()]; votes {
			return b, fmt.Errorf("mixer %s is registered to vote", key)
		}
	}
	b.Mixers = mixers
	for _, v := range r.voters {
		b.Voters = append(b.Voters, board.Registered{
			Key: v.Key, Identity: board.IdentityHash(r.s.e.EID, v.Salt, v.Identity),
		})
	}
	slices.SortFunc(b.Voters, func(x, y board.Registered) int { return bytes.Compare(x.Key[:], y.Key[:]) })
	b.Root = board.RegistryRoot(r.s.e.EID, b.Voters)
	return b, nil
}
