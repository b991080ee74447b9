package main

import (
	"bytes"
	"io"
	"path/filepath"

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

// checkReports returns a usage error for the first name that no report can
// have. It runs before the audit.
func checkReports(names []string) error {
	for _, name := range names {
		if !isReportFile(name) {
			return usage("-o %s: a report is written as .json, .html or .md", name)
		}
	}
	return nil
}

// deliver writes a report under each of the names, prints it, and returns the
// report's exit code.
func (c *console) deliver(r *result.Report, names []string, asJSON bool) error {
	if err := writeReports(r, names); err != nil {
		return err
	}
	for _, name := range names {
		c.printf("wrote %s", name)
	}
	form := report.Text
	if asJSON {
		form = report.JSON
	}
	if err := form(c.out, r); err != nil {
		return bug(err)
	}
	return exitCode(r.Exit)
}

// writeReports writes a report to each of the files, in the form of its name.
func writeReports(r *result.Report, names []string) error {
	for _, name := range names {
		var b bytes.Buffer
		if err := reportForms[filepath.Ext(name)](&b, r); err != nil {
			return bug(err)
		}
		if err := writeOutput(name, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
