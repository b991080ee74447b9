package rehearsal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/workbench"
)

// No secret that outlives its use is in any file of a record, neither raw nor
// in hex or base64: the stand-ins' keys, the roll keys, the shares of those
// who abstain, and what the seeded streams give.
func TestNoSecretInTheRecord(t *testing.T) {
	for name, f := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const seed = 3
			_, keys, err := workbench.StandIns(f.source(), seed)
			if err != nil {
				t.Fatal(err)
			}
			secrets := make(map[string][]byte)
			for role, key := range keys {
				b := key.Bytes()
				secrets[role] = b[:]
			}
			for i := range f.voters {
				role := fmt.Sprintf("voter %d", i+1)
				key, err := curve.RandomScalar(rehearsal.Seeded(seed, role))
				if err != nil {
					t.Fatal(err)
				}
				b := key.Bytes()
				secrets[role] = b[:]
			}
			_, path := play(t, rehearsal.Options{Source: f.source(), Seed: seed, Votes: map[string]int{"alice": 3}})
			all := files(t, path)
			for role, secret := range secrets {
				refuse(t, all, role, secret)
			}
		})
	}
}

func refuse(t *testing.T, files map[string][]byte, role string, secret []byte) {
	t.Helper()
	// Base64 of a longer text shows a secret at one of three offsets, but for
	// its first and last digits.
	forms := [][]byte{secret, []byte(hex.EncodeToString(secret))}
	for skip := range 3 {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, skip), secret...))
		forms = append(forms, []byte(text[4:40]))
	}
	for name, text := range files {
		for _, form := range forms {
			if bytes.Contains(text, form) {
				t.Errorf("%s: the secret of %s is there", name, role)
			}
		}
	}
}
