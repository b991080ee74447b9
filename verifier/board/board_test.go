package board_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/chainhash/v2"
)

var (
	eid    = curve.TaggedHash("policy", []byte("a test's policy"))
	secret = curve.NewScalar(7)
	key    = curve.BaseMul(secret).Key()
	seen   = board.Seen{Height: 101, Hash: chainhash.Hash{1, 2, 3}}
)

func zeros(n int) []byte { return make([]byte, n) }

// bodies has one body of each type, none of them empty.
func bodies() []board.Body {
	return []board.Body{
		board.Open{Policy: board.Hash{1}, Contract: board.Hash{2}, Server: key, Candidates: []board.Hex{zeros(64)}},
		board.Manager{Modulus: []byte("any bytes")},
		board.Mixer{Name: "m1", Keys: []board.Bytes{[]byte("any bytes")}, Coins: 3, From: zeros(36)},
		board.Registry{Root: board.Hash{5}, Mixers: []curve.PublicKey{key},
			Voters: []board.Registered{{Key: key, Identity: board.Hash{6}}}},
		board.Deposit{Mixer: key, Outpoint: zeros(36), Message: []byte("any bytes")},
		board.Ready{Turn: 1},
		board.Offer{To: key, Key: 1, Offer: []byte("any bytes")},
		board.Challenge{Offer: board.Hash{8}, Challenge: []byte("any bytes")},
		board.Issue{To: key, Answer: []byte("any bytes"), Sweep: zeros(71)},
		board.Voucher{Mixer: key, Issuer: key[:], Signature: []byte("any bytes")},
		board.OpenedVouchers{Vouchers: []board.OpenedVoucher{{Voucher: 12, Mixer: key, Key: 2, Proof: []byte("any bytes")}}},
		board.Entry{Outpoint: zeros(36)},
		board.Roll{Entries: []int{3, 2}},
		board.Commit{Deal: board.Hash{3}},
		board.Deal{Deal: []byte("any bytes")},
		board.Complaint{Deal: board.Hash{2}, Key: 1, Point: key, Proof: zeros(64)},
		board.Transcript{Qual: []int{1, 3}, Keys: []board.JointKey{{Key: key, From: 1, Shares: append(key[:], key[:]...)}}},
		board.Ack{Transcript: board.Hash{4}, Share: true},
		board.Opening{Count: 1, Openings: []board.Opened{{I: 1, J: 2, S: zeros(32), Salt: zeros(12)}},
			Disavowals: []board.Disavowal{{I: 2, D: key, Proof: zeros(64)}}},
	}
}

