package main

import (
	"fmt"
	"io"

	"bevote/internal/terminal"
	"bevote/internal/workbench"
	"bevote/lang"

	"github.com/spf13/cobra"
)

// checkOptions say how check looks at policies.
type checkOptions struct {
	fix, json bool
	now       uint32 // block height, 0 for no present
}

func newCheck(c *console) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check FILE…",
		Short: "find what is wrong with a policy",
		Long: `Check reads policies, compiles them, lifts the scripts again, and reports every
error and warning with its place. It exits 1 if a policy has errors. With --fix
it first makes every change that cannot be wrong, says what it changed, and
checks again. The file - is standard input; repaired, it goes to standard output.`,
		Example: "  bevote check examples/club_chair.bev\n  bevote check --fix club.bev\n  bevote check --now 105 --json club.bev",
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

// checked is what is known of one policy file.
type checked struct {
	File        string       `json:"file"`
	Policy      string       `json:"policy"` // "" where it has errors
	Changes     []change     `json:"changes"`
	Text        string       `json:"text"` // the repaired policy, of standard input alone
	Diagnostics []diagnostic `json:"diagnostics"`
}

func (c *console) check(files []string, o checkOptions) error {
	code, answers := 0, []checked{}
	for _, file := range files {
		src, err := c.read(file)
		if err != nil {
			return err
		}
		answer := checked{File: file, Changes: []change{}}
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
		answer.Diagnostics = shown(src, diags)
		if built == nil {
			code = codeNo
		} else {
			answer.Policy = built.Policy.ID()
		}
		answers = append(answers, answer)
		if o.json {
			continue
		}
		if err := c.checked(answer, src, diags); err != nil {
			return err
		}
	}
	if o.json {
		if err := c.answer(answers); err != nil {
			return err
		}
	}
	return ends(code)
}

// checked prints what is known of one file. Where standard output is the
// repaired policy, the rest is talk.
func (c *console) checked(a checked, src []byte, diags []lang.Diagnostic) error {
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
		c.say("bevote check --fix %s repairs %d of these", a.File, fixes)
	}
	return nil
}

// show prints diagnostics on standard error, if there are any.
func (c *console) show(file string, src []byte, diags []lang.Diagnostic) error {
	if err := (lang.Text{Color: colours(c.err)}).Render(c.err, file, src, diags); err != nil {
		return bug(err)
	}
	return nil
}

// refuse shows why a policy cannot be used and ends with "no".
func (c *console) refuse(file string, src []byte, diags []lang.Diagnostic) error {
	if err := c.show(file, src, diags); err != nil {
		return err
	}
	return ends(codeNo)
}
