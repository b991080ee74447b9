package corpus

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"

	"github.com/btcsuite/btcd/wire/v2"
)

// ballotLies are about family G: the ballots that votes publish (V57, V66 to
// V68).
var ballotLies = []Lie{
	{Name: "ballot-other-mark", Text: "a plain ballot begins as a salted one", Strength: KeyHolding, Base: "won",
		Check: "V66", Level: "L3", Exit: 21,
		tamper: publishes(func(_ *play, sealed []byte) []byte { sealed[0] = 0xb2; return sealed })},
	{Name: "ballot-off-curve", Text: "a ballot's point is not on the curve", Strength: KeyHolding, Base: "each",
		Check: "V66", Level: "L3", Exit: 21,
		tamper: publishes(func(_ *play, sealed []byte) []byte { sealed[1] = 4; return sealed })},
	{Name: "ballot-cut", Text: "a ballot is a byte short", Strength: KeyHolding, Base: "custodial",
		Check: "V66", Level: "L3", Exit: 21,
		tamper: publishes(func(_ *play, sealed []byte) []byte { return sealed[:len(sealed)-1] })},
	{Name: "ballot-is-key", Text: "a voter publishes a key of its own where the script has the ballot in a key's place",
		Strength: KeyHolding, Base: "flag",
		Check: "V57", Along: []string{"V66"}, Level: "L3", Exit: 21, tamper: publishes(func(p *play, _ []byte) []byte {
			key := curve.BaseMul(p.stranger()).Key()
			return key[:]
		})},
	{Name: "ballot-copied", Text: "a voter publishes another voter's ballot as its own",
		Strength: KeyHolding, Base: "won",
		Check: "V67", Along: []string{"V77"}, Level: "L3", Exit: 21,
		tamper: casts(func(_ *play, other []byte) []byte { return other })},
	{Name: "ballot-point-copied", Text: "a voter's ballot has the point of another's",
		Strength: KeyHolding, Base: "salted",
		Check: "V67", Along: []string{"V77"}, Level: "L3", Exit: 21, tamper: casts(func(_ *play, other []byte) []byte {
			return append(slices.Clone(other[:34]), bytes.Repeat([]byte{7}, len(other)-34)...)
		})},
	{Name: "ballot-text-copied", Text: "a voter's ballot has the ciphertext of another's",
		Strength: KeyHolding, Base: "custodial",
		Check: "V67", Along: []string{"V77"}, Level: "L3", Exit: 21, tamper: casts(func(p *play, other []byte) []byte {
			return slices.Concat(other[:1], key33(curve.BaseMul(p.stranger())), other[34:])
		})},
	{Name: "ballot-copied-first", Text: "a voter sees a vote in a pool, and a copy of its ballot is mined before it",
		Strength: KeyHolding, Base: "won",
		Check: "V67", Says: "a copy of the ballot of slot 1, which opens", Along: []string{"V77"}, Level: "L3", Exit: 21,
		tamper: castsFirst(func(other []byte) []byte { return other })},
	{Name: "ballot-point-negated-first", Text: "a voter sees a vote in a pool, and a ballot with the negative of its point is mined before it",
		Strength: KeyHolding, Base: "won",
		Check: "V68", Says: "R is the negative of that of slot 1, whose ballot opens", Along: []string{"V77"}, Level: "L3", Exit: 21,
		tamper: castsFirst(negated)},
	{Name: "ballot-copied-unopened", Text: "a voter copies a ballot; nothing is opened yet, so that neither of the two is accused",
		Strength: KeyHolding, Base: "won",
		Check: "V67", Level: "L0", Exit: 12, tamper: all(overAfterVote, casts(func(_ *play, other []byte) []byte { return other }))},
	{Name: "ballot-point-negated", Text: "a voter's ballot has the negative of another's point",
		Strength: KeyHolding, Base: "won",
		Check: "V68", Along: []string{"V77"}, Level: "L3", Exit: 21,
		tamper: casts(func(_ *play, other []byte) []byte { return negated(other) })},
	{Name: "ballot-point-joint-key", Text: "a voter's ballot has the joint key for its point, so that opening it tells about the joint secret",
		Strength: KeyHolding, Base: "paper",
		Check: "V68", Along: []string{"V77"}, Level: "L3", Exit: 21, tamper: casts(related(func(p *play) curve.Point { return p.Setup.Dealing.Keys[0].Key }))},
	{Name: "ballot-point-candidates", Text: "a voter's ballot has a candidate's key for its point; nothing is opened yet",
		Strength: KeyHolding, Base: "won",
		Check: "V68", Level: "L0", Exit: 21, tamper: all(overAfterVote, casts(related(func(p *play) curve.Point {
			return curve.BaseMul(p.Keys["candidate "+p.first().Name])
		})))},
	{Name: "ballot-point-share", Text: "a voter's ballot has another's public share for its point",
		Strength: KeyHolding, Base: "each",
		Check: "V68", Along: []string{"V77"}, Level: "L3", Exit: 21, tamper: casts(related(func(p *play) curve.Point {
			s, _ := p.share(p.votersFor(1)[0], 1)
			return curve.BaseMul(s)
		}))},
	{Name: "ballot-point-generator", Text: "a voter's ballot has the generator for its point",
		Strength: KeyHolding, Base: "custodial",
		Check: "V68", Along: []string{"V77"}, Level: "L3", Exit: 21,
		tamper: casts(related(func(*play) curve.Point { return curve.BaseMul(curve.NewScalar(1)) }))},
}

