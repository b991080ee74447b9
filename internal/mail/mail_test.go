package mail_test

import (
	"bytes"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/mail"
)

func TestMail(t *testing.T) {
	eid, supervisor, secret := [32]byte{7}, curve.NewScalar(11), curve.ReduceScalar([32]byte{1, 2, 3})
	key := curve.BaseMul(supervisor).Key()
	a, err := mail.NewAddress(eid, supervisor, secret)
	if err != nil {
		t.Fatal(err)
	}
	again, err := mail.DecodeAddress(a.Encode(), eid, key)
	if err != nil || again != a || !strings.HasPrefix(a.To, "age1") {
		t.Fatalf("%+v, %v", again, err)
	}
	sealed, err := again.Seal([]byte("anna, 02…"))
	if err != nil || bytes.Contains(sealed, []byte("anna")) || !bytes.HasPrefix(sealed, []byte("age-encryption.org/v1\n")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	if text, err := mail.Open(secret, sealed); err != nil || string(text) != "anna, 02…" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := mail.Open(curve.NewScalar(5), sealed); err == nil {
		t.Error("another key opens it")
	}
	if _, err := again.Seal(make([]byte, mail.MaxText+1)); err == nil {
		t.Error("a long message is sealed")
	}
	if sealed, err := again.Seal(make([]byte, mail.MaxText)); err != nil || len(sealed) > 16<<10 {
		t.Errorf("the longest message: %v, %d bytes", err, len(sealed))
	}
}

// TestAddressesAreSigned: an address of another election, or that the supervisor has not
// signed, is not taken.
func TestAddressesAreSigned(t *testing.T) {
	eid, supervisor := [32]byte{7}, curve.NewScalar(11)
	key := curve.BaseMul(supervisor).Key()
	a, err := mail.NewAddress(eid, supervisor, curve.NewScalar(99))
	if err != nil {
		t.Fatal(err)
	}
	own, err := mail.NewAddress(eid, curve.NewScalar(12), curve.NewScalar(99))
	if err != nil {
		t.Fatal(err)
	}
	swapped := own
	swapped.Sig = a.Sig
	swapped.To = strings.Replace(own.To, "q", "p", 1)
	for name, row := range map[string]struct {
		text []byte
		eid  [32]byte
	}{
		"another election":   {a.Encode(), [32]byte{8}},
		"the server's own":   {own.Encode(), eid},
		"another address":    {swapped.Encode(), eid},
		"nothing":            {nil, eid},
		"another spelling":   {bytes.Replace(a.Encode(), []byte(`"eid":`), []byte(`"eid": `), 1), eid},
		"something after it": {append(a.Encode(), ' '), eid},
	} {
		if _, err := mail.DecodeAddress(row.text, row.eid, key); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// FuzzDecodeAddress: what is read is written as the same bytes.
func FuzzDecodeAddress(f *testing.F) {
	supervisor := curve.NewScalar(11)
	a, err := mail.NewAddress([32]byte{7}, supervisor, curve.NewScalar(99))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(a.Encode())
	f.Add([]byte(`{"mail":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if a, err := mail.DecodeAddress(text, [32]byte{7}, curve.BaseMul(supervisor).Key()); err == nil && string(a.Encode()) != string(text) {
			t.Errorf("%q is written as %q", text, a.Encode())
		}
	})
}
