package rehearsal

import (
	"fmt"
	"sync"

	"bevote/internal/cores"
	"bevote/internal/relay"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
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

// Anchor has the supervisor make the anchor that is owed next, with a head, the hash of a
// board line, in the block at height.
func (p *Play) Anchor(height uint32, head [32]byte) error {
	if err := p.Advance(height - 1); err != nil {
		return err
	}
	v, err := p.Look()
	if err != nil {
		return err
	}
	tx, err := p.Supervisor.Anchor(v.Replay, head)
	if err != nil {
		return err
	}
	if err := p.send("anchor", tx); err != nil {
		return err
	}
	return p.Advance(height)
}

// Announce has the supervisor announce the election, with a head that is the hash of the board's first
// line where the supervisor is honest.
func (p *Play) Announce(head [32]byte) error {
	tx, err := p.Supervisor.Announcement(head)
	if err != nil {
		return err
	}
	return p.send("announcement", tx)
}

// send sends a transaction of the supervisor.
func (p *Play) send(what string, tx *wire.MsgTx) error {
	if err := p.Node("supervisor").Submit(tx); !relay.Stands(tx, err) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
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
			if err := p.Log.Append(l); err != nil {
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

// Replay returns a replay of the board and of the blocks from the announcement
// to the tip. It goes on with the next block.
func (p *Play) Replay() (*election.Replay, error) {
	v, err := p.Look()
	if err != nil {
		return nil, err
	}
	return v.Replay, nil
}

func (p *Play) progress(stage string, done, total int) {
	if p.opt.Progress != nil && stage != "" {
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
