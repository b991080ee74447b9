package evidence

import "testing"

// TestKeptHeaders finds every header that was kept, over several pages, and no
// other.
func TestKeptHeaders(t *testing.T) {
	var k keptHeaders
	if _, ok := k.at(0); ok {
		t.Error("found one of none")
	}
	const n = 3 * longestPage
	for i := range uint32(n) {
		k.add(keptHeader{height: 10 + 3*i, hash: [32]byte{byte(i), byte(i >> 8)}})
	}
	for h := range uint32(3*n + 20) {
		got, ok := k.at(h)
		i := (h - 10) / 3
		if want := h >= 10 && i < n && (h-10)%3 == 0; ok != want || ok && (got.height != h || got.hash != [32]byte{byte(i), byte(i >> 8)}) {
			t.Fatalf("height %d: %v, %v", h, got, ok)
		}
	}
}
