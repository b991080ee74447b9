package board_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"bevote/internal/curve"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/chainhash/v2"
)

func receipt(t testing.TB) board.Receipt {
	t.Helper()
	r, err := board.Receipt{EID: eid, Line: board.Hash{1, 2}, Number: 258, Head: board.Hash{3, 4}, Tip: seen}.Sign(secret)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func refused(t testing.TB) board.Refused {
	t.Helper()
	r, err := board.Refused{EID: eid, Line: board.Hash{1, 2}, Code: "author", Tip: seen}.Sign(secret)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tagged is TH of docs/protocol.md.
func tagged(tag string, parts ...[]byte) (h [32]byte) {
	t := sha256.Sum256([]byte("bevote/v2/" + tag))
	return sha256.Sum256(slices.Concat(t[:], t[:], slices.Concat(parts...)))
}

func u32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// TestReceiptBytes makes a receipt and a refusal from the formulas of docs/protocol.md, and
// compares texts and signatures.
func TestReceiptBytes(t *testing.T) {
	shown := seen.Hash // reversed, as people write it
	slices.Reverse(shown[:])
	line, head := board.Hash{1, 2}, board.Hash{3, 4}
	h := tagged("receipt", eid[:], line[:], u32(258), head[:], u32(101), seen.Hash[:])
	sig, err := curve.SignSchnorr(secret, h)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"receipt":2,"eid":"%x","line":"%x","number":258,"head":"%x","tip":[101,"%x"],"sig":"%x"}`+"\n", eid, line[:], head[:], shown[:], sig)
	if got := receipt(t).Encode(); string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	h = tagged("refusal", eid[:], line[:], u32(6), []byte("author"), u32(101), seen.Hash[:])
	if sig, err = curve.SignSchnorr(secret, h); err != nil {
		t.Fatal(err)
	}
	want = fmt.Sprintf(`{"refusal":2,"eid":"%x","line":"%x","code":"author","tip":[101,"%x"],"sig":"%x"}`+"\n", eid, line[:], shown[:], sig)
	if got := refused(t).Encode(); string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// The bytes of today, so that a change of both is seen too.
	for text, sum := range map[string]string{
		string(receipt(t).Encode()): "5fe1b1e6dda7663624cecefafa1ffd689a901c95a8cec60dbc4c73aeb58e0946", string(refused(t).Encode()): "bebd3e03fe2ba686ee8ced8438ef820ee277b6038dab3ec03bbf884408203b20",
	} {
		if got := sha256.Sum256([]byte(text)); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%x is the SHA-256 of %s", got, text)
		}
	}
}

// TestReceiptVerifies: a receipt, and a refusal, holds for one key, and for nothing else
// than was signed.
func TestReceiptVerifies(t *testing.T) {
	r, f := receipt(t), refused(t)
	other := curve.BaseMul(curve.NewScalar(8)).Key()
	if !r.Verify(key) || r.Verify(other) || !f.Verify(key) || f.Verify(other) {
		t.Error("the key does not decide")
	}
	for name, change := range map[string]func(*board.Receipt){
		"eid": func(r *board.Receipt) { r.EID[0] ^= 1 }, "line": func(r *board.Receipt) { r.Line[0] ^= 1 },
		"number": func(r *board.Receipt) { r.Number++ }, "head": func(r *board.Receipt) { r.Head[0] ^= 1 },
		"height": func(r *board.Receipt) { r.Tip.Height++ }, "hash": func(r *board.Receipt) { r.Tip.Hash = chainhash.Hash{} },
	} {
		changed := r
		if change(&changed); changed.Verify(key) {
			t.Errorf("%s is not signed", name)
		}
	}
	for name, change := range map[string]func(*board.Refused){
		"eid": func(r *board.Refused) { r.EID[0] ^= 1 }, "line": func(r *board.Refused) { r.Line[0] ^= 1 },
		"code": func(r *board.Refused) { r.Code = "size" }, "height": func(r *board.Refused) { r.Tip.Height++ },
	} {
		changed := f
		if change(&changed); changed.Verify(key) {
			t.Errorf("%s of a refusal is not signed", name)
		}
	}
}

func TestDecodeReceiptRefuses(t *testing.T) {
	text := receipt(t).Encode()
	for name, bad := range map[string][]byte{
		"nothing": nil, "no line feed": bytes.TrimSuffix(text, []byte("\n")), "a refusal": refused(t).Encode(),
		"version 1": bytes.Replace(text, []byte(`"receipt":2`), []byte(`"receipt":1`), 1),
		"a space":   bytes.Replace(text, []byte(`,"line"`), []byte(`, "line"`), 1),
		"a field":   bytes.Replace(text, []byte(`,"line"`), []byte(`,"more":1,"line"`), 1),
		"no hash":   bytes.Replace(text, []byte(`[101,`), []byte(`[`), 1),
		"long":      append(slices.Clone(text), make([]byte, 1<<13)...),
		"short sig": bytes.Replace(text, text[len(text)-5:len(text)-3], nil, 1),
	} {
		if _, err := board.DecodeReceipt(bad); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
	if _, err := board.DecodeRefused(text); err == nil {
		t.Error("a receipt was decoded as a refusal")
	}
}

// FuzzReceipt: what is decoded is written again, byte for byte.
func FuzzReceipt(f *testing.F) {
	f.Add(receipt(f).Encode())
	f.Add(refused(f).Encode())
	f.Fuzz(func(t *testing.T, text []byte) {
		if r, err := board.DecodeReceipt(text); err == nil && !bytes.Equal(r.Encode(), text) {
			t.Errorf("%q is written %q", text, r.Encode())
		}
		if r, err := board.DecodeRefused(text); err == nil && !bytes.Equal(r.Encode(), text) {
			t.Errorf("%q is written %q", text, r.Encode())
		}
	})
}
