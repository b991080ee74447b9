package curve_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"bevote/internal/curve"

	"github.com/btcsuite/btcd/btcec/v2"
)

const (
	order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
	prime = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"
)

func privateKey(x curve.Scalar) *btcec.PrivateKey {
	b := x.Bytes()
	key, _ := btcec.PrivKeyFromBytes(b[:])
	return key
}

// seeded is a stream of bytes that depends on n alone.
func seeded(n uint64) *rand.ChaCha8 {
	var seed [32]byte
	seed[0], seed[1] = byte(n), byte(n>>8)
	return rand.NewChaCha8(seed)
}

func randomScalars(r *rand.ChaCha8, n int) []curve.Scalar {
	out := make([]curve.Scalar, n)
	for i := range out {
		out[i], _ = curve.RandomScalar(r)
	}
	return out
}

func bigOf(t testing.TB, text string) *big.Int {
	t.Helper()
	return new(big.Int).SetBytes(unhex(t, text))
}

func TestScalarsAgainstBig(t *testing.T) {
	q := bigOf(t, order)
	r := seeded(1)
	toBig := func(s curve.Scalar) *big.Int { b := s.Bytes(); return new(big.Int).SetBytes(b[:]) }
	for range 200 {
		v := randomScalars(r, 2)
		a, b := toBig(v[0]), toBig(v[1])
		for name, c := range map[string]struct {
			got  curve.Scalar
			want *big.Int
		}{
			"add":     {v[0].Add(v[1]), new(big.Int).Add(a, b)},
			"sub":     {v[0].Sub(v[1]), new(big.Int).Sub(a, b)},
			"mul":     {v[0].Mul(v[1]), new(big.Int).Mul(a, b)},
			"neg":     {v[0].Neg(), new(big.Int).Neg(a)},
			"inverse": {v[0].Inverse(), new(big.Int).ModInverse(a, q)},
		} {
			if toBig(c.got).Cmp(c.want.Mod(c.want, q)) != 0 {
				t.Errorf("%s is wrong", name)
			}
		}
	}
	if !(curve.Scalar{}).Inverse().IsZero() || !(curve.Scalar{}).Neg().IsZero() {
		t.Error("zero has an inverse or a sign")
	}
}

func TestDecodeScalarRefuses(t *testing.T) {
	for _, text := range []string{order, strings.Repeat("ff", 32), "", "00", strings.Repeat("00", 33)} {
		if _, err := curve.DecodeScalar(unhex(t, text)); err == nil {
			t.Errorf("scalar %q accepted", text)
		}
	}
	last := curve.NewScalar(1).Neg()
	if b := last.Bytes(); hex.EncodeToString(b[:]) != order[:62]+"40" {
		t.Errorf("−1 is %x", b)
	}
	if q := curve.ReduceScalar([32]byte(unhex(t, order))); !q.IsZero() {
		t.Error("q does not reduce to zero")
	}
}

func TestRandomScalarRejects(t *testing.T) {
	// q and 0 are skipped, 7 is drawn; then the stream ends.
	stream := bytes.NewReader(append(append(unhex(t, order), make([]byte, 63)...), 7))
	s, err := curve.RandomScalar(stream)
	if err != nil || !s.Equal(curve.NewScalar(7)) {
		t.Error("want 7", err)
	}
	if _, err := curve.RandomScalar(stream); err == nil {
		t.Error("a scalar from an empty stream")
	}
}

// Every verb of fmt hides a scalar but %p and %w, which are no verbs of a scalar and which vet refuses.
func TestScalarsPrintNothing(t *testing.T) {
	s := curve.ReduceScalar(curve.TaggedHash("test"))
	b := s.Bytes()
	shown := struct{ Secret curve.Scalar }{s}
	err := errors.Join(fmt.Errorf("with %v", s), fmt.Errorf("with %x", shown))
	words := strings.FieldsFunc(fmt.Sprintf("%v", struct{ s curve.Scalar }{s}), func(c rune) bool { return c < '0' || c > '9' })
	verbs := []string{"%+v", "%#v", "%08d", "% x", "%#x", "%+q", "%9.3f"}
	for _, c := range "vTbcdoOqxXUeEfFgGst" {
		verbs = append(verbs, "%"+string(c))
	}
	for _, verb := range verbs {
		for _, v := range []any{s, &s, shown, []curve.Scalar{s}, map[int]curve.Scalar{1: s}, err, curve.Proof{E: s, Z: s}} {
			text := strings.ToLower(fmt.Sprintf(verb, v))
			inDecimal := fmt.Sprint(b[0]) + " " + fmt.Sprint(b[1])
			if strings.Contains(text, hex.EncodeToString(b[:4])) || strings.Contains(text, inDecimal) || strings.Contains(text, words[0]) {
				t.Errorf("%s shows the secret: %s", verb, text)
			}
			if _, isError := v.(error); !strings.Contains(text, "hidden") && verb != "%T" && !isError {
				t.Errorf("%s shows %s", verb, text)
			}
		}
	}
}

