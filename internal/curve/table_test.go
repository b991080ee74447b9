package curve_test

import (
	"testing"

	"bevote/internal/curve"
)

func TestTableAgainstMul(t *testing.T) {
	_, bases := points(5)
	minusOne := curve.NewScalar(1).Neg()
	scalars := append(randomScalars(seeded(3), 40), curve.Scalar{}, curve.NewScalar(1), curve.NewScalar(255),
		curve.NewScalar(256), curve.NewScalar(65536), minusOne)
	for _, p := range append(bases, curve.Point{}, curve.BaseMul(minusOne)) {
		table := curve.NewTable(p)
		for i, s := range scalars {
			if table.Mul(s) != p.Mul(s) {
				t.Errorf("product %d is wrong", i)
			}
		}
	}
}

func BenchmarkTable(b *testing.B) {
	s := randomScalars(seeded(9), 1)[0]
	p := curve.BaseMul(s)
	table := curve.NewTable(p)
	alone := timed(100, func(int) { p.Mul(s) })
	b.Run("make", func(b *testing.B) {
		for b.Loop() {
			curve.NewTable(p)
		}
		b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(alone), "×Mul")
	})
	b.Run("Mul", func(b *testing.B) {
		for b.Loop() {
			table.Mul(s)
		}
		b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(alone), "×Mul")
	})
}
