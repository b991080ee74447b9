package main

import (
	"io"
	"regexp"
	"strings"

	"bevote/lang"
)

// codeForm matches a diagnostic's code, in either case. A file of such a name
// is reached with a directory before it, as ./E0303.
var codeForm = regexp.MustCompile(`^[EWew][0-9]{4}$`)

// explainCode prints the page of a diagnostic's code.
func (c *console) explainCode(code string, asJSON bool) error {
	code = strings.ToUpper(code)
	page, ok := lang.Page(code)
	if !ok {
		return usage("there is no code %s; docs/language.md lists them", code)
	}
	if asJSON {
		return c.printJSON(map[string]string{"code": code, "page": page})
	}
	if _, err := io.WriteString(c.out, page); err != nil {
		return bug(err)
	}
	return nil
}
