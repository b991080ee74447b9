package workbench_test

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bevote/templates"
	"bevote/verifier/lift"
)

// mutant is a template one step away from the compiler's.
type mutant struct {
	how  string
	text string
}

// words that take an operation's place: every opcode that the lift knows, some
// that it does not, numbers, keys and holes.
var words = strings.Fields(`IF NOTIF ELSE ENDIF VERIFY DROP DUP HASH160 EQUALVERIFY CHECKSIG CHECKSIGVERIFY
	CHECKMULTISIG CHECKMULTISIGVERIFY CHECKLOCKTIMEVERIFY RETURN NOP EQUAL SHA256 CODESEPARATOR CHECKSEQUENCEVERIFY 2DROP IFDUP
	0 1 2 3 16 17 263 265 500000000 <ballot> <voter> <voter_hash> <joint> <joint.c00> <claim.c00> <claim.c01> <mixer> <depositor_hash>
	0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798`)

// mutants returns every template that differs in one operation: left out,
// doubled, replaced, preceded by another, or swapped with its neighbour.
func mutants(text string) []mutant {
	ops := strings.Fields(text)
	var all []mutant
	add := func(how string, ops []string) {
		if changed := strings.Join(ops, " "); changed != text {
			all = append(all, mutant{how, changed})
		}
	}
	for i, op := range ops {
		add(fmt.Sprintf("without %s, word %d", op, i+1), slices.Delete(slices.Clone(ops), i, i+1))
		add(fmt.Sprintf("%s twice, word %d", op, i+1), slices.Insert(slices.Clone(ops), i, op))
		if i > 0 {
			swapped := slices.Clone(ops)
			swapped[i-1], swapped[i] = op, ops[i-1]
			add(fmt.Sprintf("%s before %s, word %d", op, ops[i-1], i), swapped)
		}
		for _, w := range words {
			add(fmt.Sprintf("%s for %s, word %d", w, op, i+1), slices.Replace(slices.Clone(ops), i, i+1, w))
			add(fmt.Sprintf("%s before word %d", w, i+1), slices.Insert(slices.Clone(ops), i, w))
		}
	}
	return all
}

// equivalents are the changes after which a script spends exactly as before,
// each as a pattern of what became what.
var equivalents = []struct {
	why      string
	from, to *regexp.Regexp
}{
	{"anything true ends a path", regexp.MustCompile(`(ELSE|VERIFY) 1 (ENDIF|ELSE)`), regexp.MustCompile(`(ELSE|VERIFY) ([1-9][0-9]*|` + aKey + `) (ENDIF|ELSE)`)},
	{"a ballot or a height is true: VERIFY drops it", regexp.MustCompile(`DROP`), regexp.MustCompile(`VERIFY`)},
	{"locked to the same height twice", regexp.MustCompile(`CHECKLOCKTIMEVERIFY`), regexp.MustCompile(`CHECKLOCKTIMEVERIFY CHECKLOCKTIMEVERIFY`)},
	{"locked behind the branch, whose sides both leave their locks", regexp.MustCompile(`CHECKLOCKTIMEVERIFY ENDIF`), regexp.MustCompile(`ENDIF CHECKLOCKTIMEVERIFY`)},
	{"locked once more behind the branch", regexp.MustCompile(`ENDIF`), regexp.MustCompile(`ENDIF CHECKLOCKTIMEVERIFY`)},
	{"a count of signatures that locks too, far below the path's own lock", regexp.MustCompile(`[123] ` + aKey), regexp.MustCompile(`[123] CHECKLOCKTIMEVERIFY ` + aKey)},
	{"one of many keys, in any order", regexp.MustCompile(`1 (` + aKey + ` ?)+`), regexp.MustCompile(`1 (` + aKey + ` ?)+`)},
	{"another side of the branch, empty, runs after the others", regexp.MustCompile(`ENDIF`), regexp.MustCompile(`ELSE ENDIF`)},
}

const aKey = `(<[a-z0-9_.]+>|0x0[23][0-9a-f]{64})`

// equivalent returns why a mutant spends exactly as the original does, or "".
func equivalent(original, changed string) string {
	for _, e := range equivalents {
		for _, at := range e.to.FindAllStringIndex(changed, -1) {
			before, after := changed[:at[0]], changed[at[1]:]
			if !strings.HasPrefix(original, before) || !strings.HasSuffix(original, after) || len(before)+len(after) > len(original) {
				continue
			}
			was := original[len(before) : len(original)-len(after)]
			if whole := e.from.FindString(was); whole == was && sameKeys(was, changed[at[0]:at[1]]) {
				return e.why
			}
		}
	}
	return ""
}

