package editor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/internal/editor"
	"bevote/lang"

	"pgregory.net/rapid"
)

// marked is a text with | where the pointer is.
func marked(t testing.TB, text string) (*editor.File, int) {
	t.Helper()
	before, after, found := strings.Cut(text, "|")
	if !found {
		t.Fatalf("no | in %q", text)
	}
	return editor.NewFile([]byte(before+after), 0), len(before)
}

// inside is the arbiter example with one line in the place of another, by its
// beginning.
func inside(t testing.TB, line, put string) string {
	t.Helper()
	out := ""
	for l := range strings.Lines(string(examples.Policy("arbiter"))) {
		if strings.HasPrefix(l, line) {
			l, put = put+"\n", ""
		}
		out += l
	}
	if put != "" {
		t.Fatalf("no line %q", line)
	}
	return out
}

// TestHover has places beside what is said first of them.
func TestHover(t *testing.T) {
	for text, want := range map[string]string{
		inside(t, "  roll ", "  roll by block 1|10"):                                                                       "Block 110. Its anchor counts in blocks 111 to 112, and is deep at block 113 at the latest. It is 1 block, about 10 minutes, after the last block that can hold the announcement.",
		inside(t, "  vote ", "  vote from block 134 to bl|ock 142"):                                                        "# vote",
		inside(t, "  vote ", "  vote from block 134 to block |142"):                                                        "Block 142. It is 33 blocks, about 6 hours, after the last block that can hold the announcement.",
		inside(t, "  joint ", "  joint by vo|ters"):                                                                        "# joint",
		inside(t, "  supervisor ", "  supervisor pub:02|07b9a45dd3f183f6478b029942f1797b63f2526884b8ff1ea219bf31ee980bef"): "The public key of the supervisor.",
		inside(t, "  voter ben ", "  voter b|en pub:02c5f1c6c71120bb84c3dfa4ac0c3ee85a4ec690d1ca0ee97387dd41e4c71dafee"):   "`ben` is the name of a voter, declared in line 17.",
		inside(t, "  candidate brick ", `  candidate brick "B" { key pub:022b9d04e18f918068d6982d64acb3c1973dedda437fd08f422385e79e8540d31a pay a|ddr:mgv262yPxVb4YZNYdKUCV93VcszX7whFRL }`): "The address that claims of candidate `brick` pay to.",
		inside(t, "  branch ", "  branch arbiter when superv|isor and 2 of { anne, ben, carla } sign after block 200"):                                                                       "The supervisor, by the key of its statement.",
		inside(t, "  branch ", "  branch arbiter when supervisor and 2 of { anne, b|en, carla } sign after block 200"):                                                                       "`ben` is the name of a voter, declared in line 17.",
		inside(t, "  allow ", `  allow W02|06 "x"`): "# W0206: named voters with plain ballots: after the count everybody sees how each voted",
		inside(t, `  test "brick claims"`, `  test "c" { at block 140  signers joint brick, brick  expect win br|ick }`): "`brick` is the name of a candidate, shown as \"Brick & Sons\", declared in line 36.",
	} {
		f, at := marked(t, text)
		got, span, ok := f.Hover(at)
		got, _, _ = strings.Cut(got, "\n")
		if !ok || got != want || at < span.Start || at > span.End {
			t.Errorf("hover %q, want %q", got, want)
		}
	}
	f, at := marked(t, inside(t, "  stake ", "  stk|e 250_000 sat"))
	if got, _, _ := f.Hover(at); !strings.HasPrefix(got, "# E0002") {
		t.Errorf("hover of a mistake is %q", got)
	}
	f, at = marked(t, string(examples.Policy("arbiter"))+"|")
	if got, _, ok := f.Hover(at); ok {
		t.Errorf("hover behind the file is %q", got)
	}
	if got, _, _ := editor.NewFile([]byte("\xff"), 0).Hover(0); !strings.HasPrefix(got, "# E0004") {
		t.Errorf("hover of a file that is not read is %q", got)
	}
}

// TestHoverAt says how long it is from the present block.
func TestHoverAt(t *testing.T) {
	_, at := marked(t, inside(t, "  roll ", "  roll by block 1|10"))
	for now, want := range map[uint32]string{100: "It is 10 blocks, about 100 minutes, after block 100.", 110: "At block 110 it has passed."} {
		got, _, _ := editor.NewFile([]byte(inside(t, "  roll ", "  roll by block 110")), now).Hover(at)
		if !strings.Contains(got, want) {
			t.Errorf("hover %q, want %q", got, want)
		}
	}
}

// TestComplete has places beside what may be typed there.
func TestComplete(t *testing.T) {
	for text, want := range map[string]string{
		inside(t, "  network ", "  network |"):                                               "regtest mainnet testnet4 simnet regtest",
		inside(t, "  network ", "  network reg|"):                                            "regtest mainnet testnet4 simnet regtest",
		inside(t, "  branch ", "  branch arbiter when |"):                                    "brick timber",
		inside(t, "  branch ", "  branch arbiter when supervisor and 2 of { anne, b|"):       "anne ben carla dora emil brick timber",
		inside(t, `  test "any two"`, `  test "a" { at block 5 signers joint |`):             "brick timber",
		inside(t, `  test "any two"`, `  test "a" { at block 5 signers ben expect branch |`): "arbiter",
		inside(t, `  test "any two"`, `  test "a" { at block 5 signers ben expect win |`):    "brick timber",
		inside(t, "  allow ", "  allow |"):                                                   "W0206",
		inside(t, "  stake ", "  stake |"):                                                   "250_000",
		inside(t, "  supervisor ", "  supervisor |"):                                         "pub:",
		inside(t, "  candidate brick ", "  candidate |"):                                     "NAME",
		inside(t, "  grace ", "  st|"):                                                       "grace ballots",
		inside(t, "  grace ", "  // |"):                                                      "",
		"|":                                                                                  "bevote club_chair arbiter",
	} {
		f, at := marked(t, text)
		var got []string
		for _, x := range f.Complete(at) {
			got = append(got, x.Label)
			if x.Start > at || x.Text == "" || x.Kind == "" {
				t.Errorf("item %+v", x)
			}
		}
		for w := range strings.FieldsSeq(want) {
			if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, w) || w == "250_000" && g == "200_000 sat" }) {
				t.Errorf("%q is not offered: %q", w, got)
			}
		}
		if want == "" && len(got) > 0 {
			t.Errorf("offered is %q, want nothing", got)
		}
	}
	f, at := marked(t, inside(t, "  grace ", "  |"))
	for _, x := range f.Complete(at) {
		if x.Label == "stake" || x.Label == "election" {
			t.Errorf("%s is offered a second time", x.Label)
		}
	}
}

