package rehearsal

import (
	"errors"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// announce publishes the policy and the candidates' proofs of possession, and anchors
// them.
func (p *Play) announce() error {
	if p.Exchange != nil {
		if err := p.fund(); err != nil {
			return err
		}
	}
	if err := p.Advance(p.Times.Announce - 1); err != nil {
		return err
	}
	var possessions [][]byte
	for _, c := range p.Candidates {
		possessions = append(possessions, c.Possession())
	}
	open, err := p.Supervisor.Open(p.PolicyFile, p.ContractFile, p.Server, possessions)
	if err := p.appendLine(open, err); err != nil {
		return err
	}
	if p.Hooks.Anchor != nil {
		if closed, err := p.Hooks.Anchor(election.Announce, p.Times.Announce); closed || err != nil {
			return err
		}
	}
	if err := p.Supervisor.Announce(p.Log.Head()); err != nil {
		return err
	}
	return p.Advance(p.Times.Announce)
}

// enrol pays the voters a coin each, writes their entries and the roll, and anchors it.
func (p *Play) enrol() error {
	pay := p.payCoins
	if p.Exchange != nil {
		pay = p.mixCoins
	}
	coins, err := pay()
	if err == nil && p.Hooks.Coins != nil {
		err = p.Hooks.Coins(coins)
	}
	if err == nil {
		err = p.enter(coins)
	}
	if err != nil {
		return err
	}
	if err := p.closePhase(election.RollClosed, p.Policy.Times.Roll, p.writeRoll); err != nil {
		return err
	}
	if err := p.reclaim(); err != nil {
		return err
	}
	return p.showRoll()
}

// payCoins has the supervisor pay the coins, one batch a block, and mines until all are
// deep.
func (p *Play) payCoins() (map[curve.PublicKey]wire.OutPoint, error) {
	if err := p.mineCoins(); err != nil {
		return nil, err
	}
	keys := make([]curve.PublicKey, len(p.Voters))
	for i, v := range p.Voters {
		keys[i] = v.Key()
	}
	for {
		r, err := p.Replay()
		if err != nil {
			return nil, err
		}
		tip, _ := p.Chain.Tip()
		done, err := p.Supervisor.PayCoins(r, keys)
		if err != nil {
			return nil, err
		}
		if !done {
			if err := p.Advance(tip + 1); err != nil {
				return nil, err
			}
			continue
		}
		coins := make(map[curve.PublicKey]wire.OutPoint, len(keys))
		for _, k := range keys {
			coin, _ := r.Paid(k)
			coins[k] = coin.Outpoint
		}
		return coins, p.Advance(max(p.Policy.Times.Roll, tip+p.Policy.Depth()) - 1)
	}
}

// enter appends an entry for each voter.
func (p *Play) enter(coins map[curve.PublicKey]wire.OutPoint) error {
	lines := make([]board.Line, len(p.Voters))
	err := p.parallel("entries", len(p.Voters), func(i int) (err error) {
		v := p.Voters[i]
		lines[i], err = v.Enter(coins[v.Key()])
		return err
	})
	if err != nil {
		return err
	}
	return p.Append(lines...)
}

// writeRoll appends the supervisor's roll of the entries.
func (p *Play) writeRoll() error {
	setup, r, err := p.closing()
	if err != nil {
		return err
	}
	return p.appendLine(p.Supervisor.Roll(setup, r))
}

// showRoll has each voter find its slot of the closed roll.
func (p *Play) showRoll() error {
	if err := p.readBoard(); err != nil || p.ended != "" {
		return err
	}
	for _, v := range p.Voters {
		if err := v.Find(p.Setup); err != nil {
			return err
		}
	}
	return nil
}

// mineCoins mines until the subsidies of the supervisor's blocks pay for all
// coins: up to the planned height at least, and to the last one at most.
func (p *Play) mineCoins() error {
	policy := p.Policy
	for height := p.Times.Coins - 1; ; height++ {
		if err := p.Advance(height); err != nil {
			return err
		}
		// A coin costs an output of 34 bytes, and a block's subsidy an input of 148.
		bytes := int64(len(p.Voters))*34 + int64(height)*148
		if p.Supervisor.Balance() >= int64(len(p.Voters))*policy.Coin()+bytes*policy.Fee {
			return nil
		}
		if height == p.Times.LastCoin {
			return Unplayable("%d coins of %d sat are more than the supervisor has mined by block %d", len(p.Voters), policy.Coin(), height)
		}
	}
}

// dealing plays the joint random secret sharing: commitments, deals, complaints,
// transcript and acknowledgements.
func (p *Play) dealing() error {
	if !p.Policy.Dealt() {
		return nil
	}
	times := p.Policy.Times
	for _, phase := range []struct {
		act    func() error
		kind   int
		height uint32
		write  func() error
	}{
		{p.commit, election.CommitsClosed, times.Commit, nil},
		{p.deal, election.DealsClosed, times.Deal, nil},
		{p.complain, election.SetupClosed, times.Setup, p.transcribe},
	} {
		tip, _ := p.Chain.Tip()
		if err := p.deepen(tip, phase.height); err != nil {
			return err
		}
		if err := phase.act(); err != nil {
			return err
		}
		if err := p.closePhase(phase.kind, phase.height, phase.write); err != nil {
			return err
		}
	}
	return p.acknowledge()
}

// optionalLine is the line that a dealer wrote in a phase, if any.
type optionalLine struct {
	line board.Line
	ok   bool
}

func (p *Play) appendOptional(lines []optionalLine) error {
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
	lines := make([]optionalLine, len(p.Voters))
	commit := func(i int) (err error) {
		lines[i].line, lines[i].ok, err = p.Voters[i].dealing().Commit(params)
		return err
	}
	if err := p.parallel("commitments", len(p.Voters), commit); err != nil {
		return err
	}
	return p.appendOptional(lines)
}

func (p *Play) deal() error {
	params := p.Setup.Params()
	lines := make([]optionalLine, len(p.Voters))
	err := p.parallel("deals", len(p.Voters), func(i int) (err error) {
		lines[i].line, lines[i].ok, err = p.Voters[i].dealing().Deal(params)
		return err
	})
	if err != nil {
		return err
	}
	return p.appendOptional(lines)
}

// complain has each voter decrypt and check its shares, and appends the
// complaints.
func (p *Play) complain() error {
	if err := p.readBoard(); err != nil {
		return err
	}
	if !p.Setup.Phases.Closed(election.DealsClosed) {
		return nil // there is nothing to check yet
	}
	outcome := p.Setup.JudgeDealing()
	p.Combination = p.Setup.Combine(outcome)
	p.received = outcome.Qual
	lines := make([][]board.Line, len(p.Voters))
	err := p.parallel("shares", len(p.Voters), func(i int) (err error) {
		lines[i], err = p.Voters[i].Receive(p.Setup, p.Combination, outcome)
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
		if err := p.Hooks.Complain(v, p.Setup, outcome); err != nil {
			return err
		}
	}
	return nil
}

// transcribe judges the complaints and appends the transcript. With fewer dealers left
// than the threshold it appends nothing.
func (p *Play) transcribe() error {
	setup, _, err := p.closing()
	if err != nil || len(setup.Dealing.Qual) < p.Policy.K {
		return err
	}
	return p.appendLines(p.Supervisor.Transcript(setup.Dealing, len(p.Voters)))
}

// acknowledge has each voter acknowledge the transcript, and complain of dealers in
// QUAL whose share for it is wrong. Voters do not acknowledge a transcript that is
// not there, or wrong.
func (p *Play) acknowledge() error {
	if err := p.readBoard(); err != nil || p.ended != "" {
		return err
	}
	if p.Combination == nil { // no voter has received yet
		p.Combination = p.Setup.Combine(p.Setup.Dealing)
	}
	changed := !slices.Equal(p.received, p.Setup.Dealing.Qual)
	lines := make([][]board.Line, len(p.Voters))
	err := p.parallel("acknowledgements", len(p.Voters), func(i int) (err error) {
		v := p.Voters[i]
		if changed || !v.HasShare() {
			if lines[i], err = v.Receive(p.Setup, p.Combination, p.Setup.Dealing); err != nil {
				return err
			}
		}
		ack, err := v.Ack(p.Setup)
		if errors.Is(err, roles.ErrTranscript) {
			return nil
		}
		lines[i] = append(lines[i], ack)
		return err
	})
	if err != nil {
		return err
	}
	return p.Append(slices.Concat(lines...)...)
}
