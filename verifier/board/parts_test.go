package board_test

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// transcriptOf has joint keys with n public shares each, all different bytes.
func transcriptOf(keys, n int) board.Transcript {
	t := board.Transcript{Qual: []int{1, 3, 4}}
	for i := range keys {
		shares := make([]byte, n*curve.PointSize)
		for b := range shares {
			shares[b] = byte(b*7 + b/256 + i)
		}
		t.Keys = append(t.Keys, board.JointKey{Key: key, From: 1, Shares: shares})
	}
	return t
}

// TestTranscriptOverLines: what is split is joined again, also where joint keys are
// equal, and lines after a whole transcript are not read.
func TestTranscriptOverLines(t *testing.T) {
	const n = 7
	for keys := 1; keys <= 3; keys++ {
		whole := transcriptOf(keys, n)
		for most := 1; most <= keys*n+1; most++ {
			parts := whole.Split(most)
			if want := (keys*n + most - 1) / most; len(parts) != want {
				t.Errorf("%d shares a line: %d lines, want %d", most, len(parts), want)
			}
			again, used := board.JoinTranscripts(append(parts, parts...), keys, n)
			if used != len(parts) || !reflect.DeepEqual(again, whole) {
				t.Errorf("%d joint keys, %d shares a line: joined otherwise", keys, most)
			}
			if len(parts) == 1 {
				continue
			}
			for _, lie := range [][]board.Transcript{parts[1:], append(parts[:1:1], parts[2:]...), {parts[1], parts[0]}} {
				if again, _ := board.JoinTranscripts(lie, keys, n); reflect.DeepEqual(again, whole) {
					t.Errorf("%d joint keys, %d shares a line: whole without its lines", keys, most)
				}
			}
		}
	}
}

// TestTranscriptHash: acks name the bodies of all lines, by docs/protocol.md.
func TestTranscriptHash(t *testing.T) {
	var lines []board.Line
	var bodies []byte
	for _, part := range transcriptOf(1, 3).Split(2) {
		lines = append(lines, sign(t, part))
		bodies = append(bodies, lines[len(lines)-1].Body...)
	}
	want := `{"qual":[1,3,4],"keys":[{"key":"` + key.String() + `","from":1,"shares":"`
	if len(lines) != 2 || !strings.HasPrefix(string(bodies), want) || !strings.Contains(string(bodies), `{"qual":[],"keys":[{"key":"`+key.String()+`","from":3,`) {
		t.Errorf("%d lines, %s", len(lines), bodies)
	}
	if board.TranscriptHash(lines...) != curve.TaggedHash("transcript", bodies) {
		t.Error("another hash")
	}
}

// TestOpeningsOverLines: the parts have all openings and disavowals, in order.
func TestOpeningsOverLines(t *testing.T) {
	whole := board.Opening{Count: 5}
	for i := range 5 {
		whole.Openings = append(whole.Openings, board.Opened{I: i + 1, J: 1, S: zeros(32)})
		whole.Disavowals = append(whole.Disavowals, board.Disavowal{I: i + 9, D: key, Proof: zeros(64)})
	}
	for most := 1; most <= 11; most++ {
		again := board.Opening{Count: 5}
		for _, part := range whole.Split(most) {
			if len(part.Openings)+len(part.Disavowals) > most || part.Count != 5 {
				t.Errorf("%d a line: %v", most, part)
			}
			again.Openings = append(again.Openings, part.Openings...)
			again.Disavowals = append(again.Disavowals, part.Disavowals...)
		}
		if !reflect.DeepEqual(again, whole) {
			t.Errorf("%d a line: %v", most, again)
		}
	}
	if parts := (board.Opening{}).Split(1); len(parts) != 1 {
		t.Errorf("nothing to open takes %d lines", len(parts))
	}
}

// TestLongestParts: the longest parts of the largest roll fit into lines.
func TestLongestParts(t *testing.T) {
	shares := bytes.Repeat(key[:], board.MaxShares)
	longest := board.Transcript{Keys: []board.JointKey{{Key: key, From: 200_000, Shares: shares}}}
	for i := range 200_000 {
		longest.Qual = append(longest.Qual, i+1)
	}
	o := board.Opening{Count: 200_000}
	for range board.MaxOpened {
		o.Openings = append(o.Openings, board.Opened{I: 200_000, J: math.MaxUint16, S: zeros(32), Salt: zeros(12)})
	}
	d := board.Opening{Count: 200_000}
	for range board.MaxOpened {
		d.Disavowals = append(d.Disavowals, board.Disavowal{I: 200_000, D: key, Proof: zeros(64)})
	}
	for _, body := range []board.Body{longest, o, d} {
		text, err := json.Marshal(body)
		if err != nil || len(text) > board.MaxLine-1024 {
			t.Errorf("%s: %d bytes, %v", body.Type(), len(text), err)
		}
		if err := board.NewLog(eid).Append(sign(t, body)); err != nil {
			t.Error(err)
		}
	}
}
