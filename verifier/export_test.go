package verifier

import (
	"context"

	"bevote/verifier/evidence"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// Table is a table of checks.
type Table = []family

// Checks is the table of checks of every audit.
func Checks() Table { return families() }

// AuditBy is Audit by another table of checks, without a self-test.
func AuditBy(ctx context.Context, rec *record.Record, src evidence.Source, table Table) (*result.Report, error) {
	return examine(ctx, rec, src, Options{}, table, 0)
}

// SelfTest runs the self-test by a table of checks.
func SelfTest(table Table) (trials int, err error) { return selfTest(table) }

// Stub returns a table in which a check passes whatever there is, nil if there
// is no such check.
func Stub(id string) Table {
	return replaced(id, func(rule) func(*facts, *check) {
		return func(_ *facts, ck *check) { ck.expect(1); ck.pass() }
	})
}

// Spoil returns a table in which a check fails whatever there is.
func Spoil(id string) Table {
	return replaced(id, func(rule) func(*facts, *check) {
		return func(_ *facts, ck *check) { ck.expect(1); ck.fail("here", "spoilt") }
	})
}

// Shorten returns a table in which a check examines one thing less than it
// expects.
func Shorten(id string) Table {
	return replaced(id, func(r rule) func(*facts, *check) {
		return func(f *facts, ck *check) { ck.expect(1); r.judge(f, ck) }
	})
}

func replaced(id string, other func(rule) func(*facts, *check)) Table {
	table := families()
	for _, fam := range table {
		for i, r := range fam.rules {
			if r.ID == id {
				fam.rules[i].judge, fam.rules[i].review = other(r), nil
				return table
			}
		}
	}
	return nil
}

// SelfTested is the self-test that a process runs once, before its first audit.
func SelfTested() (trials int, err error) { return selfTested() }

// Patch is a few bytes that the self-test changes.
type Patch struct {
	Check, File, Where string
	Offset             int
	XOR                []byte
}

// GoldenRecord is the record of the self-test, and its patches by group.
func GoldenRecord() (files map[string][]byte, groups [][]Patch, err error) {
	files, all, err := goldenRecord()
	for _, group := range all {
		var out []Patch
		for _, p := range group {
			out = append(out, Patch{p.check, p.file, p.where, p.offset, p.xor})
		}
		groups = append(groups, out)
	}
	return files, groups, err
}
