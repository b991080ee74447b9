package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"bevote/internal/chain"
	"bevote/internal/record"
	"bevote/verifier"
	"bevote/verifier/report"

	"github.com/spf13/cobra"
)

func newAudit(c *console) *cobra.Command {
	out, asJSON := "", false
	cmd := &cobra.Command{
		Use:   "audit RECORD",
		Short: "judge a recorded election",
		Long: `Audit replays an election from what was published: the policy, the contract, the
board and the blocks. It trusts nobody who took part, and needs no secret, no
node and no network. Its exit code is the verdict: 0 for a full recount, 20 for
an election that is refuted; docs/audit.md has them all.`,
		Example: "  bevote audit chair\n  bevote audit record.zip -o report.json",
		Args:    takes("RECORD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out != "" && !strings.HasSuffix(out, ".json") {
				return usage("-o %s: a report is written as .json", out)
			}
			r, err := c.audit(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.deliver(r, out, asJSON)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "also write the report to this .json file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}

// audit judges the record at path.
func (c *console) audit(ctx context.Context, path string) (*verifier.Report, error) {
	rec, err := record.Open(path)
	if err != nil {
		return nil, inputError(err)
	}
	defer rec.Close()
	bar := newProgress(c.err)
	defer bar.clear()
	r, err := verifier.Audit(ctx, rec, chain.FromRecord(rec), verifier.Options{Now: time.Now(), Build: build(), Progress: bar.step})
	if err != nil {
		return nil, inputError(err)
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
