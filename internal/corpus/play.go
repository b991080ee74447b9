package corpus

import (
	"context"
	"slices"
	"sync"

	"bevote/internal/rehearsal"
	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// play is an election under way with a lie in it. The lie sets hooks of the
// rehearsal, directly or by the methods of play.
type play struct {
	*rehearsal.Play
	last      string         // step after which the record ends, "" for the last one
	lostStake *election.Vote // a stake that no role follows

	over      bool // whether the step last has begun
	steps     map[string]func() (played bool, err error)
	spares    map[wire.OutPoint]bool    // subsidies that lies have spent
	blocks    map[uint32][]func() error // by height
	rewriters []func(board.Line) ([]board.Line, error)
	authors   authorsView
	receipts  []verifier.Receipt // of the board's server, for the auditor
	rewriting sync.Mutex         // of the record: lies over a finished election share its play
}

// played plays an election to its end with the lie in it. The caller closes it.
func (l *Lie) played(ctx context.Context, opt rehearsal.Options) (*play, error) {
	p := &play{spares: make(map[wire.OutPoint]bool), steps: make(map[string]func() (bool, error)), blocks: make(map[uint32][]func() error)}
	opt.Hooks = rehearsal.Hooks{Network: l.network, Policy: l.policyHook(opt.Seed), Step: p.step, Block: p.block, Line: p.line}
	if b := l.base(); b != nil {
		opt.Roll, opt.Hooks.Votes = b.roll, l.votes
	}
	var err error
	if p.Play, err = rehearsal.New(ctx, opt); err != nil {
		return nil, err
	}
	if err = l.begin(p); err == nil {
		err = p.Run()
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// step is the hook of steps. It ends the record after the step last.
func (p *play) step(name string) (played bool, err error) {
	if p.over {
		return true, rehearsal.ErrOver
	}
	p.over = name == p.last
	if play := p.steps[name]; play != nil {
		return play()
	}
	return false, nil
}

// replace puts play in the place of a step.
func (p *play) replace(step string, play func() error) {
	p.steps[step] = func() (bool, error) { return true, play() }
}

// precede schedules do before a step.
func (p *play) precede(step string, do func() error) {
	p.steps[step] = func() (bool, error) { return false, do() }
}

// at schedules do before the block of a height is mined.
func (p *play) at(height uint32, do func() error) {
	p.blocks[height] = append(p.blocks[height], do)
}

// block is the hook of blocks.
func (p *play) block(height uint32) error {
	for _, do := range p.blocks[height] {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// onLine adds a rewriter of lines. Each returns the lines to append in place of
// one, and is given what the rewriters before it return.
func (p *play) onLine(rewriter func(board.Line) ([]board.Line, error)) {
	p.rewriters = append(p.rewriters, rewriter)
}

// line is the hook of lines.
func (p *play) line(l board.Line) ([]board.Line, error) {
	lines := []board.Line{l}
	for _, rewriter := range p.rewriters {
		var next []board.Line
		for _, l := range lines {
			rewritten, err := rewriter(l)
			if err != nil {
				return nil, err
			}
			next = append(next, rewritten...)
		}
		lines = next
	}
	if p.authors.trusted && len(lines) > 0 {
		p.authors.lines[len(p.Log.Lines())+1] = l
	}
	return lines, nil
}

// castInstead calls cast in place of a voter's vote, with the keys of the contract's
// script.
func (p *play) castInstead(voter *rehearsal.Voter, cast func(keys map[string][]byte) error) {
	before := p.Hooks.Vote
	p.Hooks.Vote = func(v *rehearsal.Voter, keys map[string][]byte) (bool, error) {
		switch {
		case v == voter:
			return true, cast(keys)
		case before != nil:
			return before(v, keys)
		}
		return false, nil
	}
}

// authorsView is the board as its authors wrote it.
type authorsView struct {
	trusted bool               // whether a role trusts authors
	lines   map[int]board.Line // by their place, from 1, in the place of the board's
}

// trustAuthors has roles read the lines as their authors wrote them, not as a lie
// rewrote them: they collude, or do not verify. Without arguments it is for all roles.
func (p *play) trustAuthors(roles ...string) {
	p.authors = authorsView{true, make(map[int]board.Line)}
	p.Hooks.Lines = func(role string) []board.Line {
		if role == "" || len(roles) > 0 && !slices.Contains(roles, role) {
			return nil
		}
		lines := slices.Clone(p.Log.Lines())
		for n, l := range p.authors.lines {
			l.Prev = lines[n-1].Prev
			lines[n-1] = l
		}
		return lines
	}
}