func sign(t testing.TB, body board.Body) board.Line {
	t.Helper()
	l, err := board.Sign(eid, secret, seen, body)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func wholeLog(t testing.TB) *board.Log {
	t.Helper()
	log := board.NewLog(eid)
	for _, b := range bodies() {
		if err := log.Append(sign(t, b)); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// TestLineBytes has the bytes of one line, written by hand: another encoding is
// another protocol.
func TestLineBytes(t *testing.T) {
	l := sign(t, board.Ack{Transcript: board.Hash{4}})
	want := `{"prev":"` + strings.Repeat("0", 64) + `","by":"` + key.String() +
		`","seen":[101,"` + strings.Repeat("0", 58) + `030201"],"type":"ack","body":{"transcript":"04` +
		strings.Repeat("0", 62) + `","share":false},"sig":"` + fmt.Sprintf("%x", l.Sig) + `"}`
	if got := string(l.Encode()); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	empty := sign(t, board.Opening{})
	if got, want := string(empty.Body), `{"count":0,"openings":[],"disavowals":[]}`; got != want {
		t.Fatalf("empty opening is %s, want %s", got, want)
	}
}

// TestLineID: what an author signs and complaints name, by docs/protocol.md.
func TestLineID(t *testing.T) {
	l := sign(t, board.Complaint{Deal: board.Hash{2}, Key: 1, Point: key, Proof: zeros(64)})
	text := func(s string) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...) }
	body := `{"deal":"02` + strings.Repeat("0", 62) + `","key":1,"point":"` + key.String() + `","proof":"` + strings.Repeat("0", 128) + `"}`
	want := curve.TaggedHash("line", eid[:], key[:], text("complaint"), []byte{0, 0, 0, 101}, seen.Hash[:], text(body))
	if l.ID(eid) != want || !curve.VerifySchnorr(key, want, l.Sig[:]) {
		t.Errorf("the id is %x, want %x", l.ID(eid), want)
	}
}

func TestLogReadsBack(t *testing.T) {
	log := wholeLog(t)
	var text bytes.Buffer
	if _, err := log.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	prev, count := eid, 0
	err := board.Read(&text, func(n int, l board.Line) error {
		count++
		if n != count || l.Prev != prev || !l.Verify(eid) {
			t.Errorf("line %d (%s): number %d, prev or signature wrong", count, l.Type, n)
		}
		prev = l.Hash()
		return nil
	})
	if err != nil || count != len(bodies()) || prev != log.Head() {
		t.Fatalf("read %d lines, head %x, err %v", count, prev, err)
	}
}

func TestAppendRefuses(t *testing.T) {
	good := sign(t, board.Ack{})
	lies := map[string]func(l *board.Line){
		"signature": func(l *board.Line) { l.Sig[40] ^= 1 },
		"author":    func(l *board.Line) { l.By = curve.BaseMul(curve.NewScalar(8)).Key() },
		"seen":      func(l *board.Line) { l.Seen.Height++ },
		"type":      func(l *board.Line) { l.Type = board.TypeCommit },
		"body":      func(l *board.Line) { l.Body = bytes.Replace(l.Body, []byte("0"), []byte("1"), 1) },
	}
	for name, lie := range lies {
		l := good
		l.Body = bytes.Clone(good.Body)
		lie(&l)
		log := board.NewLog(eid)
		if err := log.Append(l); err == nil || log.Head() != eid || len(log.Lines()) != 0 {
			t.Errorf("%s changed: appended, err %v", name, err)
		}
	}
	if err := board.NewLog([32]byte{9}).Append(good); err == nil {
		t.Error("a line of another election was appended")
	}
}

func TestSignRefuses(t *testing.T) {
	for _, b := range []board.Body{
		board.Open{Candidates: []board.Hex{zeros(63)}},
		board.Entry{Outpoint: zeros(35)},
		board.Roll{Entries: []int{0}},
		board.Roll{Entries: []int{board.MaxLines + 1}},
		board.Deal{},
		board.Complaint{Key: 0, Point: key, Proof: zeros(64)},
		board.Complaint{Key: 1 << 16, Point: key, Proof: zeros(64)},
		board.Transcript{Qual: []int{2, 2}},
		board.Transcript{Qual: []int{0}},
		board.Transcript{Keys: []board.JointKey{{Key: key, Shares: zeros(33)}}},
		board.Transcript{Qual: []int{200_001}},
		board.Transcript{Keys: []board.JointKey{{Key: key, From: 1, Shares: zeros(34)}}},
		board.Opening{Count: -1},
		board.Manager{},
		board.Mixer{Name: "m 1", Keys: []board.Bytes{zeros(1)}, Coins: 1, From: zeros(36)},
		board.Mixer{Name: "m1", Coins: 1, From: zeros(36)},
		board.Mixer{Name: "m1", Keys: make([]board.Bytes, 17), Coins: 1, From: zeros(36)},
		board.Mixer{Name: "m1", Keys: []board.Bytes{{}}, Coins: 1, From: zeros(36)},
		board.Mixer{Name: "m1", Keys: []board.Bytes{zeros(1)}, From: zeros(36)},
		board.Mixer{Name: "m1", Keys: []board.Bytes{zeros(1)}, Coins: 1, From: zeros(35)},
		board.Deposit{Outpoint: zeros(35)},
		board.Ready{},
		board.Ready{Turn: 5},
		board.Offer{Key: 0, Offer: zeros(1)},
		board.Offer{Key: 17, Offer: zeros(1)},
		board.Offer{Key: 1},
		board.Issue{Sweep: zeros(74)},
		board.Voucher{Issuer: zeros(32)},
		board.OpenedVouchers{Vouchers: []board.OpenedVoucher{{Key: 1, Proof: zeros(1)}}},
		board.OpenedVouchers{Vouchers: []board.OpenedVoucher{{Voucher: 1, Proof: zeros(1)}}},
		board.OpenedVouchers{Vouchers: []board.OpenedVoucher{{Voucher: 1, Key: 1}}},
		board.Opening{Openings: []board.Opened{{I: 1, J: 1, S: zeros(31)}}},
		board.Opening{Openings: []board.Opened{{I: 1, J: 1, S: zeros(32), Salt: zeros(11)}}},
		board.Opening{Disavowals: []board.Disavowal{{I: 0, D: key, Proof: zeros(64)}}},
	} {
		if _, err := board.Sign(eid, secret, seen, b); err == nil {
			t.Errorf("signed %+v", b)
		}
	}
}

// Every way to write the same line differently is refused.
func TestDecodeLineRefuses(t *testing.T) {
	open := string(sign(t, board.Opening{Count: 1, Openings: []board.Opened{{I: 1, J: 2, S: zeros(32)}}}).Encode())
	deal := string(sign(t, board.Deal{Deal: []byte{255}}).Encode())
	ack := string(sign(t, board.Ack{Transcript: board.Hash{0xab}}).Encode())
	for _, c := range []struct{ name, text, old, new string }{
		{"white space", open, `"count":1`, `"count": 1`},
		{"duplicate key", open, `{"count":1`, `{"count":1,"count":1`},
		{"unknown key", open, `{"count":1`, `{"count":1,"more":1`},
		{"missing key", open, `,"disavowals":[]`, ``},
		{"null list", open, `"disavowals":[]`, `"disavowals":null`},
		{"other order", open, `"i":1,"j":2`, `"j":2,"i":1`},
		{"key in capitals", open, `"count"`, `"Count"`},
		{"number with a point", open, `"count":1`, `"count":1.0`},
		{"number with an exponent", open, `"i":1`, `"i":1e0`},
		{"escaped text", open, `"openings"`, `"\u006fpenings"`},
		{"body twice", open, `,"sig"`, `,"body":{},"sig"`},
		{"height with zero", open, `[101,`, `[0101,`},
		{"height with sign", open, `[101,`, `[+101,`},
		{"height over 32 bits", open, `[101,`, `[4294967296,`},
		{"short seen", open, `030201"]`, `0302"]`},
		{"unknown type", open, `"opening"`, `"openin"`},
		{"other type", open, `"opening"`, `"ack"`},
		{"no such author", open, `"by":"02`, `"by":"05`},
		{"capital hex", ack, `{"transcript":"ab`, `{"transcript":"AB`},
		{"short hash", ack, `{"transcript":"ab`, `{"transcript":"`},
		{"base64 with stray bits", deal, `"/w=="`, `"/x=="`},
		{"base64 without padding", deal, `"/w=="`, `"/w"`},
		{"base64 with a line feed", deal, `"/w=="`, `"/w\n=="`},
		{"trailing space", ack, `"}`, `"} `},
	} {
		text := strings.Replace(c.text, c.old, c.new, 1)
		if text == c.text {
			t.Errorf("%s: nothing replaced", c.name)
		}
		if _, err := board.DecodeLine([]byte(text)); err == nil {
			t.Errorf("%s: decoded %s", c.name, text)
		}
	}
	for n := range len(ack) {
		if _, err := board.DecodeLine([]byte(ack[:n])); err == nil {
			t.Errorf("decoded the first %d bytes", n)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	line := string(sign(t, board.Ack{}).Encode())
	for name, text := range map[string]string{
		"no last line feed": line,
		"carriage return":   line + "\r\n",
		"empty line":        line + "\n\n",
		"line too long":     line + "\n" + strings.Repeat(" ", board.MaxLine+2),
	} {
		err := board.Read(strings.NewReader(text), func(int, board.Line) error { return nil })
		if err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

func TestDecodeBodyWantsItsType(t *testing.T) {
	var ack board.Ack
	if err := board.DecodeBody(sign(t, board.Commit{}), &ack); err == nil {
		t.Error("a commit line decoded as an ack")
	}
	if err := board.DecodeBody(sign(t, board.Ack{Transcript: board.Hash{5}}), &ack); err != nil || ack.Transcript[0] != 5 {
		t.Errorf("ack %v, err %v", ack, err)
	}
}

// The table of docs/protocol.md has a row for each type, with the body's keys
// in their order.
func TestDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Board lines\n")
	for _, b := range bodies() {
		_, row, found := strings.Cut(section, fmt.Sprintf("\n| `%s` | ", b.Type()))
		row, _, _ = strings.Cut(row, "\n")
		if !found {
			t.Errorf("no row for %s", b.Type())
		}
		for _, key := range regexp.MustCompile(`"([a-z]+)":`).FindAllStringSubmatch(string(sign(t, b).Body), -1) {
			_, after, ok := strings.Cut(row, "`"+key[1]+"`")
			if !ok {
				t.Errorf("%s: %q is not in the row, or not in its place", b.Type(), key[1])
				continue
			}
			row = after
		}
	}
}

func FuzzDecodeLine(f *testing.F) {
	for _, l := range wholeLog(f).Lines() {
		f.Add(l.Encode())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := board.DecodeLine(text)
		if err != nil {
			return
		}
		if again := l.Encode(); !bytes.Equal(again, text) {
			t.Fatalf("decoded %q, encodes as %q", text, again)
		}
	})
}

// FuzzBody puts any text into the body of a line of any type.
func FuzzBody(f *testing.F) {
	for _, l := range wholeLog(f).Lines() {
		f.Add(string(l.Type), l.Body)
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		l := board.Line{By: key, Type: board.Type(kind), Body: body}
		again, err := board.DecodeLine(l.Encode())
		if err == nil && (!bytes.Equal(again.Body, body) || again.Type != l.Type) {
			t.Fatalf("%s body %q came back as %s %q", kind, body, again.Type, again.Body)
		}
	})
}

// BenchmarkDecodeDeals reads the lines of 500 voters' deals.
func BenchmarkDecodeDeals(b *testing.B) {
	text := sign(b, board.Deal{Deal: zeros(24000)}).Encode()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := board.DecodeLine(text); err != nil {
			b.Fatal(err)
		}
	}
}
