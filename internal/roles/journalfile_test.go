package roles_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/internal/roles"
	"bevote/lang/langtest"
)

const journalPolicy = "bvp1example"

// keyA and keyB are depositors', salt is a session's.
var keyA, keyB = langtest.Key("a").String(), langtest.Key("b").String()

func openEntry(key string) string {
	return fmt.Sprintf(`{"open":{"key":1,"with":"%s","turn":1,"salt":"%064d"}}`, key, 7) + "\n"
}

// begun is a journal with a session that was answered, one that timed out, and
// one whose answer is not on the board yet.
func begun(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	_, file, err := roles.OpenJournal(path, journalPolicy, rand.NewChaCha8([32]byte{}))
	check(t, err)
	check(t, file.Close())
	first, err := os.ReadFile(path)
	check(t, err)
	return string(first) + `{"certificate":{"key":1,"certificate":"AQI="}}` + "\n" +
		openEntry(keyA) + `{"challenge":{"key":1,"challenge":"AQ=="}}` + "\n" + `{"close":{"key":1,"how":"issued"}}` + "\n" +
		openEntry(keyB) + `{"close":{"key":1,"how":"lapsed"}}` + "\n" +
		openEntry(keyB) + `{"challenge":{"key":1,"challenge":"Ag=="}}` + "\n" + `{"challenge":{"key":1,"challenge":"Ag=="}}` + "\n"
}

// Two processes with one journal would answer one offer twice.
func TestJournalIsOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	_, first, err := roles.OpenJournal(path, journalPolicy, rand.NewChaCha8([32]byte{}))
	check(t, err)
	_, _, err = roles.OpenJournal(path, journalPolicy, rand.NewChaCha8([32]byte{}))
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("opened twice: err %v", err)
	}
	check(t, first.Close())
	_, second, err := roles.OpenJournal(path, journalPolicy, rand.NewChaCha8([32]byte{}))
	check(t, err)
	check(t, second.Close())
}

func TestOpenJournal(t *testing.T) {
	good := begun(t)
	path := filepath.Join(t.TempDir(), "journal")
	const issued, otherBytes = `{"close":{"key":1,"how":"issued"}}`, "line 5: not an entry as it was written"
	for _, c := range []struct{ name, text, want string }{
		{"as written", good, ""},
		{"torn", good + `{"close":{"key":1,"how":"iss`, ""},
		{"empty", "", "it is empty"},
		{"torn at once", good[:20], "it is empty"},
		{"other policy", strings.Replace(good, "example", "other", 1), "line 1: of another policy"},
		{"other format", strings.Replace(good, `"journal":2`, `"journal":1`, 1), "line 1: want how a journal begins"},
		{"without its beginning", good[strings.Index(good, "\n")+1:], "line 1: want how a journal begins"},
		{"begins twice", good[:strings.Index(good, "\n")+1] + good, "line 2: journal: not an entry"},
		{"other spelling", strings.Replace(good, `{"open"`, `{ "open"`, 1), "line 3: not an entry as it was written"},
		{"doubled key", strings.Replace(good, issued, `{"close":{"key":1,"how":"issued"},"close":{"key":1,"how":"issued"}}`, 1), otherBytes},
		{"unknown key", strings.Replace(good, issued, `{"shut":{"key":1,"how":"issued"}}`, 1), otherBytes},
		{"two in one", strings.Replace(good, issued, `{"challenge":{"key":1,"challenge":"AQ=="},"close":{"key":1,"how":"issued"}}`, 1), otherBytes},
		{"not JSON", good + "close\n", "line 11: not the JSON of an entry"},
		{"no key", good + `{"close":{"key":1,"how":"issued"}}` + "\n" + openEntry("02"), "line 12: not the JSON of an entry"},
		{"lapsed after the answer", good + `{"close":{"key":1,"how":"lapsed"}}` + "\n", "line 11: journal: the session was answered"},
		{"another challenge", good + `{"challenge":{"key":1,"challenge":"Aw=="}}` + "\n",
			"line 11: journal: the session has another challenge"},
		{"two sessions", good + openEntry(keyA), "line 11: journal: a session of this key is open"},
		{"issued twice", good + issued + "\n" + openEntry(keyA), "line 12: journal: this deposit was issued for"},
		{"closed twice", good + issued + "\n" + `{"close":{"key":1,"how":"lapsed"}}` + "\n", "line 12: journal: no session of this key is open"},
		{"answered and lapsed", good + `{"close":{"key":1,"how":"lapsed"}}` + "\n", "line 11: journal: the session was answered"},
		{"a challenge for nothing", good + issued + "\n" + `{"challenge":{"key":1,"challenge":"Aw=="}}` + "\n",
			"line 12: journal: no session of this key is open"},
		{"issued without a challenge", strings.Replace(good, `"lapsed"`, `"issued"`, 1),
			"line 7: journal: the session has no challenge"},
		{"closed otherwise", good + `{"close":{"key":1,"how":"lost"}}` + "\n", "line 11: journal: not an entry"},
	} {
		check(t, os.WriteFile(path, []byte(c.text), 0o600))
		_, file, err := roles.OpenJournal(path, journalPolicy, nil)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want == "":
			check(t, file.Close())
			if left, err := os.ReadFile(path); err != nil || string(left) != good {
				t.Errorf("%s: left %q, %v", c.name, left, err)
			}
		case err == nil || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: err %v, want %s", c.name, err, c.want)
		}
		seed := good[strings.Index(good, `"seed":"`)+8:][:64]
		if err != nil && strings.Contains(err.Error(), seed[:16]) {
			t.Errorf("%s: gives the seed away: %v", c.name, err)
		}
	}
}

// A journal is its owner's alone, and prints nothing of itself.
func TestJournalIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, file, err := roles.OpenJournal(path, journalPolicy, rand.NewChaCha8([32]byte{}))
	check(t, err)
	check(t, file.Close())
	if text := fmt.Sprintf("%v %+v %#v", j, j, j); text != strings.Repeat("roles.Journal(hidden) ", 3)[:len(text)] {
		t.Errorf("prints %s", text)
	}
	info, err := os.Stat(path)
	check(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	check(t, os.Chmod(path, 0o640))
	_, _, err = roles.OpenJournal(path, journalPolicy, nil)
	if err == nil || !strings.Contains(err.Error(), "lets others read it") {
		t.Errorf("err %v", err)
	}
	if _, _, err := roles.OpenJournal(filepath.Join(path, "x"), journalPolicy, nil); err == nil {
		t.Error("opened in a file")
	}
}

// FuzzOpenJournal: what is opened is kept as it was, but for a last line that
// was not written to its end.
func FuzzOpenJournal(f *testing.F) {
	f.Add([]byte(begun(f)))
	f.Add([]byte("{}\n"))
	path := filepath.Join(f.TempDir(), "journal")
	f.Fuzz(func(t *testing.T, text []byte) {
		check(t, os.WriteFile(path, text, 0o600))
		_, file, err := roles.OpenJournal(path, journalPolicy, nil)
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
