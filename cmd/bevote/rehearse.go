package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"bevote/internal/rehearsal"
	"bevote/verifier/election"
	"bevote/verifier/record"

	"github.com/spf13/cobra"
)

func newRehearse(c *console) *cobra.Command {
	var votes map[string]int
	var seed uint64
	var lies lying
	out, asJSON := "", false
	cmd := &cobra.Command{
		Use:   "rehearse FILE -o DIR|record.zip",
		Short: "play a whole election with stand-in keys",
		Long: `Rehearse plays every role of a policy on an embedded chain: the supervisor, the
candidates, and each voter, who deals, votes and takes part to the end. Every
key is a stand-in drawn from the seed; the same seed gives the same bytes. It
leaves a record that anybody can audit.

` + liesHelp,
		Example: "  bevote rehearse examples/club_chair.bev --votes alice=3,bob=1,abstain=1 --seed 7 -o chair\n" +
			"  bevote rehearse --lies\n  bevote rehearse --lie nonce-reused -o liar",
		Args: lies.takes,
		RunE: func(cmd *cobra.Command, args []string) error {
			if lies.list {
				return c.lies(cmd.Context(), lies.matrix, asJSON)
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
				return c.answer(summary)
			}
			fmt.Fprint(c.out, summary)
			return nil
		},
	}
	cmd.Flags().StringToIntVar(&votes, "votes", nil, "who gets how many votes, as alice=3,bob=1,abstain=1; drawn from the seed if absent")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "the number that every key and every choice is drawn from")
	cmd.Flags().StringVarP(&out, "output", "o", "", "where to leave the record: a new directory, or a .zip")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	lies.flags(cmd)
	return cmd
}

// rehearse plays the policy of the named file, with a lie if one is named, and
// leaves the record at path.
func (c *console) rehearse(ctx context.Context, file string, opt rehearsal.Options, lie, path string) (*rehearsal.Summary, error) {
	play := rehearsal.Run
	if lie != "" {
		l, err := c.lie(lie, opt)
		if err != nil {
			return nil, err
		}
		play = l.Run
	}
	w, err := record.Create(path)
	if err != nil {
		return nil, usage("cannot write: %w", plain(err))
	}
	defer w.Abort()
	bar := newProgress(c.err)
	defer bar.clear()
	opt.Progress, opt.Message = bar.step, func(height uint32, what string) {
		bar.clear()
		c.say("block %5d  %s", height, what)
	}
	summary, err := play(ctx, opt, w)
	if err != nil {
		return nil, c.unplayable(file, opt.Source, err)
	}
	if err := w.Commit(); err != nil {
		return nil, usage("cannot write: %w", plain(err))
	}
	return summary, nil
}

// unplayable tells why there was nothing to play: errors of the policy are
// shown at their places.
func (c *console) unplayable(file string, src []byte, err error) error {
	var policy *election.PolicyError
	var path *fs.PathError
	switch {
	case errors.As(err, &policy):
		return c.refuse(file, src, policy.Diagnostics)
	case errors.Is(err, rehearsal.ErrUnplayable):
		return usage("%s: %w", file, err)
	case errors.As(err, &path):
		return usage("cannot write: %w", plain(err))
	}
	return bug(err)
}
