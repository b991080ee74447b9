package main

import (
	"context"
	"errors"
	"time"

	"bevote/internal/node"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/result"
)

// sourceHelp explains the URLs of nodes, for every command that takes them.
const sourceHelp = `A live node is named by a URL:

  btcd://USER:PASSWORD@HOST:PORT?cert=FILE   websocket over TLS; FILE is its rpc.cert
  bitcoind://HOST:PORT?cookie=FILE           HTTP; FILE is the .cookie in its data directory
  bitcoind://USER:PASSWORD@HOST:PORT         HTTP, with rpcuser or rpcauth

Passwords are never printed; in one, write %40 for @, %3A for : and %2F for /.`

// nodes are the live sources of one run.
type nodes []*node.Node

// dial connects to the nodes that the URLs name.
func dial(ctx context.Context, urls []string) (nodes, error) {
	parsed := make([]node.URL, len(urls))
	for i, text := range urls {
		var err error
		if parsed[i], err = node.ParseURL(text); err != nil {
			return nil, usage("--source: %w", err)
		}
	}
	var out nodes
	for _, u := range parsed {
		n, err := node.Dial(ctx, u)
		if err != nil {
			out.close()
			return nil, sourceError(err)
		}
		out = append(out, n)
	}
	return out, nil
}

func (n nodes) close() {
	for _, node := range n {
		node.Close()
	}
}

// watch points an audit at the nodes, if there are any, instead of the record.
func (n nodes) watch(src evidence.Source, opt verifier.Options) (evidence.Source, verifier.Options) {
	opt.Now = time.Now()
	if len(n) == 0 {
		return src, opt
	}
	opt.Live = true
	for _, node := range n[1:] {
		opt.Also = append(opt.Also, node)
	}
	return n[0], opt
}

// sourceError tells a node that fails from a record that cannot be read.
func sourceError(err error) error {
	var node *node.Error
	if errors.As(err, &node) {
		return &exit{result.ExitUndetermined, err}
	}
	return inputError(err)
}
