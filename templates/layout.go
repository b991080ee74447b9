package templates

import "strings"

// Layout returns the template's text in lines: one for what stands between
// conditionals, indented by those around it. [ParseTemplate] reads it back.
func (t Template) Layout() string {
	var text strings.Builder
	depth, line := 0, []string{}
	flush := func() {
		if len(line) > 0 {
			text.WriteString(strings.Repeat("  ", max(depth, 0)) + strings.Join(line, " ") + "\n")
		}
		line = line[:0]
	}
	for _, op := range t.ops {
		word := op.String()
		switch word {
		case "ELSE", "ENDIF":
			flush()
			depth--
		}
		line = append(line, word)
		switch word {
		case "IF", "NOTIF", "ELSE":
			flush()
			depth++
		case "ENDIF":
			flush()
		}
	}
	flush()
	return text.String()
}
