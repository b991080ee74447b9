package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBrokenBuilds builds the command from a verifier with a changed line, and
// audits with it.
func TestBrokenBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("links two programs")
	}
	won, nobody := filepath.Join(recordsDir(t), "club_chair"), filepath.Join(recordsDir(t), "no_winner")

	// Openings are believed: the honest records at hand cannot show it, the
	// self-test does, and there is no report.
	credulous := brokenBuild(t, "rules_tally.go", `(*audit).openingsRecompute}`,
		`func(_ *audit, s *sheet) { s.expect(1); s.pass() }}`)
	for _, args := range [][]string{{"audit", won}, {"audit", won, "--json"}} {
		wantEnd(t, credulous, args, 70, "",
			"bevote: V109 SELFTEST: this build cannot be relied on: V71 does not object to a record with a digit of a share in an opening changed\n")
	}

	// One check is gone, and another counts wrongly where there are refunds: the
	// embedded election has none, so the report has to say both.
	careless := brokenBuild(t, "rules_claim.go",
		`{"V90", "WIN-COMPLETE", "W", voting, (*audit).winComplete},`, ``,
		`func (a *audit) refundKey(s *sheet) {`, `func (a *audit) refundKey(s *sheet) {
	s.expect(len(a.refunds()))`)
	wantEnd(t, careless, []string{"audit", won}, 0, "PARTIAL Audit of club_chair on regtest\n", "")
	wantEnd(t, careless, []string{"audit", nobody}, 70, "V94: examined 7 of 14", "")
}

// brokenBuild builds the command with replacements, old and new, in a file of
// the verifier.
func brokenBuild(t *testing.T, file string, replacements ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../verifier", file))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	for i := 0; i < len(replacements); i += 2 {
		if strings.Count(text, replacements[i]) != 1 {
			t.Fatalf("%s does not have %q once", file, replacements[i])
		}
		text = strings.Replace(text, replacements[i], replacements[i+1], 1)
	}
	dir := t.TempDir()
	changed, overlay, out := filepath.Join(dir, file), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "bevote")
	plan, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{changed: []byte(text), overlay: plan} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if said, err := exec.Command("go", "build", "-overlay", overlay, "-o", out, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return out
}

// wantEnd runs a program and wants its exit code, part of its standard output,
// and all of its standard error.
func wantEnd(t *testing.T, program string, args []string, code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command(program, args...)
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
		t.Errorf("%v exits %d, want %d; it answers\n%s\nand says\n%s", args, got, code, out.String(), said.String())
	}
}
