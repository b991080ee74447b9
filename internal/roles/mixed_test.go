package roles_test

import (
	"fmt"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/workbench"
	"bevote/lang/langtest"
	"bevote/verifier"
)

const mixedSource = `bevote 1
election mixed {
  network regtest
  supervisor pub:%s
  voters %d
  mixing blind-rsa { modulus 2048 mixers %d }
%s  threshold 2 of %[2]d
  stake 200_000 sat
  fee 25 sat/vB
  confirmations 1
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
func mixedElection(t testing.TB, voters, mixers int) (*verifier.Election, map[string]curve.Scalar) {
	t.Helper()
	e, keys, _ := mixedFiles(t, voters, mixers)
	return e, keys
}

// mixedFiles is mixedElection with policy.bev and contract.json.
func mixedFiles(t testing.TB, voters, mixers int) (*verifier.Election, map[string]curve.Scalar, [2][]byte) {
	t.Helper()
	var named strings.Builder
	for i := range mixers {
		fmt.Fprintf(&named, "  mixer m%d pub:%s\n", i+1, langtest.Key(fmt.Sprint("m", i)))
	}
	src := fmt.Sprintf(mixedSource, langtest.Key("s"), voters, mixers, named.String(), langtest.Key("a"), langtest.Address("regtest", "pay a"),
		langtest.Key("b"), langtest.Address("regtest", "pay b"))
	policy, keys, err := workbench.StandIns([]byte(src), 1)
	check(t, err)
	built, diags, err := workbench.Build(policy)
	check(t, err)
	if built == nil {
		t.Fatal(diags)
	}
	e, err := verifier.LoadElection(policy, built.Contract.Encode())
	check(t, err)
	return e, keys, [2][]byte{policy, built.Contract.Encode()}
}
