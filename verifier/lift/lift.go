// Package lift goes from a script back to its meaning.
package lift

import (
	"bevote/lang"
	"bevote/templates"
	"fmt"
)

// Mismatch says how a contract spends otherwise than its policy says.
type Mismatch struct {
	Missing []string // what the policy promises and the script does not do
	Extra   []string // what the script does and the policy does not promise
}

func (m *Mismatch) Error() string {
	return fmt.Sprintf("%d missing, %d extra", len(m.Missing), len(m.Extra))
}

// Check compares what the contract's script does with what the policy says.
func Check(p *lang.Policy, c *templates.Contract) error { return nil }

// Paths executes t symbolically.
func Paths(t templates.Template, roles map[string]string) ([]templates.Path, error) {
	return nil, nil
}

// Spend tells by the witness's shape which class of path a spend used: win,
// refund or branch.NAME; items are the pushes before the redeem script.
func Spend(paths []templates.Path, scriptSig []byte) (class string, items [][]byte, redeem []byte, err error) {
	return "", nil, nil, nil
}
