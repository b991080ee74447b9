package workbench

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/lift"
)

// verified counts what a certificate showed.
type verified struct {
	Policy   string `json:"policy"` // policy id
	Paths    int    `json:"paths"`
	Accepted int    `json:"accepted"`
	Refused  int    `json:"refused"`
	Covered  int    `json:"covered"` // removals that leave enough for another path
}

// Verify checks every part of a certificate against its policy file. It
// compiles nothing.
//
//	policy        its id is the certificate's
//	contract      lifted, it spends as the policy says
//	scripts       are the contract's with the stand-ins of the seed
//	spends        one for each path and each removal, in order
//	  conditions  each is kept but the one that is removed
//	  engine      accepts the full spends and refuses the others
func (c *Certificate) Verify() (*verified, error) {
	p, diags := lang.Load([]byte(c.Source))
	if p == nil {
		return nil, fmt.Errorf("policy: %w", firstError(diags))
	}
	if id := p.ID(); id != c.Policy {
		return nil, fmt.Errorf("the policy is %s, want %s", id, c.Policy)
	}
	if err := lift.Check(p, c.Contract); err != nil {
		return nil, err
	}
	stake, err := contractOutput([]byte(c.Source), c.Seed, c.Contract)
	if err != nil {
		return nil, err
	}
	deposit, err := stake.deposit()
	if err != nil {
		return nil, err
	}
	if err := c.checkOutputs(stake, deposit); err != nil {
		return nil, err
	}
	v, spends := &verified{Policy: c.Policy}, c.Spends
	if spends, err = v.countAll(stake, spends); err != nil {
		return nil, err
	}
	if deposit != nil {
		if spends, err = v.countAll(deposit, spends); err != nil {
			return nil, err
		}
	}
	if len(spends) > 0 {
		return nil, fmt.Errorf("%d spends too many", len(spends))
	}
	return v, nil
}

// checkOutputs compares the certificate's outputs with those of the stand-ins;
// deposit is nil without mixing.
func (c *Certificate) checkOutputs(stake, deposit *lockedOutput) error {
	if fmt.Sprintf("%x", stake.redeem) != c.Redeem || encodeTx(stake.funding) != c.Funding {
		return errors.New("the stake is not locked by the contract's script with the stand-ins of the seed")
	}
	escrow, funding := "", ""
	if deposit != nil {
		escrow, funding = fmt.Sprintf("%x", deposit.redeem), encodeTx(deposit.funding)
	}
	if c.Escrow != escrow || c.Deposit != funding {
		return errors.New("the deposit is not locked by the contract's escrow with the stand-ins of the seed")
	}
	return nil
}

// countAll checks the spends of one output, in the order of its paths, and
// returns those that follow.
func (v *verified) countAll(o *lockedOutput, spends []certifiedSpend) (rest []certifiedSpend, err error) {
	v.Paths += len(o.built.Contract.Paths)
	for _, q := range o.built.Contract.Paths {
		for _, r := range append([]removal{{}}, removals(q)...) {
			if len(spends) == 0 {
				return nil, fmt.Errorf("no spend by %s %s", q.Name, r)
			}
			if err := v.count(o, q, r, spends[0]); err != nil {
				return nil, fmt.Errorf("%s %s: %w", q.Name, r, err)
			}
			spends = spends[1:]
		}
	}
	return spends, nil
}

// count checks one spend and counts it.
func (v *verified) count(o *lockedOutput, q templates.Path, r removal, c certifiedSpend) error {
	if c.Path != q.Name || !slices.Equal(c.Signers, q.Signers) || c.removal != r {
		return fmt.Errorf("the certificate has %s %s in its place", c.Path, c.removal)
	}
	full := r == removal{}
	if c.Covered != "" {
		got := r.covered(o.built.Contract.Paths, q)
		if full || c.Covered != got || c.Tx != "" || c.Consensus || c.Relay {
			return fmt.Errorf("said to be covered by %q, found %q", c.Covered, got)
		}
		v.Covered++
		return nil
	}
	tx, err := decodeTx(c.Tx)
	if err != nil {
		return err
	}
	if err := o.keeps(tx, q, r); err != nil {
		return err
	}
	found := o.judge(tx)
	consensus, relay := found.consensus == nil, found.relay == nil
	if consensus != full || relay != full || c.Consensus != full || c.Relay != full {
		return fmt.Errorf("accepted by consensus %v, by relays %v, said to be %v and %v, want %v",
			consensus, relay, c.Consensus, c.Relay, full)
	}
	if full {
		v.Accepted++
	} else {
		v.Refused++
	}
	return nil
}

// keeps checks that a spend keeps every condition of the path but the one that
// is removed, so that the removal is the only reason for a refusal.
func (o *lockedOutput) keeps(tx *wire.MsgTx, q templates.Path, r removal) error {
	outpoint := wire.OutPoint{Hash: o.funding.TxHash()}
	if len(tx.TxIn) != 1 || tx.TxIn[0].PreviousOutPoint != outpoint || len(tx.TxIn[0].Witness) > 0 {
		return errors.New("the transaction does not spend the coin and nothing else")
	}
	lock, sequence := r.times(q)
	if tx.LockTime != lock || tx.TxIn[0].Sequence != sequence {
		return fmt.Errorf("locktime %d and sequence %08x, want %d and %08x", tx.LockTime, tx.TxIn[0].Sequence, lock, sequence)
	}
	pushes, err := pushesOf(tx.TxIn[0].SignatureScript)
	if err != nil {
		return err
	}
	witness := r.witness(q)
	if len(pushes) != len(witness) {
		return fmt.Errorf("%d items pushed, want %d", len(pushes), len(witness))
	}
	for i, item := range witness {
		if !o.is(tx, item, pushes[i]) {
			return fmt.Errorf("item %d is not %s", i+1, item)
		}
	}
	return nil
}

// is reports whether the bytes that are pushed are a witness's item:
//
//	0            no byte
//	1            0x01
//	redeem       the redeem script
//	pubkey:ROLE  the role's key, compressed
//	sig:ROLE     the role's signature, DER ‖ 0x01
func (o *lockedOutput) is(tx *wire.MsgTx, item string, pushed []byte) bool {
	kind, role, _ := strings.Cut(item, ":")
	switch kind {
	case "0":
		return len(pushed) == 0
	case "1":
		return len(pushed) == 1 && pushed[0] == 1
	case "redeem":
		return string(pushed) == string(o.redeem)
	case "pubkey":
		key := o.key(role)
		return string(pushed) == string(key[:])
	}
	last := len(pushed) - 1
	if last < 0 || txscript.SigHashType(pushed[last]) != txscript.SigHashAll {
		return false
	}
	hash, err := txscript.CalcSignatureHash(o.redeem, txscript.SigHashAll, tx, 0)
	return err == nil && curve.VerifyECDSA(o.key(role), [32]byte(hash), pushed[:last])
}

// pushesOf reads the items that an input script pushes.
func pushesOf(script []byte) ([][]byte, error) {
	var pushes [][]byte
	t := txscript.MakeScriptTokenizer(0, script)
	for t.Next() {
		switch code := t.Opcode(); {
		case t.Data() != nil:
			pushes = append(pushes, t.Data())
		case txscript.IsSmallInt(code):
			item := []byte{byte(txscript.AsSmallInt(code))}
			if code == txscript.OP_0 {
				item = nil
			}
			pushes = append(pushes, item)
		default:
			return nil, errors.New("the input script does more than push")
		}
	}
	return pushes, t.Err()
}
