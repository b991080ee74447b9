package main

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"bevote/examples"
	"bevote/internal/terminal"
)

// helpFiles has one file help/NAME.txt for the command NAME, and the pieces
// lies.txt and source.txt that several commands include.
//
//go:embed help/*.txt
var helpFiles embed.FS

var helpTemplates = template.Must(template.ParseFS(helpFiles, "help/*.txt"))

// helpText returns the paragraphs that --help prints for a command, without a
// final line end.
func helpText(command string) string {
	var b strings.Builder
	all := terminal.Wrap("Examples to begin from: ", strings.Join(examples.Names(), ", ")+".", 80)
	if err := helpTemplates.ExecuteTemplate(&b, command+".txt", map[string]string{"Examples": all}); err != nil {
		panic(fmt.Sprintf("help of %s: %v", command, err))
	}
	return strings.TrimRight(b.String(), "\n")
}
