package rehearsal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/sharing"
	"bevote/internal/workbench"
	"bevote/verifier/board"
	"bevote/verifier/record"
)

// TestNoSecretInTheRecord: no file of a record has a secret in it, neither raw
// nor in hex or base64: the stand-ins' keys, the roll keys, and the secrets that
// claims are signed with, which follow from k openings but are written nowhere.
func TestNoSecretInTheRecord(t *testing.T) {
	for name, f := range rehearsaltest.Forms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const seed = 3
			_, keys, err := workbench.StandIns(f.Source(), seed)
			if err != nil {
				t.Fatal(err)
			}
			secrets := make(map[string][]byte)
			for role, key := range keys {
				b := key.Bytes()
				secrets[role] = b[:]
			}
			for i := range f.Voters {
				role := fmt.Sprintf("voter %d", i+1)
				b := rehearsal.Seed(seed, role).Key("roll").Bytes()
				secrets[role] = b[:]
			}
			for role, key := range mixingSecrets(t, f, seed) {
				b := key.Bytes()
				secrets[role] = b[:]
			}
			path := rehearsaltest.Record(t, rehearsal.Options{Source: f.Source(), Seed: seed, Votes: map[string]int{"alice": 3}})
			all := rehearsaltest.Files(t, path)
			for name, secret := range claimSecrets(t, all[record.Board], f.Threshold, keys) {
				secrets[name] = secret
			}
			for role, secret := range secrets {
				refuse(t, all, role, secret)
			}
			refuse(t, all, "an identity", []byte("voter 1"))
		})
	}
}

// mixingSecrets returns the secrets of identity keys, registration keys and mixers.
func mixingSecrets(t *testing.T, f rehearsaltest.Form, seed uint64) map[string]curve.Scalar {
	t.Helper()
	out := make(map[string]curve.Scalar)
	draw := func(role, stream string, n int) {
		random := rehearsal.Stream(seed, stream)
		for i := range n {
			key, err := curve.RandomScalar(random)
			if err != nil {
				t.Fatal(err)
			}
			out[fmt.Sprint(role, " ", i)] = key
		}
	}
	for i := range f.Voters {
		own := rehearsal.Seed(seed, fmt.Sprintf("voter %d registration", i+1))
		for _, purpose := range []string{"identity", "registration"} {
			out[fmt.Sprintf("%s of voter %d", purpose, i+1)] = own.Key(purpose)
		}
	}
	for i := range 2 {
		draw(fmt.Sprintf("mixer m%d", i+1), fmt.Sprintf("mixer m%d", i+1), 1)
	}
	return out
}

// claimSecrets interpolates the secret of alice's joint key from the first k
// openings on the board, and computes that of her claim key. Custodial ballots have
// no shares, so the results are then no secrets of the election.
func claimSecrets(t *testing.T, text []byte, k int, keys map[string]curve.Scalar) map[string][]byte {
	t.Helper()
	var shares []sharing.Share
	err := board.Read(bytes.NewReader(text), func(_ int, l board.Line) error {
		var body board.Opening
		if l.Type != board.TypeOpening || board.DecodeBody(l, &body) != nil {
			return nil
		}
		for _, o := range body.Openings {
			s, err := curve.DecodeScalar(o.S)
			if err != nil {
				return err
			}
			shares = append(shares, sharing.Share{I: o.I, S: s})
		}
		return nil
	})
	if err != nil || len(shares) < k {
		t.Fatalf("%d openings, err %v", len(shares), err)
	}
	joint := sharing.Interpolate(shares[:k], 0)
	claim := joint.Add(keys["candidate alice"])
	j, c := joint.Bytes(), claim.Bytes()
	return map[string][]byte{"the joint key": j[:], "alice's claim key": c[:]}
}

// refuse fails where a secret of a role is in a file.
func refuse(t *testing.T, files map[string][]byte, role string, secret []byte) {
	t.Helper()
	// In the base64 of a longer text a secret begins at one of three offsets;
	// its first and last digits depend on its neighbours.
	forms := [][]byte{secret, []byte(hex.EncodeToString(secret))}
	for skip := range 3 {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, skip), secret...))
		if len(text) >= 44 {
			forms = append(forms, []byte(text[4:40]))
		}
	}
	for name, text := range files {
		for _, form := range forms {
			if bytes.Contains(text, form) {
				t.Errorf("%s: the secret of %s is there", name, role)
			}
		}
	}
}
