package editor

import (
	"slices"
	"strings"

	"bevote/docs"
	"bevote/examples"
	"bevote/lang"
)

// Item is what may be typed at a place.
type Item struct {
	Label  string
	Kind   string // statement, word, name, literal, code or example
	Detail string // one line about it, or ""
	Text   string // what is put in the place of Start to the offset
	Start  int
}

// Complete returns what may be typed at an offset: statements with their form, words
// of the grammar, names that are declared, codes of warnings; in an empty file also the
// examples, whole.
func (f *File) Complete(offset int) (items []Item) {
	o := f.outline()
	if o == nil {
		return nil
	}
	p := o.PlaceAt(offset)
	add := func(kind, label, detail, text string) {
		items = append(items, Item{Label: label, Kind: kind, Detail: detail, Text: text, Start: p.Start})
	}
	if len(p.Before) == 1 {
		if rest := formOf(p.Before[0]); rest != "" && len(p.Takes) > 0 && !p.Statements {
			add("example", rest, "as in `"+p.Before[0]+" "+rest+"`", rest)
		}
	}
	for _, what := range p.Takes {
		switch word, literal := strings.CutPrefix(what, "`"); {
		case literal:
			add("word", strings.TrimSuffix(word, "`"), "", strings.TrimSuffix(word, "`"))
		case what == "a name":
			f.nameItems(p, add)
		case strings.HasPrefix(what, "a key"):
			add("literal", "pub:", "a public key: 66 lower-case hex digits", "pub:")
		case strings.HasPrefix(what, "an address"):
			add("literal", "addr:", "an address of the policy's network", "addr:")
		}
	}
	if p.Statements {
		f.statementItems(offset, add)
	}
	if strings.TrimSpace(string(f.Text[:p.Start])) == "" && slices.Contains(p.Takes, "`bevote`") {
		for _, name := range examples.Names() {
			add("example", name, "the example "+name+".bev, whole", string(examples.Policy(name)))
		}
	}
	return items
}

// formOf returns the form of a statement behind its keyword.
func formOf(keyword string) string {
	for _, f := range lang.Forms() {
		if f.Keyword == keyword {
			return strings.TrimPrefix(f.Example, keyword+" ")
		}
	}
	return ""
}

// nameItems adds the names that may stand at a place.
func (f *File) nameItems(p lang.Place, add func(kind, label, detail, text string)) {
	n := len(p.Before)
	if n < 2 && p.Before[0] != "allow" {
		return // a new name
	}
	kinds := []string{"candidate", "voter"}
	switch last := p.Before[n-1]; {
	case p.Before[0] == "allow":
		f.codeItems(add)
		return
	case p.Before[0] == "test" && last == "branch":
		kinds = []string{"branch"}
	case p.Before[0] == "test" && (last == "joint" || last == "win"):
		kinds = []string{"candidate"}
	}
	for _, w := range f.Words() {
		if w.Declares && slices.Contains(kinds, w.Names) {
			add("name", w.Text, w.Names, w.Text)
		}
	}
}

// codeItems adds the codes of the warnings, those that the file has first.
func (f *File) codeItems(add func(kind, label, detail, text string)) {
	diags, _ := f.Diagnostics()
	has := func(code string) bool {
		return slices.ContainsFunc(diags, func(d lang.Diagnostic) bool { return d.Code == code })
	}
	for _, want := range []bool{true, false} {
		for _, c := range lang.Codes() {
			if c.ID[0] == 'W' && has(c.ID) == want {
				add("code", c.ID, c.Says, c.ID)
			}
		}
	}
}

// statementItems adds the statements that may begin at a place: all that may occur
// more than once, and those that the rest of the file does not have.
func (f *File) statementItems(offset int, add func(kind, label, detail, text string)) {
	have := map[string]bool{"bevote": true, "election": true}
	for _, s := range f.outline().Statements {
		if offset < s.Start || offset > s.End {
			have[s.Keyword] = true
		}
	}
	for _, form := range lang.Forms() {
		if have[form.Keyword] && !form.Repeats {
			continue
		}
		says := ""
		if page, ok := docs.Explain(form.Keyword); ok {
			_, says, _ = strings.Cut(page, "Says: ")
			says, _, _ = strings.Cut(says, "\n\n")
		}
		add("statement", form.Keyword, strings.Join(strings.Fields(says), " "), form.Example)
	}
}
