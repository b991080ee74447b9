package main

import (
	"fmt"
	"io"

	"bevote/internal/terminal"
	"bevote/internal/workbench"
	"bevote/lang"

	"github.com/spf13/cobra"
)

// checkOptions are the flags of check.
type checkOptions struct {
	fix, json bool
	now       uint32 // block height, 0 for no present
}

func newCheck(c *console) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check FILE…",
		Short: "find what is wrong with a policy",
		Long:  helpText("check"),
		Example: "  bevote check examples/club_chair.bev\n  bevote check --fix club.bev\n" +
			"  bevote check --now 105 --json club.bev",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("check takes a FILE or more")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return c.check(args, o)
		},
	}
	cmd.Flags().BoolVar(&o.fix, "fix", false, "make every change that cannot be wrong")
	cmd.Flags().Uint32Var(&o.now, "now", 0, "height of the present block: phases before it are errors")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the answer as JSON")
	return cmd
}

// checkAnswer is the answer of check about one policy file.
type checkAnswer struct {
	File        string       `json:"file"`
	Policy      string       `json:"policy"` // "" where it has errors
	Changes     []change     `json:"changes"`
	Text        string       `json:"text"` // the repaired policy, of standard input alone
	Diagnostics []diagnostic `json:"diagnostics"`
}

func (c *console) check(files []string, o checkOptions) error {
	code, answers := 0, []checkAnswer{}
	for _, file := range files {
		src, err := c.read(file)
		if err != nil {
			return err
		}
		answer := checkAnswer{File: file, Changes: []change{}}
		if o.fix {
			if src, answer.Changes, err = c.repair(file, src, o); err != nil {
				return err
			}
			if file == "-" {
				answer.Text = string(src)
			}
		}
		built, diags, err := workbench.BuildAt(src, o.now)
		if err != nil {
			return bug(fmt.Errorf("%s: %w", file, err))
		}
		if diags, err = workbench.Illustrate(src, diags); err != nil {
			return bug(fmt.Errorf("%s: %w", file, err))
		}
		answer.Diagnostics = diagnosticsJSON(src, diags)
		if built == nil {
			code = codeNo
		} else {
			answer.Policy = built.Policy.ID()
		}
		answers = append(answers, answer)
		if o.json {
			continue
		}
		if err := c.printChecked(answer, src, diags); err != nil {
			return err
		}
	}
	if o.json {
		if err := c.printJSON(answers); err != nil {
			return err
		}
	}
	return exitCode(code)
}

// printChecked prints the answer about one file. Where standard output is the
// repaired policy, everything else goes to standard error.
func (c *console) printChecked(a checkAnswer, src []byte, diags []lang.Diagnostic) error {
	w := c.out
	if a.Text != "" {
		if _, err := io.WriteString(c.out, a.Text); err != nil {
			return bug(err)
		}
		w = c.err
	}
	if err := (lang.Text{Color: colours(w)}).Render(w, a.File, src, diags); err != nil {
		return bug(err)
	}
	if a.Policy != "" {
		fmt.Fprintf(w, "%s: ok, %s\n", terminal.Visible(a.File), a.Policy)
	}
	fixes := 0
	for _, d := range diags {
		if d.Fix != nil {
			fixes++
		}
	}
	if fixes > 0 {
		c.printf("bevote check --fix %s repairs %d of these", a.File, fixes)
	}
	return nil
}

// printDiagnostics writes diagnostics to standard error, if there are any.
func (c *console) printDiagnostics(file string, src []byte, diags []lang.Diagnostic) error {
	if err := (lang.Text{Color: colours(c.err)}).Render(c.err, file, src, diags); err != nil {
		return bug(err)
	}
	return nil
}

// invalidPolicy prints the diagnostics of a policy that has errors and returns
// exit code 1.
func (c *console) invalidPolicy(file string, src []byte, diags []lang.Diagnostic) error {
	if err := c.printDiagnostics(file, src, diags); err != nil {
		return err
	}
	return exitCode(codeNo)
}
