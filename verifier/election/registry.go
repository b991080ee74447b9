package election

import (
	"bytes"
	"slices"
	"sync"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/address/v2"
)

const notSupervisor = "not by the supervisor"

// Mixer is a mixer of the registry.
type Mixer struct {
	Name      string
	Key       curve.PublicKey
	Announced []byte // its member key or RSA key as published
	N         int    // the line that announces it

	open   *Deposit                        // whose session is open, or nil
	scheme func() (mixing.Verifier, error) // computed once
}

// manager reads the modulus of the group. Like the other readers of lines it returns
// why a line does not count, or "".
func (m *ExchangeLog) manager(l Entry[board.Manager]) string {
	switch {
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.Manager != nil:
		return "there is a modulus already"
	}
	m.Manager = l.Body.Modulus
	return ""
}

// mixer reads a mixer's announcement. If the policy names the mixers, others do not
// count. Neither do the keys of supervisor and candidates: mixer and supervisor
// together hold the deposits.
func (m *ExchangeLog) mixer(l Entry[board.Mixer]) string {
	named := m.e.Policy.Mixing.Named
	is := func(x lang.Named) bool { return x.Key == l.Line.By && x.Name == l.Body.Name }
	_, again := m.announced[l.Line.By]
	switch {
	case m.Registry != nil:
		return "the registry is closed"
	case again:
		return "this mixer is announced already"
	case l.Line.By.X() == m.e.Policy.Supervisor.X():
		return "who supervises mixes nothing: mixer and supervisor hold deposits together"
	case slices.ContainsFunc(m.e.Policy.Candidates, func(c lang.Candidate) bool { return c.Key.X() == l.Line.By.X() }):
		return "who stands for election mixes nothing"
	case len(named) > 0 && !slices.ContainsFunc(named, is):
		return "the policy does not name this mixer"
	}
	m.announced[l.Line.By] = l
	return ""
}

// registry reads the list of voters and mixers, and the deadlines. Keys are compared
// by their x-coordinates, as in BIP 340. A mixer that is not announced, or whose key
// or name is taken, is left out.
func (m *ExchangeLog) registry(l Entry[board.Registry]) string {
	switch {
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.Registry != nil:
		return "there is a registry already"
	}
	m.Registry, m.RegistryLine = &l.Body, l.N
	copy(m.Deadlines[:], l.Body.Deadlines)
	taken := make(map[[32]byte]bool)
	for _, v := range l.Body.Voters {
		m.Registered[v.Key], taken[v.Key.X()] = true, true
	}
	names := make(map[string]bool)
	for _, key := range l.Body.Mixers {
		a, announced := m.announced[key]
		if !announced || taken[key.X()] || names[a.Body.Name] {
			continue // V22 names it
		}
		taken[key.X()], names[a.Body.Name] = true, true
		x := &Mixer{Name: a.Body.Name, Key: key, Announced: a.Body.Key, N: a.N}
		x.scheme = sync.OnceValues(func() (mixing.Verifier, error) { return m.makeScheme(x) })
		m.mixers[key], m.Mixers = x, append(m.Mixers, x)
	}
	return ""
}

// AnnouncementOf returns the announcement of a mixer's key that counts, if there is
// one.
func (m *ExchangeLog) AnnouncementOf(key curve.PublicKey) (board.Mixer, bool) {
	l, ok := m.announced[key]
	return l.Body, ok
}

// request reads M1, to the paying mixer, and M3, to the holding one.
func (m *ExchangeLog) request(l Entry[board.Request]) string {
	due := m.Deadlines[T2:T4]
	if l.Body.For == board.ForPaying {
		due = m.Deadlines[T4:]
	}
	ask := asking{l.Line.By, l.Body.Mixer, l.Body.For}
	switch {
	case m.mixers[l.Body.Mixer] == nil:
		return "it asks nobody who mixes"
	case m.Registered[l.Line.By] != (l.Body.For == board.ForHolding):
		return "holding is asked for by registered keys, paying by others"
	case !slices.Equal(l.Body.Deadlines, due):
		return "the deadlines are not the registry's"
	case m.asked[ask]:
		return "it was asked already"
	}
	m.asked[ask] = true
	m.Requests = append(m.Requests, l)
	return ""
}

// accept reads M2, of the paying mixer, and M4, of the holding one.
func (m *ExchangeLog) accept(l Entry[board.Accept]) string {
	ask, own := asking{l.Body.To, l.Line.By, l.Body.For}, nonce{l.Line.By, l.Body.Nonce}
	_, again := m.accepted[ask]
	switch {
	case !m.asked[ask]:
		return "nobody asked for it"
	case again:
		return "it was accepted already"
	case m.nonces[own] > 0:
		m.breach(m.mixers[l.Line.By], l.N, "accepts with the nonce of line %d", m.nonces[own])
		return "its nonce is not new"
	}
	m.accepted[ask], m.nonces[own] = l, l.N
	if l.Body.For == board.ForHolding && !m.escrowed(l) {
		m.breach(m.mixers[l.Line.By], l.N, "names an escrow that is not the contract's")
	}
	return ""
}

// escrowed reports whether an acceptance names the contract's escrow.
func (m *ExchangeLog) escrowed(l Entry[board.Accept]) bool {
	redeem, err := m.e.EscrowRedeem(l.Line.By, l.Body.To)
	return err == nil && bytes.Equal(l.Body.Escrow, address.Hash160(redeem))
}

// Accepted returns a mixer's acceptance of a key's request, if there is one. The
// purpose is board.ForHolding or board.ForPaying.
func (m *ExchangeLog) Accepted(purpose string, mixer, by curve.PublicKey) (board.Accept, bool) {
	l, ok := m.accepted[asking{by, mixer, purpose}]
	return l.Body, ok
}
