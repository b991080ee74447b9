package curve_test

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"bevote/internal/curve"

	"github.com/btcsuite/btcd/btcec/v2/ecdsa"
)

// rows reads testdata/name without its first row.
func rows(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func scalar(t testing.TB, text string) curve.Scalar {
	t.Helper()
	s, err := curve.DecodeScalar(unhex(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The vectors 0 to 14 of BIP 340. SignSchnorr has the all-zero auxiliary randomness,
// as vector 0.
func TestBIP340(t *testing.T) {
	for _, row := range rows(t, "bip340.csv") {
		hash := [32]byte(unhex(t, row[4]))
		sig := unhex(t, row[5])
		key := curve.PublicKey(append([]byte{2}, unhex(t, row[2])...))
		if got, want := curve.VerifySchnorr(key, hash, sig), row[6] == "TRUE"; got != want {
			t.Errorf("vector %s: verified %v, want %v", row[0], got, want)
		}
		if strings.Trim(row[3], "0") != "" || row[1] == "" {
			continue
		}
		made, err := curve.SignSchnorr(scalar(t, row[1]), hash)
		if err != nil || hex.EncodeToString(made[:]) != strings.ToLower(row[5]) {
			t.Errorf("vector %s: signed %x, %v", row[0], made, err)
		}
	}
}

// Vectors of RFC 6979 for secp256k1 and SHA-256. SignECDSA gives the vector's
// signature if the y of its R is even, and otherwise has taken a later nonce.
func TestRFC6979(t *testing.T) {
	even := 0
	for _, row := range rows(t, "rfc6979.csv") {
		x := scalar(t, row[0])
		hash := sha256.Sum256([]byte(row[1]))
		der, err := curve.SignECDSA(x, hash)
		if err != nil {
			t.Fatal(err)
		}
		r, s := scalar(t, row[2]), scalar(t, row[3])
		same := hex.EncodeToString(der) == hex.EncodeToString(derOf(r, s))
		isEven := nonceOf(x, hash, r, s).Key()[0] == 2
		if same != isEven {
			t.Errorf("%q: the vector's point is even: %v, our signature is the vector's: %v", row[1], isEven, same)
		}
		if isEven {
			even++
		}
	}
	if even == 0 {
		t.Error("no vector with an even point")
	}
}

// derOf encodes without the library under test:
//
//	30 ‖ length ‖ 02 ‖ length of r ‖ r ‖ 02 ‖ length of s ‖ s
//
// with integers of least length, and a zero byte before a high bit.
func derOf(r, s curve.Scalar) []byte {
	integer := func(v curve.Scalar) []byte {
		b := v.Bytes()
		n := strings.TrimLeft(string(b[:]), "\x00")
		if n[0] >= 0x80 {
			n = "\x00" + n
		}
		return append([]byte{2, byte(len(n))}, n...)
	}
	body := append(integer(r), integer(s)...)
	return append([]byte{0x30, byte(len(body))}, body...)
}

// nonceOf recomputes the point of a signature: (hash·G + r·X)/s.
func nonceOf(x curve.Scalar, hash [32]byte, r, s curve.Scalar) curve.Point {
	e := curve.ReduceScalar(hash)
	return curve.BaseMul(e).Add(curve.BaseMul(x).Mul(r)).Mul(s.Inverse())
}

func TestECDSAIsEvenLowAndVerifies(t *testing.T) {
	moved := 0
	for i := range 64 {
		x := curve.ReduceScalar(curve.TaggedHash("test", []byte("key"), []byte{byte(i)}))
		hash := curve.TaggedHash("test", []byte("hash"), []byte{byte(i)})
		der, err := curve.SignECDSA(x, hash)
		if err != nil {
			t.Fatal(err)
		}
		key := curve.BaseMul(x).Key()
		if !curve.VerifyECDSA(key, hash, der) || !curve.StrictECDSA(der) {
			t.Fatalf("signature %d does not verify", i)
		}
		sig, err := ecdsa.ParseDERSignature(der)
		if err != nil {
			t.Fatal(err)
		}
		rb, sb := sig.R(), sig.S()
		rBytes, sBytes := rb.Bytes(), sb.Bytes()
		r, _ := curve.DecodeScalar(rBytes[:])
		s, _ := curve.DecodeScalar(sBytes[:])
		point := nonceOf(x, hash, r, s).Key()
		if point[0] != 2 || string(point[1:]) != string(rBytes[:]) {
			t.Fatalf("signature %d: r does not give an even point back", i)
		}
		plain := ecdsa.Sign(privateKey(x), hash[:]).Serialize()
		if string(plain) != string(der) {
			moved++
		}
		hash[0] ^= 1
		if curve.VerifyECDSA(key, hash, der) {
			t.Fatalf("signature %d verifies another hash", i)
		}
	}
	if moved == 0 || moved == 64 {
		t.Errorf("%d of 64 signatures differ from plain RFC 6979, want about half", moved)
	}
}

// The lie: s above q/2, which a node without BIP 146 accepts.
func TestStrictECDSARefusesHighS(t *testing.T) {
	x, hash := curve.NewScalar(5), curve.TaggedHash("test")
	der, err := curve.SignECDSA(x, hash)
	if err != nil {
		t.Fatal(err)
	}
	sig, _ := ecdsa.ParseDERSignature(der)
	rb, sb := sig.R(), sig.S()
	rBytes, sBytes := rb.Bytes(), sb.Bytes()
	r, _ := curve.DecodeScalar(rBytes[:])
	s, _ := curve.DecodeScalar(sBytes[:])
	high := derOf(r, s.Neg())
	if !curve.VerifyECDSA(curve.BaseMul(x).Key(), hash, high) {
		t.Error("the high s is a signature too")
	}
	if curve.StrictECDSA(high) || curve.StrictECDSA(der[:len(der)-1]) || curve.StrictECDSA(nil) {
		t.Error("not strict, yet accepted")
	}
}

func TestSigningRefusesTheZeroKey(t *testing.T) {
	if _, err := curve.SignECDSA(curve.Scalar{}, [32]byte{}); err == nil {
		t.Error("ECDSA signed with zero")
	}
	if _, err := curve.SignSchnorr(curve.Scalar{}, [32]byte{}); err == nil {
		t.Error("BIP 340 signed with zero")
	}
}
