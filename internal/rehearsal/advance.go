package rehearsal

import (
	"errors"
	"sync"

	"bevote/internal/cores"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// Advance mines until the tip is at height. Every role sees every block.
func (p *Play) Advance(height uint32) error {
	from, _ := p.Chain.Tip()
	for tip := from; tip < height; tip++ {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if p.Hooks.Block != nil {
			if err := p.Hooks.Block(tip + 1); err != nil {
				return err
			}
		}
		if err := p.show(tip); err != nil {
			return err
		}
		if err := p.Chain.Mine(1); err != nil {
			return err
		}
		if err := p.show(tip + 1); err != nil {
			return err
		}
		if height-from > 10 {
			p.progress("blocks", int(tip+1-from), int(height-from))
		}
	}
	return nil
}

// show shows the newest block, at height, to every role, unless they have seen it. It may be in the
// place of one that they have seen.
func (p *Play) show(height uint32) error {
	hash, err := p.Chain.HashAt(height)
	if err != nil || height == 0 || p.shown[height] == hash {
		return err
	}
	block, err := p.Chain.Block(height)
	if err != nil {
		return err
	}
	if _, displaced := p.shown[height]; displaced {
		p.Supervisor.Rewind(height)
		if p.Exchange != nil {
			p.Exchange.rewind(height)
		}
	}
	p.shown[height] = hash
	p.Supervisor.Watch(height, block)
	if p.Exchange != nil {
		p.Exchange.watch(height, block)
	}
	return nil
}

// deepen mines until the block at height has the policy's depth d, at most up
// to the block before latest: tip = min(height + d − 1, latest − 1).
func (p *Play) deepen(height, latest uint32) error {
	return p.Advance(min(height+p.Policy.Depth()-1, latest-1))
}

// closePhase anchors the board in the first block after the height of a phase, with what
// the supervisor writes at the phase's end. The anchor of a kind of package election
// closes a phase.
func (p *Play) closePhase(kind int, by uint32, write func() error) error {
	if err := p.Advance(by); err != nil {
		return err
	}
	if write != nil {
		if err := write(); err != nil {
			return err
		}
	}
	if p.Hooks.Anchor != nil {
		if closed, err := p.Hooks.Anchor(kind, by+1); closed || err != nil {
			return err
		}
	}
	return p.Anchor(by+1, p.Log.Head())
}

// Anchor has the supervisor make the anchor that is owed next, with a head, the hash of a
// board line, in the block at height.
func (p *Play) Anchor(height uint32, head [32]byte) error {
	if err := p.Advance(height - 1); err != nil {
		return err
	}
	r, err := p.Replay()
	if err != nil {
		return err
	}
	if err := p.Supervisor.Anchor(r, head); err != nil {
		return err
	}
	return p.Advance(height)
}

// closing returns what the board establishes if the next anchor committed to all of it,
// and the replay of the chain.
func (p *Play) closing() (*election.Setup, *election.Replay, error) {
	r, err := p.Replay()
	if err != nil {
		return nil, nil, err
	}
	_, due, owed := r.NextAnchor()
	if !owed {
		return nil, nil, errors.New("no anchor is owed")
	}
	return p.Election.Setup(p.Log.Lines(), p.sequence(r, 0).Closing(due, p.Log.Head())), r, nil
}

// Append appends lines to the board in their order, each as the hook Line
// returns it. The board's server takes no voucher that is not valid or too many.
func (p *Play) Append(lines ...board.Line) error {
	for _, l := range lines {
		published := []board.Line{l}
		if p.Hooks.Line != nil {
			var err error
			if published, err = p.Hooks.Line(l); err != nil {
				return err
			}
		}
		for _, l := range published {
			if refused, err := p.refuses(l); refused || err != nil {
				if err != nil {
					return err
				}
				continue
			}
			add := p.Log.Append
			if p.Hooks.Blind {
				add = p.Log.AppendUnverified
			}
			if err := add(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendLine is [Play.Append] for the two results of a role's method.
func (p *Play) appendLine(l board.Line, err error) error {
	if err != nil {
		return err
	}
	return p.Append(l)
}

// appendLines is [Play.appendLine] for several lines.
func (p *Play) appendLines(lines []board.Line, err error) error {
	if err != nil {
		return err
	}
	return p.Append(lines...)
}

// Replay returns a replay of the board and of the blocks from the announcement
// to the tip.
func (p *Play) Replay() (*election.Replay, error) {
	tip, _ := p.Chain.Tip()
	return p.Election.Follow(p.Log.Lines(), func(r *election.Replay) election.Sequence { return p.sequence(r, tip) }, func(r *election.Replay) error {
		for h := min(p.Times.Announce, tip); h <= tip; h++ {
			block, err := p.Chain.Block(h)
			if err != nil {
				return err
			}
			r.Block(h, block)
		}
		return nil
	})
}

// sequence returns the anchors of a replay, on the play's chain.
func (p *Play) sequence(r *election.Replay, complete uint32) election.Sequence {
	return r.Sequence(complete).On(func(height uint32) (chainhash.Hash, bool) {
		hash, err := p.Chain.HashAt(height)
		return hash, err == nil
	})
}

// readBoard computes what board and anchors establish so far. All roles share
// the result.
func (p *Play) readBoard() error {
	r, err := p.Replay()
	if err != nil {
		return err
	}
	tip, _ := p.Chain.Tip()
	p.Setup = p.Election.Setup(p.Log.Lines(), p.sequence(r, tip))
	p.ended = p.Setup.Ended
	return nil
}

func (p *Play) progress(stage string, done, total int) {
	if p.opt.Progress != nil {
		p.opt.Progress(stage, done, total)
	}
}

// parallel does work for 0 … n−1 on all cores and returns the error of the
// smallest index, or the context's.
func (p *Play) parallel(stage string, n int, work func(i int) error) error {
	errs := make([]error, n)
	done := 0
	var mu sync.Mutex // guards done
	cores.Each(n, func(i int) {
		if p.ctx.Err() != nil {
			return
		}
		errs[i] = work(i)
		mu.Lock()
		defer mu.Unlock()
		done++
		p.progress(stage, done, n)
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return p.ctx.Err()
}
