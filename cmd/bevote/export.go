package main

import (
	"context"
	"errors"
	"io"

	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"

	"github.com/spf13/cobra"
)

func newExport(c *console) *cobra.Command {
	out, proofs := "", false
	var source string
	cmd := &cobra.Command{
		Use:     "export RECORD -o DIR|record.zip",
		Short:   "add the chain's evidence to a record",
		Long:    helpText("export"),
		Example: "  bevote export chair --source 'bitcoind://127.0.0.1:8332?cookie=.bitcoin/.cookie' -o record.zip",
		Args:    oneArg("RECORD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usage("export needs -o DIR or -o record.zip")
			}
			if err := c.export(cmd.Context(), args[0], source, proofs, out); err != nil {
				return err
			}
			c.printf("wrote %s: bevote audit %s", out, out)
			return nil
		},
	}
	cmd.Flags().StringVar(&source, "source", "", "a node's URL, to take headers and blocks from there")
	cmd.Flags().BoolVar(&proofs, "proofs", false, "transactions with merkle proofs instead of whole blocks")
	cmd.Flags().StringVarP(&out, "output", "o", "", "where to leave the record: a new directory, or a .zip")
	return cmd
}

// export writes the record at path, with the chain's evidence, to out.
func (c *console) export(ctx context.Context, path, source string, proofs bool, out string) error {
	rec, err := c.openRecord(path)
	if err != nil {
		return err
	}
	defer rec.Close()
	src := chainfile.FromRecord(rec)
	if source != "" {
		live, err := dial(ctx, []string{source})
		if err != nil {
			return err
		}
		defer live.close()
		src = live[0]
	}
	w, err := record.Create(out)
	if err != nil {
		return cannotWrite(err)
	}
	defer w.Abort()
	for _, name := range []string{record.Policy, record.Contract, record.Board} {
		if err := copyFile(w, rec, name); err != nil {
			return exportError(err)
		}
	}
	bar := newProgress(c.err)
	defer bar.clear()
	bar.step("reading the chain", 0, 0)
	if err := exportChain(ctx, w, rec, src, proofs); err != nil {
		return exportError(err)
	}
	if err := w.Commit(); err != nil {
		return cannotWrite(err)
	}
	return nil
}

// exportChain writes the chain files.
func exportChain(ctx context.Context, w *record.Writer, rec *record.Record, src evidence.Source, proofs bool) error {
	if proofs {
		return chainfile.ExportProofs(ctx, w, src, verifier.Sightings(ctx, rec, src))
	}
	first := uint32(0)
	for s, err := range verifier.Sightings(ctx, rec, src) {
		if err != nil {
			return err
		}
		if first == 0 {
			first = s.Height
		}
		if len(s.At) > 0 { // the announcement
			return chainfile.Export(ctx, w, src, first)
		}
	}
	return verifier.ErrNotAnnounced
}

func copyFile(w *record.Writer, rec *record.Record, name string) error {
	in, err := rec.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	to, err := w.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, in); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}

// exportError gives an error of an export its exit code: 1 for a chain without
// the election, 73 for an output that cannot be written, otherwise that of
// [sourceError].
func exportError(err error) error {
	var output *record.WriteError
	switch {
	case errors.Is(err, verifier.ErrNotAnnounced):
		return &exitError{codeNo, err}
	case errors.As(err, &output):
		return cannotWrite(err)
	}
	return sourceError(err)
}
