package rehearsal

import (
	"sync"

	"bevote/internal/cores"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// Advance mines until the tip is at height; everybody sees each block.
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
		if err := p.Chain.Mine(1); err != nil {
			return err
		}
		block, err := p.Chain.Block(tip + 1)
		if err != nil {
			return err
		}
		p.Supervisor.Watch(tip+1, block)
		if p.Exchange != nil {
			p.Exchange.watch(tip+1, block)
		}
		if height-from > 10 {
			p.progress("blocks", int(tip+1-from), int(height-from))
		}
	}
	return nil
}

// deepen mines until the block at height is as deep as the policy asks, but
// stays below block latest, which the next step must still reach.
func (p *Play) deepen(height, latest uint32) error {
	return p.Advance(min(height+p.Policy.Depth()-1, latest-1))
}

// closePhase anchors the board in the block at height, which closes a phase.
func (p *Play) closePhase(kind int, height uint32) error {
	if p.Hooks.Anchor != nil {
		if closed, err := p.Hooks.Anchor(kind, height); closed || err != nil {
			return err
		}
	}
	return p.Anchor(kind, height, p.Log.Head())
}

// Anchor has the supervisor anchor a head in the block at height.
func (p *Play) Anchor(kind int, height uint32, head [32]byte) error {
	if err := p.Advance(height - 1); err != nil {
		return err
	}
	if err := p.Supervisor.Anchor(kind, head); err != nil {
		return err
	}
	return p.Advance(height)
}

// Append puts lines on the board in their order.
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
			if err := p.Log.Append(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendLine is append for what a role has just written.
func (p *Play) appendLine(l board.Line, err error) error {
	if err != nil {
		return err
	}
	return p.Append(l)
}

// Replay shows the blocks since the announcement to the verifier's replay.
func (p *Play) Replay() (*election.Replay, error) {
	r := election.NewReplay(p.Election, p.Log.Lines())
	tip, _ := p.Chain.Tip()
	for h := p.Times.Announce; h <= tip; h++ {
		block, err := p.Chain.Block(h)
		if err != nil {
			return nil, err
		}
		r.Block(h, block)
	}
	return r, nil
}

// readBoard computes what the board establishes so far, once for everybody.
func (p *Play) readBoard() error {
	r, err := p.Replay()
	if err != nil {
		return err
	}
	p.Setup = p.Election.Setup(p.Log.Lines(), r.Anchors())
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
	var telling sync.Mutex
	cores.Each(n, func(i int) {
		if p.ctx.Err() != nil {
			return
		}
		errs[i] = work(i)
		telling.Lock()
		defer telling.Unlock()
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
