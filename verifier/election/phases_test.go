package election_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// TestEveryTypeHasARow: the table of line types has all of package board.
func TestEveryTypeHasARow(t *testing.T) {
	files, err := filepath.Glob("../board/*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			c, ok := node.(*ast.ValueSpec)
			if !ok || !strings.HasPrefix(c.Names[0].Name, "Type") || len(c.Values) != 1 {
				return true
			}
			word, err := strconv.Unquote(c.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			if n++; !election.HasRow(board.Type(word)) {
				t.Errorf("%s has no row", c.Names[0].Name)
			}
			return true
		})
	}
	if n != len(board.Types()) {
		t.Errorf("found %d types of lines, want %d", n, len(board.Types()))
	}
}

// FuzzAnchor: what is parsed is written again.
func FuzzAnchor(f *testing.F) {
	f.Add(election.AnchorData(election.Announce, [32]byte{1}, [32]byte{2}))
	f.Add(election.AnchorData(election.LastAnchor+1, [32]byte{}, [32]byte{}))
	f.Add([]byte("BEV2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, ok := election.ParseAnchor(data)
		if want := len(data) == 69 && bytes.HasPrefix(data, []byte("BEV2")) && data[4] >= 1 && data[4] <= 9; ok != want {
			t.Fatalf("%x: %t, want %t", data, ok, want)
		}
		if ok && !bytes.Equal(election.AnchorData(a.Kind, a.EID, a.Head), data) {
			t.Errorf("%x is written differently", data)
		}
	})
}

// writer makes boards: author i, from 1, has the key i·G; 1 is the supervisor.
type writer struct {
	t   *testing.T
	e   *election.Election
	log *board.Log
}

func newWriter(t *testing.T, joint lang.Joint) *writer {
	p := &lang.Policy{
		Network: "regtest", Supervisor: curve.BaseMul(curve.NewScalar(1)).Key(), Joint: joint, K: 1, Confirmations: 1, Grace: 2, Voters: 5, Mixing: lang.Mixing{Scheme: lang.SchemeNone},
		Times: lang.Times{Roll: 110, Commit: 115, Deal: 120, Setup: 125},
	}
	e := &election.Election{Policy: p, EID: [32]byte{7}}
	return &writer{t, e, board.NewLog(e.EID)}
}

// says appends a line that has seen a height, and returns its number.
func (w *writer) says(author, seen uint32, body board.Body) int {
	w.t.Helper()
	l, err := board.Sign(w.e.EID, curve.NewScalar(author), board.Seen{Height: seen}, body)
	if err == nil {
		err = w.log.Append(l)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return len(w.log.Lines())
}

// anchor closes the lines so far.
func (w *writer) anchor(kind int, height uint32) election.Anchor {
	return election.Anchor{Kind: kind, EID: w.e.EID, Head: w.log.Head(), Height: height, TxID: election.AnchorName(kind)}
}

func numbers[T board.Body](entries []election.Entry[T]) (out []int) {
	for _, e := range entries {
		out = append(out, e.N)
	}
	return out
}

// sequence is what a chain shows, its blocks complete up to a height.
func sequence(complete uint32, anchors ...election.Anchor) election.Sequence {
	return election.Sequence{Anchors: anchors, Complete: complete}
}

// TestPhases: the anchors of a sequence close longer and longer prefixes. One whose head
// is no such prefix is missing, and those after it do not count.
func TestPhases(t *testing.T) {
	w := newWriter(t, lang.JointOne)
	w.says(1, 99, board.Open{Server: w.e.Policy.Supervisor})
	announce := w.anchor(election.Announce, 100)
	w.says(1, 100, board.Ack{})
	roll := w.anchor(election.RollClosed, 111)
	w.says(1, 110, board.Ack{})
	commits := w.anchor(election.CommitsClosed, 116)
	unknown, shorter := commits, commits
	unknown.Head[0] ^= 1
	shorter.Head = announce.Head

	lines := func(seq election.Sequence) (out []int, missing *election.MissingAnchor) {
		s := w.e.Setup(w.log.Lines(), seq)
		for _, kind := range []int{election.Announce, election.RollClosed, election.CommitsClosed} {
			if p := s.Phases; p.Closed(kind) != (p.Lines(kind) >= 0) || p.Closed(kind) != (p.Anchor(kind) != nil) {
				t.Errorf("%s closes %d lines", election.AnchorName(kind), p.Lines(kind))
			}
			out = append(out, s.Phases.Lines(kind))
		}
		return out, s.Phases.Missing()
	}
	broken := sequence(0, announce, roll)
	broken.Broken = &election.Break{TxID: "another", Height: 112, Reason: "it is none"}
	for name, row := range map[string]struct {
		seq     election.Sequence
		want    []int
		missing int
		where   string
	}{
		"all":            {sequence(117, announce, roll, commits), []int{1, 2, 3}, 0, ""},
		"two so far":     {sequence(116, announce, roll), []int{1, 2, -1}, 0, ""},
		"unknown head":   {sequence(0, announce, roll, unknown), []int{1, 2, -1}, election.CommitsClosed, "tx commits"},
		"shorter head":   {sequence(0, announce, roll, shorter), []int{1, 2, -1}, election.CommitsClosed, "tx commits"},
		"late":           {sequence(117, announce, roll), []int{1, 2, -1}, election.CommitsClosed, "block 117"},
		"not shown":      {sequence(0, announce, roll), []int{1, 2, -1}, 0, ""},
		"something else": {broken, []int{1, 2, -1}, election.CommitsClosed, "tx another"},
		"none":           {sequence(0), []int{-1, -1, -1}, 0, ""},
	} {
		got, missing := lines(row.seq)
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %v lines, want %v", name, got, row.want)
		}
		switch {
		case (missing != nil) != (row.missing != 0):
			t.Errorf("%s: missing %v", name, missing)
		case missing != nil && (missing.Kind != row.missing || missing.Where != row.where || missing.Reason == ""):
			t.Errorf("%s: missing %+v, want the %s anchor at %s", name, missing, election.AnchorName(row.missing), row.where)
		}
	}
}

