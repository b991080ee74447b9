package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"bevote/examples"
	"bevote/lang/langtest"
)

// pieces are what random edits put into a policy.
var pieces = []string{
	"", "", "", " ", "\n", "\r\n", "\r", "{", "}", "\"", "//", ",", "é", "𝔸", "\u200b", "\u2028", "\t", "0", "1_000", "block 5", "sat",
	"candidate ", "candidate Ä \"𝔸\" { key pub:02 pay addr:m }\n", "  branch b when joint and ann sign\n", "voter v ", "allow W0402 \"y\"",
	"test \"t\" { at block 9 signers none expect reject }", "joint", "selector flag", "mixing none\n", "timeout", "pub:",
}

// TestLSPRandomEdits makes 1,000 random edits of policies, as an editor sends them,
// after each of which server and command agree.
func TestLSPRandomEdits(t *testing.T) {
	t.Parallel()
	edits := 1000
	if testing.Short() {
		edits = 100
	}
	const seed = 13
	r := rand.New(rand.NewPCG(seed, 0))
	c := start(t)
	c.open("")
	text, version := "", 1
	for i := range edits {
		version++
		if i%8 == 0 { // another policy
			text = string(langtest.Policy(func(_ string, n int) int { return r.IntN(n) }))
			if r.IntN(2) == 0 {
				text = string(examples.Policy(examples.Names()[r.IntN(len(examples.Names()))]))
			}
			c.change(version, object{"text": text})
		} else {
			var changes []object
			for range 1 + r.IntN(3) { // one message may hold several
				start, end := aligned(text, r.IntN(len(text)+1)), 0
				for end = start; r.IntN(2) == 0 && end < len(text) && end < start+60; {
					end = min(len(text), end+1+r.IntN(20))
				}
				end = aligned(text, end)
				put := pieces[r.IntN(len(pieces))]
				changes = append(changes, object{"range": lspRange{lspAt(text, start), lspAt(text, end)}, "text": put})
				text = text[:start] + put + text[end:]
			}
			c.change(version, changes...)
		}
		answer := compare(t, c, version, text)
		if i%5 == 0 {
			compareFixes(t, c, text, answer)
		}
		for _, method := range []string{"hover", "completion", "definition", "references", "prepareRename", "foldingRange", "semanticTokens/full"} {
			if err := c.ask("textDocument/"+method, about(text, aligned(text, r.IntN(len(text)+1))), nil); err != nil {
				t.Fatalf("%s: %v of\n%s", method, err, text)
			}
		}
	}
}

// aligned returns the offset or, within a character or between CR and LF, the one
// before: the protocol has no place there.
func aligned(text string, at int) int {
	for at > 0 && at < len(text) && (!utf8.RuneStart(text[at]) || text[at] == '\n' && text[at-1] == '\r') {
		at--
	}
	return at
}

// manyVoters is a policy of that many named voters.
func manyVoters(n int) string {
	var b strings.Builder
	for line := range strings.Lines(string(examples.Policy("arbiter"))) {
		if strings.HasPrefix(line, "  threshold") {
			for i := range n - 5 {
				fmt.Fprintf(&b, "  voter v%d pub:%s\n", i, langtest.Key(fmt.Sprint("voter ", i)))
			}
			line = fmt.Sprintf("  threshold %d of %d\n", n/2+1, n)
		}
		b.WriteString(line)
	}
	return b.String()
}

// BenchmarkKeystroke types and takes back a letter in a policy of 975 named voters: the
// time from the change to its diagnostics. It is to stay under 50 ms.
func BenchmarkKeystroke(b *testing.B) {
	text := manyVoters(975)
	at := lspAt(text, strings.Index(text, "stake "))
	c := start(b)
	c.open(text)
	if d := c.diagnostics(1); len(d) > 0 {
		b.Fatalf("the policy has mistakes: %v", d[0])
	}
	version := 1
	for b.Loop() {
		version++
		end, put := at, "x"
		if version%2 == 1 {
			end.Character++
			put = ""
		}
		c.change(version, object{"range": lspRange{at, end}, "text": put})
		c.diagnostics(version)
	}
}