func key33(p curve.Point) []byte {
	k := p.Key()
	return k[:]
}

// overAfterVote ends the record after the vote.
func overAfterVote(p *play) error {
	p.last = "vote"
	return nil
}

// publishes changes the published ballot, and leaves the script.
func publishes(change func(*play, []byte) []byte) func(*play) error {
	return changedVote(func(p *play, _ *rehearsal.Voter, tx *wire.MsgTx) {
		items := pushes(tx.TxOut[1].PkScript[1:])
		tx.TxOut[1].PkScript = returning(change(p, slices.Clone(items[0])))
	})
}

// casts has the liar cast a ballot made from that of the first candidate's
// first voter, which votes before it.
func casts(change func(p *play, other []byte) []byte) func(*play) error {
	return func(p *play) error {
		victim, liar := p.votersFor(1)[0], p.votersFor(2)[0]
		p.schedule(victim, p.Policy.Times.VoteFrom)
		p.schedule(liar, p.Policy.Times.VoteTo)
		var other []byte
		p.intercept(victim.Role, func(tx *wire.MsgTx) (bool, error) {
			if len(tx.TxOut) == 2 {
				other = pushes(tx.TxOut[1].PkScript[1:])[0]
			}
			return false, nil
		})
		p.castInstead(liar, func(keys map[string][]byte) error {
			return p.cast(liar, keys, change(p, slices.Clone(other)))
		})
		return nil
	}
}

// castsFirst has the liar cast a ballot made from that of the first candidate's
// first voter, which votes after it.
func castsFirst(change func(other []byte) []byte) func(*play) error {
	return func(p *play) error {
		victim, liar := p.votersFor(1)[0], p.votersFor(2)[0]
		p.schedule(liar, p.Policy.Times.VoteFrom)
		p.schedule(victim, p.Policy.Times.VoteTo)
		p.castInstead(liar, func(keys map[string][]byte) error {
			other, err := p.ballotOf(victim, 1)
			if err != nil {
				return err
			}
			return p.cast(liar, keys, change(slices.Clone(other)))
		})
		return nil
	}
}

// negated returns a ballot with the negative of another's point, and other noise.
func negated(other []byte) []byte {
	out := append(slices.Clone(other[:34]), bytes.Repeat([]byte{7}, len(other)-34)...)
	out[1] ^= 1
	return out
}

// related returns a ballot with a public point, which point returns.
func related(point func(*play) curve.Point) func(*play, []byte) []byte {
	return func(p *play, other []byte) []byte {
		noise := bytes.Repeat([]byte{9}, len(other)-34)
		return slices.Concat(other[:1], key33(point(p)), noise)
	}
}
