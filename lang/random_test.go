package lang_test

import (
	"bytes"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bevote/examples"
	"bevote/lang"
	"bevote/lang/langtest"
)

func drawer(t *rapid.T) langtest.Draw {
	return func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
}

// TestRandomPolicies checks that what langtest draws loads, and that neither the order
// of statements nor the spaces between words change the meaning.
func TestRandomPolicies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := langtest.Policy(drawer(t))
		p, diags := lang.Load(src)
		if p == nil {
			t.Fatalf("%v\n%s", diags, src)
		}
		lines := strings.Split(strings.TrimSpace(string(src)), "\n")
		head, body := lines[:3], lines[3:len(lines)-1]
		shuffled := rapid.Permutation(body).Draw(t, "order")
		gap := rapid.SampledFrom([]string{"\n", " ", "\r\n\t"}).Draw(t, "gap")
		again := strings.Join(slices.Concat(head, shuffled, []string{"}"}), gap)
		q, diags := lang.Load([]byte(again))
		if q == nil || !bytes.Equal(p.Core(), q.Core()) {
			t.Fatalf("%v\n%s", diags, again)
		}
		if p.Dealt() != (p.JointKeys() > 0) || len(p.Paths()) < 2 || p.Coin() <= p.Stake {
			t.Fatalf("odd policy\n%s", p.Core())
		}
	})
}

// expression is a branch expression with its meaning as a function of who signs.
type expression struct {
	text  string
	holds func(signing map[string]bool) bool
}

func drawExpression(t *rapid.T) expression {
	var terms []string
	var either []meaning
	for i := range 1 + rapid.IntRange(0, 2).Draw(t, "ors") {
		var factors []string
		var both []meaning
		for j := range 1 + rapid.IntRange(0, 2).Draw(t, "ands") {
			text, m := drawFactor(t, fmt.Sprintf("%d.%d", i, j))
			factors, both = append(factors, text), append(both, m)
		}
		terms = append(terms, strings.Join(factors, " and "))
		either = append(either, func(candidate string, signing map[string]bool) bool {
			return !slices.ContainsFunc(both, func(m meaning) bool { return !m(candidate, signing) })
		})
	}
	return expression{strings.Join(terms, " or "), func(signing map[string]bool) bool {
		return slices.ContainsFunc([]string{"alice", "bob"}, func(candidate string) bool {
			return slices.ContainsFunc(either, func(m meaning) bool { return m(candidate, signing) })
		})
	}}
}

// meaning reports whether an expression holds for one candidate.
type meaning func(candidate string, signing map[string]bool) bool

// drawFactor draws a role or `k of { … }`.
func drawFactor(t *rapid.T, label string) (string, meaning) {
	roles := []string{"joint", "supervisor", "voter", "alice", "bob", "candidate"}
	some := rapid.Permutation(roles).Draw(t, label)[:1+rapid.IntRange(0, 3).Draw(t, label+" size")]
	k := 1 + rapid.IntRange(0, len(some)-1).Draw(t, label+" k")
	text := fmt.Sprintf("%d of { %s }", k, strings.Join(some, ", "))
	if len(some) == 1 {
		text = some[0]
	}
	return text, func(candidate string, signing map[string]bool) bool {
		n := 0
		for _, r := range some {
			if signing[r] || r == "candidate" && signing[candidate] {
				n++
			}
		}
		return n >= k
	}
}

// TestBranches compares the signer sets of random branches with those found by
// trying every subset of the roles.
func TestBranches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpression(t)
		src := strings.Replace(string(examples.Policy("club_chair")), refundText, refundText+"\n branch b when "+e.text+" sign", 1)
		p, diags := lang.Load([]byte(src))
		if p == nil {
			t.Fatalf("%s: %v", e.text, diags)
		}
		var got []string
		for _, q := range p.Paths() {
			if q.Name == "branch.b" {
				got = append(got, strings.Join(q.Signers, ","))
			}
		}
		sort.Strings(got)
		if want := minimalSets(e); !slices.Equal(got, want) {
			t.Fatalf("%s: got %v, want %v", e.text, got, want)
		}
	})
}

