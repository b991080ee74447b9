package home_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bevote/internal/home"
)

func create(t *testing.T) *home.Home {
	t.Helper()
	h, err := home.Create(filepath.Join(t.TempDir(), "deep", "home"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func none() (string, error) { return "", errors.New("no passphrase is to be asked") }

func word(text string) func() (string, error) { return func() (string, error) { return text, nil } }

func TestKeyComesBack(t *testing.T) {
	for _, role := range home.Roles() {
		h := create(t)
		k, err := home.NewKey(home.Role(role), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.WriteKey(k, ""); err != nil {
			t.Fatal(err)
		}
		again, err := h.ReadKey(none)
		backup, backupErr := home.ParseBackup(k.Backup())
		if err != nil || backupErr != nil || again != k || backup != k {
			t.Errorf("%s: %v, %v", role, err, backupErr)
		}
		got, keys, err := h.Public()
		if err != nil || string(got) != role || !slices.Equal(keys, k.Public()) || len(keys) == 0 {
			t.Errorf("%s: %v %v %v", role, got, keys, err)
		}
		if err := h.WriteKey(k, ""); err == nil {
			t.Errorf("%s: a key is written over", role)
		}
	}
	if _, err := home.NewKey("king", rand.Reader); err == nil {
		t.Error("a key for no role")
	}
}

func TestPassphrase(t *testing.T) {
	h := create(t)
	k, err := home.NewKey(home.Voter, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.WriteKey(k, "short"); err == nil {
		t.Error("a short passphrase is taken")
	}
	if err := h.WriteKey(k, "correct horse"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.ReadKey(word("correct horsf")); !errors.Is(err, home.ErrPassphrase) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	if _, err := h.ReadKey(word("")); !errors.Is(err, home.ErrPassphrase) {
		t.Errorf("an empty passphrase: %v", err)
	}
	if again, err := h.ReadKey(word("correct horse")); err != nil || again != k {
		t.Errorf("the right passphrase: %v", err)
	}
	files, _ := os.ReadDir(h.Path("."))
	for _, f := range files {
		text, _ := os.ReadFile(h.Path(f.Name()))
		info, _ := f.Info()
		if bytes.Contains(text, []byte(k.Backup())) || bytes.Contains(text, k.Seed[:]) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, or it holds the secret", f.Name(), info.Mode())
		}
	}
	if info, _ := os.Stat(h.Path(".")); info.Mode().Perm() != 0o700 {
		t.Errorf("the home's mode is %v", info.Mode())
	}
}

// TestNothingSecretIsPrinted: no verb of fmt shows a key.
func TestNothingSecretIsPrinted(t *testing.T) {
	k, err := home.NewKey(home.Candidate, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	seed, hex := fmt.Sprint([32]byte(k.Seed)), fmt.Sprintf("%x", [32]byte(k.Seed))
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s", "%d", "%q"} {
		for _, v := range []any{k, &k, []home.Key{k}} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, seed[1:20]) || strings.Contains(text, hex[:16]) || strings.Contains(text, k.Backup()) {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}

// TestBackup: a backup may be typed with spaces and capitals; a mistake is found.
func TestBackup(t *testing.T) {
	k, err := home.NewKey(home.Mixer, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := k.Backup()
	for _, typed := range []string{strings.ToUpper(text), " " + text[:10] + " " + text[10:] + "\n"} {
		if again, err := home.ParseBackup(typed); err != nil || again != k {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for at := range text {
		wrong := []byte(text)
		wrong[at] ^= 1
		if _, err := home.ParseBackup(string(wrong)); err == nil {
			t.Errorf("letter %d changed, and it is taken", at)
		} else if strings.Contains(err.Error(), text[10:20]) {
			t.Errorf("the error shows the backup: %v", err)
		}
	}
	for _, wrong := range []string{"", "bvseed1", text[:40], "bvp1" + text[7:]} {
		if _, err := home.ParseBackup(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

// FuzzParseBackup: what is read is written as the same text, but for case and spaces.
func FuzzParseBackup(f *testing.F) {
	f.Add(home.Key{Role: home.Voter}.Backup())
	f.Add("bvseed1 qqqq")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := home.ParseBackup(text)
		if err == nil && k.Backup() != strings.ToLower(strings.Join(strings.Fields(text), "")) {
			t.Errorf("%q is another backup than %q", text, k.Backup())
		}
	})
}

func TestHomeIsPrivateAndForOne(t *testing.T) {
	h := create(t)
	dir := h.Path(".")
	if _, err := home.Open(dir); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opened twice: %v", err)
	}
	if err := h.Write("receipts/1.json", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if text, err := h.Read("receipts/1.json"); err != nil || string(text) != "x" {
		t.Error(string(text), err)
	}
	l, _, err := h.Log("outbox.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append([]byte("one\n")); err != nil {
		t.Fatal(err)
	}
	l.Close()
	os.Chmod(h.Path("outbox.jsonl"), 0o644)
	if _, err := h.Read("outbox.jsonl"); err == nil || !strings.Contains(err.Error(), "chmod go=") {
		t.Errorf("a file that others can read: %v", err)
	}
	h.Close()
	os.Chmod(dir, 0o755)
	if _, err := home.Open(dir); err == nil || !strings.Contains(err.Error(), "chmod go=") {
		t.Errorf("a home that others can read: %v", err)
	}
	os.Chmod(dir, 0o700)
	if _, err := home.Create(dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("made where something is: %v", err)
	}
}
