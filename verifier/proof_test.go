package verifier_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"bevote/verifier"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// proven exports an election of the repository with proofs instead of blocks.
func proven(t *testing.T, name string) *record.Record {
	t.Helper()
	return provenOf(t, openRecord(t, "../examples/records/"+name))
}

// provenOf exports a record with proofs instead of blocks.
func provenOf(t *testing.T, whole *record.Record) *record.Record {
	t.Helper()
	path := t.TempDir() + "/record.zip"
	w, err := record.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{record.Policy, record.Contract, record.Board} {
		text, err := whole.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteFile(file, text); err != nil {
			t.Fatal(err)
		}
	}
	ctx, src := context.Background(), chainfile.FromRecord(whole)
	if err := chainfile.ExportProofs(ctx, w, src, verifier.Sightings(ctx, whole, src)); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	return openRecord(t, path)
}

func openRecord(t *testing.T, path string) *record.Record {
	t.Helper()
	rec, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rec.Close() })
	return rec
}

// longer is a recorded chain with proofs that goes on by further blocks.
type longer struct {
	evidence.ProofSource
	headers []*wire.BlockHeader
	proofs  []*evidence.BlockProof
	drop    func(*evidence.BlockProof) bool // leaves out recorded proofs
}

func (l *longer) Headers(ctx context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return func(yield func(*wire.BlockHeader, error) bool) {
		for h, err := range l.ProofSource.Headers(ctx) {
			if !yield(h, err) {
				return
			}
		}
		for _, h := range l.headers {
			if !yield(h, nil) {
				return
			}
		}
	}
}

func (l *longer) Proofs(ctx context.Context) iter.Seq2[*evidence.BlockProof, error] {
	return func(yield func(*evidence.BlockProof, error) bool) {
		for p, err := range l.ProofSource.Proofs(ctx) {
			if err == nil && l.drop != nil && l.drop(p) {
				continue
			}
			if !yield(p, err) {
				return
			}
		}
		for _, p := range l.proofs {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// extend adds a block with a merkle root of somebody's choice, mined on top,
// and proofs that pretend to be of it.
func (l *longer) extend(t *testing.T, root chainhash.Hash, p *evidence.BlockProof) {
	t.Helper()
	var prev *wire.BlockHeader
	height := uint32(0)
	for h, err := range l.Headers(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		prev, height = h, height+1
	}
	hash := prev.BlockHash()
	h := wire.NewBlockHeader(4, &hash, &root, prev.Bits, 0)
	h.Timestamp = prev.Timestamp.Add(600e9)
	for target := blockchain.CompactToBig(h.Bits); ; h.Nonce++ {
		hash := h.BlockHash()
		if blockchain.HashToBig(&hash).Cmp(target) <= 0 {
			break
		}
	}
	l.headers = append(l.headers, h)
	p.Height = height
	l.proofs = append(l.proofs, p)
}

// leaves makes transactions that concern nobody; the first is a coinbase.
func leaves(n int) []*wire.MsgTx {
	txs := make([]*wire.MsgTx, n)
	for i := range txs {
		txs[i] = wire.NewMsgTx(2)
		txs[i].AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: chainhash.Hash{1}, Index: uint32(i)}, []byte{1, 2, 3, 4, 5}, nil))
		txs[i].AddTxOut(wire.NewTxOut(int64(i), []byte{0x51}))
	}
	txs[0].TxIn[0].PreviousOutPoint = wire.OutPoint{Index: wire.MaxPrevOutIndex}
	return txs
}

// rootOf is btcd's merkle root.
func rootOf(txs []*wire.MsgTx) chainhash.Hash {
	var list []*btcutil.Tx
	for _, tx := range txs {
		list = append(list, btcutil.NewTx(tx))
	}
	return blockchain.CalcMerkleRoot(list, false)
}

func ids(txs []*wire.MsgTx) (out []chainhash.Hash) {
	for _, tx := range txs {
		out = append(out, tx.TxHash())
	}
	return out
}

// pathOf climbs from leaf i, a row at a time, and returns the root as well.
func pathOf(row []chainhash.Hash, i int) (path []chainhash.Hash, root chainhash.Hash) {
	for ; len(row) > 1; i /= 2 {
		if len(row)%2 == 1 {
			row = append(row[:len(row):len(row)], row[len(row)-1])
		}
		path = append(path, row[i^1])
		var above []chainhash.Hash
		for j := 0; j < len(row); j += 2 {
			above = append(above, chainhash.DoubleHashH(append(row[j][:], row[j+1][:]...)))
		}
		row = above
	}
	return path, row[0]
}

