package main

import (
	"bevote/lang"

	"github.com/spf13/cobra"
)

func newExplain(c *console) *cobra.Command {
	core := false
	cmd := &cobra.Command{
		Use:     "explain --core FILE",
		Short:   "print what a policy means, the text that its id is made from",
		Example: "  bevote explain --core examples/club_chair.bev",
		Args:    takes("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if !core {
				return usage("explain needs --core")
			}
			src, err := c.read(args[0])
			if err != nil {
				return err
			}
			policy, diags := lang.Load(src)
			if policy == nil {
				return c.refuse(args[0], src, diags)
			}
			_, err = c.out.Write(policy.Core())
			return err
		},
	}
	cmd.Flags().BoolVar(&core, "core", false, "print the core")
	return cmd
}
