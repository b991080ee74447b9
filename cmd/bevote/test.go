package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"bevote/internal/terminal"
	"bevote/internal/workbench"

	"github.com/spf13/cobra"
)

func newTest(c *console) *cobra.Command {
	coverage, least, asJSON := false, 0, false
	cmd := &cobra.Command{
		Use:     "test FILE",
		Short:   "run the tests that a policy holds",
		Long:    helpText("test"),
		Example: "  bevote test examples/club_chair.bev\n  bevote test --coverage --min-coverage 100 club.bev",
		Args:    oneArg("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if least < 0 || least > 100 {
				return usage("--min-coverage %d: a percentage is from 0 to 100", least)
			}
			return c.test(args[0], coverage || cmd.Flags().Changed("min-coverage"), least, asJSON)
		},
	}
	cmd.Flags().BoolVar(&coverage, "coverage", false, "show which paths the tests take and see refused")
	cmd.Flags().IntVar(&least, "min-coverage", 0, "exit 1 where fewer percent are covered")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

func (c *console) test(file string, coverage bool, least int, asJSON bool) error {
	src, err := c.read(file)
	if err != nil {
		return err
	}
	r, diags, err := workbench.Test(src)
	if err != nil {
		return bug(fmt.Errorf("%s: %w", file, err))
	}
	if err := c.printDiagnostics(file, src, diags); err != nil {
		return err
	}
	if r == nil {
		return exitCode(codeNo)
	}
	if asJSON {
		err = c.printJSON(r)
	} else {
		printTests(c.out, file, r)
		if coverage {
			err = printCoverage(c.out, r)
		}
	}
	if err != nil {
		return err
	}
	if r.Coverage.Percent < least {
		c.printf("coverage of %d%%, want at least %d%%", r.Coverage.Percent, least)
		return exitCode(codeNo)
	}
	if r.Failed > 0 {
		return exitCode(codeNo)
	}
	return nil
}

func printTests(w io.Writer, file string, r *workbench.TestReport) {
	for _, t := range r.Tests {
		test := terminal.Visible(fmt.Sprintf("%s:%d: %s", file, t.Line, t.Name))
		if t.Passed {
			fmt.Fprintf(w, "ok    %s\n", test)
			continue
		}
		signers := strings.Join(t.Signers, ", ")
		if signers == "" {
			signers = "none"
		}
		fmt.Fprintf(w, "FAIL  %s\n", test)
		fmt.Fprintf(w, "      at block %d, signers %s: expected %s, got %s\n", t.At, signers, t.Expect, pathWords(t.Taken))
		for _, why := range t.Why {
			fmt.Fprintf(w, "      %s\n", why)
		}
	}
	fmt.Fprintf(w, "%s, %d passed, %d failed\n", plural(len(r.Tests), "test"), r.Passed, r.Failed)
}

// pathWords names the paths that a test took, "reject" where it took none.
func pathWords(paths []string) string {
	if len(paths) == 0 {
		return "reject"
	}
	return strings.Join(paths, " and ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func printCoverage(w io.Writer, r *workbench.TestReport) error {
	c := r.Coverage
	fmt.Fprintf(w, "\ncoverage %d%%, %d of %d\n", c.Percent, c.Covered, c.Of)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, p := range c.Paths {
		fmt.Fprintf(t, "  %s\t%s\ttaken by %s\trefused in %s\n", p.Name, strings.Join(p.Signers, " and "),
			plural(len(p.Taken), "test"), plural(len(p.Refused), "test"))
	}
	if err := t.Flush(); err != nil {
		return bug(err)
	}
	if len(c.Missing) > 0 {
		fmt.Fprintln(w, "\nnot covered; these would do it:")
	}
	for _, line := range c.Missing {
		fmt.Fprintf(w, "  %s\n", line)
	}
	return nil
}
