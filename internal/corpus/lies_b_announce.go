package corpus

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// announceLies are about family B: what is announced, and its anchor (V14 to
// V19).
var announceLies = []Lie{
	{Name: "announce-never", Text: "the supervisor never anchors the announcement", Strength: KeyHolding, Base: "won",
		Check: "V14", Level: "none", Exit: 20, tamper: unanchored(election.Announce)},
	{Name: "announce-late", Text: "the announcement is in the block of the first height", Strength: KeyHolding, Base: "won",
		Check: "V14", Along: []string{"V15"}, Level: "none", Exit: 20, tamper: late(election.Announce)},
	{Name: "announce-locked", Text: "the announcement has a locktime", Strength: KeyHolding, Base: "custodial",
		Check: "V14", Along: []string{"V15"}, Level: "none", Exit: 20,
		tamper: anchored(election.Announce, func(p *play, tx *wire.MsgTx) { tx.LockTime = p.Times.Announce - 1 })},
	{Name: "announce-without-payments", Text: "the announcement has no output from which payments could go on",
		Strength: KeyHolding, Base: "won",
		Check: "V14", Along: []string{"V15"}, Level: "none", Exit: 20,
		tamper: anchored(election.Announce, func(_ *play, tx *wire.MsgTx) { tx.TxOut = tx.TxOut[:2] })},
	{Name: "announce-to-stranger", Text: "the announcement leaves the payments to a stranger's key",
		Strength: KeyHolding, Base: "salted",
		Check: "V14", Along: []string{"V15"}, Level: "none", Exit: 20,
		tamper: anchored(election.Announce, func(p *play, tx *wire.MsgTx) {
			tx.TxOut[2].PkScript = templates.PayToKey(curve.BaseMul(p.stranger()).Key())
		})},
	{Name: "announce-leaves-dust", Text: "the announcement leaves dust to the next anchor", Strength: KeyHolding, Base: "won",
		Check: "V14", Along: []string{"V15"}, Level: "none", Exit: 20,
		tamper: anchored(election.Announce, func(_ *play, tx *wire.MsgTx) { tx.TxOut[1].Value = 100 })},
	{Name: "announce-other-board", Text: "the supervisor announces another board than the one that it shows",
		Strength: KeyHolding, Base: "won",
		Check: "V14", Level: "none", Exit: 20, tamper: otherHead(election.Announce)},
	{Name: "seal-spent", Text: "the supervisor spends what the announcement was to spend", Strength: KeyHolding, Base: "sealed",
		Check: "V14", Level: "none", Exit: 20, tamper: spentElsewhere(election.Announce)},
	{Name: "seal-late", Text: "the announcement, which spends what the policy names, is in the block of the first height",
		Strength: KeyHolding, Base: "sealed",
		Check: "V14", Level: "none", Exit: 20, tamper: late(election.Announce)},
	{Name: "seal-spent-proven", Text: "the supervisor spends what the announcement was to spend, and the record has proofs instead of blocks",
		Strength: KeyHolding, Base: "sealed", proven: true,
		Check: "V14", Level: "none", Exit: 20, tamper: spentElsewhere(election.Announce)},
	{Name: "seal-unspent", Text: "the supervisor never makes the announcement that the policy describes",
		Strength: KeyHolding, Base: "sealed",
		Check: "V14", Along: []string{"V15", "V24", "V51", "V98"}, Level: "L0", Exit: 30,
		tamper: all(unanchored(election.Announce), buryDeeper)},
	{Name: "policy-changed", Text: "the threshold in the policy is lowered after all is over",
		Strength: Naive, Base: "won",
		Check: "V14", Along: []string{"V02", "V16", "V17", "V18", "V59"}, Level: "none", Exit: 20,
		mutate: replace("policy.bev", "threshold 3 of 5", "threshold 2 of 5")},

	{Name: "announce-twice", Text: "the supervisor anchors a second announcement of another board",
		Strength: KeyHolding, Base: "won",
		Check: "V15", Level: "L3", Exit: 21, tamper: anchorAgain(election.Announce)},
	{Name: "beginning-not-shown", Text: "the record's blocks begin with the announcement, where an earlier one would count",
		Strength: Naive, Base: "won",
		Check: "V14", Along: []string{"V15", "V24", "V51", "V98"}, Level: "L0", Exit: 30, rewrite: func(r *rewrite) error {
			announced := r.p.Times.Announce
			r.blocks, r.first = r.blocks[announced-r.first:], announced
			return nil
		}},
	{Name: "announce-twice-sealed", Text: "the supervisor anchors a second announcement, and the policy names what the first spends",
		Strength: KeyHolding, Base: "sealed",
		Check: "V15", Level: "L3", Exit: 21, tamper: anchorAgain(election.Announce)},
	{Name: "roll-twice", Text: "the supervisor anchors a second roll", Strength: KeyHolding, Base: "salted",
		Check: "V15", Level: "L3", Exit: 21, tamper: anchorAgain(election.RollClosed)},
	{Name: "setup-twice", Text: "the supervisor anchors a second transcript", Strength: KeyHolding, Base: "each",
		Check: "V15", Level: "L3", Exit: 21, tamper: anchorAgain(election.SetupClosed)},
	{Name: "custodial-commits", Text: "the supervisor anchors commitments in an election without dealing",
		Strength: KeyHolding, Base: "custodial",
		Check: "V15", Level: "L3", Exit: 21, tamper: anchorAgain(election.CommitsClosed)},

	{Name: "opened-by-candidate", Text: "a candidate writes the line that opens the board",
		Strength: KeyHolding, Base: "won",
		Check: "V16", Level: "none", Exit: 20, tamper: openedBy},
	{Name: "opened-second", Text: "the board's first line is a stranger's", Strength: KeyHolding, Base: "won",
		Check: "V16", Along: []string{"V18"}, Level: "none", Exit: 20, tamper: openedSecond},
	{Name: "other-policy-opened", Text: "the supervisor's first line names another policy",
		Strength: KeyHolding, Base: "won",
		Check: "V16", Level: "none", Exit: 20, tamper: opened(func(o *board.Open) { o.Policy[0] ^= 1 })},
	{Name: "other-contract-opened", Text: "the supervisor's first line names another contract",
		Strength: KeyHolding, Base: "nobody",
		Check: "V16", Level: "none", Exit: 20, tamper: opened(func(o *board.Open) { o.Contract[0] ^= 1 })},
	{Name: "policy-annotated", Text: "a comment of the policy is changed after all is over",
		Strength: Naive, Base: "custodial",
		Check: "V16", Level: "none", Exit: 20, mutate: replace("policy.bev", "// rehearsal", "// rehearsed")},

	{Name: "contract-back-door", Text: "the contract lets the supervisor claim too, and does not say so",
		Strength: KeyHolding, Base: "won",
		Check: "V17", Level: "none", Exit: 20, tamper: contract(backDoor)},
	{Name: "policy-with-error", Text: "the policy asks for more shares than there are voters",
		Strength: Naive, Base: "won",
		Check: "V17", Level: "none", Exit: 20, mutate: replace("policy.bev", "threshold 3 of 5", "threshold 6 of 5")},
	{Name: "contract-any-ballot", Text: "the contract's script does not hold the ballot",
		Strength: KeyHolding, Base: "won",
		Check: "V17", Level: "none", Exit: 20,
		tamper: contract(func(_ *play, text string) string { return strings.Replace(text, "<ballot> DROP", "0 DROP", 1) })},
	{Name: "contract-early-refund", Text: "the contract's refund opens a block before the timeout",
		Strength: KeyHolding, Base: "nobody",
		Check: "V17", Along: []string{"V59", "V92", "V102"}, Level: "none", Exit: 20, tamper: contract(earlyRefund)},
	{Name: "contract-hidden-lock", Text: "the contract's script has another lock than its list of paths",
		Strength: KeyHolding, Base: "nobody",
		Check: "V17", Along: []string{"V59"}, Level: "none", Exit: 20, tamper: contract(hiddenLock)},
	{Name: "contract-other-custodian", Text: "the contract's win path is a stranger's",
		Strength: KeyHolding, Base: "custodial",
		Check: "V17", Along: []string{"V46"}, Level: "none", Exit: 20, tamper: all(contract(otherCustodian), noClaim)},

	{Name: "possession-missing", Text: "a candidate does not prove to hold its key", Strength: KeyHolding, Base: "won",
		Check: "V18", Level: "none", Exit: 20,
		tamper: opened(func(o *board.Open) { o.Candidates = o.Candidates[:len(o.Candidates)-1] })},
	{Name: "possessions-swapped", Text: "the candidates' proofs are not in the policy's order", Strength: KeyHolding, Base: "custodial",
		Check: "V18", Level: "none", Exit: 20, tamper: opened(func(o *board.Open) { slices.Reverse(o.Candidates) })},
	{Name: "possession-forged", Text: "a candidate's proof is for another payout", Strength: KeyHolding, Base: "paper",
		Check: "V18", Level: "none", Exit: 20, tamper: provenFor(func(p *play) curve.Context {
			return board.CandidateContext(p.EID, p.second().Name, p.first().Payout)
		})},
	{Name: "possession-replayed", Text: "a candidate's proof was made for another election",
		Strength: KeyHolding, Base: "won",
		Check: "V18", Along: []string{"V21"}, Level: "none", Exit: 20, tamper: provenFor(func(p *play) curve.Context {
			other := p.EID
			other[0] ^= 1
			return board.CandidateContext(other, p.second().Name, p.second().Payout)
		})},

	{Name: "payout-voters", Text: "a candidate's payout is a voter's roll key", Strength: KeyHolding, Base: "won",
		Check: "V19", Along: []string{"V28"}, Level: "L3", Exit: 21, policy: payoutToVoter},
}

