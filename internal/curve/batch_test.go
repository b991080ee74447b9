package curve_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"bevote/internal/curve"

	"github.com/btcsuite/btcd/btcec/v2/ecdsa"
	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// scheme is a kind of signature with both ways to verify it.
type scheme struct {
	sign   func(x curve.Scalar, hash [32]byte) []byte
	verify func(curve.PublicKey, [32]byte, []byte) bool
	batch  func([]curve.Signed, *curve.Keyring) []bool
}

var schemes = map[string]scheme{
	"ecdsa": {func(x curve.Scalar, hash [32]byte) []byte {
		sig, _ := curve.SignECDSA(x, hash)
		return sig
	}, curve.VerifyECDSA, curve.VerifyECDSABatch},
	"foreign ecdsa": {foreignECDSA, curve.VerifyECDSA, curve.VerifyECDSABatch},
	"schnorr": {func(x curve.Scalar, hash [32]byte) []byte {
		sig, _ := curve.SignSchnorr(x, hash)
		return sig[:]
	}, curve.VerifySchnorr, curve.VerifySchnorrBatch},
}

// foreignECDSA signs as other wallets do: R.y is even or odd.
func foreignECDSA(x curve.Scalar, hash [32]byte) []byte {
	return ecdsa.Sign(privateKey(x), hash[:]).Serialize()
}

// signatures are n valid ones, by a number of keys in turn.
func (s scheme) signatures(n, signers int) []curve.Signed {
	secrets := randomScalars(seeded(uint64(n)), signers)
	public := make([]curve.PublicKey, signers)
	for i, x := range secrets {
		public[i] = curve.BaseMul(x).Key()
	}
	out := make([]curve.Signed, n)
	for i := range out {
		hash := sha256.Sum256(fmt.Append(nil, "message ", i))
		out[i] = curve.Signed{Key: public[i%signers], Hash: hash, Sig: s.sign(secrets[i%signers], hash)}
	}
	return out
}

// alone verifies signatures one by one and caches the results.
type alone struct {
	scheme
	known map[string]bool
	ring  *curve.Keyring
}

func newAlone(s scheme) alone { return alone{s, make(map[string]bool), new(curve.Keyring)} }

func (a alone) valid(s curve.Signed) bool {
	name := string(s.Key[:]) + string(s.Hash[:]) + string(s.Sig)
	valid, known := a.known[name]
	if !known {
		valid = a.verify(s.Key, s.Hash, s.Sig)
		a.known[name] = valid
	}
	return valid
}

// want compares a batch with verifying each signature alone.
func (a alone) want(t *testing.T, what string, all []curve.Signed) (valid int) {
	t.Helper()
	got := a.batch(all, a.ring)
	for i, one := range all {
		want := a.valid(one)
		if got[i] != want {
			t.Errorf("%s: signature %d of %d is %v, in the batch %v", what, i, len(all), want, got[i])
		}
		if want {
			valid++
		}
	}
	return valid
}

func TestBatchOfGoodSignatures(t *testing.T) {
	for name, s := range schemes {
		twin := newAlone(s)
		for _, n := range []int{0, 1, 7, 8, 9, 60} {
			for _, signers := range []int{1, 60} {
				what := fmt.Sprintf("%s: %d by %d", name, n, signers)
				if valid := twin.want(t, what, s.signatures(n, signers)); valid != n {
					t.Errorf("%s: %d are good", what, valid)
				}
			}
		}
	}
}

// lies change a valid signature. A batch in which one changed signature stands among
// valid ones gives each signature the result that it has alone, at whatever place the
// changed one stands.
var lies = map[string]func(s *curve.Signed, other curve.Signed){
	"another hash":      func(s *curve.Signed, other curve.Signed) { s.Hash = other.Hash },
	"another key":       func(s *curve.Signed, other curve.Signed) { s.Key = other.Key },
	"the key's mirror":  func(s *curve.Signed, _ curve.Signed) { s.Key[0] ^= 1 }, // valid BIP 340
	"another signature": func(s *curve.Signed, other curve.Signed) { s.Sig = other.Sig },
	"a flipped bit of the nonce": func(s *curve.Signed, _ curve.Signed) {
		s.Sig = bytes.Clone(s.Sig)
		s.Sig[20] ^= 4
	},
	"a flipped bit at the end": func(s *curve.Signed, _ curve.Signed) {
		s.Sig = bytes.Clone(s.Sig)
		s.Sig[len(s.Sig)-1] ^= 1
	},
	"no signature":       func(s *curve.Signed, _ curve.Signed) { s.Sig = nil },
	"a byte too many":    func(s *curve.Signed, _ curve.Signed) { s.Sig = append(bytes.Clone(s.Sig), 0) },
	"a byte too few":     func(s *curve.Signed, _ curve.Signed) { s.Sig = s.Sig[:len(s.Sig)-1] },
	"zeros":              func(s *curve.Signed, _ curve.Signed) { s.Sig = make([]byte, len(s.Sig)) },
	"ones":               func(s *curve.Signed, _ curve.Signed) { s.Sig = bytes.Repeat([]byte{255}, len(s.Sig)) },
	"a key of no curve":  func(s *curve.Signed, _ curve.Signed) { s.Key = curve.PublicKey{2, 32: 5} },
	"a key of odd form":  func(s *curve.Signed, _ curve.Signed) { s.Key[0] = 5 },
	"the empty key":      func(s *curve.Signed, _ curve.Signed) { s.Key = curve.PublicKey{} },
	"a high s":           func(s *curve.Signed, _ curve.Signed) { s.Sig = highS(s.Sig) }, // valid ECDSA, no BIP 340
	"another's and back": func(s *curve.Signed, other curve.Signed) { s.Key, s.Hash = other.Key, other.Hash },
}