// proofOf proves transactions of a block by their indices.
func proofOf(txs []*wire.MsgTx, at ...int) *evidence.BlockProof {
	row := ids(txs)
	p := &evidence.BlockProof{Coinbase: txs[0]}
	p.Path, _ = pathOf(row, 0)
	for _, i := range at {
		path, _ := pathOf(row, i)
		p.Txs = append(p.Txs, evidence.TxProof{Index: uint32(i), Tx: txs[i], Path: path})
	}
	return p
}

// TestHonestProofs: the proofs of all transactions of blocks of every size pass.
func TestHonestProofs(t *testing.T) {
	rec := proven(t, "club_chair")
	src := &longer{ProofSource: chainfile.FromRecord(rec).(evidence.ProofSource)}
	want := 0
	for n := 1; n <= 34; n++ {
		txs := leaves(n)
		var at []int
		for i := 1; i < n; i++ {
			at = append(at, i)
		}
		src.extend(t, rootOf(txs), proofOf(txs, at...))
		want += n
	}
	r, err := verifier.Audit(context.Background(), rec, src, verifier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c := checkOf(r, "V08"); c.Status != result.Pass || c.Examined < want {
		t.Errorf("V08 %s %d/%d: %v", c.Status, c.Examined, c.Expected, c.Items)
	}
}

func checkOf(r *result.Report, id string) result.Check {
	i := slices.IndexFunc(r.Checks, func(c result.Check) bool { return c.ID == id })
	return r.Checks[i]
}

// TestProofsThatLie: each attack on merkle trees is seen, and by nothing else.
func TestProofsThatLie(t *testing.T) {
	six, eight := leaves(6), leaves(8)
	for _, row := range []struct {
		lie, words string
		tell       func() (root chainhash.Hash, p *evidence.BlockProof)
	}{
		{"another transaction under the path", "merkle root", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(six, 3)
			p.Txs[0].Tx = leaves(9)[8]
			return rootOf(six), p
		}},
		{"another place in the block", "merkle root", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(six, 3)
			p.Txs[0].Index = 1
			return rootOf(six), p
		}},
		{"an index beyond the tree", "beyond a tree of height 3", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(six, 3)
			p.Txs[0].Index += 8
			return rootOf(six), p
		}},
		{"a leaf twice", "index 3 after 3", func() (chainhash.Hash, *evidence.BlockProof) { return rootOf(six), proofOf(six, 3, 3) }},
		{"the coinbase as a vote", "index 0 after 0", func() (chainhash.Hash, *evidence.BlockProof) { return rootOf(six), proofOf(six, 0) }},
		{"the repeated end of a row (CVE-2012-2459)", "CVE-2012-2459", func() (chainhash.Hash, *evidence.BlockProof) {
			return rootOf(six), proofOf(append(six[:6:6], six[4], six[5]), 6)
		}},
		{"a repetition that nothing asks for (CVE-2012-2459)", "no number of transactions", func() (chainhash.Hash, *evidence.BlockProof) {
			double := append(append(eight[:5:5], eight[4]), eight[6:]...)
			return rootOf(double), proofOf(double, 4)
		}},
		{"a transaction hidden in a leaf (CVE-2017-12842)", "CVE-2017-12842", func() (chainhash.Hash, *evidence.BlockProof) {
			forged, row := leaves(9)[8], ids(six)
			id, other := forged.TxHash(), chainhash.Hash{7}
			row[3] = chainhash.DoubleHashH(append(id[:], other[:]...)) // 64 bytes that pass for a transaction
			path, root := pathOf(row, 3)
			p := &evidence.BlockProof{Coinbase: six[0]}
			p.Path, _ = pathOf(row, 0)
			p.Txs = []evidence.TxProof{{Index: 6, Tx: forged, Path: append([]chainhash.Hash{other}, path...)}}
			return root, p
		}},
		{"the same, with the coinbase hidden as deep", "merkle root", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(eight, 3)
			p.Path, p.Txs[0].Path = append([]chainhash.Hash{{7}}, p.Path...), append([]chainhash.Hash{{7}}, p.Txs[0].Path...)
			return rootOf(eight), p
		}},
		{"a leaf of 64 bytes (CVE-2017-12842)", "64 bytes", func() (chainhash.Hash, *evidence.BlockProof) {
			txs := leaves(6)
			txs[2].TxIn[0].SignatureScript = make([]byte, 3)
			if n := txs[2].SerializeSizeStripped(); n != 64 {
				t.Fatalf("%d bytes", n)
			}
			return rootOf(txs), proofOf(txs, 2)
		}},
		{"another transaction as the coinbase", "merkle root", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(six, 3)
			path, _ := pathOf(ids(six), 1)
			p.Coinbase, p.Path = six[1], path
			return rootOf(six), p
		}},
		{"a coinbase that is not the first", "not a coinbase", func() (chainhash.Hash, *evidence.BlockProof) {
			txs := leaves(6)
			txs[0], txs[1] = txs[1], txs[0]
			return rootOf(txs), proofOf(txs, 3)
		}},
		{"a path without an end", "", func() (chainhash.Hash, *evidence.BlockProof) {
			p := proofOf(leaves(2), 1)
			p.Path, p.Txs[0].Path = make([]chainhash.Hash, 70), make([]chainhash.Hash, 70)
			return rootOf(leaves(2)), p
		}},
	} {
		t.Run(row.lie, func(t *testing.T) {
			rec := proven(t, "no_winner")
			src := &longer{ProofSource: chainfile.FromRecord(rec).(evidence.ProofSource)}
			root, p := row.tell()
			src.extend(t, root, p)
			r, err := verifier.Audit(context.Background(), rec, src, verifier.Options{})
			if err != nil {
				t.Fatal(err)
			}
			c := checkOf(r, "V08")
			if c.Status != result.Fail || len(c.Items) == 0 || !slices.ContainsFunc(c.Items, func(i result.Item) bool {
				return strings.Contains(i.Message, row.words)
			}) {
				t.Errorf("V08 %s, %v, want a failure with %q", c.Status, c.Items, row.words)
			}
			for _, other := range r.Checks {
				if other.Status == result.Fail && other.ID != "V08" && !(other.ID == "V09" && row.lie == "the coinbase as a vote") {
					t.Errorf("%s fails as well: %v", other.ID, other.Items)
				}
			}
			if r.Exit != result.ExitRefuted {
				t.Errorf("exit %d, want %d", r.Exit, result.ExitRefuted)
			}
		})
	}
}

