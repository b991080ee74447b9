// Package node reads a chain from a live node: btcd by websocket, bitcoind by
// HTTP.
//
// It promises an [evidence.Source] that names the node in its errors, takes
// bounded memory whatever the node answers, and gives up where the node's chain
// changes while it is read.
package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"bevote/verifier/evidence"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

var _ evidence.Source = (*Node)(nil)

const (
	// inFlight is how many blocks are asked for ahead of the one in use.
	inFlight = 8
	// patience is how long a node may take for one answer.
	patience = time.Minute
	// rereads is how often headers are read again when the chain changes
	// meanwhile. After that they are taken as they come: a node that insists on
	// headers without a link is the auditor's to judge.
	rereads = 3
)

// headerSize is the length of a header, in bytes.
const headerSize = wire.MaxBlockHeaderPayload

// Node is a live node as a source. It shows the best chain as it was when
// Headers was last called: Blocks then yields the blocks of just those headers,
// also if the node has followed a reorganisation since. It keeps 80 bytes a
// block. Its errors are *NodeError, or the context's.
type Node struct {
	name string
	rpc  rpc

	mu      sync.Mutex
	headers [][headerSize]byte // of the best chain when last asked
}

// rpc is what is asked of a node, over websocket or HTTP.
type rpc interface {
	// call asks one question. It may be called several times at once.
	call(ctx context.Context, method string, params ...any) (json.RawMessage, error)
	// headers returns headers of the best chain from a height on, at least one
	// and none above the height to; prev is the hash before the first.
	headers(ctx context.Context, from, to uint32, prev chainhash.Hash) ([][headerSize]byte, error)
	close()
}

// Error says that a node could not be reached, or did not answer as a node
// does. It holds no password.
type Error struct {
	Node string // the URL without its secrets
	Err  error
}

func (e *Error) Error() string { return e.Node + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Dial connects to the node and asks it for its height once, so that a wrong
// password shows at once.
func Dial(ctx context.Context, u URL) (*Node, error) {
	connect := dialBtcd
	if u.scheme == schemeBitcoind {
		connect = dialBitcoind
	}
	n := &Node{name: u.String()}
	var err error
	if n.rpc, err = connect(ctx, u); err != nil {
		return nil, n.fail(err)
	}
	if _, err := n.height(ctx); err != nil {
		n.rpc.close()
		return nil, n.fail(err)
	}
	return n, nil
}

// Close ends the connection.
func (n *Node) Close() { n.rpc.close() }

// fail names the node, except in a cancellation, which is not its fault.
func (n *Node) fail(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", patience)
	}
	return &Error{Node: n.name, Err: err}
}

// Evidence is the class of absence claims that whole blocks support.
func (n *Node) Evidence() string { return "whole blocks (" + n.name + ")" }

// First is genesis; a node that has pruned its first blocks says so when they
// are asked for.
func (n *Node) First(context.Context) (uint32, error) { return 0, nil }

// Headers looks at the best chain anew and yields its headers from genesis.
func (n *Node) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return func(yield func(*wire.BlockHeader, error) bool) {
		headers, err := n.look(ctx)
		if err != nil {
			yield(nil, n.fail(err))
			return
		}
		for i := range headers {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			h := headerOf(&headers[i])
			if !yield(&h, nil) {
				return
			}
		}
	}
}

// Blocks yields the blocks of the headers last seen, several being fetched
// ahead.
func (n *Node) Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return func(yield func(*wire.MsgBlock, error) bool) {
		n.mu.Lock()
		headers := n.headers
		n.mu.Unlock()
		if headers == nil {
			var err error
			if headers, err = n.look(ctx); err != nil {
				yield(nil, n.fail(err))
				return
			}
		}
		blocks := inOrder(ctx, inFlight, from, uint32(len(headers)), func(ctx context.Context, height uint32) (*wire.MsgBlock, error) {
			return n.block(ctx, hashOf(&headers[height]))
		})
		for b, err := range blocks {
			if !yield(b, n.fail(err)) || err != nil {
				return
			}
		}
	}
}

// Changed tells whether the node's best block is another one than the last of
// the headers last seen.
func (n *Node) Changed(ctx context.Context) (bool, error) {
	n.mu.Lock()
	headers := n.headers
	n.mu.Unlock()
	answer, err := n.ask(ctx, "getbestblockhash")
	if err != nil {
		return false, n.fail(err)
	}
	best, err := parseHash(answer)
	if err != nil {
		return false, n.fail(fmt.Errorf("getbestblockhash: %w", err))
	}
	return len(headers) == 0 || best != hashOf(&headers[len(headers)-1]), nil
}

// height asks for the height of the best chain.
func (n *Node) height(ctx context.Context) (uint32, error) {
	answer, err := n.ask(ctx, "getblockcount")
	if err != nil {
		return 0, err
	}
	var height uint32
	if json.Unmarshal(answer, &height) != nil || height >= record.MaxHeaders/headerSize {
		return 0, errors.New("getblockcount: the answer is no height")
	}
	return height, nil
}

// block fetches a block by its hash.
func (n *Node) block(ctx context.Context, hash chainhash.Hash) (*wire.MsgBlock, error) {
	answer, err := n.ask(ctx, "getblock", hash.String(), 0)
	if err != nil {
		return nil, err
	}
	raw, err := parseHex(answer)
	if err != nil {
		return nil, fmt.Errorf("getblock: %w", err)
	}
	b, err := evidence.DecodeBlock(raw)
	if err != nil {
		return nil, fmt.Errorf("getblock: %w", err)
	}
	return b, nil
}

// ask is one call, within the time that an answer may take.
func (n *Node) ask(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := n.rpc.call(ctx, method, params...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	return answer, nil
}
