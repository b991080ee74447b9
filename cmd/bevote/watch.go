package main

import (
	"context"
	"fmt"

	"bevote/internal/node"
	"bevote/internal/tower"

	"github.com/spf13/cobra"
)

func newWatch(c *console) *cobra.Command {
	var target string
	depth, once := uint32(6), false
	cmd := &cobra.Command{
		Use:     "watch FILE|DIR… --node URL",
		Short:   "send refunds that were signed before, once they are due",
		Long:    helpText("watch"),
		Example: "  bevote watch refunds --node 'bitcoind://127.0.0.1:8332?cookie=.bitcoin/.cookie'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("watch needs files or directories with transactions")
			}
			w, err := tower.Load(args, depth)
			if err != nil {
				return unreadable(shortPathError(err))
			}
			if target == "" {
				return usage("--node: want a node's URL")
			}
			u, err := node.ParseURL(target)
			if err != nil {
				return usage("--node: %w", err)
			}
			return c.watch(cmd.Context(), w, u, once)
		},
	}
	cmd.Flags().StringVar(&target, "node", "", "the URL of a node")
	cmd.Flags().Uint32Var(&depth, "depth", depth, "how many blocks deep a spend is to be")
	cmd.Flags().BoolVar(&once, "once", false, "do what is due now, and end")
	return cmd
}

// watch sends what is due, once a block, until every coin is spent and deep. It exits with 1 where another
// transaction has taken a coin, and with once, where not all is done.
func (c *console) watch(ctx context.Context, w *tower.Tower, u node.URL, once bool) error {
	live := node.NewLive(u, nil, 0, node.Options{})
	defer live.Close()
	said := make(map[string]string)
	trouble := ""
	for {
		s, statuses, err := lookOver(ctx, w, live)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && once {
			return sourceError(err)
		}
		if err != nil && err.Error() != trouble {
			trouble = err.Error()
			c.printf("waiting: %v", err)
		}
		if err == nil {
			trouble = ""
		}
		done, taken := err == nil, false
		for _, x := range statuses {
			if x.Text != said[x.Coin] {
				said[x.Coin] = x.Text
				fmt.Fprintf(c.out, "%s: %s\n", x.Coin, oneLine(x.Text))
			}
			done, taken = done && x.Done, taken || x.Taken
		}
		if done || once {
			return exitCode(map[bool]int{true: codeNo}[taken || !done])
		}
		if err := live.Wait(ctx, s); err != nil {
			return err
		}
	}
}

// lookOver makes a turn of a tower. The snapshot is nil where the node does not give one.
func lookOver(ctx context.Context, w *tower.Tower, live *node.Live) (*node.Snapshot, []tower.Status, error) {
	s, err := live.Snapshot(ctx)
	if err != nil {
		return nil, nil, err
	}
	statuses, err := w.Turn(s)
	if err != nil {
		return nil, nil, err
	}
	return s, statuses, nil
}