// TestSpans: a type of line belongs between two anchors; acks and openings follow the
// last.
func TestSpans(t *testing.T) {
	for _, joint := range []lang.Joint{lang.JointOne, lang.JointNone} {
		w := newWriter(t, joint)
		var anchors []election.Anchor
		for _, due := range w.e.Due() {
			w.says(1, 0, board.Ack{})
			anchors = append(anchors, w.anchor(due.Kind, due.Last))
		}
		w.says(1, 0, board.Ack{})
		p := w.e.Setup(w.log.Lines(), sequence(0, anchors...)).Phases
		want := map[board.Type][2]int{
			board.TypeOpen: {0, 1}, board.TypeEntry: {1, 2}, board.TypeRoll: {1, 2}, board.TypeOpening: {2, 3},
		}
		if joint == lang.JointOne {
			want = map[board.Type][2]int{
				board.TypeOpen: {0, 1}, board.TypeEntry: {1, 2}, board.TypeRoll: {1, 2}, board.TypeCommit: {2, 3}, board.TypeDeal: {3, 4},
				board.TypeComplaint: {4, 5}, board.TypeTranscript: {4, 5}, board.TypeAck: {5, 6}, board.TypeOpening: {5, 6},
			}
		}
		for typ, span := range want {
			from, to, by, ok := p.Span(typ)
			if [2]int{from, to} != span || !ok || (by == nil) != (typ == board.TypeOpening || typ == board.TypeAck) {
				t.Errorf("%q: %s in lines %d to %d by %v, want %v", joint, typ, from, to, by, span)
			}
		}
		if _, _, _, ok := w.e.Setup(w.log.Lines(), sequence(0)).Phases.Span(board.TypeRoll); ok {
			t.Error("a roll without an announcement is closed")
		}
	}
}

// outpoint is that of a coin, in wire form.
func outpoint(i byte) board.Hex { return append(make([]byte, 35), i) }

// TestCounting: a line counts in its phase; of an author's lines on one subject the
// first counts.
func TestCounting(t *testing.T) {
	w := newWriter(t, lang.JointNone)
	early := w.says(5, 99, board.Entry{Outpoint: outpoint(1)})
	announce := w.anchor(election.Announce, 100)
	first := w.says(6, 101, board.Entry{Outpoint: outpoint(2)})
	again := w.says(6, 101, board.Entry{Outpoint: outpoint(2)})
	other := w.says(6, 101, board.Entry{Outpoint: outpoint(3)})
	theirs := w.says(7, 101, board.Entry{Outpoint: outpoint(2)})
	closed := w.anchor(election.RollClosed, 111)
	late := w.says(8, 101, board.Entry{Outpoint: outpoint(4)})
	s := w.e.Setup(w.log.Lines(), sequence(0, announce, closed))

	if got := numbers(election.InPhase[board.Entry](s.Phases)); !slices.Equal(got, []int{first, other, theirs}) {
		t.Errorf("in their phase are %v; not %d, %d and %d", got, early, again, late)
	}
	if got := numbers(election.Counting[board.Entry](s.Phases)); !slices.Equal(got, []int{first, other, theirs}) {
		t.Errorf("%v count", got)
	}
}

