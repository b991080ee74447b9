package main

import (
	"bytes"
	"cmp"
	"io"
	"path/filepath"

	"bevote/verifier"
	"bevote/verifier/report"
	"bevote/verifier/result"
)

// reportForms are the forms of a report, by the end of its file's name.
var reportForms = map[string]func(io.Writer, *result.Report) error{
	".json": report.JSON,
	".html": report.HTML,
	".md":   report.Markdown,
}

// isReportFile reports whether a report can be written under a file's name.
func isReportFile(name string) bool { return reportForms[filepath.Ext(name)] != nil }

// reportMarks are what a report of each form has in its first bytes.
var reportMarks = map[string][]string{
	".json": {"{\n  \"spec\": "},
	".html": {"<title>Audit of ", "<title>PARTIAL Audit of "},
	".md":   {"## Audit of ", "## PARTIAL Audit of "},
}

// checkReports returns a usage error for the first name that no report can
// have, or that a file of another kind has. It runs before the audit.
func checkReports(names []string) error {
	for _, name := range names {
		if !isReportFile(name) {
			return usage("-o %s: a report is written as .json, .html or .md", name)
		}
		if err := replaceable(name, reportMarks[filepath.Ext(name)]...); err != nil {
			return err
		}
	}
	return nil
}

// deliver writes a report and a state to the files that a names, prints the report,
// and returns its exit code. If a file cannot be written the others are, the verdict
// goes to standard error, and the exit code is 73.
func (c *console) deliver(r *result.Report, s *verifier.State, a auditOptions) error {
	failed := c.save(r, s, a)
	form := report.Text
	if a.asJSON {
		form = report.JSON
	}
	failed = cmp.Or(form(c.out, r), failed)
	if failed != nil {
		c.printf("%s", report.Verdict(r))
		return failed
	}
	return exitCode(r.Exit)
}

// save writes a report to each of the files of -o, in the form of its name, and
// the state to the file of --state. It returns the first error and goes on.
func (c *console) save(r *result.Report, s *verifier.State, a auditOptions) (failed error) {
	for _, name := range a.outs {
		var b bytes.Buffer
		if err := reportForms[filepath.Ext(name)](&b, r); err != nil {
			return bug(err)
		}
		if err := writeOutput(name, b.Bytes()); err != nil {
			failed = cmp.Or(failed, err)
		} else if !a.follow {
			c.printf("wrote %s", name)
		}
	}
	return cmp.Or(failed, saveState(a.state, s))
}
