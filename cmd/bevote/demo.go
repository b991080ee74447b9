package main

import (
	"os"
	"path/filepath"
	"strings"

	"bevote/examples"
	"bevote/internal/rehearsal"
	"bevote/lang"

	"github.com/spf13/cobra"
)

func newDemo(c *console) *cobra.Command {
	var seed uint64
	var outs []string
	example, mixing, asJSON := "", "", false
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "play an election and judge it",
		Long: `Demo rehearses an example policy on an embedded chain and audits the record that
this leaves. Its exit code is the audit's. With -o it keeps the record, or writes
the report, as the name's end says. With --mixing the voters first exchange the coins
that they registered with for anonymous ones: by blind RSA signatures in seconds, or
by the group blind signatures of the paper in a minute or two.`,
		Example: "  bevote demo\n  bevote demo --mixing\n  bevote demo --example no_winner -o nobody -o report.html",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			example, src, err := chosen(example, mixing)
			if err != nil {
				return err
			}
			out, reports, err := sorted(outs)
			if err != nil {
				return err
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
			summary, err := c.rehearse(cmd.Context(), example+".bev", rehearsal.Options{Source: src, Seed: seed}, "", path)
			if err != nil {
				return err
			}
			c.say("%s", summary)
			r, err := c.audit(cmd.Context(), auditing{path: path})
			if err != nil {
				return err
			}
			if out != "" {
				c.say("the record is in %s: bevote audit %s", out, out)
			}
			return c.deliver(r, reports, asJSON)
		},
	}
	cmd.Flags().StringVar(&example, "example", "club_chair", "which example: "+strings.Join(examples.Names(), ", "))
	cmd.Flags().StringVar(&mixing, "mixing", "", "an example whose voters mix their coins, by blind-rsa or by group-blind")
	cmd.Flags().Lookup("mixing").NoOptDefVal = lang.SchemeBlindRSA
	cmd.MarkFlagsMutuallyExclusive("example", "mixing")
	cmd.Flags().Uint64Var(&seed, "seed", 12, "the number that every key and every choice is drawn from")
	cmd.Flags().StringArrayVarP(&outs, "output", "o", nil,
		"keep the record here, a new directory or a .zip; or write the report to this .json, .html or .md file; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

// chosen finds the example of a name, or of a scheme of mixing if one is given.
func chosen(example, mixing string) (name string, src []byte, err error) {
	if mixing != "" {
		if example = mixed[mixing]; example == "" {
			return "", nil, usage("no mixing %q; there are blind-rsa and group-blind", mixing)
		}
	}
	if src = examples.Policy(example); src == nil {
		return "", nil, usage("no example %q; there are %s", example, strings.Join(examples.Names(), ", "))
	}
	return example, src, nil
}

// mixed are the examples that show the schemes of mixing.
var mixed = map[string]string{lang.SchemeBlindRSA: "club_mixed", lang.SchemeGroupBlind: "town_mixed"}

// sorted tells the record's place among the demo's outputs from the reports'.
func sorted(outs []string) (record string, reports []string, err error) {
	for _, out := range outs {
		switch {
		case isReportFile(out):
			reports = append(reports, out)
		case record != "":
			return "", nil, usage("-o %s: the record is kept in %s already", out, record)
		default:
			record = out
		}
	}
	return record, reports, nil
}
