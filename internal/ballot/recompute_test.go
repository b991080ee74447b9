package ballot_test

import (
	"testing"
	"time"

	"bevote/internal/ballot"
	"bevote/internal/curve"
)

// opening is the true opening of the fixture's ballot.
func (b fixture) opening(t testing.TB) ballot.Opening {
	t.Helper()
	sealed, err := ballot.Parse(ballot.Seal(b.says, b.at, b.key))
	if err != nil {
		t.Fatal(err)
	}
	return ballot.Opening{Sealed: sealed, Plain: b.says, At: b.at, Key: b.key}
}

// ballotOf returns the bytes of a ballot.
func ballotOf(s ballot.Sealed) []byte {
	mark := byte(0xb1)
	if s.Salted() {
		mark = 0xb2
	}
	return append(curve.Encoder{mark}.Point(s.R), s.Cipher...)
}

// falsehoods change a true opening. Recomputes refuses each.
var falsehoods = map[string]func(o *ballot.Opening){
	"another candidate": func(o *ballot.Opening) { o.Plain.Candidate++ },
	"no candidate":      func(o *ballot.Opening) { o.Plain.Candidate = 0 },
	"another share":     func(o *ballot.Opening) { o.Plain.Share = o.Plain.Share.Add(curve.NewScalar(1)) },
	"zero share":        func(o *ballot.Opening) { o.Plain.Share = curve.Scalar{} },
	"a salt too many":   func(o *ballot.Opening) { o.Plain.Salt = []byte("another salt") },
	"half a salt":       func(o *ballot.Opening) { o.Plain.Salt = []byte("half") },
	"another election":  func(o *ballot.Opening) { o.At.EID[3] ^= 1 },
	"another coin":      func(o *ballot.Opening) { o.At.Outpoint[3] ^= 1 },
	"another's p":       func(o *ballot.Opening) { o.At.PublicShare = newFixture(77).at.PublicShare },
	"p of no curve":     func(o *ballot.Opening) { o.At.PublicShare = curve.PublicKey{2, 32: 5} },
	"another key":       func(o *ballot.Opening) { o.Key = newFixture(77).key },
	"the key's mirror":  func(o *ballot.Opening) { o.Key = o.Key.Neg() },
	"the key infinity":  func(o *ballot.Opening) { o.Key = curve.Point{} },
	"R's mirror":        func(o *ballot.Opening) { o.Sealed.R = o.Sealed.R.Neg() },
	"another R":         func(o *ballot.Opening) { o.Sealed.R = newFixture(78).key },
	"another cipher":    func(o *ballot.Opening) { o.Sealed.Cipher = append([]byte{1}, o.Sealed.Cipher[1:]...) },
	"a short cipher":    func(o *ballot.Opening) { o.Sealed.Cipher = o.Sealed.Cipher[:20] },
}

// A lie among true openings of every form: it is refused, and they are not. Recomputes
// is the twin.
func TestRecomputeAllFindsEveryLie(t *testing.T) {
	for name, form := range forms() {
		var openings []ballot.Opening
		for range 5 {
			for _, b := range forms() {
				openings = append(openings, b.opening(t))
			}
		}
		for lie, tell := range falsehoods {
			one := form.opening(t)
			tell(&one)
			want := ballot.Recomputes(ballotOf(one.Sealed), one.Plain, one.At, one.Key)
			for i, recomputes := range ballot.RecomputeAll(append(openings, one)) {
				if i < len(openings) && !recomputes {
					t.Errorf("%s, %s: takes true opening %d with it", name, lie, i)
				} else if i == len(openings) && (recomputes != want || want) {
					t.Errorf("%s, %s: %v, alone %v", name, lie, recomputes, want)
				}
			}
		}
	}
}

// Of one opening only R = r·G does not hold, of another only s_i·G = p_i.
func TestRecomputeAllNeedsBothEquations(t *testing.T) {
	b := newFixture(5)
	good := b.opening(t)
	text := append(curve.Encoder(nil).Scalar(b.says.Share), 0, 2)
	r := curve.ReduceScalar(curve.TaggedHash("ballot", text, b.at.EID[:], b.at.Outpoint[:], b.at.PublicShare[:]))
	wrongR := good
	wrongR.Sealed.R = newFixture(6).key
	D := b.key.Mul(r)
	x := curve.Encoder(nil).Point(D).Point(wrongR.Sealed.R).Raw(b.at.EID[:]).Raw(b.at.Outpoint[:])
	pad := curve.KDF(x, len(text))
	wrongR.Sealed.Cipher = make([]byte, len(text))
	for i := range text {
		wrongR.Sealed.Cipher[i] = text[i] ^ pad[i]
	}
	wrongShare := b
	wrongShare.says.Share = curve.NewScalar(7)
	for what, lie := range map[string]ballot.Opening{"R": wrongR, "share": wrongShare.opening(t)} {
		if got := ballot.RecomputeAll([]ballot.Opening{good, lie, good}); !got[0] || got[1] || !got[2] {
			t.Errorf("wrong %s: %v", what, got)
		}
	}
}

// manyOpenings are n openings to one key, so many that a table is made.
func manyOpenings(t testing.TB, n int) []ballot.Opening {
	b := newFixture(1)
	out := make([]ballot.Opening, n)
	for i := range out {
		b.at.Outpoint[0], b.at.Outpoint[1] = byte(i), byte(i>>8)
		out[i] = b.opening(t)
	}
	return out
}

func TestRecomputeAllWithATable(t *testing.T) {
	openings := manyOpenings(t, 500)
	openings[321].Plain.Candidate = 1
	for i, recomputes := range ballot.RecomputeAll(openings) {
		if recomputes != (i != 321) {
			t.Errorf("opening %d: %v", i, recomputes)
		}
	}
}

// RecomputeAll, against Recomputes for each.
func BenchmarkRecomputeAll(b *testing.B) {
	openings := manyOpenings(b, 3000)
	start := time.Now()
	for _, o := range openings[:100] {
		ballot.Recomputes(ballotOf(o.Sealed), o.Plain, o.At, o.Key)
	}
	alone := time.Since(start) / 100
	for b.Loop() {
		ballot.RecomputeAll(openings)
	}
	each := float64(b.Elapsed()) / float64(b.N*len(openings))
	b.ReportMetric(each/1000, "µs/opening")
	b.ReportMetric(each/float64(alone), "×alone")
}
