package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"bevote/internal/devnet"
	"bevote/internal/node"
	"bevote/lang"

	"github.com/spf13/cobra"
)

func newDevnet(c *console) *cobra.Command {
	var dir, listen string
	var every time.Duration
	cmd := &cobra.Command{
		Use:     "devnet -o DIR",
		Short:   "a chain of your own, to try elections on",
		Long:    helpText("devnet"),
		Example: "  bevote devnet -o chain\n  bevote devnet fund pub:KEY 1000000 --node 'bitcoind://127.0.0.1:18443?cookie=chain/.cookie'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				return usage("devnet needs -o DIR")
			}
			if every < 0 {
				return usage("--every: want a time such as 3s, or 0 for blocks on demand")
			}
			return c.devnet(cmd.Context(), dir, listen, every)
		},
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "", "where the chain is kept: a directory")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:18443", "where it is served")
	cmd.Flags().DurationVar(&every, "every", 3*time.Second, "the time between two blocks; 0 mines on demand alone")
	cmd.AddCommand(newFund(c), newMine(c))
	return cmd
}

// devnet keeps and serves a chain until the context ends.
func (c *console) devnet(ctx context.Context, dir, listen string, every time.Duration) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return usage("--listen: %w", err)
	}
	defer l.Close()
	d, err := devnet.Open(dir, devnet.Options{Random: rand.Reader, Now: time.Now})
	if err != nil {
		return &exitError{codeOutput, err}
	}
	defer d.Close()
	height, _, _ := d.Tip()
	fmt.Fprintf(c.out, "bitcoind://%s?cookie=%s\n", l.Addr(), cookieOption(dir))
	c.printf("block %d; the money of this chain is worth nothing", height)
	if host, _, _ := net.SplitHostPort(l.Addr().String()); !net.ParseIP(host).IsLoopback() {
		c.printf("served to the network in clear text: who has user and password can take blocks back")
	}
	err = d.Run(ctx, l, every, func(height uint32, txs int) {
		if txs > 0 {
			c.printf("block %d: %d transactions", height, txs)
		}
	})
	if err != nil {
		return &exitError{codeOutput, err}
	}
	return nil
}

// cookieOption is the path of a devnet's cookie from everywhere, as a node's URL writes it.
func cookieOption(dir string) string {
	path := filepath.Join(dir, devnet.CookieFile)
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return strings.ReplaceAll(url.QueryEscape(filepath.ToSlash(path)), "%2F", "/")
}

func newFund(c *console) *cobra.Command {
	var target string
	cmd := &cobra.Command{
		Use:     "fund ADDRESS|pub:KEY SATS",
		Short:   "pay from the chain's own money",
		Example: "  bevote devnet fund pub:KEY 1000000 --node 'bitcoind://127.0.0.1:18443?cookie=chain/.cookie'",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			sats, err := strconv.ParseUint(args[1], 10, 51)
			if err != nil || sats == 0 {
				return usage("fund: want a number of satoshis, got %s", args[1])
			}
			coins := json.Number(fmt.Sprintf("%d.%08d", sats/1e8, sats%1e8))
			answer, err := callDevnet(cmd.Context(), target, "sendtoaddress", args[0], coins)
			if err != nil {
				return err
			}
			return c.printStrings(answer)
		},
	}
	addNodeFlag(cmd, &target)
	return cmd
}

func newMine(c *console) *cobra.Command {
	var target string
	cmd := &cobra.Command{
		Use:     "mine [N]",
		Short:   "add N blocks, one without N",
		Example: "  bevote devnet mine 6 --node 'bitcoind://127.0.0.1:18443?cookie=chain/.cookie'",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n := 1
			if len(args) > 0 {
				var err error
				if n, err = strconv.Atoi(args[0]); err != nil || n < 1 {
					return usage("mine: want a number of blocks, got %s", args[0])
				}
			}
			answer, err := callDevnet(cmd.Context(), target, "generatetoaddress", n)
			if err != nil {
				return err
			}
			return c.printStrings(answer)
		},
	}
	addNodeFlag(cmd, &target)
	return cmd
}

func addNodeFlag(cmd *cobra.Command, target *string) {
	cmd.Flags().StringVar(target, "node", "", "the devnet's URL, as it prints it")
}

// callDevnet makes one call of a node on regtest: on other networks the same call would move money.
func callDevnet(ctx context.Context, target, method string, params ...any) (json.RawMessage, error) {
	if target == "" {
		return nil, usage("--node: want the URL that devnet prints")
	}
	u, err := node.ParseURL(target)
	if err != nil {
		return nil, usage("--node: %w", err)
	}
	n, err := node.Dial(ctx, u, node.Options{})
	if err != nil {
		return nil, sourceError(err)
	}
	defer n.Close()
	genesis, err := n.Genesis(ctx)
	if err == nil && genesis != *lang.Params("regtest").GenesisHash {
		err = &node.Error{Node: n.Name(), Err: errors.New("not a regtest node")}
	}
	if err != nil {
		return nil, sourceError(err)
	}
	answer, err := n.Call(ctx, method, params...)
	if err != nil {
		return nil, sourceError(err)
	}
	return answer, nil
}

// printStrings prints a result that is a string or a list of them, one a line.
func (c *console) printStrings(answer json.RawMessage) error {
	var all []string
	var one string
	if json.Unmarshal(answer, &one) == nil {
		all = []string{one}
	} else if err := json.Unmarshal(answer, &all); err != nil {
		return bug(err)
	}
	for _, text := range all {
		fmt.Fprintln(c.out, oneLine(text))
	}
	return nil
}
