package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"bevote/verifier/record"
)

// TestArchives audits the recorded election as the archive programs of other
// systems pack it: the report is that of the directory.
func TestArchives(t *testing.T) {
	var want, messages strings.Builder
	if code := run([]string{"audit", "--json", recordOf(t, nil)}, nil, &want, &messages); code != 0 || messages.Len() > 0 {
		t.Fatalf("exits %d: %s", code, &messages)
	}
	for name, row := range map[string]struct {
		rename  func(string) string
		more    string
		message string
	}{
		"a folder": {func(name string) string { return "club_chair/" + name }, "", ""},
		"macOS": {func(name string) string { return "club_chair/" + name }, "__MACOSX/club_chair/._policy.bev",
			"bevote: %s: ignored __MACOSX/club_chair/._policy.bev\n"},
		"PowerShell 5": {func(name string) string { return strings.ReplaceAll(name, "/", `\`) }, "", ""},
		"Explorer": {func(name string) string { return `club_chair\` + strings.ReplaceAll(name, "/", `\`) },
			`club_chair\Thumbs.db`, "bevote: %s: ignored club_chair/Thumbs.db\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path := zipNamed(t, row.rename, row.more)
			if row.message != "" {
				row.message = fmt.Sprintf(row.message, path)
			}
			var got, messages strings.Builder
			code := run([]string{"audit", "--json", path}, nil, &got, &messages)
			if code != 0 || got.String() != want.String() || messages.String() != row.message {
				t.Errorf("exits %d and says %q, want %q; same report: %t", code, &messages, row.message,
					got.String() == want.String())
			}
		})
	}
}

// zipNamed zips the recorded election under other names, and one file more.
func zipNamed(t *testing.T, rename func(string) string, more string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range []string{more, record.Policy, record.Contract, record.Board, record.Headers, record.Blocks} {
		text := []byte("of a file manager")
		if name != more {
			text, name = original(t, name), rename(name)
		}
		if name == "" {
			continue
		}
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fileOf(t, filepath.Join(t.TempDir(), "record.zip"), whole(out.Bytes())...)
}
