package roles_test

import (
	"fmt"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/workbench"
	"bevote/lang/langtest"
	"bevote/verifier/election"
)

const mixedSource = `bevote 1
election mixed {
  network regtest
  supervisor pub:%s
  voters %d
  mixing %s
%s  threshold 2 of %[2]d
  stake 200_000 sat
  fee 25 sat/vB
  confirmations 1
  grace 1 blocks
  register by block 106
  deposit by block 112
  issue by block 120
  voucher by block 126
  payout by block 135
  roll by block 150
  vote from block 160 to block 170
  claim by block 180
  timeout block 190
  reveal from block 200
  candidate alice { key pub:%[5]s pay addr:%[6]s }
  candidate bob { key pub:%[7]s pay addr:%[8]s }
  win when supervisor signs
  refund voter after timeout
}
`

// mixedElection returns an election with blind RSA and its stand-ins' secrets.
func mixedElection(t testing.TB, voters, mixers int) (*election.Election, map[string]curve.Scalar) {
	t.Helper()
	e, keys, _ := mixedFiles(t, blindRSA, voters, mixers)
	return e, keys
}

// The schemes, as the policy says them.
const (
	blindRSA   = "blind-rsa { modulus 2048 mixers %d }"
	groupBlind = "group-blind { modulus 2048 rounds 128 mixers %d }"
)

// mixedFiles is mixedElection with policy.bev and contract.json.
func mixedFiles(
	t testing.TB, scheme string, voters, mixers int,
) (*election.Election, map[string]curve.Scalar, [2][]byte) {
	t.Helper()
	var named strings.Builder
	for i := range mixers {
		fmt.Fprintf(&named, "  mixer m%d pub:%s\n", i+1, langtest.Key(fmt.Sprint("m", i)))
	}
	src := fmt.Sprintf(mixedSource, langtest.Key("s"), voters, fmt.Sprintf(scheme, mixers), named.String(),
		langtest.Key("a"), langtest.Address("regtest", "pay a"),
		langtest.Key("b"), langtest.Address("regtest", "pay b"))
	policy, keys, err := workbench.StandIns([]byte(src), 1)
	check(t, err)
	built, diags, err := workbench.Build(policy)
	check(t, err)
	if built == nil {
		t.Fatal(diags)
	}
	e, err := election.Load(policy, built.Contract.Encode())
	check(t, err)
	return e, keys, [2][]byte{policy, built.Contract.Encode()}
}

// weaken makes an election's group small enough for tests. No policy file says
// so: the language asks for more.
func weaken(e *election.Election) {
	p, c := *e.Policy, *e.Contract
	p.Mixing.Modulus, p.Mixing.Rounds = 512, 16
	c.Policy = p.ID()
	e.Policy, e.Contract, e.EID = &p, &c, p.EID()
}
