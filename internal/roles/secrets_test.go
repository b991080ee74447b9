package roles_test

import (
	"fmt"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/regtest"
	"bevote/internal/roles"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
)

// TestNoRolePrintsItsSecrets formats every role, as a pointer and as a value, and looks for its
// secrets in each form in which fmt prints bytes and words.
func TestNoRolePrintsItsSecrets(t *testing.T) {
	e, keys := mixedElection(t, 3, 2)
	c, err := regtest.New(t.TempDir(), lang.Params("regtest"), templates.PayToKey(e.Policy.Supervisor))
	check(t, err)
	defer c.Close()
	seed := [32]byte{1, 2, 3, 250, 251, 252}
	roll := curve.ReduceScalar(curve.TaggedHash("stand-in", []byte("roll")))
	registration := curve.ReduceScalar(curve.TaggedHash("stand-in", []byte("registration")))

	supervisor, err := roles.NewSupervisor(e, keys["supervisor"], c, seed)
	check(t, err)
	treasurer, err := roles.NewTreasurer(supervisor)
	check(t, err)
	candidate, err := roles.NewCandidate(e, 1, keys["candidate alice"], c, seed)
	check(t, err)
	voter, err := roles.NewVoter(e, roll, c, seed)
	check(t, err)
	depositor, err := roles.NewDepositor(e, registration, roll, c, seed)
	check(t, err)
	journal, err := roles.NewJournal(strings.NewReader(string(seed[:])))
	check(t, err)
	mixer, err := roles.NewMixer(e, "m1", keys["mixer m1"], c, nil, journal, 1)
	check(t, err)

	for _, r := range []struct {
		name    string
		pointer any
		value   any
		secrets []string
	}{
		{"supervisor", supervisor, *supervisor, printedScalar(keys["supervisor"])},
		{"treasurer", treasurer, *treasurer, printedScalar(keys["supervisor"])},
		{"candidate", candidate, *candidate, printedScalar(keys["candidate alice"])},
		{"voter", voter, *voter, printedScalar(roll)},
		{"depositor", depositor, *depositor, append(printedScalar(roll), printedScalar(registration)...)},
		{"mixer", mixer, *mixer, append(printedScalar(keys["mixer m1"]), printed(seed)...)},
		{"journal", journal, *journal, printed(seed)},
		{"seed", (*roles.Seed)(&seed), roles.Seed(seed), nil},
	} {
		r.secrets = append(r.secrets, printed(seed)...)
		for _, v := range []any{r.pointer, r.value, []any{r.value}, struct{ Role any }{r.value}} {
			wantNone(t, r.name, v, r.secrets)
		}
	}
}

// A registrar prints no identity, no salt, and nothing of its supervisor.
func TestRegistrarPrintsNoVoter(t *testing.T) {
	d := newRegistrarFixture(t)
	d.admit("anna", "ben")
	key := d.registration("anna").Key
	secrets := append(printedScalar(d.keys["supervisor"]), "anna", key.String(), fmt.Sprint([]byte(key[:8])))
	wantNone(t, "registrar", d.Registrar, secrets)
	wantNone(t, "registrar", *d.Registrar, secrets)
}

// A tally prints counts, and not what a ballot says.
func TestTallyPrintsNoBallot(t *testing.T) {
	p := newPoll(t, 2)
	p.vote(func(i int) int { return i + 1 })
	p.mine(p.e.Policy.Times.Reveal)
	tally := p.supervisor.Tally(p.view())
	acts, err := p.supervisor.Acts(p.view())
	check(t, err)
	var body board.Opening
	check(t, board.DecodeBody(*acts[0].Line, &body))
	for _, o := range body.Openings {
		share, err := curve.DecodeScalar(o.S)
		check(t, err)
		wantNone(t, "tally", tally, printedScalar(share))
		wantNone(t, "tally", *tally, printedScalar(share))
	}
	if text := fmt.Sprintf("%+v", tally); !strings.Contains(text, "[1 1]") {
		t.Errorf("no counts in %s", text)
	}
}

func wantNone(t *testing.T, name string, v any, secrets []string) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b"} {
		text := fmt.Sprintf(verb, v)
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s of %T prints %s", name, verb, v, secret)
			}
		}
	}
}

// printedScalar is what fmt makes of a scalar: of its bytes, and of the words in which it is kept.
func printedScalar(s curve.Scalar) (out []string) {
	out = printed(s.Bytes())
	for _, verb := range []string{"%v", "%#v", "%x", "%X", "%d", "%o", "%b"} {
		text := strings.Trim(fmt.Sprintf(verb, struct{ s curve.Scalar }{s}), "{}")
		words := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("[]{} ,:", c) })
		if len(words) > 1 {
			out = append(out, words[len(words)-2])
		}
	}
	return out
}

// printed is what fmt makes of the first bytes of a secret.
func printed(secret [32]byte) (out []string) {
	for _, verb := range []string{"%v", "%#v", "%x", "%X", "%o", "%b"} {
		text := fmt.Sprintf(verb, secret[:6])
		out = append(out, strings.Trim(strings.TrimPrefix(text, "[]byte"), "[]{}"))
	}
	return out
}
