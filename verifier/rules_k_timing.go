package verifier

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// timingRules are family K, timing and reorganisations: V98–V103.
func timingRules() []rule {
	return []rule{
		row("V98", "PHASES", "A", always, phaseOrder),
		row("V99", "PREFIX", "A", always, prefix),
		{ID: "V100", Name: "REORG-SAFE", Class: "U", when: always, review: reorgSafe},
		row("V101", "STALE", "–", always, staleTip),
		row("V102", "LOCKTYPE", "E", always, lockTypes),
		row("V103", "FEES", "W", voting, fees),
	}
}

// V98: the other anchors, of registration, exchange and dealing, continue the sequence,
// each in time, and votes in an election that has ended are listed. The heights of the
// announcement, the roll and the setup are V14's, V24's and V51's.
func phaseOrder(f *facts, ck *check) {
	elsewhere := []int{election.Announce, election.RollClosed, election.SetupClosed}
	for _, due := range f.e.Due() {
		if !slices.Contains(elsewhere, due.Kind) {
			anchorOf(f, ck, due.Kind)
		}
	}
	noneAfterEnd(f, ck)
}

// noneAfterEnd lists votes in an election that ended at the roll or the setup. They
// do not count. Without a joint key there is no contract to fill, and transactions in
// the form of votes are listed.
func noneAfterEnd(f *facts, ck *check) {
	if f.setup.Ended == "" {
		return
	}
	for _, v := range f.votes {
		if message, broke := v.Broke(election.AfterEnd); broke {
			ck.note(v.Where(), "%s", message)
		}
	}
	for i, r := range f.setup.Roll {
		c := f.replay.Coin(r.Outpoint)
		if f.keys == nil && c != nil && c.Spent != nil && election.LooksLikeVote(c.Spent.Tx) {
			ck.note(fmt.Sprintf("slot %d, tx %s", i+1, c.Spent.ID), "looks like a vote; an election that has ended counts none")
		}
	}
}

// maxAge is how old a live source's tip may be.
const maxAge = 3 * time.Hour

// V101: the tip of a live source is not older than maxAge. The tip of a node without
// peers is older.
func staleTip(f *facts, ck *check) {
	switch {
	case !f.chain.ProvesWork():
		ck.skip("on " + lang.Params(f.e.Policy.Network).Name + " blocks come when somebody asks for them")
	case !f.opt.Live:
		ck.skip("a record: its age is that of its tip")
	case f.opt.Now.IsZero():
		ck.skip("no clock")
	default:
		ck.expect(1)
		ck.test(fmt.Sprintf("height %d", f.tip), f.chain.Stale(f.opt.Now, maxAge))
	}
}

// V102: the only locks in the contract are those of the policy's paths, at block
// heights: the refund's, branches', and with mixing the deposit's.
func lockTypes(f *facts, ck *check) {
	paths := slices.Concat(f.e.Contract.Paths, f.e.Contract.EscrowPaths)
	ck.expect(len(paths))
	allowed := make(map[string]map[uint32]bool)
	for _, p := range slices.Concat(f.e.Policy.Paths(), f.e.Policy.EscrowPaths()) {
		if allowed[p.Name] == nil {
			allowed[p.Name] = make(map[uint32]bool)
		}
		allowed[p.Name][p.After] = true
	}
	for _, p := range paths {
		if !allowed[p.Name][p.After] || p.After >= txscript.LockTimeThreshold {
			ck.fail("path "+p.Name, "a lock at %d that the policy does not give it", p.After)
			continue
		}
		ck.pass()
	}
}

// Bounds of the fee rate, in satoshis per virtual byte of the policy's.
const (
	lowFee  = 2 // below a half: may not be relayed
	highFee = 4 // above four times: fees eat the stakes
)

// V103: votes, claims and refunds pay about the policy's fee rate.
func fees(f *facts, ck *check) {
	rate := f.e.Policy.Fee
	look := func(where string, tx *wire.MsgTx, in int64) {
		size := int64(tx.SerializeSize()) // without witnesses a byte is a virtual byte
		for _, out := range tx.TxOut {
			in -= out.Value
		}
		ck.expect(1)
		if in*lowFee < rate*size || in > highFee*rate*size {
			ck.fail(where, "a fee of %d sat for %d vB, the policy's rate is %d sat/vB", in, size, rate)
			return
		}
		ck.pass()
	}
	for _, v := range f.votes {
		if v.Counted() && len(v.Spend.Tx.TxIn) == 1 {
			look(v.Where(), v.Spend.Tx, f.e.Policy.Coin())
		}
	}
	byTx := make(map[string][]*spend)
	for _, sp := range f.spends {
		byTx[sp.at.ID.String()] = append(byTx[sp.at.ID.String()], sp)
	}
	for _, sp := range f.spends {
		together := byTx[sp.at.ID.String()]
		if together[0] == sp && len(together) == len(sp.at.Tx.TxIn) {
			look("tx "+sp.at.ID.String(), sp.at.Tx, f.e.Policy.Stake*int64(len(together)))
		}
	}
}

// V99: the board continues the one that earlier audits saw, as far as anchors closed that.
// Other continuations and replaced blocks are listed.
func prefix(f *facts, ck *check) {
	if len(f.earlier) == 0 {
		ck.skip("no earlier report or state was given")
		return
	}
	for _, m := range f.earlier {
		ck.expect(2)
		switch words, foul := f.differs(m); {
		case foul:
			ck.fail(fmt.Sprintf("line %d", m.lines), "the supervisor: %s", words)
		case words != "":
			ck.pass()
			ck.note(fmt.Sprintf("line %d", m.lines), "%s; no anchor had closed it", words)
		default:
			ck.pass()
		}
		ck.pass()
		if hash, known := f.chain.HashAt(m.height); !known || hash != m.hash {
			ck.note(fmt.Sprintf("height %d", m.height), "the chain was reorganised: %s had seen block %s here", m.whose, m.hash)
		}
	}
	for _, words := range f.reorgs {
		ck.note("chain", "%s", words)
	}
}

// V100: the outcome is the same without the last d − 1 blocks, which may still be
// replaced.
func reorgSafe(f *facts, r *result.Report, ck *check) {
	if f.shortened {
		ck.skip("this is the verdict without the last blocks")
		return
	}
	ck.expect(1)
	loose := f.e.Policy.Depth() - 1
	from := f.tip - min(loose, f.tip) + 1
	if f.blocks.index(from) == len(f.blocks.matched) {
		ck.pass() // nothing of the election is in them
		return
	}
	short, err := establish(f.chained.before(from), f.prepared)
	if err != nil {
		ck.errored = err.Error()
		return
	}
	if with, without := outcome(r), outcome(report(short)); without != with {
		ck.leave(fmt.Sprintf("height %d", f.tip), "without the blocks from %d on: %s; with them: %s", from, without, with)
		return
	}
	ck.pass()
}

// outcome is what V100 compares: level, verdict, votes and counts.
func outcome(r *result.Report) string {
	words := []string{r.Level, r.Verdict, fmt.Sprintf("%d votes", r.Votes)}
	for _, c := range r.Counts {
		words = append(words, fmt.Sprintf("%s %d to %d", c.Candidate, c.Min, c.Max))
	}
	return strings.Join(words, ", ")
}
