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
		Use:     "demo",
		Short:   "play an election and judge it",
		Long:    helpText("demo"),
		Example: "  bevote demo\n  bevote demo --mixing\n  bevote demo --example no_winner -o nobody -o report.html",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			example, src, err := exampleFor(example, mixing)
			if err != nil {
				return err
			}
			out, reports, err := splitOutputs(outs)
			if err != nil {
				return err
			}
			path := out
			if path == "" {
				dir, err := os.MkdirTemp("", "bevote-demo-*")
				if err != nil {
					return cannotWrite(err)
				}
				defer os.RemoveAll(dir)
				path = filepath.Join(dir, example)
			}
			summary, err := c.rehearse(cmd.Context(), example+".bev", rehearsal.Options{Source: src, Seed: seed}, "", path)
			if err != nil {
				return err
			}
			c.printf("%s", summary)
			if out != "" {
				c.printf("the record is in %s: bevote audit %s", out, out)
			}
			return c.audit(cmd.Context(), auditOptions{path: path, outs: reports, asJSON: asJSON})
		},
	}
	cmd.Flags().StringVar(&example, "example", "club_chair", "which example: "+strings.Join(examples.Names(), ", "))
	cmd.Flags().StringVar(&mixing, "mixing", "", "an example whose voters mix their coins, by blind-rsa or by group-blind")
	cmd.Flags().Lookup("mixing").NoOptDefVal = lang.SchemeBlindRSA
	cmd.MarkFlagsMutuallyExclusive("example", "mixing")
	cmd.Flags().Uint64Var(&seed, "seed", 12, "the number that every key and every choice is drawn from")
	cmd.Flags().StringArrayVarP(&outs, "output", "o", nil,
		"keep the record here, a new directory or a .zip; or write the report to this .json, .html or .md file;"+
			" may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

// exampleFor returns the example policy of that name, or the one that shows a
// mixing scheme where one is given.
func exampleFor(example, mixing string) (name string, src []byte, err error) {
	if mixing != "" {
		if example = mixedExamples[mixing]; example == "" {
			return "", nil, usage("no mixing %q; there are blind-rsa and group-blind", mixing)
		}
	}
	if src = examples.Policy(example); src == nil {
		return "", nil, usage("no example %q; there are %s", example, strings.Join(examples.Names(), ", "))
	}
	return example, src, nil
}

// mixedExamples names an example for each mixing scheme.
var mixedExamples = map[string]string{lang.SchemeBlindRSA: "club_mixed", lang.SchemeGroupBlind: "town_mixed"}

// splitOutputs separates the path of the record, of which there is at most
// one, from the names of reports.
func splitOutputs(outs []string) (record string, reports []string, err error) {
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
