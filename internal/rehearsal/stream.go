package rehearsal

import (
	"io"
	"math/rand/v2"

	"bevote/internal/curve"
)

// Stream is a role's randomness: ChaCha8 keyed by TH("rehearsal", seed ‖ role).
// Each role has its own, so that roles can act side by side and still draw the
// same bytes.
func (p *Play) Stream(role string) io.Reader { return Stream(p.opt.Seed, role) }

func Stream(seed uint64, role string) *rand.ChaCha8 {
	return rand.NewChaCha8(curve.TaggedHash("rehearsal", curve.Encoder(nil).U64(seed).Text([]byte(role))))
}
