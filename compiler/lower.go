package compiler

import (
	"fmt"
	"strings"

	"bevote/lang"
	"bevote/templates"
)

// The three forms of a stake's script, first to last opcode. The witness stands
// on the stack before it, its last item on top.
//
// Where a signature selects, the winner's check leaves true or false, and the
// refund runs where it is false. Its last opcode leaves T, which is not zero:
//
//	claim   sig            → CHECKSIG 1            → ELSE: 1
//	refund  sig pubkey 0   → CHECKSIG 0 → NOTIF …  → T
//
// CHECKMULTISIG takes one item more than it needs, so the hardened form has a
// further 0 in each witness. Where a flag selects (the paper's way), the ballot
// stays in a key slot: the joint key stands after it, is tried first, and so
// the ballot never meets the relays' rule for the encoding of keys.
const (
	hardened  = `<ballot> DROP 1 %s %d CHECKMULTISIG NOTIF ` + refund + ` ELSE 1 ENDIF`
	signature = `<ballot> DROP %s CHECKSIG NOTIF ` + refund + ` ELSE 1 ENDIF`
	flag      = `IF 1 <ballot> %s 2 CHECKMULTISIG ELSE %d CHECKLOCKTIMEVERIFY DROP DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG ENDIF`
	refund    = `DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY %d CHECKLOCKTIMEVERIFY`
)

const selectorFlag = "flag"

// lower writes the policy's script.
func lower(p *lang.Policy) templates.Template {
	var text string
	switch {
	case p.Win == lang.WinHardened:
		text = fmt.Sprintf(hardened, claimKeys(p), len(p.Candidates), p.Times.Timeout)
	case p.Selector == selectorFlag:
		text = fmt.Sprintf(flag, winKey(p), p.Times.Timeout)
	default:
		text = fmt.Sprintf(signature, winKey(p), p.Times.Timeout)
	}
	t, err := templates.ParseTemplate(text)
	if err != nil {
		panic("compiler: " + err.Error()) // the forms above are templates
	}
	return t
}

// claimKeys lists the holes for the candidates' claim keys, in their order.
func claimKeys(p *lang.Policy) string {
	holes := make([]string, len(p.Candidates))
	for i, c := range p.Candidates {
		holes[i] = "<claim." + c.Name + ">"
	}
	return strings.Join(holes, " ")
}

// winKey is the one key that claims: known now if it is the supervisor's.
func winKey(p *lang.Policy) string {
	if p.Win == lang.WinCustodial {
		return "0x" + p.Supervisor.String()
	}
	return "<joint>"
}

// witness says what a spend by the path pushes, first to last.
func witness(p *lang.Policy, q lang.Path) []string {
	signer := q.Signers[0]
	switch {
	case q.Name == "refund" && p.Win == lang.WinHardened:
		return []string{"sig:voter", "pubkey:voter", "0", "0", "redeem"}
	case q.Name == "refund":
		return []string{"sig:voter", "pubkey:voter", "0", "redeem"}
	case p.Win == lang.WinHardened:
		return []string{"0", "sig:" + signer, "redeem"}
	case p.Selector == selectorFlag:
		return []string{"0", "sig:" + signer, "1", "redeem"}
	}
	return []string{"sig:" + signer, "redeem"}
}
