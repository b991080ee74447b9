package corpus

import (
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// refundLies are about family J and V11: stakes that a miner takes against the
// rules (V93).
var refundLies = []Lie{
	{Name: "refund-before-timeout", Text: "a miner takes a voter's refund before the timeout",
		Strength: Consistent, Base: "nobody",
		Check: "V93", Level: "none", Exit: 20, tamper: overAfterCount, rewrite: mined(0, refundOf)},
	{Name: "refund-unlocked", Text: "a miner takes a refund that has no locktime", Strength: Consistent, Base: "nobody",
		Check: "V11", Along: []string{"V92"}, Level: "none", Exit: 20,
		tamper: overAfterCount, rewrite: mined(1, func(p *play, v *rehearsal.Voter, vote *election.Vote) (*wire.MsgTx, error) {
			tx, err := refundOf(p, v, vote)
			if err != nil {
				return nil, err
			}
			tx.LockTime = 0
			return tx, signer{key: v.Secret}.resign(tx)
		})},
	{Name: "refund-by-stranger", Text: "a miner takes a refund that the roll key did not sign",
		Strength: Consistent, Base: "nobody",
		Check: "V11", Along: []string{"V94"}, Level: "none", Exit: 20,
		tamper: overAfterCount, rewrite: mined(1, func(p *play, v *rehearsal.Voter, vote *election.Vote) (*wire.MsgTx, error) {
			tx, err := refundOf(p, v, vote)
			if err != nil {
				return nil, err
			}
			return tx, signer{key: p.stranger()}.resign(tx)
		})},
	{Name: "claim-by-stranger", Text: "a miner takes a claim that no claim key signed",
		Strength: Consistent, Base: "nobody",
		Check: "V11", Along: []string{"V82", "V86", "V87"}, Level: "none", Exit: 20,
		tamper: overAfterCount, rewrite: mined(1, strangersClaim)},
	{Name: "stake-taken-by-other-script", Text: "a miner takes a stake by a script that is not the one it is locked under",
		Strength: Consistent, Base: "nobody",
		Check: "V11", Along: []string{"V55", "V58", "V82", "V95", "V97", "V86"}, Level: "none", Exit: 20,
		tamper: overAfterCount, rewrite: mined(1, otherScript)},
	{Name: "stake-taken-by-nobody", Text: "a miner takes a stake without any signature",
		Strength: Consistent, Base: "nobody",
		Check: "V11", Along: []string{"V95"}, Level: "none", Exit: 20,
		tamper: overAfterCount, rewrite: mined(1, unsignedSpend)},
}

// overAfterCount ends the record before stakes are taken back.
func overAfterCount(p *play) error {
	p.last = "claim"
	return nil
}

// mined puts a spend of the first vote's stake into a deep block at the
// record's end: at once (0), or after the timeout (1).
func mined(after int, spend func(p *play, v *rehearsal.Voter, vote *election.Vote) (*wire.MsgTx, error)) func(*rewrite) error {
	return func(r *rewrite) error {
		vote := election.Counted(r.p.Votes)[0]
		tx, err := spend(r.p, r.p.voter(vote.Index), vote)
		if err != nil {
			return err
		}
		more := int(r.p.Policy.Depth())
		if after > 0 {
			more += int(r.p.Policy.Times.Timeout - r.tip())
		}
		r.extend(more)
		return r.mine(tx)
	}
}

// refundOf returns a voter's refund.
func refundOf(p *play, v *rehearsal.Voter, vote *election.Vote) (*wire.MsgTx, error) {
	return p.sweep([]*election.Vote{vote}, "refund", signer{key: v.Secret}, templates.PayToKey(v.Key()))
}

// strangersClaim returns a claim by the first candidate's path, signed by a
// stranger.
func strangersClaim(p *play, _ *rehearsal.Voter, vote *election.Vote) (*wire.MsgTx, error) {
	_, path, err := p.claimSigner(1)
	if err != nil {
		return nil, err
	}
	return p.sweep([]*election.Vote{vote}, path, signer{key: p.stranger()}, p.first().Payout)
}

// otherScript returns a refund by the contract filled with a stranger's keys.
func otherScript(p *play, v *rehearsal.Voter, vote *election.Vote) (*wire.MsgTx, error) {
	own := curve.BaseMul(p.stranger()).Key()
	keys, err := p.Setup.Keys()
	if err != nil {
		return nil, err
	}
	for name := range keys {
		keys[name] = own[:]
	}
	redeem, err := p.Setup.Redeem(keys, vote.Index, vote.Ballot)
	if err != nil {
		return nil, err
	}
	other := *vote
	other.Redeem = redeem
	return p.sweep([]*election.Vote{&other}, "refund", signer{key: v.Secret}, templates.PayToKey(v.Key()))
}

// unsignedSpend returns a refund without signature:
//
//	<1> <redeem>
func unsignedSpend(p *play, v *rehearsal.Voter, vote *election.Vote) (*wire.MsgTx, error) {
	tx, err := refundOf(p, v, vote)
	if err == nil {
		tx.TxIn[0].SignatureScript = push([]byte{1}, vote.Redeem)
	}
	return tx, err
}
