package rehearsal

import (
	"errors"
	"slices"

	"bevote/internal/board"
	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier"

	"github.com/btcsuite/btcd/wire/v2"
)

// rollLies are about the roll and its coins: family C.
var rollLies = []Lie{
	{Name: "roll-never", Text: "the supervisor never anchors the roll", Strength: KeyHolding, Base: "won",
		Check: "V24", Level: "none", Exit: 20, plot: rollNever},
	{Name: "roll-late", Text: "the supervisor anchors the roll a block too late", Strength: KeyHolding, Base: "won",
		Check: "V24", Level: "none", Exit: 20, plot: late(verifier.RollClosed)},
	{Name: "roll-other-board", Text: "the supervisor's roll anchor commits to a board that it does not show", Strength: KeyHolding, Base: "won",
		Check: "V24", Along: []string{"V02"}, Level: "none", Exit: 20, plot: plots(otherHead(verifier.RollClosed), overAfter(verifier.RollClosed))},

	{Name: "roll-key-twice", Text: "the supervisor writes two lines for one roll key, so that two voters are shown one slot", Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "none", Exit: 20, plot: inscribedToo(func(p *play, first board.Roll) (board.Roll, error) {
			return p.entry(p.voters[0].key, wire.OutPoint{Hash: p.policyHash()})
		})},
	{Name: "roll-coin-twice", Text: "the supervisor gives two slots one coin", Strength: KeyHolding, Base: "won",
		Check: "V25", Along: []string{"V27", "V52", "V54", "V67"}, Level: "none", Exit: 20, plot: coinTwice},
	{Name: "roll-unsigned", Text: "the supervisor writes a roll line that the roll key did not sign", Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "none", Exit: 20, plot: unsignedEntry},
	{Name: "roll-signature-replayed", Text: "a roll key's signature is for another election", Strength: KeyHolding, Base: "custodial",
		Check: "V25", Level: "none", Exit: 20, plot: replayedEntry},
	{Name: "roll-unnamed", Text: "the supervisor puts somebody on the roll whom the policy does not name", Strength: KeyHolding, Base: "named",
		Check: "V25", Level: "none", Exit: 20, plot: func(p *play) error { return p.recast(p.votersFor(2)[0], p.stranger()) }},
	{Name: "roll-too-long", Text: "the supervisor adds a voter to those registered", Strength: KeyHolding, Base: "won",
		Check: "V26", Level: "none", Exit: 20, crowd: 1},

	{Name: "coin-short", Text: "the supervisor pays a voter a satoshi too little", Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21, plot: coinValue(-1)},
	{Name: "coin-large", Text: "the supervisor pays a voter a satoshi too much, which marks its vote", Strength: KeyHolding, Base: "salted",
		Check: "V27", Level: "L3", Exit: 21, plot: coinValue(1)},
	{Name: "coin-missing", Text: "the supervisor inscribes a coin that does not exist", Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21, plot: inscribeCoin(func(p *play, _ *voter) (wire.OutPoint, error) {
			return wire.OutPoint{Hash: p.policyHash()}, nil
		})},
	{Name: "coin-elsewhere", Text: "the supervisor inscribes a coin that is its own", Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21, plot: inscribeCoin(func(p *play, _ *voter) (wire.OutPoint, error) {
			return p.gift(p.keys["supervisor"])
		})},
	{Name: "coin-by-stranger", Text: "a voter's coin is paid by a stranger", Strength: KeyHolding, Base: "each",
		Check: "V27", Level: "L3", Exit: 21, plot: coinByStranger},
	{Name: "coin-early", Text: "the supervisor pays a voter before the announcement", Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21, plot: coinEarly},
	{Name: "coin-late", Text: "the supervisor pays a coin only when the voting has begun", Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21, plot: coinLate},
	{Name: "roll-key-candidates", Text: "a candidate votes with its candidate key as roll key", Strength: KeyHolding, Base: "won",
		Check: "V28", Level: "L3", Exit: 0, plot: func(p *play) error { return p.recast(p.votersFor(2)[0], p.keys["candidate "+p.second().Name]) }},
	{Name: "roll-key-supervisors", Text: "the supervisor votes with its own key as roll key", Strength: KeyHolding, Base: "custodial",
		Check: "V28", Level: "L3", Exit: 0, plot: func(p *play) error { return p.recast(p.votersFor(2)[0], p.keys["supervisor"]) }},
}