// TestRoll: a roll lists entries that count, sorted by key, each key and each coin once.
func TestRoll(t *testing.T) {
	keys := []uint32{5, 6, 7, 8}
	slices.SortFunc(keys, func(x, y uint32) int { return slices.Compare(keyOf(x), keyOf(y)) })
	for name, row := range map[string]struct {
		list  func(n []int) []int // of the line numbers of the entries, by their keys
		fault string
	}{
		"all":           {func(n []int) []int { return n[:3] }, ""},
		"some":          {func(n []int) []int { return []int{n[0], n[2]} }, ""},
		"another coin":  {func(n []int) []int { return []int{n[0], n[4], n[2]} }, ""},
		"no roll":       {nil, "there is no roll by the supervisor under its anchor"},
		"none":          {func([]int) []int { return nil }, "the roll of 0 is shorter than the threshold 1"},
		"unsorted":      {func(n []int) []int { return []int{n[1], n[0]} }, "does not follow"},
		"a line twice":  {func(n []int) []int { return []int{n[0], n[0]} }, "does not follow"},
		"a key twice":   {func(n []int) []int { return []int{n[1], n[4]} }, "does not follow"},
		"a coin twice":  {func(n []int) []int { return []int{n[0], n[3]} }, "has the coin of line"},
		"no entry":      {func(n []int) []int { return []int{1} }, "line 1 is no entry that counts"},
		"no such line":  {func(n []int) []int { return []int{99} }, "line 99 is no entry that counts"},
		"too many":      {func(n []int) []int { return []int{n[0], n[1], n[2], n[3]} }, "4 entries for 3 voters"},
		"not the first": {func(n []int) []int { return []int{n[5]} }, "is no entry that counts"},
	} {
		w := newWriter(t, lang.JointNone)
		w.e.Policy.Voters = 3
		w.says(1, 99, board.Open{Server: w.e.Policy.Supervisor})
		anchors := []election.Anchor{w.anchor(election.Announce, 100)}
		numbers := []int{
			w.says(keys[0], 101, board.Entry{Outpoint: outpoint(0)}),
			w.says(keys[1], 101, board.Entry{Outpoint: outpoint(1)}),
			w.says(keys[2], 101, board.Entry{Outpoint: outpoint(2)}),
			w.says(keys[3], 101, board.Entry{Outpoint: outpoint(0)}), // the first one's coin
			w.says(keys[1], 101, board.Entry{Outpoint: outpoint(4)}),
			w.says(keys[0], 101, board.Entry{Outpoint: outpoint(0)}),
		}
		if row.list == nil {
			w.says(9, 101, board.Roll{Entries: numbers[:1]}) // not the supervisor
		} else {
			w.says(1, 110, board.Roll{Entries: row.list(numbers)})
			w.says(1, 110, board.Roll{Entries: numbers[:1]}) // not the first
		}
		s := w.e.Setup(w.log.Lines(), sequence(0, append(anchors, w.anchor(election.RollClosed, 111))...))
		if strings.Contains(s.Ended, row.fault) != true || (s.Ended == "") != (row.fault == "") {
			t.Errorf("%s: ended %q, want %q", name, s.Ended, row.fault)
		}
		if row.fault != "" {
			continue
		}
		for i, n := range row.list(numbers) {
			if s.Roll[i].N != n || s.SlotOf(s.Roll[i].Key) != i+1 {
				t.Errorf("%s: slot %d is line %d, want %d", name, i+1, s.Roll[i].N, n)
			}
		}
	}
}

func keyOf(secret uint32) []byte {
	key := curve.BaseMul(curve.NewScalar(secret)).Key()
	return key[:]
}

// TestPublicShare: zero bytes stand for an election without shares, and never for a
// share that is not known or that allows no vote.
func TestPublicShare(t *testing.T) {
	at := func(i uint32) curve.Point { return curve.BaseMul(curve.NewScalar(i)) }
	custodial := newWriter(t, lang.JointNone).e.Setup(nil, election.Sequence{})
	if share, err := custodial.PublicShare(1, 1); err != nil || share != (curve.PublicKey{}) {
		t.Errorf("custodial: %s, %v", share, err)
	}
	s := newWriter(t, lang.JointOne).e.Setup(nil, election.Sequence{})
	for _, shares := range [][][]curve.Point{nil, {}, {{}}, {{at(5)}, nil}} {
		s.Shares = shares
		if share, err := s.PublicShare(2, 1); err == nil {
			t.Errorf("shares %v: slot 2 has %s", shares, share)
		}
	}
	s.Shares = [][]curve.Point{{at(3), at(4)}}
	if share, err := s.PublicShare(2, 1); err != nil || share != at(4).Key() {
		t.Errorf("slot 2 has %s, %v", share, err)
	}
	s.Voteless = map[int]string{2: "a reason"}
	if _, err := s.PublicShare(2, 1); err == nil {
		t.Error("a slot without a vote has a share")
	}
	for _, key := range []int{0, 2} {
		if _, err := s.PublicShare(1, key); err == nil {
			t.Errorf("joint key %d has shares", key)
		}
	}
}
