package compiler

import (
	"slices"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// A stake's script, from its first opcode to its last. The witness is on the stack
// before it, its last item on top. Signatures select the path. The winner is checked
// first, then the branches in the order of their names; a check is false if its
// signatures are empty, and what remains is the refund. A path ends with a true
// item, its lock or 1:
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
// Signatures alone decide, so that a spend cannot be rewritten into another path
// without the keys. With `selector flag` (paper, section 3.4) the ballot is in a key
// slot of a multisig. Signatures are tried on the last key first, which is the joint
// key; a valid one is never tried on the ballot, which the relays' rule for the
// encoding of keys (STRICTENC) would refuse:
//
//	IF 1 <ballot> <joint> 2 CHECKMULTISIG ELSE
//	  IF verify(branch) lock or 1 ELSE
//	    T CHECKLOCKTIMEVERIFY DROP DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG
//	  ENDIF
//	ENDIF

const selectorFlag = "flag"

// lower returns the policy's script and its paths.
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
		ways:  []way{{name: "win", signers: []string{role}, items: []string{"0", "sig:" + role}}},
	}
	return flagged(win, rest)
}

// refund is the voter's path in the given words.
func refund(p *lang.Policy, words []string) clause {
	return clause{words: words, ways: []way{{
		name: "refund", signers: []string{"voter"}, after: p.Times.Timeout, items: []string{"sig:voter", "pubkey:voter"},
	}}}
}

// winners is the formula of a claim: one of the sums of a joint key and a
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

// keyOf returns the word for a role's key: a hole if the key is known only during
// the election, otherwise the policy's constant.
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
