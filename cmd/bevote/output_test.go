package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bevote/examples"
)

// fullDisk is a standard output that takes a few bytes, or none.
type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.room {
		return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	}
	d.room -= len(p)
	return len(p), nil
}

// TestAnswerCannotBeWritten: a full disk under standard output is no bug and no
// mistake of the command line, and an audit's verdict is still printed.
func TestAnswerCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	policy, other := filepath.Join(dir, "club.bev"), filepath.Join(dir, "other.bev")
	for name, example := range map[string]string{policy: "club_chair", other: "salted"} {
		text := append([]byte("\n\n"), examples.Policy(example)...) // which fmt changes
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rec, certificate := recordOf(t, nil), filepath.Join(dir, "certificate")
	reportFile := filepath.Join(dir, "report.json")
	mustRun(t, "certificate", policy, "-o", certificate)
	mustRun(t, "audit", rec, "-o", reportFile)
	for _, args := range [][]string{
		{}, {"help", "audit"}, {"version"}, {"version", "--json"}, {"check", policy}, {"check", "--json", policy},
		{"fmt", policy},
		{"fmt", "--diff", other}, {"explain", policy}, {"explain", "--core", policy}, {"explain", "E0303"}, {"test", policy},
		{"test", "--coverage", policy}, {"diff", policy, other}, {"compile", policy}, {"compile", "--json", policy},
		{"certificate", policy}, {"certificate", "--replay", certificate}, {"lift", "51"}, {"rehearse", "--lies"},
		{"audit", rec}, {"audit", "--json", rec}, {"compare", reportFile, reportFile},
		{"new", "--json", "-o", filepath.Join(dir, "new.bev")},
	} {
		for _, room := range []int{0, 10} {
			os.Remove(filepath.Join(dir, "new.bev"))
			var messages strings.Builder
			code := run(args, strings.NewReader(""), &fullDisk{room}, &messages)
			const want = "bevote: cannot write the answer: no space left on device\n"
			if code != codeOutput || !strings.HasSuffix(messages.String(), want) {
				t.Errorf("%q exits %d, want %d, and says %q", args, code, codeOutput, &messages)
			}
			if len(args) > 0 && args[0] == "audit" && !strings.Contains(messages.String(), "L3 RECOUNT: alice won") {
				t.Errorf("%q does not say the verdict: %q", args, &messages)
			}
		}
	}
}

// TestFilesCannotBeWritten: nor is a file that the system refuses to write. The
// other outputs are written, and the verdict is printed.
func TestFilesCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	policy, missing := filepath.Join(dir, "club.bev"), filepath.Join(dir, "missing", "f")
	if err := os.WriteFile(policy, examples.Policy("club_chair"), 0o600); err != nil {
		t.Fatal(err)
	}
	rec, there := recordOf(t, nil), filepath.Join(dir, "there.json")
	for _, row := range []struct {
		args []string
		name string // in the message
	}{
		{[]string{"compile", policy, "-o", missing}, missing},
		{[]string{"certificate", policy, "-o", missing}, missing},
		{[]string{"new", "-o", missing + ".bev"}, missing + ".bev"},
		{[]string{"export", rec, "-o", missing}, missing},
		{[]string{"rehearse", policy, "-o", missing + ".zip"}, missing + ".zip"},
		{[]string{"audit", rec, "-o", missing + ".html", "-o", there}, missing + ".html"},
		{[]string{"audit", rec, "--state", missing, "-o", there}, missing},
	} {
		os.Remove(there)
		var out, messages strings.Builder
		code := run(row.args, nil, &out, &messages)
		if want := "bevote: cannot write: " + row.name + ": "; code != codeOutput ||
			!strings.Contains(messages.String(), want) {
			t.Errorf("%q exits %d, want %d, and says %q", row.args, code, codeOutput, &messages)
		}
		if row.args[0] != "audit" {
			continue
		}
		if !strings.Contains(out.String(), "L3 RECOUNT: alice won") ||
			!strings.Contains(messages.String(), "L3 RECOUNT: alice won") {
			t.Errorf("%q does not say the verdict: %q", row.args, &messages)
		}
		if _, err := os.Stat(there); err != nil {
			t.Errorf("%q: %v", row.args, err)
		}
	}
}
