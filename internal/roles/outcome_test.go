package roles_test

import (
	"bytes"
	"context"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/templates"
	"bevote/verifier"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// unspentSats are the unspent outputs that pay a key, in satoshis.
func (f *fixture) unspentSats(key curve.PublicKey) (sats []int64) {
	f.t.Helper()
	for _, c := range f.unspent(key) {
		sats = append(sats, c.sats)
	}
	return sats
}

// output is an output that a key can spend.
type output struct {
	op   wire.OutPoint
	sats int64
}

// unspent are the unspent outputs of a key in the order of the chain.
func (f *fixture) unspent(key curve.PublicKey) (out []output) {
	f.t.Helper()
	script := string(templates.PayToKey(key))
	values := make(map[wire.OutPoint]int64)
	var order []wire.OutPoint
	for h := uint32(1); h <= f.tip(); h++ {
		b, err := f.chain.Block(h)
		check(f.t, err)
		for _, tx := range b.Transactions {
			for _, in := range tx.TxIn {
				delete(values, in.PreviousOutPoint)
			}
			var id chainhash.Hash
			for i, out := range tx.TxOut {
				if string(out.PkScript) != script {
					continue
				}
				if id == (chainhash.Hash{}) {
					id = tx.TxHash()
				}
				op := wire.OutPoint{Hash: id, Index: uint32(i)}
				values[op], order = out.Value, append(order, op)
			}
		}
	}
	for _, op := range order {
		if v, ok := values[op]; ok {
			out = append(out, output{op: op, sats: v})
		}
	}
	return out
}

func sum(sats []int64) (total int64) {
	for _, v := range sats {
		total += v
	}
	return total
}

// audit is what the auditor says of the exchange.
func (f *fixture) audit() *result.Report {
	f.t.Helper()
	var lines bytes.Buffer
	_, err := f.log.WriteTo(&lines)
	check(f.t, err)
	rec := rehearsaltest.Open(f.t, rehearsaltest.Dir(f.t, map[string][]byte{
		record.Policy: f.files[0], record.Contract: f.files[1], record.Board: lines.Bytes(),
	}))
	report, err := verifier.Audit(context.Background(), rec, f.chain, verifier.Options{})
	check(f.t, err)
	return report
}

// findings lists what failed, as "V37 mixer m1: no offer in time".
func findings(r *result.Report) (out []string) {
	for _, c := range r.Checks {
		if c.Status != result.Fail {
			continue
		}
		for _, item := range c.Items[:min(c.Failed, len(c.Items))] {
			out = append(out, c.ID+" "+item.Message)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
