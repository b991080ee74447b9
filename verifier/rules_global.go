package verifier

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"bevote/lang"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// family K: timing and reorganisations
var timingRules = []rule{
	{"V98", "PHASES", "E", always, (*audit).phaseOrder},
	{"V99", "PREFIX", "A", always, (*audit).prefix},
	{"V100", "REORG-SAFE", "U", always, nil}, // reorgSafe, which runs all the others: report sets it
	{"V101", "STALE", "–", always, (*audit).stale},
	{"V102", "LOCKTYPE", "E", always, (*audit).lockTypes},
	{"V103", "FEES", "W", voting, (*audit).fees},
}

// V98: the anchors of the dealing are there, in the policy's order and each in
// time, and nobody votes in an election that has ended. Whether those of the
// announcement, the roll and the transcript are there in time is what V14, V24
// and V51 ask.
func (a *audit) phaseOrder(s *sheet) {
	t := a.e.Policy.Times
	const elsewhere = math.MaxUint32
	by := [election.LastAnchor + 1]uint32{election.Announce: elsewhere, election.RollClosed: elsewhere, election.CommitsClosed: t.Commit, election.DealsClosed: t.Deal,
		election.ComplaintsClosed: t.Setup, election.TranscriptClosed: elsewhere}
	last := uint32(0)
	for kind, anchor := range a.setup.Phases.Anchors {
		if anchor == nil && (!a.owed(kind) || a.tip <= by[kind]) {
			continue
		}
		s.expect(1)
		if anchor == nil {
			s.fail(fmt.Sprintf("block %d", by[kind]), "no %s anchor up to here", election.AnchorNames[kind])
			continue
		}
		where := "tx " + anchor.TxID
		switch {
		case !a.e.Policy.Dealt() && kind > election.RollClosed:
			s.fail(where, "a %s anchor in a custodial election", election.AnchorNames[kind])
			continue
		case anchor.Height <= last && kind != election.RollClosed:
			s.fail(where, "the %s anchor is in block %d, want one after %d, where the phase before it closed", election.AnchorNames[kind], anchor.Height, last)
		case anchor.Height > by[kind]:
			s.fail(where, "the %s anchor is in block %d, due by %d", election.AnchorNames[kind], anchor.Height, by[kind])
		default:
			s.pass()
		}
		last = anchor.Height
	}
	a.noneAfterEnd(s)
}

// owed tells whether the supervisor has to make an anchor of the dealing: all
// of them, unless the roll has ended the election.
func (a *audit) owed(kind int) bool {
	switch {
	case kind <= election.RollClosed:
		return false // V14 and V24 ask
	case !a.e.Policy.Dealt() || len(a.setup.Roll) < a.e.Policy.K:
		return false
	}
	return kind < election.TranscriptClosed // V51 asks for that one
}

// noneAfterEnd finds counted votes in an election that ended at the roll or
// the setup. Before there is a joint key no script is the contract's, so that
// what looks like a vote is a coin on its way elsewhere.
func (a *audit) noneAfterEnd(s *sheet) {
	if a.setup.Ended == "" {
		return
	}
	for _, v := range a.votes {
		s.expect(1)
		if v.Counted() {
			s.fail(v.Where(), "a vote in an election that has ended")
			continue
		}
		s.pass()
	}
	for i, r := range a.setup.Roll {
		c := a.replay.Coins[r.Outpoint]
		if a.keys == nil && c != nil && c.Spent != nil && election.LooksLikeVote(c.Spent.Tx) {
			s.note(fmt.Sprintf("slot %d, tx %s", i+1, c.Spent.ID), "looks like a vote; an election that has ended counts none")
		}
	}
}

// maxAge is how old a live source's tip may be.
const maxAge = 3 * time.Hour

// V101: the tip of a live source is young: a node that has been cut off from
// the others shows an old one.
func (a *audit) stale(s *sheet) {
	switch {
	case !a.chain.ProvesWork():
		s.skip("on " + lang.Params(a.e.Policy.Network).Name + " blocks come when somebody asks for them")
	case !a.opt.Live:
		s.skip("a record: its age is that of its tip")
	case a.opt.Now.IsZero():
		s.skip("no clock")
	default:
		s.expect(1)
		s.test(fmt.Sprintf("height %d", a.tip), a.chain.Stale(a.opt.Now, maxAge))
	}
}

// V102: the only locks in the contract are those of the policy's paths, at block
// heights: the refund's, branches', and with mixing the deposit's.
func (a *audit) lockTypes(s *sheet) {
	paths := slices.Concat(a.e.Contract.Paths, a.e.Contract.EscrowPaths)
	s.expect(len(paths))
	allowed := make(map[string]map[uint32]bool)
	for _, p := range slices.Concat(a.e.Policy.Paths(), a.e.Policy.EscrowPaths()) {
		if allowed[p.Name] == nil {
			allowed[p.Name] = make(map[uint32]bool)
		}
		allowed[p.Name][p.After] = true
	}
	for _, p := range paths {
		if !allowed[p.Name][p.After] || p.After >= 500_000_000 {
			s.fail("path "+p.Name, "a lock at %d that the policy does not give it", p.After)
			continue
		}
		s.pass()
	}
}

// Bounds of the fee rate, in satoshis per virtual byte of the policy's.
const (
	lowFee  = 2 // below a half: may not be relayed
	highFee = 4 // above four times: fees eat the stakes
)

