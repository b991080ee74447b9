package corpus

import (
	"crypto/sha256"
	"slices"
	"time"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// variants are unusual elections without a fault. Checks in Along warn or are
// unresolved; they do not change the verdict.
var variants = []Lie{
	{Name: "selector-rewritten", Text: "a miner writes another true string for the selector of the winner's claim",
		Base: "flag",
		tamper: malleates("candidate", func(_ *play, items [][]byte) [][]byte {
			items[len(items)-2] = []byte("any string that is not zero")
			return items
		})},
	{Name: "selector-rewritten-refund", Text: "a miner writes another false string for the selector of a refund",
		Base: "flag",
		tamper: all(noClaim, malleates("voter", func(_ *play, items [][]byte) [][]byte {
			items[len(items)-2] = []byte{0, 0, 0x80}
			return items
		}))},
	{Name: "selector-as-long-as-a-key", Text: "a miner writes 33 zero bytes, the length of a public key, for the selector of a refund",
		Base: "flag",
		tamper: all(noClaim, malleates("voter", func(_ *play, items [][]byte) [][]byte {
			items[len(items)-2] = make([]byte, curve.PointSize)
			return items
		}))},
	{Name: "selector-is-a-key", Text: "a miner writes a public key for the selector of the winner's claim",
		Base: "flag",
		tamper: malleates("candidate", func(p *play, items [][]byte) [][]byte {
			items[len(items)-2] = key33(curve.BaseMul(p.stranger()))
			return items
		})},
	{Name: "refund-with-dead-signature", Text: "a miner puts a signature that does not verify into a refund's empty place",
		Base: "nobody",
		tamper: malleates("voter", func(_ *play, items [][]byte) [][]byte {
			items[len(items)-2] = items[0] // the voter's signature, not a claim key's
			return items
		})},
	{Name: "claim-with-extra-item", Text: "a miner puts a string below the winner's witness", Base: "won",
		tamper: malleates("candidate", func(_ *play, items [][]byte) [][]byte { return slices.Insert(items, 0, []byte("nobody reads this")) })},
	{Name: "lines-reordered", Text: "the keeper appends the lines of each phase in another order",
		Base: "won", tamper: reorders},
	{Name: "dust-on-a-stake", Text: "a stranger pays dust to the script of a stake",
		Base: "won", Along: []string{"V107"},
		tamper: strangerPays(func(p *play) ([]*wire.TxOut, error) {
			votes, err := p.currentVotes()
			if err != nil || len(votes) == 0 {
				return nil, errNothing
			}
			return []*wire.TxOut{wire.NewTxOut(600, templates.PayToRedeem(votes[0].Redeem))}, nil
		})},
	{Name: "vote-fee-bumped", Text: "a voter adds an input of its own to its vote for the fee", Base: "won",
		tamper: votes(func(p *play, v *rehearsal.Voter, keys map[string][]byte) (*wire.MsgTx, error) {
			return p.richerVote(v, keys, func(*wire.MsgTx) {})
		})},
	{Name: "vote-replaced", Text: "a voter replaces its vote, which waits, by one that a coin of another key pays a higher fee for",
		Base: "salted", tamper: replacesVote},
	{Name: "claims-one-by-one", Text: "the winner claims each stake by itself, up to the last block that counts",
		Base: "won",
		tamper: claimed(func(p *play, votes []*election.Vote) error {
			for i, v := range votes {
				p.at(p.Policy.Times.Claim-uint32(i), func() error { return p.claim(1, []*election.Vote{v}, signer{}, nil) })
			}
			return nil
		})},
	{Name: "votes-at-the-edges", Text: "all vote in the first and in the last block of the window",
		Base: "salted", tamper: votesAtEdges},
	{Name: "nobody-votes-for-one", Text: "a candidate gets no vote", Base: "won", tamper: func(p *play) error {
		for _, v := range p.votersFor(2) {
			p.abstain(v)
		}
		return nil
	}},
	{Name: "nobody-votes", Text: "all abstain", Base: "won", tamper: func(p *play) error {
		for _, v := range p.Voters {
			p.abstain(v)
		}
		return nil
	}},
	{Name: "nobody-acknowledges", Text: "no member acknowledges the transcript", Base: "won", Along: []string{"V50"}, tamper: noAcks},
	{Name: "complaint-of-no-deal", Text: "a member complains of a deal that is not on the board", Base: "won",
		tamper: complaint(func(c *board.Complaint) { c.Deal[0] ^= 1 })},
	{Name: "complaint-late-again", Text: "a member complains late of a dealer who is out already", Base: "dealers",
		tamper: complainsAgain},
	{Name: "voter-without-share", Text: "a member has no share, does not complain of it, and abstains", Base: "won",
		Along: []string{"V50"}, tamper: all(wrongShareFor0, noComplaints)},
	{Name: "block-displaced-in-vote", Text: "a block of votes is displaced by an empty one, again and again",
		Base: "won", tamper: displaces(func(t uint32, p *play) bool {
			return t > p.Policy.Times.VoteFrom && t < p.Policy.Times.VoteTo
		})},
	{Name: "block-displaced-in-claim", Text: "the block of the claims is displaced by an empty one",
		deep: true, Base: "each", tamper: displaces(func(t uint32, p *play) bool {
			return t == p.Times.Count+2
		})},
	{Name: "block-displaced-in-dealing", Text: "the blocks of two anchors are displaced by empty ones",
		deep: true, Base: "won", tamper: displaces(func(t uint32, p *play) bool {
			return t == p.Times.Announce+1 || t == p.Policy.Times.Deal+2
		})},
	{Name: "tip-displaced", Text: "the newest block of the record is another one than that of the voters",
		deep: true, Base: "won",
		rewrite: retip(func(h *wire.BlockHeader) { h.Timestamp = h.Timestamp.Add(time.Second) })},
	{Name: "last-block-missing", Text: "the newest block is left out, and its header is not", Base: "won", rewrite: dropBlock},
	{Name: "header-without-block", Text: "a header is added for which there is no block", Base: "won", rewrite: addHeader},
	{Name: "proofs-with-a-seal", Text: "the record has proofs instead of blocks, and the policy names what the announcement spends",
		Base: "sealed", proven: true,
		Along: []string{"V91", "V107"}},
	{Name: "stake-forgotten", Text: "a voter never takes its stake back",
		Base: "nobody", Along: []string{"V90"}, tamper: forgets},
	{Name: "refund-too-shallow", Text: "a forgotten stake is refunded in the newest block of the record",
		Base: "nobody", deep: true, tamper: refundAtLast},
	{Name: "stakes-rescued", Text: "the supervisor takes forgotten stakes by the policy's branch",
		Base: "rescue", tamper: rescues},
	{Name: "second-winner", Text: "the second candidate, who has enough ballots too, takes what the winner leaves",
		Base:   "either",
		tamper: claimed(func(p *play, votes []*election.Vote) error { return p.claimBoth(votes, signer{}) })},
	{Name: "anchor-by-stranger", Text: "a stranger makes anchors of its own for this election", Base: "won",
		tamper: strangerPays(func(p *play) ([]*wire.TxOut, error) {
			return []*wire.TxOut{wire.NewTxOut(0, returning(election.AnchorData(election.RollClosed, p.EID, sha256.Sum256(p.PolicyFile))))}, nil
		})},
	{Name: "anchors-with-inputs", Text: "the supervisor adds an input to each anchor", Base: "won", tamper: richerAnchors},
	{Name: "anchors-replaced", Text: "the supervisor replaces each anchor by one with a higher fee before it is mined",
		Base: "sealed", tamper: replacedAnchors},
	{Name: "anchors-at-last", Text: "each anchor is in the last block in which it counts", Base: "won", tamper: anchorsAtLast},
	{Name: "anchor-repeated", Text: "the supervisor makes an anchor again, outside of the chain of anchors",
		Base: "won", tamper: repeatsAnchor},
	{Name: "other-election-anchored", Text: "the supervisor announces another election",
		Base: "custodial", tamper: otherElection},
	{Name: "last-anchor-spent", Text: "the supervisor takes back what the last anchor leaves", Base: "won", tamper: lastSpent},
	{Name: "other-payments", Text: "the supervisor pays a stranger before and after each anchor", Base: "custodial", tamper: otherPayments},
	{Name: "payments-with-inputs", Text: "the supervisor adds an input to the payment of the coins", Base: "won", tamper: richerPayments},
	{Name: "entry-by-stranger", Text: "a stranger enters with a voter's coin, before and after the roll is written",
		Base: "won", tamper: strangersEntry},
	{Name: "entries-again", Text: "a voter enters with a coin that does not exist, with its own, and with its own again",
		Base: "won", tamper: enters},
	{Name: "strangers-lines", Text: "strangers write lines of every kind", Base: "won", tamper: strangersLines},
	{Name: "lines-out-of-phase", Text: "members and candidates write lines when their phase is over",
		Base: "salted", tamper: lateLines},
	{Name: "opening-mended", Text: "a candidate forgets a ballot and opens it in a second line",
		Base: "salted", tamper: mends(false)},
	{Name: "opening-repeated", Text: "a candidate opens its ballots in two lines that name the same slots",
		Base: "salted", tamper: mends(true)},
	{Name: "lines-in-parts", Text: "transcript and openings take many lines", Base: "each", tamper: inParts},
	{Name: "rivals-ballots-opened", Text: "a candidate opens the ballots of its rivals too",
		Base: "won", tamper: opensAll},
	{Name: "payout-paid", Text: "a stranger pays a candidate's payout during the vote", Base: "won",
		tamper: strangerPays(func(p *play) ([]*wire.TxOut, error) {
			return []*wire.TxOut{wire.NewTxOut(50_000, p.first().Payout)}, nil
		})},
}

// harmless returns each base election as it is, and the variants.
func harmless() (out []Lie) {
	for _, b := range bases {
		l := Lie{Name: "honest-" + b.name, Text: "nothing is wrong: " + b.text, Base: b.name, Level: b.level, Exit: b.exit}
		if b.exit == 10 {
			l.Along = []string{"V75"}
		}
		out = append(out, l)
	}
	out = slices.Concat(out, variants, nestedVariants, mixedVariants, serverVariants, forgedVariants)
	for i := range out {
		out[i].Strength = Harmless
		if out[i].Level == "" {
			out[i].Level = result.L3
		}
	}
	return out
}

// malleates has a miner rewrite the input scripts of a role's spends of stakes, which
// needs no key.
func malleates(who string, change func(*play, [][]byte) [][]byte) func(*play) error {
	return func(p *play) error {
		p.Hooks.Send = func(by string, tx *wire.MsgTx) (bool, error) {
			items := pushes(tx.TxIn[0].SignatureScript)
			if len(by) < len(who) || by[:len(who)] != who || len(items[len(items)-1]) == curve.PointSize {
				return false, nil
			}
			for i, in := range tx.TxIn {
				tx.TxIn[i].SignatureScript = push(change(p, pushes(in.SignatureScript))...)
			}
			p.Chain.SubmitToMiner(tx)
			return true, nil
		}
		return nil
	}
}

// replacesVote has a voter vote and bump its vote in the same block.
func replacesVote(p *play) error {
	v, wallet := p.votersFor(2)[0], p.stranger()
	var extra wire.OutPoint
	p.at(p.Policy.Times.VoteFrom-1, func() (err error) {
		extra, err = p.payCoin(wallet)
		return err
	})
	p.castInstead(v, func(keys map[string][]byte) error {
		view, err := p.Look()
		if err != nil {
			return err
		}
		acts, err := v.Acts(view)
		if err != nil {
			return err
		}
		if err := p.Node(v.Role).Submit(acts[0].Tx); err != nil {
			return err
		}
		tx, err := v.Bump(view, extra, wallet)
		if err != nil {
			return err
		}
		return p.Chain.Submit(tx)
	})
	return nil
}

func votesAtEdges(p *play) error {
	for i := range p.CoinSpends {
		p.CoinSpends[i].Height = p.Policy.Times.VoteFrom
		if i%2 == 1 {
			p.CoinSpends[i].Height = p.Policy.Times.VoteTo
		}
	}
	return nil
}

// displaces has empty blocks displace those before the heights for which when
// holds.
func displaces(when func(height uint32, p *play) bool) func(*play) error {
	return func(p *play) error {
		for h := p.Times.Announce; h < p.Policy.Times.Reveal; h++ {
			if when(h, p) {
				p.at(h, p.Chain.Reorganise)
			}
		}
		return nil
	}
}

// reorganised has an empty block displace the first block with votes. They
// return to the mempool, and are mined again while the vote is open.
func reorganised(p *play) error {
	first := p.Policy.Times.VoteTo
	for _, a := range p.CoinSpends {
		first = min(first, a.Height)
	}
	if first == p.Policy.Times.VoteTo {
		return rehearsal.Unplayable("a vote whose first block is its last leaves no time for a reorganisation")
	}
	p.at(first+1, p.Chain.Reorganise)
	return nil
}

func forgets(p *play) error {
	p.Hooks.Tip = p.Policy.Times.Reveal + 3*p.Policy.Depth()
	p.openLate()
	p.holdRefund(p.votersFor(1)[0])
	return nil
}

// rescues has the supervisor spend the stakes by the policy's branch.
func rescues(p *play) error {
	b := p.Policy.Branches[0]
	p.replace("refund", func() error { return nil })
	p.openLate()
	p.Hooks.Tip = b.After + 3*p.Policy.Depth()
	p.at(b.After+1, func() error {
		tx, err := p.sweep(election.Counted(p.Votes), "branch."+b.Name, p.supervisorSigner(), templates.PayToKey(p.Supervisor.Key()))
		if err != nil {
			return err
		}
		return p.Chain.Submit(tx)
	})
	return nil
}
