package main

import (
	"context"
	"errors"
	"fmt"

	"bevote/internal/rehearsal"
	"bevote/verifier/election"
	"bevote/verifier/record"

	"github.com/spf13/cobra"
)

func newRehearse(c *console) *cobra.Command {
	var votes map[string]int
	var seed uint64
	var lies lieFlags
	out, asJSON := "", false
	cmd := &cobra.Command{
		Use:   "rehearse FILE -o DIR|record.zip",
		Short: "play a whole election with stand-in keys",
		Long:  helpText("rehearse"),
		Example: "  bevote rehearse examples/club_chair.bev --votes alice=3,bob=1,abstain=1 --seed 7 -o chair\n" +
			"  bevote rehearse --lies\n  bevote rehearse --lie nonce-reused -o liar",
		Args: lies.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if lies.list {
				return c.listLies(cmd.Context(), lies.matrix, asJSON)
			}
			if out == "" {
				return usage("rehearse needs -o DIR or -o record.zip")
			}
			file, opt := "the lie's own election", rehearsal.Options{Seed: seed, Votes: votes}
			if len(args) > 0 {
				var err error
				file = args[0]
				if opt.Source, err = c.read(file); err != nil {
					return err
				}
			}
			summary, err := c.rehearse(cmd.Context(), file, opt, lies.name, out)
			if err != nil {
				return err
			}
			if asJSON {
				return c.printJSON(summary)
			}
			fmt.Fprint(c.out, summary)
			return nil
		},
	}
	cmd.Flags().StringToIntVar(&votes, "votes", nil,
		"who gets how many votes, as alice=3,bob=1,abstain=1; drawn from the seed if absent")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "the number that every key and every choice is drawn from")
	cmd.Flags().StringVarP(&out, "output", "o", "", "where to leave the record: a new directory, or a .zip")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	lies.add(cmd)
	return cmd
}

// rehearse plays the policy in opt, with a lie if one is named, and writes the
// record to path. Messages call the policy by the file's name.
func (c *console) rehearse(
	ctx context.Context, file string, opt rehearsal.Options, lie, path string,
) (*rehearsal.Summary, error) {
	play := rehearsal.Run
	if lie != "" {
		l, err := c.announceLie(lie, opt)
		if err != nil {
			return nil, err
		}
		play = l.Run
	}
	w, err := record.Create(path)
	if err != nil {
		return nil, cannotWrite(err)
	}
	defer w.Abort()
	bar := newProgress(c.err)
	defer bar.clear()
	opt.Progress, opt.Message = bar.step, func(height uint32, what string) {
		bar.clear()
		c.printf("block %5d  %s", height, what)
	}
	summary, err := play(ctx, opt, w)
	if err != nil {
		return nil, c.rehearsalError(file, opt.Source, err)
	}
	if err := w.Commit(); err != nil {
		return nil, cannotWrite(err)
	}
	return summary, nil
}

// rehearsalError gives an error of a rehearsal its exit code. Errors of the
// policy are printed at their places.
func (c *console) rehearsalError(file string, src []byte, err error) error {
	var policy *election.PolicyError
	switch {
	case errors.As(err, &policy):
		return c.invalidPolicy(file, src, policy.Diagnostics)
	case errors.Is(err, rehearsal.ErrUnplayable):
		return usage("%s: %w", file, err)
	case isWriteError(err):
		return cannotWrite(err)
	}
	return bug(err)
}
