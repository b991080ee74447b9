package rehearsal

import (
	"io"
	"math/rand/v2"

	"bevote/internal/curve"
)

// stream is a role's randomness: ChaCha8 keyed by TH("rehearsal", seed ‖ role).
// Each role has its own, so that roles can act side by side and still draw the
// same bytes.
func (p *play) stream(role string) io.Reader { return seeded(p.opt.Seed, role) }

func seeded(seed uint64, role string) *rand.ChaCha8 {
	return rand.NewChaCha8(curve.TaggedHash("rehearsal", curve.Encoder(nil).U64(seed).Text([]byte(role))))
}
