package compiler

import (
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// lowerEscrow returns the script that locks a mixing deposit, and its paths. A voter
// deposits a coin before there is a voucher for it. Mixer and supervisor can spend
// the deposit together; after the block R of `roll by` its depositor can alone:
//
//	<mixer> CHECKSIG NOTIF
//	  DUP HASH160 <depositor_hash> EQUALVERIFY CHECKSIGVERIFY R CHECKLOCKTIMEVERIFY
//	ELSE supervisor CHECKSIGVERIFY 1 ENDIF
//
//	sweep   sig(supervisor) sig(mixer)  → CHECKSIG 1 → ELSE: CHECKSIGVERIFY → 1
//	return  sig pubkey 0                → CHECKSIG 0 → NOTIF: … → R
//
// It is the lowering of a branch of two signers before the owner's path. Mixer and
// depositor are holes.
func lowerEscrow(p *lang.Policy) (templates.Template, []templates.Path) {
	l := lowering{func(role string) string { return keyOf(p, role) }}
	both := formulaOf(lang.Branch{Signers: [][]string{{"mixer", "supervisor"}}})
	lock := end("", p.Times.Roll)
	back := clause{
		words: slices.Concat(strings.Fields("DUP HASH160 <depositor_hash> EQUALVERIFY CHECKSIGVERIFY"), lock.words),
		ways: []way{{
			name: "return", signers: []string{"depositor"}, after: p.Times.Roll,
			items: []string{"sig:depositor", "pubkey:depositor"},
		}},
	}
	script := l.decide(both, end("sweep", 0), back)
	return script.template(), script.paths()
}
