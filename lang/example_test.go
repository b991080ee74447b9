package lang_test

import (
	"fmt"
	"os"

	"bevote/lang"
)

// chairPolicy is a policy: five voters elect a chair by three shares, on
// regtest.
const chairPolicy = `bevote 1

election board {
  network    regtest
  supervisor pub:02afa5966b52fbc9005b40ff5768defeb5f639ecae1dfb23236bbe4db4cf240294
  voters     5
  threshold  3 of 5
  stake      200_000 sat
  fee        25 sat/vB
  confirmations 1
  grace      2 blocks
  mixing     none

  roll    by block 110
  commit  by block 115
  deal    by block 120
  setup   by block 125
  vote    from block 130 to block 220
  claim   by block 250
  timeout block 264
  reveal  from block 300

  candidate alice {
    key pub:027116d8a52b9ddb4517ed4c139a9ff02f3cbe153710ca0e7b751cb6116f104231
    pay addr:mz2H7PAB3oaLNxEuBirrGLPcbyqr2z77C4
  }
  candidate bob {
    key pub:029f2ad6ddf1c5652349da8085941072b5caa5524252c88e92149f80f96afa0301
    pay addr:mmhmGp41f6NJqPSiqK2QWZYnFpdeqpsgdf
  }

  joint  by voters for each candidate
  win    when joint and candidate sign
  refund voter after timeout
}
`

// Load a policy, and print what is wrong with it or its id and the ways to spend
// a stake.
func ExampleLoad() {
	policy, diags := lang.Load([]byte(chairPolicy))
	if err := lang.Render(os.Stdout, "board.bev", []byte(chairPolicy), diags); err != nil {
		panic(err)
	}
	if policy == nil {
		return
	}
	fmt.Println(policy.ID())
	for _, path := range policy.Paths() {
		fmt.Println(path)
	}
	// Output:
	// bvp1h2msqv79g940r4sl29z88przflys02tvp5ymr9tknu40u49p7x5svr97d5
	// path refund voter after 264
	// path win.alice joint.alice+alice after 0
	// path win.bob joint.bob+bob after 0
}
