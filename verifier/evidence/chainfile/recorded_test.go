package chainfile_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"strings"
	"testing"

	"bevote/internal/regtest"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"

	"github.com/btcsuite/btcd/chaincfg/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

const from = 100 // the first exported block

// exported is the two files of a small chain.
func exported(t *testing.T) (c *regtest.Chain, headers, blocks []byte) {
	t.Helper()
	c, err := regtest.New(t.TempDir(), &chaincfg.RegressionNetParams, []byte{txscript.OP_TRUE})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Mine(from + 3); err != nil {
		t.Fatal(err)
	}
	files := rehearsaltest.Files(t, rehearsaltest.Write(t, func(w *record.Writer) error {
		return chainfile.Export(context.Background(), w, c, from)
	}))
	return c, files[record.Headers], files[record.Blocks]
}

// recordOf makes a record directory of the two files; nil leaves one out.
func recordOf(t *testing.T, headers, blocks []byte) *record.Record {
	t.Helper()
	files := map[string][]byte{record.Headers: headers, record.Blocks: blocks}
	maps.DeleteFunc(files, func(_ string, b []byte) bool { return b == nil })
	return rehearsaltest.Open(t, rehearsaltest.Dir(t, files))
}

func TestRecordedChainIsTheChain(t *testing.T) {
	c, headers, blocks := exported(t)
	src := chainfile.FromRecord(recordOf(t, headers, blocks))
	if first, err := src.First(context.Background()); err != nil || first != from {
		t.Errorf("first block %d, %v, want %d", first, err, from)
	}
	var want bytes.Buffer
	for h, err := range c.Headers(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		h.Serialize(&want)
	}
	for b, err := range c.Blocks(context.Background(), from) {
		if err != nil {
			t.Fatal(err)
		}
		b.Serialize(&want)
	}
	var got bytes.Buffer
	for h, err := range src.Headers(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		h.Serialize(&got)
	}
	for b, err := range src.Blocks(context.Background(), from) {
		if err != nil {
			t.Fatal(err)
		}
		b.Serialize(&got)
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Error("the recorded chain differs from the chain")
	}
}

func TestRecordedFromHeight(t *testing.T) {
	c, headers, blocks := exported(t)
	src := chainfile.FromRecord(recordOf(t, headers, blocks))
	tip, hash := c.Tip()
	height := tip - 1
	for b, err := range src.Blocks(context.Background(), height) {
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := c.HashAt(height); b.BlockHash() != want {
			t.Errorf("height %d: %s, want %s", height, b.BlockHash(), want)
		}
		if height++; height > tip && b.BlockHash() != hash {
			t.Error("the last block is not the tip")
		}
	}
	if height != tip+1 {
		t.Errorf("ended before height %d, want after the tip %d", height, tip)
	}
	_, err := drain(src.Blocks(context.Background(), from-1))
	var format *record.FormatError
	if err == nil || errors.As(err, &format) {
		t.Errorf("got %v for blocks before the first, want an error that does not blame the record", err)
	}
}

func TestCancel(t *testing.T) {
	c, headers, blocks := exported(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	src := chainfile.FromRecord(recordOf(t, headers, blocks))
	for name, err := range map[string]error{
		"recorded headers": second(drain(src.Headers(ctx))),
		"recorded blocks":  second(drain(src.Blocks(ctx, from))),
		"chain headers":    second(drain(c.Headers(ctx))),
		"chain blocks":     second(drain(c.Blocks(ctx, 0))),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want the cancellation", name, err)
		}
	}
}

func second[A, B any](_ A, b B) B { return b }

// drain counts what a sequence yields before it ends or fails.
func drain[T any](seq func(yield func(T, error) bool)) (n int, err error) {
	seq(func(_ T, e error) bool {
		if err = e; e == nil {
			n++
		}
		return true
	})
	return n, err
}

