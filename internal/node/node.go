// Package node reads a chain from a live node: btcd over a websocket, bitcoind over HTTP.
//
// [Node] is an [evidence.Source]. Its errors name the node and hold no password. Its blocks are those of
// the headers that it last yielded, even after a reorganisation. No answer of a node makes it use
// unbounded memory.
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

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

var _ evidence.Source = (*Node)(nil)

const (
	// inFlight is how many blocks are requested ahead of the one in use.
	inFlight = 8
	// timeout is how long a node may take for one answer.
	timeout = time.Minute
	// rereads is how often headers are read again if the chain changes meanwhile. After that they
	// are returned as they are: the audit finds headers that do not link.
	rereads = 3
	// maxHeight is the height that a best chain may have, 76 years of blocks. It bounds the headers
	// that are kept to 320 MB.
	maxHeight = 4_000_000 - 1
)

// headerSize is the size of a header in bytes.
const headerSize = wire.MaxBlockHeaderPayload

// Node is a live node as a source. It shows the best chain as of the last call of Headers: Blocks
// yields the blocks of those headers, even after a reorganisation. It keeps 80 bytes a block. Its
// errors are [*Error], or the context's.
type Node struct {
	name  string
	rpc   rpc
	sleep func(ctx context.Context, d time.Duration) error

	mu   sync.Mutex
	best bestChain // from genesis, as of the last update
}

// rpc is a node's JSON-RPC interface, over a websocket or HTTP.
type rpc interface {
	// call makes one call and returns its result. Several may run at once.
	call(ctx context.Context, method string, params ...any) (json.RawMessage, error)
	// headers returns headers of the best chain from a height on, at least one and none above the
	// height to. prev is the hash of the header before the first.
	headers(ctx context.Context, from, to uint32, prev chainhash.Hash) ([][headerSize]byte, error)
	close()
}

// Error is the error of a node that could not be reached or gave a malformed answer. It holds no
// password.
type Error struct {
	Node string // the URL without its secrets
	Err  error
}

// Error names the node and the cause.
func (e *Error) Error() string { return e.Node + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Dial connects to the node and asks for its height, so that a wrong password shows at once. A node that
// is busy or still starting is asked again for half a minute, here and in all later calls.
func Dial(ctx context.Context, u URL, opt Options) (*Node, error) {
	connect := dialBtcd
	if u.scheme == schemeBitcoind {
		connect = dialBitcoind
	}
	n := &Node{name: u.String(), sleep: opt.Sleep}
	if n.sleep == nil {
		n.sleep = sleep
	}
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

// fail adds the node's name to an error, except to a cancellation.
func (n *Node) fail(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", timeout)
	}
	return &Error{Node: n.name, Err: err}
}

// Evidence returns what the source shows, with the node's name.
func (n *Node) Evidence() string { return "whole blocks (" + n.name + ")" }

// Name returns the URL without its secrets.
func (n *Node) Name() string { return n.name }

// Genesis asks for the hash of the first block, which identifies the network.
func (n *Node) Genesis(ctx context.Context) (chainhash.Hash, error) {
	hash, err := n.hashAt(ctx, 0)
	return hash, n.fail(err)
}

// First returns 0, genesis. A node that has pruned its first blocks fails when they are read.
func (n *Node) First(context.Context) (uint32, error) { return 0, nil }

// Headers asks for the best chain and yields its headers from genesis.
func (n *Node) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return func(yield func(*wire.BlockHeader, error) bool) {
		best, err := n.update(ctx)
		if err != nil {
			yield(nil, n.fail(err))
			return
		}
		for i := range best.headers {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			h := headerOf(&best.headers[i])
			if !yield(&h, nil) {
				return
			}
		}
	}
}

// Blocks yields the blocks of the headers of the last update, from a height on. Several are fetched
// ahead.
func (n *Node) Blocks(ctx context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return func(yield func(*wire.MsgBlock, error) bool) {
		n.mu.Lock()
		best := n.best
		n.mu.Unlock()
		if best.headers == nil {
			var err error
			if best, err = n.update(ctx); err != nil {
				yield(nil, n.fail(err))
				return
			}
		}
		for b, err := range n.blocks(ctx, best, from) {
			if !yield(b, n.fail(err)) || err != nil {
				return
			}
		}
	}
}

// blocks yields the blocks of a chain from a height on. Several are fetched ahead.
func (n *Node) blocks(ctx context.Context, c bestChain, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return inOrder(ctx, inFlight, from, c.end(), func(ctx context.Context, height uint32) (*wire.MsgBlock, error) {
		return n.block(ctx, c.hash(height))
	})
}

// Changed reports whether the node's best block differs from the last header of the last update.
func (n *Node) Changed(ctx context.Context) (bool, error) {
	n.mu.Lock()
	last := n.best
	n.mu.Unlock()
	best, err := n.bestHash(ctx)
	if err != nil {
		return false, n.fail(err)
	}
	return len(last.headers) == 0 || best != last.hash(last.end()-1), nil
}

// Call makes a call that has no method here, and returns its result.
func (n *Node) Call(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	answer, err := n.ask(ctx, method, params...)
	return answer, n.fail(err)
}

// height asks for the height of the best chain.
func (n *Node) height(ctx context.Context) (uint32, error) {
	answer, err := n.ask(ctx, "getblockcount")
	if err != nil {
		return 0, err
	}
	var height uint32
	if json.Unmarshal(answer, &height) != nil || height > maxHeight {
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
	if err := evidence.CheckWitnesses(b); err != nil {
		return nil, fmt.Errorf("getblock: the node %w", err)
	}
	return b, nil
}

// ask makes one call, within the timeout, and repeats it while the node is busy.
func (n *Node) ask(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	answer, err := retry(ctx, n, func(ctx context.Context) (json.RawMessage, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return n.rpc.call(ctx, method, params...)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	return answer, nil
}
