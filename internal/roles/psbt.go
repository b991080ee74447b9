package roles

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/psbt/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// BranchPacket returns the unsigned spend of a vote's stake by the path of a branch, for signers on separate
// machines (BIP 174). It has one input, with the vote's transaction and the redeem script, and one
// output, which pays the stake without the policy's fee to the output script payout.
func BranchPacket(e *election.Election, v *election.Vote, path templates.Path, payout []byte) (*psbt.Packet, error) {
	p, err := psbt.NewFromUnsignedTx(stakeSpend(e, v, path, payout, 1))
	if err != nil {
		return nil, err
	}
	in := &p.Inputs[0]
	in.NonWitnessUtxo, in.RedeemScript, in.SighashType = v.Spend.Tx, v.Redeem, txscript.SigHashAll
	return p, nil
}

// SignPacket adds the signature of a key to a packet of [BranchPacket]. The caller has looked at its output.
// Where the key is none of the redeem script the signature is of no use, and no harm.
func SignPacket(p *psbt.Packet, key curve.Scalar) error {
	if _, err := packetOutput(p); err != nil {
		return err
	}
	in := &p.Inputs[0]
	sig, err := sign(p.UnsignedTx, 0, in.RedeemScript, key)
	if err != nil {
		return err
	}
	public := curve.BaseMul(key).Key()
	in.PartialSigs = slices.DeleteFunc(in.PartialSigs, func(s *psbt.PartialSig) bool { return bytes.Equal(s.PubKey, public[:]) })
	in.PartialSigs = append(in.PartialSigs, &psbt.PartialSig{PubKey: public[:], Signature: sig})
	return nil
}

// packetOutput returns the output that a packet spends. It refuses a packet that is of another form than
// those of [BranchPacket], or does not show what it spends.
func packetOutput(p *psbt.Packet) (*wire.TxOut, error) {
	if len(p.UnsignedTx.TxIn) != 1 || len(p.Inputs) != 1 {
		return nil, fmt.Errorf("%d inputs, want 1", len(p.UnsignedTx.TxIn))
	}
	op, in := p.UnsignedTx.TxIn[0].PreviousOutPoint, p.Inputs[0]
	switch before := in.NonWitnessUtxo; {
	case in.SighashType != txscript.SigHashAll:
		return nil, fmt.Errorf("signature hash type %v, want ALL", in.SighashType)
	case before == nil || before.TxHash() != op.Hash || int(op.Index) >= len(before.TxOut):
		return nil, errors.New("the packet does not have the vote's transaction")
	case !bytes.Equal(before.TxOut[op.Index].PkScript, templates.PayToRedeem(in.RedeemScript)):
		return nil, errors.New("the redeem script is not that of the stake")
	default:
		return before.TxOut[op.Index], nil
	}
}

// FinishPacket returns the transaction of a packet that has the signatures of a path of the contract, with
// the input script that the contract lists for it: no wallet knows these scripts. voter is the roll key of
// the vote's slot.
func FinishPacket(e *election.Election, p *psbt.Packet, voter curve.PublicKey) (*wire.MsgTx, error) {
	out, err := packetOutput(p)
	if err != nil {
		return nil, err
	}
	w := witness{sigs: make(map[string][]byte), keys: signerKeys(e, voter)}
	for role, key := range w.keys {
		for _, s := range p.Inputs[0].PartialSigs {
			if bytes.Equal(s.PubKey, key[:]) {
				w.sigs[role] = s.Signature
			}
		}
	}
	lacking := func(role string) bool { return w.sigs[role] == nil }
	for _, path := range e.Contract.Paths {
		if slices.ContainsFunc(path.Signers, lacking) || path.After > p.UnsignedTx.LockTime {
			continue
		}
		tx := p.UnsignedTx.Copy()
		if err := w.fill(tx, 0, path, p.Inputs[0].RedeemScript); err != nil {
			return nil, err
		}
		if err := execute(tx, out); err != nil {
			return nil, fmt.Errorf("path %s: %w", path.Name, err)
		}
		return tx, nil
	}
	return nil, errors.New("the signatures open no path of the contract")
}

// signerKeys returns the keys of the policy's roles by their names in paths, voter's being that of a slot.
func signerKeys(e *election.Election, voter curve.PublicKey) map[string]curve.PublicKey {
	keys := map[string]curve.PublicKey{"supervisor": e.Policy.Supervisor, "voter": voter}
	for _, c := range e.Policy.Candidates {
		keys[c.Name] = c.Key
	}
	for _, v := range e.Policy.Named {
		keys[v.Name] = v.Key
	}
	return keys
}

// execute runs the script of a transaction's one input by the rules of relays.
func execute(tx *wire.MsgTx, out *wire.TxOut) error {
	fetcher := txscript.NewCannedPrevOutputFetcher(out.PkScript, out.Value)
	engine, err := txscript.NewEngine(out.PkScript, tx, 0, txscript.StandardVerifyFlags, nil, nil, out.Value, fetcher)
	if err != nil {
		return err
	}
	return engine.Execute()
}
