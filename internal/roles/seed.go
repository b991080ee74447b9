package roles

import (
	"fmt"
	"io"
	"slices"

	"bevote/internal/ballot"
	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Seed is the secret of one role in one election. What the role draws at random follows from the
// seed, a purpose and the whole statement of the act, so that the same act has the same bytes, also
// after a restart and on a second device. String and Format hide it.
type Seed [32]byte

// NewSeed draws a seed. random is crypto/rand's Reader where the election is real.
func NewSeed(random io.Reader) (s Seed, err error) {
	if _, err := io.ReadFull(random, s[:]); err != nil {
		return s, fmt.Errorf("drawing a seed: %w", err)
	}
	return s, nil
}

// String hides the seed.
func (s Seed) String() string { return "seed(hidden)" }

// Format hides the seed from every verb of fmt.
func (s Seed) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// Key returns the role's secret key for a purpose, such as "roll":
//
//	TH("key", seed ‖ text purpose) mod q
func (s Seed) Key(purpose string) curve.Scalar {
	return curve.ReduceScalar(curve.TaggedHash("key", curve.Encoder(nil).Raw(s[:]).Text([]byte(purpose))))
}

// Deal returns the deal of dealer i after a roll, whose anchor has the head. It fails as
// [sharing.NewDeal] does.
//
//	draw "deal", eid ‖ head ‖ u32 i
func (s Seed) Deal(p sharing.Params, head [32]byte, i int) (*sharing.Deal, error) {
	return sharing.NewDeal(s.draw("deal", curve.Encoder(nil).Raw(p.EID[:]).Raw(head[:]).U32(uint32(i))), p, i)
}

// nonce is what a custodial ballot for candidate j carries in place of a share.
//
//	draw "ballot nonce", eid ‖ outpoint of the coin ‖ u16 j
func (s Seed) nonce(eid [32]byte, coin wire.OutPoint, j int) curve.Scalar {
	nonce, err := curve.RandomScalar(s.draw("ballot nonce", ballotFor(eid, coin, j)))
	if err != nil {
		panic("roles: " + err.Error()) // a draw does not fail
	}
	return nonce
}

// salt is that of a ballot for candidate j.
//
//	draw "ballot salt", eid ‖ outpoint of the coin ‖ u16 j
func (s Seed) salt(eid [32]byte, coin wire.OutPoint, j int) []byte {
	salt := make([]byte, ballot.SaltSize)
	io.ReadFull(s.draw("ballot salt", ballotFor(eid, coin, j)), salt) // a draw does not fail
	return salt
}

func ballotFor(eid [32]byte, coin wire.OutPoint, j int) []byte {
	at := election.EncodeOutpoint(coin)
	return curve.Encoder(nil).Raw(eid[:]).Raw(at[:]).U16(j)
}

// draw returns an endless stream for a purpose and a statement. It has no errors.
//
//	TH("draw", seed ‖ text purpose ‖ text statement ‖ u64 n)     n = 0, 1, …
func (s Seed) draw(purpose string, statement []byte) io.Reader {
	return &hashStream{key: curve.Encoder(nil).Raw(s[:]).Text([]byte(purpose)).Text(statement)}
}

// hashStream is a stream of tagged hashes. Without the key its blocks look independent of each
// other.
type hashStream struct {
	key     curve.Encoder
	counter uint64
	left    []byte // of the newest hash
}

// Format hides the key, which begins with the seed.
func (s hashStream) Format(f fmt.State, _ rune) { io.WriteString(f, "stream(hidden)") }

func (s *hashStream) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(s.left) == 0 {
			block := curve.TaggedHash("draw", slices.Clone(s.key).U64(s.counter))
			s.counter, s.left = s.counter+1, block[:]
		}
		taken := copy(p[n:], s.left)
		n, s.left = n+taken, s.left[taken:]
	}
	return n, nil
}
