package workbench

import "bevote/lang"

// assumptions returns the paragraphs that every explanation has: what the script
// does not hold, and who may see what. sweeps is the number of transactions of
// the longest claim of every stake.
func assumptions(p *lang.Policy, sweeps int) []string {
	return paragraphs("assumptions", struct {
		*lang.Policy
		LastSend uint32
	}{p, lastSend(p, sweeps)})
}

// lastSend returns the last height of the chain at which a claim should be sent.
// Mined a block later, it counts, and with one transaction a block the last of
// its sweeps has the policy's confirmations before refunds begin:
//
//	max(0, min(claim by − 1, timeout − confirmations − sweeps + 1))
func lastSend(p *lang.Policy, sweeps int) uint32 {
	safe := int64(p.Times.Timeout) - int64(p.Confirmations) - int64(sweeps) + 1
	return uint32(max(min(int64(p.Times.Claim)-1, safe), 0))
}
