package election

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

const notSupervisor = "not by the supervisor"

// Mixer is a mixer of the registry. Its line is its signed acceptance to hold deposits
// and to pay coins.
type Mixer struct {
	Name    string
	Key     curve.PublicKey
	N       int           // the line that announces it
	Coins   int           // how many it accepted to pay
	From    wire.OutPoint // where its payments begin
	Issuers []*Issuer     // its keys, by number − 1
}

// Issuer is a key of a mixer: its RSA key, or one of its member keys.
type Issuer struct {
	Mixer  *Mixer
	Number int    // from 1
	Text   []byte // as announced

	open *Deposit // with which it has a session open, or nil
}

// Open returns the deposit with which the issuer has a session open, or nil.
func (i *Issuer) Open() *Deposit { return i.open }

// String names the issuer by its mixer, and its number where the mixer has several.
func (i *Issuer) String() string {
	if len(i.Mixer.Issuers) == 1 {
		return "mixer " + i.Mixer.Name
	}
	return fmt.Sprintf("mixer %s, key %d", i.Mixer.Name, i.Number)
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
	_, err := decodeOutpoint(l.Body.From)
	switch {
	case err != nil:
		return err.Error()
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
	case m.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA && len(l.Body.Keys) != 1:
		return "with blind RSA a mixer has one key"
	}
	m.announced[l.Line.By] = l
	return ""
}

// registry reads the list of voters and mixers. Keys are compared by their
// x-coordinates, as in BIP 340. A mixer that is not announced, or whose key or name is
// taken, is left out.
func (m *ExchangeLog) registry(l Entry[board.Registry]) string {
	switch {
	case l.Line.By != m.e.Policy.Supervisor:
		return notSupervisor
	case m.Registry != nil:
		return "there is a registry already"
	}
	m.Registry, m.RegistryLine = &l.Body, l.N
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
		m.Mixers = append(m.Mixers, newMixer(key, a))
		m.mixers[key] = m.Mixers[len(m.Mixers)-1]
	}
	return ""
}

// newMixer makes a mixer of its announcement, whose outpoint decodes.
func newMixer(key curve.PublicKey, a Entry[board.Mixer]) *Mixer {
	x := &Mixer{Name: a.Body.Name, Key: key, N: a.N, Coins: a.Body.Coins}
	x.From, _ = decodeOutpoint(a.Body.From)
	for i, text := range a.Body.Keys {
		x.Issuers = append(x.Issuers, &Issuer{Mixer: x, Number: i + 1, Text: text})
	}
	return x
}

// AnnouncementOf returns the announcement of a mixer's key that counts, if there is
// one.
func (m *ExchangeLog) AnnouncementOf(key curve.PublicKey) (board.Mixer, bool) {
	l, ok := m.announced[key]
	return l.Body, ok
}

// Issuers returns the keys of all mixers.
func (m *ExchangeLog) Issuers() (all []*Issuer) {
	for _, x := range m.Mixers {
		all = append(all, x.Issuers...)
	}
	return all
}
