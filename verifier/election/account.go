package election

import (
	"bevote/templates"
	"bytes"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// MaxPayouts is how many coins one transaction pays. It bounds the size of the
// transaction, about 34 kB.
const MaxPayouts = 1000

// Pool is the supervisor's account of the exchange, in satoshis:
//
//	residual = swept − repaid − late − fees
type Pool struct {
	Swept  int64 // outputs of sweeps to the pool
	Repaid int64 // outputs to mixers
	Late   int64 // coins that the supervisor paid to valid vouchers
	Fees   int64 // for the transactions of Repaid and Late
}

// Residual returns what is left in satoshis. It is 0 if the supervisor paid more than
// the pool held.
func (p Pool) Residual() int64 { return max(0, p.Swept-p.Repaid-p.Late-p.Fees) }

// Pool returns the account, with those of the repayments that are on the chain.
func (x *Exchange) Pool(repaid []wire.OutPoint) Pool {
	var p Pool
	for _, s := range x.SweepTxs() {
		for _, out := range s.Tx.TxOut {
			if bytes.Equal(out.PkScript, x.PoolScript) {
				p.Swept += out.Value
			}
		}
	}
	txs := make(map[chainhash.Hash]*wire.MsgTx)
	for _, op := range repaid {
		if c := x.r.exchanged[op]; c != nil && c.Created != nil {
			p.Repaid += c.Out.Value
			txs[op.Hash] = c.Created.Tx
		}
	}
	for _, v := range x.Vouchers {
		if c := x.CoinOf(v); c != nil && c.By == x.e.Policy.Supervisor && x.VerifyVoucher(v) == nil {
			p.Late += c.Sats
			txs[c.tx.ID] = c.tx.Tx
		}
	}
	p.Fees = x.fees(txs)
	return p
}

// Owed returns what the supervisor owes a mixer, in satoshis: the coins that it paid
// for valid vouchers, plus the policy's fee for their transactions, capped at the
// fee for payoutBytes.
func (x *Exchange) Owed(mixer *Mixer) int64 {
	sum, coins, txs := int64(0), int64(0), make(map[chainhash.Hash]*wire.MsgTx)
	for _, v := range x.Vouchers {
		if c := x.CoinOf(v); c != nil && c.By == mixer.Key && x.VerifyVoucher(v) == nil {
			sum, coins = sum+c.Sats, coins+1
			txs[c.tx.ID] = c.tx.Tx
		}
	}
	return sum + min(x.fees(txs), x.e.Policy.Fee*payoutBytes(coins))
}

// fees returns the policy's fee for transactions, in satoshis. The fees that miners
// took are not visible in a record.
func (x *Exchange) fees(txs map[chainhash.Hash]*wire.MsgTx) (sum int64) {
	for _, tx := range txs {
		sum += x.e.Policy.Fee * int64(tx.SerializeSizeStripped())
	}
	return sum
}

// payoutBytes returns the total size in bytes of the smallest transactions that pay
// that many coins: one input and one change output for each [MaxPayouts]. Larger
// transactions are reimbursed for this size only, so that padding does not pay for a
// mixer that mines.
func payoutBytes(coins int64) int64 {
	txs := (coins + MaxPayouts - 1) / MaxPayouts
	return txs*(templates.TxFrame+templates.P2PKHInput+templates.P2PKHOutput) + coins*templates.P2PKHOutput
}

// Repaid returns the outpoints that the settlement lists.
func (x *Exchange) Repaid() (out []wire.OutPoint) {
	if x.Settled == nil {
		return nil
	}
	for _, r := range x.Settled.Repaid {
		if op, err := decodeOutpoint(r.Outpoint); err == nil {
			out = append(out, op)
		}
	}
	return out
}

// Payments returns the satoshis that the supervisor's payments need: without mixing
// the coins of all voters, and the fees of the transactions that pay them.
func (e *Election) Payments() int64 {
	if e.Policy.Mixed() {
		return 0
	}
	n := int64(e.Policy.Voters)
	return n*e.Policy.Coin() + e.Policy.Fee*payoutBytes(n)
}