func minimalSets(e expression) []string {
	roles := []string{"alice", "bob", "joint", "supervisor", "voter"}
	var least []uint
	var sets []string
	for size := range len(roles) + 1 {
		for set := range uint(1) << len(roles) {
			if bits.OnesCount(set) != size || slices.ContainsFunc(least, func(l uint) bool { return l&set == l }) {
				continue
			}
			signing, names := map[string]bool{}, []string{}
			for i, r := range roles {
				if set&(1<<i) != 0 {
					signing[r] = true
					names = append(names, r)
				}
			}
			if e.holds(signing) {
				least = append(least, set)
				sets = append(sets, strings.Join(names, ","))
			}
		}
	}
	sort.Strings(sets)
	return sets
}

// FuzzLoad checks that any input gets an answer with places inside the file, in order,
// that there is a policy if and only if there is no error, and that loading again
// gives the same.
func FuzzLoad(f *testing.F) {
	for _, name := range examples.Names() {
		f.Add(examples.Policy(name))
	}
	files, _ := filepath.Glob("testdata/mistakes/*.bev")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte(strings.Repeat("\x82", 500)))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, diags := lang.Load(src)
		if (p == nil) != slices.ContainsFunc(diags, lang.Diagnostic.IsError) {
			t.Fatal("a policy with errors, or none without")
		}
		known := map[string]bool{}
		for _, c := range lang.Codes() {
			known[c.ID] = true
		}
		last := 0
		for _, d := range diags {
			for _, l := range append([]lang.Label{d.Primary}, d.Secondary...) {
				if l.Start < 0 || l.Start > l.End || l.End > len(src) || l.Line < 1 || l.Column < 1 {
					t.Fatalf("%s at %+v of %d bytes", d.Code, l.Span, len(src))
				}
			}
			if d.Primary.Start < last || !known[d.Code] || d.Code == "E0000" || strings.Contains(d.Message, "\n") {
				t.Fatalf("%+v", d)
			}
			last = d.Primary.Start
		}
		if text := rendered(t, src, diags); !isVisible(text) {
			t.Fatalf("not safe to print: %q", text)
		}
		literals, err := lang.Literals(src)
		if p == nil {
			return
		}
		if err != nil || len(literals) < 1+2*len(p.Candidates) {
			t.Fatal(literals, err)
		}
		q, _ := lang.Load(src)
		if !bytes.Equal(p.Core(), q.Core()) || bytes.ContainsAny(p.Core(), "\r\t") {
			t.Fatalf("%q", p.Core())
		}
	})
}

// BenchmarkLargest reads files of the largest size, of several shapes.
func BenchmarkLargest(b *testing.B) {
	const size = 256 << 10
	fill := func(head, line string) []byte {
		src := []byte(head + strings.Repeat(line, (size-len(head))/len(line)))
		return src[:min(len(src), size)]
	}
	head := strings.TrimSuffix(strings.TrimSpace(string(examples.Policy("club_chair"))), "}")
	shapes := map[string][]byte{
		"junk":       fill("", "\x01"),
		"words":      fill(head, "a "),
		"unknown":    fill(head, "\na"),
		"duplicates": fill(head, "\nfee 1 sat/vB"),
		"one line":   fill(head, " fee 1 sat/vB"),
		"branches":   fill(head, "\nbranch x when 2 of { alice, bob, supervisor, voter } and 1 of { joint, candidate } sign"),
		"long list":  fill(head+"\nbranch x when 1 of { alice", ", bob"),
		"long and":   fill(head+"\nbranch x when alice", " and candidate"),
		"keys":       fill(head, "\nvoter v"+" pub:"+langtest.Key("x").String()),
		"comments":   fill(head, "// \n"),
		"braces":     fill(head, "{}"),
		"bad block":  fill(head, "\nroll by 1"),
		"joiners":    fill(head+"\n// ", "\u0915\u094d\u200d"),
		"names":      fill(head, "\ncandidate a\"\u00e9\"{key pub: pay addr:}"),
		"long name":  []byte(head + "\ncandidate zoe \"" + strings.Repeat("e\u0301\u0323", 50_000) + "\" { key pub: pay addr: } }"),
	}
	for name, src := range shapes {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			for range b.N {
				lang.Load(src)
			}
		})
	}
}
