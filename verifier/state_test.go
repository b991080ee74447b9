package verifier_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"bevote/internal/node/nodetest"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/evidence"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/wire/v2"
)

// blocks is a chain from genesis whose blocks are counted as they are read.
type blocks struct {
	list []*wire.MsgBlock
	read int
}

func (b *blocks) Evidence() string                      { return "whole blocks (test)" }
func (b *blocks) First(context.Context) (uint32, error) { return 0, nil }

func (b *blocks) Headers(context.Context) iter.Seq2[*wire.BlockHeader, error] {
	return func(yield func(*wire.BlockHeader, error) bool) {
		for _, block := range b.list {
			if !yield(&block.Header, nil) {
				return
			}
		}
	}
}

func (b *blocks) Blocks(_ context.Context, from uint32) iter.Seq2[*wire.MsgBlock, error] {
	return func(yield func(*wire.MsgBlock, error) bool) {
		for _, block := range b.list[min(int(from), len(b.list)):] {
			b.read++
			if !yield(block, nil) {
				return
			}
		}
	}
}

// deep plays an election whose events are settled when three blocks deep.
func deep(t *testing.T) (*growing, []*wire.MsgBlock) {
	t.Helper()
	source := bytes.Replace(example(t, "club_chair"), []byte("confirmations 1"), []byte("confirmations 3"), 1)
	for old, new := range map[string]string{"roll    by block 110": "roll    by block 112", "commit  by block 115": "commit  by block 119",
		"deal    by block 120": "deal    by block 126", "setup   by block 125": "setup   by block 133", "from block 130": "from block 140"} {
		source = bytes.Replace(source, []byte(old), []byte(new), 1)
	}
	files := played(t, rehearsal.Options{Source: source, Votes: map[string]int{"alice": 3, "bob": 2}})
	return &growing{t: t, files: files}, nodetest.Blocks(t, recordOf(t, files))
}

// growing is a record whose board ends with the lines that name no later block.
type growing struct {
	t     *testing.T
	files map[string][]byte
}

// at is the record while the tip is at a height: lines that name a higher block
// are not written yet.
func (g *growing) at(tip int) *record.Record {
	g.t.Helper()
	files := make(map[string][]byte)
	for name, text := range g.files {
		files[name] = text
	}
	end := 0
	err := board.Read(bytes.NewReader(g.files[record.Board]), func(_ int, l board.Line) error {
		if int(l.Seen.Height) > tip {
			return io.EOF
		}
		end += len(l.Encode()) + 1
		return nil
	})
	if err != nil && !errors.Is(err, io.EOF) {
		g.t.Fatal(err)
	}
	files[record.Board] = files[record.Board][:end]
	return recordOf(g.t, files)
}

// recordOf opens files as a record.
func recordOf(t *testing.T, files map[string][]byte) *record.Record {
	t.Helper()
	return rehearsaltest.Open(t, rehearsaltest.Dir(t, files))
}

