package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBrokenBuilds builds the command with a verifier whose table of checks is
// broken in one of several ways, and audits with it.
func TestBrokenBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("links a program")
	}
	won, nobody := filepath.Join(recordsDir(t), "club_chair"), filepath.Join(recordsDir(t), "no_winner")

	program := brokenBuild(t)
	wantEnd(t, program, "nowhere", []string{"audit", won}, 0, "L3 RECOUNT: alice won", "")

	// Openings are believed: the honest records at hand cannot show it, the
	// self-test does, and there is no report.
	for _, args := range [][]string{{"audit", won}, {"audit", won, "--json"}} {
		wantEnd(t, program, "credulous", args, 70, "",
			"bevote: V109 SELFTEST: this build cannot be relied on: V71 does not object to a record with a digit of a share in an opening changed\n")
	}

	// One check is gone, and another counts wrongly where there are refunds: the
	// embedded election has none, so the report has to say both.
	wantEnd(t, program, "careless", []string{"audit", won}, 0, "PARTIAL Audit of club_chair on regtest\n", "")
	wantEnd(t, program, "careless", []string{"audit", nobody}, 70, "V94: examined 7 of 14", "")
}

// brokenBuild builds the command with a table of checks that testdata/broken/table.go.txt
// changes, as $BROKEN says: the file is laid over the verifier's, and the table
// passes through it.
func brokenBuild(t *testing.T) string {
	t.Helper()
	room, err := filepath.Abs("../../verifier")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(room, "table.go"))
	if err != nil {
		t.Fatal(err)
	}
	const door = "func families() []family {"
	if bytes.Count(whole, []byte(door)) != 1 {
		t.Fatalf("table.go has no %q", door)
	}
	dir := t.TempDir()
	table, overlay, out := filepath.Join(dir, "table.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "bevote")
	change, err := filepath.Abs(filepath.Join("testdata", "broken", "table.go.txt"))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(room, "table.go"): table, filepath.Join(room, "broken.go"): change,
	}})
	if err != nil {
		t.Fatal(err)
	}
	passed := strings.Replace(string(whole), door, "func families() []family { return broken(wholeTable()) }\n\nfunc wholeTable() []family {", 1)
	for file, text := range map[string][]byte{table: []byte(passed), overlay: plan} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if said, err := exec.Command("go", "build", "-ldflags=-s -w", "-overlay", overlay, "-o", out, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return out
}

// wantEnd runs a program that is broken in a way and wants its exit code, part of its standard output,
// and all of its standard error.
func wantEnd(t *testing.T, program, broken string, args []string, code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "BROKEN="+broken)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	got := 0
	var status *exec.ExitError
	if err := cmd.Run(); errors.As(err, &status) {
		got = status.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != code || !strings.Contains(out.String(), stdout) || stdout == "" && out.Len() > 0 || said.String() != stderr {
		t.Errorf("broken %s: %v exits %d, want %d; it answers\n%s\nand says\n%s", broken, args, got, code, out.String(), said.String())
	}
}
