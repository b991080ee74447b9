package roles_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/board"
)

// registrarFixture is an open registration with the identities that may come.
type registrarFixture struct {
	*roles.Registrar
	*fixture
	t    testing.TB
	list *roles.Eligible
}

// newRegistrarFixture opens the registration of a mixed election of three voters, for
// anna, ben, … frank.
func newRegistrarFixture(t testing.TB) *registrarFixture {
	t.Helper()
	d := &registrarFixture{t: t, fixture: &fixture{t: t}}
	d.e, d.keys, d.files = mixedFiles(t, blindRSA, 3, 2)
	d.begin(3, 2)
	csv := "identity,key\n"
	for _, name := range []string{"anna", "ben", "cem", "dora", "emil", "frank"} {
		csv += fmt.Sprintf("%s,%s\n", name, curve.BaseMul(d.identity(name)).Key())
	}
	var err error
	d.list, err = roles.ReadEligible(strings.NewReader(csv))
	check(t, err)
	d.Registrar = roles.NewRegistrar(d.supervisor, d.list)
	return d
}

// opened gives the fixture a registrar with the register in a file, which the caller closes.
func (d *registrarFixture) opened(path string) io.Closer {
	d.t.Helper()
	r, file, err := roles.OpenRegistrar(d.supervisor, d.list, path)
	check(d.t, err)
	d.Registrar = r
	return file
}

func (d *registrarFixture) identity(name string) curve.Scalar {
	return curve.ReduceScalar(curve.TaggedHash("stand-in", []byte("identity "+name)))
}

// registration is the registration of an identity, with a key of its own.
func (d *registrarFixture) registration(name string) roles.Registration {
	d.t.Helper()
	key := curve.ReduceScalar(curve.TaggedHash("stand-in", []byte("registration "+name)))
	r, err := roles.Register(d.e.EID, name, d.identity(name), key)
	check(d.t, err)
	return r
}

// admit admits identities, each of which must be admitted.
func (d *registrarFixture) admit(names ...string) {
	d.t.Helper()
	for _, name := range names {
		before := d.Len()
		if n, err := d.Admit(d.registration(name)); err != nil || n != before+1 {
			d.t.Fatalf("%s: number %d, err %v", name, n, err)
		}
	}
}

func TestRegistrationRefuses(t *testing.T) {
	d := newRegistrarFixture(t)
	d.admit("anna")
	negated := func(s curve.Scalar) curve.Scalar { return s.Neg() }
	register := func(name string, identity, key curve.Scalar) roles.Registration {
		r, err := roles.Register(d.e.EID, name, identity, key)
		check(t, err)
		return r
	}
	ben, cem := d.identity("ben"), d.identity("cem")
	annas := curve.ReduceScalar(curve.TaggedHash("stand-in", []byte("registration anna")))
	otherKey := d.registration("ben")
	otherKey.Key = d.registration("cem").Key
	otherElection, err := roles.Register([32]byte{1}, "ben", ben, curve.NewScalar(5))
	check(t, err)
	unsigned := d.registration("ben")
	unsigned.ByKey = d.registration("cem").ByKey
	short := d.registration("ben")
	short.ByIdentity = short.ByIdentity[:63]
	again := register("anna", d.identity("anna"), curve.NewScalar(5))
	for name, c := range map[string]struct {
		r    roles.Registration
		want string
	}{
		"unknown":                {register("gina", ben, curve.NewScalar(5)), "not on the list"},
		"other's identity":       {register("ben", cem, curve.NewScalar(5)), "identity's key did not sign"},
		"another key":            {otherKey, "identity's key did not sign"},
		"another election":       {otherElection, "identity's key did not sign"},
		"without the key":        {unsigned, "registration key did not sign"},
		"short signature":        {short, "identity's key did not sign"},
		"twice, another key":     {again, "identity is registered already"},
		"another's key":          {register("ben", ben, annas), "registration key is registered already"},
		"another's key, negated": {register("ben", ben, negated(annas)), "registration key is registered already"},
		"identity key":           {register("ben", ben, cem), "somebody's identity key"},
		"the supervisor's key":   {register("ben", ben, d.keys["supervisor"]), "the policy's"},
		"a candidate's key":      {register("ben", ben, d.keys["candidate alice"]), "the policy's"},
		"a mixer's key":          {register("ben", ben, d.keys["mixer m1"]), "the policy's"},
	} {
		_, err := d.Admit(c.r)
		if !errors.Is(err, roles.ErrRefused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: err %v, want %q", name, err, c.want)
		}
	}
	d.admit("ben", "cem")
	if n, err := d.Admit(d.registration("ben")); n != 2 || err != nil {
		t.Errorf("the same again: number %d, err %v", n, err)
	}
	_, err = d.Admit(d.registration("dora"))
	if !errors.Is(err, roles.ErrRefused) || !strings.Contains(err.Error(), "all 3 voters") {
		t.Errorf("a fourth of three: err %v", err)
	}
	if d.Len() != 3 {
		t.Errorf("%d registered", d.Len())
	}
}

