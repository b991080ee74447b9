package examples_test

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"bevote/examples"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/result"
)

var update = flag.Bool("update", false, "play the recorded elections again")

// recorded are the elections kept under records/: how each was played and what
// an audit finds.
var recorded = []struct {
	name    string
	seed    uint64
	votes   map[string]int
	winner  string // "" where every stake was refunded
	refunds int
}{
	{"club_chair", 7, map[string]int{"alice": 3, "bob": 1, "abstain": 1}, "alice", 0},
	{"club_mixed", 11, map[string]int{"ann": 5, "bert": 2, "cleo": 1, "abstain": 1}, "ann", 0},
	{"no_winner", 7, map[string]int{"east": 3, "middle": 2, "west": 2}, "", 7},
}

// A record in the repository is what its policy and seed give, byte for byte.
func TestRecordsAreRehearsals(t *testing.T) {
	for _, r := range recorded {
		t.Run(r.name, func(t *testing.T) {
			dir := rehearsaltest.Record(t, rehearsal.Options{Source: examples.Policy(r.name), Seed: r.seed, Votes: r.votes})
			kept := filepath.Join("records", r.name)
			if *update {
				if err := os.RemoveAll(kept); err != nil {
					t.Fatal(err)
				}
				if err := os.CopyFS(kept, os.DirFS(dir)); err != nil {
					t.Fatal(err)
				}
			}
			sameFiles(t, os.DirFS(kept), os.DirFS(dir))
			sameFiles(t, os.DirFS(dir), os.DirFS(kept))
		})
	}
}

// sameFiles checks that every file of a is in b with the same bytes.
func sameFiles(t *testing.T, a, b fs.FS) {
	t.Helper()
	err := fs.WalkDir(a, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		x, err := fs.ReadFile(a, path)
		if err != nil {
			return err
		}
		y, err := fs.ReadFile(b, path)
		if err != nil {
			return err
		}
		if !bytes.Equal(x, y) {
			t.Errorf("%s: %d bytes kept and %d played differ; -update plays again", path, len(x), len(y))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRecordsAudit(t *testing.T) {
	for _, r := range recorded {
		t.Run(r.name, func(t *testing.T) {
			report := rehearsaltest.Audit(t, filepath.Join("records", r.name))
			if report.Exit != 0 || report.Level != result.L3 {
				t.Errorf("exit %d, level %s: %s", report.Exit, report.Level, report.Verdict)
			}
			if won := report.Winner != nil && *report.Winner == r.winner; won != (r.winner != "") {
				t.Errorf("winner %v, want %q", report.Winner, r.winner)
			}
			for _, c := range report.Checks {
				if c.ID == "V94" && c.Examined != r.refunds {
					t.Errorf("%d refunds, want %d", c.Examined, r.refunds)
				}
				if c.Status != result.Pass && c.Status != result.Skipped {
					t.Errorf("%s %s: %s %v", c.ID, c.Name, c.Status, c.Items)
				}
			}
		})
	}
}
