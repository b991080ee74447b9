package corpus

import (
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// forgedLies are about lines whose signature or block is false, which the supervisor, who
// keeps the board, puts under an anchor (V02). Lines of honest parties count as before.
var forgedLies = []Lie{
	{Name: "commits-forged", Text: "the supervisor puts two commitments with false signatures before that of a voter, in its name",
		Strength: KeyHolding, Base: "won",
		Check: "V02", Level: "L3", Exit: 21, tamper: forges(board.TypeCommit, 2)},
	{Name: "entries-forged", Text: "the supervisor puts eight entries with false signatures before that of a voter, in its name",
		Strength: KeyHolding, Base: "custodial",
		Check: "V02", Level: "L3", Exit: 21, tamper: forges(board.TypeEntry, 8)},
	{Name: "issues-forged", Text: "the supervisor puts eight issues with false signatures before that of a mixer, in its name",
		Strength: KeyHolding, Base: "mixed",
		Check: "V02", Level: "L3", Exit: 21, tamper: forges(board.TypeIssue, 8)},
	{Name: "deal-of-another-chain", Text: "a deal that names a block which is not on the chain stands beside the dealer's own",
		Strength: KeyHolding, Base: "won",
		Check: "V02", Level: "L3", Exit: 21, tamper: seenBeside(board.TypeDeal)},
	{Name: "board-crowded", Text: "the supervisor puts a hundred commitments with false signatures under an anchor",
		Strength: KeyHolding, Base: "won",
		Check: "V98", Level: "L0", Exit: 21, tamper: all(overAfter(election.CommitsClosed), forges(board.TypeCommit, 100))},
}

// forgedVariants are boards with false lines that stand under no anchor or in no phase:
// they count for nothing, and no party is at fault.
var forgedVariants = []Lie{
	{Name: "forged-before-the-phase", Text: "commitments in a voter's name, which it did not sign, stand before their phase",
		Base: "won", tamper: forgesBefore(board.TypeEntry, func(by curve.PublicKey) board.Body { return board.Commit{} })},
	{Name: "mixers-forged-before", Text: "lines in the mixers' names with other outpoints, which they did not sign, stand before their phase",
		Base: "mixed", tamper: mixersBefore},
	{Name: "forged-after-the-last-anchor", Text: "a mirror appends a candidate's opening with a false signature, and lines that name no block of the chain",
		Base: "won", rewrite: func(r *rewrite) error {
			last := r.lines[len(r.lines)-1]
			unsigned, displaced := last, last
			unsigned.Sig[7] ^= 1
			displaced.Seen.Hash[3] ^= 1
			stray := last
			stray.Prev[0] ^= 1
			r.lines = append(r.lines, unsigned, displaced)
			r.relink(len(r.lines) - 2)
			r.lines = append(r.lines, stray)
			return nil
		}},
}

// falselySigned returns a line in the name of a key, with a stranger's signature.
func (p *play) falselySigned(by curve.PublicKey, seen board.Seen, body board.Body) (board.Line, error) {
	l, err := board.Sign(p.EID, p.stranger(), seen, body)
	l.By = by
	return l, err
}

// forges puts n copies of the first line of a type before it, each with other bytes and a
// false signature.
func forges(kind board.Type, n int) func(*play) error {
	return func(p *play) error {
		p.Hooks.Blind = true
		done := false
		p.onLine(func(l board.Line) ([]board.Line, error) {
			if done || l.Type != kind {
				return []board.Line{l}, nil
			}
			done = true
			var lines []board.Line
			for i := range n {
				forged := l
				forged.Sig[0], forged.Sig[1] = byte(i), l.Sig[1]^1
				lines = append(lines, forged)
			}
			return append(lines, l), nil
		})
		return nil
	}
}

// forgesBefore puts eight lines in the name of each author of a type beside its line: of
// another type, whose phase has not begun.
func forgesBefore(kind board.Type, body func(by curve.PublicKey) board.Body) func(*play) error {
	return func(p *play) error {
		p.Hooks.Blind = true
		left := 2
		p.onLine(func(l board.Line) ([]board.Line, error) {
			lines := []board.Line{l}
			for ; l.Type == kind && left > 0; left-- {
				forged, err := p.falselySigned(l.By, l.Seen, body(l.By))
				if err != nil {
					return nil, err
				}
				lines = append(lines, forged)
			}
			return lines, nil
		})
		return nil
	}
}

// mixersBefore puts a line of each mixer before the announcement, and a registry: their
// payments would begin elsewhere.
func mixersBefore(p *play) error {
	p.Hooks.Blind = true
	p.Hooks.Anchor = func(kind int, _ uint32) (bool, error) {
		if kind != election.Announce {
			return false, nil
		}
		return true, p.Announce(p.Log.Head())
	}
	p.onLine(func(l board.Line) ([]board.Line, error) {
		lines := []board.Line{l}
		if l.Type != board.TypeOpen {
			return lines, nil
		}
		from := election.EncodeOutpoint(wire.OutPoint{Hash: p.policyHash()})
		for i := range p.Policy.Mixing.Mixers {
			key := curve.BaseMul(p.Keys[p.MixerRole(i)]).Key()
			forged, err := p.falselySigned(key, l.Seen, board.Mixer{Name: fmt.Sprintf("m%d", i+1), Keys: []board.Bytes{{1}}, Coins: 1, From: from[:]})
			if err != nil {
				return nil, err
			}
			lines = append(lines, forged)
		}
		registry, err := p.falselySigned(l.By, l.Seen, board.Registry{})
		return append(lines, registry), err
	})
	return nil
}

// seenBeside puts a line of the same author before the first of a type: it names a block
// that is not on the chain.
func seenBeside(kind board.Type) func(*play) error {
	return func(p *play) error {
		done := false
		p.onLine(func(l board.Line) ([]board.Line, error) {
			if done || l.Type != kind {
				return []board.Line{l}, nil
			}
			done = true
			secret, err := p.secretOf(l.By)
			if err != nil {
				return nil, err
			}
			body, err := board.DecodeAs(&l)
			if err != nil {
				return nil, err
			}
			seen := l.Seen
			seen.Hash[0] ^= 1
			displaced, err := board.Sign(p.EID, secret, seen, body)
			return []board.Line{displaced, l}, err
		})
		return nil
	}
}

// listsOther has a voter that abstains enter with a coin that does not exist and with its
// own, and the supervisor list the first of the two.
func listsOther(p *play) error {
	out := p.votersFor(0)[0]
	p.abstain(out)
	coin := election.EncodeOutpoint(wire.OutPoint{Hash: p.policyHash()})
	wrong := 0
	p.onLine(func(l board.Line) ([]board.Line, error) {
		if l.Type != board.TypeEntry || l.By != out.Key() {
			return []board.Line{l}, nil
		}
		wrong = len(p.Log.Lines()) + 1
		other, err := p.forge(out.Secret, board.Entry{Outpoint: coin[:]})
		return []board.Line{other, l}, err
	})
	amend(p, func(_ *board.Line, r *board.Roll) bool {
		for i, n := range r.Entries {
			if n == wrong+1 {
				r.Entries[i] = wrong
			}
		}
		p.Voters = slices.DeleteFunc(p.Voters, func(v *rehearsal.Voter) bool { return v == out })
		return true
	})
	return nil
}
