package record_test

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bevote/verifier/record"
)

// records are the files of small as entries of a zip, each name changed.
func records(rename func(string) string, more ...entry) []entry {
	var entries []entry
	for _, name := range slices.Sorted(maps.Keys(small)) {
		entries = append(entries, entry{name: rename(name), text: small[name]})
	}
	return append(entries, more...)
}

// TestArchivesOfOtherPrograms: the folder inside the zip, the files that file
// managers add, and backslashes for slashes change nothing of a record.
func TestArchivesOfOtherPrograms(t *testing.T) {
	same := func(name string) string { return name }
	below := func(top string) func(string) string { return func(name string) string { return top + name } }
	folder := entry{name: "club_chair/", mode: 0o40000 << 9}
	for name, row := range map[string]struct {
		entries []entry
		ignored int
	}{
		"a folder":               {records(below("club_chair/")), 0},
		"a folder and its entry": {records(below("club_chair/"), folder, entry{name: "club_chair/chain/"}), 0},
		"macOS": {records(below("club_chair/"), entry{name: "__MACOSX/"}, entry{name: "__MACOSX/._club_chair"},
			entry{name: "__MACOSX/club_chair/._policy.bev"}, entry{name: "club_chair/.DS_Store"},
			entry{name: "club_chair/chain/.DS_Store"}), 5},
		"Windows": {records(same, entry{name: "Thumbs.db"}, entry{name: "chain/thumbs.db"}, entry{name: "Desktop.ini"}), 3},
		"backslashes": {records(func(name string) string { return strings.ReplaceAll(name, "/", `\`) },
			entry{name: `chain\`}), 0},
		"backslashes in a folder": {records(func(name string) string { return `club\` + strings.ReplaceAll(name, "/", `\`) },
			entry{name: `club\`}), 0},
	} {
		t.Run(name, func(t *testing.T) { wantSmall(t, file(t, zipOf(t, row.entries...)), row.ignored) })
	}
	t.Run("a directory", func(t *testing.T) {
		dir := put(t, t.TempDir(), small)
		put(t, dir, map[string]string{".DS_Store": "x", "Thumbs.db": "x", "._policy.bev": "x", "chain/.DS_Store": "x",
			"__MACOSX/._x": "x"})
		wantSmall(t, dir, 5)
	})
}

// wantSmall wants a record of exactly the files of small.
func wantSmall(t *testing.T, path string, ignored int) {
	t.Helper()
	r := open(t, path)
	if got := r.Names(); !slices.Equal(got, slices.Sorted(maps.Keys(small))) {
		t.Errorf("names %q", got)
	}
	for name, want := range small {
		if got, err := r.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v, want %q", name, got, err, want)
		}
	}
	if n, first := r.Ignored(); n != ignored || (n > 0) != (first != "") {
		t.Errorf("%d files ignored, the first %q, want %d", n, first, ignored)
	}
}

// TestArchivesRefused: what cannot be read without a guess is refused, and the
// message says what to do.
func TestArchivesRefused(t *testing.T) {
	policy := entry{name: record.Policy, text: "p"}
	secret := func(name string) []byte {
		h := zip.FileHeader{Name: name, Method: zip.Store, Flags: 1, CompressedSize64: 1, UncompressedSize64: 1}
		return zipOfPacked(t, packed{h, []byte("x")})
	}
	for name, row := range map[string]struct {
		zip   []byte
		words string
	}{
		"an editor's copy":   {zipOf(t, policy, entry{name: "policy.bev~"}), `unknown file "policy.bev~"`},
		"what to do with it": {zipOf(t, policy, entry{name: "notes.txt"}), "; take it out"},
		"two folders": {zipOf(t, entry{name: "a/policy.bev"}, entry{name: "b/board.jsonl"}),
			"; pack the files themselves"},
		"a folder in a folder": {zipOf(t, entry{name: "a/b/policy.bev"}), "; pack the files themselves"},
		"a folder and a file":  {zipOf(t, policy, entry{name: "a/board.jsonl"}), `unknown file "a/board.jsonl"`},
		"a way out":            {zipOf(t, entry{name: "../policy.bev"}), `unknown file "../policy.bev"`},
		"a way out, backwards": {zipOf(t, entry{name: `..\policy.bev`}), `unknown file "../policy.bev"`},
		"a drive": {zipOf(t, entry{name: `C:\policy.bev`}, entry{name: "board.jsonl"}),
			`unknown file "C:/policy.bev"`},
		"an absolute name": {zipOf(t, entry{name: "/policy.bev"}), `unknown file "/policy.bev"`},
		"one name in two forms": {zipOf(t, entry{name: "chain/headers"}, entry{name: `chain\headers`}),
			"chain/headers: twice"},
		"a link in a folder": {zipOf(t, entry{name: "a/policy.bev", mode: os.ModeSymlink}),
			"policy.bev: not a regular file"},
		"a folder named chain":  {zipOf(t, entry{name: "chain/policy.bev"}), `unknown file "chain/policy.bev"`},
		"encrypted":             {secret(record.Policy), "policy.bev: encrypted; unpack the zip with its password"},
		"encrypted in a folder": {secret("club/policy.bev"), "policy.bev: encrypted"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := record.Open(file(t, row.zip))
			wantFormat(t, err, row.words)
		})
	}
	t.Run("the record's folder in the directory", func(t *testing.T) {
		dir := t.TempDir()
		put(t, filepath.Join(dir, "club_chair"), small)
		_, err := record.Open(dir)
		wantFormat(t, err, `unknown file "club_chair"`)
		wantFormat(t, err, "; take it out, or audit this folder if it is the record")
	})
	t.Run("another method", func(t *testing.T) {
		h := zip.FileHeader{Name: record.Policy, Method: 14, CompressedSize64: 1, UncompressedSize64: 1}
		_, err := open(t, file(t, zipOfPacked(t, packed{h, bytes.Repeat([]byte("x"), 1)}))).ReadFile(record.Policy)
		wantFormat(t, err, "policy.bev: packed by method 14 of zip; pack it again with deflate")
	})
}
