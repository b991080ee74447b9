package workbench

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/lang"
	"bevote/templates"
)

// counterexample is a spend that a policy allows and its author may not have
// meant.
type counterexample struct {
	says    string
	path    string // of the contract
	taker   string // role whose key is paid
	flag    []byte // what is pushed in place of the last flag, nil for the flag itself
	witness []string
}

// counterexampleOf plans the spend that a diagnostic is about.
func counterexampleOf(p *lang.Policy, d lang.Diagnostic) (counterexample, bool) {
	switch {
	case d.Code == "W0401" && p.Win == lang.WinCustodial:
		return counterexample{says: "the supervisor pays a stake to a stranger", path: "win", taker: stranger}, true
	case d.Code == "W0401":
		says := "whoever knows the joint secret pays a stake to a stranger"
		return counterexample{says: says, path: "win", taker: stranger}, true
	case d.Code == "W0402" && len(p.Candidates) > 1:
		elected, other := p.Candidates[0].Name, p.Candidates[1].Name
		return counterexample{
			says: fmt.Sprintf("%s takes a stake with the joint secret that elected %s", other, elected),
			path: "win." + other, taker: other,
		}, true
	case d.Code == "W0604":
		return counterexample{
			says: "somebody who relays a claim writes another flag: the same spend under another txid",
			path: "win", taker: p.Candidates[0].Name, flag: []byte{0xbe, 0xef},
		}, true
	case d.Code == "E0303" && len(d.Roles) == 2:
		return sharedKey(p, d.Roles[0], d.Roles[1])
	}
	return counterexample{}, false
}

// sharedKey plans a spend in one role's part by the holder of another role with
// the same key. It is not ok where that part spends nothing.
func sharedKey(p *lang.Policy, part, other string) (c counterexample, ok bool) {
	kind, name, _ := strings.Cut(part, " ")
	who := "the " + other
	if _, name, ok := strings.Cut(other, " "); ok {
		who = name
	}
	c = counterexample{taker: stranger}
	switch kind {
	case "candidate":
		c.says = fmt.Sprintf("%s makes %s's claim with the joint secret and the key that both have, and pays a stranger", who, name)
		c.path, ok = "win."+name, p.Win == lang.WinHardened
	case "supervisor":
		c.says = who + " claims as the supervisor, and pays a stranger"
		c.path, ok = "win", p.Win == lang.WinCustodial
	case "voter":
		c.says = fmt.Sprintf("%s takes %s's stake back after the timeout, and pays a stranger", who, name)
		c.path, ok = "refund", true
	}
	return c, ok
}

// transaction makes the spend and shows it to the script engine.
func (o *lockedOutput) transaction(c counterexample) (*lang.Transaction, error) {
	paths := o.built.Contract.Paths
	i := slices.IndexFunc(paths, func(q templates.Path) bool { return q.Name == c.path })
	if i < 0 {
		return nil, fmt.Errorf("no path %s", c.path)
	}
	c.witness = slices.Clone(paths[i].Witness)
	tx, err := o.spend(c.witness, paths[i].After, notFinal, c.taker)
	if err != nil {
		return nil, err
	}
	before := ""
	if c.flag != nil {
		before = tx.TxHash().String()
		if err := c.replaceFlag(tx); err != nil {
			return nil, err
		}
	}
	if v := o.judge(tx); !v.accepted() {
		return nil, fmt.Errorf("refused: %w", errors.Join(v.consensus, v.relay))
	}
	out := o.funding.TxOut[0]
	return &lang.Transaction{
		Says: c.says, Lines: o.decoded(tx, c, before), Hex: encodeTx(tx),
		Script: hex.EncodeToString(out.PkScript), Stake: out.Value,
	}, nil
}

// replaceFlag replaces the flag that an input pushes, which no signature covers.
func (c *counterexample) replaceFlag(tx *wire.MsgTx) error {
	pushes, err := pushesOf(tx.TxIn[0].SignatureScript)
	if err != nil {
		return err
	}
	b, flag := txscript.NewScriptBuilder(), slices.Index(c.witness, "1")
	if flag < 0 {
		return errors.New("no flag to rewrite")
	}
	for i := range c.witness {
		if i == flag {
			b.AddData(c.flag)
		} else {
			b.AddData(pushes[i])
		}
	}
	c.witness[flag] = "flag"
	tx.TxIn[0].SignatureScript, err = b.Script()
	return err
}

// decoded writes a transaction that spends the stake, line by line; before is
// the txid that it had, "" for none:
//
//	txid 5f0c…
//	     was 90ab…
//	in   stake of 200000 sat, 41b6…:0
//	     0
//	     signature of joint and bob, 304402…01
//	     redeem script, 175 bytes
//	out  191600 sat to a stranger, 76a914…88ac
//	lock 264, so from block 265 on
func (o *lockedOutput) decoded(tx *wire.MsgTx, c counterexample, before string) []string {
	lines := []string{"txid " + tx.TxHash().String()}
	if before != "" {
		lines = append(lines, "     was "+before)
	}
	in := tx.TxIn[0]
	lines = append(lines, fmt.Sprintf("in   stake of %d sat, %s", o.funding.TxOut[0].Value, in.PreviousOutPoint))
	pushes, err := pushesOf(in.SignatureScript)
	if err != nil {
		panic("workbench: " + err.Error()) // spend wrote them
	}
	for i, item := range c.witness {
		lines = append(lines, "     "+pushText(item, pushes[i]))
	}
	for _, out := range tx.TxOut {
		lines = append(lines, fmt.Sprintf("out  %d sat to %s, %s", out.Value, named(c.taker), shortHex(out.PkScript)))
	}
	if tx.LockTime > 0 {
		lines = append(lines, fmt.Sprintf("lock %d, so from block %d on", tx.LockTime, tx.LockTime+1))
	}
	return lines
}

// pushText describes what an input pushes for one item of the witness.
func pushText(item string, pushed []byte) string {
	kind, role, _ := strings.Cut(item, ":")
	switch kind {
	case "sig":
		return fmt.Sprintf("signature of %s, %s", enumerate(strings.Split(role, "+")), shortHex(pushed))
	case "pubkey":
		return fmt.Sprintf("key of %s, %s", named(role), shortHex(pushed))
	case "redeem":
		return fmt.Sprintf("redeem script, %d bytes", len(pushed))
	case "flag":
		return "flag, " + shortHex(pushed) + " in the place of 1"
	}
	return item
}

// named returns what a role is called.
func named(role string) string {
	if role == stranger {
		return "a stranger"
	}
	return role
}

// shortHex returns bytes in hex, of many the first four and the last two.
func shortHex(b []byte) string {
	if len(b) <= templates.KeySize/4 {
		return fmt.Sprintf("%x", b)
	}
	return fmt.Sprintf("%x…%x", b[:4], b[len(b)-2:])
}
