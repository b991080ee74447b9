package rehearsal

import (
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// announce puts the policy before the public, and the candidates answer.
func (p *Play) announce() error {
	if p.Exchange != nil {
		if err := p.endow(); err != nil {
			return err
		}
	}
	if err := p.Advance(p.Times.Announce - 1); err != nil {
		return err
	}
	if err := p.appendLine(p.Supervisor.Open(p.PolicyFile, p.ContractFile)); err != nil {
		return err
	}
	if err := p.closePhase(election.Announce, p.Times.Announce); err != nil {
		return err
	}
	for _, c := range p.Candidates {
		if err := p.appendLine(c.Possession()); err != nil {
			return err
		}
	}
	return nil
}

// enrol closes the roll of those who have a coin.
func (p *Play) enrol() error {
	pay := p.payCoins
	if p.Exchange != nil {
		pay = p.mixCoins
	}
	if err := pay(); err != nil {
		return err
	}
	if err := p.closePhase(election.RollClosed, p.Policy.Times.Roll); err != nil {
		return err
	}
	if err := p.takeBack(); err != nil {
		return err
	}
	return p.meet()
}

// payCoins has the supervisor pay the voters their coins, and inscribes them.
func (p *Play) payCoins() error {
	if err := p.save(); err != nil {
		return err
	}
	keys := make([]curve.PublicKey, len(p.Voters))
	for i, v := range p.Voters {
		keys[i] = v.Key()
	}
	coins, err := p.Supervisor.PayCoins(keys)
	if err == nil && p.Hooks.Coins != nil {
		err = p.Hooks.Coins(coins)
	}
	if err != nil {
		return err
	}
	if err := p.Advance(p.Policy.Times.Roll - 1); err != nil {
		return err
	}
	return p.inscribe(coins, p.Supervisor.Enrol)
}

// inscribe writes the roll.
func (p *Play) inscribe(coins map[curve.PublicKey]wire.OutPoint, enrol enrolling) error {
	lines := make([]board.Line, len(p.Voters))
	err := p.each("roll", len(p.Voters), func(i int) error {
		v := p.Voters[i]
		sig, err := v.Register(coins[v.Key()])
		if err != nil {
			return err
		}
		lines[i], err = enrol(v.Key(), coins[v.Key()], sig)
		return err
	})
	if err != nil {
		return err
	}
	return p.Append(lines...)
}

// enrolling writes a line of the roll.
type enrolling func(key curve.PublicKey, coin wire.OutPoint, sig []byte) (board.Line, error)

// meet shows everybody the closed roll.
func (p *Play) meet() error {
	if err := p.look(); err != nil || p.ended != "" {
		return err
	}
	for _, v := range p.Voters {
		if err := v.Find(p.Setup); err != nil {
			return err
		}
	}
	return nil
}

// save mines until the supervisor can pay all coins: at the planned height if
// the subsidies of the blocks so far suffice, else later, while there is time.
func (p *Play) save() error {
	policy := p.Policy
	last := policy.Times.Roll - 2
	for height := p.Times.Coins - 1; ; height++ {
		if err := p.Advance(height); err != nil {
			return err
		}
		// A coin costs an output of 34 bytes, and a block's subsidy an input of 148.
		bytes := int64(len(p.Voters))*34 + int64(height)*148
		if p.Supervisor.Balance() >= int64(len(p.Voters))*policy.Coin()+bytes*policy.Fee {
			return nil
		}
		if height == last {
			return Unplayable("%d coins of %d sat are more than the supervisor has mined by block %d", len(p.Voters), policy.Coin(), last)
		}
	}
}

// dealing plays the joint random secret sharing from the commitments to the
// acknowledged transcript.
func (p *Play) dealing() error {
	if !p.Policy.Dealt() {
		return nil
	}
	times := p.Policy.Times
	for _, phase := range []struct {
		act    func() error
		kind   int
		height uint32
	}{
		{p.commit, election.CommitsClosed, times.Commit},
		{p.deal, election.DealsClosed, times.Deal},
		{p.complain, election.ComplaintsClosed, p.Times.Complaints},
		{p.transcribe, election.TranscriptClosed, times.Setup},
	} {
		tip, _ := p.Chain.Tip()
		if err := p.settle(tip, phase.height); err != nil {
			return err
		}
		if err := phase.act(); err != nil {
			return err
		}
		if err := p.closePhase(phase.kind, phase.height); err != nil {
			return err
		}
	}
	return p.look()
}

// written is what somebody wrote in a phase, or nothing.
type written struct {
	line board.Line
	ok   bool
}

func (p *Play) appendWritten(lines []written) error {
	for _, w := range lines {
		if !w.ok {
			continue
		}
		if err := p.Append(w.line); err != nil {
			return err
		}
	}
	return nil
}

func (p *Play) commit() error {
	params := p.Setup.Params()
	lines := make([]written, len(p.Voters))
	commit := func(i int) (err error) {
		lines[i].line, lines[i].ok, err = p.Voters[i].dealing().Commit(params)
		return err
	}
	if err := p.each("commitments", len(p.Voters), commit); err != nil {
		return err
	}
	return p.appendWritten(lines)
}

func (p *Play) deal() error {
	lines := make([]written, len(p.Voters))
	err := p.each("deals", len(p.Voters), func(i int) (err error) {
		lines[i].line, lines[i].ok, err = p.Voters[i].dealing().Deal()
		return err
	})
	if err != nil {
		return err
	}
	return p.appendWritten(lines)
}

// complain has everybody decrypt and check what was dealt.
func (p *Play) complain() error {
	if err := p.look(); err != nil {
		return err
	}
	params, outcome := p.Setup.Params(), p.Setup.Judge()
	lines := make([][]board.Line, len(p.Voters))
	err := p.each("shares", len(p.Voters), func(i int) (err error) {
		lines[i], err = p.Voters[i].Receive(params, outcome)
		return err
	})
	if err != nil {
		return err
	}
	for i, v := range p.Voters {
		if err := p.Append(lines[i]...); err != nil {
			return err
		}
		if p.Hooks.Complain == nil {
			continue
		}
		if err := p.Hooks.Complain(v, params, outcome); err != nil {
			return err
		}
	}
	p.received = outcome.Qual
	return nil
}

// transcribe judges the complaints, writes the result down and has everybody
// acknowledge it. Nothing is written where too few dealers are left.
func (p *Play) transcribe() error {
	if err := p.look(); err != nil || p.ended != "" {
		return err
	}
	params, outcome := p.Setup.Params(), p.Setup.Dealing
	if !slices.Equal(p.received, outcome.Qual) {
		err := p.each("shares", len(p.Voters), func(i int) error {
			_, err := p.Voters[i].Receive(params, outcome)
			return err
		})
		if err != nil {
			return err
		}
	}
	transcript, err := p.Supervisor.Transcript(outcome, len(p.Voters))
	if err := p.appendLine(transcript, err); err != nil {
		return err
	}
	acks := make([]board.Line, len(p.Voters))
	err = p.each("acknowledgements", len(p.Voters), func(i int) (err error) {
		acks[i], err = p.Voters[i].Ack(transcript, outcome)
		return err
	})
	if err != nil {
		return err
	}
	return p.Append(acks...)
}
