package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"

	"bevote/internal/chain"
	"bevote/internal/record"
	"bevote/verifier"
	"bevote/verifier/report"

	"github.com/spf13/cobra"
)

func newAudit(c *console) *cobra.Command {
	out, asJSON := "", false
	var sources []string
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
		Example: "  bevote audit chair\n  bevote audit record.zip -o report.json\n" +
			"  bevote audit chair --source 'bitcoind://127.0.0.1:8332?cookie=.bitcoin/.cookie'",
		Args: takes("RECORD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out != "" && !strings.HasSuffix(out, ".json") {
				return usage("-o %s: a report is written as .json", out)
			}
			r, err := c.audit(cmd.Context(), args[0], sources)
			if err != nil {
				return err
			}
			return c.deliver(r, out, asJSON)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "also write the report to this .json file")
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

// deliver shows and writes a report, and ends with its code.
func (c *console) deliver(r *verifier.Report, out string, asJSON bool) error {
	var encoded bytes.Buffer
	if err := report.JSON(&encoded, r); err != nil {
		return bug(err)
	}
	if out != "" {
		if err := write(out, encoded.Bytes()); err != nil {
			return err
		}
		c.say("wrote %s", out)
	}
	if asJSON {
		if _, err := c.out.Write(encoded.Bytes()); err != nil {
			return bug(err)
		}
		return ends(r.Exit)
	}
	if err := report.Text(c.out, r); err != nil {
		return bug(err)
	}
	return ends(r.Exit)
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
