package main

import (
	"os"
	"path/filepath"
	"strings"

	"bevote/examples"

	"github.com/spf13/cobra"
)

func newDemo(c *console) *cobra.Command {
	var seed uint64
	example, out, asJSON := "", "", false
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "play an election and judge it",
		Long: `Demo rehearses an example policy on an embedded chain and audits the record that
this leaves. Its exit code is the audit's.`,
		Example: "  bevote demo\n  bevote demo --example no_winner -o nobody",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			src := examples.Policy(example)
			if src == nil {
				return usage("no example %q; there are %s", example, strings.Join(examples.Names(), ", "))
			}
			path := out
			if path == "" {
				dir, err := os.MkdirTemp("", "bevote-demo-*")
				if err != nil {
					return bug(plain(err))
				}
				defer os.RemoveAll(dir)
				path = filepath.Join(dir, example)
			}
			summary, err := c.rehearse(cmd.Context(), example+".bev", src, seed, nil, path)
			if err != nil {
				return err
			}
			c.say("%s", summary)
			r, err := c.audit(cmd.Context(), path, nil)
			if err != nil {
				return err
			}
			if out != "" {
				c.say("the record is in %s: bevote audit %s", out, out)
			}
			return c.deliver(r, "", asJSON)
		},
	}
	cmd.Flags().StringVar(&example, "example", "club_chair", "which example: "+strings.Join(examples.Names(), ", "))
	cmd.Flags().Uint64Var(&seed, "seed", 12, "the number that every key and every choice is drawn from")
	cmd.Flags().StringVarP(&out, "output", "o", "", "keep the record here: a new directory, or a .zip")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}
