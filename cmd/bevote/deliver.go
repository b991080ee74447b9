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

// isReportFile tells whether a file's name is one that a report can have.
func isReportFile(name string) bool { return reportForms[filepath.Ext(name)] != nil }

// checkReports refuses names that no report can have, before any work is done.
func checkReports(names []string) error {
	for _, name := range names {
		if !isReportFile(name) {
			return usage("-o %s: a report is written as .json, .html or .md", name)
		}
	}
	return nil
}

// deliver writes a report under each of the names, shows it, and ends with its
// code.
func (c *console) deliver(r *result.Report, names []string, asJSON bool) error {
	if err := writeReports(r, names); err != nil {
		return err
	}
	for _, name := range names {
		c.say("wrote %s", name)
	}
	show := report.Text
	if asJSON {
		show = report.JSON
	}
	if err := show(c.out, r); err != nil {
		return bug(err)
	}
	return ends(r.Exit)
}

// writeReports writes a report to each of the files, in the form of its name.
func writeReports(r *result.Report, names []string) error {
	for _, name := range names {
		var b bytes.Buffer
		if err := reportForms[filepath.Ext(name)](&b, r); err != nil {
			return bug(err)
		}
		if err := write(name, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