// rollNever writes the roll and does not anchor it; there the election stops.
func rollNever(p *play) error {
	p.tricks.until = p.e.Policy.Times.Roll + p.depth()
	p.tricks.anchor = func(kind int, height uint32) (bool, error) {
		if kind != verifier.RollClosed {
			return false, nil
		}
		return true, errOver
	}
	return nil
}

// overAfter ends the play when the anchor of a kind has been made, by a trick or
// without one.
func overAfter(kind int) func(*play) error {
	return func(p *play) error {
		before := p.tricks.anchor
		p.tricks.anchor = func(k int, height uint32) (made bool, err error) {
			if before != nil {
				made, err = before(k, height)
			}
			if err != nil || k != kind {
				return made, err
			}
			if !made {
				err = p.anchorHead(k, height, p.log.Head())
			}
			tip, _ := p.chain.Tip()
			p.tricks.until = tip + p.depth() - 1
			return true, errors.Join(err, errOver)
		}
		return nil
	}
}

// policyHash is 32 bytes that stand for nothing else.
func (p *play) policyHash() [32]byte { return p.e.EID }

// entry is a roll line's body, signed by the roll key.
func (p *play) entry(key curve.Scalar, op wire.OutPoint) (board.Roll, error) {
	public, coin := curve.BaseMul(key).Key(), verifier.EncodeOutpoint(op)
	sig, err := curve.SignSchnorr(key, board.RollHash(p.e.EID, public, coin[:]))
	return board.Roll{Key: public, Outpoint: coin[:], Sig: sig[:]}, err
}

// inscribedToo has the supervisor write one more roll line, after the first.
func inscribedToo(make func(p *play, first board.Roll) (board.Roll, error)) func(*play) error {
	return func(p *play) error {
		done := false
		p.tricks.line = append(p.tricks.line, func(l board.Line) ([]board.Line, error) {
			var first board.Roll
			if done || board.DecodeBody(l, &first) != nil {
				return []board.Line{l}, nil
			}
			done = true
			body, err := make(p, first)
			if err != nil {
				return nil, err
			}
			more, err := board.Sign(p.e.EID, p.keys["supervisor"], l.Seen, body)
			return []board.Line{l, more}, err
		})
		return nil
	}
}

// idle has a voter leave its coin where it is.
func (p *play) idle(v *voter) {
	v.choice = 0
	p.acts = slices.DeleteFunc(p.acts, func(a act) bool { return a.voter == v })
}

// coinTwice gives the last candidate's voter's coin to one who abstains too.
func coinTwice(p *play) error {
	victim, idler := p.votersFor(2)[0], p.votersFor(0)[0]
	p.idle(idler)
	p.tricks.coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		coins[idler.Key()] = coins[victim.Key()]
		return nil
	}
	return nil
}

func unsignedEntry(p *play) error {
	v := p.votersFor(2)[0]
	rewrite(p, func(_ *board.Line, r *board.Roll) bool {
		r.Sig[20] ^= 1
		return r.Key == v.Key()
	})
	return nil
}

func replayedEntry(p *play) error {
	v := p.votersFor(2)[0]
	other := p.e.EID
	other[0] ^= 1
	var failed error
	rewrite(p, func(_ *board.Line, r *board.Roll) bool {
		if r.Key != v.Key() {
			return false
		}
		sig, err := curve.SignSchnorr(v.key, board.RollHash(other, r.Key, r.Outpoint))
		r.Sig, failed = sig[:], err
		return true
	})
	return failed
}

