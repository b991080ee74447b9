package lang

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// outpointForm is a transaction id as people show it, its bytes reversed, and the
// number of an output.
var outpointForm = regexp.MustCompile(`^([0-9a-f]{64}):(0|[1-9][0-9]*)$`)

// seal reads the outpoint that the announcement spends.
func (c *checker) seal(t lexer.Token) bool {
	m := outpointForm.FindStringSubmatch(t.Value)
	if m != nil {
		txid, err := chainhash.NewHashFromStr(m[1])
		n, err2 := strconv.ParseUint(m[2], 10, 32)
		if err == nil && err2 == nil {
			c.Seal = wire.NewOutPoint(txid, uint32(n))
			return true
		}
	}
	d := c.report("E0308", c.at(t), "an outpoint is a transaction id of 64 lower-case hex digits, `:` and the number of an output")
	if txid, _, _ := strings.Cut(t.Value, ":"); len(txid) != 64 {
		d.Notes = []string{"found a transaction id of " + plural(uint64(len(txid)), "character")}
	}
	d.Help = "write the outpoint as wallets show it, as `TXID:0`"
	if lower := strings.ToLower(t.Value); outpointForm.MatchString(lower) && lower != t.Value {
		d.Help = "write `" + lower + "`"
		d.Fix = &Fix{c.at(t), lower}
	}
	return false
}
