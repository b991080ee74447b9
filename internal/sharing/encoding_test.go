package sharing_test

import (
	"bytes"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/sharing"
)

func TestDealSizeAndLayout(t *testing.T) {
	w := newFixture(t, 5, 3, 2)
	d, b := w.published(1), w.deals[1]
	if len(b) != w.p.Size() {
		t.Fatalf("%d bytes, want %d", len(b), w.p.Size())
	}
	// The layout by the offsets of docs/protocol.md.
	points := 4
	ephemeral := points + 6*33
	proofs := ephemeral + 33 + 4
	ciphertexts := proofs + 3*64 + 4
	key := d.Coefficients[1][2].Key()
	e := d.Ephemeral.Key()
	for name, part := range map[string]struct {
		at   int
		want []byte
	}{
		"points":      {0, []byte{0, 0, 0, 6}},
		"last point":  {points + 5*33, key[:]},
		"ephemeral":   {ephemeral, e[:]},
		"proofs":      {proofs - 4, []byte{0, 0, 0, 3}},
		"second":      {proofs + 64, d.Possession[1].Bytes()},
		"its proof":   {proofs + 128, d.EphemeralPossession.Bytes()},
		"ciphertexts": {ciphertexts - 4, []byte{0, 0, 0, 10}},
		"last":        {ciphertexts + 9*32, d.Ciphertexts[1][4][:]},
	} {
		if !bytes.HasPrefix(b[part.at:], part.want) {
			t.Errorf("%s: %x at %d, want %x", name, b[part.at:part.at+len(part.want)], part.at, part.want)
		}
	}
	if d.Commitment(w.p, 1) != curve.TaggedHash("deal", w.p.EID[:], []byte{0, 0, 0, 1}, b) {
		t.Error("another commitment")
	}
}

// The contexts of proofs, by docs/protocol.md: u32 indices, u16 joint keys.
func TestContextsOfProofs(t *testing.T) {
	w := newFixture(t, 5, 3, 2)
	d, key := w.published(3), w.p.Roll[2]
	prover := append([]byte{0, 0, 0, 3}, key[:]...)
	of := func(tag string, key int, prover []byte) curve.Context {
		return curve.Context{Tag: tag, EID: w.p.EID, Key: key, Prover: prover}
	}
	for n, points := range d.Coefficients {
		if !curve.VerifyPossession(of("coefficient", n+1, prover), d.Possession[n], points[0], points[1:]...) {
			t.Errorf("the proof of the constant term for joint key %d has another context", n+1)
		}
	}
	if !curve.VerifyPossession(of("ephemeral", 0, prover), d.EphemeralPossession, d.Ephemeral) {
		t.Error("the proof of the ephemeral key has another context")
	}
	c := w.complain(5, sharing.WrongShare{Dealer: 3, Key: 2}, d)
	X := curve.BaseMul(w.secrets[4])
	if !curve.VerifyEquality(of("complaint", 2, []byte{0, 0, 0, 5, 0, 0, 0, 3}), c.Proof, X, d.Ephemeral, c.Point) {
		t.Error("the proof of a complaint has another context")
	}
}

// Indices beyond 65,535 have bytes of their own, and no roll is longer than 200,000.
func TestLongRoll(t *testing.T) {
	w := newFixture(t, 2, 2, 1)
	if w.published(1).Commitment(w.p, 65_537) != curve.TaggedHash("deal", w.p.EID[:], []byte{0, 1, 0, 1}, w.deals[1]) {
		t.Error("another commitment of dealer 65,537")
	}
	w.p.Roll = make([]curve.PublicKey, 200_001)
	if _, err := sharing.NewDeal(w.r, w.p, 1); err == nil {
		t.Error("a roll of 200,001 deals")
	}
	w.p.Roll = w.p.Roll[1:]
	if _, err := sharing.DecodeDeal(w.p, nil); err == nil || strings.Contains(err.Error(), "roll") {
		t.Errorf("a roll of 200,000: %v", err)
	}
}

// The figures that docs/protocol.md prints beside the paper's Table 4.
func TestSizeOfDeals(t *testing.T) {
	for _, c := range []struct{ n, k, keys, want int }{
		{100, 51, 1, 5056}, {500, 251, 1, 24456}, {1000, 501, 1, 48706},
	} {
		p := sharing.Params{K: c.k, Keys: c.keys, Roll: make([]curve.PublicKey, c.n)}
		if got := p.Size(); got != c.want {
			t.Errorf("n = %d, k = %d: %d bytes, want %d", c.n, c.k, got, c.want)
		}
	}
}

func TestDealCutShort(t *testing.T) {
	w := newFixture(t, 3, 2, 1)
	for size := range w.deals[1] {
		if _, err := sharing.DecodeDeal(w.p, w.deals[1][:size]); err == nil {
			t.Errorf("%d bytes decode", size)
		}
	}
}

func FuzzDecodeDeal(f *testing.F) {
	w := newFixture(f, 3, 2, 2)
	f.Add(w.deals[1])
	f.Add(w.deals[2][:50])
	f.Add(append(w.deals[3], 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := sharing.DecodeDeal(w.p, b)
		if err != nil {
			return
		}
		if !bytes.Equal(d.Encode(), b) {
			t.Fatal("decodes and encodes to something else")
		}
		// What decodes can be judged and received.
		deals := map[int][]byte{1: b, 2: w.deals[2], 3: w.deals[3]}
		commits := map[int][32]byte{1: d.Commitment(w.p, 1), 2: w.commits[2], 3: w.commits[3]}
		o := sharing.Judge(w.p, sharing.Log{Commits: commits, Deals: deals})
		sharing.Combine(w.p, w.head(), o).Receive(w.secrets[0], 1, o)
	})
}
