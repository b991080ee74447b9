package workbench

import (
	"bevote/lang"
	"bevote/templates"
)

// BuildWith is Build with another compiler.
func BuildWith(src []byte, compile func(*lang.Policy) (*templates.Contract, []lang.Diagnostic)) (*Built, []lang.Diagnostic, error) {
	return build(src, compile)
}
