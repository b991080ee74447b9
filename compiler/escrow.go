package compiler

import (
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// lowerEscrow writes the script that a mixing deposit is locked by, and its
// paths. A voter pays the coin in before getting a voucher for it, so until the
// roll is due mixer and supervisor must agree on taking it out, and from then
// on the depositor has it back if they did not:
//
//	<mixer> CHECKSIG NOTIF
//	  DUP HASH160 <depositor_hash> EQUALVERIFY CHECKSIGVERIFY R CHECKLOCKTIMEVERIFY
//	ELSE supervisor CHECKSIGVERIFY 1 ENDIF
//
//	sweep   sig(supervisor) sig(mixer)  → CHECKSIG 1 → ELSE: CHECKSIGVERIFY → 1
//	return  sig pubkey 0                → CHECKSIG 0 → NOTIF: … → R
//
// It is the lowering's table once more, of a policy with the one path of two
// signers before the owner's own. The script names no mixer: which one it is,
// and whose the deposit is, fills its holes.
func lowerEscrow(p *lang.Policy) (templates.Template, []templates.Path) {
	l := lowering{func(role string) string { return keyOf(p, role) }}
	both := formulaOf(lang.Branch{Signers: [][]string{{"mixer", "supervisor"}}})
	lock := end("", p.Times.Roll)
	back := clause{
		words: slices.Concat(strings.Fields("DUP HASH160 <depositor_hash> EQUALVERIFY CHECKSIGVERIFY"), lock.words),
		ways: []taking{{
			name: "return", signers: []string{"depositor"}, after: p.Times.Roll, items: []string{"sig:depositor", "pubkey:depositor"},
		}},
	}
	script := l.decide(both, end("sweep", 0), back)
	return script.template(), script.paths()
}
