package chainfile_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/internal/node/nodetest"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
)

// provenElection exports an election of the repository with proofs and returns
// the directory.
func provenElection(t testing.TB, name string) string {
	t.Helper()
	rec := rehearsaltest.Open(t, filepath.Join("..", "..", "..", "examples", "records", name))
	ctx, src := context.Background(), chainfile.FromRecord(rec)
	return rehearsaltest.Write(t, func(w *record.Writer) error {
		return chainfile.ExportProofs(ctx, w, src, verifier.Sightings(ctx, rec, src))
	})
}

// proofsOf is the source of a record with nothing but a file of proofs.
func proofsOf(t testing.TB, text []byte) evidence.ProofSource {
	t.Helper()
	rec := rehearsaltest.Open(t, rehearsaltest.Dir(t, map[string][]byte{record.Proofs: text}))
	return chainfile.FromRecord(rec).(evidence.ProofSource)
}

// TestProofsAreTheBlocks: what is proven is what the blocks hold, at its place.
func TestProofsAreTheBlocks(t *testing.T) {
	rec := rehearsaltest.Open(t, filepath.Join("..", "..", "..", "examples", "records", "club_chair"))
	blocks := nodetest.Blocks(t, rec)
	src := chainfile.FromRecord(rehearsaltest.Open(t, provenElection(t, "club_chair"))).(evidence.ProofSource)
	seen := 0
	for p, err := range src.Proofs(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		b := blocks[p.Height]
		if p.Coinbase.TxHash() != b.Transactions[0].TxHash() {
			t.Errorf("block %d: another coinbase", p.Height)
		}
		for _, tx := range p.Txs {
			seen++
			if tx.Tx.TxHash() != b.Transactions[tx.Index].TxHash() || tx.Tx.HasWitness() {
				t.Errorf("block %d: another transaction %d", p.Height, tx.Index)
			}
		}
	}
	want := 0
	for s, err := range verifier.Sightings(context.Background(), rec, chainfile.FromRecord(rec)) {
		if err != nil {
			t.Fatal(err)
		}
		want += len(s.At)
	}
	if seen != want || seen == 0 {
		t.Errorf("%d transactions, want %d", seen, want)
	}
}

// TestMalformedProofs: each is refused as the record's fault, with the words.
func TestMalformedProofs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(provenElection(t, "club_chair"), record.Proofs))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	edit := func(old, new string) []byte { return bytes.Replace(text, []byte(old), []byte(new), 1) }
	for _, row := range []struct {
		name, words string
		text        []byte
	}{
		{"no JSON", "line 1: not a block's proofs", []byte("height 1\n")},
		{"a space", "line 1: not in its canonical encoding", edit(`"txs":[`, `"txs": [`)},
		{"an unknown field", "canonical", edit(`"txs":[`, `"more":1,"txs":[`)},
		{"a field twice", "canonical", edit(`{"height":`, `{"height":1,"height":`)},
		{"null for a list", "no transactions", []byte(`{"height":1,"coinbase":"","path":"","txs":null}` + "\n")},
		{"no transactions", "no transactions", []byte(`{"height":1,"coinbase":"","path":"","txs":[]}` + "\n")},
		{"a coinbase that is none", "coinbase: ", []byte(`{"height":1,"coinbase":"AAAA","path":"","txs":[{"index":1,"tx":"","path":""}]}` + "\n")},
		{"a height again", "line 2: height", append(lines[0][:len(lines[0]):len(lines[0])], lines[0]...)},
		{"no LF at the end", "cut off", text[:len(text)-1]},
		{"half a line", "cut off", text[:len(text)-100]},
		{"a line without an end", "longer than", append(bytes.Repeat([]byte(" "), 17<<20), '\n')},
		{"a transaction that is none", "line 1: transaction 1: ", edit(`"tx":"`, `"tx":"AAAA`)},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := drain(proofsOf(t, row.text).Proofs(context.Background()))
			var format *record.FormatError
			if !errors.As(err, &format) || format.Name != record.Proofs || !strings.Contains(err.Error(), row.words) {
				t.Errorf("got %v, want a format error of %s with %q", err, record.Proofs, row.words)
			}
		})
	}
}

// TestBlocksOrProofs: a record has one or the other.
func TestBlocksOrProofs(t *testing.T) {
	dir := provenElection(t, "club_chair")
	if err := os.WriteFile(filepath.Join(dir, record.Blocks), []byte{0}, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := chainfile.FromRecord(rehearsaltest.Open(t, dir)).First(context.Background())
	var format *record.FormatError
	if !errors.As(err, &format) {
		t.Errorf("got %v, want a format error", err)
	}
}

// FuzzProofs: whatever chain/proofs.jsonl holds is either refused as the
// record's fault or written back byte for byte.
func FuzzProofs(f *testing.F) {
	text, err := os.ReadFile(filepath.Join(provenElection(f, "no_winner"), record.Proofs))
	if err != nil {
		f.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	f.Add(lines[0])
	f.Add(bytes.Join(lines[:2], nil))
	f.Add([]byte(`{"height":1,"coinbase":"","path":"","txs":[]}` + "\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var out []byte
		for p, err := range proofsOf(t, in).Proofs(context.Background()) {
			if err != nil {
				var format *record.FormatError
				if !errors.As(err, &format) {
					t.Errorf("got %v, which does not blame the record", err)
				}
				return
			}
			out = append(out, chainfile.EncodeProof(p)...)
		}
		if !bytes.Equal(in, out) {
			t.Error("what was accepted is written back differently")
		}
	})
}
