package deps

import (
	_ "github.com/alecthomas/participle/v2"
	_ "github.com/btcsuite/btcd/address/v2"
	_ "github.com/btcsuite/btcd/blockchain"
	_ "github.com/btcsuite/btcd/btcec/v2"
	_ "github.com/btcsuite/btcd/btcec/v2/schnorr"
	_ "github.com/btcsuite/btcd/btcutil/v2"
	_ "github.com/btcsuite/btcd/chaincfg/v2"
	_ "github.com/btcsuite/btcd/chainhash/v2"
	_ "github.com/btcsuite/btcd/database/ffldb"
	_ "github.com/btcsuite/btcd/mempool"
	_ "github.com/btcsuite/btcd/mining"
	_ "github.com/btcsuite/btcd/txscript/v2"
	_ "github.com/btcsuite/btcd/wire/v2"
	_ "github.com/consensys/gnark-crypto/ecc/secp256k1"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/schollz/progressbar/v3"
	_ "github.com/sergi/go-diff/diffmatchpatch"
	_ "github.com/spf13/cobra"
	_ "pgregory.net/rapid"
)
