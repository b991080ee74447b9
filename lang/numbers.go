package lang

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/btcsuite/btcd/txscript/v2"
)

// Bounds on the numbers of a policy.
const (
	maxVoters            = 200_000 // as packages sharing and board have it
	maxMoney             = 21_000_000 * satPerBTC
	satPerBTC            = 100_000_000
	btcPlaces            = 8
	defaultConfirmations = 6
	leastGrace           = 6 // of the default
)

// firstDate is the least nLockTime that is a date and not a height (BIP 65).
const firstDate uint64 = txscript.LockTimeThreshold

var (
	wholeForm   = regexp.MustCompile(`^(?:0|[1-9][0-9]*(?:_[0-9]+)*)$`)
	decimalForm = regexp.MustCompile(`^([0-9_]+)\.([0-9]+)$`)
	zeroForm    = regexp.MustCompile(`^0[0-9_]+$`)
)

// number reads a whole number. A number over 64 bits is returned as 2^64 − 1,
// which every caller's bound refuses.
func (c *checker) number(t lexer.Token) (uint64, bool) { return c.digits(t, t.Value) }

// digits reads the whole number in text, which is the token t or a part of it.
func (c *checker) digits(t lexer.Token, text string) (uint64, bool) {
	switch {
	case zeroForm.MatchString(text):
		d := c.report("E0003", c.at(t), "number `%s` starts with 0", shorten(t.Value))
		plain := strings.TrimLeft(text, "0_")
		if plain == "" {
			plain = "0"
		}
		plain += strings.TrimPrefix(t.Value, text) // what follows the part that is read here
		d.Help = "write `" + shorten(plain) + "`"
		d.Fix = &Fix{c.at(t), plain}
		return 0, false
	case !wholeForm.MatchString(text):
		c.report("E0001", c.at(t), "expected a whole number, found `%s`", shorten(t.Value)).Help =
			"write digits, with `_` between them where it helps reading"
		return 0, false
	}
	n, err := strconv.ParseUint(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil {
		n = math.MaxUint64
	}
	return n, true
}

// count reads a number that is at most most; what names its unit.
func (c *checker) count(t lexer.Token, what string, most uint64) (int, bool) {
	n, ok := c.number(t)
	if ok && n > most {
		c.report("E0004", c.at(t), "`%s` is too large: at most %d %s", shorten(t.Value), most, what).Help =
			"write a smaller number"
		return 0, false
	}
	return int(n), ok
}

// amount reads an amount in sat or btc and returns it in satoshis.
func (c *checker) amount(t lexer.Token, unit string) (int64, bool) {
	whole, places := t.Value, ""
	if m := decimalForm.FindStringSubmatch(t.Value); m != nil && unit == "btc" {
		whole, places = m[1], m[2]
	}
	if len(places) > btcPlaces {
		d := c.report("E0001", c.at(t), "expected at most %d decimal places, found %d", btcPlaces, len(places))
		d.Help = "the eighth place is a satoshi: there is nothing smaller"
		return 0, false
	}
	n, ok := c.digits(t, whole)
	if !ok {
		return 0, false
	}
	if unit == "btc" && n <= maxMoney {
		fraction, _ := strconv.ParseUint(places+strings.Repeat("0", btcPlaces-len(places)), 10, 64)
		n = n*satPerBTC + fraction
	}
	if n > maxMoney {
		c.report("E0703", c.at(t), "there are not %s %s in the world", shorten(t.Value), unit).Help = "write a smaller amount"
		return 0, false
	}
	return int64(n), true
}

// rate reads a fee rate in satoshis per virtual byte.
func (c *checker) rate(t lexer.Token) (int64, bool) {
	n, ok := c.number(t)
	if !ok {
		return 0, false
	}
	if n < 1 || n > maxMoney {
		c.report("E0703", c.at(t), "fee rate `%s` is out of range", shorten(t.Value)).Help =
			"write a whole number of at least 1 sat/vB"
		return 0, false
	}
	return int64(n), true
}

func (c *checker) confirmations(t lexer.Token) bool {
	n, ok := c.number(t)
	if !ok {
		return false
	}
	if n < 1 || n >= firstDate {
		d := c.report("E0001", c.at(t), "expected at least 1 confirmation, found `%s`", shorten(t.Value))
		d.Help = "write `confirmations 6`"
		return false
	}
	c.Confirmations = uint32(n)
	return true
}

func (c *checker) grace(t lexer.Token) bool {
	n, ok := c.number(t)
	if !ok {
		return false
	}
	if n < 1 || n >= firstDate {
		c.report("E0001", c.at(t), "expected at least 1 block of grace, found `%s`", shorten(t.Value)).Help =
			fmt.Sprintf("write `grace %d blocks`", defaultGrace(c.Confirmations))
		return false
	}
	c.Grace = uint32(n)
	return true
}

// graceOrDefault sets the grace that a file leaves out.
func (c *checker) graceOrDefault() {
	if !c.tree.met["grace"] {
		c.Grace = defaultGrace(c.Confirmations)
	}
}

// defaultGrace returns max(6, 2·confirmations), and no locktime.
func defaultGrace(confirmations uint32) uint32 {
	return uint32(min(max(leastGrace, 2*uint64(confirmations)), firstDate-1))
}
