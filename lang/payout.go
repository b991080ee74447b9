package lang

import (
	"errors"
	"fmt"
	"slices"

	btcaddr "github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/txscript/v2"
)

// networks are the networks that a policy may name.
var networks = []string{"mainnet", "testnet4", "simnet", "regtest"}

// payouts turns the candidates' addresses into output scripts, and reports those of
// another network and those that two candidates share. Without a network it
// reports nothing.
func (c *checker) payouts() {
	if c.Network == "" {
		return
	}
	seen := map[string]usedPayout{}
	for _, s := range c.lines["candidate"] {
		name := s.Candidate.Name.Value
		j := c.CandidateNumber(name)
		if j == 0 || c.Candidates[j-1].Payout != nil {
			continue
		}
		at := c.at(s.Candidate.Pay)
		script, err := payoutScript(c.Candidates[j-1].Address, c.Network)
		if err != nil {
			d := c.report("E0306", at, "%s", err)
			d.Help = fmt.Sprintf("write an address of %s", c.Network)
			continue
		}
		c.Candidates[j-1].Payout = script
		if before, ok := seen[string(script)]; ok {
			d := c.report("E0307", at, "`%s` and `%s` have one payout", before.name, name)
			d.Secondary = []Label{{before.span, "already paid to here"}}
			d.Help = "give every candidate an address of its own: claims are told apart by it"
			continue
		}
		seen[string(script)] = usedPayout{name, at}
	}
}

// usedPayout is a payout with the candidate's name.
type usedPayout struct {
	name string
	span Span
}

// payoutScript returns the output script of an address of the network.
func payoutScript(text, network string) ([]byte, error) {
	a, err := decodeAddress(text, network)
	if err != nil {
		others := slices.DeleteFunc(slices.Clone(networks), func(other string) bool {
			_, err := decodeAddress(text, other)
			return err != nil
		})
		if len(others) > 0 {
			return nil, fmt.Errorf("the address is one of %s, not of %s", list(others, "or"), network)
		}
		return nil, errors.New("the address cannot be read")
	}
	switch a.(type) {
	case *btcaddr.AddressPubKeyHash, *btcaddr.AddressScriptHash, *btcaddr.AddressWitnessPubKeyHash,
		*btcaddr.AddressWitnessScriptHash, *btcaddr.AddressTaproot:
		return txscript.PayToAddrScript(a)
	default: // a bare key is no address, and anyone can spend a pay-to-anchor
		return nil, errors.New("the address is of a kind that cannot be paid to")
	}
}

// isAddress reports whether a text is an address of any network that a policy may name.
func isAddress(text string) bool {
	return slices.ContainsFunc(networks, func(network string) bool {
		_, err := decodeAddress(text, network)
		return err == nil
	})
}

func decodeAddress(text, network string) (btcaddr.Address, error) {
	params := Params(network)
	a, err := btcaddr.DecodeAddress(text, params)
	if err == nil && !a.IsForNet(params) {
		err = errors.New("address of another network")
	}
	return a, err
}
