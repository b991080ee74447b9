package corpus

import (
	"bytes"
	"maps"

	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// lockedUnder replaces the script of the stake.
func lockedUnder(redeem func(p *play, v *rehearsal.Voter, keys map[string][]byte, sealed []byte) ([]byte, error)) func(*play) error {
	return votes(func(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
		sealed, err := p.ballotOf(v, v.Choice)
		if err != nil {
			return nil, err
		}
		script, err := redeem(p, v, keys, sealed)
		if err != nil {
			return nil, err
		}
		tx, err := p.spendCoin(v, wire.NewTxOut(p.Policy.Stake, templates.PayToRedeem(script)), wire.NewTxOut(0, returning(sealed)))
		if err != nil {
			return nil, err
		}
		p.lostStake = &election.Vote{Stake: wire.OutPoint{Hash: tx.TxHash()}, Value: p.Policy.Stake, Redeem: script}
		return tx, nil
	})
}

func coinToScript(p *play) error {
	if err := abstainersKeepCoins(p); err != nil {
		return err
	}
	v := p.votersFor(0)[0]
	p.at(p.Policy.Times.VoteFrom, func() error {
		tx, err := p.spendCoin(v, wire.NewTxOut(p.Policy.Stake, templates.PayToRedeem([]byte{txscript.OP_1})))
		if err != nil {
			return err
		}
		return p.Chain.Submit(tx)
	})
	return nil
}

// twoCoins spends the liar's coin and that of a voter who abstains.
func twoCoins(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
	tx, err := p.honestVote(v, keys)
	if err != nil {
		return nil, err
	}
	idle := p.votersFor(0)[0]
	also := signer{key: idle.Secret}
	also.spend(tx, p.coin(idle))
	if err := also.resignInput(tx, 1); err != nil {
		return nil, err
	}
	return tx, signer{key: v.Secret}.resignInput(tx, 0)
}

// redirected returns the liar's script with the refund of the first candidate's
// first voter.
func redirected(p *play, _ *rehearsal.Voter, keys map[string][]byte, sealed []byte) ([]byte, error) {
	return p.Setup.Redeem(keys, p.votersFor(1)[0].Slot(), sealed)
}

// redirectionTaken has that voter take the refund.
func redirectionTaken(p *play) error {
	height := p.Policy.Times.Timeout + 1
	p.Hooks.Tip = height + p.Policy.Depth()
	p.at(height, func() error {
		thief := p.votersFor(1)[0]
		tx, err := p.sweep([]*election.Vote{p.lostStake}, "refund", signer{key: thief.Secret}, templates.PayToKey(thief.Key()))
		if err != nil {
			return err
		}
		return p.Chain.Submit(tx)
	})
	return nil
}

// earlier returns the liar's script with its lock a block earlier.
func earlier(p *play, v *rehearsal.Voter, keys map[string][]byte, sealed []byte) ([]byte, error) {
	redeem, err := p.Setup.Redeem(keys, v.Slot(), sealed)
	lock := func(height uint32) []byte {
		return append(built(txscript.NewScriptBuilder().AddInt64(int64(height))), txscript.OP_CHECKLOCKTIMEVERIFY)
	}
	t := p.Policy.Times.Timeout
	return bytes.Replace(redeem, lock(t), lock(t-1), 1), err
}

// ownKey returns the liar's script with its own key in the place of the first
// candidate's claim key.
func ownKey(p *play, v *rehearsal.Voter, keys map[string][]byte, sealed []byte) ([]byte, error) {
	other, own := maps.Clone(keys), v.Key()
	other["claim."+p.first().Name] = own[:]
	return p.Setup.Redeem(other, v.Slot(), sealed)
}

func stakeTwice(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
	return p.richerVote(v, keys, func(tx *wire.MsgTx) { tx.AddTxOut(tx.TxOut[0]) })
}

// richerVote returns an honest vote with another coin of the voter's added, as
// edit changes it, signed anew.
func (p *play) richerVote(v *rehearsal.Voter, keys map[string][]byte, edit func(*wire.MsgTx)) (*wire.MsgTx, error) {
	tx, err := p.honestVote(v, keys)
	if err != nil {
		return nil, err
	}
	more, err := p.payCoin(v.Secret)
	if err != nil {
		return nil, err
	}
	q := signer{key: v.Secret}
	q.spend(tx, more)
	edit(tx)
	return tx, q.resign(tx)
}
