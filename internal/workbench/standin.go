package workbench

import (
	"bytes"
	"fmt"
	"slices"

	btcaddr "github.com/btcsuite/btcd/address/v2"

	"bevote/internal/curve"
	"bevote/lang"
)

const bom = "\ufeff"

// StandIns returns the policy file with every pub: and addr: literal replaced by
// one whose secret is known, and the secrets by role, as [lang.Literals] names
// them ("supervisor", "candidate alice", "payout alice", "voter v1", "mixer
// m1"):
//
//	secret  TH("stand-in", seed as u64 ‖ role) mod q
//	pub:    the secret's key
//	addr:   the P2PKH address of that key
//
// A comment before the first line names the id of the policy as given; every
// other byte stays. The replaced policy has an id of its own.
func StandIns(src []byte, seed uint64) (replaced []byte, keys map[string]curve.Scalar, err error) {
	note := fmt.Sprintf("seed %d: every key is a stand-in", seed)
	return replaceKeys(src, note, func(l lang.Literal) curve.Scalar { return standIn(seed, l.Role) })
}

// replaceKeys replaces every literal by the key of a secret. The note ends the
// comment before the first line.
func replaceKeys(src []byte, note string, secretOf func(lang.Literal) curve.Scalar) (
	replaced []byte, keys map[string]curve.Scalar, err error,
) {
	p, diags := lang.Load(src)
	if p == nil {
		return nil, nil, firstError(diags)
	}
	literals, err := lang.Literals(src)
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	done := len(src) - len(bytes.TrimPrefix(src, []byte(bom)))
	out.Write(src[:done]) // a byte order mark stays first
	fmt.Fprintf(&out, "// rehearsal of %s, %s\n", p.ID(), note)
	keys = map[string]curve.Scalar{}
	for _, l := range literals {
		secret := secretOf(l)
		text, err := literalFor(l.Kind, secret, p.Network)
		if err != nil {
			return nil, nil, err
		}
		keys[l.Role] = secret
		out.Write(src[done:l.Start])
		out.WriteString(text)
		done = l.End
	}
	out.Write(src[done:])
	return out.Bytes(), keys, nil
}

// firstError returns the first error of a file in one line, with its place.
func firstError(diags []lang.Diagnostic) error {
	i := slices.IndexFunc(diags, lang.Diagnostic.IsError)
	d := diags[i]
	return fmt.Errorf("%d:%d: %s: %s", d.Primary.Line, d.Primary.Column, d.Code, d.Message)
}

func standIn(seed uint64, role string) curve.Scalar {
	return curve.ReduceScalar(curve.TaggedHash("stand-in", curve.Encoder(nil).U64(seed), []byte(role)))
}

// literalFor spells the secret's key as a literal of the given kind.
func literalFor(kind string, secret curve.Scalar, network string) (string, error) {
	key := curve.BaseMul(secret).Key()
	if kind == "pub" {
		return "pub:" + key.String(), nil
	}
	return addressOf(key, network)
}

// addressOf spells the P2PKH address of a key as a literal.
func addressOf(key curve.PublicKey, network string) (string, error) {
	a, err := btcaddr.NewAddressPubKeyHash(btcaddr.Hash160(key[:]), lang.Params(network))
	if err != nil {
		return "", fmt.Errorf("address: %w", err)
	}
	return "addr:" + a.EncodeAddress(), nil
}
