package corpus

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// voteLies are about family F: voting transactions (V52, V54, V61 to V65). The
// liar is the second candidate's voter, whose vote does not decide.
var voteLies = []Lie{
	{Name: "two-coins-one-vote", Text: "a voter and one who abstains spend both their coins in one vote",
		Strength: KeyHolding, Base: "won",
		Check: "V52", Level: "L3", Exit: 21, tamper: all(abstainersKeepCoins, votes(twoCoins))},
	{Name: "script-other-ballot", Text: "a voter's script holds another ballot than the one published",
		Strength: KeyHolding, Base: "won",
		Check: "V54", Level: "L3", Exit: 21,
		tamper: lockedUnder(func(p *play, v *rehearsal.Voter, keys map[string][]byte, _ []byte) ([]byte, error) {
			other, err := p.ballotOf(v, 1)
			if err != nil {
				return nil, err
			}
			return p.Setup.Redeem(keys, v.Slot(), other)
		})},
	{Name: "script-other-refund", Text: "a voter's script refunds another voter", Strength: KeyHolding, Base: "salted",
		Check: "V54", Level: "L3", Exit: 21, tamper: lockedUnder(redirected)},
	{Name: "script-other-refund-taken", Text: "a voter's script refunds another voter, who takes the stake after the timeout",
		Strength: KeyHolding, Base: "won",
		Check: "V54", Along: []string{"V60"}, Level: "L3", Exit: 21,
		tamper: all(lockedUnder(redirected), redirectionTaken)},
	{Name: "script-other-timeout", Text: "a voter's script opens the refund a block early",
		Strength: KeyHolding, Base: "won",
		Check: "V54", Level: "L3", Exit: 21, tamper: lockedUnder(earlier)},
	{Name: "script-own-key", Text: "a voter's script lets the voter claim its stake",
		Strength: KeyHolding, Base: "each",
		Check: "V54", Level: "L3", Exit: 21, tamper: lockedUnder(ownKey)},
	{Name: "stake-twice", Text: "a voter stakes twice in one vote", Strength: KeyHolding, Base: "won",
		Check: "V54", Along: []string{"V65"}, Level: "L3", Exit: 21, tamper: votes(stakeTwice)},
	{Name: "stake-nowhere", Text: "a voter publishes a ballot and keeps the stake", Strength: KeyHolding, Base: "paper",
		Check: "V54", Level: "L3", Exit: 21,
		tamper: changedVote(func(_ *play, v *rehearsal.Voter, tx *wire.MsgTx) { tx.TxOut[0].PkScript = templates.PayToKey(v.Key()) })},
	{Name: "stake-short", Text: "a voter stakes a satoshi too little", Strength: KeyHolding, Base: "won",
		Check: "V61", Level: "L3", Exit: 21,
		tamper: changedVote(func(_ *play, _ *rehearsal.Voter, tx *wire.MsgTx) { tx.TxOut[0].Value-- })},
	{Name: "stake-large", Text: "a voter stakes a satoshi too much, which marks the vote",
		Strength: KeyHolding, Base: "custodial",
		Check: "V61", Level: "L3", Exit: 21,
		tamper: changedVote(func(_ *play, _ *rehearsal.Voter, tx *wire.MsgTx) { tx.TxOut[0].Value++ })},
	{Name: "ballot-hidden", Text: "a voter locks a stake and publishes no ballot", Strength: KeyHolding, Base: "won",
		Check: "V62", Level: "L3", Exit: 21, tamper: changedVote(func(_ *play, v *rehearsal.Voter, tx *wire.MsgTx) {
			tx.TxOut[1] = wire.NewTxOut(600, templates.PayToKey(v.Key()))
		})},
	{Name: "coin-to-script", Text: "one who abstains sends its coin to somebody's script, as a vote without a ballot would",
		Strength: KeyHolding, Base: "nobody",
		Check: "V62", Along: []string{"V65"}, Level: "L3", Exit: 21, tamper: coinToScript},
	{Name: "ballots-two", Text: "a voter publishes two ballots, with a miner's help", Strength: KeyHolding, Base: "won",
		Check: "V62", Along: []string{"V65"}, Level: "L3", Exit: 21,
		tamper: minedVote(func(p *play, v *rehearsal.Voter, tx *wire.MsgTx) error {
			other, err := p.ballotOf(v, 1)
			tx.AddTxOut(wire.NewTxOut(0, returning(other)))
			return err
		})},
	{Name: "ballot-in-two-pushes", Text: "a voter publishes a ballot in two pieces, with a miner's help",
		Strength: KeyHolding, Base: "salted",
		Check: "V62", Level: "L3", Exit: 21, tamper: minedVote(func(_ *play, _ *rehearsal.Voter, tx *wire.MsgTx) error {
			sealed := tx.TxOut[1].PkScript[2:]
			tx.TxOut[1].PkScript = returning(sealed[:30], sealed[30:])
			return nil
		})},
	{Name: "vote-early", Text: "a voter votes a block too early", Strength: KeyHolding, Base: "won",
		Check: "V63", Level: "L3", Exit: 21,
		tamper: voteAt(func(p *play) uint32 { return p.Policy.Times.VoteFrom - 1 })},
	{Name: "vote-late", Text: "a voter votes a block too late", Strength: KeyHolding, Base: "won",
		Check: "V63", Level: "L3", Exit: 21, tamper: voteAt(func(p *play) uint32 { return p.Policy.Times.VoteTo + 1 })},
	{Name: "late-stake-swept", Text: "a voter votes too late, and the winner takes that stake too",
		Strength: KeyHolding, Base: "won",
		Check: "V63", Level: "L3", Exit: 21,
		tamper: all(lateStake, voteAt(func(p *play) uint32 { return p.Policy.Times.VoteTo + 1 }))},
	{Name: "vote-open-to-inputs", Text: "a voter signs so that others can add inputs",
		Strength: KeyHolding, Base: "won",
		Check: "V64", Level: "L3",
		tamper: signedVote(signer{hashType: txscript.SigHashAll | txscript.SigHashAnyOneCanPay})},
	{Name: "vote-open-to-outputs", Text: "a voter signs so that others can change the outputs",
		Strength: KeyHolding, Base: "flag",
		Check: "V64", Level: "L3", tamper: signedVote(signer{hashType: txscript.SigHashNone})},
	{Name: "vote-high-s", Text: "a voter's signature has the higher s, with a miner's help",
		Strength: KeyHolding, Base: "won",
		Check: "V64", Level: "L3", tamper: minedVote(func(_ *play, v *rehearsal.Voter, tx *wire.MsgTx) error {
			return signer{key: v.Secret, highS: true}.resign(tx)
		})},
	{Name: "vote-pays-third", Text: "a voter's vote pays somebody else too", Strength: KeyHolding, Base: "won",
		Check: "V65", Level: "L3", tamper: changedVote(func(p *play, _ *rehearsal.Voter, tx *wire.MsgTx) {
			tx.AddTxOut(wire.NewTxOut(600, templates.PayToKey(curve.BaseMul(p.stranger()).Key())))
		})},
}

