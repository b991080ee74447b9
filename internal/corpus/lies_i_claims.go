package corpus

import (
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// claimLies are about family I: claims (V83 to V88, V90, V91), and V13, V103
// and V107.
var claimLies = []Lie{
	{Name: "claim-single", Text: "the winner signs its claim with SIGHASH_SINGLE", Strength: KeyHolding, Base: "paper",
		Check: "V83", Level: "none", Exit: 20, tamper: claims(txscript.SigHashSingle)},
	{Name: "claim-single-out-of-range", Text: "the winner signs two inputs with SIGHASH_SINGLE and has one output: the second signature is good for every stake",
		Strength: KeyHolding, Base: "won", Check: "V83", Level: "none", Exit: 20, tamper: claimsInPairs},
	{Name: "claim-none", Text: "the winner's signature does not cover the outputs", Strength: KeyHolding, Base: "won",
		Check: "V83", Level: "none", Exit: 20, tamper: claims(txscript.SigHashNone)},
	{Name: "claim-open-to-inputs", Text: "the supervisor signs the claim so that others can add inputs",
		Strength: KeyHolding, Base: "custodial",
		Check: "V83", Level: "none", Exit: 20, tamper: claims(txscript.SigHashAll | txscript.SigHashAnyOneCanPay)},
	{Name: "loser-claim-none", Text: "the second candidate, who could have won too, signs its claim of what is left without the outputs",
		Strength: KeyHolding, Base: "either",
		Check: "V83", Level: "L3", Exit: 21, tamper: claimed(func(p *play, votes []*election.Vote) error {
			return p.claimBoth(votes, signer{hashType: txscript.SigHashNone})
		})},
	{Name: "nonce-reused", Text: "the winner signs two stakes with one nonce, which reveals its claim key",
		Strength: KeyHolding, Base: "reorganised",
		Check: "V84", Level: "L3", Exit: 21, tamper: claimed(func(p *play, votes []*election.Vote) error {
			nonce, err := curve.RandomScalar(p.Stream("nonce"))
			if err != nil {
				return err
			}
			return p.claim(1, votes, signer{nonce: nonce}, nil)
		})},
	{Name: "claim-pays-stranger", Text: "the winner claims to another script than its payout",
		Strength: KeyHolding, Base: "won",
		Check: "V85", Level: "none", Exit: 20,
		tamper: claimsTo(func(p *play) []byte { return templates.PayToKey(curve.BaseMul(p.stranger()).Key()) })},
	{Name: "claim-pays-rival", Text: "the winner claims to its rival's payout", Strength: KeyHolding, Base: "each",
		Check: "V85", Level: "none", Exit: 20, tamper: claimsTo(func(p *play) []byte { return p.second().Payout })},
	{Name: "claim-pays-two", Text: "the winner's claim pays somebody else beside its payout",
		Strength: KeyHolding, Base: "salted",
		Check: "V85", Level: "none", Exit: 20, tamper: claimed(func(p *play, votes []*election.Vote) error {
			return p.claim(1, votes, signer{}, func(tx *wire.MsgTx) {
				tx.TxOut[0].Value -= 20_000
				tx.AddTxOut(wire.NewTxOut(15_000, templates.PayToKey(p.Supervisor.Key())))
			})
		})},
	{Name: "joint-key-pays-stranger", Text: "k voters who pooled their shares pay the stakes to somebody who is no candidate",
		Strength: KeyHolding, Base: "paper",
		Check: "V86", Along: []string{"V85"}, Level: "none", Exit: 20,
		tamper: claimsTo(func(p *play) []byte { return templates.PayToKey(curve.BaseMul(p.stranger()).Key()) })},
	{Name: "loser-pools", Text: "a loser collects enough shares privately and claims before the winner",
		Strength: KeyHolding, Base: "won",
		Check: "V86", Level: "none", Exit: 20, tamper: claimsAs(2)},
	{Name: "loser-pools-paper", Text: "a loser collects enough shares privately and claims everything by the joint key",
		Strength: KeyHolding, Base: "paper",
		Check: "V86", Level: "none", Exit: 20, tamper: claimsAs(2)},
	{Name: "nobody-won-but-claimed", Text: "where nobody reached the threshold, a candidate claims with pooled shares",
		Strength: KeyHolding, Base: "nobody",
		Check: "V86", Along: []string{"V97"}, Level: "none", Exit: 20, tamper: claimsAs(1)},
	{Name: "loser-takes-one", Text: "the winner leaves a stake, and a loser with pooled shares takes it",
		Strength: KeyHolding, Base: "won",
		Check: "V86", Level: "L3", Exit: 21, tamper: claimed(func(p *play, votes []*election.Vote) error {
			if err := p.claim(1, votes[1:], signer{}, nil); err != nil {
				return err
			}
			return p.claim(2, votes[:1], signer{}, nil)
		})},
	{Name: "supervisor-takes-all", Text: "the supervisor claims the losers' stakes for the winner too",
		Strength: KeyHolding, Base: "custodial",
		Check: "V86", Level: "L3", Exit: 21, tamper: claimsAs(1)},
	{Name: "supervisor-pays-loser", Text: "the supervisor claims for a candidate with too few ballots",
		Strength: KeyHolding, Base: "custodial",
		Check: "V86", Level: "none", Exit: 20, tamper: claimsAs(2)},
	{Name: "claim-late", Text: "the winner claims a block after the last that counts",
		Strength: KeyHolding, Base: "won",
		Check: "V87", Level: "L3", Exit: 21,
		tamper: claimsAt(func(p *play) uint32 { return p.Policy.Times.Claim + 1 })},
	{Name: "claim-late-and-shallow", Text: "the winner claims long after the last block that counts, in the newest block of the record",
		Strength: KeyHolding, deep: true, Base: "won",
		Check: "V87", Along: []string{"V13"}, Level: "L3", Exit: 21, tamper: claimsAtLast},
	{Name: "forgotten-stake-claimed",
		Text:     "nobody won, and an outsider claims a forgotten stake by the joint key, public since the openings",
		Strength: KeyHolding, Base: "paper-nobody",
		Check: "V87", Along: []string{"V85"}, Level: "L3", Exit: 21,
		tamper: all(forgets, claimsRest(0, 0, txscript.SigHashAll))},
	{Name: "forgotten-stake-claimed-by-loser",
		Text:     "nobody won, and after the openings a candidate claims a forgotten stake",
		Strength: KeyHolding, Base: "nobody",
		Check: "V87", Along: []string{"V86"}, Level: "L3", Exit: 21,
		tamper: all(forgets, claimsRest(2, 2, txscript.SigHashAll))},
	{Name: "left-stake-paid-to-winner",
		Text:     "after the openings an outsider pays a stake that the winner left to the winner, with SIGHASH_NONE",
		Strength: KeyHolding, Base: "paper",
		Check: "V87", Along: []string{"V83"}, Level: "L3", Exit: 21,
		tamper: all(leavesOne, claimsRest(1, 1, txscript.SigHashNone))},
	{Name: "record-cut-short", Text: "the record ends with the block of the claims, which can still be displaced",
		Strength: KeyHolding, deep: true, Base: "won",
		Check: "V13", Along: []string{"V100"}, Level: "L1", Exit: 12, tamper: cutShort},
	{Name: "claim-early", Text: "a candidate with enough ballots claims while others still vote",
		Strength: KeyHolding, Base: "won",
		Check: "V88", Level: "L3", Exit: 21, tamper: claimsDuringVote},
	{Name: "claim-partial", Text: "the winner leaves a stake that nobody takes",
		Strength: KeyHolding, Base: "reorganised",
		Check: "V90", Level: "L3", tamper: leavesOne},
	{Name: "claim-key-reused", Text: "somebody is paid to the winner's claim key", Strength: KeyHolding, Base: "won",
		Check: "V91", Level: "L3", tamper: strangerPays(func(p *play) ([]*wire.TxOut, error) {
			q, _, err := p.claimSigner(1)
			return []*wire.TxOut{wire.NewTxOut(1000, templates.PayToKey(curve.BaseMul(q.key).Key()))}, err
		})},
	{Name: "joint-key-reused", Text: "a stranger's script asks for a signature by the joint key",
		Strength: KeyHolding, Base: "paper",
		Check: "V91", Level: "L3", tamper: strangerPays(func(p *play) ([]*wire.TxOut, error) {
			key := p.Setup.Dealing.Keys[0].Key.Key()
			script := built(txscript.NewScriptBuilder().AddOp(txscript.OP_1).AddData(key[:]).AddOp(txscript.OP_1).AddOp(txscript.OP_CHECKMULTISIG))
			return []*wire.TxOut{wire.NewTxOut(1000, script)}, nil
		})},
	{Name: "claim-burns", Text: "the winner's claim pays most of the stakes to the miner",
		Strength: KeyHolding, Base: "won",
		Check: "V103", Level: "L3", tamper: claimed(func(p *play, votes []*election.Vote) error {
			return p.claim(1, votes, signer{}, func(tx *wire.MsgTx) { tx.TxOut[0].Value /= 4 })
		})},
	{Name: "decoy-ballot", Text: "a stranger publishes a ballot with a stake-like output",
		Strength: KeyHolding, Base: "reorganised",
		Check: "V107", Level: "L3", tamper: strangerPays(func(p *play) ([]*wire.TxOut, error) {
			sealed, err := p.ballotOf(p.votersFor(1)[0], 1)
			return []*wire.TxOut{wire.NewTxOut(p.Policy.Stake, templates.PayToRedeem(sealed)), wire.NewTxOut(0, returning(sealed))}, err
		})},
	{Name: "decoy-without-stake", Text: "a stranger publishes a salted ballot and locks nothing",
		Strength: KeyHolding, Base: "salted",
		Check: "V107", Level: "L3", tamper: strangerPays(func(p *play) ([]*wire.TxOut, error) {
			sealed, err := p.ballotOf(p.votersFor(1)[0], 1)
			return []*wire.TxOut{wire.NewTxOut(0, returning(sealed))}, err
		})},
}

// claimed has the candidates count, and calls claim in place of their claims.
func claimed(claim func(p *play, votes []*election.Vote) error) func(*play) error {
	return func(p *play) error {
		p.replace("claim", func() error { return claim(p, election.Counted(p.Votes)) })
		return nil
	}
}

// claim spends the stakes for candidate number j with a transaction that change
// changes. The signer with has everything except the key.
func (p *play) claim(j int, votes []*election.Vote, with signer, change func(*wire.MsgTx)) error {
	q, path, err := p.claimSigner(j)
	if err != nil {
		return err
	}
	with.key = q.key
	tx, err := p.sweep(votes, path, with, p.Policy.Candidates[j-1].Payout)
	if err != nil {
		return err
	}
	if change != nil {
		change(tx)
		if err := with.resign(tx); err != nil {
			return err
		}
	}
	p.Claimant = p.Policy.Candidates[j-1].Name
	return p.Chain.Submit(tx)
}

// claims signs the winner's claims with another hash type, one stake in each.
func claims(kind txscript.SigHashType) func(*play) error {
	return claimed(func(p *play, votes []*election.Vote) error {
		for _, v := range votes {
			if !p.Policy.Dealt() && p.voter(v.Index).Choice != 1 {
				continue
			}
			if err := p.claim(1, []*election.Vote{v}, signer{hashType: kind}, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// claimsInPairs signs two inputs with SIGHASH_SINGLE over one output. The
// signature of the second is over the hash 1.
func claimsInPairs(p *play) error {
	return claimed(func(p *play, votes []*election.Vote) error {
		if err := p.claim(1, votes[:2], signer{hashType: txscript.SigHashSingle}, nil); err != nil {
			return err
		}
		return p.claim(1, votes[2:], signer{}, nil)
	})(p)
}

// claimBoth leaves a stake to the second candidate, which has a signer of its
// own.
func (p *play) claimBoth(votes []*election.Vote, second signer) error {
	if err := p.claim(1, votes[1:], signer{}, nil); err != nil {
		return err
	}
	if err := p.claim(2, votes[:1], second, nil); err != nil {
		return err
	}
	p.Claimant = p.first().Name
	return nil
}

func claimsTo(script func(*play) []byte) func(*play) error {
	return claimed(func(p *play, votes []*election.Vote) error {
		return p.claim(1, votes, signer{}, func(tx *wire.MsgTx) { tx.TxOut[0].PkScript = script(p) })
	})
}

// claimsAs claims all stakes for candidate number j.
func claimsAs(j int) func(*play) error {
	return claimed(func(p *play, votes []*election.Vote) error { return p.claim(j, votes, signer{}, nil) })
}

// claimsAt claims in the block of a height.
func claimsAt(height func(*play) uint32) func(*play) error {
	return claimed(func(p *play, votes []*election.Vote) error {
		p.at(height(p), func() error { return p.claim(1, votes, signer{}, nil) })
		return nil
	})
}

// claimsAtLast claims in the last block of the record, after the openings. No
// stake is refunded.
func claimsAtLast(p *play) error {
	p.Hooks.Tip = p.Policy.Times.Reveal + 3*p.Policy.Depth()
	p.replace("refund", func() error { return nil })
	p.openLate()
	return claimsAt(func(p *play) uint32 { return p.Hooks.Tip })(p)
}

// cutShort ends the record with the block of the claims.
func cutShort(p *play) error {
	p.last, p.Hooks.Tip = "claim", p.Times.Count+1
	return nil
}

// claimsDuringVote claims the stakes of the first candidate's voters in the
// last block of the vote. The others are refunded.
func claimsDuringVote(p *play) error {
	to := p.Policy.Times.VoteTo
	for _, v := range p.votersFor(1) {
		p.schedule(v, p.Policy.Times.VoteFrom)
	}
	for _, v := range p.votersFor(2) {
		p.schedule(v, to)
	}
	p.at(to, func() error {
		votes, err := p.currentVotes()
		if err != nil {
			return err
		}
		return p.claim(1, votes, signer{}, nil)
	})
	return noClaim(p)
}

// leavesOne claims all stakes but one, which its voter does not take back.
func leavesOne(p *play) error {
	p.Hooks.Tip = p.Policy.Times.Reveal + 3*p.Policy.Depth()
	p.openLate()
	p.holdRefund(p.votersFor(2)[0])
	return claimed(func(p *play, votes []*election.Vote) error {
		left := p.votersFor(2)[0].Slot()
		return p.claim(1, slices.DeleteFunc(slices.Clone(votes), func(v *election.Vote) bool { return v.Index == left }), signer{}, nil)
	})(p)
}

// claimsRest claims the stakes that are left, long after the openings. It signs with the
// claim key of candidate number j (0 for an outsider, who has only the joint key) and
// pays to the payout of candidate number to (0 for another script).
func claimsRest(j, to int, kind txscript.SigHashType) func(*play) error {
	return func(p *play) error {
		p.Hooks.Tip = p.Policy.Times.Reveal + 5*p.Policy.Depth()
		p.at(p.Hooks.Tip-p.Policy.Depth(), func() error {
			r, err := p.Replay()
			if err != nil {
				return err
			}
			winner := p.Claimant
			defer func() { p.Claimant = winner }()
			for _, v := range election.Counted(p.Votes) {
				if _, spent := r.StakeSpent(v.Stake); spent {
					continue
				}
				with := signer{hashType: kind}
				err := p.claim(max(1, j), []*election.Vote{v}, with, func(tx *wire.MsgTx) {
					tx.TxOut[0].PkScript = templates.PayToKey(curve.BaseMul(p.stranger()).Key())
					if to > 0 {
						tx.TxOut[0].PkScript = p.Policy.Candidates[to-1].Payout
					}
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		return nil
	}
}

// strangerPays has a stranger pay outs during the vote, from a coin that the
// supervisor paid to it.
func strangerPays(outs func(*play) ([]*wire.TxOut, error)) func(*play) error {
	return func(p *play) error {
		q := signer{key: p.stranger()}
		p.at(p.Policy.Times.VoteTo, func() error {
			tx := wire.NewMsgTx(2)
			op, err := p.payCoin(q.key)
			if err != nil {
				return err
			}
			q.spend(tx, op)
			if tx.TxOut, err = outs(p); err != nil {
				return err
			}
			if err := q.resign(tx); err != nil {
				return err
			}
			return p.Chain.Submit(tx)
		})
		return nil
	}
}
