package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"bevote/verifier/result"
)

// MaxJSON is how much of a report Decode reads, in bytes.
const MaxJSON = 64 << 20

// Decode reads the JSON form of a report, of this auditor or of another. It
// refuses unknown fields, duplicate names in one object, names in other letter case
// than documented, values that no audit gives, and parts that contradict one another.
func Decode(r io.Reader) (*result.Report, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxJSON+1))
	if err != nil {
		return nil, fmt.Errorf("reading the report: %w", err)
	}
	if len(text) > MaxJSON {
		return nil, fmt.Errorf("report of over %d bytes", MaxJSON)
	}
	if err := checkNames(text); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	out := new(result.Report)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if err := checkText(text); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if err := checkReport(out); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return out, nil
}

// checkNames checks the names and the nesting of the JSON. The standard decoder
// accepts a name in any case, and of two equal names the last, so that two
// readers could see two reports.
func checkNames(text []byte) error {
	w := walker{json.NewDecoder(bytes.NewReader(text)), freeElements + len(text)/minElement}
	if err := w.value(0); err != nil {
		return err
	}
	if _, err := w.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the report")
	}
	return nil
}

// maxDepth is how deep the JSON of a report may nest: report, checks, check,
// items, item, and one more that the types refuse. The roll does not nest deeper.
const maxDepth = 6

// A decoded element of a list can take a hundred times the memory of its text "0,".
// So the number of elements is bounded by the text's length.
const (
	minElement   = 24      // bytes of an item, the shortest of which there are many
	freeElements = 1 << 12 // of which each may be shorter
	maxRows      = maxRoll // elements of a list of the report itself: checks, candidates, the roll
	maxNames     = 64      // names in one object
	maxName      = 64      // bytes of one
)

// walker reads the tokens of a report's JSON.
type walker struct {
	*json.Decoder
	left int // elements of lists
}

func (w *walker) value(depth int) error {
	t, err := w.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') && t != json.Delim('[') {
		return nil
	}
	if depth == maxDepth {
		return fmt.Errorf("nested over %d deep", maxDepth)
	}
	if t == json.Delim('{') {
		err = w.object(depth)
	} else {
		err = w.list(depth)
	}
	if err != nil {
		return err
	}
	_, err = w.Token() // the closing bracket
	return err
}

func (w *walker) list(depth int) error {
	for n := 1; w.More(); n++ {
		w.left--
		if w.left < 0 || depth == 1 && n > maxRows {
			return errors.New("a list of more elements than it can have")
		}
		if err := w.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) object(depth int) error {
	seen := make(map[string]bool)
	for w.More() {
		t, err := w.Token()
		if err != nil {
			return err
		}
		name, ok := t.(string)
		switch {
		case len(name) > maxName:
			return fmt.Errorf("an object's name of %d bytes", len(name))
		case !ok || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
			return fmt.Errorf("%.40q is not a name of the report's", fmt.Sprint(t))
		case seen[name]:
			return fmt.Errorf("%.40q twice in one object", name)
		case len(seen) == maxNames:
			return fmt.Errorf("an object of over %d names", maxNames)
		}
		seen[name] = true
		if err := w.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// checkReport returns an error for values that no audit gives.
func checkReport(r *result.Report) error {
	levels := []string{result.LevelNone, result.L0, result.L1, result.L2, result.L3}
	statuses := []result.Status{result.Pass, result.Fail, result.Errored, result.Unresolved, result.Skipped}
	switch {
	case r.Spec != 1:
		return fmt.Errorf("spec %d, want 1", r.Spec)
	case !slices.Contains(levels, r.Level):
		return fmt.Errorf("unknown level %.40q", r.Level)
	case len(r.Checks) == 0:
		return errors.New("no checks")
	case r.Tip.Time != "" && !isTime(r.Tip.Time):
		return fmt.Errorf("time %.40q is not RFC 3339 in UTC", r.Tip.Time)
	case r.Exit < 0 || r.Votes < 0 || r.Voters < 0 || r.Threshold < 0:
		return errors.New("a negative number")
	}
	if err := checkMixing(r.Mixing); err != nil {
		return err
	}
	if err := checkRoll(r); err != nil {
		return err
	}
	seen := make(map[string]bool)
	for _, c := range r.Checks {
		switch {
		case c.ID == "" || seen[c.ID]:
			return fmt.Errorf("check %.40q twice, or without an id", c.ID)
		case !slices.Contains(statuses, c.Status):
			return fmt.Errorf("check %.40s: unknown status %.40q", c.ID, string(c.Status))
		case c.Expected < 0 || c.Examined < 0 || c.Failed < 0:
			return fmt.Errorf("check %.40s: a negative number", c.ID)
		}
		seen[c.ID] = true
	}
	counted := make(map[string]bool)
	for _, c := range r.Counts {
		if counted[c.Candidate] || c.Min < 0 || c.Max < c.Min {
			return fmt.Errorf("count of %.40q: %d to %d, or twice", c.Candidate, c.Min, c.Max)
		}
		counted[c.Candidate] = true
	}
	return checkConsistent(r)
}

// isTime reports whether a text is a time in the one form that reports have.
func isTime(text string) bool {
	at, err := time.Parse(time.RFC3339, text)
	return err == nil && at.UTC().Format(time.RFC3339) == text
}

// checkMixing returns an error for negative numbers.
func checkMixing(m *result.Exchange) error {
	if m == nil {
		return nil
	}
	least := min(m.Registered, m.Deposits, m.Issued, m.Swept, m.Returned, m.Vouchers, m.Paid, m.Late, m.Anonymity)
	for _, x := range m.Mixers {
		least = min(least, x.Issued, x.Paid)
		if x.Anonymity != nil {
			least = min(least, *x.Anonymity)
		}
	}
	if least < 0 {
		return errors.New("mixing: a negative number")
	}
	return nil
}
