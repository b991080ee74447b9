package main

import (
	"fmt"

	"bevote/internal/workbench"
	"bevote/lang"

	"github.com/spf13/cobra"
)

func newExplain(c *console) *cobra.Command {
	core, at, asJSON := false, "", false
	cmd := &cobra.Command{
		Use:   "explain FILE|CODE|CHECK|STATEMENT|exit",
		Short: "say what a policy comes to: who can take the money, when, at what cost",
		Long:  helpText("explain"),
		Example: "  bevote explain examples/club_chair.bev\n  bevote explain --core examples/club_chair.bev\n" +
			"  bevote explain --at 17:19 examples/club_chair.bev\n" +
			"  bevote explain E0303\n  bevote explain V55\n  bevote explain stake\n  bevote explain exit",
		Args: oneArg("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if at != "" {
				return c.explainAt(args[0], at, asJSON)
			}
			if isTopic(args[0]) {
				return c.explainTopic(args[0], asJSON)
			}
			if core {
				return c.explainCore(args[0], asJSON)
			}
			return c.explain(args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&core, "core", false, "print the core")
	cmd.Flags().StringVar(&at, "at", "", "say what stands at this `LINE:COLUMN` of the file")
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
	if err := c.printDiagnostics(file, src, diags); err != nil {
		return err
	}
	if built == nil {
		return exitCode(codeNo)
	}
	e, err := built.Explain()
	if err != nil {
		return bug(fmt.Errorf("%s: %w", file, err))
	}
	if asJSON {
		return c.printJSON(e)
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
		return c.invalidPolicy(file, src, diags)
	}
	if asJSON {
		return c.printJSON(map[string]string{"policy": policy.ID(), "core": string(policy.Core())})
	}
	if _, err = c.out.Write(policy.Core()); err != nil {
		return bug(err)
	}
	return nil
}
