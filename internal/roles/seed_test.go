package roles_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/big"
	"testing"
	"testing/iotest"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/internal/sharing"
)

// naiveHash is TH of docs/protocol.md.
func naiveHash(tag string, x []byte) []byte {
	t := sha256.Sum256([]byte("bevote/v2/" + tag))
	h := sha256.Sum256(append(append(append([]byte{}, t[:]...), t[:]...), x...))
	return h[:]
}

func naiveText(b []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
}

// naiveDraw is the first n·32 bytes of a draw, as docs/protocol.md has it:
//
//	TH("draw", seed ‖ text purpose ‖ text statement ‖ u64 n)     n = 0, 1, …
func naiveDraw(seed roles.Seed, purpose string, statement []byte, n int) (out []byte) {
	for i := range n {
		x := append(append(append([]byte{}, seed[:]...), naiveText([]byte(purpose))...), naiveText(statement)...)
		out = append(out, naiveHash("draw", binary.BigEndian.AppendUint64(x, uint64(i)))...)
	}
	return out
}

// A key is the hash of seed and purpose modulo q.
func TestSeedKey(t *testing.T) {
	seed := roles.Seed{1, 2, 3}
	q, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	for _, purpose := range []string{"roll", "registration", ""} {
		want := new(big.Int).SetBytes(naiveHash("key", append(append([]byte{}, seed[:]...), naiveText([]byte(purpose))...)))
		got := seed.Key(purpose).Bytes()
		if want.Mod(want, q); new(big.Int).SetBytes(got[:]).Cmp(want) != 0 {
			t.Errorf("key for %q is %x, want %x", purpose, got, want)
		}
	}
}

func TestNewSeed(t *testing.T) {
	seed, err := roles.NewSeed(bytes.NewReader(bytes.Repeat([]byte{7}, 40)))
	if err != nil || seed != roles.Seed(bytes.Repeat([]byte{7}, 32)) {
		t.Errorf("seed %x, err %v", seed[:], err)
	}
	broken := errors.New("no randomness")
	if _, err := roles.NewSeed(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("err %v, want %v", err, broken)
	}
}

// A deal's secrets are e_i, then the coefficients of each joint key's polynomial, from
// the draw "deal". Another election, roll or dealer draws others.
func TestSeedDeal(t *testing.T) {
	seed, head := roles.Seed{1, 2, 3}, [32]byte{4, 5}
	p := sharing.Params{EID: [32]byte{6}, K: 2, Keys: 2}
	for i := range 3 {
		p.Roll = append(p.Roll, curve.BaseMul(curve.NewScalar(uint32(i+7))).Key())
	}
	const dealer = 3
	deal, err := seed.Deal(p, head, dealer)
	check(t, err)
	statement := append(append(append([]byte{}, p.EID[:]...), head[:]...), 0, 0, 0, dealer)
	drawn := naiveDraw(seed, "deal", statement, 1+p.Keys*p.K)
	points := []curve.Point{deal.Ephemeral}
	for _, coefficients := range deal.Coefficients {
		points = append(points, coefficients...)
	}
	for n, point := range points {
		secret, err := curve.DecodeScalar(drawn[32*n : 32*n+32])
		check(t, err)
		if !curve.BaseMul(secret).Equal(point) {
			t.Errorf("secret %d of the deal is not the twin's", n)
		}
	}
	again, err := seed.Deal(p, head, dealer)
	check(t, err)
	if !bytes.Equal(again.Encode(), deal.Encode()) {
		t.Error("two deals of one statement")
	}
	other := p
	other.EID[0]++
	for name, draw := range map[string]func() (*sharing.Deal, error){
		"another election": func() (*sharing.Deal, error) { return seed.Deal(other, head, dealer) },
		"another roll":     func() (*sharing.Deal, error) { return seed.Deal(p, [32]byte{4}, dealer) },
		"another dealer":   func() (*sharing.Deal, error) { return seed.Deal(p, head, 1) },
		"another seed":     func() (*sharing.Deal, error) { return roles.Seed{}.Deal(p, head, dealer) },
	} {
		d, err := draw()
		check(t, err)
		if d.Ephemeral.Equal(deal.Ephemeral) || d.Coefficients[0][0].Equal(deal.Coefficients[0][0]) {
			t.Errorf("%s draws the same secrets", name)
		}
	}
}
