package board_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// TestBodyBytes has the bytes of each body, spelled by hand from the table of docs/protocol.md, for
// the bodies of [bodies] in their order.
func TestBodyBytes(t *testing.T) {
	k, any := key.String(), base64.StdEncoding.EncodeToString([]byte("any bytes"))
	zeros := func(n int) string { return strings.Repeat("00", n) }
	hash := func(first string) string { return first + zeros(31) }
	want := []string{
		`{"policy":"` + hash("01") + `","contract":"` + hash("02") + `","server":"` + k + `","candidates":["` + zeros(64) + `"]}`,
		`{"modulus":"` + any + `"}`,
		`{"name":"m1","keys":["` + any + `"],"coins":3,"from":"` + zeros(36) + `"}`,
		`{"root":"` + hash("05") + `","mixers":["` + k + `"],"voters":[{"key":"` + k + `","identity":"` + hash("06") + `"}]}`,
		`{"mixer":"` + k + `","outpoint":"` + zeros(36) + `","message":"` + any + `"}`,
		`{"turn":1}`,
		`{"to":"` + k + `","key":1,"offer":"` + any + `"}`,
		`{"offer":"` + hash("08") + `","challenge":"` + any + `"}`,
		`{"to":"` + k + `","answer":"` + any + `","sweep":"` + zeros(71) + `"}`,
		`{"mixer":"` + k + `","issuer":"` + k + `","signature":"` + any + `"}`,
		`{"vouchers":[{"voucher":12,"mixer":"` + k + `","key":2,"proof":"` + any + `"}]}`,
		`{"outpoint":"` + zeros(36) + `"}`,
		`{"entries":[3,2]}`,
		`{"deal":"` + hash("03") + `"}`,
		`{"deal":"` + any + `"}`,
		`{"deal":"` + hash("02") + `","key":1,"point":"` + k + `","proof":"` + zeros(64) + `"}`,
		`{"qual":[1,3],"keys":[{"key":"` + k + `","from":1,"shares":"` + twoPoints(t) + `"}]}`,
		`{"transcript":"` + hash("04") + `","share":true}`,
		`{"count":1,"openings":[{"i":1,"j":2,"s":"` + zeros(32) + `","salt":"` + zeros(12) + `"}],` +
			`"disavowals":[{"i":2,"d":"` + k + `","proof":"` + zeros(64) + `"}]}`,
	}
	for i, b := range bodies() {
		if got := string(sign(t, b).Body); got != want[i] {
			t.Errorf("%s\ngot  %s\nwant %s", b.Type(), got, want[i])
		}
	}
}

// twoPoints is the base64 of the test's key, twice.
func twoPoints(t *testing.T) string {
	t.Helper()
	k, err := hex.DecodeString(key.String() + key.String())
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(k)
}

// TestMixingHashes computes the hashes of registration and exchange from the formulas of
// docs/protocol.md.
func TestMixingHashes(t *testing.T) {
	other := curve.BaseMul(curve.NewScalar(8)).Key()
	text := func(s string) []byte { return append(u32(uint32(len(s))), s...) }
	salt := [32]byte{9}
	identity := tagged("identity", eid[:], salt[:], text("Ada"))
	voters := []board.Registered{{Key: key, Identity: identity}, {Key: other, Identity: board.Hash{7}}}
	seven := board.Hash{7}
	for name, h := range map[string]struct{ got, want [32]byte }{
		"registration": {board.RegistrationHash(eid, "Ada", key), tagged("registration", eid[:], text("Ada"), key[:])},
		"identity":     {board.IdentityHash(eid, salt, "Ada"), identity},
		"registry":     {board.RegistryRoot(eid, voters), tagged("registry", eid[:], u32(2), key[:], identity[:], other[:], seven[:])},
		"mix":          {board.VoucherMessage(eid, key, other), tagged("mix", eid[:], key[:], other[:])},
		"offer":        {board.OfferHash(eid, []byte("any bytes")), tagged("offer", eid[:], []byte("any bytes"))},
	} {
		if h.got != h.want {
			t.Errorf("%s: %x, want %x", name, h.got, h.want)
		}
	}
}