// TestProofsShowNoAbsence: an election whose every output is spent is proven;
// where a spend is left out, or there was none, the verdict is open.
func TestProofsShowNoAbsence(t *testing.T) {
	for _, row := range []struct {
		name, election string
		drop           func(*evidence.BlockProof) bool
		exit           int
		v10            result.Status
	}{
		{"everything spent", "no_winner", nil, 0, result.Pass},
		{"an abstention", "club_chair", nil, result.ExitUndetermined, result.Unresolved},
		{"the refunds left out", "no_winner", func(p *evidence.BlockProof) bool { return p.Txs[0].Tx.LockTime > 0 }, result.ExitNotOver, result.Unresolved},
		{"the coins left out", "club_chair", func(p *evidence.BlockProof) bool { return len(p.Txs[0].Tx.TxOut) == 6 }, result.ExitUndetermined, result.Unresolved},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := proven(t, row.election)
			src := &longer{ProofSource: chainfile.FromRecord(rec).(evidence.ProofSource), drop: row.drop}
			r, err := verifier.Audit(context.Background(), rec, src, verifier.Options{})
			if err != nil {
				t.Fatal(err)
			}
			whole, err := audited(t, recorded(t, row.election))
			if err != nil {
				t.Fatal(err)
			}
			if r.Exit != row.exit || status(r, "V10") != row.v10 {
				t.Errorf("exit %d, V10 %s, want %d, %s", r.Exit, status(r, "V10"), row.exit, row.v10)
			}
			if row.drop == nil && (r.Verdict != whole.Verdict || r.Level != whole.Level || !slices.Equal(r.Counts, whole.Counts)) {
				t.Errorf("%s, %s, want as from whole blocks: %s, %s", r.Level, r.Verdict, whole.Level, whole.Verdict)
			}
			if !strings.HasPrefix(r.Evidence, "merkle proofs") {
				t.Errorf("evidence %q", r.Evidence)
			}
			for _, id := range []string{"V15", "V91", "V107"} {
				if status(r, id) != result.Unresolved && row.drop == nil {
					t.Errorf("%s %s, want it to say what proofs do not show", id, status(r, id))
				}
			}
		})
	}
}
