package lift_test

import (
	"fmt"

	"bevote/compiler"
	"bevote/examples"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/lift"
)

// Read a redeem script back: one key at once, or another from block 264 on.
func ExampleDescribe() {
	const script = "63210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" +
		"67020801b1752102c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee568ac"
	d, err := lift.Describe([]byte(script))
	if err != nil {
		panic(err)
	}
	fmt.Print(d.Template.Layout())
	for _, path := range d.Paths {
		fmt.Println(path.Signers, "after", path.After)
	}
	// Output:
	// IF
	//   0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798
	// ELSE
	//   264 CHECKLOCKTIMEVERIFY DROP 0x02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5
	// ENDIF
	// CHECKSIG
	// [0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798] after 0
	// [02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5] after 264
}

// Compare a contract with its policy, as every participant does: neither the compiler
// nor the supervisor has to be trusted with it.
func ExampleCheck() {
	policy, _ := lang.Load(examples.Policy("club_chair"))
	published, _ := compiler.Compile(policy)
	contract, err := templates.DecodeContract(published.Encode())
	if err != nil {
		panic(err)
	}
	fmt.Println(lift.Check(policy, contract))

	contract.Paths = contract.Paths[1:] // the refund is left out
	fmt.Println(lift.Check(policy, contract))
	// Output:
	// <nil>
	// the contract does not spend as the policy says: missing path refund voter after 264; extra voter after 264 witness sig:voter pubkey:voter 0 0 redeem
}
