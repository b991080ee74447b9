package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"bevote/internal/boardclient"
	"bevote/internal/boardserver"
	"bevote/internal/durable"
	"bevote/internal/home"
	"bevote/internal/node"
	"bevote/verifier/record"

	"github.com/spf13/cobra"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	listen, source string
	mirror         string
	passphraseFile string
	perAddress     int
}

func newServe(c *console) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve HOME",
		Short: "keep an election's board and serve it",
		Long:  helpText("serve"),
		Example: "  bevote serve board --source 'bitcoind://127.0.0.1:8332?cookie=.cookie'\n" +
			"  bevote serve copy --mirror https://board.example#bvp1… --listen :8790",
		Args: oneArg("home"),
		RunE: func(cmd *cobra.Command, args []string) error { return c.serve(cmd.Context(), args[0], o) },
	}
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:8790", "the address and port to answer on")
	cmd.Flags().StringVar(&o.source, "source", "", "the server's own node, as a URL")
	cmd.Flags().StringVar(&o.mirror, "mirror", "", "copy the board of this link, URL#bvp1…, and forward lines to it")
	cmd.Flags().StringVar(&o.passphraseFile, "passphrase-file", "", "read the passphrase from the first line of this file")
	cmd.Flags().IntVar(&o.perAddress, "per-address", 64, "how many connections one address may have; more behind a proxy")
	return cmd
}

func (c *console) serve(ctx context.Context, dir string, o serveOptions) error {
	switch {
	case (o.source == "") == (o.mirror == ""):
		return usage("serve needs --source NODE, or --mirror LINK")
	case o.perAddress < 1:
		return usage("--per-address %d: at least 1", o.perAddress)
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return usage("--listen: %w", err)
	}
	defer listener.Close()
	if o.mirror != "" {
		return c.serveMirror(ctx, listener, dir, o)
	}
	return c.serveBoard(ctx, listener, dir, o)
}

// serveBoard keeps a board.
func (c *console) serveBoard(ctx context.Context, listener net.Listener, dir string, o serveOptions) error {
	key, err := c.serverKey(dir, o.passphraseFile)
	if err != nil {
		return err
	}
	address, err := os.ReadFile(filepath.Join(dir, "mail.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unreadable(shortPathError(err))
	}
	own, err := dialOwn(ctx, o.source)
	if err != nil {
		return err
	}
	defer func() { own.Close() }()
	s, err := boardserver.Open(ctx, boardserver.Options{Dir: dir, Key: key.Seed.Key("receipts"), Chain: own, Mail: address,
		Message: c.printf, PerAddress: o.perAddress})
	if err != nil {
		return unreadable(shortPathError(err))
	}
	defer s.Close()
	c.printLink(listener, s.Election().Policy.ID())
	c.printf("receipts are signed by pub:%s", s.Key())
	return boardserver.Serve(ctx, listener, s)
}

// ownNode is the server's node. A connection that is lost is made again at the next question
// for changes.
type ownNode struct {
	*node.Node
	source string
	lost   bool
}

// dialOwn connects to the server's node.
func dialOwn(ctx context.Context, source string) (*ownNode, error) {
	n := &ownNode{source: source}
	return n, n.dial(ctx)
}

func (n *ownNode) dial(ctx context.Context) error {
	live, err := dial(ctx, []string{n.source})
	if err == nil {
		n.Node, n.lost = live[0], false
	}
	return err
}

// Changed reports whether the best chain is another one than was read last.
func (n *ownNode) Changed(ctx context.Context) (changed bool, err error) {
	if n.lost {
		return true, n.dial(ctx)
	}
	changed, err = n.Node.Changed(ctx)
	if err != nil {
		n.Close()
		n.lost = true
	}
	return changed, err
}

// serverKey reads the key of a home, which has to be a server's.
func (c *console) serverKey(dir, passphraseFile string) (home.Key, error) {
	h, err := openHome(dir)
	if err != nil {
		return home.Key{}, err
	}
	defer h.Close() // the server locks it again
	key, err := c.readKey(h, passphraseFile)
	if err == nil && key.Role != home.Server {
		err = usage("%s is the home of a %s: a server has a key of its own, which moves no money", dir, key.Role)
	}
	return key, err
}

// serveMirror copies a board.
func (c *console) serveMirror(ctx context.Context, listener net.Listener, dir string, o serveOptions) error {
	url, id, err := boardclient.ParseLink(o.mirror)
	if err != nil {
		return usage("--mirror: %w", err)
	}
	if err := c.fetchElection(ctx, dir, url, id); err != nil {
		return err
	}
	m, err := boardserver.OpenMirror(dir, url, o.perAddress, c.printf)
	if err != nil {
		return unreadable(shortPathError(err))
	}
	defer m.Close()
	if got := m.Election().Policy.ID(); got != id {
		return unreadable(fmt.Errorf("%s is a copy of another election, %s", dir, got))
	}
	c.printLink(listener, id)
	return boardserver.Serve(ctx, listener, m)
}

// fetchElection writes policy and contract of a link into a directory, unless they are there.
func (c *console) fetchElection(ctx context.Context, dir, url, id string) error {
	if _, err := os.Stat(filepath.Join(dir, record.Contract)); err == nil {
		return nil
	}
	_, policy, contract, err := boardclient.Fetch(ctx, nil, url, id)
	if err != nil {
		return unreadable(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cannotWrite(err)
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{record.Policy, policy}, {record.Contract, contract}} {
		if err := durable.WriteFile(filepath.Join(dir, f.name), f.text, 0o644); err != nil {
			return cannotWrite(err)
		}
	}
	return nil
}

// printLink prints what is passed on to voters. Beyond this machine the address is that of
// the proxy in front.
func (c *console) printLink(listener net.Listener, id string) {
	fmt.Fprintf(c.out, "http://%s#%s\n", listener.Addr(), id)
}
