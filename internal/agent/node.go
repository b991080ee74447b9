package agent

import (
	"context"

	"bevote/internal/node"
)

// live is a node of the network.
type live struct{ *node.Live }

// NewNode returns the node that a follower asks.
func NewNode(l *node.Live) Node { return live{l} }

// Snapshot returns the best chain as it is now.
func (n live) Snapshot(ctx context.Context) (Chain, error) {
	s, err := n.Live.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Wait returns when the node has another newest block than a snapshot, or is lost.
func (n live) Wait(ctx context.Context, c Chain) error {
	s, _ := c.(*node.Snapshot)
	return n.Live.Wait(ctx, s)
}
