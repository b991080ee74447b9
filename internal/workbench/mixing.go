package workbench

import (
	"fmt"

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
		Hides: hides(p), Shows: shows(p), Holds: holds(p),
	}
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

// seconds is how long a core takes for some exponentiations: as the cube of the
// modulus's length.
func (m *Mixing) seconds(powers int) float64 {
	longer := float64(m.Modulus) / 2048
	return float64(powers) * longer * longer * longer / powersPerSecond
}

// named is the scheme with its numbers.
func (m *Mixing) named() string {
	return mixing(lang.Mixing{Scheme: m.Scheme, Modulus: m.Modulus, Rounds: m.Rounds, Mixers: m.Mixers})
}

// work says what a voter's signature takes to make, and all of them.
func (m *Mixing) work() string {
	voters := m.Fees[0].Stakes
	made := "one exponentiation of the mixer's and short ones of everybody else's"
	if m.Audit > 0 {
		made = fmt.Sprintf("%d exponentiations modulo numbers of %d bits to issue, check and pay, and %d in every audit: some %.0f and %.0f "+
			"seconds of one core that makes %d in a second at 2048 bits, for all voters %.0f and %.0f", m.Powers, m.Modulus, m.Audit,
			m.seconds(m.Powers), m.seconds(m.Audit), powersPerSecond, m.seconds(m.Powers*voters), m.seconds(m.Audit*voters))
	}
	return fmt.Sprintf("Each voter's signature takes %s. It puts %d bytes on the board, for all voters %d. "+
		"A mixer issues to %d in a row if they spread evenly.",
		made, m.Board, m.Board*voters, m.Queue)
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

// among says how many share an issuing mixer.
func among(p *lang.Policy) string {
	n, m := p.Voters, p.Mixing.Mixers
	if n <= m {
		return "maybe nobody else, with as many mixers as voters"
	}
	return fmt.Sprintf("about %d of %d if they spread evenly", (n+m-1)/m, n)
}

// hides says what stays unknown, and to whom.
func hides(p *lang.Policy) []string {
	all := []string{"Which deposit a coin is for. A voucher is blind: the mixer that issued it and the one that pays it cannot tell by " +
		"the signature which deposit it was signed for, not even together. What they can compare is when things happened; all " +
		"deposits are of one amount, and so are all coins."}
	if p.Mixing.Scheme == lang.SchemeGroupBlind {
		all = append(all, fmt.Sprintf("Which mixer issued a voucher, to everybody but this mixer and the supervisor: any of the %d could have. "+
			"So a coin's owner is one of all who deposited, %d at most.", p.Mixing.Mixers, p.Voters))
	}
	return all
}

// shows says what does not, and to whom.
func shows(p *lang.Policy) []string {
	var all []string
	if p.Mixing.Scheme == lang.SchemeGroupBlind {
		all = append(all,
			"The supervisor manages the mixers' group and can open every voucher to the mixer that issued it, and a mixer knows its own. "+
				"To these two a coin's owner is one of those who deposited with that mixer, "+among(p)+".",
			"A mixer and the supervisor together can trace the vouchers that this mixer issues: that they do not collude is "+
				"assumed for names as it is for money.")
	} else {
		all = append(all, "A voucher names the mixer that issued it, whose own RSA key it is signed with. To everybody a coin's owner "+
			"is one of those who deposited with that mixer, "+among(p)+"; who is alone with a mixer is not hidden at all.")
	}
	return append(all,
		"The supervisor knows who is behind each registration key, and everybody sees which of these keys deposited, when, and "+
			"with which mixer; and for which roll key a coin was paid, when, and by which mixer.",
		"Whoever shows a voucher before others have theirs, or writes under both keys from one address of the network, gives the "+
			"link away. The fewer deposit, the fewer can be anybody.")
}

// holds says what vouchers and deposits rest on.
func holds(p *lang.Policy) []string {
	first := fmt.Sprintf("A voucher that nobody issued is as hard to make as an RSA signature of %d bits.", p.Mixing.Modulus)
	own := "A mixer could make vouchers for itself."
	if m := p.Mixing; m.Scheme == lang.SchemeGroupBlind {
		first = fmt.Sprintf("One voucher more than a mixer issued takes about 2^%d hashes, and much fewer if that mixer issues to several "+
			"voters at once: so it has one session at a time, and stores each challenge before it answers.", m.Rounds/2)
		if m.Rounds < 256 {
			first += " Where mixers are not trusted to do so, write `rounds 256`."
		}
		own = "A mixer could make vouchers for itself, and so could the supervisor, who knows the factors of the modulus."
	}
	return []string{
		first,
		own + " The audit holds the coins that are paid against the deposits that are made.",
		fmt.Sprintf("A mixer issues to one voter after the other, each of whom has two blocks to answer in, before `roll by` (block %d).", p.Times.Roll),
		"Each mixer pays coins out of its own money and is repaid from the swept deposits, so it needs as much for a while as it pays out.",
	}
}
