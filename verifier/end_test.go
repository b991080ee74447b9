package verifier

import (
	"context"
	"path/filepath"
	"testing"

	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

// TestEndOfElection: a spend of a stake that is not what it should be fails a check of
// class E up to the election's end, and none of class E or U in a later block.
func TestEndOfElection(t *testing.T) {
	for _, row := range []struct {
		name string
		last uint32 // height of the spends, after the end
		bad  bool
	}{{"at the end", 0, true}, {"a block later", 1, false}, {"much later", 100_000, false}} {
		t.Run(row.name, func(t *testing.T) {
			f := factsOf(t, "no_winner")
			if len(f.spends) == 0 {
				t.Fatal("no stake is spent")
			}
			f.tip = max(f.tip, f.end()+row.last)
			for _, s := range f.spends {
				s.at.Height, s.class = f.end()+row.last, "alien"
			}
			f.atEnd = f.upTo(f.end())
			bad := false
			for _, fam := range f.table {
				for _, r := range fam.rules {
					if r.review != nil {
						continue
					}
					_, severity := r.run(f, nil)
					bad = bad || severity == "E" || severity == "U"
					if !row.bad && (severity == "E" || severity == "U") {
						t.Errorf("%s is %s", r.ID, severity)
					}
				}
			}
			if bad != row.bad {
				t.Errorf("refuted or open: %v", bad)
			}
		})
	}
}

// factsOf establishes the facts of a recorded election of the repository.
func factsOf(t *testing.T, name string) *facts {
	t.Helper()
	rec, err := record.Open(filepath.Join("..", "examples", "records", name))
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	in, err := readInputs(rec, Options{}, families(), 0)
	if err != nil {
		t.Fatal(err)
	}
	ch, err := readChain(context.Background(), in, []evidence.Source{chainfile.FromRecord(rec)})
	if err != nil {
		t.Fatal(err)
	}
	f, err := establish(ch, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
