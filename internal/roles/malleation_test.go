package roles_test

import (
	"testing"

	"bevote/internal/regtest"
	"bevote/internal/roles"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// node is everybody's, and the miner's who bends what it mines.
type node struct {
	*regtest.Chain
	f *fair
}

func (f *fair) node() roles.Chain { return node{Chain: f.chain, f: f} }

// Submit takes a transaction, and has it mined under another id where the fair
// is bent: each input script pushes an item more, which nothing reads.
func (n node) Submit(tx *wire.MsgTx) error {
	if n.f.bent == nil {
		return n.Chain.Submit(tx)
	}
	for _, in := range tx.TxIn {
		if n.f.bent[in.PreviousOutPoint.Hash] {
			return nil // relayed, and never to be mined
		}
	}
	if id := tx.TxHash(); !n.f.bent[id] {
		n.f.bent[id] = true
		bent := tx.Copy()
		for _, in := range bent.TxIn {
			in.SignatureScript = append([]byte{txscript.OP_1}, in.SignatureScript...)
		}
		n.SubmitToMiner(bent)
	}
	return nil
}

// A miner gives every transaction another id. Nobody loses a coin or is blamed
// for it, also where one that was sent after another died with it.
func TestMinerBendsTransactions(t *testing.T) {
	f := newFair(t, 6, 2)
	f.bent = make(map[chainhash.Hash]bool)
	f.close()
	for i := range f.voters {
		f.wantCoin(i)
	}
	for i := range f.mixers {
		f.wantRepaid(i)
	}
	f.wantFindings()
}

func TestMinerBendsLateCoins(t *testing.T) {
	f := newFair(t, 6, 2)
	f.bent = make(map[chainhash.Hash]bool)
	f.absent = func(who string, tip uint32) bool { return who == "m1" && tip > f.view.Deadlines[election.T4] }
	f.close()
	for i := range f.voters {
		f.wantCoin(i)
	}
	f.wantFindings("V37 mixer m1: no coin by TN, paid in block N")
}

// A depositor's transaction has another id, and its deposit comes back.
func TestMinerBendsReturns(t *testing.T) {
	f := newFair(t, 4, 2)
	f.bent = make(map[chainhash.Hash]bool)
	f.absent = func(who string, tip uint32) bool { return who == "m1" && tip > f.view.Deadlines[election.T1] }
	f.close()
	for i, v := range f.voters {
		if f.view.DepositOf(v.Key()).Mixer.Name == "m1" {
			f.wantBack(i)
		} else {
			f.wantCoin(i)
		}
	}
}
