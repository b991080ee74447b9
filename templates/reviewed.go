package templates

import (
	"embed"
	"fmt"
)

// reviewed are the scripts of the example policies, read by hand.
//
//go:embed *.script
var reviewed embed.FS

// Reviewed returns the reviewed script of an example policy by its name, of its
// escrow by NAME.escrow. Tests compare the compiler's output with it.
func Reviewed(example string) (Template, error) {
	text, err := reviewed.ReadFile(example + ".script")
	if err != nil {
		return Template{}, fmt.Errorf("no reviewed script of %.40q", example)
	}
	return ParseTemplate(string(text))
}