// V103: votes, claims and refunds pay about the policy's fee rate.
func (a *audit) fees(s *sheet) {
	rate := a.e.Policy.Fee
	look := func(where string, tx *wire.MsgTx, in int64) {
		size := int64(tx.SerializeSize()) // no witnesses: bytes are virtual bytes
		for _, out := range tx.TxOut {
			in -= out.Value
		}
		s.expect(1)
		if in*lowFee < rate*size || in > highFee*rate*size {
			s.fail(where, "a fee of %d sat for %d vB, the policy's rate is %d sat/vB", in, size, rate)
			return
		}
		s.pass()
	}
	for _, v := range a.votes {
		if v.Counted() && len(v.Spend.Tx.TxIn) == 1 {
			look(v.Where(), v.Spend.Tx, a.e.Policy.Coin())
		}
	}
	byTx := make(map[string][]*spend)
	for _, sp := range a.spends {
		byTx[sp.at.ID.String()] = append(byTx[sp.at.ID.String()], sp)
	}
	for _, sp := range a.spends {
		together := byTx[sp.at.ID.String()]
		if together[0] == sp && len(together) == len(sp.at.Tx.TxIn) {
			look("tx "+sp.at.ID.String(), sp.at.Tx, a.e.Policy.Stake*int64(len(together)))
		}
	}
}

// family L: conservation
var globalRules = []rule{
	{"V104", "CONS-LOCKED", "E", voting, (*audit).conserved},
	{"V105", "CONS-MIX", "E", schemed, (*audit).mixConserved},
	{"V106", "CONS-COUNT", "E", voting, (*audit).countsAddUp},
	{"V107", "NO-ALIEN", "W", voting, (*audit).aliens},
	{"V108", "TURNOUT", "W", voting, (*audit).turnout},
}

// V104: what was locked is what was claimed, refunded, taken by a branch, or is
// still open. The sums are of the outputs themselves.
func (a *audit) conserved(s *sheet) {
	s.expect(1)
	locked := a.e.Policy.Stake * int64(len(a.tally.readings))
	sums := make(map[string]int64)
	for _, sp := range a.spends {
		sums[sp.class] += a.replay.Stakes[sp.vote.Stake].Out.Value
	}
	for _, v := range a.unspent {
		sums["open"] += a.replay.Stakes[v.Stake].Out.Value
	}
	total := int64(0)
	for _, sum := range sums {
		total += sum
	}
	if total != locked {
		s.fail("stakes", "%d sat locked, %d accounted for", locked, total)
		return
	}
	s.pass()
	s.note("stakes", "%d sat locked: %d claimed, %d refunded, %d open", locked, sums["win"], sums["refund"], sums["open"])
	for _, class := range slices.Sorted(maps.Keys(sums)) {
		if strings.HasPrefix(class, "branch.") {
			s.note("stakes", "%d sat taken by %s", sums[class], class)
		}
	}
}

// V106: the counted votes are the candidates', settled as not the winner's,
// invalid, or unresolved.
func (a *audit) countsAddUp(s *sheet) {
	s.expect(1)
	sum, rest := 0, 0
	for _, n := range a.tally.min {
		sum += n
	}
	for _, r := range a.tally.readings {
		if r.choice == 0 {
			rest++
		}
	}
	counted := 0
	for _, v := range a.votes {
		if v.Counted() {
			counted++
		}
	}
	if sum+rest != counted {
		s.fail("votes", "%d counted, %d in the tally", counted, sum+rest)
		return
	}
	s.pass()
}

// V107: ballots without an eligible coin, and payments to stakes' scripts.
func (a *audit) aliens(s *sheet) {
	a.presenceOnly(s, "other ballot")
	n := len(a.replay.Lookalikes.List)
	s.expect(n)
	s.examined, s.failed = s.examined+n, s.failed+n
	a.replay.Lookalikes.Show(s.note)
}

// V108: no more votes than slots; the silent slots are listed.
func (a *audit) turnout(s *sheet) {
	s.expect(1)
	voted := make(map[int]bool)
	for _, v := range a.votes {
		voted[v.Index] = true
	}
	if len(a.tally.readings) > len(a.setup.Roll) {
		s.fail("votes", "%d votes of %d slots", len(a.tally.readings), len(a.setup.Roll))
		return
	}
	s.pass()
	for i := range a.setup.Roll {
		if !voted[i+1] {
			s.note(fmt.Sprintf("slot %d", i+1), "did not vote")
		}
	}
}

// family M: self and report. V110 and V111 are examined over the finished table.
var selfRules = []rule{
	{"V109", "SELFTEST", "–", outsideSelfTest, (*audit).selfTested},
	{"V111", "NO-EXCLUSIONS", "–", later("the table is not finished"), nil},
	{"V112", "BOUND", "–", always, (*audit).bound},
	{"V113", "SECOND-OPINION", "W", later("needs a second auditor's report: bevote compare"), nil},
	{"V114", "MANUAL", "–", later("for a person: see what must be checked by hand"), nil},
}

// V112: the report names record, tip, build and policy.
func (a *audit) bound(s *sheet) {
	for _, part := range []struct {
		name string
		told bool
	}{
		{"record", a.sum != [32]byte{}}, {"tip", a.chain.Tip().Hash != chainhash.Hash{}},
		{"build", a.opt.Build != ""}, {"policy", a.e.EID != [32]byte{}},
	} {
		s.expect(1)
		if !part.told {
			s.fail(part.name, "the report does not say which")
			continue
		}
		s.pass()
	}
}