// highS replaces s by q − s where sig is DER.
func highS(der []byte) []byte {
	sig, err := ecdsa.ParseDERSignature(der)
	if err != nil {
		return bytes.Repeat([]byte{1}, len(der))
	}
	r, s := sig.R(), sig.S()
	s.Negate()
	// Serialize would negate s again.
	return derOf(scalarOf(&r), scalarOf(&s))
}

func scalarOf(n *secp256k1.ModNScalar) curve.Scalar { return curve.ReduceScalar(n.Bytes()) }

func TestBatchFindsEveryLie(t *testing.T) {
	for name, s := range schemes {
		twin, good := newAlone(s), s.signatures(40, 7)
		for lie, tell := range lies {
			for _, at := range []int{0, 27} {
				all := slices.Clone(good)
				tell(&all[at], good[(at+1)%len(good)])
				twin.want(t, name+", "+lie, all)
			}
		}
	}
}

// With so many changed signatures that the bisection stops early, the results are still
// right.
func TestBatchOfManyLies(t *testing.T) {
	for name, s := range schemes {
		twin, good := newAlone(s), s.signatures(64, 64)
		for _, every := range []int{1, 2, 5, 32} {
			all := slices.Clone(good)
			for i := 0; i < len(all); i += every {
				all[i].Hash[0] ^= 1
			}
			twin.want(t, fmt.Sprintf("%s, every %dth wrong", name, every), all)
		}
	}
}

// Two false equations whose errors cancel in a sum without weights: the attack that
// weights are there for. With the R of two equations exchanged, the sum is the same.
func TestBatchOfErrorsThatCancel(t *testing.T) {
	equations := make([]curve.Equation, 20)
	r := seeded(4)
	for i := range equations {
		v := randomScalars(r, 3)
		q := curve.BaseMul(v[2])
		equations[i] = curve.Equation{A: v[0], B: v[1], Q: q, R: curve.BaseMul(v[0]).Add(q.Mul(v[1]))}
	}
	equations[3].R, equations[11].R = equations[11].R, equations[3].R
	off := curve.BaseMul(curve.NewScalar(9))
	equations[5].R = equations[5].R.Add(off)
	equations[6].R = equations[6].R.Add(off.Neg())
	for i, holds := range curve.VerifyEquations(equations) {
		if want := i != 3 && i != 11 && i != 5 && i != 6; holds != want {
			t.Errorf("equation %d: %v, want %v", i, holds, want)
		}
	}
}

// Equations at the edges: ∞ on either side, scalars 0, one equation many times, and
// Q, R and G one point.
func TestEquationsAtTheEdges(t *testing.T) {
	one, two := curve.NewScalar(1), curve.NewScalar(2)
	G := curve.BaseMul(one)
	edges := []struct {
		e    curve.Equation
		want bool
	}{
		{curve.Equation{}, true},
		{curve.Equation{A: one, R: G}, true},
		{curve.Equation{A: one}, false},
		{curve.Equation{R: G}, false},
		{curve.Equation{B: two, Q: G, R: G.Add(G)}, true},
		{curve.Equation{B: two, R: G}, false},
		{curve.Equation{B: two}, true},
		{curve.Equation{A: one, B: one.Neg(), Q: G}, true},
		{curve.Equation{A: one, B: one, Q: G.Neg(), R: G}, false},
		{curve.Equation{A: one.Neg(), B: two, Q: G, R: G}, true},
	}
	for _, times := range []int{1, 3, 100} {
		var all []curve.Equation
		var want []bool
		for range times {
			for _, edge := range edges {
				all, want = append(all, edge.e), append(want, edge.want)
			}
		}
		if got := curve.VerifyEquations(all); !slices.Equal(got, want) {
			t.Errorf("%d times: %v, want %v", times, got[:10], want[:10])
		}
		for i, edge := range edges {
			if edge.e.Holds() != edge.want {
				t.Errorf("equation %d alone: %v", i, !edge.want)
			}
			only := slices.Repeat([]curve.Equation{edge.e}, 10*times)
			if slices.Contains(curve.VerifyEquations(only), !edge.want) {
				t.Errorf("equation %d, %d times: %v", i, len(only), !edge.want)
			}
		}
	}
}

