package lang

import "fmt"

// Load reads a policy file. The policy is nil if any diagnostic is an error.
// Diagnostics are sorted by place, without the warnings that the file allows;
// [ApplyAllows] reports the allow lines that silence nothing.
func Load(src []byte) (*Policy, []Diagnostic) { return LoadAt(src, 0) }

// LoadAt is [Load] at block height now: a phase at or before it is an error
// (E0503). With a now of 0 no phase has passed.
func LoadAt(src []byte, now uint32) (*Policy, []Diagnostic) {
	p, diags := Draft(src, now)
	if anyError(diags) {
		return nil, diags
	}
	return p, diags
}

// Draft is [LoadAt] that returns a policy with errors too, for further checks of
// what could be read of it; [Policy.Knows] reports what that is. The policy is nil
// only if the file cannot be read at all.
func Draft(src []byte, now uint32) (*Policy, []Diagnostic) {
	s, t, refused := scan(src)
	if refused != nil {
		return nil, []Diagnostic{*refused}
	}
	c := check(s, t, now)
	return c.Policy, capped(sorted(c.silence(append(t.diags, c.diags...))))
}

// maxDiagnostics is the most diagnostics of one file. Only one mistake repeated
// many times gives more.
const maxDiagnostics = 1000

// capped returns the first diagnostics, at most maxDiagnostics. A file has fewer
// warnings than that, so that one of its errors is always among them.
func capped(diags []Diagnostic) []Diagnostic {
	if len(diags) <= maxDiagnostics {
		return diags
	}
	last := &diags[maxDiagnostics-1]
	last.Notes = append(last.Notes, fmt.Sprintf("and %d more in this file", len(diags)-maxDiagnostics))
	return diags[:maxDiagnostics]
}

// scan returns a file's tree, or why the file is not read at all.
func scan(src []byte) (*source, *tree, *Diagnostic) {
	if len(src) > maxSize {
		return nil, nil, &Diagnostic{
			Code: "E0004", Message: fmt.Sprintf("the file is too large: %d bytes, at most %d", len(src), maxSize),
			Primary: Label{Span: Span{Line: 1, Column: 1, EndLine: 1, EndColumn: 1}},
			Help:    "write a policy that a voter can read to its end",
		}
	}
	s := newSource(src)
	if at := s.invalidUTF8(); at >= 0 {
		return nil, nil, &Diagnostic{
			Code: "E0004", Message: fmt.Sprintf("the byte 0x%02x is not UTF-8", s.text[at]),
			Primary: Label{Span: s.span(at, at+1)},
			Help:    "save the file as UTF-8",
		}
	}
	tokens, comments, err := lex(s.text)
	if err == nil {
		if i := tooDeep(tokens); i >= 0 {
			at := tokens[i].Pos.Offset
			return nil, nil, &Diagnostic{
				Code: "E0004", Message: fmt.Sprintf("nested too deep: at most %d braces in each other", maxDepth),
				Primary: Label{Span: s.span(at, at+1)},
				Help:    "a policy needs three: `}` is missing somewhere before",
			}
		}
		var t *tree
		if t, err = parse(s, tokens, comments); err == nil {
			return s, t, nil
		}
	}
	return nil, nil, &Diagnostic{
		Code: "E0000", Message: err.Error(), Primary: Label{Span: s.span(0, 0)},
		Notes: []string{"this is a bug of the program, not of the file"},
	}
}