// twin is a point of secp256k1, by the affine formulas on big integers.
type twin struct{ p, x, y *big.Int } // x is nil at ∞

func (a twin) add(b twin) twin {
	if a.x == nil {
		return b
	}
	if b.x == nil {
		return a
	}
	slope := new(big.Int)
	if a.x.Cmp(b.x) == 0 {
		sum := new(big.Int).Add(a.y, b.y)
		if sum.Mod(sum, a.p).Sign() == 0 {
			return twin{p: a.p}
		}
		slope.Mul(big.NewInt(3), new(big.Int).Mul(a.x, a.x))
		slope.Mul(slope, new(big.Int).ModInverse(sum, a.p))
	} else {
		run := new(big.Int).Sub(b.x, a.x)
		slope.Mul(new(big.Int).Sub(b.y, a.y), new(big.Int).ModInverse(run.Mod(run, a.p), a.p))
	}
	x := new(big.Int).Mul(slope, slope)
	x.Sub(x, a.x).Sub(x, b.x).Mod(x, a.p)
	y := new(big.Int).Sub(a.x, x)
	y.Mul(y, slope).Sub(y, a.y).Mod(y, a.p)
	return twin{a.p, x, y}
}

func (a twin) mul(s curve.Scalar) twin {
	sum := twin{p: a.p}
	for _, b := range s.Bytes() {
		for bit := 7; bit >= 0; bit-- {
			sum = sum.add(sum)
			if b>>bit&1 == 1 {
				sum = sum.add(a)
			}
		}
	}
	return sum
}

func (a twin) key() (k curve.PublicKey) {
	if a.x == nil {
		return k
	}
	k[0] = 2 + byte(a.y.Bit(0))
	a.x.FillBytes(k[1:])
	return k
}

func generator(t testing.TB) twin {
	return twin{bigOf(t, prime),
		bigOf(t, "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
		bigOf(t, "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")}
}

func TestPointsAgainstTwin(t *testing.T) {
	g, r := generator(t), seeded(2)
	edges := []curve.Scalar{{}, curve.NewScalar(1), curve.NewScalar(2), curve.NewScalar(1).Neg()}
	scalars := append(randomScalars(r, 8), edges...)
	for i, a := range scalars {
		A, twinA := curve.BaseMul(a), g.mul(a)
		if A.Key() != twinA.key() {
			t.Fatalf("base multiple %d is wrong", i)
		}
		for j, b := range scalars {
			B, twinB := curve.BaseMul(b), g.mul(b)
			if A.Add(B).Key() != twinA.add(twinB).key() {
				t.Errorf("sum of %d and %d is wrong", i, j)
			}
			if A.Mul(b).Key() != twinA.mul(b).key() {
				t.Errorf("product of %d and %d is wrong", i, j)
			}
		}
		if !A.Add(A.Neg()).IsInfinity() || A.Neg().Neg() != A {
			t.Errorf("negative of %d is wrong", i)
		}
	}
}

func TestInfinityIsOneValue(t *testing.T) {
	one := curve.BaseMul(curve.NewScalar(1))
	plusMinus := []curve.Scalar{curve.NewScalar(1), curve.NewScalar(1).Neg()}
	for name, p := range map[string]curve.Point{
		"0·G":        curve.BaseMul(curve.Scalar{}),
		"0·P":        one.Mul(curve.Scalar{}),
		"s·∞":        (curve.Point{}).Mul(curve.NewScalar(9)),
		"P − P":      one.Add(one.Neg()),
		"∞ + ∞":      (curve.Point{}).Add(curve.Point{}),
		"−∞":         (curve.Point{}).Neg(),
		"empty sum":  curve.Sum(nil),
		"empty":      curve.Product(nil, nil),
		"cancelled":  curve.Sum([]curve.Point{one, one.Neg()}),
		"1·P + −1·P": curve.Product(plusMinus, []curve.Point{one, one}),
		"no terms":   curve.EvaluatePoints(nil, 5),
	} {
		if !p.IsInfinity() || p != (curve.Point{}) || !p.Equal(curve.Point{}) || p.Key() != (curve.PublicKey{}) {
			t.Errorf("%s is not infinity", name)
		}
	}
	if one.IsInfinity() || one.Equal(curve.Point{}) {
		t.Error("G is infinity")
	}
}

func TestDecodePointRefuses(t *testing.T) {
	x := "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
	y := "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
	for name, text := range map[string]string{
		"empty":           "",
		"infinity":        "00",
		"33 zero bytes":   strings.Repeat("00", 33),
		"short":           "02" + x[2:],
		"long":            "02" + x + "00",
		"uncompressed":    "04" + x + y,
		"hybrid":          "06" + x + y,
		"header 04":       "04" + x,
		"header 00":       "00" + x,
		"header 01":       "01" + x,
		"off the curve":   "02" + strings.Repeat("00", 31) + "05",
		"x = 0":           "02" + strings.Repeat("00", 32),
		"x = p":           "02" + prime,
		"x = p + 1":       "02" + prime[:62] + "30", // 1 is an x-coordinate of the curve
		"x = 2^256 − 1":   "03" + strings.Repeat("ff", 32),
		"BIP 340's fifth": "02eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34",
	} {
		if _, err := curve.DecodePoint(unhex(t, text)); err == nil {
			t.Errorf("%s accepted", name)
		}
	}
	for _, text := range []string{"", "02" + x[2:], "0g" + x, strings.ToUpper("02" + x), "02" + prime} {
		if _, err := curve.ParsePublicKey(text); err == nil {
			t.Errorf("key %q accepted", text)
		}
		k := curve.PublicKey{9}
		if k.UnmarshalText([]byte(text)) == nil || k != (curve.PublicKey{9}) {
			t.Errorf("key %q accepted or half written", text)
		}
	}
}

func FuzzDecodePoint(f *testing.F) {
	f.Add(unhex(f, "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"))
	f.Add(make([]byte, 33))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := curve.DecodePoint(b)
		_, other := btcec.ParsePubKey(b)
		if want := other == nil && len(b) == curve.PointSize; (err == nil) != want {
			t.Fatalf("%x: error %v, btcec says %v", b, err, other)
		}
		if err != nil {
			return
		}
		if k := p.Key(); !bytes.Equal(k[:], b) {
			t.Fatalf("%x encodes as %x", b, k)
		}
		parsed, err := curve.ParsePublicKey(p.Key().String())
		if q, _ := parsed.Point(); err != nil || q != p {
			t.Fatalf("%x does not survive its text", b)
		}
	})
}