// recast gives a voter another key, before anybody knows the roll.
func (p *play) recast(v *voter, key curve.Scalar) error {
	role, err := roles.NewVoter(p.e, key, p.node(v.role), p.stream(v.role+" again"))
	if err != nil {
		return err
	}
	v.Voter, v.key, v.dealer = role, key, honest{role}
	slices.SortFunc(p.voters, func(a, b *voter) int {
		ka, kb := a.Key(), b.Key()
		return slices.Compare(ka[:], kb[:])
	})
	return nil
}

// coinValue changes the value of the second candidate's voter's coin.
func coinValue(by int64) func(*play) error {
	return func(p *play) error {
		script := roles.PayToKey(p.votersFor(2)[0].Key())
		p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
			for _, out := range tx.TxOut {
				if slices.Equal(out.PkScript, script) {
					out.Value += by
					return false, p.supervisorPen().resign(tx)
				}
			}
			return false, nil
		})
		return nil
	}
}

// inscribeCoin inscribes another coin for one who abstains.
func inscribeCoin(coin func(p *play, v *voter) (wire.OutPoint, error)) func(*play) error {
	return func(p *play) error {
		v := p.votersFor(0)[0]
		p.idle(v)
		p.tricks.coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
			op, err := coin(p, v)
			coins[v.Key()] = op
			return err
		}
		return nil
	}
}

// coinByStranger has a stranger pay the second candidate's voter, out of two
// coins that the supervisor gave to the stranger.
func coinByStranger(p *play) error {
	v, q := p.votersFor(2)[0], pen{key: p.stranger()}
	p.tricks.coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		tx := wire.NewMsgTx(2)
		for range 2 {
			op, err := p.gift(q.key)
			if err != nil {
				return err
			}
			q.spend(tx, op)
		}
		tx.AddTxOut(wire.NewTxOut(p.e.Policy.Coin(), roles.PayToKey(v.Key())))
		if err := q.resign(tx); err != nil {
			return err
		}
		coins[v.Key()] = wire.OutPoint{Hash: tx.TxHash()}
		return p.chain.Submit(tx)
	}
	return nil
}

// coinEarly pays one who abstains before the announcement.
func coinEarly(p *play) error {
	v := p.votersFor(0)[0]
	p.idle(v)
	var early wire.OutPoint
	p.tricks.at(p.times.announce-1, func() (err error) {
		early, err = p.gift(v.key)
		return err
	})
	p.tricks.coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		coins[v.Key()] = early
		return nil
	}
	return nil
}

// coinLate inscribes the coin of the second candidate's voter and pays it when
// the first votes are cast.
func coinLate(p *play) error {
	v := p.votersFor(2)[0]
	var held *wire.MsgTx
	p.tricks.coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
			if held != nil || len(tx.TxOut) < 2 || !slices.Equal(tx.TxOut[0].PkScript, roles.PayToKey(v.Key())) {
				return false, nil
			}
			held = tx
			return true, nil
		})
		op, err := p.gift(v.key)
		coins[v.Key()] = op
		return err
	}
	p.schedule(v, p.e.Policy.Times.VoteTo)
	p.tricks.at(p.e.Policy.Times.VoteFrom, func() error { return p.chain.Submit(held) })
	return nil
}

// schedule has a voter act in a given block.
func (p *play) schedule(v *voter, height uint32) {
	for i := range p.acts {
		if p.acts[i].voter == v {
			p.acts[i].height = height
		}
	}
}

// nobodyClaims counts and does not claim.
func nobodyClaims(p *play) error {
	p.tricks.replace("claim", p.countOnly)
	return nil
}

func (p *play) countOnly() error {
	if !p.e.Policy.Dealt() {
		p.tally = p.supervisor.Count(p.setup, p.votes)
		return nil
	}
	_, err := p.count()
	return err
}
