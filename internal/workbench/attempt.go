package workbench

import (
	"slices"
	"strings"

	"github.com/btcsuite/btcd/wire/v2"

	"bevote/lang"
	"bevote/templates"
)

// hand is the roles whose secrets somebody has.
type hand map[string]bool

// handOf reads the signers of a test line: `joint` is every joint secret.
func handOf(p *lang.Policy, signers []string) hand {
	h := hand{}
	for _, s := range signers {
		_, of, one := strings.Cut(s, " ")
		switch {
		case one:
			h["joint."+of] = true
		case s == "joint" && p.Joint == lang.JointEach:
			for _, c := range p.Candidates {
				h["joint."+c.Name] = true
			}
		default:
			h[s] = true
		}
	}
	return h
}

// has tells whether the role's secret is at hand. Who has both secrets of a
// sum has the sum's.
func (h hand) has(role string) bool {
	a, b, sum := strings.Cut(role, "+")
	return h[a] && (!sum || h[b])
}

// lacks returns those of the signers whose secrets are not at hand.
func (h hand) lacks(signers []string) []string {
	return slices.DeleteFunc(slices.Clone(signers), h.has)
}

// signs tells whether the secrets at hand are enough for a path.
func (h hand) signs(q templates.Path) bool { return len(h.lacks(q.Signers)) == 0 }

// best is what these people can push for a path: their signatures, and empty
// ones for the others.
func (h hand) best(q templates.Path) []string {
	items := slices.Clone(q.Witness)
	for i, item := range items {
		if role, ok := strings.CutPrefix(item, "sig:"); ok && !h.has(role) {
			items[i] = "0"
		}
	}
	return items
}

// attempt tries a path at a locktime with the secrets at hand, and with a
// stranger's signatures, then empty ones, in the place of the others. It
// returns the transaction that both rules accept; or nil, and why the last one
// was refused.
func (s *stake) attempt(q templates.Path, h hand, lock uint32) (taken *wire.MsgTx, refused error, err error) {
	for _, witness := range s.tries(q, h) {
		tx, err := s.spend(witness, lock, notFinal, q.Signers[0])
		if err != nil {
			return nil, nil, err
		}
		v := s.judge(tx)
		if v.accepted() {
			return tx, nil, nil
		}
		if refused = v.relay; refused == nil {
			refused = v.consensus
		}
	}
	return nil, refused, nil
}

// tries returns the witnesses that somebody with these secrets can push for a
// path. Where a signature is missing there are several: a stranger's, that and
// the stranger's key, and none. A witness that is another path's is left to it.
func (s *stake) tries(q templates.Path, h hand) [][]string {
	missing := h.lacks(q.Signers)
	if len(missing) == 0 {
		return [][]string{q.Witness}
	}
	replaced := func(sig, key string) []string {
		items := slices.Clone(q.Witness)
		for i, item := range items {
			kind, role, _ := strings.Cut(item, ":")
			switch {
			case !slices.Contains(missing, role):
			case kind == "sig":
				items[i] = sig
			case kind == "pubkey" && key != "":
				items[i] = key
			}
		}
		return items
	}
	all := [][]string{replaced("sig:"+stranger, "")}
	if own := replaced("sig:"+stranger, "pubkey:"+stranger); !slices.Equal(own, all[0]) {
		all = append(all, own)
	}
	empty := replaced("0", "")
	others := slices.ContainsFunc(s.built.Contract.Paths, func(p templates.Path) bool { return slices.Equal(p.Witness, empty) })
	if !others {
		all = append(all, empty)
	}
	return all
}
