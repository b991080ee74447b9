package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/btcsuite/btcd/btcjson"
	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
)

const (
	// pollInterval is the time between two questions for the newest block.
	pollInterval = time.Second
	// longestPause is the longest time between two attempts to reach a node.
	longestPause = time.Minute
	// maxLag is how many blocks a node may lack of the headers that it knows.
	maxLag = 2
)

// Live follows the best chain of one node for as long as a role plays its part. A connection that is lost
// is opened again, and the node must then be of the same network. A chain that has become another, or
// shorter, is what the next snapshot shows: a node may come back without its last blocks and without its
// mempool. For one goroutine, like its snapshots.
type Live struct {
	url   URL
	net   *chaincfg.Params
	from  uint32
	opt   Options
	sleep func(ctx context.Context, d time.Duration) error

	node     *Node // nil while there is no connection
	best     bestChain
	failed   int // attempts since the last snapshot
	searches map[chainhash.Hash]search
}

// NewLive returns a follower of the node of a URL, from the height on where the blocks of interest begin.
// The node must be of the network, or may be of any if that is nil. NewLive does not connect yet.
func NewLive(u URL, net *chaincfg.Params, from uint32, opt Options) *Live {
	l := &Live{url: u, net: net, from: from, opt: opt, sleep: opt.Sleep, searches: make(map[chainhash.Hash]search)}
	if l.sleep == nil {
		l.sleep = sleep
	}
	return l
}

// Close ends the connection.
func (l *Live) Close() {
	if l.node != nil {
		l.node.Close()
		l.node = nil
	}
}

// Snapshot returns the node's best chain as it is now. An error is one line, of a node that cannot be
// reached, is of another network, or lacks blocks whose headers it knows; Wait and ask again. The context
// is that of all that the snapshot asks of the node.
func (l *Live) Snapshot(ctx context.Context) (*Snapshot, error) {
	again := l.node != nil // a connection of before may be lost
	best, err := l.snapshot(ctx)
	if err != nil {
		l.Close()
		if again && ctx.Err() == nil {
			best, err = l.snapshot(ctx)
		}
	}
	if err != nil {
		l.Close()
		l.failed++
		return nil, err
	}
	l.failed, l.best = 0, best
	return &Snapshot{ctx, l, l.node, best}, nil
}

func (l *Live) snapshot(ctx context.Context) (bestChain, error) {
	if l.node == nil {
		if err := l.dial(ctx); err != nil {
			return bestChain{}, err
		}
	}
	best, err := l.node.follow(ctx, l.best, l.from)
	if err == nil {
		err = l.node.complete(ctx)
	}
	return best, l.node.fail(err)
}

// dial connects, and refuses a node of another network.
func (l *Live) dial(ctx context.Context) error {
	n, err := Dial(ctx, l.url, l.opt)
	if err != nil {
		return err
	}
	genesis, err := n.Genesis(ctx)
	if err == nil && l.net != nil && genesis != *l.net.GenesisHash {
		err = n.fail(fmt.Errorf("the node is of another network than %s: its first block is %s", l.net.Name, genesis))
	}
	if err != nil {
		n.Close()
		return err
	}
	l.node = n
	return nil
}

// complete reports a node that has not yet the blocks of the headers that it knows. Where it does not say,
// it is taken to have them.
func (n *Node) complete(ctx context.Context) error {
	answer, err := n.ask(ctx, "getblockchaininfo")
	if hasCode(err, btcjson.ErrRPCMethodNotFound.Code) || errors.Is(err, errForbidden) {
		return nil
	}
	if err != nil {
		return err
	}
	var info struct{ Blocks, Headers int64 }
	if json.Unmarshal(answer, &info) != nil {
		return errors.New("getblockchaininfo: the answer is no object")
	}
	if info.Headers-info.Blocks > maxLag {
		return fmt.Errorf("the node is behind: it has %d blocks of %d", info.Blocks, info.Headers)
	}
	return nil
}

// Wait returns when the node has another newest block than a snapshot, or is lost. Without a snapshot it
// pauses: for a second after the first failure, twice as long after each next one, a minute at most. Its
// one error is the context's.
func (l *Live) Wait(ctx context.Context, s *Snapshot) error {
	if s == nil {
		pause := pollInterval << min(max(l.failed-1, 0), 6)
		return l.sleep(ctx, min(pause, longestPause))
	}
	_, tip := s.Tip()
	for {
		if err := l.sleep(ctx, pollInterval); err != nil {
			return err
		}
		if best, err := s.node.bestHash(ctx); err != nil || best != tip {
			return ctx.Err()
		}
	}
}
