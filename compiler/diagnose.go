package compiler

import (
	"fmt"

	"bevote/lang"
	"bevote/templates"
)

// unsupported finds what no script is written for.
func unsupported(p *lang.Policy) []lang.Diagnostic {
	var d []lang.Diagnostic
	for _, b := range p.Branches {
		d = append(d, lang.Diagnostic{
			Code:    "E0603",
			Message: "general branches cannot be compiled yet",
			Primary: at(p, "branch "+b.Name, "this branch has no script"),
			Help:    "remove the branch",
		})
	}
	if p.Win == lang.WinHardened && p.Selector == selectorFlag {
		d = append(d, lang.Diagnostic{
			Code:    "E0605",
			Message: "`win when joint and candidate sign` has no `selector flag`",
			Primary: at(p, "target", "selects by a flag"),
			Secondary: []lang.Label{
				at(p, "win", "is selected by the claim's signature"),
			},
			Help: "write `selector signature`",
		})
	}
	return d
}

// checkScript holds the script against the limits of consensus and relays.
func checkScript(p *lang.Policy, t templates.Template) []lang.Diagnostic {
	var d []lang.Diagnostic
	if size := t.Size(p.Salted); size > templates.MaxRedeem {
		d = append(d, tooLong(p, size))
	}
	if ops := t.SigOps(); ops > templates.MaxSigOps {
		d = append(d, lang.Diagnostic{
			Code:    "E0602",
			Message: fmt.Sprintf("redeem script of %d signature operations, relays take %d", ops, templates.MaxSigOps),
			Primary: at(p, "win", "one for each candidate, and one for the refund"),
			Help:    fmt.Sprintf("leave at most %d candidates", templates.MaxSigOps-1),
		})
	}
	if p.Selector == selectorFlag {
		d = append(d, lang.Diagnostic{
			Code:    "W0604",
			Message: "the flag that selects a path can be rewritten by anyone who relays the transaction",
			Primary: at(p, "target", "selects by a flag that nobody signs"),
			Notes:   []string{"the rewritten transaction spends the same, under another txid"},
			Help:    "write `selector signature`",
		})
	}
	return d
}

// tooLong reports a script that could never be spent. Only the number of
// candidates makes one so long.
func tooLong(p *lang.Policy, size int) lang.Diagnostic {
	fits := fitting(p)
	d := lang.Diagnostic{
		Code:    "E0601",
		Message: fmt.Sprintf("redeem script of %d bytes, at most %d: %d candidates fit", size, templates.MaxRedeem, fits),
		Primary: at(p, "win", fmt.Sprintf("takes a key of each of the %d candidates into the script", len(p.Candidates))),
		Help:    fmt.Sprintf("leave at most %d candidates", fits),
	}
	if p.Salted {
		plain := *p
		plain.Salted = false
		if more := fitting(&plain); more > fits {
			d.Notes = append(d.Notes, fmt.Sprintf("with `ballots plain` %d candidates fit", more))
		}
	}
	return d
}

// fitting returns how many of the candidates' keys a redeem script can hold.
func fitting(p *lang.Policy) int {
	some := *p
	for n := len(p.Candidates); n > 0; n-- {
		some.Candidates = p.Candidates[:n]
		if lower(&some).Size(p.Salted) <= templates.MaxRedeem {
			return n
		}
	}
	return 0
}

func at(p *lang.Policy, what, text string) lang.Label {
	return lang.Label{Span: p.Place(what), Text: text}
}
