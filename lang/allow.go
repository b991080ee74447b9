package lang

import (
	"cmp"
	"slices"
	"strings"
)

// allows reads the allow lines.
func (c *checker) allows() {
	type first struct{ span, statement Span }
	seen := map[string]first{}
	for _, s := range c.lines["allow"] {
		code, reason := s.Allow.Code, strings.Trim(s.Allow.Reason.Value, `"`)
		before, twice := seen[code.Value]
		switch {
		case twice:
			d := c.report("E0101", c.at(code), "`allow %s` is declared twice", code.Value)
			d.Secondary = []Label{{before.span, "first declared here"}}
			c.doubled(d, before.statement, s.span)
		case !knownCode(code.Value):
			c.unknown(code, "warning, such as W0402", warningCodes)
		case code.Value[0] == 'E':
			d := c.report("E0108", c.at(code), "`%s` is an error: only warnings can be allowed", code.Value)
			d.Help = "take the line out, and put right what the error is about"
			d.Fix = c.src.takeOut(s.span)
		case strings.TrimSpace(reason) == "":
			c.report("E0001", c.at(s.Allow.Reason), "expected a reason, found an empty text").Help =
				"say in a few words why this is wanted: reports repeat it"
		default:
			c.Allows = append(c.Allows, Allow{code.Value, reason, s.span, c.src.takeOut(s.span)})
		}
		if !twice {
			seen[code.Value] = first{c.at(code), s.span}
		}
	}
}

// ApplyAllows applies the policy's allow lines to the diagnostics of [Load] and of
// the compiler together: it silences what is allowed, adds W0107 for each allow
// line that silenced nothing, and sorts by place. With errors it adds no W0107,
// since a check that would have warned may have been left out. A nil policy allows
// nothing.
func ApplyAllows(p *Policy, diags []Diagnostic) []Diagnostic {
	if p == nil {
		return sorted(slices.Clone(diags))
	}
	diags = p.silence(diags)
	if anyError(diags) {
		return sorted(diags)
	}
	var idle []Diagnostic
	for _, a := range p.Allows {
		if !p.used[a.Code] && a.Code != "W0107" {
			idle = append(idle, a.idle())
		}
	}
	kept := p.silence(idle)
	for _, a := range p.Allows {
		if !p.used[a.Code] && a.Code == "W0107" {
			kept = append(kept, a.idle())
		}
	}
	return sorted(append(diags, kept...))
}

func (a Allow) idle() Diagnostic {
	return Diagnostic{
		Code: "W0107", Message: "`allow " + a.Code + "` silences nothing", Primary: Label{Span: a.Span},
		Help: "take the line out", Fix: a.out,
	}
}

// silence returns the diagnostics that no allow line covers, and records the codes
// of the others as used.
func (p *Policy) silence(diags []Diagnostic) []Diagnostic {
	var kept []Diagnostic
	for _, d := range diags {
		if slices.ContainsFunc(p.Allows, func(a Allow) bool { return a.Code == d.Code }) {
			p.used[d.Code] = true
		} else {
			kept = append(kept, d)
		}
	}
	return kept
}

func anyError(diags []Diagnostic) bool { return slices.ContainsFunc(diags, Diagnostic.IsError) }

// sorted orders diagnostics by place, then by code.
func sorted(diags []Diagnostic) []Diagnostic {
	slices.SortStableFunc(diags, func(a, b Diagnostic) int {
		return cmp.Or(a.Primary.Start-b.Primary.Start, strings.Compare(a.Code, b.Code))
	})
	return diags
}
