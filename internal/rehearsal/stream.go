package rehearsal

import (
	"io"
	"math/rand/v2"

	"bevote/internal/curve"
	"bevote/internal/roles"
)

// Seed returns the seed of a role in the play.
func (p *Play) Seed(role string) roles.Seed { return Seed(p.opt.Seed, role) }

// Stream returns a stream of the play's seed, from its beginning.
func (p *Play) Stream(role string) io.Reader { return Stream(p.opt.Seed, role) }

// Stream returns a stream of a play's seed: ChaCha8 keyed by
// TH("rehearsal", u64 seed ‖ text role). Each part of a play has its own, so that
// roles can act in parallel and still draw the same bytes.
func Stream(seed uint64, role string) *rand.ChaCha8 {
	return rand.NewChaCha8(Seed(seed, role))
}

// Seed returns the seed of a role in a rehearsal:
// TH("rehearsal", u64 seed ‖ text role).
func Seed(seed uint64, role string) roles.Seed {
	return curve.TaggedHash("rehearsal", curve.Encoder(nil).U64(seed).Text([]byte(role)))
}
