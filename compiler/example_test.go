package compiler_test

import (
	"fmt"

	"bevote/compiler"
	"bevote/examples"
	"bevote/lang"
)

// Compile a policy to its contract, which is published beside it as JSON.
func ExampleCompile() {
	policy, diags := lang.Load(examples.Policy("per_candidate"))
	if policy == nil {
		panic(diags)
	}
	contract, more := compiler.Compile(policy)
	if contract == nil {
		panic(lang.ApplyAllows(policy, append(diags, more...)))
	}
	script, err := contract.Template()
	if err != nil {
		panic(err)
	}
	fmt.Print(script.Layout())
	for _, path := range contract.Paths {
		fmt.Println(path)
	}
	// Output:
	// <ballot> DROP 1 <claim.ada> <claim.edith> <claim.mary> 3 CHECKMULTISIG NOTIF
	//   DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY 160 CHECKLOCKTIMEVERIFY
	// ELSE
	//   1
	// ENDIF
	// path refund voter after 160 witness sig:voter pubkey:voter 0 0 redeem
	// path win.ada joint.ada+ada after 0 witness 0 sig:joint.ada+ada redeem
	// path win.edith joint.edith+edith after 0 witness 0 sig:joint.edith+edith redeem
	// path win.mary joint.mary+mary after 0 witness 0 sig:joint.mary+mary redeem
}
