package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bevote/verifier/result"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the files that scripts compare with anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"bevote": main, "measured": measured})
}

// TestScripts runs the commands as a person does; each testdata/NAME.txtar is
// about one.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	cmds := map[string]func(*testscript.TestScript, bool, []string){
		"exits":  exits,
		"report": isReport,
		"lines":  lines,
		"same":   sameReport,
		"flip":   flip,
		"mode":   mode,
		"backup": backup,
	}
	maps.Copy(cmds, newScriptNodes(t).cmds())
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			env.Setenv("RECORDS", recordsDir(t))
			return nil
		},
		Cmds: cmds,
	})
}

// exits CODE COMMAND… runs the command and wants that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var status *exec.ExitError
		if !errors.As(err, &status) {
			ts.Fatalf("%v", err)
		}
		got = status.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s exits %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// report FILE LEVEL [FAILED…] wants a report in the fixed JSON form, of that
// level, in which exactly the checks named did not pass.
func isReport(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: report FILE LEVEL [CHECK…]")
	}
	var r result.Report
	d := json.NewDecoder(bytes.NewReader([]byte(ts.ReadFile(args[0]))))
	d.DisallowUnknownFields()
	ts.Check(d.Decode(&r))
	var failed []string
	for _, c := range r.Checks {
		if c.Status != result.Pass && c.Status != result.Skipped {
			failed = append(failed, c.ID)
		}
	}
	if r.Level != args[1] || !slices.Equal(failed, args[2:]) {
		ts.Fatalf("level %s, failed %v, want %v", r.Level, failed, args[1:])
	}
}

// same A B wants two reports that differ in nothing but the line of evidence.
func sameReport(ts *testscript.TestScript, neg bool, args []string) {
	var texts [2][]string
	for i, name := range args {
		for line := range strings.Lines(ts.ReadFile(name)) {
			if !strings.HasPrefix(line, `  "evidence": `) {
				texts[i] = append(texts[i], line)
			}
		}
	}
	if neg || !slices.Equal(texts[0], texts[1]) {
		ts.Fatalf("%s and %s are different reports", args[0], args[1])
	}
}

// lines FILE N wants that many lines.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if got := strings.Count(ts.ReadFile(args[0]), "\n"); strconv.Itoa(got) != args[1] || neg {
		ts.Fatalf("%s has %d lines, want %s", args[0], got, args[1])
	}
}

// flip FILE OFFSET changes the lowest bit of one byte of a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	name := ts.MkAbs(args[0])
	b, err := os.ReadFile(name)
	ts.Check(err)
	if neg || at >= len(b) {
		ts.Fatalf("%s has %d bytes", args[0], len(b))
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(name, b, 0o600))
}

// mode FILE MODE … wants the modes of files, in octal.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	for ; len(args) > 1; args = args[2:] {
		info, err := os.Stat(ts.MkAbs(args[0]))
		ts.Check(err)
		if got := strconv.FormatInt(int64(info.Mode().Perm()), 8); neg || got != args[1] {
			ts.Fatalf("%s has the mode %s, want %s", args[0], got, args[1])
		}
	}
}

// backup FROM FILE writes the backup that keys new has shown into a file.
func backup(ts *testscript.TestScript, neg bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if strings.HasPrefix(line, "    bvse ") {
			ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.TrimSpace(line)+"\n"), 0o600))
			return
		}
	}
	ts.Fatalf("no backup in %s", args[0])
}
