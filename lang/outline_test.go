package lang_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/lang"
	"bevote/lang/langtest"

	"pgregory.net/rapid"
)

// outlined is a policy with a mistake in most kinds of statement.
const outlined = `bevote 1
election club {
  network regtest
  candidate ann "Änn 𝔸" { key pub:x pay addr:y }
  candidate bo { key
  voter v1 pub:z // a comment 
  branch b when joint and 2 of { ann, bo, supervisor } sign after timeout
  branch c when ann and
  stke 5
  test "t" { at block 5 signers joint ann, voter expect branch b }
  test "u" { at block 5 signers joint, bo, cy expct branch b }
}
`

// TestOutlineWords lists every word of a file with its kind.
func TestOutlineWords(t *testing.T) {
	o := lang.NewOutline([]byte(outlined))
	var got []string
	line := 0
	for _, w := range o.Words {
		if w.Line != line {
			line = w.Line
			got = append(got, "")
		}
		says := w.Text + "=" + w.Kind
		if w.Kind == "name" {
			says = w.Text + "=" + w.Names
			if w.Declares {
				says += "!"
			}
		}
		got[len(got)-1] = strings.TrimPrefix(got[len(got)-1]+"  "+says, "  ")
	}
	want := []string{
		"bevote=keyword  1=number",
		"election=keyword  club=election!  {=mark",
		"network=keyword  regtest=word",
		`candidate=keyword  ann=candidate!  "Änn 𝔸"=text  {=mark  key=word  pub:x=key  pay=word  addr:y=address  }=mark`,
		"candidate=keyword  bo=candidate!  {=mark  key=word",
		"voter=keyword  v1=voter!  pub:z=key  // a comment =comment",
		"branch=keyword  b=branch!  when=word  joint=role  and=word  2=number  of=word  {=mark  ann=candidate  ,=mark  bo=candidate  ,=mark  supervisor=role  }=mark  sign=word  after=word  timeout=word",
		"branch=keyword  c=branch!  when=word  ann=candidate  and=word",
		"stke=  5=number",
		`test=keyword  "t"=text  {=mark  at=word  block=word  5=number  signers=word  joint=role  ann=candidate  ,=mark  voter=role  expect=word  branch=word  b=branch  }=mark`,
		`test=keyword  "u"=text  {=mark  at=word  block=word  5=number  signers=word  joint=role  ,=mark  bo=candidate  ,=mark  cy=  expct=  branch=word  b=branch  }=mark`,
		"}=mark",
	}
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			t.Errorf("line %d is\n%v, want\n%s", i+1, got[min(i, len(got)-1)], w)
		}
	}
}

// TestOutlineStatements checks where statements begin and end.
func TestOutlineStatements(t *testing.T) {
	var got []string
	for _, s := range lang.NewOutline([]byte(outlined)).Statements {
		got = append(got, fmt.Sprintf("%s %d-%d %v", s.Keyword, s.Line, s.EndLine, s.Whole))
	}
	want := []string{"bevote 1-1 true", "election 2-2 true", "network 3-3 true", "candidate 4-4 true", "candidate 5-5 false",
		"voter 6-6 true", "branch 7-7 true", "branch 8-9 false", "test 10-10 true", "test 11-11 false"}
	if !slices.Equal(got, want) {
		t.Errorf("statements are\n%v, want\n%v", got, want)
	}
}

// TestPlaceAt has files with | where something is to be typed.
func TestPlaceAt(t *testing.T) {
	in := func(body string) string { return "bevote 1\nelection e {\n" + body }
	for text, want := range map[string]string{
		"|":                                "[`bevote`]",
		"bev|":                             "[`bevote`]",
		"bevote |":                         "[a number]",
		"bevote 1\n|":                      "[`election`]",
		"bevote 1\nelection |":             "[a name]",
		"bevote 1\nelection e |":           "[`{`]",
		in("|"):                            "[] or a statement",
		in("  net|"):                       "[] or a statement",
		in("  network |"):                  "[`mainnet` `testnet4` `simnet` `regtest`]",
		in("  network reg|\n}\n"):          "[`mainnet` `testnet4` `simnet` `regtest`]",
		in("  network regtest\n  |\n}"):    "[] or a statement",
		in("  network regtest // a |\n}"):  "[]",
		in("  stake 5\n  |\n}"):            "[`sat` `btc`] or a statement",
		in("  threshold 3|"):               "[a number]",
		in("  threshold 3 |"):              "[`%` `of`]",
		in("  win when joint |"):           "[`and` `signs`]",
		in("  test \"a|\""):                "[]",
		in("  branch b when ann sign |\n"): "[`after`] or a statement",
		in("  branch b when |\n  refund voter\n"): "[a name a number `supervisor` `voter` `candidate` `joint`]",
		in("}\n|"):                   "[]",
		"\ufeff" + in("  roll by |"): "[`block`]",
		"bevote 1\nstake 5 |":        "[`election`]",
	} {
		before, after, _ := strings.Cut(text, "|")
		p := lang.NewOutline([]byte(before + after)).PlaceAt(len(before))
		got := fmt.Sprint(p.Takes)
		if p.Statements {
			got += " or a statement"
		}
		if got != want {
			t.Errorf("%q takes %s, want %s", text, got, want)
		}
	}
}

// TestOutlineOfAnything holds that words never overlap, are what the file has at their
// places, and that each is found there, whatever the file holds.
func TestOutlineOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := examples.Policy(rapid.SampledFrom(examples.Names()).Draw(t, "example"))
		if rapid.Bool().Draw(t, "drawn") {
			src = langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
		}
		for range rapid.IntRange(0, 4).Draw(t, "edits") {
			at := rapid.IntRange(0, len(src)).Draw(t, "at")
			to := min(len(src), at+rapid.IntRange(0, 30).Draw(t, "cut"))
			put := rapid.SampledFrom([]string{"", "{", "}", "é", "joint", " ", "\n", "\"", "//", "branch x", "1", "\ufeff"}).Draw(t, "put")
			src = slices.Concat(src[:at], []byte(put), src[to:])
		}
		o := lang.NewOutline(src)
		if o == nil {
			return
		}
		end := 0
		for _, w := range o.Words {
			if w.Start < end || w.End <= w.Start || string(src[w.Start:w.End]) != w.Text {
				t.Fatalf("word %+v after %d", w, end)
			}
			if found, ok := o.At(w.Start); !ok || found != w {
				t.Fatalf("at %d is %+v, want %+v", w.Start, found, w)
			}
			end = w.End
		}
		p := o.PlaceAt(rapid.IntRange(0, len(src)).Draw(t, "place"))
		if p.Start < 0 || p.Start > len(src) {
			t.Fatalf("place %+v", p)
		}
	})
}
