// Package docs explains the words of an audit from docs/audit.md, and the statements
// of a policy from docs/language.md.
//
// It promises that an explanation is made of the pages' own tables, so that
// page and program cannot differ.
package docs

import (
	_ "embed" // for the pages
	"fmt"
	"strings"
	"unicode/utf8"

	"bevote/internal/terminal"
)

var (
	//go:embed audit.md
	auditPage string
	//go:embed language.md
	languagePage string
)

// width is the column at which explanations are wrapped.
const width = 88

// Explain returns a page of text about a topic, and whether there is one:
//
//	V55, VOTE-TEMPLATE   a check, by its id or its name
//	L2                   a level
//	U05                  a limit of every audit
//	exit, levels, limits, checks
//	stake                a statement of a policy, by its keyword
//
// Case does not matter but of statements, which are in small letters: there is a check
// NETWORK.
func Explain(topic string) (page string, found bool) {
	if page, found := statement(topic); found {
		return page, true
	}
	switch t := strings.ToUpper(topic); t {
	case "EXIT":
		return list("Exit codes of audit and demo, the first that applies", exitCodes()), true
	case "LEVELS":
		return list("Levels, each with those above it", levels()), true
	case "LIMITS":
		return list("What no chain can show", limits()), true
	case "CHECKS":
		return checkList(), true
	default:
		if c, found := checkCalled(t); found {
			return c.page(), true
		}
		for _, l := range levels() {
			id, name, _ := strings.Cut(l.name, " ")
			switch {
			case strings.ToUpper(id) != t:
			case name == "":
				return title(id, "") + paragraph("Nothing is proven: "+l.text+"."), true
			default:
				return title(id, name) + paragraph("Proven: "+l.text+". Each level includes those below it."), true
			}
		}
		for _, l := range limits() {
			if l.name == t {
				return title(l.name, "") + paragraph("No check can see: "+l.text+". Every report prints this."), true
			}
		}
	}
	return "", false
}

// Topics returns the topics of [Explain] that are ids or words, in the order of the
// pages: not the names of checks.
func Topics() []string {
	topics := []string{"exit", "levels", "limits", "checks"}
	for _, c := range checks() {
		topics = append(topics, c.id)
	}
	for _, i := range append(levels(), limits()...) {
		id, _, _ := strings.Cut(i.name, " ")
		topics = append(topics, id)
	}
	for _, row := range statements() {
		topics = append(topics, strings.Trim(row[0], "`"))
	}
	return topics
}

// statements returns the rows of the table of statements: keyword, what it says, forms.
func statements() [][]string { return rowsOf(languagePage, "\n## Statements\n") }

// statement explains a statement by its keyword.
func statement(keyword string) (page string, found bool) {
	for _, row := range statements() {
		if row[0] == "`"+keyword+"`" {
			return title(keyword, "") + paragraph("Says: "+row[1]+".") + paragraph("Forms: "+row[2]+"."), true
		}
	}
	return "", false
}

// item is a name and what the page says of it.
type item struct{ name, text string }

func exitCodes() []item { return items(rows("**Exit codes** of")) }
func levels() []item    { return items(rows("The **level** says")) }
func limits() []item    { return items(rows("## What no chain can show")) }

func items(table [][]string) (out []item) {
	for _, row := range table {
		out = append(out, item{row[0], row[1]})
	}
	return out
}

// list writes a title and one line for each item, the texts in a column.
func list(heading string, all []item) string {
	wide := 0
	for _, i := range all {
		wide = max(wide, utf8.RuneCountInString(i.name))
	}
	var b strings.Builder
	b.WriteString(title(heading, ""))
	b.WriteByte('\n')
	for _, i := range all {
		b.WriteString(terminal.Wrap(fmt.Sprintf("%-*s  ", wide, i.name), i.text, width))
	}
	return b.String()
}

func title(id, name string) string { return strings.TrimSpace("# "+id+" "+name) + "\n" }

func paragraph(text string) string { return "\n" + terminal.Wrap("", text, width) }
