package corpus

import (
	"errors"
	"slices"
	"time"

	"bevote/internal/rehearsal"
	"bevote/templates"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/wire/v2"
)

// chainLies are about family A: headers, and blocks with their transactions
// (V03 to V06, V08, V09, V11, V13).
var chainLies = []Lie{
	{Name: "other-network", Text: "all play on a chain of simnet what the policy announces for regtest",
		Strength: KeyHolding, Base: "won",
		Check: "V03", Level: "none", Exit: 20, network: "simnet"},
	{Name: "header-spliced", Text: "a header before the election is replaced by another with its work",
		Strength: Consistent, Base: "sealed",
		Check: "V04", Level: "none", Exit: 20, rewrite: spliceHeader},
	{Name: "tip-without-work", Text: "the newest block has no proof of work",
		Strength: Consistent, deep: true, Base: "won",
		Check: "V05", Level: "none", Exit: 20, rewrite: retip(unsolve)},
	{Name: "tip-own-target", Text: "the newest block has a target of its own",
		Strength: Consistent, deep: true, Base: "won",
		Check: "V05", Level: "none", Exit: 20, rewrite: retip(func(h *wire.BlockHeader) { h.Bits = 0x207ffffe })},
	{Name: "tip-backdated", Text: "the newest block is stamped before the eleven below it",
		Strength: Consistent, deep: true, Base: "won",
		Check: "V06", Level: "none", Exit: 20,
		rewrite: retip(func(h *wire.BlockHeader) { h.Timestamp = h.Timestamp.Add(-6 * time.Hour) })},
	{Name: "tip-postdated", Text: "the newest block is stamped decades ahead",
		Strength: Consistent, deep: true, Base: "won",
		Check: "V06", Level: "none", Exit: 20,
		rewrite: retip(func(h *wire.BlockHeader) { h.Timestamp = time.Unix(1<<32-1, 0) })},

	{Name: "transaction-changed", Text: "a byte of a coinbase in the blocks is changed", Strength: Naive, Base: "won",
		Check: "V08", Along: []string{"V10"}, Level: "none", Exit: 20, mutate: flipBeforeEnd(record.Blocks, 6)},
	{Name: "vote-cut-out", Text: "a vote is cut out of its block", Strength: Naive, Base: "salted",
		Check: "V08", Along: []string{"V10", "V71", "V74"}, Level: "none", Exit: 20, rewrite: cutVote},
	{Name: "transaction-repeated", Text: "the last transactions of a block stand there twice, so that the merkle root stays",
		Strength: Consistent, Base: "nobody",
		Check: "V08", Along: []string{"V10", "V91"}, Level: "none", Exit: 20, rewrite: repeatTransaction},

	{Name: "input-twice", Text: "a miner's block holds a transaction that spends one coin twice",
		Strength: Consistent, Base: "won",
		Check: "V09", Level: "none", Exit: 20,
		tamper: buryDeeper, rewrite: addInsane(func(tx *wire.MsgTx) { tx.AddTxIn(tx.TxIn[0]) })},
	{Name: "money-from-nowhere", Text: "a miner's block holds a transaction that pays more than all bitcoins",
		Strength: Consistent, Base: "won",
		Check: "V09", Level: "none", Exit: 20,
		tamper: buryDeeper, rewrite: addInsane(func(tx *wire.MsgTx) { tx.TxOut[0].Value = 22_000_000 * 100_000_000 })},
	{Name: "coin-taken-unsigned", Text: "a miner's block spends a voter's coin without the voter's signature",
		Strength: Consistent, Base: "won",
		Check: "V11", Level: "none", Exit: 20, tamper: all(buryDeeper, abstainersKeepCoins), rewrite: stealCoin},
}

// voteAt returns height and index of the vote of the second candidate's first
// voter.
func (r *rewrite) voteAt() (height uint32, at int, err error) {
	of := r.p.votersFor(2)
	for _, v := range r.p.Votes {
		if len(of) > 0 && v.Index == of[0].Slot() {
			at := slices.IndexFunc(r.block(v.Height).Transactions, func(tx *wire.MsgTx) bool { return tx.TxHash().String() == v.TxID })
			return v.Height, at, nil
		}
	}
	return 0, 0, errNothing
}

