package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/lang/langtest"
)

// thousandVoters is a policy of named voters, a thousand lines long.
func thousandVoters() string {
	var voters strings.Builder
	const n = 975
	for i := range n {
		name := fmt.Sprintf("v%d", i)
		fmt.Fprintf(&voters, "  voter %s pub:%s\n", name, langtest.Key(name))
	}
	src := strings.Replace(string(examples.Policy("club_chair")), "  voters     5\n", voters.String(), 1)
	return strings.Replace(src, "threshold  3 of 5", fmt.Sprintf("threshold  500 of %d", n), 1)
}

// largest is the size of the largest policy file that is read.
const largest = 256 << 10

// hostile returns files of a size that take a parser long: each is a head and
// a line that is repeated.
func hostile(size int) map[string]string {
	club := strings.TrimSuffix(strings.TrimSpace(string(examples.Policy("club_chair"))), "}")
	key := langtest.Key("x").String()
	lines := map[string][2]string{
		"junk":          {"", "\x01"},
		"not UTF-8":     {"", "\xff"},
		"spaces":        {club, " "},
		"comments":      {club, "// \n"},
		"words":         {club, "a "},
		"unknown":       {club, "\na"},
		"braces":        {club, "{}"},
		"deep":          {club, "{"},
		"duplicates":    {club, "\nfee 1 sat/vB"},
		"one line":      {club, " fee 1 sat/vB"},
		"bad amounts":   {club, "\nfee 0144 sat/vB"},
		"branches":      {club, "\nbranch x when 2 of { alice, bob, supervisor, voter } and 1 of { joint, candidate } sign"},
		"long list":     {club + "\nbranch x when 1 of { alice", ", bob"},
		"long and":      {club + "\nbranch x when alice", " and candidate"},
		"unknown names": {club + "\ntest \"t\" { at block 9 signers eve", ", eve"},
		"shared keys":   {strings.Replace(club, "voters     5", "", 1), "\nvoter v%d pub:" + key},
		"candidates":    {club, "\ncandidate c%d { key pub:" + key + " pay addr:x }"},
		"voters": {strings.Replace(club, "voters     5", "", 1) + "\ntest \"t\" { at block 9 signers v0 expect win w }",
			"\nvoter v%d pub:02%064x"},
		"tests":  {club, "\ntest \"t\" { at block 1 signers alcie expect win bbo }"},
		"allows": {club, "\nallow W%04d \"why\""},
	}
	files := map[string]string{"thousand voters": thousandVoters()}
	for name, l := range lines {
		var b strings.Builder
		b.WriteString(l[0])
		for i := 0; ; i++ {
			line := l[1]
			if n := strings.Count(line, "%"); n > 0 {
				line = fmt.Sprintf(line, []any{i, i}[:n]...)
			}
			if b.Len()+len(line) > size {
				break
			}
			b.WriteString(line)
		}
		files[name] = b.String()
	}
	return files
}

// policyCommands are the commands that read a policy from standard input and
// print its diagnostics.
var policyCommands = [][]string{{"check", "-"}, {"check", "--json", "-"}, {"check", "--fix", "-"}, {"fmt", "-"}}

// TestHostile: whatever a file asks of the reader, the answer is yes or no.
func TestHostile(t *testing.T) {
	for name, src := range hostile(16 << 10) {
		for _, command := range policyCommands {
			answers(t, name, command, src)
		}
	}
}

// answers wants a command to end with a documented code and without a bug.
func answers(t *testing.T, name string, command []string, src string) {
	t.Helper()
	var talk strings.Builder
	if code := run(command, strings.NewReader(src), io.Discard, &talk); code != 0 && code != codeNo {
		t.Errorf("%s: %v exits %d: %.300s", name, command, code, talk.String())
	}
}

// FuzzCommands: any bytes get an answer.
func FuzzCommands(f *testing.F) {
	for _, name := range examples.Names() {
		f.Add(string(examples.Policy(name)))
	}
	for _, src := range hostile(2 << 10) {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, command := range append(policyCommands, []string{"explain", "-"}, []string{"explain", "--core", "-"},
			[]string{"fmt", "--json", "--diff", "-"}) {
			answers(t, "input", command, src)
		}
	})
}

// BenchmarkCheck checks and formats the policy of a thousand voters, and the
// hostile files.
func BenchmarkCheck(b *testing.B) {
	for name, src := range hostile(largest) {
		for _, command := range policyCommands {
			b.Run(strings.ReplaceAll(name+"/"+strings.Join(command, " "), " ", "_"), func(b *testing.B) {
				for range b.N {
					if code := run(command, strings.NewReader(src), io.Discard, io.Discard); code != 0 && code != codeNo {
						b.Fatal("exit ", code)
					}
				}
			})
		}
	}
}
