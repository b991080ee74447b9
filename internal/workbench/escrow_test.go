package workbench_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	btcaddr "github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
	"pgregory.net/rapid"

	"bevote/compiler"
	"bevote/internal/curve"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/templates"
	"bevote/verifier/election"
	"bevote/verifier/lift"
)

// mix puts mixing into a policy without.
func mix(src []byte, mixing string) []byte {
	const heights = "register by block 20 deposit by block 35 issue by block 60 voucher by block 72 payout by block 86 "
	return bytes.Replace(src, []byte("mixing none"), []byte(heights+"mixing "+mixing), 1)
}

// mixedForm is the first form with mixing.
func mixedForm() []byte { return mix(forms[0].source(), "blind-rsa { modulus 2048 mixers 3 }") }

// newEscrowStage is a stage of a deposit in the place of a stake: the contract
// of what is built is the escrow's.
func newEscrowStage(t testing.TB, src []byte) *stage {
	t.Helper()
	s := newStage(t, src)
	p, whole := s.built.Policy, *s.built.Contract
	escrow, err := whole.EscrowTemplate()
	if err != nil {
		t.Fatal(err)
	}
	s.check = func(script string) error {
		changed := whole
		changed.Escrow = script
		return lift.Check(p, &changed)
	}
	s.built = &workbench.Built{Policy: p, Contract: &templates.Contract{Script: whole.Escrow, Paths: whole.EscrowPaths}, Template: escrow}
	s.lock(t)
	s.funding.TxOut[0].Value = p.Deposit()
	return s
}

// TestEscrowScript spells the script and its paths.
func TestEscrowScript(t *testing.T) {
	b := build(t, mixedForm())
	R := b.Policy.Times.Roll
	script := fmt.Sprintf("<mixer> CHECKSIG NOTIF DUP HASH160 <depositor_hash> EQUALVERIFY CHECKSIGVERIFY %d CHECKLOCKTIMEVERIFY ELSE 0x%s CHECKSIGVERIFY 1 ENDIF",
		R, b.Policy.Supervisor)
	if b.Contract.Escrow != script {
		t.Errorf("got  %s\nwant %s", b.Contract.Escrow, script)
	}
	paths := fmt.Sprintf("[path return depositor after %d witness sig:depositor pubkey:depositor 0 redeem"+
		" path sweep mixer,supervisor after 0 witness sig:supervisor sig:mixer redeem]", R)
	if got := fmt.Sprint(b.Contract.EscrowPaths); got != paths {
		t.Errorf("got  %s\nwant %s", got, paths)
	}
	size := newEscrowStage(t, mixedForm()).built.Template.Size(false)
	back, sweep := b.Contract.EscrowPaths[0].Witness, b.Contract.EscrowPaths[1].Witness
	if a, b := templates.InputSize(sweep, size), templates.InputSize(back, size); size != 104 || a != 293 || b != 255 {
		t.Errorf("script of %d bytes, inputs of %d and %d; docs/protocol.md says 104, 293, 255", size, a, b)
	}
	if bytes.Contains(build(t, forms[0].source()).Contract.Encode(), []byte("escrow")) {
		t.Error("an escrow without mixing")
	}
}

// TestEscrowSpends takes both paths on the engine and through the mempool. The
// depositor's waits: the pool refuses it at tip R−1, so that block R+1 is the
// first that can have it.
func TestEscrowSpends(t *testing.T) {
	s := newEscrowStage(t, mixedForm())
	R := s.built.Policy.Times.Roll
	for _, path := range s.built.Contract.Paths {
		tx := s.spend(t, path.Witness, path.After, notFinal, itself)
		for name, flags := range rules {
			if err := s.run(tx, flags); err != nil {
				t.Errorf("%s by %s: %v", path.Name, name, err)
			}
		}
		early := s.relay(tx, int32(R)-1)
		if (early == nil) != (path.After == 0) {
			t.Errorf("%s at tip R−1: %v", path.Name, early)
		}
		if err := s.relay(tx, int32(R)); err != nil {
			t.Errorf("%s at tip R: %v", path.Name, err)
		}
		for _, signer := range path.Signers {
			s.without(t, path, signer)
			for _, other := range []string{"stranger", "voter", "joint", "c00"} {
				forged := s.spend(t, path.Witness, path.After, notFinal, func(role string) string {
					if role == signer {
						return other
					}
					return role
				})
				if err := s.run(forged, consensus); err == nil {
					t.Errorf("%s with %s signing for %s is accepted", path.Name, other, signer)
				}
			}
		}
		bound := templates.SpendSize(path.Witness, len(s.redeem), templates.PayoutP2PKH)
		if size := tx.SerializeSize(); size > bound || size < bound-4 {
			t.Errorf("%s of %d bytes, bound %d", path.Name, size, bound)
		}
	}
	sooner := s.spend(t, s.pathNamed(t, "return").Witness, R-1, notFinal, itself)
	if s.run(sooner, consensus) == nil {
		t.Error("the depositor's lock opens a block early")
	}
}