// What is published names keys and commits to identities: the private file
// opens the commitments, the public line gives no identity away.
func TestRegistryHidesIdentities(t *testing.T) {
	d := newRegistrarFixture(t)
	path := filepath.Join(t.TempDir(), "register")
	defer d.opened(path).Close()
	d.admit("cem", "anna", "ben")
	mixers := []curve.PublicKey{d.e.Policy.Mixing.Named[0].Key, d.e.Policy.Mixing.Named[1].Key}
	if acts, err := d.Registrar.Acts(d.look, mixers); len(acts) > 0 || err != nil {
		t.Errorf("%d acts before `register by`, err %v", len(acts), err)
	}
	d.mine(d.e.Policy.Times.Register)
	acts, err := d.Registrar.Acts(d.look, mixers)
	check(t, err)
	line, b := *acts[0].Line, board.Registry{}
	check(t, board.DecodeBody(line, &b))
	if !slices.IsSortedFunc(b.Voters, func(x, y board.Registered) int { return bytes.Compare(x.Key[:], y.Key[:]) }) {
		t.Error("not sorted by key")
	}
	if b.Root != board.RegistryRoot(d.e.EID, b.Voters) || len(b.Voters) != 3 || !slices.Equal(b.Mixers, mixers) {
		t.Errorf("registry %+v", b)
	}
	saved, err := os.ReadFile(path)
	check(t, err)
	private := strings.Split(strings.TrimSpace(string(saved)), "\n")[1:]
	for i, text := range private {
		var entry struct {
			Voter struct {
				Number   int
				Identity string
				Key      curve.PublicKey
				Salt     board.Hash
			}
		}
		check(t, json.Unmarshal([]byte(text), &entry))
		v := entry.Voter
		committed := board.Registered{Key: v.Key, Identity: board.IdentityHash(d.e.EID, v.Salt, v.Identity)}
		if v.Number != i+1 || !slices.Contains(b.Voters, committed) {
			t.Errorf("the registry does not commit to %+v", v)
		}
		if bytes.Contains(line.Body, []byte(v.Identity)) || bytes.Contains(line.Body, []byte(v.Salt.String())) {
			t.Errorf("%s or its salt is public", v.Identity)
		}
	}
	if len(private) != 3 || !strings.Contains(private[0], `"cem"`) {
		t.Errorf("private file %s", saved)
	}
	if _, err := d.Registrar.Acts(d.look, mixers[:1]); err == nil {
		t.Error("published with a mixer short")
	}
	d.append("supervisor", line)
	if acts, err := d.Registrar.Acts(d.look, mixers); len(acts) > 0 || err != nil {
		t.Errorf("%d acts when the registry stands, err %v", len(acts), err)
	}
}

// The private file has the mode 0600, each admission is in it before its number is out, and a registration
// continues from it as if it had not stopped.
func TestRegistrationResumes(t *testing.T) {
	d := newRegistrarFixture(t)
	path := filepath.Join(t.TempDir(), "register")
	file := d.opened(path)
	d.admit("cem", "anna")
	info, err := os.Stat(path)
	check(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	saved, err := os.ReadFile(path)
	check(t, err)
	if _, _, err := roles.OpenRegistrar(d.supervisor, d.list, path); err == nil {
		t.Error("opened twice")
	}
	check(t, file.Close())
	if _, err := d.Admit(d.registration("ben")); err == nil {
		t.Error("admitted, and not stored")
	}
	file = d.opened(path)
	again, err := roles.Register(d.e.EID, "anna", d.identity("anna"), curve.NewScalar(5))
	check(t, err)
	if _, err := d.Admit(again); !errors.Is(err, roles.ErrRefused) {
		t.Errorf("registered again after it resumed: %v", err)
	}
	if n, err := d.Admit(d.registration("anna")); n != 2 || err != nil {
		t.Errorf("the same again: number %d, err %v", n, err)
	}
	if n, err := d.Admit(d.registration("ben")); n != 3 || err != nil {
		t.Errorf("number %d, err %v", n, err)
	}
	check(t, file.Close())
	const number = `"number":2,`
	for name, lie := range map[string]func(string) string{
		"empty":           func(string) string { return "" },
		"other policy":    func(s string) string { return strings.Replace(s, `"bvp1`, `"bvp2`, 1) },
		"other identity":  func(s string) string { return strings.Replace(s, `"anna"`, `"ben"`, 1) },
		"other number":    func(s string) string { return strings.Replace(s, `"number":2`, `"number":3`, 1) },
		"other spelling":  func(s string) string { return strings.Replace(s, `"number":2`, `"number": 2`, 1) },
		"doubled key":     func(s string) string { return strings.Replace(s, number, number+number, 1) },
		"later format":    func(s string) string { return strings.Replace(s, `"register":2`, `"register":3`, 1) },
		"the same, twice": func(s string) string { return s + s },
	} {
		text := lie(string(saved))
		if text == string(saved) {
			t.Fatalf("%s: nothing changed", name)
		}
		check(t, os.WriteFile(path, []byte(text), 0o600))
		_, _, err := roles.OpenRegistrar(d.supervisor, d.list, path)
		if err == nil {
			t.Errorf("%s: resumed", name)
		} else if strings.Contains(err.Error(), "anna") {
			t.Errorf("%s: names a voter: %v", name, err)
		}
	}
}

// FuzzResume: what is read back is what was stored, but for a last line without an end.
func FuzzResume(f *testing.F) {
	d := newRegistrarFixture(f)
	path := filepath.Join(f.TempDir(), "register")
	file := d.opened(path)
	d.admit("cem", "anna")
	check(f, file.Close())
	saved, err := os.ReadFile(path)
	check(f, err)
	f.Add(saved)
	f.Add(saved[:len(saved)-3])
	f.Add([]byte(`{"begin":{"register":2}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		check(t, os.WriteFile(path, text, 0o600))
		_, file, err := roles.OpenRegistrar(d.supervisor, d.list, path)
		if err != nil {
			return
		}
		check(t, file.Close())
		left, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(text, left) || bytes.ContainsRune(text[len(left):], '\n') {
			t.Errorf("%q became %q, %v", text, left, err)
		}
	})
}
