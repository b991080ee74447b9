package lang_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bevote/examples"
	"bevote/lang"
)

// rule is a rule of a TextMate grammar, with the fields that ours uses.
type rule struct {
	Include  string
	Name     string
	Match    string
	Captures map[string]struct{ Name string }

	expression *regexp.Regexp
}

type textmate struct {
	ScopeName, Name    string
	FileTypes          []string
	FoldingStartMarker string
	FoldingStopMarker  string
	Patterns           []rule
	Repository         map[string]struct{ Patterns []rule }
}

func editors(t *testing.T) *textmate {
	t.Helper()
	b, err := os.ReadFile("../docs/editors/vscode/bevote.tmLanguage.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	var g textmate
	if err := d.Decode(&g); err != nil {
		t.Fatal(err)
	}
	for name, group := range g.Repository {
		for i, r := range group.Patterns {
			if group.Patterns[i].expression, err = regexp.Compile(r.Match); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	return &g
}

// alternatives returns the words of \b(a|b|c)\b.
func alternatives(match string) []string {
	return strings.Split(strings.TrimSuffix(strings.TrimPrefix(match, `\b(`), `)\b`), "|")
}

// TestEditorsKeywords checks that the grammar for editors has the words of the
// language's grammar, all and no others, and those that begin statements apart.
func TestEditorsKeywords(t *testing.T) {
	g := editors(t)
	statements := alternatives(g.Repository["statements"].Patterns[0].Match)
	var forms []string
	for _, f := range lang.Forms() {
		forms = append(forms, f.Keyword)
	}
	if got, want := slices.Sorted(slices.Values(statements)), slices.Sorted(slices.Values(forms)); !slices.Equal(got, want) {
		t.Errorf("statements are %v, want %v", got, want)
	}
	words := statements
	for _, r := range g.Repository["words"].Patterns {
		words = append(words, alternatives(r.Match)...)
	}
	want := map[string]bool{}
	for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(lang.Grammar, -1) {
		if regexp.MustCompile(`^[a-z]`).MatchString(m[1]) {
			want[m[1]] = true
		}
	}
	slices.Sort(words)
	if got := slices.Sorted(maps.Keys(want)); !slices.Equal(words, got) {
		t.Errorf("words are\n%v, want\n%v", words, got)
	}
}

// scopes returns the scope of each word of a line as an editor computes it: the
// next match is that of the rule that matches soonest, of several the first.
func (g *textmate) scopes(line string) map[string]string {
	painted := map[string]string{}
	for at := 0; at < len(line); {
		var best rule
		var where []int
		for _, p := range g.Patterns {
			for _, r := range g.Repository[strings.TrimPrefix(p.Include, "#")].Patterns {
				m := r.expression.FindStringSubmatchIndex(line[at:])
				if strings.HasPrefix(r.Match, "^") && at > 0 {
					continue
				}
				if m != nil && (where == nil || m[0] < where[0]) {
					best, where = r, m
				}
			}
		}
		if where == nil {
			break
		}
		if best.Name != "" {
			painted[line[at+where[0]:at+where[1]]] = best.Name
		}
		for n, c := range best.Captures {
			i := 2 * int(n[0]-'0')
			painted[line[at+where[i]:at+where[i+1]]] = c.Name
		}
		at += where[1]
	}
	return painted
}

// TestEditorsPaint paints lines, and every example, in which nothing is painted
// as a mistake.
func TestEditorsPaint(t *testing.T) {
	g := editors(t)
	k, a, txid := key("a"), addr("a"), strings.Repeat("4a5e1e4b", 8)
	for line, want := range map[string]map[string]string{
		"  candidate key { key " + k + "  pay " + a + " }  // replace": {
			"candidate": "keyword.control.statement", "key": "keyword.other", k: "constant.other.key", a: "constant.other.address", "// replace": "comment.line.placeholder",
		},
		"  branch joint_2 when joint and 2 of { voter, ann } sign after block 200": {
			"branch": "keyword.control.statement", "joint_2": "entity.name", "joint": "keyword.control.statement", "and": "keyword.operator",
			"2": "constant.numeric", "of": "keyword.operator", "voter": "keyword.control.statement", "sign": "keyword.other", "block": "keyword.other.unit", "200": "constant.numeric",
		},
		"  fee 25 sat/vB // a fee":                                      {"fee": "keyword.control.statement", "sat/vB": "keyword.other.unit", "// a fee": "comment.line.double-slash"},
		`  test "a // b" { at block 1_000 signers none expect reject }`: {`"a // b"`: "string.quoted.double", "1_000": "constant.numeric", "reject": "constant.language"},
		"  announced by spending " + txid + ":10":                       {"announced": "keyword.control.statement", "spending": "keyword.other", txid + ":10": "constant.other.outpoint"},
		"  grace 6 blocks":                                              {"grace": "keyword.control.statement", "blocks": "keyword.other.unit"},
		"  supervisor pub:02AB":                                         {"pub:02AB": "invalid.illegal.literal"},
		"  mixing group-blind { modulus 2048 rounds 128 mixers 3 }":     {"group-blind": "constant.language", "mixers": "keyword.other"},
		`  allow W0402 "why"`:                                           {"W0402": "constant.other.code"},
	} {
		got := g.scopes(line)
		for text, scope := range want {
			if got[text] != scope+".bevote" {
				t.Errorf("%s: %q is %q, want %s", line, text, got[text], scope)
			}
		}
	}
	for _, name := range examples.Names() {
		for n, line := range strings.Split(string(examples.Policy(name)), "\n") {
			for text, scope := range g.scopes(line) {
				if strings.HasPrefix(scope, "invalid") {
					t.Errorf("%s.bev:%d: %q is %s", name, n+1, text, scope)
				}
			}
		}
	}
}

// TestEditorsExtension: what the extension for VS Code names is there.
func TestEditorsExtension(t *testing.T) {
	const folder = "../docs/editors/vscode/"
	var manifest struct {
		Main        string
		Contributes struct {
			Languages []struct{ ID, Configuration string }
			Grammars  []struct{ Language, ScopeName, Path string }
		}
	}
	b, err := os.ReadFile(folder + "package.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &manifest); err != nil {
		t.Fatal(err)
	}
	language, grammar := manifest.Contributes.Languages[0], manifest.Contributes.Grammars[0]
	for _, file := range []string{manifest.Main, language.Configuration, grammar.Path} {
		if b, err := os.ReadFile(folder + file); err != nil || strings.HasSuffix(file, ".json") && !json.Valid(b) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if grammar.ScopeName != editors(t).ScopeName || grammar.Language != language.ID {
		t.Errorf("the grammar is of %s, %s", grammar.ScopeName, grammar.Language)
	}
}
