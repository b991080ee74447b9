package workbench

import "bevote/lang"

// maxRounds bounds how often fixes may bring up further ones.
const maxRounds = 10

// change is one fix that Repair made.
type change struct {
	lang.Diagnostic        // with its fix, at its place in the file as it was then
	Old             string // what the fix replaced
}

// Repair applies the safe fixes to a policy file until it has none, at block
// height now as [BuildAt] has it. It returns the file and the changes in order.
// Fixes of warnings leave the policy's id as it is. The error is that of [Build].
func Repair(src []byte, now uint32) (fixed []byte, changes []change, err error) {
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
			changes = append(changes, change{d, string(src[d.Fix.Start:d.Fix.End])})
		}
		src = next
	}
	return src, changes, nil
}