func mustAudit(t *testing.T, rec *record.Record, src evidence.Source, opt verifier.Options) *result.Report {
	t.Helper()
	r, err := verifier.Audit(context.Background(), rec, src, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stored writes a state and reads it again, as a process that was killed and
// started again does.
func stored(t *testing.T, s *verifier.State) *verifier.State {
	t.Helper()
	text, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	out, err := verifier.DecodeState(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sameBut compares two reports without the rows of some checks.
func sameBut(t *testing.T, a, b *result.Report, ids ...string) {
	t.Helper()
	text := func(r *result.Report) []byte {
		c := *r
		c.Checks = slices.DeleteFunc(slices.Clone(r.Checks), func(c result.Check) bool { return slices.Contains(ids, c.ID) })
		out, err := json.MarshalIndent(c, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if x, y := text(a), text(b); !bytes.Equal(x, y) {
		t.Errorf("different reports:\n%s\nand\n%s", x, y)
	}
}

// TestStateGoesOn: an audit that goes on from a state, at whatever height it
// was left, says what one from the beginning says, and reads only new blocks.
func TestStateGoesOn(t *testing.T) {
	rec, all := deep(t)
	last := len(all)
	state := new(verifier.State)
	for tip := 104; tip <= last; tip += 4 {
		r := mustAudit(t, rec.at(tip-1), &blocks{list: all[:tip]}, verifier.Options{State: state})
		if over := state.Over(); r.Exit != result.ExitNotOver && !over || over && r.Exit != 0 {
			t.Fatalf("exit %d at block %d: %s, %v", r.Exit, tip-1, r.Verdict, notPassing(r))
		}
		state = stored(t, state)
	}
	src := &blocks{list: all}
	got := mustAudit(t, rec.at(last), src, verifier.Options{State: state})
	if src.read > 4 {
		t.Errorf("%d blocks were read again", src.read)
	}
	want := mustAudit(t, rec.at(len(all)), &blocks{list: all}, verifier.Options{})
	sameBut(t, got, want, "V99")
	if got.Exit != 0 || status(got, "V99") != result.Pass || !state.Over() {
		t.Errorf("exit %d, V99 %s, over %t", got.Exit, status(got, "V99"), state.Over())
	}
}

// TestStateRollsBack: blocks that were replaced are forgotten with what they
// held, and listed.
func TestStateRollsBack(t *testing.T) {
	rec, all := deep(t)
	voted := voteHeight(t, all)
	state := new(verifier.State)
	before := mustAudit(t, rec.at(voted), &blocks{list: all[:voted+1]}, verifier.Options{State: state})
	if before.Exit != result.ExitNotOver || before.Votes == 0 {
		t.Fatalf("exit %d, %d votes, want some and 12", before.Exit, before.Votes)
	}
	fork := append(all[:voted:voted], nodetest.Fork(t, all, voted-1, 3)...)
	state = stored(t, state)
	during := mustAudit(t, rec.at(voted), &blocks{list: fork}, verifier.Options{State: state})
	if c := checkOf(during, "V99"); during.Votes >= before.Votes || c.Status != result.Pass || len(c.Items) != 2 || !strings.Contains(c.Items[1].Message, "were replaced") {
		t.Errorf("%d votes after %d, V99 %v", during.Votes, before.Votes, c)
	}
	sameBut(t, during, mustAudit(t, rec.at(voted), &blocks{list: fork}, verifier.Options{}), "V99")
	state = stored(t, state)
	after := mustAudit(t, rec.at(len(all)), &blocks{list: all}, verifier.Options{State: state})
	sameBut(t, after, mustAudit(t, rec.at(len(all)), &blocks{list: all}, verifier.Options{}), "V99")
	if c := checkOf(after, "V99"); after.Exit != 0 || len(c.Items) != 3 {
		t.Errorf("exit %d, V99 %v, want both reorganisations listed", after.Exit, c)
	}
}

// voteHeight is the height of the first block with a vote.
func voteHeight(t *testing.T, all []*wire.MsgBlock) int {
	t.Helper()
	for h, b := range all {
		for _, tx := range b.Transactions {
			if len(tx.TxOut) == 2 && len(tx.TxOut[1].PkScript) == 70 && tx.TxOut[1].PkScript[2] == 0xb1 {
				return h
			}
		}
	}
	t.Fatal("no vote")
	return 0
}

// TestReorgSafe: what hangs on blocks that may still be replaced is said to.
func TestReorgSafe(t *testing.T) {
	rec, all := deep(t)
	vote := voteHeight(t, all)
	for _, row := range []struct {
		name string
		tip  int
		want result.Status
	}{
		{"before the vote", vote - 1, result.Pass},
		{"the vote in the last block", vote, result.Unresolved},
		{"the vote in the last but one", vote + 1, result.Unresolved},
		{"the vote three deep", vote + 2, result.Pass},
		{"the end", len(all) - 1, result.Pass},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := mustAudit(t, rec.at(row.tip), &blocks{list: all[:row.tip+1]}, verifier.Options{})
			if c := checkOf(r, "V100"); c.Status != row.want || c.Examined != 1 {
				t.Errorf("V100 %s %v, want %s", c.Status, c.Items, row.want)
			}
		})
	}
}

// TestRewrittenBoard: a board that does not begin with the lines that were seen is a finding
// where an anchor had closed them. Lines after the last anchor, which a mirror may add or drop, are
// listed where they are gone.
func TestRewrittenBoard(t *testing.T) {
	files := recorded(t, "club_chair")
	whole := recordOf(t, files)
	src := chainfile.FromRecord(whole)
	state := new(verifier.State)
	first := mustAudit(t, whole, src, verifier.Options{State: state})
	rewritten := *first
	rewritten.Board.Lines = 5
	if r := mustAudit(t, whole, src, verifier.Options{Since: &rewritten}); status(r, "V99") != result.Fail || r.Exit != result.ExitFaulted {
		t.Errorf("V99 %s against a report of other anchored lines", status(r, "V99"))
	}
	other := make(map[string][]byte)
	for name, text := range files {
		other[name] = text
	}
	other[record.Board] = withoutLastLine(files[record.Board])
	shorter := recordOf(t, other)
	for range 2 {
		r := mustAudit(t, shorter, src, verifier.Options{State: state})
		if c := checkOf(r, "V99"); c.Status != result.Pass || len(c.Items) != 1 {
			t.Errorf("exit %d, V99 %v, want an item", r.Exit, c)
		}
	}
	if r := mustAudit(t, shorter, src, verifier.Options{Since: first}); len(checkOf(r, "V99").Items) != 1 {
		t.Errorf("V99 %s against the earlier report", status(r, "V99"))
	}
	begun := mustAudit(t, shorter, src, verifier.Options{})
	if r := mustAudit(t, whole, src, verifier.Options{Since: begun}); status(r, "V99") != result.Pass || r.Exit != 0 {
		t.Errorf("V99 %s, exit %d for a board that went on", status(r, "V99"), r.Exit)
	}
	// another election's
	none := recordOf(t, recorded(t, "no_winner"))
	for _, opt := range []verifier.Options{{State: state}, {Since: first}} {
		if _, err := verifier.Audit(context.Background(), none, chainfile.FromRecord(none), opt); !errors.Is(err, verifier.ErrOtherElection) {
			t.Errorf("got %v, want a refusal", err)
		}
	}
}

func withoutLastLine(board []byte) []byte {
	return board[:bytes.LastIndexByte(board[:len(board)-1], '\n')+1]
}

// TestLiesAreNotRemembered: blocks that a check refused do not enter the state.
func TestLiesAreNotRemembered(t *testing.T) {
	rec, all := deep(t)
	vote := voteHeight(t, all)
	lie := *all[vote]
	lie.Transactions = lie.Transactions[:len(lie.Transactions)-1]
	told := slices.Clone(all)
	told[vote] = &lie
	state := new(verifier.State)
	if r := mustAudit(t, rec.at(len(all)), &blocks{list: told}, verifier.Options{State: state}); r.Exit != result.ExitRefuted {
		t.Fatalf("exit %d", r.Exit)
	}
	got := mustAudit(t, rec.at(len(all)), &blocks{list: all}, verifier.Options{State: state})
	sameBut(t, got, mustAudit(t, rec.at(len(all)), &blocks{list: all}, verifier.Options{}), "V99")
}

// FuzzState: what is accepted is what would be written.
func FuzzState(f *testing.F) {
	var tx bytes.Buffer
	if err := (&wire.MsgTx{TxIn: []*wire.TxIn{{}}}).Serialize(&tx); err != nil {
		f.Fatal(err)
	}
	zeros := strings.Repeat("0", 64)
	text := fmt.Sprintf(`{"spec":3,"policy":"bvp1","over":false,"lines":1,"head":"%s","tip":{"height":7,"hash":"%s"},"watch":"%s","searched":6,"first":7,`+
		`"blocks":[{"hash":"%s","txs":2}],"transactions":[{"height":7,"pos":1,"tx":"%s"}],"reorgs":[],"waited":["%[5]s"]}`+"\n",
		zeros, zeros, zeros, zeros, base64.StdEncoding.EncodeToString(tx.Bytes()))
	if _, err := verifier.DecodeState([]byte(text)); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(text))
	f.Add([]byte(strings.Replace(text, `"pos":1`, `"pos":2`, 1)))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := verifier.DecodeState(in)
		if err != nil {
			return
		}
		if out, err := s.Encode(); err != nil || !bytes.Equal(in, out) {
			t.Errorf("written back differently: %v", err)
		}
	})
}

// since is a chain whose blocks begin somewhere.
type since struct {
	*blocks
	first uint32
}

func (s since) First(context.Context) (uint32, error) { return s.first, nil }

// TestMoreBlocksThanNeeded: where a source's blocks begin before the announcement
// changes nothing, if it spends a seal.
func TestMoreBlocksThanNeeded(t *testing.T) {
	rec := rehearsaltest.Open(t, sealed(t, "club_chair"))
	all := nodetest.Blocks(t, rec)
	want := mustAudit(t, rec, &blocks{list: all}, verifier.Options{})
	for _, first := range []uint32{1, 50, 103} {
		got := mustAudit(t, rec, since{blocks: &blocks{list: all}, first: first}, verifier.Options{})
		sameBut(t, got, want)
		if got.Exit != 0 {
			t.Errorf("blocks from %d: exit %d, %v", first, got.Exit, notPassing(got))
		}
	}
}
