package verifier

import (
	"bytes"
	"context"
	"crypto/subtle"
	"embed"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"bevote/internal/cores"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// golden is an honest record of three voters and, in golden/patches, a dozen
// changes of one byte. With a byte of a line that a key of the election signs, the
// signature is changed to a right one.
//
//go:embed golden
var golden embed.FS

// goldenVotes is how many votes the honest record has. A candidate wins it.
const goldenVotes = 3

// patch is a few bytes that are changed in the golden record. A line of
// golden/patches is one:
//
//	GROUP CHECK FILE OFFSET XOR WHERE…
//
// CHECK must fail when the bytes from OFFSET on are combined with XOR, in hex.
// Patches of a group are applied to one record, which saves time. No patch makes the
// check of another patch in its group fail.
type patch struct {
	group       int
	check, file string
	offset      int
	xor         []byte
	where       string // in words
}

func parsePatch(line string) (p patch, err error) {
	if _, err := fmt.Sscanf(line, "%d %s %s %d %x", &p.group, &p.check, &p.file, &p.offset, &p.xor); err != nil {
		return p, err
	}
	p.where = strings.Join(strings.Fields(line)[5:], " ")
	return p, nil
}

// apply changes the bytes in a copy of the file.
func (p patch) apply(files map[string][]byte) error {
	text := bytes.Clone(files[p.file])
	if p.offset < 0 || p.offset+len(p.xor) > len(text) || len(bytes.Trim(p.xor, "\x00")) == 0 {
		return unfit("golden/patches: %s has no byte %d to change by %x", p.file, p.offset, p.xor)
	}
	subtle.XORBytes(text[p.offset:], text[p.offset:p.offset+len(p.xor)], p.xor)
	files[p.file] = text
	return nil
}

// selfTested is the self-test, which a process runs once, before its first
// audit.
var selfTested = sync.OnceValues(func() (int, error) { return selfTest(families()) })

// selfTest is V109: it audits the golden record, unchanged and patched. It returns
// the number of trials: one, and one a patch. An error says that this build of the
// auditor cannot be relied on.
func selfTest(table []family) (trials int, err error) {
	files, groups, err := goldenRecord()
	if err != nil {
		return 0, unfit("%v", err)
	}
	faults := make([]error, 1+len(groups))
	cores.Each(len(faults), func(i int) {
		if i == 0 {
			faults[i] = passesHonest(files, table)
		} else {
			faults[i] = areCaught(groups[i-1], maps.Clone(files), table)
		}
	})
	trials = 1
	for i, fault := range faults {
		if fault != nil {
			return 0, fault
		}
		if i > 0 {
			trials += len(groups[i-1])
		}
	}
	return trials, nil
}

// unfit returns an error that wraps no cause: an embedded record that cannot be
// decoded is a bug, and not an [InputError].
func unfit(format string, args ...any) error {
	return fmt.Errorf("V109 SELFTEST: this build cannot be relied on: "+format, args...)
}

// goldenRecord reads what is embedded.
func goldenRecord() (files map[string][]byte, groups [][]patch, err error) {
	files = make(map[string][]byte)
	for _, name := range []string{record.Policy, record.Contract, record.Board, record.Headers, record.Blocks} {
		if files[name], err = golden.ReadFile(path.Join("golden", name)); err != nil {
			return nil, nil, err
		}
	}
	text, err := golden.ReadFile("golden/patches")
	for line := range strings.Lines(string(text)) {
		p, err := parsePatch(line)
		if err != nil || p.group < 0 || p.group > len(groups) {
			return nil, nil, fmt.Errorf("golden/patches: %q is no patch", line)
		}
		if p.group == len(groups) {
			groups = append(groups, nil)
		}
		groups[p.group] = append(groups[p.group], p)
	}
	return files, groups, err
}

// passesHonest audits the golden record unchanged. A failure of V111 is left to the
// report, whose first line then says PARTIAL.
func passesHonest(files map[string][]byte, table []family) error {
	r, err := auditGolden(files, table)
	if err != nil {
		return unfit("an honest record is not read: %v", err)
	}
	for _, c := range r.Checks {
		if c.Status != result.Pass && c.Status != result.Skipped && c.ID != "V111" {
			return unfit("an honest record is %s by %s %s%s", c.Status, c.ID, c.Name, firstItem(c))
		}
	}
	if r.Exit != result.ExitProven || r.Winner == nil || r.Votes != goldenVotes {
		return unfit("an honest record is %s, exit %d: %s", r.Level, r.Exit, r.Verdict)
	}
	return nil
}

func firstItem(c result.Check) string {
	if len(c.Items) == 0 {
		return ""
	}
	return ": " + c.Items[0].Where + ": " + c.Items[0].Message
}

// areCaught audits the golden record with a group's patches: the check of each must
// fail.
func areCaught(group []patch, files map[string][]byte, table []family) error {
	for _, p := range group {
		if err := p.apply(files); err != nil {
			return err
		}
	}
	r, err := auditGolden(files, table)
	var input *InputError
	if err != nil && !errors.As(err, &input) {
		return unfit("a record with %s changed is not read: %v", group[0].where, err)
	}
	for _, p := range group {
		if !objects(p.check, r) {
			return unfit("%s does not object to a record with %s changed", p.check, p.where)
		}
	}
	return nil
}

// objects reports whether a check fails in a report. No report is V01's failure.
func objects(id string, r *result.Report) bool {
	if r == nil {
		return id == "V01"
	}
	return slices.ContainsFunc(r.Checks, func(c result.Check) bool { return c.ID == id && c.Status == result.Fail })
}

// auditGolden audits files in memory without a self-test.
func auditGolden(files map[string][]byte, table []family) (*result.Report, error) {
	rec, err := record.InMemory(files)
	if err != nil {
		return nil, err
	}
	return examine(context.Background(), rec, chainfile.FromRecord(rec), Options{}, table, 0)
}
