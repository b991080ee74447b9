package corpus

import (
	"bytes"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/roles"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// rollLies are about family C: the roll and its anchor (V24 to V26).
var rollLies = []Lie{
	{Name: "roll-never", Text: "the supervisor never anchors the roll", Strength: KeyHolding, Base: "won",
		Check: "V24", Level: "L0", Exit: 21, tamper: unanchored(election.RollClosed)},
	{Name: "roll-late", Text: "the supervisor anchors the roll a block too late", Strength: KeyHolding, Base: "custodial",
		Check: "V24", Level: "L0", Exit: 21, tamper: late(election.RollClosed)},
	{Name: "roll-other-board", Text: "the supervisor's roll anchor commits to a board that it does not show",
		Strength: KeyHolding, Base: "won",
		Check: "V24", Level: "L0", Exit: 21, tamper: otherHead(election.RollClosed)},
	{Name: "roll-to-stranger", Text: "the roll's anchor leaves to a stranger what the next anchor is to spend",
		Strength: KeyHolding, Base: "won",
		Check: "V24", Level: "L0", Exit: 21,
		tamper: anchored(election.RollClosed, func(p *play, tx *wire.MsgTx) {
			tx.TxOut[1].PkScript = templates.PayToKey(curve.BaseMul(p.stranger()).Key())
		})},
	{Name: "roll-spent", Text: "the supervisor spends what the roll's anchor was to spend", Strength: KeyHolding, Base: "sealed",
		Check: "V24", Level: "L0", Exit: 21, tamper: spentElsewhere(election.RollClosed)},
	{Name: "roll-late-proven", Text: "the supervisor anchors the roll too late, and the record has proofs instead of blocks",
		Strength: KeyHolding, Base: "sealed", proven: true,
		Check: "V24", Level: "L0", Exit: 21, tamper: late(election.RollClosed)},

	{Name: "roll-missing", Text: "the supervisor anchors the roll's phase without a roll", Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "L0", Exit: 21,
		tamper: all(overAfter(election.RollClosed), func(p *play) error {
			drop(p, func(board.Line, board.Roll) bool { return true })
			return nil
		})},
	{Name: "roll-lists-itself", Text: "the roll lists a line that is no entry", Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "L0", Exit: 21,
		tamper: rollOf(func(p *play, r *board.Roll) { r.Entries[0] = len(p.Log.Lines()) + 1 })},
	{Name: "roll-line-twice", Text: "the roll lists an entry twice", Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "L0", Exit: 21,
		tamper: rollOf(func(_ *play, r *board.Roll) { r.Entries = append(r.Entries, r.Entries[len(r.Entries)-1]) })},
	{Name: "roll-key-twice", Text: "the roll lists two entries of one key, so that two voters are shown one slot",
		Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "L0", Exit: 21,
		tamper: all(entryOf(func(p *play) curve.Scalar { return p.Voters[0].Secret }),
			rollOf(func(p *play, r *board.Roll) { r.Entries = slices.Insert(r.Entries, 1, p.entryBy(p.Voters[0].Key(), 1)) }))},
	{Name: "roll-coin-twice", Text: "the supervisor gives two slots one coin", Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "L0", Exit: 21, tamper: all(coinTwice, listsAll, overAfter(election.RollClosed))},
	{Name: "roll-unsorted", Text: "the roll is not in the order of its keys", Strength: KeyHolding, Base: "custodial",
		Check: "V25", Level: "L0", Exit: 21,
		tamper: rollOf(func(_ *play, r *board.Roll) { r.Entries[0], r.Entries[1] = r.Entries[1], r.Entries[0] })},
	{Name: "roll-unnamed", Text: "the supervisor puts on the roll a key that the policy does not name",
		Strength: KeyHolding, Base: "named",
		Check: "V25", Level: "L0", Exit: 21,
		tamper: all(entryOf((*play).stranger), rollOf(func(p *play, r *board.Roll) {
			keys := p.rollKeys()
			keys[0] = curve.BaseMul(p.stranger()).Key()
			r.Entries = p.listed(keys)
		}))},
	{Name: "roll-too-long", Text: "the roll has an entry more than the policy has voters",
		Strength: KeyHolding, Base: "won",
		Check: "V25", Level: "L0", Exit: 21,
		tamper: all(entryOf((*play).stranger), rollOf(func(p *play, r *board.Roll) {
			r.Entries = p.listed(append(p.rollKeys(), curve.BaseMul(p.stranger()).Key()))
		}))},
	{Name: "roll-leaves-off", Text: "the supervisor leaves a voter off the roll whose coin is right",
		Strength: KeyHolding, Base: "won",
		Check: "V26", Level: "L3", Exit: 21, tamper: leavesOff(0)},
	{Name: "roll-leaves-off-proven", Text: "the same of a voter for the second candidate, and the record has proofs instead of blocks",
		Strength: KeyHolding, Base: "sealed", proven: true,
		Check: "V26", Along: []string{"V91", "V107"}, Level: "L3", Exit: 21, tamper: leavesOff(2)},
}

// policyHash returns 32 bytes that are the hash of no transaction.
func (p *play) policyHash() [32]byte { return p.EID }

// rollOf changes the supervisor's roll. The record ends after it.
func rollOf(change func(p *play, r *board.Roll)) func(*play) error {
	return all(overAfter(election.RollClosed), func(p *play) error {
		amend(p, func(_ *board.Line, r *board.Roll) bool { change(p, r); return true })
		return nil
	})
}

// entryOf has a key enter with a coin that does not exist, after the first entry.
func entryOf(key func(*play) curve.Scalar) func(*play) error {
	return func(p *play) error {
		coin := election.EncodeOutpoint(wire.OutPoint{Hash: p.policyHash()})
		p.onLine(p.addOnce(board.TypeEntry, func() (board.Line, error) {
			return p.forge(key(p), board.Entry{Outpoint: coin[:]})
		}))
		return nil
	}
}

// addOnce returns a rewriter that adds a line after the first of a type.
func (p *play) addOnce(t board.Type, more func() (board.Line, error)) func(board.Line) ([]board.Line, error) {
	done := false
	return func(l board.Line) ([]board.Line, error) {
		if done || l.Type != t {
			return []board.Line{l}, nil
		}
		done = true
		added, err := more()
		return []board.Line{l, added}, err
	}
}

// entryBy returns the number of a key's entry line: of several, that with an index from
// 0.
func (p *play) entryBy(key curve.PublicKey, index int) int {
	for i, l := range p.Log.Lines() {
		if l.Type != board.TypeEntry || l.By != key {
			continue
		}
		if index == 0 {
			return i + 1
		}
		index--
	}
	return 0
}

// rollKeys returns the voters' keys, sorted.
func (p *play) rollKeys() (keys []curve.PublicKey) {
	for _, v := range p.Voters {
		keys = append(keys, v.Key())
	}
	return keys
}

// listed returns the first entry of each key, sorted by key.
func (p *play) listed(keys []curve.PublicKey) (entries []int) {
	slices.SortFunc(keys, func(a, b curve.PublicKey) int { return bytes.Compare(a[:], b[:]) })
	for _, k := range keys {
		entries = append(entries, p.entryBy(k, 0))
	}
	return entries
}

// listsAll has the supervisor list the entries of all voters, whatever their coins.
func listsAll(p *play) error {
	amend(p, func(_ *board.Line, r *board.Roll) bool { r.Entries = p.listed(p.rollKeys()); return true })
	return nil
}

// leavesOff has the supervisor leave off the roll a voter that would have chosen candidate
// number j, or have abstained (0).
func leavesOff(j int) func(*play) error {
	return func(p *play) error {
		out := p.votersFor(j)[0]
		p.abstain(out)
		amend(p, func(_ *board.Line, r *board.Roll) bool {
			p.Voters = slices.DeleteFunc(p.Voters, func(v *rehearsal.Voter) bool { return v == out })
			r.Entries = p.listed(p.rollKeys())
			return true
		})
		return nil
	}
}

// abstain has a voter abstain and leave its coin unspent.
func (p *play) abstain(v *rehearsal.Voter) {
	v.Choice = 0
	p.CoinSpends = slices.DeleteFunc(p.CoinSpends, func(a rehearsal.CoinSpend) bool { return a.Voter == v })
}

// coinTwice also gives the coin of the second candidate's voter to a voter who
// abstains.
func coinTwice(p *play) error {
	victim, other := p.votersFor(2)[0], p.votersFor(0)[0]
	p.abstain(other)
	p.Hooks.Coins = func(coins map[curve.PublicKey]wire.OutPoint) error {
		coins[other.Key()] = coins[victim.Key()]
		return nil
	}
	return nil
}

// replaceKey gives a voter another roll key, before the roll is written.
func (p *play) replaceKey(v *rehearsal.Voter, key curve.Scalar) error {
	role, err := roles.NewVoter(p.Election, key, p.Node(v.Role), p.Seed(v.Role+" again"))
	if err != nil {
		return err
	}
	v.Voter, v.Secret = role, key
	slices.SortFunc(p.Voters, func(a, b *rehearsal.Voter) int {
		ka, kb := a.Key(), b.Key()
		return slices.Compare(ka[:], kb[:])
	})
	return nil
}

// noClaim keeps the candidates from claiming.
func noClaim(p *play) error {
	p.replace("claim", func() error { return nil })
	return nil
}
