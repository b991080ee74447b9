package workbench

import (
	"slices"
	"strings"

	"github.com/btcsuite/btcd/wire/v2"

	"bevote/templates"
)

// attempt tries a path at a locktime with the secrets at hand, and with a
// stranger's signatures, then empty ones, in place of the others. It returns
// the transaction that both rules accept; or nil, and why the last one was
// refused.
func (o *lockedOutput) attempt(q templates.Path, k keyring, lock uint32) (taken *wire.MsgTx, refused error, err error) {
	for _, witness := range o.tries(q, k) {
		tx, err := o.spend(witness, lock, notFinal, q.Signers[0])
		if err != nil {
			return nil, nil, err
		}
		v := o.judge(tx)
		if v.accepted() {
			return tx, nil, nil
		}
		if refused = v.relay; refused == nil {
			refused = v.consensus
		}
	}
	return nil, refused, nil
}

// tries returns the witnesses that can be pushed for a path with the secrets at
// hand. Where signatures are missing there are up to three:
//
//	a stranger's signatures
//	a stranger's signatures and keys, if the path pushes keys
//	empty signatures, unless that is another path's witness
func (o *lockedOutput) tries(q templates.Path, k keyring) [][]string {
	missing := k.lacks(q.Signers)
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
	others := func(p templates.Path) bool { return slices.Equal(p.Witness, empty) }
	if !slices.ContainsFunc(o.built.Contract.Paths, others) {
		all = append(all, empty)
	}
	return all
}
