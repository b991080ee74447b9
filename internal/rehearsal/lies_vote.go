package rehearsal

import (
	"bytes"
	"maps"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// voteLies are about votes and their ballots: families F and G. The liar is the
// second candidate's voter, whose vote decides nothing.
var voteLies = []Lie{
	{Name: "two-coins-one-vote", Text: "a voter and one who abstains spend both their coins in one vote", Strength: KeyHolding, Base: "won",
		Check: "V52", Level: "L3", Exit: 21, plot: plots(idleAbstainers, votes(twoCoins))},
	{Name: "script-other-ballot", Text: "a voter's script holds another ballot than the one published", Strength: KeyHolding, Base: "won",
		Check: "V54", Level: "L3", Exit: 21, plot: stakes(func(p *play, v *voter, keys map[string][]byte, _ []byte) ([]byte, error) {
			other, err := p.ballotOf(v, 1)
			if err != nil {
				return nil, err
			}
			return p.setup.Redeem(keys, v.Slot(), other)
		})},
	{Name: "script-other-refund", Text: "a voter's script refunds another voter", Strength: KeyHolding, Base: "salted",
		Check: "V54", Level: "L3", Exit: 21, plot: stakes(redirected)},
	{Name: "script-other-refund-taken", Text: "a voter's script refunds another voter, who takes the stake after the timeout", Strength: KeyHolding, Base: "won",
		Check: "V54", Along: []string{"V60"}, Level: "L3", Exit: 21, plot: plots(stakes(redirected), redirectionTaken)},
	{Name: "script-other-timeout", Text: "a voter's script opens the refund a block early", Strength: KeyHolding, Base: "won",
		Check: "V54", Level: "L3", Exit: 21, plot: stakes(earlier)},
	{Name: "script-own-key", Text: "a voter's script lets the voter claim its stake", Strength: KeyHolding, Base: "each",
		Check: "V54", Level: "L3", Exit: 21, plot: stakes(ownKey)},
	{Name: "stake-twice", Text: "a voter stakes twice in one vote", Strength: KeyHolding, Base: "won",
		Check: "V54", Along: []string{"V65"}, Level: "L3", Exit: 21, plot: votes(stakeTwice)},
	{Name: "stake-nowhere", Text: "a voter publishes a ballot and keeps the stake", Strength: KeyHolding, Base: "paper",
		Check: "V54", Level: "L3", Exit: 21, plot: changedVote(func(_ *play, v *voter, tx *wire.MsgTx) { tx.TxOut[0].PkScript = roles.PayToKey(v.Key()) })},
	{Name: "stake-short", Text: "a voter stakes a satoshi too little", Strength: KeyHolding, Base: "won",
		Check: "V61", Level: "L3", Exit: 21, plot: changedVote(func(_ *play, _ *voter, tx *wire.MsgTx) { tx.TxOut[0].Value-- })},
	{Name: "stake-large", Text: "a voter stakes a satoshi too much, which marks the vote", Strength: KeyHolding, Base: "custodial",
		Check: "V61", Level: "L3", Exit: 21, plot: changedVote(func(_ *play, _ *voter, tx *wire.MsgTx) { tx.TxOut[0].Value++ })},
	{Name: "ballot-hidden", Text: "a voter locks a stake and publishes no ballot", Strength: KeyHolding, Base: "won",
		Check: "V62", Level: "L3", Exit: 21, plot: changedVote(func(_ *play, v *voter, tx *wire.MsgTx) {
			tx.TxOut[1] = wire.NewTxOut(600, roles.PayToKey(v.Key()))
		})},
	{Name: "coin-to-script", Text: "one who abstains sends its coin to somebody's script, as a vote without a ballot would", Strength: KeyHolding, Base: "nobody",
		Check: "V62", Along: []string{"V65"}, Level: "L3", Exit: 21, plot: coinToScript},
	{Name: "ballots-two", Text: "a voter publishes two ballots, with a miner's help", Strength: KeyHolding, Base: "won",
		Check: "V62", Along: []string{"V65"}, Level: "L3", Exit: 21, plot: minedVote(func(p *play, v *voter, tx *wire.MsgTx) error {
			other, err := p.ballotOf(v, 1)
			tx.AddTxOut(wire.NewTxOut(0, returning(other)))
			return err
		})},
	{Name: "ballot-in-two-pushes", Text: "a voter publishes a ballot in two pieces, with a miner's help", Strength: KeyHolding, Base: "salted",
		Check: "V62", Level: "L3", Exit: 21, plot: minedVote(func(_ *play, _ *voter, tx *wire.MsgTx) error {
			sealed := tx.TxOut[1].PkScript[2:]
			tx.TxOut[1].PkScript = returning(sealed[:30], sealed[30:])
			return nil
		})},
	{Name: "vote-early", Text: "a voter votes a block too early", Strength: KeyHolding, Base: "won",
		Check: "V63", Level: "L3", Exit: 21, plot: voteAt(func(p *play) uint32 { return p.e.Policy.Times.VoteFrom - 1 })},
	{Name: "vote-late", Text: "a voter votes a block too late", Strength: KeyHolding, Base: "won",
		Check: "V63", Level: "L3", Exit: 21, plot: voteAt(func(p *play) uint32 { return p.e.Policy.Times.VoteTo + 1 })},
	{Name: "vote-open-to-inputs", Text: "a voter signs so that others can add inputs", Strength: KeyHolding, Base: "won",
		Check: "V64", Level: "L3", plot: signedVote(pen{kind: txscript.SigHashAll | txscript.SigHashAnyOneCanPay})},
	{Name: "vote-open-to-outputs", Text: "a voter signs so that others can change the outputs", Strength: KeyHolding, Base: "flag",
		Check: "V64", Level: "L3", plot: signedVote(pen{kind: txscript.SigHashNone})},
	{Name: "vote-high-s", Text: "a voter's signature has the higher s, with a miner's help", Strength: KeyHolding, Base: "won",
		Check: "V64", Level: "L3", plot: minedVote(func(_ *play, v *voter, tx *wire.MsgTx) error { return pen{key: v.key, high: true}.resign(tx) })},
	{Name: "vote-pays-third", Text: "a voter's vote pays somebody else too", Strength: KeyHolding, Base: "won",
		Check: "V65", Level: "L3", plot: changedVote(func(p *play, _ *voter, tx *wire.MsgTx) {
			tx.AddTxOut(wire.NewTxOut(600, roles.PayToKey(curve.BaseMul(p.stranger()).Key())))
		})},

	{Name: "ballot-other-mark", Text: "a plain ballot begins as a salted one", Strength: KeyHolding, Base: "won",
		Check: "V66", Level: "L3", Exit: 21, plot: publishes(func(_ *play, sealed []byte) []byte { sealed[0] = 0xb2; return sealed })},
	{Name: "ballot-off-curve", Text: "a ballot's point is not on the curve", Strength: KeyHolding, Base: "each",
		Check: "V66", Level: "L3", Exit: 21, plot: publishes(func(_ *play, sealed []byte) []byte { sealed[1] = 4; return sealed })},
	{Name: "ballot-cut", Text: "a ballot is a byte short", Strength: KeyHolding, Base: "custodial",
		Check: "V66", Level: "L3", Exit: 21, plot: publishes(func(_ *play, sealed []byte) []byte { return sealed[:len(sealed)-1] })},
	{Name: "ballot-is-key", Text: "a voter publishes a key of its own where the script has the ballot in a key's place", Strength: KeyHolding, Base: "flag",
		Check: "V57", Along: []string{"V66"}, Level: "L3", Exit: 21, plot: publishes(func(p *play, _ []byte) []byte {
			key := curve.BaseMul(p.stranger()).Key()
			return key[:]
		})},
	{Name: "ballot-copied", Text: "a voter publishes another voter's ballot as its own", Strength: KeyHolding, Base: "won",
		Check: "V67", Along: []string{"V77"}, Level: "L3", Exit: 21, plot: casts(func(_ *play, other []byte) []byte { return other })},
	{Name: "ballot-point-copied", Text: "a voter's ballot has the point of another's", Strength: KeyHolding, Base: "salted",
		Check: "V67", Along: []string{"V77"}, Level: "L3", Exit: 21, plot: casts(func(_ *play, other []byte) []byte {
			return append(slices.Clone(other[:34]), bytes.Repeat([]byte{7}, len(other)-34)...)
		})},
	{Name: "ballot-text-copied", Text: "a voter's ballot has the ciphertext of another's", Strength: KeyHolding, Base: "custodial",
		Check: "V67", Along: []string{"V77"}, Level: "L3", Exit: 21, plot: casts(func(p *play, other []byte) []byte {
			return slices.Concat(other[:1], key33(curve.BaseMul(p.stranger())), other[34:])
		})},
	{Name: "ballot-copied-unopened", Text: "a voter copies a ballot; nothing is opened yet", Strength: KeyHolding, Base: "won",
		Check: "V67", Level: "L0", Exit: 21, plot: plots(overAfterVote, casts(func(_ *play, other []byte) []byte { return other }))},
	{Name: "ballot-point-negated", Text: "a voter's ballot has the negative of another's point", Strength: KeyHolding, Base: "won",
		Check: "V68", Along: []string{"V77"}, Level: "L3", Exit: 21, plot: casts(func(_ *play, other []byte) []byte {
			out := append(slices.Clone(other[:34]), bytes.Repeat([]byte{7}, len(other)-34)...)
			out[1] ^= 1
			return out
		})},
	{Name: "ballot-point-joint-key", Text: "a voter's ballot has the joint key for its point, so that opening it tells about the joint secret", Strength: KeyHolding, Base: "paper",
		Check: "V68", Along: []string{"V77"}, Level: "L3", Exit: 21, plot: casts(related(func(p *play) curve.Point { return p.setup.Dealing.Keys[0].Key }))},
	{Name: "ballot-point-candidates", Text: "a voter's ballot has a candidate's key for its point; nothing is opened yet", Strength: KeyHolding, Base: "won",
		Check: "V68", Level: "L0", Exit: 21, plot: plots(overAfterVote, casts(related(func(p *play) curve.Point {
			return curve.BaseMul(p.keys["candidate "+p.first().Name])
		})))},
	{Name: "ballot-point-share", Text: "a voter's ballot has another's public share for its point", Strength: KeyHolding, Base: "each",
		Check: "V68", Along: []string{"V77"}, Level: "L3", Exit: 21, plot: casts(related(func(p *play) curve.Point {
			s, _ := p.share(p.votersFor(1)[0], 1)
			return curve.BaseMul(s)
		}))},
	{Name: "ballot-point-generator", Text: "a voter's ballot has the generator for its point", Strength: KeyHolding, Base: "custodial",
		Check: "V68", Along: []string{"V77"}, Level: "L3", Exit: 21, plot: casts(related(func(*play) curve.Point { return curve.BaseMul(curve.NewScalar(1)) }))},
}

func key33(p curve.Point) []byte {
	k := p.Key()
	return k[:]
}

// overAfterVote ends the record when the vote has closed.
func overAfterVote(p *play) error {
	p.tricks.last = "vote"
	return nil
}

// votes has the liar send what make gives in place of a vote.
func votes(make func(p *play, v *voter, keys map[string][]byte) (*wire.MsgTx, error)) func(*play) error {
	return castBy(make, func(p *play, tx *wire.MsgTx) error { return p.chain.Submit(tx) })
}

// castBy has the liar send what make gives in a way of its own.
func castBy(make func(p *play, v *voter, keys map[string][]byte) (*wire.MsgTx, error), send func(*play, *wire.MsgTx) error) func(*play) error {
	return func(p *play) error {
		liar := p.votersFor(2)[0]
		p.tricks.cast = func(v *voter, keys map[string][]byte) (bool, error) {
			if v != liar {
				return false, nil
			}
			tx, err := make(p, v, keys)
			if err != nil {
				return true, err
			}
			return true, send(p, tx)
		}
		return nil
	}
}

// honestVote makes the vote that the liar would cast.
func (p *play) honestVote(v *voter, keys map[string][]byte) (*wire.MsgTx, error) {
	sealed, err := p.ballotOf(v, v.choice)
	if err != nil {
		return nil, err
	}
	return p.voting(v, keys, sealed)
}

// changedVote changes an honest vote and signs it again.
func changedVote(change func(*play, *voter, *wire.MsgTx)) func(*play) error {
	return votes(func(p *play, v *voter, keys map[string][]byte) (*wire.MsgTx, error) {
		tx, err := p.honestVote(v, keys)
		if err != nil {
			return nil, err
		}
		change(p, v, tx)
		return tx, pen{key: v.key}.resign(tx)
	})
}

// signedVote signs an honest vote with another hash type.
func signedVote(q pen) func(*play) error {
	return votes(func(p *play, v *voter, keys map[string][]byte) (*wire.MsgTx, error) {
		tx, err := p.honestVote(v, keys)
		if err != nil {
			return nil, err
		}
		q.key = v.key
		return tx, q.resign(tx)
	})
}

// minedVote changes an honest vote to what no node relays; a miner takes it.
func minedVote(change func(*play, *voter, *wire.MsgTx) error) func(*play) error {
	return castBy(func(p *play, v *voter, keys map[string][]byte) (*wire.MsgTx, error) {
		tx, err := p.honestVote(v, keys)
		if err != nil {
			return nil, err
		}
		if err := (pen{key: v.key}).resign(tx); err != nil {
			return nil, err
		}
		outs := len(tx.TxOut)
		before := tx.TxOut[1].PkScript
		if err := change(p, v, tx); err != nil {
			return nil, err
		}
		if len(tx.TxOut) != outs || !bytes.Equal(before, tx.TxOut[1].PkScript) {
			return tx, pen{key: v.key}.resign(tx)
		}
		return tx, nil
	}, func(p *play, tx *wire.MsgTx) error {
		p.chain.Bribe(tx)
		return nil
	})
}

// publishes changes the ballot that is published, and not the script.
func publishes(change func(*play, []byte) []byte) func(*play) error {
	return changedVote(func(p *play, _ *voter, tx *wire.MsgTx) {
		items := pushes(tx.TxOut[1].PkScript[1:])
		tx.TxOut[1].PkScript = returning(change(p, slices.Clone(items[0])))
	})
}

// stakes changes the script that the stake is locked under.
func stakes(redeem func(p *play, v *voter, keys map[string][]byte, sealed []byte) ([]byte, error)) func(*play) error {
	return votes(func(p *play, v *voter, keys map[string][]byte) (*wire.MsgTx, error) {
		sealed, err := p.ballotOf(v, v.choice)
		if err != nil {
			return nil, err
		}
		script, err := redeem(p, v, keys, sealed)
		if err != nil {
			return nil, err
		}
		tx, err := p.spendCoin(v, wire.NewTxOut(p.e.Policy.Stake, payToScript(script)), wire.NewTxOut(0, returning(sealed)))
		if err != nil {
			return nil, err
		}
		p.tricks.aside = &verifier.Vote{Stake: wire.OutPoint{Hash: tx.TxHash()}, Value: p.e.Policy.Stake, Redeem: script}
		return tx, nil
	})
}

// casts has the liar cast a ballot made from that of the first candidate's
// first voter, after that one has voted.
func casts(change func(p *play, other []byte) []byte) func(*play) error {
	return func(p *play) error {
		victim, liar := p.votersFor(1)[0], p.votersFor(2)[0]
		p.schedule(victim, p.e.Policy.Times.VoteFrom)
		p.schedule(liar, p.e.Policy.Times.VoteTo)
		var other []byte
		p.intercept(victim.role, func(tx *wire.MsgTx) (bool, error) {
			if len(tx.TxOut) == 2 {
				other = pushes(tx.TxOut[1].PkScript[1:])[0]
			}
			return false, nil
		})
		p.tricks.cast = func(v *voter, keys map[string][]byte) (bool, error) {
			if v != liar {
				return false, nil
			}
			return true, v.Cast(p.setup, keys, change(p, slices.Clone(other)))
		}
		return nil
	}
}

// related puts a point that others know into a ballot.
func related(point func(*play) curve.Point) func(*play, []byte) []byte {
	return func(p *play, other []byte) []byte {
		noise := bytes.Repeat([]byte{9}, len(other)-34)
		return slices.Concat(other[:1], key33(point(p)), noise)
	}
}

// voteAt has the liar vote honestly, but in a block of its own choice.
func voteAt(height func(*play) uint32) func(*play) error {
	return func(p *play) error {
		liar := p.votersFor(2)[0]
		p.acts = slices.DeleteFunc(p.acts, func(a act) bool { return a.voter == liar })
		p.tricks.at(height(p), func() error {
			keys, err := p.setup.Keys()
			if err != nil {
				return err
			}
			tx, err := p.honestVote(liar, keys)
			if err != nil {
				return err
			}
			return p.chain.Submit(tx)
		})
		return nil
	}
}

func coinToScript(p *play) error {
	if err := idleAbstainers(p); err != nil {
		return err
	}
	v := p.votersFor(0)[0]
	p.tricks.at(p.e.Policy.Times.VoteFrom, func() error {
		tx, err := p.spendCoin(v, wire.NewTxOut(p.e.Policy.Stake, payToScript([]byte{txscript.OP_1})))
		if err != nil {
			return err
		}
		return p.chain.Submit(tx)
	})
	return nil
}

// twoCoins spends the coin of one who abstains beside the liar's.
func twoCoins(p *play, v *voter, keys map[string][]byte) (*wire.MsgTx, error) {
	tx, err := p.honestVote(v, keys)
	if err != nil {
		return nil, err
	}
	idle := p.votersFor(0)[0]
	also := pen{key: idle.key}
	also.spend(tx, p.coin(idle))
	if err := also.resignInput(tx, 1); err != nil {
		return nil, err
	}
	return tx, pen{key: v.key}.resignInput(tx, 0)
}

// redirected is the liar's script with the refund of the first candidate's first
// voter.
func redirected(p *play, _ *voter, keys map[string][]byte, sealed []byte) ([]byte, error) {
	return p.setup.Redeem(keys, p.votersFor(1)[0].Slot(), sealed)
}

// redirectionTaken has the one to whom a refund is redirected take it.
func redirectionTaken(p *play) error {
	height := p.e.Policy.Times.Timeout + 1
	p.tricks.until = height + p.depth()
	p.tricks.at(height, func() error {
		thief := p.votersFor(1)[0]
		tx, err := p.sweep([]*verifier.Vote{p.tricks.aside}, "refund", pen{key: thief.key}, roles.PayToKey(thief.Key()))
		if err != nil {
			return err
		}
		return p.chain.Submit(tx)
	})
	return nil
}

// earlier is the liar's script with the lock a block earlier.
func earlier(p *play, v *voter, keys map[string][]byte, sealed []byte) ([]byte, error) {
	redeem, err := p.setup.Redeem(keys, v.Slot(), sealed)
	lock := func(height uint32) []byte {
		return append(built(txscript.NewScriptBuilder().AddInt64(int64(height))), txscript.OP_CHECKLOCKTIMEVERIFY)
	}
	t := p.e.Policy.Times.Timeout
	return bytes.Replace(redeem, lock(t), lock(t-1), 1), err
}

// ownKey is the liar's script with its own key in place of the first
// candidate's claim key.
func ownKey(p *play, v *voter, keys map[string][]byte, sealed []byte) ([]byte, error) {
	other, own := maps.Clone(keys), v.Key()
	other["claim."+p.first().Name] = own[:]
	return p.setup.Redeem(other, v.Slot(), sealed)
}

func stakeTwice(p *play, v *voter, keys map[string][]byte) (*wire.MsgTx, error) {
	tx, err := p.honestVote(v, keys)
	if err != nil {
		return nil, err
	}
	more, err := p.gift(v.key)
	if err != nil {
		return nil, err
	}
	q := pen{key: v.key}
	q.spend(tx, more)
	tx.AddTxOut(tx.TxOut[0])
	return tx, q.resign(tx)
}
