package node

import (
	"context"
	"fmt"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chainhash/v2"
)

// update brings the headers up to the node's best chain.
func (n *Node) update(ctx context.Context) ([][headerSize]byte, error) {
	n.mu.Lock()
	headers := n.headers
	n.mu.Unlock()
	for try := 1; ; try++ {
		longer, linked, err := n.extend(ctx, headers)
		if hasCode(err, btcjson.ErrRPCInvalidParameter) && try < rereads {
			continue // a height is out of range: the chain has become shorter meanwhile
		}
		if err != nil {
			return nil, err
		}
		if linked || try == rereads {
			n.mu.Lock()
			n.headers = longer
			n.mu.Unlock()
			return longer, nil
		}
	}
}

// extend drops the headers that are no longer of the best chain and appends those up to its present
// height. linked reports whether each that was appended names the one before.
func (n *Node) extend(ctx context.Context, headers [][headerSize]byte) (_ [][headerSize]byte, linked bool, err error) {
	tip, err := n.height(ctx)
	if err != nil {
		return nil, false, err
	}
	if headers, err = n.common(ctx, headers, tip); err != nil {
		return nil, false, err
	}
	linked = true
	for len(headers) <= int(tip) {
		var prev chainhash.Hash
		if len(headers) > 0 {
			prev = hashOf(&headers[len(headers)-1])
		}
		more, err := retry(ctx, n, func(ctx context.Context) ([][headerSize]byte, error) {
			return n.rpc.headers(ctx, uint32(len(headers)), tip, prev)
		})
		if err != nil {
			return nil, false, fmt.Errorf("headers from height %d: %w", len(headers), err)
		}
		for i := range more {
			h := headerOf(&more[i])
			linked = linked && h.PrevBlock == prev
			prev = hashOf(&more[i])
		}
		headers = append(headers, more...)
	}
	return headers, linked, nil
}

// common returns the headers that the best chain still has. It steps back by 1, 2, 4, … headers, since
// reorganisations are short.
func (n *Node) common(ctx context.Context, headers [][headerSize]byte, tip uint32) ([][headerSize]byte, error) {
	if len(headers) > int(tip)+1 {
		headers = headers[:tip+1]
	}
	for back := 1; len(headers) > 0; back *= 2 {
		last := len(headers) - 1
		answer, err := n.ask(ctx, "getblockhash", last)
		if err != nil {
			return nil, err
		}
		if hash, err := parseHash(answer); err != nil || hash == hashOf(&headers[last]) {
			return headers[: last+1 : last+1], err // with this capacity append copies: iterators still read the old array
		}
		headers = headers[:max(0, last+1-back)]
	}
	return nil, nil
}