// TestCompletionsFit: in the place of each fifth word of the examples the grammar goes on
// behind what is offered.
func TestCompletionsFit(t *testing.T) {
	for _, name := range examples.Names() {
		src := examples.Policy(name)
		f := editor.NewFile(src, 0)
		for i, w := range f.Words() {
			if i%5 > 0 || w.Kind == "mark" || w.Kind == "comment" || w.Kind == "text" {
				continue
			}
			for _, x := range f.Complete(w.End) {
				if x.Kind != "word" && x.Kind != "name" {
					continue
				}
				text := slices.Concat(src[:x.Start], []byte(x.Text+" "))
				if p := lang.NewOutline(text).PlaceAt(len(text)); len(p.Takes) == 0 && !p.Statements {
					t.Fatalf("%s:%d: nothing can follow %s in the place of %s", name, w.Line, x.Text, w.Text)
				}
			}
		}
	}
}

// TestDefine has places beside the lines where their words are declared.
func TestDefine(t *testing.T) {
	for text, want := range map[string]string{
		inside(t, "  branch ", "  branch arbiter when superv|isor and 2 of { anne, ben, carla } sign after block 200"): "14",
		inside(t, "  branch ", "  branch arbiter when vo|ter and anne sign after block 200"):                           "16 17 18 19 20",
		inside(t, "  branch ", "  branch arbiter when cand|idate and anne sign after block 200"):                       "36 37",
		inside(t, "  branch ", "  branch arbiter when joint and anne sign after time|out"):                             "33",
		inside(t, "  refund ", "  refund voter after time|out"):                                                        "33",
		inside(t, `  test "any two"`, `  test "a" { at block 5 signers joint, tim|ber expect reject }`):                "37",
		inside(t, `  test "any two"`, `  test "a" { at block 5 signers ben, anne expect branch arb|iter }`):            "42",
		inside(t, `  test "any two"`, `  test "a" { at block 5 signers jo|int expect refund }`):                        "39",
		inside(t, "  stake ", "  sta|ke 5 sat"):                                                                        "",
	} {
		f, at := marked(t, text)
		var got []string
		for _, s := range f.Define(at) {
			got = append(got, fmt.Sprint(s.Line))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("declared in %v, want %s", got, want)
		}
	}
}

// TestFolds lists what can be folded in an example.
func TestFolds(t *testing.T) {
	got := editor.NewFile(examples.Policy("arbiter"), 0).Folds()
	for _, want := range []editor.Fold{{From: 3, To: 11, Comment: true}, {From: 12, To: 57}, {From: 16, To: 20}, {From: 36, To: 37}} {
		if !slices.Contains(got, want) {
			t.Errorf("folds %v, want %v", got, want)
		}
	}
}

// TestRenameKeepsMeaning renames names of random policies with random edits: it is
// refused, or the file has the mistakes that it had, and renaming back restores it.
func TestRenameKeepsMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := examples.Policy(rapid.SampledFrom(examples.Names()).Draw(t, "example"))
		for range rapid.IntRange(0, 2).Draw(t, "edits") {
			at := rapid.IntRange(0, len(src)).Draw(t, "at")
			to := min(len(src), at+rapid.IntRange(0, 9).Draw(t, "cut"))
			src = slices.Concat(src[:at], []byte(rapid.SampledFrom([]string{"", " ", "é", "bob", "{"}).Draw(t, "put")), src[to:])
		}
		f := editor.NewFile(src, 0)
		var names []lang.Word
		for _, w := range f.Words() {
			if w.Kind == "name" {
				names = append(names, w)
			}
		}
		if len(names) == 0 {
			return
		}
		w := rapid.SampledFrom(names).Draw(t, "name")
		to := rapid.SampledFrom([]string{"zoe", "bob", "expect", "joint", "after", "win", "sign", "x_1", "Zoe"}).Draw(t, "to")
		places, err := f.Rename(w.Start, to)
		if err != nil {
			return
		}
		renamed, done := []byte{}, 0
		for _, s := range places {
			renamed = append(append(renamed, src[done:s.Start]...), to...)
			done = s.End
		}
		renamed = append(renamed, src[done:]...)
		old, _ := lang.Load(src)
		now, diags := lang.Load(renamed)
		if old != nil && now == nil {
			t.Fatalf("%s to %s: %s", w.Text, to, diags[0].Message)
		}
		if old != nil && w.Names == "voter" && len(old.Branches) == 0 && old.K != now.K {
			t.Fatal("another election")
		}
		if back := editor.NewFile(renamed, 0); len(back.Uses(places[0].Start)) != len(places) {
			t.Fatalf("%s to %s: %d places, then %d", w.Text, to, len(places), len(back.Uses(places[0].Start)))
		}
	})
}
