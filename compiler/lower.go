package compiler

import (
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// A stake's script, first to last opcode. The witness stands on the stack
// before it, its last item on top. Signatures select the path: each check is
// of the winner, then of one branch after the other in the order of their
// names, and leaves false where its signatures are empty; what is left in the
// end is the refund. A path ends with something true, its lock or 1:
//
//	<ballot> DROP check(win) NOTIF
//	  check(branch) NOTIF
//	    DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY T CHECKLOCKTIMEVERIFY
//	  ELSE lock or 1 ENDIF
//	ELSE 1 ENDIF
//
//	claim   sig                  → CHECKSIG 1 → ELSE: 1
//	branch  sig 0                → CHECKSIG 0 → NOTIF: CHECKSIG 1 → ELSE: lock or 1
//	refund  sig pubkey 0 0       → CHECKSIG 0 → NOTIF: CHECKSIG 0 → NOTIF: … → T
//
// Nothing that is not signed decides, so nobody who relays a spend can turn it
// into another. Where a flag selects (the paper's way), the ballot stays in a
// key slot: the joint key stands after it, is tried first, and so the ballot
// never meets the relays' rule for the encoding of keys:
//
//	IF 1 <ballot> <joint> 2 CHECKMULTISIG ELSE
//	  IF verify(branch) lock or 1 ELSE
//	    T CHECKLOCKTIMEVERIFY DROP DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG
//	  ENDIF
//	ENDIF

const selectorFlag = "flag"

// lower writes the policy's script and its paths.
func lower(p *lang.Policy) (templates.Template, []templates.Path) {
	l := lowering{func(role string) string { return keyOf(p, role) }}
	var script clause
	if p.Selector == selectorFlag {
		script = l.byFlag(p)
	} else {
		script = l.bySignature(p)
	}
	return script.template(), script.paths()
}

func (l lowering) bySignature(p *lang.Policy) clause {
	lock := end("", p.Times.Timeout)
	rest := refund(p, append(strings.Fields("DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY"), lock.words...))
	for _, b := range slices.Backward(p.Branches) {
		rest = l.decide(formulaOf(b), end("branch."+b.Name, b.After), rest)
	}
	win := l.decide(winners(p), end("win", 0), rest)
	return win.after("<ballot>", "DROP")
}

func (l lowering) byFlag(p *lang.Policy) clause {
	lock := end("", p.Times.Timeout)
	rest := refund(p, append(lock.words, strings.Fields("DROP DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG")...))
	for _, b := range slices.Backward(p.Branches) {
		rest = flagged(l.verify(formulaOf(b)).then(end("branch."+b.Name, b.After)), rest)
	}
	role := winners(p).roles[0]
	win := clause{
		words: []string{"1", "<ballot>", l.key(role), "2", "CHECKMULTISIG"},
		ways:  []taking{{name: "win", signers: []string{role}, items: []string{"0", "sig:" + role}}},
	}
	return flagged(win, rest)
}

// refund is the voter's path, whose words are given.
func refund(p *lang.Policy, words []string) clause {
	return clause{words: words, ways: []taking{{
		name: "refund", signers: []string{"voter"}, after: p.Times.Timeout, items: []string{"sig:voter", "pubkey:voter"},
	}}}
}

// winners are whose signature claims: one of the sums of a joint key and a
// candidate's, in the candidates' order, or a single key.
func winners(p *lang.Policy) formula {
	f := formula{kind: choice, k: 1, roles: []string{"joint"}}
	switch p.Win {
	case lang.WinCustodial:
		f.roles = []string{"supervisor"}
	case lang.WinHardened:
		f.roles = nil
		for _, c := range p.Candidates {
			f.roles = append(f.roles, p.JointName(c.Name)+"+"+c.Name)
		}
	}
	return f
}

// keyOf is the word for a role's key: the hole of one that the election brings
// about, or the constant that the policy says.
func keyOf(p *lang.Policy, role string) string {
	if _, candidate, sum := strings.Cut(role, "+"); sum {
		return "<claim." + candidate + ">"
	}
	key := p.Supervisor
	if i := slices.IndexFunc(p.Candidates, func(c lang.Candidate) bool { return c.Name == role }); i >= 0 {
		key = p.Candidates[i].Key
	}
	if i := slices.IndexFunc(p.Named, func(v lang.Named) bool { return v.Name == role }); i >= 0 {
		key = p.Named[i].Key
	}
	if templates.HoleKind(role) == templates.KindKey {
		return "<" + role + ">"
	}
	return "0x" + key.String()
}
