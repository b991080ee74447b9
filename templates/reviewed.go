package templates

import (
	"embed"
	"fmt"
)

// reviewed are the scripts of the example policies as people read and agreed
// on them.
//
//go:embed *.script
var reviewed embed.FS

// Reviewed returns the reviewed script of an example policy, by its name, or by
// NAME.escrow its escrow. The compiler's output is held against it.
func Reviewed(example string) (Template, error) {
	text, err := reviewed.ReadFile(example + ".script")
	if err != nil {
		return Template{}, fmt.Errorf("no reviewed script of %.40q", example)
	}
	return ParseTemplate(string(text))
}