func cutVote(r *rewrite) error {
	height, at, err := r.voteAt()
	if err == nil {
		r.block(height).Transactions = slices.Delete(r.block(height).Transactions, at, at+1)
	}
	return err
}

func unmineVote(r *rewrite) error {
	if err := cutVote(r); err != nil {
		return err
	}
	height, _, err := r.voteAt()
	r.remine(height)
	return err
}

// spliceHeader changes the merkle root of a header before the election, and
// mines that header alone anew.
func spliceHeader(r *rewrite) error {
	h := r.headers[r.first/2]
	h.MerkleRoot[0] ^= 1
	solve(h)
	return nil
}

// retip changes the tip's header, which no line names, and mines it anew unless
// change has set a nonce.
func retip(change func(*wire.BlockHeader)) func(*rewrite) error {
	return func(r *rewrite) error {
		if r.tip() < r.firstUnseen() {
			return errors.New("a board line has seen the newest block")
		}
		h := &r.block(r.tip()).Header
		before := *h
		change(h)
		if h.Nonce == before.Nonce {
			solve(h)
		}
		r.headers[r.tip()] = h
		return nil
	}
}

func dropBlock(r *rewrite) error {
	r.blocks = r.blocks[:len(r.blocks)-1]
	return nil
}

func addHeader(r *rewrite) error {
	blocks := slices.Clone(r.blocks)
	r.extend(1)
	r.blocks = blocks
	return nil
}

// repeatTransaction repeats the last transaction of a block with an odd number
// of them, which leaves the merkle root as it is (CVE-2012-2459).
func repeatTransaction(r *rewrite) error {
	for _, b := range r.blocks {
		if n := len(b.Transactions); n > 1 && n%2 == 1 {
			b.Transactions = append(b.Transactions, b.Transactions[n-1])
			return nil
		}
	}
	return errNothing
}

// buryDeeper mines d blocks or more above the last ones that a line names.
func buryDeeper(p *play) error {
	p.Hooks.Tip = p.Policy.Times.Reveal + 2*p.Policy.Depth()
	return nil
}

// addInsane puts a changed transaction by a stranger into a deep block.
func addInsane(spoil func(*wire.MsgTx)) func(*rewrite) error {
	return func(r *rewrite) error {
		tx := wire.NewMsgTx(2)
		q := signer{key: r.p.stranger()}
		q.spend(tx, wire.OutPoint{Hash: r.headers[1].MerkleRoot})
		tx.AddTxOut(wire.NewTxOut(1000, templates.PayToKey(r.p.Supervisor.Key())))
		spoil(tx)
		return r.mine(tx)
	}
}

// mine puts a transaction into a deep block that no line names, and mines the
// chain from there on anew.
func (r *rewrite) mine(tx *wire.MsgTx) error {
	height, err := r.deepUnseen()
	if err != nil {
		return err
	}
	r.block(height).AddTransaction(tx)
	r.remine(height)
	return nil
}

// abstainersKeepCoins has abstainers leave their coins unspent.
func abstainersKeepCoins(p *play) error {
	p.CoinSpends = slices.DeleteFunc(p.CoinSpends, func(a rehearsal.CoinSpend) bool { return !a.Votes })
	return nil
}

func stealCoin(r *rewrite) error {
	idle := r.p.votersFor(0)
	if len(idle) == 0 {
		return errNothing
	}
	tx := wire.NewMsgTx(2)
	q := signer{key: r.p.stranger()}
	q.spend(tx, r.p.coin(idle[0]))
	tx.AddTxOut(wire.NewTxOut(r.p.Policy.Stake, templates.PayToKey(r.p.Supervisor.Key())))
	if err := q.resign(tx); err != nil {
		return err
	}
	return r.mine(tx)
}

// refundAtLast has a voter send its refund in the last block of the record.
func refundAtLast(p *play) error {
	v := p.votersFor(1)[0]
	p.Hooks.Tip = p.Policy.Times.Reveal + 3*p.Policy.Depth()
	held := p.holdRefund(v)
	p.openLate()
	p.at(p.Hooks.Tip, func() error { return p.Chain.Submit(*held) })
	return nil
}
