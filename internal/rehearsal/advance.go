package rehearsal

import (
	"sync"

	"bevote/internal/cores"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// advance mines until the tip is at height; everybody sees each block.
func (p *play) advance(height uint32) error {
	from, _ := p.chain.Tip()
	for tip := from; tip < height; tip++ {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if err := p.happen(tip + 1); err != nil {
			return err
		}
		if err := p.chain.Mine(1); err != nil {
			return err
		}
		block, err := p.chain.Block(tip + 1)
		if err != nil {
			return err
		}
		p.supervisor.Watch(tip+1, block)
		if p.exchange != nil {
			p.exchange.watch(tip+1, block)
		}
		if height-from > 10 {
			p.progress("blocks", int(tip+1-from), int(height-from))
		}
	}
	return nil
}

// settle mines until the block at height is as deep as the policy asks, but
// stays below block latest, which the next step must still reach.
func (p *play) settle(height, latest uint32) error {
	return p.advance(min(height+p.depth()-1, latest-1))
}

func (p *play) depth() uint32 { return p.e.Policy.Depth() }

// anchor closes a phase in the block at height.
func (p *play) anchor(kind int, height uint32) error {
	if p.tricks.anchor != nil {
		if made, err := p.tricks.anchor(kind, height); made || err != nil {
			return err
		}
	}
	return p.anchorHead(kind, height, p.log.Head())
}

func (p *play) anchorHead(kind int, height uint32, head [32]byte) error {
	if err := p.advance(height - 1); err != nil {
		return err
	}
	if err := p.supervisor.Anchor(kind, head); err != nil {
		return err
	}
	return p.advance(height)
}

// append puts lines on the board in their order.
func (p *play) append(lines ...board.Line) error {
	for _, l := range lines {
		published, err := p.published(l)
		if err != nil {
			return err
		}
		if p.tricks.believes != nil && len(published) > 0 {
			p.exchange.told[len(p.log.Lines())+1] = l
		}
		for _, l := range published {
			if err := p.log.Append(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendLine is append for what a role has just written.
func (p *play) appendLine(l board.Line, err error) error {
	if err != nil {
		return err
	}
	return p.append(l)
}

// replay shows the blocks since the announcement to the verifier's replay.
func (p *play) replay() (*election.Replay, error) {
	r := election.NewReplay(p.e, p.log.Lines())
	tip, _ := p.chain.Tip()
	for h := p.times.announce; h <= tip; h++ {
		block, err := p.chain.Block(h)
		if err != nil {
			return nil, err
		}
		r.Block(h, block)
	}
	return r, nil
}

// look computes what the board establishes so far, once for everybody.
func (p *play) look() error {
	r, err := p.replay()
	if err != nil {
		return err
	}
	p.setup = p.e.Setup(p.log.Lines(), r.Anchors())
	p.ended = p.setup.Ended
	return nil
}

func (p *play) progress(stage string, done, total int) {
	if p.opt.Progress != nil {
		p.opt.Progress(stage, done, total)
	}
}

// each does work for 0 … n−1 on all cores and returns the error of the
// smallest index, or the context's.
func (p *play) each(stage string, n int, work func(i int) error) error {
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
