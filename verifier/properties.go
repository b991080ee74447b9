package verifier

import (
	"embed"
	"strings"
	"text/template"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/result"
)

// The texts of a report that depend on the policy alone, or on few figures, are
// lists in templates. An item begins with "- "; line breaks mean nothing.
var (
	//go:embed *.tmpl
	textFiles embed.FS

	texts = template.Must(template.New("texts").ParseFS(textFiles, "*.tmpl"))
)

// items returns the items of a template's list, each on one line. Template and data
// are this program's own, so that an error is a bug.
func items(name string, data any) (all []string) {
	var b strings.Builder
	if err := texts.ExecuteTemplate(&b, name, data); err != nil {
		panic("verifier: " + err.Error())
	}
	for item := range strings.SplitSeq(b.String(), "\n- ") {
		all = append(all, strings.Join(strings.Fields(item), " "))
	}
	return all[1:] // before the first item there is white space
}

// propertyFacts is what the template "properties" depends on.
type propertyFacts struct {
	Policy   *lang.Policy
	Mixing   *result.Exchange // nil without mixing
	BlindRSA bool             // the scheme of the mixing
	Linked   int              // deposits that V36 found joined to a coin
	MaxHops  int              // transactions of a path that V36 follows
}

// properties are the paper's seven (section 2.1), with what this audit checks of
// each and what no check can show. linked is how many deposits V36 found joined to a
// coin.
func properties(p *lang.Policy, m *result.Exchange, linked int) (out []result.Property) {
	facts := propertyFacts{
		Policy: p, Mixing: m, BlindRSA: m != nil && m.Scheme == lang.SchemeBlindRSA,
		Linked: linked, MaxHops: election.MaxHops,
	}
	for _, item := range items("properties", facts) {
		name, texts, _ := strings.Cut(item, ": ")
		checked, not, _ := strings.Cut(texts, " Not: ")
		out = append(out, result.Property{Name: name, Checked: checked, Not: not})
	}
	return out
}

// undetectable lists what no chain can show. It is part of every report.
func undetectable() []string { return items("undetectable", nil) }

// manual lists what a person must check.
func manual(p *lang.Policy) []string { return items("manual", p) }
