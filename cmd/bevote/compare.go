package main

import (
	"fmt"
	"os"

	"bevote/internal/textdiff"
	"bevote/verifier/report"
	"bevote/verifier/result"

	"github.com/spf13/cobra"
)

func newCompare(c *console) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:     "compare A.json B.json",
		Short:   "show where two auditors differ",
		Long:    helpText("compare"),
		Example: "  bevote compare ours.json theirs.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("compare takes two reports, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.compare(args[0], args[1], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

func (c *console) compare(nameA, nameB string, asJSON bool) error {
	a, err := c.readReport(nameA)
	if err != nil {
		return err
	}
	b, err := c.readReport(nameB)
	if err != nil {
		return err
	}
	marks := textdiff.Carets
	switch {
	case asJSON:
		marks = textdiff.Plain
	case colours(c.out):
		marks = textdiff.Colour
	}
	answer, err := report.Compare(nameA, nameB, a, b, marks)
	if err != nil {
		return unreadable(err)
	}
	if asJSON {
		err = c.printJSON(answer)
	} else {
		err = answer.Text(c.out)
	}
	switch {
	case err != nil:
		return bug(err)
	case !answer.Agree:
		return exitCode(codeNo)
	}
	return nil
}

// readReport reads a report's JSON from a file, or from standard input for "-".
func (c *console) readReport(name string) (*result.Report, error) {
	in := c.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, unreadable(shortPathError(err))
		}
		defer f.Close()
		in = f
	}
	r, err := report.Decode(in)
	if err != nil {
		return nil, unreadable(fmt.Errorf("%s: %w", name, shortPathError(err)))
	}
	return r, nil
}
