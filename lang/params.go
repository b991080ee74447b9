package lang

import "github.com/btcsuite/btcd/chaincfg/v2"

// Params returns the parameters of the network that [Policy] names so, nil for any
// other name.
func Params(network string) *chaincfg.Params {
	switch network {
	case "mainnet":
		return &chaincfg.MainNetParams
	case "testnet4":
		return &chaincfg.TestNet4Params
	case "simnet":
		return &chaincfg.SimNetParams
	case "regtest":
		return &chaincfg.RegressionNetParams
	default:
		return nil
	}
}