// sameKeys reports whether two lists of keys have the same members; other texts
// pass.
func sameKeys(a, b string) bool {
	if !keyList.MatchString(a) || !keyList.MatchString(b) {
		return true
	}
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

var keyList = regexp.MustCompile(`^1( ` + aKey + `)+ ?$`)

// agrees checks on the engine that a script which is accepted in the place of
// another spends as that does: each path is taken at its lock, not one block
// earlier, and not without any one of its signers.
func (s *stage) agrees(t *testing.T, text string) {
	t.Helper()
	tmpl, err := templates.ParseTemplate(text)
	if err != nil {
		t.Fatal(err)
	}
	built := *s.built
	built.Template = tmpl
	other := &stage{built: &built, secrets: s.secrets}
	other.lock(t)
	for _, path := range built.Contract.Paths {
		lock, sequence := path.After, uint32(notFinal)
		if lock == 0 {
			sequence = final
		} else if early := other.spend(t, path.Witness, lock-1, sequence, itself); other.run(early, consensus) == nil {
			t.Errorf("%s is taken one block early:\n%s", path, text)
		}
		tx := other.spend(t, path.Witness, lock, sequence, itself)
		for name, flags := range rules {
			if err := other.run(tx, flags); err != nil {
				t.Errorf("%s by %s: %v:\n%s", path, name, err, text)
			}
		}
		for _, signer := range path.Signers {
			other.without(t, path, signer)
		}
	}
}

var everything = flag.Bool("everything", false, "change the scripts of all forms, which takes a minute")

// mutated are the forms whose scripts are changed: without a flag only those
// that have all the clauses of the others.
func mutated() []form {
	return slices.DeleteFunc(allForms(), func(f form) bool {
		return f.candidates > 3 || !*everything && len(f.branches) > 0 && f.name != "custodial, branch" && f.selector != "flag"
	})
}

// stages are the stakes of the forms whose scripts are changed, and a deposit.
func stages(t testing.TB) map[string]*stage {
	all := map[string]*stage{"escrow": newEscrowStage(t, mixedForm())}
	for _, f := range mutated() {
		all[f.name] = newStage(t, f.source())
	}
	return all
}

// TestMutantsAreRefused changes one operation of each template at a time.
func TestMutantsAreRefused(t *testing.T) {
	refused, mismatches := 0, 0
	excluded := map[string]int{}
	for name, s := range stages(t) {
		for _, m := range mutants(s.built.Contract.Script) {
			if _, err := templates.ParseTemplate(m.text); err != nil {
				t.Fatalf("%s: %v", m.how, err)
			}
			err := s.check(m.text)
			why := equivalent(s.built.Contract.Script, m.text)
			var mismatch *lift.Mismatch
			switch {
			case err == nil && why == "":
				t.Errorf("%s: %s is accepted:\n%s", name, m.how, m.text)
			case err == nil:
				excluded[why]++
				s.agrees(t, m.text)
			case errors.As(err, &mismatch):
				mismatches++
				fallthrough
			default:
				refused++
			}
		}
	}
	t.Logf("%d mutants refused, %d of them because they spend otherwise; spending the same:", refused, mismatches)
	for why, n := range excluded {
		t.Logf("%4d  %s", n, why)
	}
}

// TestFlippedBitsAreRefused flips every bit of each filled script. A script
// that still decodes is turned back into a template, with holes where its
// pushes equal the values of holes, and checked.
func TestFlippedBitsAreRefused(t *testing.T) {
	refused, unread, ballots := 0, 0, 0
	same := map[string]int{}
	for name, s := range stages(t) {
		values, err := s.built.Template.Match(s.redeem)
		if err != nil {
			t.Fatal(err)
		}
		for bit := range 8 * len(s.redeem) {
			script := slices.Clone(s.redeem)
			script[bit/8] ^= 1 << (bit % 8)
			tmpl, err := templates.DecodeScript(script)
			if err != nil {
				unread++
				continue
			}
			text := unfill(tmpl, values)
			if strings.Contains(text, "<ballot?>") {
				ballots++ // another ballot, which is not the contract's matter
				continue
			}
			err = s.check(text)
			why := equivalent(s.built.Contract.Script, text)
			if err == nil && why == "" && text != s.built.Contract.Script {
				t.Errorf("%s: bit %d of byte %d is accepted:\n%s", name, bit%8, bit/8, text)
			}
			if err == nil {
				same[why]++
			} else {
				refused++
			}
		}
	}
	t.Logf("%d bent scripts refused, %d unreadable, %d with another ballot; spending the same: %v", refused, unread, ballots, same)
}

// unfill puts the holes back where a template's pushes are their values.
func unfill(t templates.Template, values map[string][]byte) string {
	var words []string
	for _, op := range t.Ops() {
		word := op.String()
		for hole, value := range values {
			switch {
			case word == "0x"+hex.EncodeToString(value):
				word = "<" + hole + ">"
			case hole == "ballot" && len(op.Data) == len(value) && op.Data[0]&0xf0 == value[0]&0xf0:
				word = "<ballot?>"
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
