package lang

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"bevote/internal/curve"
)

// maxMultiple is the largest k for which k·G and −k·G count as public secrets.
const maxMultiple = 1000

var keyForm = regexp.MustCompile(`^0[23][0-9a-f]{64}$`)

// usedKey is a key with the role that uses it.
type usedKey struct {
	key  curve.PublicKey
	kind string // supervisor, candidate, voter or mixer
	name string
	span Span
}

// what returns the key as a message names it.
func (u usedKey) what() string {
	switch u.kind {
	case "supervisor":
		return "`supervisor`"
	case "candidate":
		return "`" + u.name + ".key`"
	default:
		return "`" + u.kind + " " + u.name + "`"
	}
}

// label returns the text that names the key's role at its place.
func (u usedKey) label() string {
	if u.kind == "supervisor" {
		return "as the key of the supervisor"
	}
	return fmt.Sprintf("as the key of %s `%s`", u.kind, u.name)
}

// key reads a pub: literal and notes the role that uses it.
func (c *checker) key(t lexer.Token, kind, name string) (curve.PublicKey, bool) {
	text := strings.TrimPrefix(t.Value, "pub:")
	if !keyForm.MatchString(text) {
		d := c.report("E0301", c.at(t), "a key is 66 lower-case hex digits that begin with 02 or 03")
		d.Notes = []string{fmt.Sprintf("found %d characters", utf8.RuneCountInString(text))}
		d.Help = "write the key in its compressed form, as `pub:02…` or `pub:03…`"
		if lower := strings.TrimPrefix(strings.ToLower(text), "0x"); keyForm.MatchString(lower) {
			d.Help = "write `pub:" + lower + "`"
			d.Fix = &Fix{c.at(t), "pub:" + lower}
		}
		return curve.PublicKey{}, false
	}
	key, err := curve.ParsePublicKey(text)
	if err != nil {
		d := c.report("E0302", c.at(t), "the key is not on the curve")
		d.Notes = []string{"a digit was probably mistyped"}
		d.Help = "copy the key again from where it was made"
		return curve.PublicKey{}, false
	}
	c.roles = append(c.roles, usedKey{key, kind, name, c.at(t)})
	return key, true
}

// keys reports keys that two roles share, up to sign, and keys with a public secret.
func (c *checker) keys() {
	seen := map[[32]byte][]usedKey{}
	slices.SortFunc(c.roles, func(a, b usedKey) int { return a.span.Start - b.span.Start })
	for _, u := range c.roles {
		x := [32]byte(u.key[1:])
		if len(seen[x]) > 0 {
			c.shared(seen[x], u)
		}
		if k, ok := publicSecrets()[x]; ok {
			d := c.report("E0305", u.span, "%s is a key whose secret is public", u.what())
			d.Notes = []string{fmt.Sprintf("its secret is %d or the negative of that", k)}
			d.Help = "make a fresh key for this election"
		}
		seen[x] = append(seen[x], u)
	}
}

// shared reports a key that equals an earlier one or its negative.
func (c *checker) shared(earlier []usedKey, u usedKey) {
	first := earlier[0]
	for _, e := range earlier {
		if e.key == u.key {
			first = e
			break
		}
	}
	if first.key == u.key {
		d := c.report("E0303", first.span, "%s and %s are the same key", first.what(), u.what())
		d.Primary.Text = "used " + first.label()
		d.Secondary = []Label{{u.span, "and " + u.label()}}
		d.Notes, d.Roles = c.consequence(first, u)
		d.Help = "give every role a key of its own"
		return
	}
	d := c.report("E0304", first.span, "%s and %s are two keys that differ only in sign", first.what(), u.what())
	d.Primary.Text = "used " + first.label()
	d.Secondary = []Label{{u.span, "its negative " + u.label()}}
	notes, _ := c.consequence(first, u)
	d.Notes = append([]string{"who knows the secret of one knows the other's"}, notes...)
	d.Help = "give every role a key of its own"
}

// consequence describes the stake that a shared key puts at risk: the second of the
// returned roles can spend it in the place of the first.
func (c *checker) consequence(a, b usedKey) (notes, roles []string) {
	shares := "enough"
	if c.valid["threshold"] {
		shares = strconv.Itoa(c.K)
	}
	for _, pair := range [][2]usedKey{{a, b}, {b, a}} {
		part, other := pair[0], pair[1]
		roles := []string{part.role(), other.role()}
		switch {
		case part.kind == "candidate" && c.Win == WinHardened:
			note := fmt.Sprintf("%s could complete %s's claim alone once %s shares are known", other.who(), part.name, shares)
			return []string{note}, roles
		case part.kind == "supervisor" && c.Win == WinCustodial:
			return []string{other.who() + " could claim every stake as the supervisor"}, roles
		}
	}
	if a.kind != "voter" {
		a, b = b, a
	}
	if a.kind == "voter" {
		note := fmt.Sprintf("%s could take %s's stake back after the timeout", b.who(), a.name)
		return []string{note}, []string{a.role(), b.role()}
	}
	return nil, nil
}

// role returns the name of the role as [Literal] has it.
func (u usedKey) role() string { return strings.TrimSpace(u.kind + " " + u.name) }

// who returns the role as the subject of a sentence.
func (u usedKey) who() string {
	if u.kind == "supervisor" {
		return "the supervisor"
	}
	return u.name
}

// publicSecrets maps the abscissa of k·G to k, for 1 ≤ k ≤ maxMultiple.
var publicSecrets = sync.OnceValue(func() map[[32]byte]int {
	table := make(map[[32]byte]int, maxMultiple)
	g := curve.BaseMul(curve.NewScalar(1))
	for k, p := 1, g; k <= maxMultiple; k, p = k+1, p.Add(g) {
		key := p.Key()
		table[[32]byte(key[1:])] = k
	}
	return table
})

// half returns the smallest majority of n as a threshold's text.
func half(n int) string { return fmt.Sprintf("%d of %d", n/2+1, n) }