// One point and its negative, so many times that the sums in a product meet doublings
// and ∞ throughout.
func TestEquationsOfOnePoint(t *testing.T) {
	s := randomScalars(seeded(8), 1)[0]
	up := curve.Equation{A: s, R: curve.BaseMul(s)}
	down := curve.Equation{A: s.Neg(), R: up.R.Neg()}
	all := slices.Repeat([]curve.Equation{up, up, down}, 4000)
	all[7777].R = down.R
	for i, holds := range curve.VerifyEquations(all) {
		if holds != (i != 7777) {
			t.Errorf("equation %d: %v", i, holds)
		}
	}
}

// An ECDSA signature with R.x ≥ q is valid and has no equation, since r alone does
// not give R.x. The test takes the smallest such R.
func TestBatchOfNonceBeyondOrder(t *testing.T) {
	sig, key, hash := beyondOrder(t)
	if !curve.VerifyECDSA(key, hash, sig) {
		t.Fatal("the signature is not valid")
	}
	all := schemes["ecdsa"].signatures(20, 3)
	all[10] = curve.Signed{Key: key, Hash: hash, Sig: sig}
	if newAlone(schemes["ecdsa"]).want(t, "r + q", all) != 20 {
		t.Error("refused")
	}
}

// beyondOrder makes a signature with q ≤ R.x, r = R.x − q and s = 1, under the key that
// it takes: Q = (R − e·G)/r.
func beyondOrder(t *testing.T) (sig []byte, key curve.PublicKey, hash [32]byte) {
	t.Helper()
	hash = sha256.Sum256([]byte("beyond"))
	for r := uint32(1); ; r++ {
		x := new(big.Int).Add(bigOf(t, order), big.NewInt(int64(r)))
		R, err := curve.DecodePoint(append([]byte{2}, x.FillBytes(make([]byte, 32))...))
		if err != nil {
			continue
		}
		e := curve.BaseMul(curve.ReduceScalar(hash))
		Q := R.Add(e.Neg()).Mul(curve.NewScalar(r).Inverse())
		return derOf(curve.NewScalar(r), curve.NewScalar(1)), Q.Key(), hash
	}
}

// Any bytes among valid signatures are valid in the batch if they are alone, and the
// valid ones stay valid.
func FuzzVerifyBatch(f *testing.F) {
	batches := make(map[string][]curve.Signed)
	for _, name := range []string{"ecdsa", "schnorr"} {
		s := schemes[name]
		batches[name] = s.signatures(9, 3)
		f.Add(batches[name][1].Key[:], batches[name][1].Hash[:], batches[name][1].Sig)
		f.Add(batches[name][1].Key[:], batches[name][2].Hash[:], batches[name][2].Sig)
	}
	f.Fuzz(func(t *testing.T, key, hash, sig []byte) {
		one := curve.Signed{Sig: sig}
		copy(one.Key[:], key)
		copy(one.Hash[:], hash)
		for name, good := range batches {
			s := schemes[name]
			for i, valid := range s.batch(slices.Insert(slices.Clone(good), 4, one), nil) {
				if want := i != 4 || s.verify(one.Key, one.Hash, one.Sig); valid != want {
					t.Errorf("%s: signature %d is %v, want %v", name, i, valid, want)
				}
			}
		}
	})
}

func BenchmarkVerifyBatch(b *testing.B) {
	for _, name := range []string{"ecdsa", "schnorr", "foreign ecdsa"} {
		s := schemes[name]
		for _, n := range []int{100, 1000, 4000} {
			for _, signers := range []int{1, n} {
				b.Run(fmt.Sprintf("%s/%d by %d", name, n, signers), func(b *testing.B) {
					all := s.signatures(n, signers)
					alone := timed(200, func(i int) { s.verify(all[i%n].Key, all[i%n].Hash, all[i%n].Sig) })
					for b.Loop() {
						s.batch(all, nil)
					}
					each := float64(b.Elapsed()) / float64(b.N*n)
					b.ReportMetric(each/1000, "µs/signature")
					b.ReportMetric(each/float64(alone), "×alone")
				})
			}
		}
	}
}

// timed is the mean time of a call of f.
func timed(n int, f func(i int)) time.Duration {
	start := time.Now()
	for i := range n {
		f(i)
	}
	return time.Since(start) / time.Duration(n)
}
