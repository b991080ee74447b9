package corpus

import (
	"errors"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/wire/v2"
)

// coinLies are about family C: the coins of the roll (V27, V28).
var coinLies = []Lie{
	{Name: "coin-short", Text: "the supervisor pays a voter a satoshi too little", Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21, tamper: coinValue(-1)},
	{Name: "coin-large", Text: "the supervisor pays a voter a satoshi too much, which marks its vote",
		Strength: KeyHolding, Base: "salted",
		Check: "V27", Level: "L3", Exit: 21, tamper: coinValue(1)},
	{Name: "coin-missing", Text: "the supervisor lists a coin that does not exist",
		Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21,
		tamper: otherCoin(func(p *play, _ *rehearsal.Voter) (wire.OutPoint, error) {
			return wire.OutPoint{Hash: p.policyHash()}, nil
		})},
	{Name: "coin-elsewhere", Text: "the supervisor lists a coin of its payments that is its own",
		Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21, tamper: coinElsewhere},
	{Name: "coin-beside-the-payments", Text: "the supervisor pays a coin by a transaction that is not of its chain of payments",
		Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21,
		tamper: otherCoin(func(p *play, v *rehearsal.Voter) (wire.OutPoint, error) {
			op, err := p.payCoin(v.Secret)
			return op, errors.Join(err, p.Advance(p.Policy.Times.Roll))
		})},
	{Name: "coin-by-stranger", Text: "a voter's coin is paid by a stranger", Strength: KeyHolding, Base: "each",
		Check: "V27", Level: "L3", Exit: 21, tamper: coinByStranger},
	{Name: "coin-early", Text: "the supervisor pays a voter before the announcement", Strength: KeyHolding, Base: "sealed",
		Check: "V27", Level: "L3", Exit: 21, early: true, tamper: coinEarly},
	{Name: "coin-late", Text: "the supervisor pays a coin only when the voting has begun",
		Strength: KeyHolding, Base: "won",
		Check: "V27", Level: "L3", Exit: 21, tamper: coinLate},
	{Name: "coin-younger", Text: "an entry has seen no block with its coin", Strength: KeyHolding, Base: "custodial",
		Check: "V27", Level: "L3", Exit: 21, tamper: all(coinYounger, listsAll)},
	{Name: "roll-key-candidates", Text: "a candidate votes with its candidate key as roll key",
		Strength: KeyHolding, Base: "won",
		Check: "V28", Level: "L3", Exit: 0,
		tamper: func(p *play) error { return p.replaceKey(p.votersFor(2)[0], p.Keys["candidate "+p.second().Name]) }},
	{Name: "roll-key-supervisors", Text: "the supervisor votes with its own key as roll key",
		Strength: KeyHolding, Base: "custodial",
		Check: "V28", Level: "L3", Exit: 0,
		tamper: func(p *play) error { return p.replaceKey(p.votersFor(2)[0], p.Keys["supervisor"]) }},
}

// coinValue changes the value of the coin of the second candidate's voter.
func coinValue(by int64) func(*play) error {
	return all(listsAll, func(p *play) error {
		key := p.votersFor(2)[0].Key()
		var paid wire.OutPoint
		p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
			i := slices.IndexFunc(tx.TxOut, func(out *wire.TxOut) bool { return slices.Equal(out.PkScript, templates.PayToKey(key)) })
			if i < 0 || paid != (wire.OutPoint{}) {
				return false, nil
			}
			tx.TxOut[i].Value += by
			err := p.supervisorSigner().resign(tx)
			paid = wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)}
			return false, err
		})
		p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
			coins[key] = paid // an honest supervisor has no such coin
			return nil
		}
		return nil
	})
}

// otherCoin puts another coin onto the roll for a voter who abstains.
func otherCoin(coin func(p *play, v *rehearsal.Voter) (wire.OutPoint, error)) func(*play) error {
	return all(listsAll, func(p *play) error {
		v := p.votersFor(0)[0]
		p.abstain(v)
		p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
			op, err := coin(p, v)
			coins[v.Key()] = op
			return err
		}
		return nil
	})
}

// coinElsewhere has a payment pay to the supervisor what is then listed as the coin of a
// voter who abstains.
func coinElsewhere(p *play) error {
	var paid wire.OutPoint
	p.intercept("supervisor", func(tx *wire.MsgTx) (bool, error) {
		i := len(tx.TxOut) - 1
		if kindOf(tx) != 0 || paid != (wire.OutPoint{}) {
			return false, nil
		}
		own := wire.NewTxOut(p.Policy.Coin(), tx.TxOut[i].PkScript)
		tx.TxOut[i].Value -= own.Value + p.Policy.Fee*int64(own.SerializeSize())
		tx.TxOut = slices.Insert(tx.TxOut, i, own)
		err := p.supervisorSigner().resign(tx)
		paid = wire.OutPoint{Hash: tx.TxHash(), Index: uint32(i)}
		return false, err
	})
	return otherCoin(func(*play, *rehearsal.Voter) (wire.OutPoint, error) { return paid, nil })(p)
}

// coinByStranger has a stranger pay the second candidate's voter, from two
// coins that the supervisor paid to the stranger.
func coinByStranger(p *play) error {
	v, q := p.votersFor(2)[0], signer{key: p.stranger()}
	p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		tx := wire.NewMsgTx(2)
		for range 2 {
			op, err := p.payCoin(q.key)
			if err != nil {
				return err
			}
			q.spend(tx, op)
		}
		tx.AddTxOut(wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(v.Key())))
		if err := q.resign(tx); err != nil {
			return err
		}
		coins[v.Key()] = wire.OutPoint{Hash: tx.TxHash()}
		return errors.Join(p.Chain.Submit(tx), p.Advance(p.Policy.Times.Roll))
	}
	return listsAll(p)
}

// coinEarly pays the second candidate's voter before the announcement. The voter abstains.
func coinEarly(p *play) error {
	v := p.votersFor(2)[0]
	p.abstain(v)
	var early wire.OutPoint
	p.at(p.Times.Announce-1, func() (err error) {
		early, err = p.payCoin(v.Secret)
		return err
	})
	p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		coins[v.Key()] = early
		return nil
	}
	return listsAll(p)
}

// coinLate puts a coin of the second candidate's voter onto the roll that is relayed when
// voting begins.
func coinLate(p *play) error {
	v := p.votersFor(2)[0]
	var held *wire.MsgTx
	p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) (err error) {
		held, err = p.spendSpare(wire.NewTxOut(p.Policy.Coin(), templates.PayToKey(v.Key())))
		coins[v.Key()] = wire.OutPoint{Hash: held.TxHash()}
		return err
	}
	p.schedule(v, p.Policy.Times.VoteTo)
	p.at(p.Policy.Times.VoteFrom, func() error { return p.Chain.Submit(held) })
	return listsAll(p)
}

// coinYounger has the second candidate's voter sign its entry before it has its coin.
func coinYounger(p *play) error {
	key := p.votersFor(2)[0].Key()
	amend(p, func(l *board.Line, _ *board.Entry) bool {
		if l.By != key {
			return false
		}
		seen, err := p.seen(p.Times.Announce)
		l.Seen = seen
		return err == nil
	})
	return nil
}

// schedule sets the block in which a voter spends its coin.
func (p *play) schedule(v *rehearsal.Voter, height uint32) {
	for i := range p.CoinSpends {
		if p.CoinSpends[i].Voter == v {
			p.CoinSpends[i].Height = height
		}
	}
}
