package workbench

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"bevote/internal/curve"
)

// The sentences of an answer are in templates, a file for each part of it. Line
// breaks in them have no meaning. A paragraph, or a fact of a list, begins with
// "- ".
var (
	//go:embed *.tmpl
	textFiles embed.FS

	texts = template.Must(template.New("texts").Funcs(template.FuncMap{
		"plus":            func(a, b uint32) uint32 { return a + b },
		"minus":           func(a, b int64) int64 { return a - b },
		"before":          func(height uint32) uint32 { return height - 1 },
		"times":           func(a, b int) int { return a * b },
		"half":            func(n int) int { return n / 2 },
		"blocks":          blocks,
		"blocksFrom":      func(from, to uint32) uint32 { return to - from },
		"sat":             sat,
		"enumerate":       enumerate,
		"key":             func(k curve.PublicKey) string { return shortKey("pub:" + k.String()) },
		"seconds":         func(modulus, powers int) string { return fmt.Sprintf("%.0f", seconds(modulus, powers)) },
		"powersPerSecond": func() int { return powersPerSecond },
		"bound":           limit.bound,
		"limit":           limit.kind,
	}).ParseFS(textFiles, "*.tmpl"))
)

// text executes the template of a name. Template and data are this program's
// own, so an error is a bug.
func text(name string, data any) string {
	var b strings.Builder
	if err := texts.ExecuteTemplate(&b, name, data); err != nil {
		panic("workbench: " + err.Error())
	}
	return b.String()
}

// sentences returns a template's text on one line.
func sentences(name string, data any) string {
	return strings.Join(strings.Fields(text(name, data)), " ")
}

// paragraphs returns a template's list, each item on one line.
func paragraphs(name string, data any) []string {
	var all []string
	for item := range strings.SplitSeq("\n"+text(name, data), "\n- ") {
		all = append(all, strings.Join(strings.Fields(item), " "))
	}
	return all[1:] // before the first item there is white space
}

// fact is a property of a policy in few words: "threshold" is "3 of 5".
type fact struct{ what, is string }

// facts returns a template's list whose items are "what: is", a line each. The
// words of a fact stay as they are, spaces included.
func facts(name string, data any) []fact {
	var all []fact
	for line := range strings.SplitSeq(text(name, data), "\n") {
		if line, ok := strings.CutPrefix(line, "- "); ok {
			what, is, _ := strings.Cut(line, ": ")
			all = append(all, fact{what, is})
		}
	}
	return all
}
