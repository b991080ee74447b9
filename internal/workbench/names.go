package workbench

import (
	"fmt"
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// class returns the kind of a path: win, refund or branch, of a deposit sweep or
// return.
func class(q templates.Path) string {
	c, _, _ := strings.Cut(q.Name, ".")
	return c
}

// branchOf returns the name of a path's branch.
func branchOf(q templates.Path) string { return strings.TrimPrefix(q.Name, "branch.") }

// label returns a path's name, with its signers where another path has the same.
func label(paths []templates.Path, q templates.Path) string {
	for _, other := range paths {
		if other.Name == q.Name && !slices.Equal(other.Signers, q.Signers) {
			return fmt.Sprintf("%s (%s)", q.Name, enumerate(q.Signers))
		}
	}
	return q.Name
}

// maxListed is how many alternatives of a branch are listed one by one. Of more,
// texts give the number.
const maxListed = 6

// countByName counts the paths of each name.
func countByName(paths []templates.Path) map[string]int {
	n := map[string]int{}
	for _, q := range paths {
		n[q.Name]++
	}
	return n
}

func isJoint(role string) bool { return role == "joint" || strings.HasPrefix(role, "joint.") }

// jointKey returns what a joint key is called.
func jointKey(role string) string {
	if _, candidate, ok := strings.Cut(role, "."); ok {
		return candidate + "'s joint key"
	}
	return "the joint key"
}

// holderName returns what the holder of a role is called.
func holderName(p *lang.Policy, role string) string {
	switch j := p.CandidateNumber(role); {
	case role == "voter":
		return "the voter who locked it"
	case role == "supervisor":
		return "the supervisor"
	case j > 0 && p.Candidates[j-1].Display != "":
		return fmt.Sprintf("candidate %s (%s)", role, p.Candidates[j-1].Display)
	case j > 0:
		return "candidate " + role
	case role == "mixer":
		return "the mixer whom it was paid to"
	case role == "depositor" && len(p.Named) == 0:
		return "the voter who paid it in"
	}
	return "voter " + role
}

// keyName returns what a role's key is called.
func keyName(role string) string {
	switch role {
	case "voter", "supervisor", "mixer", "depositor":
		return "the " + role + "'s key"
	}
	return role + "'s key"
}

// shortKey abbreviates pub:02….
func shortKey(key string) string {
	if len(key) < 20 {
		return key
	}
	return key[:12] + "…" + key[len(key)-4:]
}

// enumerate joins names as a sentence does: "a, b and c".
func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
