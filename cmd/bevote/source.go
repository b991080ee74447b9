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

// nodes are the live sources of one run.
type nodes []*node.Node

// dial connects to the nodes of the URLs, in order. All URLs are parsed before
// the first connection.
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
		n, err := node.Dial(ctx, u, node.Options{})
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

// sources returns the source and the options of an audit: the nodes where there
// are any, otherwise the record's own blocks.
func (n nodes) sources(src evidence.Source, opt verifier.Options) (evidence.Source, verifier.Options) {
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

// sourceError gives an error of a source its exit code: 30 where a node failed, a
// source cannot be judged by, or the clock is wrong; otherwise that of [inputError].
func sourceError(err error) error {
	var node *node.Error
	var source *evidence.SourceError
	var clock *evidence.ClockError
	if errors.As(err, &node) || errors.As(err, &source) || errors.As(err, &clock) {
		return &exitError{result.ExitUndetermined, err}
	}
	return inputError(err)
}