// voteMaker returns a transaction in the place of a vote, given the keys of the
// contract's script.
type voteMaker func(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error)

// votes has the liar send what make returns in the place of its vote.
func votes(make voteMaker) func(*play) error {
	return castBy(make, func(p *play, tx *wire.MsgTx) error { return p.Chain.Submit(tx) })
}

// castBy is [votes] with another way to send.
func castBy(make voteMaker, send func(*play, *wire.MsgTx) error) func(*play) error {
	return func(p *play) error {
		liar := p.votersFor(2)[0]
		p.castInstead(liar, func(keys map[string][]byte) error {
			tx, err := make(p, liar, keys)
			if err != nil {
				return err
			}
			return send(p, tx)
		})
		return nil
	}
}

// honestVote returns an honest vote of a voter.
func (p *play) honestVote(v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
	sealed, err := p.ballotOf(v, v.Choice)
	if err != nil {
		return nil, err
	}
	return p.voteTx(v, keys, sealed)
}

// changedVote changes an honest vote and signs it anew.
func changedVote(change func(*play, *rehearsal.Voter, *wire.MsgTx)) func(*play) error {
	return votes(func(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
		tx, err := p.honestVote(v, keys)
		if err != nil {
			return nil, err
		}
		change(p, v, tx)
		return tx, signer{key: v.Secret}.resign(tx)
	})
}

// lateStake has the winner claim all stakes, including one that does not count.
func lateStake(p *play) error {
	return claimed(func(p *play, _ []*election.Vote) error {
		votes, err := p.currentVotes()
		if err != nil {
			return err
		}
		return p.claim(1, votes, signer{}, nil)
	})(p)
}

// signedVote signs an honest vote with another hash type.
func signedVote(q signer) func(*play) error {
	return votes(func(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
		tx, err := p.honestVote(v, keys)
		if err != nil {
			return nil, err
		}
		q.key = v.Secret
		return tx, q.resign(tx)
	})
}

// minedVote changes an honest vote to one that nodes do not relay. A miner includes it.
func minedVote(change func(*play, *rehearsal.Voter, *wire.MsgTx) error) func(*play) error {
	return castBy(func(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
		tx, err := p.honestVote(v, keys)
		if err != nil {
			return nil, err
		}
		if err := (signer{key: v.Secret}).resign(tx); err != nil {
			return nil, err
		}
		outs := len(tx.TxOut)
		before := tx.TxOut[1].PkScript
		if err := change(p, v, tx); err != nil {
			return nil, err
		}
		if len(tx.TxOut) != outs || !bytes.Equal(before, tx.TxOut[1].PkScript) {
			return tx, signer{key: v.Secret}.resign(tx)
		}
		return tx, nil
	}, func(p *play, tx *wire.MsgTx) error {
		p.Chain.SubmitToMiner(tx)
		return nil
	})
}

// voteAt has the liar vote honestly in the block of a height.
func voteAt(height func(*play) uint32) func(*play) error {
	return func(p *play) error {
		liar := p.votersFor(2)[0]
		p.CoinSpends = slices.DeleteFunc(p.CoinSpends, func(a rehearsal.CoinSpend) bool { return a.Voter == liar })
		p.at(height(p), func() error {
			keys, err := p.Setup.Keys()
			if err != nil {
				return err
			}
			tx, err := p.honestVote(liar, keys)
			if err != nil {
				return err
			}
			return p.Chain.Submit(tx)
		})
		return nil
	}
}
