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

// Replayed counts what a certificate showed.
type Replayed struct {
	Policy   string `json:"policy"` // policy id
	Paths    int    `json:"paths"`
	Accepted int    `json:"accepted"`
	Refused  int    `json:"refused"`
	Covered  int    `json:"covered"` // removals that leave enough for another path
}

// Replay checks a certificate and trusts nothing in it. It lifts the contract
// and compares it with the policy, puts the stand-ins of the seed in place,
// wants every path once in full and once without each of its conditions, looks
// into each transaction for what it keeps and what it leaves out, and runs all
// of them on the script engine. It compiles nothing.
func (c *Certificate) Replay() (*Replayed, error) {
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
	s, err := standInStake([]byte(c.Source), c.Seed, c.Contract)
	if err != nil {
		return nil, err
	}
	d, err := s.deposit()
	if err != nil {
		return nil, err
	}
	if err := c.locks(s, d); err != nil {
		return nil, err
	}
	r, spends := &Replayed{Policy: c.Policy}, c.Spends
	if spends, err = r.countAll(s, spends); err != nil {
		return nil, err
	}
	if d != nil {
		if spends, err = r.countAll(d, spends); err != nil {
			return nil, err
		}
	}
	if len(spends) > 0 {
		return nil, fmt.Errorf("%d spends too many", len(spends))
	}
	return r, nil
}

// locks tells whether the certificate's coins are this stake and this deposit.
func (c *Certificate) locks(s, d *stake) error {
	if fmt.Sprintf("%x", s.redeem) != c.Redeem || encodeTx(s.funding) != c.Funding {
		return errors.New("the stake is not locked by the contract's script with the stand-ins of the seed")
	}
	escrow, deposit := "", ""
	if d != nil {
		escrow, deposit = fmt.Sprintf("%x", d.redeem), encodeTx(d.funding)
	}
	if c.Escrow != escrow || c.Deposit != deposit {
		return errors.New("the deposit is not locked by the contract's escrow with the stand-ins of the seed")
	}
	return nil
}

// countAll checks the spends of one coin, in the order of its paths, and
// returns those that follow.
func (r *Replayed) countAll(s *stake, spends []CertifiedSpend) (rest []CertifiedSpend, err error) {
	r.Paths += len(s.built.Contract.Paths)
	for _, q := range s.built.Contract.Paths {
		for _, removal := range append([]Removal{{}}, removals(q)...) {
			if len(spends) == 0 {
				return nil, fmt.Errorf("no spend by %s %s", q.Name, removal)
			}
			if err := r.count(s, q, removal, spends[0]); err != nil {
				return nil, fmt.Errorf("%s %s: %w", q.Name, removal, err)
			}
			spends = spends[1:]
		}
	}
	return spends, nil
}

// count checks one spend and counts it.
func (r *Replayed) count(s *stake, q templates.Path, removal Removal, c CertifiedSpend) error {
	if c.Path != q.Name || !slices.Equal(c.Signers, q.Signers) || c.Removal != removal {
		return fmt.Errorf("the certificate has %s %s in its place", c.Path, c.Removal)
	}
	if c.Covered != "" {
		if got := removal.covered(s.built.Contract.Paths, q); removal == (Removal{}) || c.Covered != got || c.Tx != "" || c.Consensus || c.Relay {
			return fmt.Errorf("said to be covered by %q, found %q", c.Covered, got)
		}
		r.Covered++
		return nil
	}
	tx, err := decodeTx(c.Tx)
	if err != nil {
		return err
	}
	if err := s.keeps(tx, q, removal); err != nil {
		return err
	}
	v := s.judge(tx)
	want := removal == Removal{}
	if consensus, relay := v.consensus == nil, v.relay == nil; consensus != want || relay != want || c.Consensus != want || c.Relay != want {
		return fmt.Errorf("accepted by consensus %v, by relays %v, said to be %v and %v, want %v",
			consensus, relay, c.Consensus, c.Relay, want)
	}
	if want {
		r.Accepted++
	} else {
		r.Refused++
	}
	return nil
}

// keeps looks into a spend: it must keep every condition of the path but the
// one that is removed, so that nothing else can be why it is refused.
func (s *stake) keeps(tx *wire.MsgTx, q templates.Path, r Removal) error {
	outpoint := wire.OutPoint{Hash: s.funding.TxHash()}
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
		if !s.is(tx, item, pushes[i]) {
			return fmt.Errorf("item %d is not %s", i+1, item)
		}
	}
	return nil
}

// is tells whether what is pushed is what a witness calls item.
func (s *stake) is(tx *wire.MsgTx, item string, pushed []byte) bool {
	kind, role, _ := strings.Cut(item, ":")
	switch kind {
	case "0":
		return len(pushed) == 0
	case "1":
		return len(pushed) == 1 && pushed[0] == 1
	case "redeem":
		return string(pushed) == string(s.redeem)
	case "pubkey":
		key := s.key(role)
		return string(pushed) == string(key[:])
	}
	last := len(pushed) - 1
	if last < 0 || txscript.SigHashType(pushed[last]) != txscript.SigHashAll {
		return false
	}
	hash, err := txscript.CalcSignatureHash(s.redeem, txscript.SigHashAll, tx, 0)
	return err == nil && curve.VerifyECDSA(s.key(role), [32]byte(hash), pushed[:last])
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
			return nil, fmt.Errorf("the input script does more than push")
		}
	}
	return pushes, t.Err()
}
