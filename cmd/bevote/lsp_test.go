package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bevote/examples"
)

// answered runs a command on a text and returns its answer.
func answered(t testing.TB, text string, args ...string) string {
	t.Helper()
	var out, messages strings.Builder
	if code := run(args, strings.NewReader(text), &out, &messages); code > codeNo {
		t.Fatalf("%v exits %d: %s", args, code, &messages)
	}
	return out.String()
}

// checked returns the answer of `bevote check` about a text.
func checked(t testing.TB, text string, args ...string) checkAnswer {
	t.Helper()
	var all []checkAnswer
	out := answered(t, text, append([]string{"check", "--json", "-"}, args...)...)
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) != 1 {
		t.Fatalf("%v in %s", err, out)
	}
	return all[0]
}

// rangeIn returns a range that the command prints as the protocol has it.
func rangeIn(text string, r textRange) lspRange {
	return lspRange{lspAt(text, r.Start.Byte), lspAt(text, r.End.Byte)}
}

// shownAs returns what an editor is told of a diagnostic that the command prints.
func shownAs(text string, d diagnostic) string {
	says := d.Summary
	for _, part := range []struct{ what, text string }{{"here: ", d.Label}, {"note: ", d.Detail}, {"help: ", d.Help}} {
		for line := range strings.SplitSeq(part.text, "\n") {
			if line != "" {
				says += "\n" + part.what + line
			}
		}
	}
	if d.Transaction != nil {
		says += "\nshown by a transaction: " + d.Transaction.Says
	}
	out := fmt.Sprint(d.Severity, d.Code, rangeIn(text, d.Range), says)
	for _, r := range d.Related {
		out += fmt.Sprint("\n", rangeIn(text, r.Range), r.Label)
	}
	return out
}

func shown(d lspDiagnostic) string {
	out := fmt.Sprint([]string{"", "error", "warning"}[d.Severity], d.Code, d.Range, d.Message)
	for _, r := range d.Related {
		out += fmt.Sprint("\n", r.Location.Range, r.Message)
	}
	return out
}

// compare holds the server's diagnostics of a version against the command's.
func compare(t testing.TB, c *client, version int, text string) checkAnswer {
	t.Helper()
	want := checked(t, text)
	got := c.diagnostics(version)
	if len(got) != len(want.Diagnostics) {
		t.Fatalf("%d diagnostics, the command has %d, of\n%s", len(got), len(want.Diagnostics), text)
	}
	for i, d := range want.Diagnostics {
		if got, want := shown(got[i]), shownAs(text, d); got != want {
			t.Fatalf("the server says\n%s\nthe command\n%s\nof\n%s", got, want, text)
		}
	}
	return want
}

// compareFixes holds the actions of a whole text against the command's fixes.
func compareFixes(t testing.TB, c *client, text string, want checkAnswer) {
	t.Helper()
	var actions []lspAction
	all := object{"textDocument": object{"uri": anURI}, "range": lspRange{lspPlace{}, lspAt(text, len(text))}, "context": object{}}
	if err := c.ask("textDocument/codeAction", all, &actions); err != nil {
		t.Fatal(err)
	}
	var fixes, offered []string
	for _, d := range want.Diagnostics {
		if d.Fix != nil {
			fixes = append(fixes, fmt.Sprintf("%s: %s %v %q", d.Code, d.Help, rangeIn(text, d.Fix.Range), d.Fix.Text))
		}
	}
	for _, a := range actions {
		for _, e := range a.Edit.Changes[anURI] {
			if a.Kind == "quickfix" {
				offered = append(offered, fmt.Sprintf("%s %v %q", a.Title, e.Range, e.NewText))
			} else if fixed := checked(t, text, "--fix").Text; e.NewText != fixed {
				t.Errorf("all fixes give\n%s\nthe command's\n%s", e.NewText, fixed)
			}
		}
	}
	if !slices.Equal(fixes, offered) {
		t.Errorf("the server offers\n%s\nthe command\n%s\nof\n%s", strings.Join(offered, "\n"), strings.Join(fixes, "\n"), text)
	}
	if len(fixes) > 0 && actions[len(actions)-1].Kind != "source.fixAll" {
		t.Error("no action makes all fixes")
	}
}

