package editor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bevote/docs"
	"bevote/internal/terminal"
	"bevote/internal/workbench"
	"bevote/lang"
)

// Hover says in Markdown what stands at an offset: what a name, a key or a height is,
// what its statement means, and the page of each diagnostic there. `bevote explain
// --at` prints the same. It is not ok where nothing stands.
func (f *File) Hover(offset int) (text string, at lang.Span, ok bool) {
	w, s, found := f.word(offset)
	var parts []string
	if found {
		at = w.Span
		parts = append(parts, f.about(w, s)...)
	}
	diags, _ := f.Diagnostics()
	seen := map[string]bool{w.Text: w.Kind == "" || w.Kind == "word"} // an allow line's code has its page already
	for _, d := range diags {
		if offset < d.Primary.Start || offset > d.Primary.End || seen[d.Code] {
			continue
		}
		seen[d.Code] = true
		if !found {
			at, found = d.Primary.Span, true
		}
		if page, known := lang.Page(d.Code); known {
			parts = append(parts, page)
		}
	}
	for i, p := range parts {
		parts[i] = strings.TrimRight(p, "\n")
	}
	return strings.Join(parts, "\n\n"), at, len(parts) > 0
}

// about says what a word is, and what its statement means.
func (f *File) about(w lang.Word, s lang.Statement) (parts []string) {
	if w.Kind == "comment" || w.Statement < 0 {
		return nil
	}
	if says := f.itself(w, s); says != "" {
		parts = append(parts, says)
	}
	if page, ok := docs.Explain(s.Keyword); ok {
		parts = append(parts, page)
	}
	return parts
}

// roles says what the roles are that have no name.
var roles = map[string]string{
	"joint":      "The joint secret, which the voters deal and any k of them give to a winner.",
	"candidate":  "Any one candidate, the same one throughout the branch.",
	"supervisor": "The supervisor, by the key of its statement.",
	"voter":      "The stake's owner.",
}

// itself says what a name, a key, an address, a height or a code is, "" of other words.
func (f *File) itself(w lang.Word, s lang.Statement) string {
	switch w.Kind {
	case "name":
		return f.aboutName(w)
	case "role":
		return roles[w.Text]
	case "key", "address":
		return f.aboutLiteral(w, s)
	case "number":
		return f.aboutNumber(w, s)
	case "":
		page, _ := lang.Page(w.Text)
		return page
	}
	return ""
}

// aboutName says what is named, and where it is declared.
func (f *File) aboutName(w lang.Word) string {
	says := fmt.Sprintf("`%s` is the name of a %s", w.Text, w.Names)
	if w.Names == "election" {
		says = fmt.Sprintf("`%s` is the name of the election", w.Text)
	}
	words := f.Words()
	for i, x := range words {
		if !x.Declares || !sameName(x, w) {
			continue
		}
		if i+1 < len(words) && words[i+1].Kind == "text" {
			says += ", shown as " + terminal.Visible(words[i+1].Text)
		}
		return fmt.Sprintf("%s, declared in line %d.", says, x.Line)
	}
	return says + "."
}

// aboutLiteral says whose a key or an address is.
func (f *File) aboutLiteral(w lang.Word, s lang.Statement) string {
	owner := "the supervisor"
	for _, x := range f.Words() {
		if x.Declares && x.Start > s.Start && x.End < s.End {
			owner = fmt.Sprintf("%s `%s`", x.Names, x.Text)
		}
	}
	switch {
	case s.Keyword == "":
		return ""
	case w.Kind == "address":
		return "The address that claims of " + owner + " pay to."
	case strings.HasPrefix(owner, "candidate"):
		return "The public key of " + owner + ", to which ballots are sealed."
	}
	return "The public key of " + owner + "."
}

// aboutNumber says where a block height lies, "" of other numbers.
func (f *File) aboutNumber(w lang.Word, s lang.Statement) string {
	o := f.outline()
	before := o.PlaceAt(w.End).Before
	n := len(before)
	height, err := strconv.ParseUint(strings.ReplaceAll(w.Text, "_", ""), 10, 32)
	if n < 2 || before[n-1] != "block" || err != nil {
		return ""
	}
	what := s.Keyword
	if word := before[n-2]; slices.Contains([]string{"by", "from", "to"}, word) {
		what += " " + word
	}
	p, _ := lang.Draft(f.Text, 0)
	if p == nil {
		return ""
	}
	return workbench.AboutHeight(p, what, uint32(height), f.Now)
}
