package corpus

import (
	"context"
	"slices"
	"sync"

	"bevote/internal/rehearsal"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// play is an election with a lie in it: what the lie does is called by the
// hooks of the rehearsal.
type play struct {
	*rehearsal.Play
	last  string         // the step after which the record ends, "" for the play's own end
	aside *election.Vote // a stake that no honest role knows of

	over      bool // the last step has begun
	instead   map[string]func() (played bool, err error)
	before    map[uint32][]func() error
	rewriters []func(board.Line) ([]board.Line, error)
	authors   authorsView
	copying   sync.Mutex // lies that change a finished record share its play
}

// played plays an election to its end with the lie in it. The caller closes it.
func (l *Lie) played(ctx context.Context, opt rehearsal.Options) (*play, error) {
	p := &play{instead: make(map[string]func() (bool, error)), before: make(map[uint32][]func() error)}
	opt.Hooks = rehearsal.Hooks{Network: l.chain, ExtraVoters: l.crowd, Policy: l.policyHook(opt.Seed), Step: p.step, Block: p.block, Line: p.line}
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

// step ends the record after the last step, and plays another one otherwise.
func (p *play) step(name string) (played bool, err error) {
	if p.over {
		return true, rehearsal.ErrOver
	}
	p.over = name == p.last
	if play := p.instead[name]; play != nil {
		return play()
	}
	return false, nil
}

// replace plays a step otherwise.
func (p *play) replace(step string, play func() error) {
	p.instead[step] = func() (bool, error) { return true, play() }
}

// precede does something before a step.
func (p *play) precede(step string, do func() error) {
	p.instead[step] = func() (bool, error) { return false, do() }
}

// at does something just before the block of a height is mined.
func (p *play) at(height uint32, do func() error) {
	p.before[height] = append(p.before[height], do)
}

// block does what is due before the block of a height.
func (p *play) block(height uint32) error {
	for _, do := range p.before[height] {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// onLine adds to what happens to lines before the keeper appends them.
func (p *play) onLine(rewriter func(board.Line) ([]board.Line, error)) {
	p.rewriters = append(p.rewriters, rewriter)
}

// line returns what the keeper appends for a line.
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
	if p.authors.view != nil && len(lines) > 0 {
		p.authors.lines[len(p.Log.Lines())+1] = l
	}
	return lines, nil
}

// authorsView is the exchange as authors wrote it.
type authorsView struct {
	view  *election.ExchangeLog
	read  int                // lines of the board that view has read
	lines map[int]board.Line // what view reads in the place of the board's
}

// trustAuthors has roles go by what authors wrote, whatever a lie puts onto the board
// in its place: they are in on it, or do not look. Without names, all do.
func (p *play) trustAuthors(roles ...string) {
	b := &p.authors
	b.view, b.lines = election.NewExchangeLog(p.Election), make(map[int]board.Line)
	p.Hooks.Mixing = func(role string) *election.ExchangeLog {
		if len(roles) > 0 && !slices.Contains(roles, role) {
			return nil
		}
		lines := p.Log.Lines()
		for ; b.read < len(lines); b.read++ {
			l, other := b.lines[b.read+1]
			if !other {
				l = lines[b.read]
			}
			b.view.Read(b.read+1, &l)
		}
		return b.view
	}
}