// TestDepositPays adds up what becomes of deposits, in signed transactions: an
// input that sweeps each, and an output that pays each coin.
func TestDepositPays(t *testing.T) {
	s := newEscrowStage(t, mixedForm())
	p, sweep := s.built.Policy, s.pathNamed(t, "sweep").Witness
	extra := int((p.Deposit() - p.Coin()) / p.Fee)
	if extra != 500 {
		t.Errorf("a deposit pays for %d bytes", extra)
	}
	pool := []string{"sig:mixer", "pubkey:mixer"} // what spends a key's output pushes
	const output, frame = 34, 10
	for _, n := range []int{1, 2, 3, 25, 250} {
		swept := templates.SweepSize(n, sweep, len(s.redeem), templates.PayoutP2PKH)
		together := swept + (n-1)*output                                     // coins paid by the sweep itself
		apart := swept + frame + templates.InputSize(pool, 0) + (n+1)*output // by the pool, with change
		t.Logf("%3d deposits: %3d bytes each if the sweep pays, %3d if the pool does", n, together/n, apart/n)
		if together > n*extra || n > 1 && apart > n*extra {
			t.Errorf("%d deposits: %d and %d bytes, of %d", n, together, apart, n*extra)
		}
	}
	tx := s.spend(t, sweep, 0, notFinal, itself)
	tx.TxOut[0].Value = p.Coin()
	resign(t, s, tx, sweep)
	if err := s.run(tx, txscript.StandardVerifyFlags); err != nil {
		t.Error(err)
	}
	if fee := p.Deposit() - p.Coin(); fee < p.Fee*int64(tx.SerializeSize()) {
		t.Errorf("%d sat for %d bytes at %d", fee, tx.SerializeSize(), p.Fee)
	}
}

// resign signs a changed spend again.
func resign(t *testing.T, s *stage, tx *wire.MsgTx, witness []string) {
	t.Helper()
	b := txscript.NewScriptBuilder()
	for _, item := range witness[:len(witness)-1] {
		_, role, _ := strings.Cut(item, ":")
		b.AddData(s.sign(t, tx, s.secret(role)))
	}
	var err error
	if tx.TxIn[0].SignatureScript, err = b.AddData(s.redeem).Script(); err != nil {
		t.Fatal(err)
	}
}

// TestEscrowIsHeld gives contracts other escrows than their policies'.
func TestEscrowIsHeld(t *testing.T) {
	mixed, plain := build(t, mixedForm()), build(t, forms[0].source())
	p := mixed.Policy
	supervisor, stranger := p.Supervisor.String(), langtest.Key("stranger").String()
	extra := templates.Path{Name: "sweep", Signers: []string{"mixer"}, Witness: []string{"sig:mixer", "redeem"}}
	for name, change := range map[string]func(c *templates.Contract){
		"none":        func(c *templates.Contract) { c.Escrow, c.EscrowPaths = "", nil },
		"no script":   func(c *templates.Contract) { c.Escrow = "" },
		"no paths":    func(c *templates.Contract) { c.EscrowPaths = nil },
		"another key": func(c *templates.Contract) { c.Escrow = strings.Replace(c.Escrow, supervisor, stranger, 1) },
		"a candidate's": func(c *templates.Contract) {
			c.Escrow = strings.Replace(c.Escrow, supervisor, p.Candidates[0].Key.String(), 1)
		},
		"mixer alone": func(c *templates.Contract) {
			c.Escrow = strings.Replace(c.Escrow, "0x"+supervisor+" CHECKSIGVERIFY ", "", 1)
		},
		"earlier lock":    func(c *templates.Contract) { c.Escrow = strings.Replace(c.Escrow, " 840110 ", " 840109 ", 1) },
		"later lock":      func(c *templates.Contract) { c.Escrow = strings.Replace(c.Escrow, " 840110 ", " 840111 ", 1) },
		"voter for mixer": func(c *templates.Contract) { c.Escrow = strings.Replace(c.Escrow, "<mixer>", "<voter>", 1) },
		"hash of a voter": func(c *templates.Contract) {
			c.Escrow = strings.Replace(c.Escrow, "<depositor_hash>", "<voter_hash>", 1)
		},
		"extra path":       func(c *templates.Contract) { c.EscrowPaths = append(c.EscrowPaths, extra) },
		"lock said":        func(c *templates.Contract) { c.EscrowPaths[0].After-- },
		"witness said":     func(c *templates.Contract) { c.EscrowPaths[1].Witness = c.EscrowPaths[1].Witness[1:] },
		"names changed":    func(c *templates.Contract) { c.EscrowPaths[0].Name, c.EscrowPaths[1].Name = "sweep", "return" },
		"the stake's":      func(c *templates.Contract) { c.Escrow = c.Script },
		"a flag selects":   func(c *templates.Contract) { c.Escrow, c.EscrowPaths = flagged(p, c) },
		"a stake with one": func(c *templates.Contract) { c.Script = c.Escrow },
	} {
		c := *mixed.Contract
		c.EscrowPaths = slices.Clone(c.EscrowPaths)
		change(&c)
		if err := lift.Check(p, &c); err == nil {
			t.Errorf("%s: accepted", name)
		}
		faulty := func(*lang.Policy) (*templates.Contract, []lang.Diagnostic) { return &c, nil }
		if b, diags, err := workbench.BuildWith(mixedForm(), faulty); b != nil || err == nil || !slices.Contains(codes(diags), "E0901") {
			t.Errorf("%s: built %v, %v, %v", name, b != nil, err, codes(diags))
		}
	}
	idle := *plain.Contract
	idle.Escrow, idle.EscrowPaths = mixed.Contract.Escrow, mixed.Contract.EscrowPaths
	if err := lift.Check(plain.Policy, &idle); err == nil || !strings.Contains(err.Error(), "mixes nothing") {
		t.Errorf("an escrow without mixing: %v", err)
	}
}

