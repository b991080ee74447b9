package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"bevote/lang"

	"github.com/rogpeppe/go-internal/testscript"
)

// boardCmds are the commands of scripts about keys and boards.
var boardCmds = map[string]func(*testscript.TestScript, bool, []string){
	"mode": mode, "backup": backup, "get": get, "policyid": policyID, "supervised": supervised,
}

// freePort returns an address on this machine where nothing listens.
func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// get URL FILE [TEXT] writes what a server answers into a file, once it listens, and its
// answer has the text.
func get(ts *testscript.TestScript, neg bool, args []string) {
	for range 100 {
		r, err := http.Get(args[0])
		var text []byte
		if err == nil {
			text, err = io.ReadAll(r.Body)
			r.Body.Close()
		}
		if err != nil || len(args) > 2 && !bytes.Contains(text, []byte(args[2])) {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if neg || r.StatusCode != http.StatusOK {
			ts.Fatalf("%s: %d %s", args[0], r.StatusCode, text)
		}
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o600))
		return
	}
	ts.Fatalf("%s does not answer", args[0])
}

// policyid VAR FILE puts the id of a policy into $VAR.
func policyID(ts *testscript.TestScript, neg bool, args []string) {
	p, _ := lang.Load([]byte(ts.ReadFile(args[1])))
	if neg || p == nil {
		ts.Fatalf("%s is no policy", args[1])
	}
	ts.Setenv(args[0], p.ID())
}

// supervised HOME POLICY FILE writes the policy with the home's supervisor key.
func supervised(ts *testscript.TestScript, neg bool, args []string) {
	_, key, _ := strings.Cut(ts.ReadFile(args[0]+"/public"), "supervisor ")
	text := regexp.MustCompile(`supervisor +pub:[0-9a-f]+`).ReplaceAllString(ts.ReadFile(args[1]), "supervisor pub:"+strings.TrimSpace(key))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), bytes.TrimLeft([]byte(text), "\n"), 0o600))
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
