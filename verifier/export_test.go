package verifier

// Stub makes a check pass whatever there is, until restore is called. No audit
// may run beside the two calls.
func Stub(id string) (restore func(), found bool) {
	return replace(id, func(rule) func(*audit, *sheet) {
		return func(_ *audit, s *sheet) { s.expect(1); s.pass() }
	})
}

// Spoil makes a check fail whatever there is, like Stub.
func Spoil(id string) (restore func(), found bool) {
	return replace(id, func(rule) func(*audit, *sheet) {
		return func(_ *audit, s *sheet) { s.expect(1); s.fail("here", "spoilt") }
	})
}

// Shorten makes a check examine one thing less than it expects, like Stub.
func Shorten(id string) (restore func(), found bool) {
	return replace(id, func(r rule) func(*audit, *sheet) {
		return func(a *audit, s *sheet) { s.expect(1); r.check(a, s) }
	})
}

func replace(id string, other func(rule) func(*audit, *sheet)) (restore func(), found bool) {
	for _, f := range families() {
		for i, r := range f.rules {
			if r.ID != id {
				continue
			}
			f.rules[i].check = other(r)
			return func() { f.rules[i] = r }, true
		}
	}
	return nil, false
}

// SelfTest runs the self-test again, whatever it said before.
func SelfTest() (trials int, err error) { return selfTest() }

// Patch is a byte that the self-test changes.
type Patch struct {
	Check, File, Where string
	Offset             int
	XOR                byte
}

// GoldenRecord is the record of the self-test, and its patches by group.
func GoldenRecord() (files map[string][]byte, groups [][]Patch, err error) {
	files, all, err := goldenRecord()
	for _, group := range all {
		var out []Patch
		for _, p := range group {
			out = append(out, Patch{p.check, p.file, p.where, p.offset, p.xor})
		}
		groups = append(groups, out)
	}
	return files, groups, err
}
