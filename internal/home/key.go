package home

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/roles"

	"filippo.io/age"
)

// Role is what a home is for.
type Role string

// The roles. A person's identity has a seed of its own, since it outlasts elections and its
// public key is known by name.
const (
	Voter      Role = "voter"
	Candidate  Role = "candidate"
	Supervisor Role = "supervisor"
	Mixer      Role = "mixer"
	Server     Role = "server"
	Identity   Role = "identity"
)

// purposes are what the keys of a role are for, as [roles.Seed.Key] names them. A role's
// number in a backup is its place here.
var purposes = []struct {
	role Role
	keys []string
}{
	{Voter, []string{"roll", "registration"}},
	{Candidate, []string{"candidate"}},
	{Supervisor, []string{"supervisor"}},
	{Mixer, []string{"mixer"}},
	{Server, []string{"receipts"}},
	{Identity, []string{"identity"}},
}

// Roles returns the roles.
func Roles() []string {
	var names []string
	for _, p := range purposes {
		names = append(names, string(p.role))
	}
	return names
}

// number returns a role's place in the table, −1 for no role.
func (r Role) number() int {
	return slices.Index(Roles(), string(r))
}

// Key is the one secret of a home. All keys follow from it. No verb of fmt prints it.
type Key struct {
	Role Role
	Seed roles.Seed
}

// NewKey draws the seed of a role. random is crypto/rand's Reader where the election is real.
func NewKey(role Role, random io.Reader) (Key, error) {
	if role.number() < 0 {
		return Key{}, fmt.Errorf("no role %q; there are %s", string(role), strings.Join(Roles(), ", "))
	}
	seed, err := roles.NewSeed(random)
	return Key{role, seed}, err
}

// Public is a public key of a role.
type Public struct {
	Purpose string // as [roles.Seed.Key] names it
	Key     curve.PublicKey
}

// Public returns the public keys that follow from the seed.
func (k Key) Public() (out []Public) {
	for _, purpose := range purposes[k.Role.number()].keys {
		out = append(out, Public{purpose, curve.BaseMul(k.Seed.Key(purpose)).Key()})
	}
	return out
}

// ErrPassphrase is the error of a passphrase that does not open a key.
var ErrPassphrase = errors.New("wrong passphrase")

// minPassphrase is the least length of a passphrase in bytes.
const minPassphrase = 8

// WriteKey writes a new home's key under a passphrase, and its public keys. Without a
// passphrase the file is as safe as the disk.
func (h *Home) WriteKey(k Key, passphrase string) error {
	for _, name := range []string{KeyFile, PlainKeyFile} {
		if _, err := os.Lstat(h.Path(name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: there is a key already", h.Path(name))
		}
	}
	name, text := PlainKeyFile, []byte(k.Backup()+"\n")
	if passphrase != "" {
		var err error
		if text, err = sealed(text, passphrase); err != nil {
			return err
		}
		name = KeyFile
	}
	if err := h.Write(PublicFile, encodePublic(k)); err != nil {
		return err
	}
	return h.Write(name, text)
}

// sealed encrypts a text with a passphrase, as age does: scrypt, work factor 18.
func sealed(text []byte, passphrase string) ([]byte, error) {
	if len(passphrase) < minPassphrase {
		return nil, fmt.Errorf("a passphrase of %d bytes, want %d at least", len(passphrase), minPassphrase)
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// ReadKey reads a home's key. passphrase is called if there is one. A wrong one is an
// [ErrPassphrase].
func (h *Home) ReadKey(passphrase func() (string, error)) (Key, error) {
	text, err := h.Read(PlainKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = h.openKey(passphrase)
	}
	if err != nil {
		return Key{}, err
	}
	return ParseBackup(strings.TrimSuffix(string(text), "\n"))
}

// openKey decrypts the key.
func (h *Home) openKey(passphrase func() (string, error)) ([]byte, error) {
	text, err := h.Read(KeyFile)
	if err != nil {
		return nil, err
	}
	word, err := passphrase()
	if err != nil {
		return nil, err
	}
	id, err := age.NewScryptIdentity(word)
	if err != nil {
		return nil, ErrPassphrase
	}
	r, err := age.Decrypt(bytes.NewReader(text), id)
	var wrong *age.NoIdentityMatchError
	if errors.As(err, &wrong) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.Path(KeyFile), err)
	}
	return io.ReadAll(io.LimitReader(r, 1<<10))
}

// encodePublic writes a line for each public key, behind one with the role:
//
//	role voter
//	roll 02…
func encodePublic(k Key) []byte {
	text := fmt.Appendf(nil, "role %s\n", k.Role)
	for _, p := range k.Public() {
		text = fmt.Appendf(text, "%s %s\n", p.Purpose, p.Key)
	}
	return text
}

// Public returns the role and the public keys of a home, without its secret.
func (h *Home) Public() (role Role, keys []Public, err error) {
	text, err := h.Read(PublicFile)
	if err != nil {
		return "", nil, err
	}
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		word, value, _ := strings.Cut(line, " ")
		if n == 0 {
			if role = Role(value); word != "role" || role.number() < 0 {
				return "", nil, fmt.Errorf("%s: want a role", h.Path(PublicFile))
			}
			continue
		}
		key, err := curve.ParsePublicKey(value)
		if err != nil {
			return "", nil, fmt.Errorf("%s: %s: %w", h.Path(PublicFile), word, err)
		}
		keys = append(keys, Public{word, key})
	}
	return role, keys, nil
}
