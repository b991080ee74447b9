package main

import (
	"context"
	"errors"
	"io/fs"

	"bevote/internal/chain"
	"bevote/internal/record"
	"bevote/verifier"

	"github.com/spf13/cobra"
)

func newAudit(c *console) *cobra.Command {
	asJSON := false
	var outs, sources []string
	cmd := &cobra.Command{
		Use:   "audit RECORD",
		Short: "judge a recorded election",
		Long: `Audit replays an election from what was published: the policy, the contract, the
board and the blocks. It trusts nobody who took part, and needs no secret, no
node and no network. Its exit code is the verdict: 0 for a full recount, 20 for
an election that is refuted; docs/audit.md has them all.

With --source the blocks are a live node's instead of the record's; given twice
or more, all nodes must tell the same. A node that cannot be reached, or that is
lost on the way, ends with 30.

` + sourceHelp,
		Example: "  bevote audit chair\n  bevote audit record.zip -o report.json -o report.html\n" +
			"  bevote audit chair --source 'bitcoind://127.0.0.1:8332?cookie=.bitcoin/.cookie'",
		Args: takes("RECORD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkReports(outs); err != nil {
				return err
			}
			r, err := c.audit(cmd.Context(), args[0], sources)
			if err != nil {
				return err
			}
			return c.deliver(r, outs, asJSON)
		},
	}
	cmd.Flags().StringArrayVarP(&outs, "output", "o", nil, "also write the report to this .json, .html or .md file; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	cmd.Flags().StringArrayVar(&sources, "source", nil, "a node's URL, to take the blocks from there")
	return cmd
}

// audit judges the record at path by its own blocks, or by those of the nodes
// that sources name.
func (c *console) audit(ctx context.Context, path string, sources []string) (*verifier.Report, error) {
	rec, err := record.Open(path)
	if err != nil {
		return nil, inputError(err)
	}
	defer rec.Close()
	live, err := dial(ctx, sources)
	if err != nil {
		return nil, err
	}
	defer live.close()
	bar := newProgress(c.err)
	defer bar.clear()
	src, opt := live.watch(chain.FromRecord(rec), verifier.Options{Build: build(), Progress: bar.step})
	r, err := verifier.Audit(ctx, rec, src, opt)
	if err != nil {
		return nil, sourceError(err)
	}
	return r, nil
}

// inputError tells a record that cannot be read from a bug of ours.
func inputError(err error) error {
	var input *verifier.InputError
	var format *record.FormatError
	var path *fs.PathError
	switch {
	case errors.As(err, &input), errors.As(err, &format):
		return unreadable(err)
	case errors.As(err, &path):
		return unreadable(plain(err))
	}
	return bug(err)
}
