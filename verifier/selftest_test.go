package verifier_test

import (
	"bytes"
	"context"
	"crypto/subtle"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

var update = flag.Bool("update", false, "play the record of the self-test again")

// TestGoldenRecord holds the embedded record to the election that it is, byte
// for byte, and each of its patches to the place that its words name.
func TestGoldenRecord(t *testing.T) {
	source, err := os.ReadFile("testdata/golden.bev")
	if err != nil {
		t.Fatal(err)
	}
	opt := rehearsal.Options{Source: source, Seed: seed, Votes: map[string]int{"alice": 2, "bob": 1}}
	files := played(t, opt)
	p, err := rehearsal.New(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	files["patches"] = patches(t, files, p)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		kept := filepath.Join("golden", filepath.FromSlash(name))
		if *update {
			if err := os.MkdirAll(filepath.Dir(kept), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(kept, files[name], 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if text, err := os.ReadFile(kept); err != nil || !bytes.Equal(text, files[name]) {
			t.Errorf("%s: %d bytes kept and %d played differ, %v; -update writes it anew, for the next build", name, len(text), len(files[name]), err)
		}
	}
}

// patches finds the places in a record that the self-test changes.
func patches(t *testing.T, files map[string][]byte, p *rehearsal.Play) []byte {
	var out bytes.Buffer
	add := func(group int, check, file string, offset int, xor byte, where string) {
		fmt.Fprintf(&out, "%d %s %s %d %02x %s\n", group, check, file, offset, xor, where)
	}
	// resigned changes the signature of the board line that a byte is changed in.
	resigned := func(group int, check string, offset int, xor byte, role, where string) {
		t.Helper()
		add(group, check, record.Board, offset, xor, where)
		text := bytes.Clone(files[record.Board])
		start, end := bytes.LastIndexByte(text[:offset], '\n')+1, offset+bytes.IndexByte(text[offset:], '\n')
		text[offset] ^= xor
		l, err := board.DecodeLine(text[start:end])
		if err != nil {
			t.Fatal(err)
		}
		old := l.Encode()
		if l.Sig, err = curve.SignSchnorr(p.Keys[role], l.ID(p.EID)); err != nil {
			t.Fatal(err)
		}
		again := l.Encode()
		at := bytes.LastIndex(old, []byte(`"sig":"`)) + len(`"sig":"`)
		changes := make([]byte, 2*len(l.Sig))
		subtle.XORBytes(changes, old[at:], again[at:at+len(changes)])
		fmt.Fprintf(&out, "%d %s %s %d %x the signature over %s\n", group, check, record.Board, start+at, changes, where)
	}
	// after is where a text first occurs in a file from another one on, and ends.
	after := func(file, from, text string) int {
		t.Helper()
		start := bytes.Index(files[file], []byte(from))
		at := bytes.Index(files[file][max(start, 0):], []byte(text))
		if start < 0 || at < 0 {
			t.Fatalf("%s has no %q after %q", file, text, from)
		}
		return start + at + len(text)
	}
	// digit is where the first decimal digit follows, whose neighbour is one too.
	digit := func(file string, offset int) int {
		return offset + bytes.IndexAny(files[file][offset:], "0123456789")
	}
	const opening = `"type":"opening"`
	vote, claim := theVote(t, files), theClaim(t, files)
	coinbase := firstBlock(t, files).Transactions[0]
	tip := len(files[record.Headers]) - 80

	add(0, "V01", record.Contract, after(record.Contract, "", `{`), 1, "the contract's first quotation mark")
	add(1, "V02", record.Board, digit(record.Board, after(record.Board, `"transcript"`, `"sig":"`)), 1, "a digit of a line's signature")
	add(1, "V08", record.Blocks, after(record.Blocks, serialized(t, coinbase), "")+len(serialized(t, coinbase))-5, 1, "the amount that a coinbase pays")
	add(1, "V16", record.Policy, after(record.Policy, "", "// "), 1, "a letter of a comment in the policy")
	add(2, "V05", record.Headers, tip+76, missingTarget(t, files[record.Headers][tip:]), "the newest header's nonce")
	add(2, "V17", record.Contract, after(record.Contract, "", `"after":`), 2, "the height from which on the contract's list refunds")
	add(2, "V82", record.Blocks, inTx(t, files, claim, string(claim.TxIn[0].SignatureScript[40:60])), 1, "a signature with which the winner claims")
	add(3, "V11", record.Blocks, inTx(t, files, vote, string(vote.TxIn[0].SignatureScript[40:60])), 1, "the signature with which a vote spends its coin")
	resigned(3, "V47", after(record.Board, `"transcript"`, `"shares":"A`), '4'^'o', "supervisor", "the sign of a public share in the transcript")
	add(4, "V54", record.Blocks, inTx(t, files, vote, string(vote.TxOut[1].PkScript))+40, 1, "a byte of the ballot that a vote publishes")
	add(4, "V85", record.Blocks, inTx(t, files, claim, string(claim.TxOut[0].PkScript[3:23])), 1, "the key hash that the winner's claim pays to")
	resigned(5, "V71", digit(record.Board, after(record.Board, opening, `"s":"`)), 1, "candidate alice", "a digit of a share in an opening")
	return out.Bytes()
}

// inTx is where a text stands in a transaction in chain/blocks.
func inTx(t *testing.T, files map[string][]byte, tx *wire.MsgTx, text string) int {
	t.Helper()
	raw := serialized(t, tx)
	start, at := bytes.Index(files[record.Blocks], []byte(raw)), strings.Index(raw, text)
	if start < 0 || at < 0 {
		t.Fatalf("no %x in transaction %s", text, tx.TxHash())
	}
	return start + at
}

func serialized(t *testing.T, tx *wire.MsgTx) string {
	t.Helper()
	var raw bytes.Buffer
	if err := tx.Serialize(&raw); err != nil {
		t.Fatal(err)
	}
	return raw.String()
}

// missingTarget is a change of the nonce's first byte with which the header does
// not meet its target any more.
func missingTarget(t *testing.T, header []byte) byte {
	t.Helper()
	for xor := byte(1); xor != 0; xor++ {
		var h wire.BlockHeader
		raw := bytes.Clone(header)
		raw[76] ^= xor
		if err := h.Deserialize(bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
		if hash := h.BlockHash(); hash[31] >= 0x80 { // regtest asks for less than 7fffff00…
			return xor
		}
	}
	t.Fatal("every nonce solves")
	return 0
}

func blocksIn(t *testing.T, files map[string][]byte) (out []*wire.MsgBlock) {
	t.Helper()
	rec, err := record.InMemory(map[string][]byte{record.Blocks: files[record.Blocks]})
	if err != nil {
		t.Fatal(err)
	}
	src := chainfile.FromRecord(rec)
	first, err := src.First(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range src.Blocks(context.Background(), first) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func firstBlock(t *testing.T, files map[string][]byte) *wire.MsgBlock { return blocksIn(t, files)[0] }

// theVote is a transaction with a ballot, whose stake is its first output.
func theVote(t *testing.T, files map[string][]byte) *wire.MsgTx {
	t.Helper()
	for _, b := range blocksIn(t, files) {
		for _, tx := range b.Transactions[1:] {
			if len(tx.TxOut) == 2 && tx.TxOut[0].PkScript[0] == 0xa9 && tx.TxOut[1].PkScript[0] == 0x6a {
				return tx
			}
		}
	}
	t.Fatal("no vote")
	return nil
}

// theClaim is the last transaction of the record.
func theClaim(t *testing.T, files map[string][]byte) *wire.MsgTx {
	t.Helper()
	blocks := blocksIn(t, files)
	txs := blocks[len(blocks)-1].Transactions
	return txs[len(txs)-1]
}

// TestSelfTest: it passes, and a report says how many trials there were.
func TestSelfTest(t *testing.T) {
	trials, err := verifier.SelfTest(verifier.Checks())
	if err != nil || trials < 1+12 {
		t.Fatalf("%d trials, %v, want an honest record and a dozen patches", trials, err)
	}
	r, err := audited(t, played(t, rehearsal.Options{Source: example(t, "club_chair")}))
	if err != nil {
		t.Fatal(err)
	}
	if c := checkOf(r, "V109"); c.Status != result.Pass || c.Expected != trials || c.Examined != trials {
		t.Errorf("V109 is %s %d/%d, want PASS %d", c.Status, c.Examined, c.Expected, trials)
	}
}

// TestSelfTestFailsBrokenBuilds: with any of its checks made to pass whatever
// there is, or another made to object to everything, the self-test says which.
// What decodes (V01) is no row of the table.
func TestSelfTestFailsBrokenBuilds(t *testing.T) {
	text, err := os.ReadFile("golden/patches")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		id := strings.Fields(line)[1]
		if id != "V01" {
			wantUnfit(t, id+" does not object to a record with ", id, verifier.Stub(id))
		}
	}
	for _, id := range []string{"V02", "V63", "V104"} {
		wantUnfit(t, "an honest record is FAIL by "+id, id, verifier.Spoil(id))
	}
	wantUnfit(t, "an honest record is FAIL by V110 COVERAGE: V90: examined 3 of 4", "V90", verifier.Shorten("V90"))
}

// wantUnfit wants the self-test by a table with a broken check to fail in these
// words.
func wantUnfit(t *testing.T, words, id string, table verifier.Table) {
	t.Helper()
	if table == nil {
		t.Fatalf("no check %s", id)
	}
	_, err := verifier.SelfTest(table)
	if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s broken: got %v, want one line with %q", id, err, words)
	}
}

// TestSelfTestOnceAProcess: once an audit was made, the build is not tested again.
// The self-test decodes and audits a dozen records; its answer of before takes no
// memory.
func TestSelfTestOnceAProcess(t *testing.T) {
	if _, err := audited(t, played(t, rehearsal.Options{Source: example(t, "custodial")})); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1, func() {
		if _, err := verifier.SelfTested(); err != nil {
			t.Error(err)
		}
	}); n > 0 {
		t.Errorf("tested again: %v allocations", n)
	}
}

// TestPatchesSpeakForThemselves: of patches that are tried together, no check
// would speak without its own.
func TestPatchesSpeakForThemselves(t *testing.T) {
	files, groups, err := verifier.GoldenRecord()
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range groups {
		for _, p := range group {
			changed := maps.Clone(files)
			for _, other := range group {
				if other.Check == p.Check {
					continue
				}
				text := bytes.Clone(changed[other.File])
				subtle.XORBytes(text[other.Offset:], text[other.Offset:], other.XOR)
				changed[other.File] = text
			}
			r, err := audited(t, changed)
			if err != nil {
				t.Fatal(err)
			}
			if status(r, p.Check) != result.Pass {
				t.Errorf("%s is %s without %s changed", p.Check, status(r, p.Check), p.Where)
			}
		}
	}
}

// BenchmarkSelfTest: docs/audit.md says how long it may take.
func BenchmarkSelfTest(b *testing.B) {
	for b.Loop() {
		if _, err := verifier.SelfTest(verifier.Checks()); err != nil {
			b.Fatal(err)
		}
	}
}
