package workbench

import (
	"bevote/lang"
	"bevote/templates"
)

// Mixing is what making the voters' coins anonymous hides, and what it costs.
type Mixing struct {
	Scheme  string     `json:"scheme"`
	Modulus int        `json:"modulus"`          // bits
	Rounds  int        `json:"rounds,omitempty"` // group-blind only
	Mixers  int        `json:"mixers"`
	Deposit int64      `json:"deposit"` // what a voter pays in, satoshis
	Coin    int64      `json:"coin"`    // of which what a voter gets out
	Paths   []PathCost `json:"paths"`   // of one deposit, spent alone
	Fees    []Sum      `json:"fees"`    // by whom deposits are made, then what all of them pay for
	Spare   int64      `json:"spare"`   // satoshis that deposits hold above the latter; below 0 where they are short
	Powers  int        `json:"powers"`  // long exponentiations for each voter, to issue, check and pay
	Audit   int        `json:"audit"`   // and in every audit
	Board   int        `json:"board"`   // bytes of each voter's blind signature on the board
	Queue   int        `json:"queue"`   // how many voters a mixer signs for in a row, at least
	Hides   []string   `json:"hides"`
	Shows   []string   `json:"shows"`
	Holds   []string   `json:"holds"` // what vouchers and deposits rest on
}

// mixed is what the texts about mixing are of.
type mixed struct {
	*Mixing
	Voters int
	Roll   uint32 // last block of the roll's anchor
}

// explainMixing is nil where nothing is mixed. The deposit is Built.deposit's,
// the paths are its.
func explainMixing(p *lang.Policy, deposit *Built, paths []templates.Path) *Mixing {
	if deposit == nil {
		return nil
	}
	x := p.Mixing
	m := &Mixing{
		Scheme: x.Scheme, Modulus: x.Modulus, Rounds: x.Rounds, Mixers: x.Mixers, Deposit: p.Deposit(), Coin: p.Coin(),
		Powers: makingPowers(x), Audit: auditPowers(x), Board: published(x), Queue: (p.Voters + x.Mixers - 1) / x.Mixers,
	}
	subject := mixed{m, p.Voters, p.Times.Roll}
	m.Hides, m.Shows = paragraphs("mixing hides", subject), paragraphs("mixing shows", subject)
	m.Holds = paragraphs("mixing rests on", subject)
	for _, q := range paths {
		m.Paths = append(m.Paths, deposit.pathCost(paths, q))
		if q.Name == "sweep" {
			m.Fees = deposit.mixingFees(q)
		}
	}
	m.Spare = int64(p.Voters) * (p.Deposit() - p.Coin())
	for _, s := range m.Fees[1:] {
		m.Spare -= s.Fee
	}
	return m
}

// powersPerSecond is how many long exponentiations a core makes at 2048 bits,
// tables of powers included, as the benchmarks of package mixing find on common
// machines.
const powersPerSecond = 700

// makingPowers counts the long exponentiations of a voter's blind signature: of
// a group's in each round 3 of the mixer's, 4 of the voter's and 3 of the paying
// mixer's, and 18 beside (docs/protocol.md, Group blind signatures); of an RSA
// signature the mixer's only, since all others have short exponents.
func makingPowers(m lang.Mixing) int {
	if m.Scheme == lang.SchemeGroupBlind {
		return 10*m.Rounds + 18
	}
	return 1
}

// auditPowers counts them where session and signature are verified again.
func auditPowers(m lang.Mixing) int {
	if m.Scheme == lang.SchemeGroupBlind {
		return 4*m.Rounds + 14
	}
	return 0
}

// seconds is how long a core takes for some exponentiations modulo numbers of
// that many bits: as the cube of their length.
func seconds(modulus, powers int) float64 {
	longer := float64(modulus) / 2048
	return float64(powers) * longer * longer * longer / powersPerSecond
}

// published is the length in base64 of what a blind signature puts on the
// board: of a group's, in each round two elements modulo p in the offer, which
// are 8 bytes longer than n, and an answer of 80 bytes and one as long as n; in
// the voucher, besides g̃, z̃ and the challenge, an answer of 97 and one as long
// as n. Of an RSA signature the blinded message, its signature, and the voucher's.
func published(m lang.Mixing) int {
	n := (m.Modulus + 7) / 8
	moves := []int{n, n, n}
	if m.Scheme == lang.SchemeGroupBlind {
		element, challenge := n+8, (m.Rounds+7)/8
		moves = []int{(2 + 2*m.Rounds) * element, challenge, m.Rounds * (80 + n), 2*element + challenge + m.Rounds*(97+n)}
	}
	total := 0
	for _, bytes := range moves {
		total += (bytes + 2) / 3 * 4
	}
	return total
}

// keySpend is what spends an output to a key.
var keySpend = []string{"sig:mixer", "pubkey:mixer"}

// mixingFees reckons the transactions of mixing where voters spread evenly over
// the mixers, each of which sweeps once (or as often as relays ask for), and
// pays its coins in one transaction, with change. The first row is the voters'
// own, the others are what deposits pay for.
func (b *Built) mixingFees(sweep templates.Path) []Sum {
	const key, script = templates.PayoutP2PKH, templates.PayoutP2SH
	n, redeem, output := b.Policy.Voters, b.Template.Size(false), templates.OutputSize(key)
	mixers := min(n, b.Policy.Mixing.Mixers)
	made := templates.SweepSize(1, keySpend, 0, script) + output
	deposits := Sum{What: "deposits, by the voters", Stakes: n, Transactions: n, VSize: int64(n) * int64(made)}
	sweeps := Sum{What: "sweeps into the pool", Stakes: n}
	coins := Sum{What: "coins to roll keys", Stakes: n, Transactions: mixers}
	most := templates.SweepInputs(sweep.Witness, redeem, key, b.Template.SigOps())
	for i := range mixers {
		share := (n + i) / mixers
		coins.VSize += int64(templates.SweepSize(1, keySpend, 0, key) + share*output)
		for left := share; left > 0; left -= most {
			sweeps.Transactions++
			sweeps.VSize += int64(templates.SweepSize(min(left, most), sweep.Witness, redeem, key))
		}
	}
	repaid := Sum{What: "mixers repaid from it", Stakes: mixers, Transactions: 1}
	repaid.VSize = int64(templates.SweepSize(sweeps.Transactions, keySpend, 0, key) + mixers*output)
	sums := []Sum{deposits, sweeps, coins, repaid}
	for i := range sums {
		sums[i].Fee = sums[i].VSize * b.Policy.Fee
	}
	return sums
}
