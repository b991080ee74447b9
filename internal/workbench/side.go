package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
)

// side is one of two policies that are compared, with its paths, and a stake
// under stand-ins that are drawn by key. A holder of secrets goes by its key, so
// a key that both policies have is one holder whatever its names.
type side struct {
	built   *Built
	paths   []templates.Path
	stake   *lockedOutput
	deposit *side // of the escrow; without mixing it has no paths
}

// readSide builds a policy file and locks a stake under it. The side is nil if
// the file has errors; the diagnostics are those of [Build].
func readSide(src []byte) (*side, []lang.Diagnostic, error) {
	built, diags, err := Build(src)
	if built == nil {
		return nil, diags, err
	}
	paths, err := built.liftedPaths()
	if err != nil {
		return nil, diags, err
	}
	literal := func(l lang.Literal) curve.Scalar { return standIn(trySeed, string(src[l.Start:l.End])) }
	replaced, keys, err := replaceKeys(src, "every key is a stand-in", literal)
	if err != nil {
		return nil, diags, err
	}
	s := &side{built: built, paths: paths}
	unnamed := func(role string) curve.Scalar { return standIn(trySeed, s.holder(role)) }
	if s.stake, err = buildOutput(replaced, keys, unnamed); err != nil {
		return nil, diags, err
	}
	s.deposit, err = s.escrowSide()
	return s, diags, err
}

// escrowSide reads the escrow as readSide does the script.
func (s *side) escrowSide() (*side, error) {
	escrow, err := s.built.deposit()
	if escrow == nil {
		return &side{built: &Built{Policy: &lang.Policy{Supervisor: s.built.Policy.Supervisor}}}, err
	}
	d := &side{built: escrow}
	if d.paths, err = escrow.liftedPaths(); err != nil {
		return nil, fmt.Errorf("escrow: %w", err)
	}
	d.stake, err = s.stake.deposit()
	return d, err
}

// script returns the listing of the script.
func (s *side) script() string { return s.built.Template.Layout() }

// escrow returns the listing of the escrow, "" without mixing.
func (s *side) escrow() string { return s.deposit.built.Template.Layout() }

// holder returns who holds a role's secret: "pub:02…" for a key that the policy
// names, the role otherwise. The joint key of a candidate goes by the
// candidate's: "joint.pub:02…".
func (s *side) holder(role string) string {
	p := s.built.Policy
	if name, ok := strings.CutPrefix(role, "joint."); ok {
		return "joint." + s.holder(name)
	}
	if role == "supervisor" {
		return "pub:" + p.Supervisor.String()
	}
	if j := p.CandidateNumber(role); j > 0 {
		return "pub:" + p.Candidates[j-1].Key.String()
	}
	for _, v := range p.Named {
		if v.Name == role {
			return "pub:" + v.Key.String()
		}
	}
	return role
}

// roles returns the policy's role of each holder.
func (s *side) roles() map[string]string {
	p, all := s.built.Policy, []string{"supervisor", "voter", "joint", "mixer", "depositor"}
	for _, c := range p.Candidates {
		all = append(all, c.Name, "joint."+c.Name)
	}
	for _, v := range p.Named {
		all = append(all, v.Name)
	}
	roles := map[string]string{}
	for _, role := range all {
		roles[s.holder(role)] = role
	}
	return roles
}

// holders lists the holders whose secrets a path takes, each once, sorted. A sum
// of keys takes the secrets of both.
func (s *side) holders(q templates.Path) []string {
	var all []string
	for _, signer := range q.Signers {
		for role := range strings.SplitSeq(signer, "+") {
			all = append(all, s.holder(role))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// soonest returns the lowest lock under which the holders can take a stake; not
// ok if there is none.
func (s *side) soonest(holders []string) (after uint32, ok bool) {
	for _, q := range s.paths {
		if subset(s.holders(q), holders) && (!ok || q.After < after) {
			after, ok = q.After, true
		}
	}
	return after, ok
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(x string) bool { return !slices.Contains(b, x) })
}

// knownSecrets returns the roles whose secrets the holders have under this policy.
func (s *side) knownSecrets(holders []string) knownSecrets {
	roles, k := s.roles(), knownSecrets{}
	for _, h := range holders {
		if role, ok := roles[h]; ok {
			k[role] = true
		}
	}
	return k
}

// closest returns the paths that the known secrets come nearest to: of each name those
// that the fewest signatures are missing for.
func (s *side) closest(k knownSecrets) []templates.Path {
	least := map[string]int{}
	for _, q := range s.paths {
		n := len(k.lacks(q.Signers))
		if most, ok := least[q.Name]; !ok || n < most {
			least[q.Name] = n
		}
	}
	farther := func(q templates.Path) bool { return len(k.lacks(q.Signers)) > least[q.Name] }
	return slices.DeleteFunc(slices.Clone(s.paths), farther)
}

// names returns what holders are called, in the policy's words. A key that has
// another name in the other policy, and a name that has another key, says so.
func (s *side) names(holders []string, other *side) []string {
	mine, theirs := s.roles(), other.roles()
	var names []string
	for _, h := range jointFirst(holders, mine) {
		role := mine[h]
		name := holderName(s.built.Policy, role)
		if role == "voter" {
			name = "the voter"
		}
		known, there := theirs[h]
		switch {
		case isJoint(role):
			name = "whoever knows the secret of " + jointKey(role)
		case there && known != role:
			name += fmt.Sprintf(" (%s in the other policy)", known)
		case !there && other.holder(role) != role:
			name += " with the key " + shortKey(h)
		}
		names = append(names, name)
	}
	return names
}

// jointFirst sorts holders by role, those of joint secrets first.
func jointFirst(holders []string, roles map[string]string) []string {
	var joint, rest []string
	for _, h := range holders {
		if isJoint(roles[h]) {
			joint = append(joint, h)
		} else {
			rest = append(rest, h)
		}
	}
	slices.SortFunc(rest, func(a, b string) int { return strings.Compare(roles[a], roles[b]) })
	return append(joint, rest...)
}