func opened(change func(*board.Open)) func(*play) error {
	return func(p *play) error {
		amend(p, func(_ *board.Line, o *board.Open) bool { change(o); return true })
		return nil
	}
}

func openedBy(p *play) error {
	p.onLine(func(l board.Line) ([]board.Line, error) {
		var body board.Open
		if board.DecodeBody(l, &body) != nil {
			return []board.Line{l}, nil
		}
		l, err := board.Sign(p.EID, p.Keys["candidate "+p.first().Name], l.Seen, body)
		return []board.Line{l}, err
	})
	return nil
}

func openedSecond(p *play) error {
	p.onLine(func(l board.Line) ([]board.Line, error) {
		if l.Type != board.TypeOpen {
			return []board.Line{l}, nil
		}
		other, err := p.forge(p.stranger(), board.Commit{})
		return []board.Line{other, l}, err
	})
	return nil
}

// contract announces a contract that is not the compiler's. The roles would refuse it;
// their check is bypassed.
func contract(change func(p *play, text string) string) func(*play) error {
	return func(p *play) error {
		p.ContractFile = []byte(change(p, string(p.ContractFile)))
		e, err := election.Load(p.PolicyFile, p.ContractFile)
		if e == nil {
			return err
		}
		if err == nil {
			return errNothing
		}
		*p.Election = *e
		return nil
	}
}

