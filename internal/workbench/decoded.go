package workbench

import (
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/wire/v2"

	"bevote/templates"
)

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
