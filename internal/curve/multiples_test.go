package curve_test

import (
	"fmt"
	"testing"

	"bevote/internal/curve"
)

func TestMultiplesAgainstMul(t *testing.T) {
	_, bases := points(3)
	minusOne := curve.NewScalar(1).Neg()
	edges := []curve.Scalar{
		{}, curve.NewScalar(1), curve.NewScalar(255), curve.NewScalar(256), curve.NewScalar(65536), minusOne,
	}
	scalars := append(edges, randomScalars(seeded(3), 300)...)
	for at, p := range append(bases, curve.Point{}, curve.BaseMul(minusOne)) {
		for _, n := range []int{0, len(edges), len(scalars)} {
			for i, got := range curve.Multiples(p, scalars[:n]) {
				if i%10 < len(edges) && got != p.Mul(scalars[i]) {
					t.Errorf("product %d of %d with point %d is wrong", i, n, at)
				}
			}
		}
	}
}

func BenchmarkMultiples(b *testing.B) {
	p := curve.BaseMul(curve.NewScalar(11))
	for _, n := range []int{100, 200, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			scalars := randomScalars(seeded(9), n)
			alone := timed(100, func(i int) { p.Mul(scalars[i]) })
			for b.Loop() {
				curve.Multiples(p, scalars)
			}
			each := float64(b.Elapsed()) / float64(b.N*n)
			b.ReportMetric(each/1000, "µs/product")
			b.ReportMetric(each/float64(alone), "×Mul")
		})
	}
}
