package workbench

import (
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// keyring is the roles whose secrets are at hand.
type keyring map[string]bool

// newKeyring reads the signers of a test line: `joint` is every joint secret.
func newKeyring(p *lang.Policy, signers []string) keyring {
	k := keyring{}
	for _, s := range signers {
		_, of, one := strings.Cut(s, " ")
		switch {
		case one:
			k["joint."+of] = true
		case s == "joint" && p.Joint == lang.JointEach:
			for _, c := range p.Candidates {
				k["joint."+c.Name] = true
			}
		default:
			k[s] = true
		}
	}
	return k
}

// has reports whether a role's secret is at hand. The secret of a sum of keys
// "a+b" is the sum of both secrets.
func (k keyring) has(role string) bool {
	a, b, sum := strings.Cut(role, "+")
	return k[a] && (!sum || k[b])
}

// lacks returns those of the signers whose secrets are not at hand.
func (k keyring) lacks(signers []string) []string {
	return slices.DeleteFunc(slices.Clone(signers), k.has)
}

// signs reports whether the secrets at hand are enough for a path.
func (k keyring) signs(q templates.Path) bool { return len(k.lacks(q.Signers)) == 0 }

// best returns a path's witness with an empty item for each signature that
// cannot be made.
func (k keyring) best(q templates.Path) []string {
	items := slices.Clone(q.Witness)
	for i, item := range items {
		if role, ok := strings.CutPrefix(item, "sig:"); ok && !k.has(role) {
			items[i] = "0"
		}
	}
	return items
}
