package rehearsal

import (
	"io"
	"math/rand/v2"

	"bevote/internal/curve"
)

// Stream returns a role's stream of the play's seed, from its beginning.
func (p *Play) Stream(role string) io.Reader { return Stream(p.opt.Seed, role) }

// Stream returns the randomness of a role: ChaCha8 keyed by
// TH("rehearsal", u64 seed ‖ text role). Each role has its own, so that roles
// can act in parallel and still draw the same bytes.
func Stream(seed uint64, role string) *rand.ChaCha8 {
	return rand.NewChaCha8(curve.TaggedHash("rehearsal", curve.Encoder(nil).U64(seed).Text([]byte(role))))
}
