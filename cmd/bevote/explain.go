package main

import (
	"fmt"

	"bevote/internal/workbench"
	"bevote/lang"

	"github.com/spf13/cobra"
)

func newExplain(c *console) *cobra.Command {
	core, asJSON := false, false
	cmd := &cobra.Command{
		Use:   "explain FILE|CODE",
		Short: "say what a policy comes to: who can take the money, when, at what cost",
		Long: `Explain compiles a policy, reads the script back, and says who can take a stake
and from when on, what the election costs, how near it comes to Bitcoin's
limits, which sums are at risk to whom, and what no script promises. With --core
it prints the policy's meaning, the text that its id is made from. Given the
code of a mistake, such as E0303, it says what that means, with an example of it
and one that is right.`,
		Example: "  bevote explain examples/club_chair.bev\n  bevote explain --core examples/club_chair.bev\n  bevote explain E0303",
		Args:    takes("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if codeForm.MatchString(args[0]) {
				return c.explainCode(args[0], asJSON)
			}
			if core {
				return c.explainCore(args[0], asJSON)
			}
			return c.explain(args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&core, "core", false, "print the core")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	return cmd
}

func (c *console) explain(file string, asJSON bool) error {
	src, err := c.read(file)
	if err != nil {
		return err
	}
	built, diags, err := workbench.Build(src)
	if err != nil {
		return bug(fmt.Errorf("%s: %w", file, err))
	}
	if err := c.show(file, src, diags); err != nil {
		return err
	}
	if built == nil {
		return ends(codeNo)
	}
	e, err := built.Explain()
	if err != nil {
		return bug(fmt.Errorf("%s: %w", file, err))
	}
	if asJSON {
		return c.answer(e)
	}
	if err := e.WriteText(c.out); err != nil {
		return bug(err)
	}
	return nil
}

func (c *console) explainCore(file string, asJSON bool) error {
	src, err := c.read(file)
	if err != nil {
		return err
	}
	policy, diags := lang.Load(src)
	if policy == nil {
		return c.refuse(file, src, diags)
	}
	if asJSON {
		return c.answer(map[string]string{"policy": policy.ID(), "core": string(policy.Core())})
	}
	if _, err = c.out.Write(policy.Core()); err != nil {
		return bug(err)
	}
	return nil
}