var multisig = regexp.MustCompile(`(\d+) CHECKMULTISIG`)

// backDoor adds the supervisor's key to the keys of claims.
func backDoor(p *play, text string) string {
	own := p.Supervisor.Key()
	return multisig.ReplaceAllStringFunc(text, func(string) string {
		return fmt.Sprintf("0x%s %d CHECKMULTISIG", own, len(p.Candidates)+1)
	})
}

func earlyRefund(p *play, text string) string {
	t := p.Policy.Times.Timeout
	return strings.Replace(hiddenLock(p, text), fmt.Sprintf(`"after":%d`, t), fmt.Sprintf(`"after":%d`, t-1), 1)
}

func hiddenLock(p *play, text string) string {
	t := p.Policy.Times.Timeout
	return strings.Replace(text, fmt.Sprintf("%d CHECKLOCKTIME", t), fmt.Sprintf("%d CHECKLOCKTIME", t-1), 1)
}

func otherCustodian(p *play, text string) string {
	own, other := p.Supervisor.Key().String(), curve.BaseMul(p.stranger()).Key().String()
	return strings.Replace(text, "0x"+own, "0x"+other, 1)
}

// provenFor has the second candidate prove possession in another context.
func provenFor(context func(*play) curve.Context) func(*play) error {
	return func(p *play) error {
		key := p.Keys["candidate "+p.second().Name]
		proof := curve.ProvePossession(context(p), key)
		return opened(func(o *board.Open) { o.Candidates[1] = proof.Bytes() })(p)
	}
}

// anchorAgain has the supervisor make an anchor of a kind, of another board, outside of the
// chain of anchors.
func anchorAgain(kind int) func(*play) error {
	return func(p *play) error {
		p.at(p.Policy.Times.VoteFrom, func() error { return p.strayAnchor(kind, p.EID, sha256.Sum256(p.PolicyFile)) })
		return nil
	}
}

// payoutToVoter announces a policy in which the first candidate's payout is a
// roll key's.
func payoutToVoter(text string, keys map[string]curve.Scalar, seed uint64) string {
	like, _ := lang.Load([]byte(text))
	if like == nil {
		return text
	}
	voter := rehearsal.Seed(seed, "voter 1").Key("roll")
	payout := payTo(curve.BaseMul(keys["payout "+like.Candidates[0].Name]).Key())
	return strings.Replace(text, payout, payTo(curve.BaseMul(voter).Key()), 1)
}
