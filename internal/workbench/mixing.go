package workbench

import (
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/templates"
)

// mixingPart is what an explanation has on mixing: what making the voters' coins
// anonymous hides, and what it costs. Sums are satoshis.
type mixingPart struct {
	Scheme  string     `json:"scheme"`
	Modulus int        `json:"modulus"`          // bits
	Rounds  int        `json:"rounds,omitempty"` // group-blind only
	Mixers  int        `json:"mixers"`
	Deposit int64      `json:"deposit"` // what a voter pays in
	Coin    int64      `json:"coin"`    // of which what a voter gets out
	Paths   []pathCost `json:"paths"`   // of one deposit, spent alone
	Fees    []actCost  `json:"fees"`    // of making the deposits, then what the deposits pay for
	Spare   int64      `json:"spare"`   // what deposits hold above the latter; below 0 where they are short
	Powers  int        `json:"powers"`  // long exponentiations for each voter, to issue, check and pay
	Audit   int        `json:"audit"`   // and in every audit
	Board   int        `json:"board"`   // bytes of each voter's blind signature on the board
	Queue   int        `json:"queue"`   // how many voters a mixer signs for in a row, at least
	Hides   []string   `json:"hides"`
	Shows   []string   `json:"shows"`
	Holds   []string   `json:"holds"` // what vouchers and deposits rest on
}

// mixed is the data of the templates on mixing.
type mixed struct {
	*mixingPart
	Voters int
	Times  lang.Times
}

// explainMixing returns nil without mixing. The escrow is that of Built.deposit,
// with its paths.
func explainMixing(p *lang.Policy, escrow *Built, paths []templates.Path) *mixingPart {
	if escrow == nil {
		return nil
	}
	x := p.Mixing
	m := &mixingPart{
		Scheme: x.Scheme, Modulus: x.Modulus, Rounds: x.Rounds, Mixers: x.Mixers, Deposit: p.Deposit(), Coin: p.Coin(),
		Powers: makingPowers(x), Audit: auditPowers(x), Board: boardBytes(x), Queue: (p.Voters + x.Mixers - 1) / x.Mixers,
	}
	about := mixed{m, p.Voters, p.Times}
	m.Hides, m.Shows = paragraphs("mixing hides", about), paragraphs("mixing shows", about)
	m.Holds = paragraphs("mixing rests on", about)
	for _, q := range paths {
		m.Paths = append(m.Paths, escrow.pathCost(paths, q))
		if q.Name == "sweep" {
			m.Fees = escrow.mixingFees(q)
		}
	}
	m.Spare = int64(p.Voters) * (p.Deposit() - p.Coin())
	for _, s := range m.Fees[1:] {
		m.Spare -= s.Fee
	}
	return m
}

// powersPerSecond is how many long exponentiations a core makes in a second at
// 2048 bits, tables of powers included, by the benchmarks of package mixing on
// common machines.
const powersPerSecond = 700

// makingPowers returns the long exponentiations of a voter's blind signature
// (docs/protocol.md, Group blind signatures):
//
//	group-blind  10 a round (mixer 3, voter 4, paying mixer 3), and 18
//	blind-rsa    1, the mixer's; the others have short exponents
func makingPowers(m lang.Mixing) int {
	if m.Scheme == lang.SchemeGroupBlind {
		return 10*m.Rounds + 18
	}
	return 1
}

// auditPowers returns the long exponentiations of verifying one session and its
// signature again.
func auditPowers(m lang.Mixing) int {
	if m.Scheme == lang.SchemeGroupBlind {
		return 4*m.Rounds + 14
	}
	return 0
}

// seconds returns how long a core takes for a number of exponentiations modulo
// numbers of a length in bits: the time goes with the cube of the length.
func seconds(modulus, powers int) float64 {
	longer := float64(modulus) / 2048
	return float64(powers) * longer * longer * longer / powersPerSecond
}

// boardBytes returns what a voter's blind signature takes of the board, in bytes
// of base64: offer, challenge, answer and voucher of a group, and with blind-rsa the
// blinded message, the answer and the voucher, each as long as the modulus.
func boardBytes(m lang.Mixing) int {
	s := mixing.Sizes{Modulus: (m.Modulus + 7) / 8, Rounds: m.Rounds}
	moves := []int{s.Modulus, s.Modulus, s.Modulus}
	if m.Scheme == lang.SchemeGroupBlind {
		moves = []int{s.Offer(), s.Challenge(), s.Answer(), s.Signature()}
	}
	total := 0
	for _, bytes := range moves {
		total += (bytes + 2) / 3 * 4
	}
	return total
}

// keySpend is the witness that spends an output to a key.
var keySpend = []string{"sig:mixer", "pubkey:mixer"}

// mixingFees returns the transactions of mixing where voters spread evenly over
// the mixers. A mixer sweeps once, or as often as the limits of relays ask for,
// and pays its coins in one transaction, with change. The first row is the
// voters' own, deposits pay for the others.
func (b *Built) mixingFees(sweep templates.Path) []actCost {
	const key, script = templates.PayoutP2PKH, templates.PayoutP2SH
	n, redeem, output := b.Policy.Voters, b.Template.Size(false), templates.OutputSize(key)
	mixers := min(n, b.Policy.Mixing.Mixers)
	made := templates.SweepSize(1, keySpend, 0, script) + output
	deposits := actCost{What: "deposits, by the voters", Stakes: n, Transactions: n, VSize: int64(n) * int64(made)}
	sweeps := actCost{What: "sweeps into the pool", Stakes: n}
	coins := actCost{What: "coins to roll keys", Stakes: n, Transactions: mixers}
	most := templates.SweepInputs(sweep.Witness, redeem, key, b.Template.SigOps())
	for i := range mixers {
		share := (n + i) / mixers
		coins.VSize += int64(templates.SweepSize(1, keySpend, 0, key) + share*output)
		for left := share; left > 0; left -= most {
			sweeps.Transactions++
			sweeps.VSize += int64(templates.SweepSize(min(left, most), sweep.Witness, redeem, key))
		}
	}
	repaid := actCost{What: "mixers repaid from it", Stakes: mixers, Transactions: 1}
	repaid.VSize = int64(templates.SweepSize(sweeps.Transactions, keySpend, 0, key) + mixers*output)
	sums := []actCost{deposits, sweeps, coins, repaid}
	for i := range sums {
		sums[i].Fee = sums[i].VSize * b.Policy.Fee
	}
	return sums
}
