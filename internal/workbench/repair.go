package workbench

import "bevote/lang"

// maxRounds bounds how often fixes may give way to further ones.
const maxRounds = 10

// Change is one fix that Repair made.
type Change struct {
	lang.Diagnostic        // what was wrong, with its fix, in the file as it was then
	Old             string // what the fix replaced
}

// Repair applies every safe fix to a policy file, looks at it again, and goes
// on until there is none. It returns the file and what was changed, in order.
// What is only a warning is fixed without changing the policy's id.
func Repair(src []byte, now uint32) (fixed []byte, changes []Change, err error) {
	for range maxRounds {
		_, diags, err := BuildAt(src, now)
		if err != nil {
			return nil, nil, err
		}
		next, applied := lang.Apply(src, diags)
		if len(applied) == 0 {
			break
		}
		for _, d := range applied {
			changes = append(changes, Change{d, string(src[d.Fix.Start:d.Fix.End])})
		}
		src = next
	}
	return src, changes, nil
}