func FuzzDecodeScalarAndProof(f *testing.F) {
	f.Add(bytes.Repeat([]byte{1}, 64))
	f.Add(bytes.Repeat([]byte{255}, 64))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := curve.DecodeScalar(b); err == nil {
			if out := s.Bytes(); !bytes.Equal(out[:], b) {
				t.Fatalf("%x encodes as %x", b, out)
			}
		}
		if p, err := curve.DecodeProof(b); err == nil && !bytes.Equal(p.Bytes(), b) {
			t.Fatalf("%x encodes as %x", b, p.Bytes())
		}
	})
}

func TestTaggedHashAndKDFAgainstTwin(t *testing.T) {
	hash := func(tag, x string) string {
		h := sha256.Sum256([]byte("bevote/v2/" + tag))
		out := sha256.Sum256([]byte(string(h[:]) + string(h[:]) + x))
		return string(out[:])
	}
	got := curve.TaggedHash("a tag", []byte("some"), nil, []byte("thing"))
	if string(got[:]) != hash("a tag", "something") {
		t.Error("tagged hash is wrong")
	}
	for _, size := range []int{0, 1, 31, 32, 33, 34, 46, 64, 100, 8192} {
		want := ""
		for i := 0; len(want) < size; i++ {
			want += hash("kdf", "x"+string([]byte{byte(i)}))
		}
		if got := curve.KDF([]byte("x"), size); string(got) != want[:size] {
			t.Errorf("KDF of %d bytes is wrong", size)
		}
	}
}

func TestEncoder(t *testing.T) {
	g := curve.BaseMul(curve.NewScalar(1))
	key := g.Key().String()
	got := curve.Encoder(nil).U16(1).U32(2).U64(3).Raw([]byte{4}).Text([]byte("ab")).
		Scalar(curve.NewScalar(5)).Point(g).Key(g.Key()).Points(g, g)
	want := "0001" + "00000002" + "0000000000000003" + "04" + "000000026162" +
		strings.Repeat("00", 31) + "05" + key + key + "00000002" + key + key
	if hex.EncodeToString(got) != want {
		t.Errorf("got  %x\nwant %s", []byte(got), want)
	}
	for _, v := range []int{-1, 65536} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d wrapped into a u16", v)
				}
			}()
			curve.Encoder(nil).U16(v)
		}()
	}
}
