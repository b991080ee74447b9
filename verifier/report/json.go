package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"bevote/verifier/result"
)

// maxRoll is the longest roll that the JSON lists: a member takes up to 2 KB of it, and
// [MaxJSON] is read.
const maxRoll = 20_000

// JSON writes the report as JSON, indented, with [] for every empty list: the
// form that other tools read. It leaves out a roll of over 20,000 members, which
// [Find] and the page have.
func JSON(w io.Writer, r *result.Report) error {
	full := *r
	full.Counts = listed(r.Counts)
	full.Roll = []result.Member{}
	if len(r.Roll) <= maxRoll {
		full.Roll = append(full.Roll, r.Roll...)
	}
	for i, m := range full.Roll {
		full.Roll[i].Shares = listed(m.Shares)
	}
	if r.Mixing != nil {
		mixing := *r.Mixing
		mixing.Deadlines, mixing.Mixers = listed(mixing.Deadlines), listed(mixing.Mixers)
		full.Mixing = &mixing
	}
	full.Checks = listed(slices.Clone(r.Checks))
	for i, c := range full.Checks {
		full.Checks[i].Items = listed(c.Items)
	}
	full.Allowed = listed(r.Allowed)
	full.Properties = listed(r.Properties)
	full.Undetectable = listed(r.Undetectable)
	full.Manual = listed(r.Manual)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(&full); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// listed returns s, or an empty list where there is none.
func listed[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
