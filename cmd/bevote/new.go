package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"bevote/examples"
	"bevote/internal/workbench"
	"bevote/lang"

	"github.com/spf13/cobra"
)

func newNew(c *console) *cobra.Command {
	from, out, asJSON := "", "", false
	var plan workbench.Plan
	cmd := &cobra.Command{
		Use:   "new -o FILE",
		Short: "write a policy to begin from",
		Long:  helpText("new"),
		Example: "  bevote new -o club.bev\n" +
			"  bevote new --from per_candidate --candidates ada,edith --voters 20 --threshold 12 -o board.bev",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("new takes no arguments, got %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, flag := range []string{"voters", "threshold"} {
				if n, err := cmd.Flags().GetInt(flag); err == nil && cmd.Flags().Changed(flag) && n < 1 {
					return usage("--%s %d: at least 1", flag, n)
				}
			}
			if cmd.Flags().Changed("confirmations") && plan.Confirmations < 1 {
				return usage("--confirmations 0: at least 1")
			}
			return c.new(from, plan, out, asJSON)
		},
	}
	cmd.Flags().StringVar(&from, "from", "club_chair", "the example to begin from")
	cmd.Flags().StringSliceVar(&plan.Candidates, "candidates", nil, "the candidates' names, separated by commas")
	cmd.Flags().IntVar(&plan.Voters, "voters", 0, "how many voters there are")
	cmd.Flags().IntVar(&plan.Threshold, "threshold", 0, "how many shares elect; more than half of the voters if left out")
	cmd.Flags().Uint32Var(&plan.Confirmations, "confirmations", 0, "how deep a block must lie to be relied on")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write the policy to this file, which names the election too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what is to be replaced as JSON")
	return cmd
}

// newAnswer is the answer of new.
type newAnswer struct {
	File    string        `json:"file"`
	Policy  string        `json:"policy"`
	Replace []placeholder `json:"replace"`
}

// placeholder is a key or an address of a policy that is to be replaced.
type placeholder struct {
	Role string `json:"role"`
	Line int    `json:"line"`
}

func (c *console) new(from string, plan workbench.Plan, out string, asJSON bool) error {
	if out == "" {
		return usage("new needs -o FILE")
	}
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return usage("cannot write: %s: exists already", out)
	}
	if plan.From = examples.Policy(from); plan.From == nil {
		return usage("no example %q; there are %s", from, strings.Join(examples.Names(), ", "))
	}
	plan.Election = strings.TrimSuffix(filepath.Base(out), ".bev")
	text, err := workbench.Scaffold(plan)
	switch {
	case errors.Is(err, workbench.ErrPlan):
		return usage("new: %w", err)
	case err != nil:
		return bug(err)
	}
	if err := writeOutput(out, text); err != nil {
		return err
	}
	return c.printPlaceholders(out, text, asJSON)
}

func (c *console) printPlaceholders(out string, text []byte, asJSON bool) error {
	policy, _ := lang.Load(text)
	literals, err := lang.Literals(text)
	if err != nil || policy == nil {
		return bug(fmt.Errorf("%s: %w", out, err))
	}
	answer := newAnswer{File: out, Policy: policy.ID(), Replace: []placeholder{}}
	for _, l := range literals {
		answer.Replace = append(answer.Replace, placeholder{l.Role, 1 + bytes.Count(text[:l.Start], []byte("\n"))})
	}
	c.printf("wrote %s: %d keys and addresses in it are to be replaced", out, len(literals))
	if asJSON {
		return c.printJSON(answer)
	}
	return nil
}
