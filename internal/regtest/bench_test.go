package regtest_test

import (
	"slices"
	"testing"

	"bevote/internal/regtest"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// BenchmarkMine mines empty blocks.
func BenchmarkMine(b *testing.B) {
	c, err := regtest.New(b.TempDir(), &chaincfg.RegressionNetParams, []byte{txscript.OP_TRUE})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for b.Loop() {
		if err := c.Mine(1); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSubmitAndMine takes 1,000 signed transactions through pool and miner.
func BenchmarkSubmitAndMine(b *testing.B) {
	const n = 1000
	txs := 0
	for b.Loop() {
		b.StopTimer()
		p := newWallet(b)
		p.mine(maturity)
		parent := p.pay(1, 100*fee, slices.Repeat([][]byte{p.script}, n)...)
		p.accept(parent)
		p.mine(1)
		spends := make([]*wire.MsgTx, n)
		for i := range spends {
			op := wire.OutPoint{Hash: parent.TxHash(), Index: uint32(i)}
			spends[i] = p.spend(op, parent.TxOut[i].Value, fee, p.script)
		}
		b.StartTimer()
		for _, tx := range spends {
			p.accept(tx)
		}
		p.mine(1)
		txs += n
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(txs), "µs/tx")
}
