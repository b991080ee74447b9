package workbench

import (
	"slices"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/lang"
	"bevote/templates"
)

// The rules that a spend is tried under: those of blocks, and those that relays
// add.
const (
	consensusRules = txscript.ScriptBip16 | txscript.ScriptVerifyDERSignatures | txscript.ScriptStrictMultiSig |
		txscript.ScriptVerifyCheckLockTimeVerify | txscript.ScriptVerifyCheckSequenceVerify |
		txscript.ScriptVerifyWitness | txscript.ScriptVerifyTaproot
	relayRules = txscript.StandardVerifyFlags
)

// verdict is what the engine says of a spend: nil where it is accepted.
type verdict struct{ consensus, relay error }

// accepted reports whether both rules accept the spend.
func (v verdict) accepted() bool { return v.consensus == nil && v.relay == nil }

// judge runs input 0 of a spend of the output under both rules.
func (o *lockedOutput) judge(tx *wire.MsgTx) verdict {
	out := o.funding.TxOut[0]
	return verdict{execute(out, tx, consensusRules), execute(out, tx, relayRules)}
}

func execute(out *wire.TxOut, tx *wire.MsgTx, rules txscript.ScriptFlags) error {
	prev := txscript.NewCannedPrevOutputFetcher(out.PkScript, out.Value)
	vm, err := txscript.NewEngine(out.PkScript, tx, 0, rules, nil, nil, out.Value, prev)
	if err != nil {
		return err
	}
	return vm.Execute()
}

// attempt tries a path at a locktime with the secrets at hand, and with a
// stranger's signatures, then empty ones, in place of the others. It returns
// the transaction that both rules accept; or nil, and why the last one was
// refused.
func (o *lockedOutput) attempt(q templates.Path, k knownSecrets, lock uint32) (taken *wire.MsgTx, refused error, err error) {
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
func (o *lockedOutput) tries(q templates.Path, k knownSecrets) [][]string {
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

// knownSecrets is the set of roles whose secrets are known in a try.
type knownSecrets map[string]bool

// newKnownSecrets reads the signers of a test line: `joint` is every joint secret.
func newKnownSecrets(p *lang.Policy, signers []string) knownSecrets {
	k := knownSecrets{}
	for _, s := range signers {
		_, of, one := strings.Cut(s, " ")
		switch {
		case one:
			k["joint."+of] = true
		case s == "joint" && p.Joint == lang.JointEach:
			for _, c := range p.Candidates {
				k["joint."+c.Name] = true
			}
		default:
			k[s] = true
		}
	}
	return k
}

// has reports whether a role's secret is at hand. The secret of a sum of keys
// "a+b" is the sum of both secrets.
func (k knownSecrets) has(role string) bool {
	a, b, sum := strings.Cut(role, "+")
	return k[a] && (!sum || k[b])
}

// lacks returns those of the signers whose secrets are not at hand.
func (k knownSecrets) lacks(signers []string) []string {
	return slices.DeleteFunc(slices.Clone(signers), k.has)
}

// signs reports whether the secrets at hand are enough for a path.
func (k knownSecrets) signs(q templates.Path) bool { return len(k.lacks(q.Signers)) == 0 }

// best returns a path's witness with an empty item for each signature that
// cannot be made.
func (k knownSecrets) best(q templates.Path) []string {
	items := slices.Clone(q.Witness)
	for i, item := range items {
		if role, ok := strings.CutPrefix(item, "sig:"); ok && !k.has(role) {
			items[i] = "0"
		}
	}
	return items
}