// policies returns the examples, and the files with mistakes of package lang's tests.
func policies(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{
		"crlf":   strings.ReplaceAll(string(examples.Policy("club_chair")), "\n", "\r\n"),
		"cr":     "bevote 1\r\relection é {\n  stake\t5\rsat\n candidate 𝔸 \"𝔸é\" { kee x",
		"bom":    "\ufeff" + string(examples.Policy("paper")),
		"names":  strings.ReplaceAll(string(examples.Policy("club_chair")), `"Alice Smith" { key`, `"Älice 𝔖mith" { kye`),
		"large":  strings.Repeat("//\n", 100_000),
		"empty":  "",
		"nested": strings.Repeat("{", 20),
	}
	for _, name := range examples.Names() {
		all[name] = string(examples.Policy(name))
	}
	files, err := filepath.Glob("../../lang/testdata/mistakes/*.bev")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files with mistakes: %v", len(files), err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if utf8.Valid(b) { // an editor's texts are
			all[filepath.Base(f)] = string(b)
		}
	}
	return all
}

// TestLSPSaysWhatCheckSays holds diagnostics, fixes and layout against the commands'.
func TestLSPSaysWhatCheckSays(t *testing.T) {
	c := start(t)
	c.open("")
	version := 1
	for name, text := range policies(t) {
		version++
		c.change(version, object{"text": text})
		t.Run(name, func(t *testing.T) {
			answer := compare(t, c, version, text)
			compareFixes(t, c, text, answer)
			var edits []lspEdit
			if err := c.ask("textDocument/formatting", about(text, 0), &edits); err != nil {
				t.Fatal(err)
			}
			want := answered(t, text, "fmt", "-")
			switch {
			case want == "" || want == text:
				if len(edits) != 0 {
					t.Errorf("%d edits of what is formatted or broken", len(edits))
				}
			case len(edits) != 1 || edits[0].NewText != want || edits[0].Range.End != lspAt(text, len(text)):
				t.Errorf("%d edits, want the layout of `bevote fmt`", len(edits))
			}
		})
	}
}

// TestLSPHoverIsExplain holds what is said of each word of a policy with mistakes, and of
// each fifth of others, against `bevote explain`.
func TestLSPHoverIsExplain(t *testing.T) {
	c := start(t)
	c.open("")
	version := 1
	texts := policies(t)
	for _, name := range []string{"arbiter", "club_mixed", "names", "cr", "confused.bev"} {
		text := texts[name]
		if text == "" {
			t.Fatalf("no text %s", name)
		}
		version++
		c.change(version, object{"text": text})
		words, met := 0, 0
		for offset, r := range text {
			if r == ' ' || offset > 0 && text[offset-1] != ' ' {
				continue
			}
			if met++; len(text) > 1000 && name != "names" && met%5 > 0 {
				continue
			}
			var got struct{ Contents struct{ Value string } }
			if err := c.ask("textDocument/hover", about(text, offset), &got); err != nil {
				t.Fatal(err)
			}
			place := position{Line: 1, Column: 1, Byte: offset}
			place.Line += strings.Count(text[:offset], "\n")
			place.Column += utf8.RuneCountInString(text[strings.LastIndex(text[:offset], "\n")+1 : offset])
			want := answered(t, text, "explain", "-", "--at", fmt.Sprintf("%d:%d", place.Line, place.Column))
			if strings.TrimSuffix(want, "\n") != got.Contents.Value {
				t.Fatalf("%s:%d:%d: the server says\n%s\nthe command\n%s", name, place.Line, place.Column, got.Contents.Value, want)
			}
			if want != "" {
				words++
			}
		}
		if words < 5 {
			t.Errorf("%s: only %d words are explained", name, words)
		}
	}
}

// TestLSPHoverHasThePages: a keyword's hover ends with the page of its statement, and
// that of a mistake with the page of its code.
func TestLSPHoverHasThePages(t *testing.T) {
	text := strings.Replace(string(examples.Policy("club_chair")), "stake      200_000 sat", "stake 1 sat", 1)
	c := start(t)
	c.open(text)
	var got struct{ Contents struct{ Value string } }
	if err := c.ask("textDocument/hover", about(text, strings.Index(text, "stake 1")), &got); err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSuffix(answered(t, "", "explain", "stake"), "\n") + "\n\n" + strings.TrimSuffix(answered(t, "", "explain", "E0701"), "\n")
	if got.Contents.Value != want {
		t.Errorf("hover is\n%s\nwant\n%s", got.Contents.Value, want)
	}
}

