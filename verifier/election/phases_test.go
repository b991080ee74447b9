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
	if n != 22 {
		t.Errorf("found %d types of lines, want 22", n)
	}
}

// FuzzAnchor: what is parsed is written again.
func FuzzAnchor(f *testing.F) {
	f.Add(election.AnchorData(election.Announce, [32]byte{1}, [32]byte{2}))
	f.Add(election.AnchorData(election.LastAnchor+1, [32]byte{}, [32]byte{}))
	f.Add([]byte("BEV1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, ok := election.ParseAnchor(data)
		if want := len(data) == 69 && bytes.HasPrefix(data, []byte("BEV1")) && data[4] >= 1 && data[4] <= 6; ok != want {
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
	p := &lang.Policy{Supervisor: curve.BaseMul(curve.NewScalar(1)).Key(), Joint: joint, K: 1, Confirmations: 1}
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
	return election.Anchor{Kind: kind, EID: w.e.EID, Head: w.log.Head(), Height: height}
}

func numbers[T board.Body](entries []election.Entry[T]) (out []int) {
	for _, e := range entries {
		out = append(out, e.N)
	}
	return out
}

// TestPhases: of each kind the election's first anchor counts; it closes the lines
// up to its head.
func TestPhases(t *testing.T) {
	w := newWriter(t, lang.JointNone)
	w.says(1, 99, board.Open{})
	announce := w.anchor(election.Announce, 100)
	w.says(1, 100, board.Ack{})
	roll := w.anchor(election.RollClosed, 110)
	w.says(1, 110, board.Ack{})
	elsewhere, unknown := announce, w.anchor(election.DealsClosed, 120)
	elsewhere.EID[0] ^= 1
	elsewhere.Height = 98
	unknown.Head[0] ^= 1
	again := w.anchor(election.Announce, 101)

	p := w.e.Setup(w.log.Lines(), []election.Anchor{elsewhere, announce, again, roll, unknown}).Phases
	for kind, want := range map[int]int{
		election.Announce: 1, election.RollClosed: 2, election.CommitsClosed: -1, election.DealsClosed: -1,
	} {
		if got := p.Lines(kind); got != want || p.Closed(kind) != (want >= 0) {
			t.Errorf("the %s anchor closes %d lines, want %d", election.AnchorName(kind), got, want)
		}
	}
	if a := p.Anchor(election.Announce); a == nil || a.Height != 100 || p.Anchor(election.CommitsClosed) != nil {
		t.Errorf("announced by %v", a)
	}
	if a := p.Anchor(election.DealsClosed); a == nil || a.Height != 120 || p.Anchors()[election.DealsClosed] != a {
		t.Errorf("an anchor with an unknown head: %v", a)
	}
}

// TestSpans: a type of line belongs between two anchors; acknowledgements and openings
// follow the last.
func TestSpans(t *testing.T) {
	for _, joint := range []lang.Joint{lang.JointOne, lang.JointNone} {
		w := newWriter(t, joint)
		var anchors []election.Anchor
		for kind := election.Announce; kind <= election.LastAnchor; kind++ {
			w.says(1, 0, board.Ack{})
			anchors = append(anchors, w.anchor(kind, uint32(kind)))
		}
		w.says(1, 0, board.Ack{})
		p := w.e.Setup(w.log.Lines(), anchors).Phases
		openings := 6
		if joint == lang.JointNone {
			openings = 2
		}
		for typ, want := range map[board.Type][2]int{
			board.TypeOpen: {0, 1}, board.TypeCandidate: {0, 2}, board.TypeRoll: {1, 2}, board.TypeVoucher: {1, 2},
			board.TypeCommit: {2, 3}, board.TypeDeal: {3, 4}, board.TypeComplaint: {4, 5},
			board.TypeTranscript: {5, 6}, board.TypeAck: {openings, 7}, board.TypeOpening: {openings, 7},
		} {
			from, to, by, ok := p.Span(typ)
			if [2]int{from, to} != want || !ok || (by == nil) != (typ == board.TypeOpening || typ == board.TypeAck) {
				t.Errorf("%q: %s in lines %d to %d by %v, want %v", joint, typ, from, to, by, want)
			}
		}
		if _, _, _, ok := w.e.Setup(w.log.Lines(), anchors[1:]).Phases.Span(board.TypeRoll); ok {
			t.Error("a roll without an announcement is closed")
		}
	}
}

// TestCounting: a line counts in its phase, unless its author had seen the block of
// the anchor; of an author's lines on one subject the first counts.
func TestCounting(t *testing.T) {
	w := newWriter(t, lang.JointNone)
	key := func(i uint32) curve.PublicKey { return curve.BaseMul(curve.NewScalar(i)).Key() }
	roll := func(i uint32) board.Roll {
		return board.Roll{Key: key(i), Outpoint: make([]byte, 36), Sig: make([]byte, 64)}
	}
	early := w.says(1, 99, roll(5))
	announce := w.anchor(election.Announce, 100)
	first := w.says(1, 101, roll(6))
	second := w.says(1, 101, roll(6))
	other := w.says(1, 101, roll(7))
	theirs := w.says(2, 101, roll(6))
	young := w.says(1, 110, roll(8))
	closed := w.anchor(election.RollClosed, 110)
	late := w.says(1, 101, roll(9))
	s := w.e.Setup(w.log.Lines(), []election.Anchor{announce, closed})

	if got := numbers(election.InPhase[board.Roll](s.Phases)); !slices.Equal(got, []int{first, second, other, theirs}) {
		t.Errorf("in their phase are %v; not %d, %d and %d", got, early, young, late)
	}
	if got := numbers(election.Counting[board.Roll](s.Phases)); !slices.Equal(got, []int{first, other, theirs}) {
		t.Errorf("%v count", got)
	}
	if len(s.Roll) != 2 || s.OnRoll(key(5)) || !s.OnRoll(key(6)) || s.Roll[s.SlotOf(key(7))-1].Key != key(7) {
		t.Errorf("the roll is %v", s.Roll)
	}
	if !slices.IsSortedFunc(s.Roll, func(x, y election.Slot) int { return bytes.Compare(x.Key[:], y.Key[:]) }) {
		t.Error("the roll is not sorted")
	}
}

// TestShortRoll: an election ends early where the roll is shorter than the threshold.
func TestShortRoll(t *testing.T) {
	w := newWriter(t, lang.JointNone)
	announce := w.anchor(election.Announce, 100)
	anchors := []election.Anchor{announce, w.anchor(election.RollClosed, 110)}
	if s := w.e.Setup(w.log.Lines(), anchors); s.Ended != "the roll of 0 is shorter than the threshold 1" {
		t.Errorf("ended: %q", s.Ended)
	}
	if s := w.e.Setup(w.log.Lines(), anchors[:1]); s.Ended != "" {
		t.Errorf("ended before the roll is closed: %q", s.Ended)
	}
}

// TestPublicShare: zero bytes stand for an election without shares, and never for a
// share that is not known or that allows no vote.
func TestPublicShare(t *testing.T) {
	at := func(i uint32) curve.Point { return curve.BaseMul(curve.NewScalar(i)) }
	custodial := newWriter(t, lang.JointNone).e.Setup(nil, nil)
	if share, err := custodial.PublicShare(1, 1); err != nil || share != (curve.PublicKey{}) {
		t.Errorf("custodial: %s, %v", share, err)
	}
	s := newWriter(t, lang.JointOne).e.Setup(nil, nil)
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
