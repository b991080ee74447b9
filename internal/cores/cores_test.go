package cores_test

import (
	"testing"

	"bevote/internal/cores"
)

func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 1000} {
		done := make([]int, n)
		cores.Each(n, func(i int) { done[i]++ })
		for i, times := range done {
			if times != 1 {
				t.Fatalf("of %d calls, f(%d) was made %d times", n, i, times)
			}
		}
	}
}

func TestPanicIsTheCallers(t *testing.T) {
	defer func() {
		if p := recover(); p != "boom" {
			t.Errorf("recovered %v, want boom", p)
		}
	}()
	cores.Each(10, func(i int) {
		if i == 7 {
			panic("boom")
		}
	})
	t.Error("Each did not panic")
}