// flagged is an escrow of the same signers and locks that a flag selects.
func flagged(p *lang.Policy, c *templates.Contract) (string, []templates.Path) {
	script := fmt.Sprintf("IF <mixer> CHECKSIGVERIFY 0x%s CHECKSIG ELSE %d CHECKLOCKTIMEVERIFY DROP DUP HASH160 <depositor_hash> EQUALVERIFY CHECKSIG ENDIF",
		p.Supervisor, p.Times.Roll)
	paths := slices.Clone(c.EscrowPaths)
	paths[0].Witness = []string{"sig:depositor", "pubkey:depositor", "0", "redeem"}
	paths[1].Witness = []string{"sig:supervisor", "sig:mixer", "1", "redeem"}
	return script, paths
}

// TestCandidateCalledDepositor: a candidate of that name is not the depositor of
// an escrow.
func TestCandidateCalledDepositor(t *testing.T) {
	b := build(t, bytes.ReplaceAll(mixedForm(), []byte("candidate c00"), []byte("candidate depositor")))
	c := *b.Contract
	c.Escrow = strings.Replace(c.Escrow, "DUP HASH160 <depositor_hash> EQUALVERIFY", "0x"+langtest.Key("c00").String(), 1)
	c.EscrowPaths = slices.Clone(c.EscrowPaths)
	c.EscrowPaths[0].Witness = []string{"sig:depositor", "0", "redeem"}
	var m *lift.Mismatch
	if err := lift.Check(b.Policy, &c); !errors.As(err, &m) {
		t.Errorf("got %v", err)
	}
}

// TestEscrowOfAnyPolicy draws policies, mixed: the escrow lifts to the policy's
// paths and to those of no other roll, and a record's reader fills it.
func TestEscrowOfAnyPolicy(t *testing.T) {
	mixer, depositor := curve.BaseMul(curve.NewScalar(5)).Key(), curve.BaseMul(curve.NewScalar(6)).Key()
	drawn := 0
	rapid.Check(t, func(t *rapid.T) {
		src := langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
		if !bytes.Contains(src, []byte("mixing none")) {
			return // named voters are not mixed
		}
		src = mix(src, "group-blind { modulus 2048 rounds 128 mixers 2 }")
		b, diags, err := workbench.Build(src)
		if b == nil {
			t.Fatalf("%v %v\n%s", err, codes(diags), src)
		}
		drawn++
		e, err := election.Load(src, b.Contract.Encode())
		if err != nil {
			t.Fatal(err)
		}
		redeem, err := e.EscrowRedeem(mixer, depositor)
		if err != nil {
			t.Fatal(err)
		}
		holes, err := e.Escrow.Match(redeem)
		if err != nil || !bytes.Equal(holes["mixer"], mixer[:]) || !bytes.Equal(holes["depositor_hash"], btcaddr.Hash160(depositor[:])) {
			t.Fatalf("%v, filled with %x", err, holes)
		}
		other := *b.Policy
		other.Times.Roll++
		renamed, _ := compiler.Compile(&other)
		renamed.Escrow, renamed.EscrowPaths = b.Contract.Escrow, b.Contract.EscrowPaths
		if lift.Check(&other, renamed) == nil {
			t.Fatalf("the escrow passes for another roll\n%s", src)
		}
	})
	t.Logf("%d policies with mixing", drawn)
}