// TestMalformedFiles: each is refused as the record's fault, with the words.
func TestMalformedFiles(t *testing.T) {
	_, headers, blocks := exported(t)
	first := 8 + int(binary.BigEndian.Uint32(blocks[4:]))
	for _, c := range []struct {
		name, file, words string
		change            func(b []byte) []byte
	}{
		{"half a header", record.Headers, "cut off", func(b []byte) []byte { return b[:len(b)-1] }},
		{"no headers file", record.Headers, "missing", func([]byte) []byte { return nil }},
		{"no blocks file", record.Blocks, "missing", func([]byte) []byte { return nil }},
		{"no blocks", record.Blocks, "no blocks", func([]byte) []byte { return []byte{} }},
		{"half a prefix", record.Blocks, "cut off", func(b []byte) []byte { return append(b, 0, 0, 0) }},
		{"half a block", record.Blocks, "cut off", func(b []byte) []byte { return b[:len(b)-1] }},
		{"a prefix alone", record.Blocks, "cut off", func(b []byte) []byte { return append(b, 0, 0, 0, 104, 0, 0, 0, 90) }},
		{"a block left out", record.Blocks, "height 102, want 101", func(b []byte) []byte {
			next := first + 8 + int(binary.BigEndian.Uint32(b[first+4:]))
			return append(b[:first:first], b[next:]...)
		}},
		{"a giant", record.Blocks, "more than 4000000", func(b []byte) []byte { b[4] = 0x7f; return b }},
		{"one byte too many in a block", record.Blocks, "canonical", func(b []byte) []byte {
			binary.BigEndian.PutUint32(b[4:], uint32(first-8+1))
			return append(append(b[:first:first], 0), b[first:]...)
		}},
		{"an endless count", record.Blocks, "block 100", func(b []byte) []byte { b[8+80] = 0xff; return b }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, b := bytes.Clone(headers), bytes.Clone(blocks)
			if c.file == record.Headers {
				h = c.change(h)
			} else {
				b = c.change(b)
			}
			src := chainfile.FromRecord(recordOf(t, h, b))
			_, err := drain(src.Headers(context.Background()))
			if err == nil {
				_, err = drain(src.Blocks(context.Background(), 0+from))
			}
			var format *record.FormatError
			if !errors.As(err, &format) || format.Name != c.file || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want a format error of %s with %q", err, c.file, c.words)
			}
			if c.name == "no blocks file" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %v, want a missing file", err)
			}
		})
	}
}

// TestEmptyWitness: a transaction may be written with the mark of witnesses and
// none; the bytes are not the ones that its hash is made of.
func TestEmptyWitness(t *testing.T) {
	genesis := chaincfg.RegressionNetParams.GenesisBlock
	var b bytes.Buffer
	if err := genesis.Header.Serialize(&b); err != nil {
		t.Fatal(err)
	}
	b.WriteByte(1)
	var tx bytes.Buffer
	if err := genesis.Transactions[0].Serialize(&tx); err != nil {
		t.Fatal(err)
	}
	plain := tx.Bytes()
	b.Write(plain[:4])
	b.Write([]byte{0, 1}) // marker, flag
	b.Write(plain[4 : len(plain)-4])
	b.WriteByte(0) // no witness items
	b.Write(plain[len(plain)-4:])
	_, err := drain(chainfile.FromRecord(recordOf(t, nil, framed(0, b.Bytes()))).Blocks(context.Background(), 0))
	var format *record.FormatError
	if !errors.As(err, &format) {
		t.Errorf("got %v, want a format error", err)
	}
}

func framed(height uint32, block []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, height)
	out = binary.BigEndian.AppendUint32(out, uint32(len(block)))
	return append(out, block...)
}

// FuzzBlocks: whatever chain/blocks holds is either refused as the record's
// fault or written back byte for byte.
func FuzzBlocks(f *testing.F) {
	var genesis bytes.Buffer
	if err := chaincfg.RegressionNetParams.GenesisBlock.Serialize(&genesis); err != nil {
		f.Fatal(err)
	}
	f.Add(framed(0, genesis.Bytes()))
	f.Add(append(framed(7, genesis.Bytes()), framed(8, genesis.Bytes())...))
	f.Add(framed(1, nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		src := chainfile.FromRecord(recordOf(t, nil, append([]byte{}, in...)))
		ctx := context.Background()
		first, err := src.First(ctx)
		var out []byte
		if err == nil {
			height := first
			src.Blocks(ctx, first)(func(b *wire.MsgBlock, e error) bool {
				if err = e; e != nil {
					return false
				}
				var raw bytes.Buffer
				b.Serialize(&raw)
				out = append(out, framed(height, raw.Bytes())...)
				height++
				return true
			})
		}
		var format *record.FormatError
		switch {
		case err != nil && !errors.As(err, &format):
			t.Errorf("got %v, which does not blame the record", err)
		case err == nil && !bytes.Equal(in, out):
			t.Error("what was accepted is written back differently")
		}
	})
}
