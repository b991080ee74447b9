package corpus

import (
	"fmt"
	"regexp"
	"strings"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// announceLies are about family B: what is announced, and its anchor (V14 to
// V19).
var announceLies = []Lie{
	{Name: "announce-never", Text: "the supervisor never anchors the announcement", Strength: KeyHolding, Base: "won",
		Check: "V14", Level: "none", Exit: 20,
		tamper: all(unanchored(election.Announce), overAfter(election.RollClosed))},
	{Name: "policy-changed", Text: "the threshold in the policy is lowered after all is over",
		Strength: Naive, Base: "won",
		Check: "V14", Along: []string{"V02", "V15", "V16", "V17", "V18", "V24", "V51", "V59"}, Level: "none", Exit: 20,
		mutate: replace("policy.bev", "threshold 3 of 5", "threshold 2 of 5")},

	{Name: "opened-by-candidate", Text: "a candidate writes the line that opens the board",
		Strength: KeyHolding, Base: "won",
		Check: "V16", Level: "none", Exit: 20, tamper: openedBy},
	{Name: "opened-second", Text: "the board's first line is a stranger's", Strength: KeyHolding, Base: "won",
		Check: "V16", Level: "none", Exit: 20, tamper: openedSecond},
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
