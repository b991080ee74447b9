package mixing

import (
	"bytes"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"testing"

	"github.com/cloudflare/circl/blindsign/blindrsa"
)

// The vector of RFC 9474 for RSABSSA-SHA384-PSS-Deterministic (appendix A.3), with
// RSASigner and the client of RSAKey. Its message is longer than Blind takes.
func TestRFC9474(t *testing.T) {
	text, err := os.ReadFile("testdata/rfc9474.json")
	if err != nil {
		t.Fatal(err)
	}
	var vector map[string]string
	if err := json.Unmarshal(text, &vector); err != nil {
		t.Fatal(err)
	}
	octets := func(name string) []byte {
		b, err := hex.DecodeString(vector[name])
		if err != nil {
			t.Fatal(name, err)
		}
		return b
	}
	number := func(name string) *big.Int { return new(big.Int).SetBytes(octets(name)) }
	key := RSAKey{n: number("n")}
	signer := &RSASigner{key: key, signer: blindrsa.NewSigner(&rsa.PrivateKey{
		PublicKey: *key.public(), D: number("d"), Primes: []*big.Int{number("p"), number("q")},
	})}

	factor := new(big.Int).ModInverse(number("inv"), key.n)
	random := bytes.NewReader(append(octets("salt"), factor.FillBytes(make([]byte, size(key.n)))...))
	challenge, state, err := key.client().Blind(random, octets("msg"))
	if err != nil || !bytes.Equal(challenge, octets("blinded_msg")) {
		t.Fatalf("another blinded message, %v", err)
	}
	session, err := signer.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := session.Answer(challenge)
	if err != nil || !bytes.Equal(answer, octets("blind_sig")) {
		t.Fatalf("another blind signature, %v", err)
	}
	if err := key.CheckTranscript(session.Offer(), challenge, answer); err != nil {
		t.Error(err)
	}
	signature, err := key.client().Finalize(state, answer)
	if err != nil || !bytes.Equal(signature, octets("sig")) {
		t.Fatalf("another signature, %v", err)
	}
}
