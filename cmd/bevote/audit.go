package main

import (
	"context"
	"errors"
	"io/fs"

	"bevote/verifier"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/spf13/cobra"
)

// auditOptions are the arguments of audit.
type auditOptions struct {
	path     string   // of the record
	sources  []string // URLs of nodes
	outs     []string // files for the report
	asJSON   bool
	since    string   // file of an earlier report
	receipts []string // files
	state    string   // file of the state: read before the audit, written after it
	follow   bool
}

func newAudit(c *console) *cobra.Command {
	var a auditOptions
	cmd := &cobra.Command{
		Use:   "audit RECORD",
		Short: "judge a recorded election",
		Long:  helpText("audit"),
		Example: "  bevote audit chair\n  bevote audit record.zip -o report.json -o report.html\n" +
			"  bevote audit chair --source 'bitcoind://127.0.0.1:8332?cookie=.bitcoin/.cookie' \\\n" +
			"    --state chair.state --follow",
		Args: oneArg("RECORD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.path = args[0]
			return c.runAudit(cmd.Context(), a)
		},
	}
	cmd.Flags().StringArrayVarP(&a.outs, "output", "o", nil,
		"also write the report to this .json, .html or .md file; may be repeated")
	cmd.Flags().BoolVar(&a.asJSON, "json", false, "print the report as JSON")
	cmd.Flags().StringArrayVar(&a.sources, "source", nil, "a node's URL, to take the blocks from there")
	cmd.Flags().StringVar(&a.since, "since", "", "an earlier report (.json), which this one must continue")
	cmd.Flags().StringVar(&a.state, "state", "", "a file to go on from, if it is there, and to leave what was seen in")
	cmd.Flags().StringArrayVar(&a.receipts, "receipt", nil, "a receipt of the board's server, to hold against the board; may be repeated")
	cmd.Flags().BoolVar(&a.follow, "follow", false, "go on until the election is over; needs --source and --state")
	return cmd
}

func (c *console) runAudit(ctx context.Context, a auditOptions) error {
	if err := checkReports(a.outs); err != nil {
		return err
	}
	if a.follow {
		return c.follow(ctx, a)
	}
	return c.audit(ctx, a)
}

// audit restores what earlier audits left, audits a record once, and delivers
// the report.
func (c *console) audit(ctx context.Context, a auditOptions) error {
	earlier, err := c.restore(a)
	if err != nil {
		return err
	}
	live, err := dial(ctx, a.sources)
	if err != nil {
		return err
	}
	defer live.close()
	r, err := c.auditOnce(ctx, a.path, live, earlier)
	if err != nil {
		return c.keepPart(err, earlier.State, a)
	}
	return c.deliver(r, earlier.State, a)
}

// auditOnce audits the record at path by its own blocks, or by those of live
// nodes where there are any.
func (c *console) auditOnce(
	ctx context.Context, path string, live nodes, opt verifier.Options,
) (*result.Report, error) {
	rec, err := c.openRecord(path)
	if err != nil {
		return nil, err
	}
	defer rec.Close()
	bar := newProgress(c.err)
	defer bar.clear()
	opt.Build, opt.Progress = build(), bar.step
	src, opt := live.sources(chainfile.FromRecord(rec), opt)
	r, err := verifier.Audit(ctx, rec, src, opt)
	if err != nil {
		return nil, sourceError(err)
	}
	return r, nil
}

// openRecord opens the record at path, and prints which files of macOS or Windows in
// it are not read.
func (c *console) openRecord(path string) (*record.Record, error) {
	rec, err := record.Open(path)
	if err != nil {
		return nil, inputError(err)
	}
	switch n, first := rec.Ignored(); {
	case n == 1:
		c.printf("bevote: %s: ignored %s", path, first)
	case n > 1:
		c.printf("bevote: %s: ignored %s and %d more like it", path, first, n-1)
	}
	return rec, nil
}

// inputError gives an error of the audit its exit code: 65 where the record is
// at fault, otherwise 70.
func inputError(err error) error {
	var input *verifier.InputError
	var format *record.FormatError
	var path *fs.PathError
	switch {
	case errors.As(err, &input), errors.As(err, &format), errors.Is(err, verifier.ErrOtherElection), errors.Is(err, verifier.ErrReceipt):
		return unreadable(err)
	case errors.As(err, &path):
		return unreadable(shortPathError(err))
	}
	return bug(err)
}