// TestLSPNow: what has passed is an error at the height that the editor gives.
func TestLSPNow(t *testing.T) {
	text := string(examples.Policy("club_chair"))
	c := start(t, "--now", "115", "--stdio")
	c.open(text)
	want := checked(t, text, "--now", "115").Diagnostics
	if got := c.diagnostics(1); len(got) != len(want) || len(want) == 0 || got[0].Code != want[0].Code {
		t.Errorf("diagnostics %v, want %v", got, want)
	}
}

// TestLSPRename renames a candidate behind a name that is not ASCII, and is refused
// names that another has or that are none.
func TestLSPRename(t *testing.T) {
	text := strings.ReplaceAll(string(examples.Policy("club_chair")), "candidate bob ", `candidate bob "𝔹öb" `)
	text = strings.ReplaceAll(text, `test "alice claims"`, `test "𝔸lice"`)
	c := start(t)
	c.open(text)
	at := about(text, strings.LastIndex(text, "alice"))
	at["newName"] = "ada"
	var edit struct {
		Changes map[string][]lspEdit `json:"changes"`
	}
	if err := c.ask("textDocument/rename", at, &edit); err != nil {
		t.Fatal(err)
	}
	if n := len(edit.Changes[anURI]); n != 3 {
		t.Fatalf("%d places, want 3", n)
	}
	var changes []object
	for _, e := range slices.Backward(edit.Changes[anURI]) {
		changes = append(changes, object{"range": e.Range, "text": e.NewText})
	}
	c.change(2, changes...)
	renamed := strings.NewReplacer("candidate alice", "candidate ada", "joint, alice", "joint, ada", "win alice", "win ada").Replace(text)
	compare(t, c, 2, renamed)
	var tokens struct{ Data []int }
	if err := c.ask("textDocument/semanticTokens/full", at, &tokens); err != nil || len(tokens.Data)%5 != 0 || len(tokens.Data) < 500 {
		t.Errorf("%d numbers of words: %v", len(tokens.Data), err)
	}
	for _, name := range []string{"bob", "Ada", "", "supervisor", "a b", "ada\n"} {
		at := about(renamed, strings.LastIndex(renamed, "ada"))
		at["newName"] = name
		if err := c.ask("textDocument/rename", at, nil); err == nil || !strings.Contains(err.Message, "with the name") {
			t.Errorf("a candidate can be called %q: %v", name, err)
		}
	}
}

// TestLSPManners holds the order of messages that the protocol asks for, and the exit
// codes.
func TestLSPManners(t *testing.T) {
	c := connect(t)
	if err := c.ask("textDocument/hover", about("", 0), nil); err == nil || err.Code != -32002 {
		t.Errorf("before the first request: %v", err)
	}
	var hello struct {
		Capabilities map[string]any
		ServerInfo   struct{ Name, Version string }
	}
	c.ask("initialize", object{}, &hello)
	if hello.ServerInfo.Name != "bevote" || hello.ServerInfo.Version != build() || len(hello.Capabilities) < 10 {
		t.Errorf("the server is %+v", hello)
	}
	c.tell("$/unknown", object{})
	c.tell("textDocument/didChange", object{"textDocument": 5})
	for method, code := range map[string]int{"textDocument/hover": -32602, "workspace/symbol": -32601} {
		if err := c.ask(method, about("", 0), nil); err == nil || err.Code != code {
			t.Errorf("%s: %v, want code %d", method, err, code)
		}
	}
	c.open("bevote 2")
	if d := c.diagnostics(1); len(d) == 0 {
		t.Error("no diagnostics")
	}
	c.tell("textDocument/didClose", about("", 0))
	if d := c.diagnostics(0); len(d) != 0 {
		t.Errorf("a closed file has %d diagnostics", len(d))
	}
	c.ask("shutdown", nil, nil)
	if err := c.ask("textDocument/hover", about("", 0), nil); err == nil || err.Code != -32600 {
		t.Errorf("after the shutdown: %v", err)
	}
	c.tell("exit", nil)
	if code := <-c.code; code != 0 {
		t.Errorf("exits %d", code)
	}
	for what, leave := range map[string]func(*client){
		"exit":    func(c *client) { c.tell("exit", nil) },
		"gone":    func(c *client) { c.in.Close() },
		"garbage": func(c *client) { fmt.Fprint(c.in, "GET / HTTP/1.1\r\n\r\n") },
	} {
		c := start(t)
		leave(c)
		select {
		case code := <-c.code:
			if code != codeNo {
				t.Errorf("%s: exits %d", what, code)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s: the server stays", what)
		}
	}
}
