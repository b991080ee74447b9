package election

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/address/v2"
)

const notSupervisor = "not by the supervisor"

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

// mixer takes an announcement. Where the policy names the mixers, only theirs.
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

func (m *ExchangeLog) registry(l Entry[board.Registry]) string {
	switch {
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.Registry != nil:
		return "there is a registry already"
	}
	m.Registry, m.RegistryLine = &l.Body, l.N
	copy(m.Deadlines[:], l.Body.Deadlines)
	taken := make(map[[32]byte]bool) // by the x of the key, as BIP 340 knows it
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
		m.mixers[key], m.Mixers = x, append(m.Mixers, x)
	}
	return ""
}

// AnnouncementOf returns what a mixer announced in the line of it that counts.
func (m *ExchangeLog) AnnouncementOf(key curve.PublicKey) (board.Mixer, bool) {
	l, ok := m.announced[key]
	return l.Body, ok
}

// request takes M1 and M3.
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

// accept takes M2 and M4.
func (m *ExchangeLog) accept(l Entry[board.Accept]) string {
	ask := asking{l.Body.To, l.Line.By, l.Body.For}
	_, again := m.accepted[ask]
	switch {
	case !m.asked[ask]:
		return "nobody asked for it"
	case again:
		return "it was accepted already"
	case m.nonces[nonce{l.Line.By, l.Body.Nonce}] > 0:
		m.breach(m.mixers[l.Line.By], l.N, "accepts with the nonce of line %d", m.nonces[nonce{l.Line.By, l.Body.Nonce}])
		return "its nonce is not new"
	}
	m.accepted[ask], m.nonces[nonce{l.Line.By, l.Body.Nonce}] = l, l.N
	if l.Body.For == board.ForHolding && !m.escrowed(l) {
		m.breach(m.mixers[l.Line.By], l.N, "names an escrow that is not the contract's")
	}
	return ""
}

// escrowed tells whether an acceptance names the escrow that the contract gives.
func (m *ExchangeLog) escrowed(l Entry[board.Accept]) bool {
	redeem, err := m.e.EscrowRedeem(l.Line.By, l.Body.To)
	return err == nil && bytes.Equal(l.Body.Escrow, address.Hash160(redeem))
}

// Accepted returns a mixer's acceptance of a request.
func (m *ExchangeLog) Accepted(purpose string, mixer, by curve.PublicKey) (board.Accept, bool) {
	l, ok := m.accepted[asking{by, mixer, purpose}]
	return l.Body, ok
}
