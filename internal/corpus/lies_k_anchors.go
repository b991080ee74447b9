package corpus

import (
	"crypto/sha256"
	"errors"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// anchorLies are about family K: the chain of anchors (V98). Those of the announcement,
// the roll and the setup are in the families of V14, V24 and V51.
var anchorLies = []Lie{
	{Name: "commits-late", Text: "the supervisor anchors the commitments a block too late",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: late(election.CommitsClosed)},
	{Name: "deals-late", Text: "the supervisor anchors the deals a block too late", Strength: KeyHolding, Base: "each",
		Check: "V98", Level: "L0", Exit: 21, tamper: late(election.DealsClosed)},
	{Name: "commits-unanchored", Text: "the supervisor never anchors the commitments",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: unanchored(election.CommitsClosed)},
	{Name: "deals-unanchored", Text: "the supervisor never anchors the deals",
		Strength: KeyHolding, Base: "sealed",
		Check: "V98", Level: "L0", Exit: 21, tamper: unanchored(election.DealsClosed)},
	{Name: "commits-early-locktime", Text: "the commitments' anchor has a locktime by which it could stand a block earlier",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21,
		tamper: anchored(election.CommitsClosed, func(_ *play, tx *wire.MsgTx) { tx.LockTime-- })},
	{Name: "deals-final", Text: "the deals' anchor has a final sequence, so that its locktime does not hold",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21,
		tamper: anchored(election.DealsClosed, func(_ *play, tx *wire.MsgTx) { tx.TxIn[0].Sequence = wire.MaxTxInSequenceNum })},
	{Name: "commits-other-board", Text: "the supervisor's commitments anchor commits to a board that it does not show",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: otherHead(election.CommitsClosed)},
	{Name: "deals-rewound", Text: "the supervisor's deals anchor commits to a shorter board than the commitments' anchor",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: rewound},
	{Name: "commits-skipped", Text: "the supervisor makes the deals' anchor in the place of the commitments'",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21,
		tamper: anchored(election.CommitsClosed, func(p *play, tx *wire.MsgTx) {
			tx.TxOut[0].PkScript = returning(election.AnchorData(election.DealsClosed, p.EID, p.Log.Head()))
		})},
	{Name: "deals-of-another-election", Text: "the supervisor anchors another election in the place of the deals",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21,
		tamper: anchored(election.DealsClosed, func(p *play, tx *wire.MsgTx) {
			tx.TxOut[0].PkScript = returning(election.AnchorData(election.DealsClosed, sha256.Sum256(p.PolicyFile), p.Log.Head()))
		})},
	{Name: "commits-end-the-chain", Text: "the commitments' anchor has no output that the next anchor could spend",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21,
		tamper: anchored(election.CommitsClosed, func(_ *play, tx *wire.MsgTx) { tx.TxOut = tx.TxOut[:1] })},
	{Name: "deals-leave-dust", Text: "the deals' anchor leaves dust to the next anchor", Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21,
		tamper: anchored(election.DealsClosed, func(p *play, tx *wire.MsgTx) {
			tx.TxOut[1].Value = templates.Dust(tx.TxOut[1].PkScript) - 1
		})},
	{Name: "commits-spent", Text: "the supervisor spends what the commitments' anchor was to spend",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: spentElsewhere(election.CommitsClosed)},
	{Name: "deals-spent-proven", Text: "the same of the deals' anchor, and the record has proofs instead of blocks",
		Strength: KeyHolding, Base: "sealed", proven: true,
		Check: "V98", Along: []string{"V10"}, Level: "L0", Exit: 21, tamper: spentElsewhere(election.DealsClosed)},
	{Name: "commits-late-proven", Text: "the supervisor anchors the commitments too late, and the record has proofs instead of blocks",
		Strength: KeyHolding, Base: "sealed", proven: true,
		Check: "V98", Along: []string{"V10"}, Level: "L0", Exit: 21, tamper: late(election.CommitsClosed)},
	{Name: "deals-not-shown", Text: "the record has proofs instead of blocks, and none of the deals' anchor",
		Strength: Naive, Base: "sealed", proven: true,
		Check: "V98", Along: []string{"V15", "V51"}, Level: "L0", Exit: 30,
		tamper: buryDeeper, mutate: proofs(withoutAnchor(election.DealsClosed))},
	{Name: "vote-after-end", Text: "somebody votes in an election that has ended",
		Strength: KeyHolding, Base: "empty-hall",
		Check: "V98", Says: "a vote in an election that has ended does not count", Level: "L0", tamper: voteAfterEnd},
}

// otherHead has the anchor of a kind commit to a hash that is no board's head.
func otherHead(kind int) func(*play) error {
	return closing(kind, func(p *play, height uint32) error {
		head := sha256.Sum256(p.PolicyFile)
		if kind == election.Announce {
			return errors.Join(p.Announce(head), p.Advance(height))
		}
		return p.Anchor(height, head)
	})
}

// rewound has the deals' anchor commit to the board's first line.
func rewound(p *play) error {
	return closing(election.DealsClosed, func(p *play, height uint32) error {
		return p.Anchor(height, p.Log.Lines()[0].Hash())
	})(p)
}

// voteAfterEnd has a voter vote although the roll is too short.
func voteAfterEnd(p *play) error {
	p.Hooks.Tip = p.Policy.Times.VoteFrom + p.Policy.Depth()
	p.at(p.Policy.Times.VoteFrom, func() error {
		v := p.Voters[0]
		for slot, r := range p.Setup.Roll {
			if r.Key != v.Key() {
				continue
			}
			sealed := ballot.Seal(ballot.Plain{Share: curve.NewScalar(1), Candidate: 1},
				ballot.Place{EID: p.EID, Outpoint: election.EncodeOutpoint(r.Outpoint)}, curve.BaseMul(p.Keys["supervisor"]))
			redeem, err := p.Setup.Redeem(nil, slot+1, sealed)
			if err != nil {
				return err
			}
			tx := wire.NewMsgTx(2)
			q := signer{key: v.Secret}
			q.spend(tx, r.Outpoint)
			tx.AddTxOut(wire.NewTxOut(p.Policy.Stake, templates.PayToRedeem(redeem)))
			tx.AddTxOut(wire.NewTxOut(0, returning(sealed)))
			if err := q.resign(tx); err != nil {
				return err
			}
			return p.Chain.Submit(tx)
		}
		return errNothing
	})
	return nil
}
