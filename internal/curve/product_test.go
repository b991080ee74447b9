package curve_test

import (
	"fmt"
	"testing"
	"time"

	"bevote/internal/curve"
)

// points returns n scalars and points. Where n > 50 they include a point twice,
// its negative and ∞, the special cases of addition.
func points(n int) ([]curve.Scalar, []curve.Point) {
	scalars := randomScalars(seeded(uint64(n)), n)
	out := make([]curve.Point, n)
	step := curve.BaseMul(curve.NewScalar(3))
	for i := range out {
		if i == 0 {
			out[i] = curve.BaseMul(curve.NewScalar(11))
			continue
		}
		out[i] = out[i-1].Add(step)
	}
	if n > 50 {
		out[7], out[8], out[9] = out[6], out[6].Neg(), curve.Point{}
		scalars[10] = curve.Scalar{}
		scalars[7] = scalars[6]
	}
	return scalars, out
}

func TestProductAgainstNaiveSum(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 100, 5000} {
		scalars, bases := points(n)
		want, plain := curve.Point{}, curve.Point{}
		for i := range bases {
			want = want.Add(bases[i].Mul(scalars[i]))
			plain = plain.Add(bases[i])
		}
		if curve.Product(scalars, bases) != want {
			t.Errorf("product of %d is wrong", n)
		}
		if curve.Sum(bases) != plain {
			t.Errorf("sum of %d is wrong", n)
		}
	}
}

func TestEvaluateAgainstPowers(t *testing.T) {
	scalars, bases := points(60)
	for _, x := range []uint32{0, 1, 2, 3, 500, 65535} {
		wantS, wantP, power := curve.Scalar{}, curve.Point{}, curve.NewScalar(1)
		for l := range scalars {
			wantS = wantS.Add(power.Mul(scalars[l]))
			wantP = wantP.Add(bases[l].Mul(power))
			power = power.Mul(curve.NewScalar(x))
		}
		if !curve.Evaluate(scalars, x).Equal(wantS) {
			t.Errorf("value at %d is wrong", x)
		}
		if curve.EvaluatePoints(bases, x) != wantP {
			t.Errorf("point at %d is wrong", x)
		}
	}
}

func BenchmarkProduct(b *testing.B) {
	one, s := curve.BaseMul(curve.NewScalar(7)), randomScalars(seeded(9), 1)[0]
	start := time.Now()
	for range 100 {
		one.Mul(s)
	}
	single := float64(time.Since(start).Nanoseconds()) / 100
	for _, n := range []int{100, 501, 1500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			scalars, bases := points(n)
			for b.Loop() {
				curve.Product(scalars, bases)
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(n)
			b.ReportMetric(each, "ns/point")
			b.ReportMetric(single/each, "×faster-than-Mul")
		})
	}
}
