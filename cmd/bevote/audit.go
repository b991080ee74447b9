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

// auditing is what an audit is asked to do.
type auditing struct {
	path    string   // of the record
	sources []string // URLs of nodes
	outs    []string // files for the report
	asJSON  bool
	since   string // file of an earlier report
	state   string // file to go on from, and to leave
	follow  bool
}

func newAudit(c *console) *cobra.Command {
	var a auditing
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

With --follow it goes on until the election is over, and writes the files of -o
again whenever a block or a board line has come. --state keeps what was seen: a
later audit, also of one that was killed, reads only what is new. A board that
was rewritten since the state, or since the report of --since, is a finding.

` + sourceHelp,
		Example: "  bevote audit chair\n  bevote audit record.zip -o report.json -o report.html\n" +
			"  bevote audit chair --source 'bitcoind://127.0.0.1:8332?cookie=.bitcoin/.cookie' --state chair.state --follow",
		Args: takes("RECORD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.path = args[0]
			return c.runAudit(cmd.Context(), a)
		},
	}
	cmd.Flags().StringArrayVarP(&a.outs, "output", "o", nil, "also write the report to this .json, .html or .md file; may be repeated")
	cmd.Flags().BoolVar(&a.asJSON, "json", false, "print the report as JSON")
	cmd.Flags().StringArrayVar(&a.sources, "source", nil, "a node's URL, to take the blocks from there")
	cmd.Flags().StringVar(&a.since, "since", "", "an earlier report (.json), which this one must continue")
	cmd.Flags().StringVar(&a.state, "state", "", "a file to go on from, if it is there, and to leave what was seen in")
	cmd.Flags().BoolVar(&a.follow, "follow", false, "go on until the election is over; needs --source and --state")
	return cmd
}

func (c *console) runAudit(ctx context.Context, a auditing) error {
	if err := checkReports(a.outs); err != nil {
		return err
	}
	if a.follow {
		return c.follow(ctx, a)
	}
	r, err := c.audit(ctx, a)
	if err != nil {
		return err
	}
	return c.deliver(r, a.outs, a.asJSON)
}

// audit judges a record once.
func (c *console) audit(ctx context.Context, a auditing) (*result.Report, error) {
	earlier, err := c.recall(a)
	if err != nil {
		return nil, err
	}
	live, err := dial(ctx, a.sources)
	if err != nil {
		return nil, err
	}
	defer live.close()
	r, err := c.judge(ctx, a.path, live, earlier)
	if err != nil {
		return nil, err
	}
	return r, keep(a.state, earlier.State)
}

// judge judges the record at path by its own blocks, or by those of live nodes.
func (c *console) judge(ctx context.Context, path string, live nodes, opt verifier.Options) (*result.Report, error) {
	rec, err := record.Open(path)
	if err != nil {
		return nil, inputError(err)
	}
	defer rec.Close()
	bar := newProgress(c.err)
	defer bar.clear()
	opt.Build, opt.Progress = build(), bar.step
	src, opt := live.watch(chainfile.FromRecord(rec), opt)
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
	case errors.As(err, &input), errors.As(err, &format), errors.Is(err, verifier.ErrOtherElection):
		return unreadable(err)
	case errors.As(err, &path):
		return unreadable(plain(err))
	}
	return bug(err)
}
