package roles_test

import (
	"testing"

	"bevote/internal/regtest"
	"bevote/internal/roles"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// node is the node of every role. Its miner may rewrite input scripts.
type node struct {
	*regtest.Chain
	f *fixture
}

func (f *fixture) node() roles.Chain { return node{Chain: f.chain, f: f} }

// Submit takes a transaction, and where the fixture malleates has it mined under another id: each
// input script pushes one more item, which the spent script does not read.
func (n node) Submit(tx *wire.MsgTx) error {
	if n.f.malleated == nil {
		return n.Chain.Submit(tx)
	}
	for _, in := range tx.TxIn {
		if n.f.malleated[in.PreviousOutPoint.Hash] {
			return nil // relayed, and never to be mined
		}
	}
	if id := tx.TxHash(); !n.f.malleated[id] {
		n.f.malleated[id] = true
		rewritten := tx.Copy()
		for _, in := range rewritten.TxIn {
			in.SignatureScript = append([]byte{txscript.OP_1}, in.SignatureScript...)
		}
		n.SubmitToMiner(rewritten)
	}
	return nil
}

// A miner gives every transaction another id. No role loses a coin or is blamed for it, also where a
// transaction spends the change of one that is mined under another id.
func TestMalleatedTransactions(t *testing.T) {
	f := newFixture(t, 6, 2)
	f.malleated = make(map[chainhash.Hash]bool)
	f.close()
	for i := range f.voters {
		f.wantCoin(i)
	}
	for i := range f.mixers {
		f.wantRepaid(i)
	}
	f.wantFindings()
}

func TestMalleatedLateCoins(t *testing.T) {
	f := newFixture(t, 6, 2)
	f.malleated = make(map[chainhash.Hash]bool)
	f.absent = func(who string, tip uint32) bool { return who == "m1" && tip >= f.e.Policy.Times.Voucher }
	f.close()
	for i := range f.voters {
		f.wantCoin(i)
	}
	f.wantFindings("V37 mixer m1: no coin by `payout by`, the supervisor paid it in block N")
}

// A depositor's transaction has another id, and its deposit comes back.
func TestMalleatedReturns(t *testing.T) {
	f := newFixture(t, 4, 2)
	f.malleated = make(map[chainhash.Hash]bool)
	f.absent = func(who string, tip uint32) bool { return who == "m1" && tip >= f.e.Policy.Times.Deposit }
	f.close()
	for i, v := range f.voters {
		if f.view.DepositOf(v.Key()).Mixer.Name == "m1" {
			f.wantBack(i)
		} else {
			f.wantCoin(i)
		}
	}
}
