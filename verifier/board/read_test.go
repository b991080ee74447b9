package board_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// many is a board of more lines than are decoded at a time.
func many(t testing.TB, n int) []string {
	t.Helper()
	lines := make([]string, n)
	line := sign(t, board.Ack{})
	for i := range lines {
		line.Prev = [32]byte{byte(i >> 8), byte(i)}
		lines[i] = string(line.Encode()) + "\n"
	}
	return lines
}

func TestReadKeepsTheOrder(t *testing.T) {
	lines := many(t, 1000)
	last := 0
	err := board.Read(strings.NewReader(strings.Join(lines, "")), func(n int, l board.Line) error {
		if n != last+1 || string(l.Encode())+"\n" != lines[n-1] {
			t.Fatalf("line %d after %d is another", n, last)
		}
		last = n
		return nil
	})
	if err != nil || last != 1000 {
		t.Errorf("%d lines, err %v", last, err)
	}
}

// Whatever is wrong with a line, it is named by its number, and the callback
// has seen the lines before it and no other.
func TestReadNamesTheFirstBadLine(t *testing.T) {
	stranger := curve.PublicKey{2, 32: 5}.String()
	for name, spoil := range map[string]func(line string) string{
		"not a line":          func(string) string { return "nothing\n" },
		"author off curve":    func(line string) string { return strings.Replace(line, key.String(), stranger, 1) },
		"an unknown type":     func(line string) string { return strings.Replace(line, `"ack"`, `"nak"`, 1) },
		"longer than allowed": func(string) string { return strings.Repeat(" ", board.MaxLine+2) },
	} {
		for _, at := range []int{1, 256, 257, 700} {
			lines := many(t, 800)
			lines[at-1] = spoil(lines[at-1])
			lines[750] = "and another\n"
			last := 0
			err := board.Read(strings.NewReader(strings.Join(lines, "")), func(n int, _ board.Line) error {
				last = n
				return nil
			})
			if want := fmt.Sprintf("board line %d:", at); err == nil || !strings.HasPrefix(err.Error(), want) || last != at-1 {
				t.Errorf("%s: read %d lines, err %.100v, want %s", name, last, err, want)
			}
		}
	}
}

func TestReadEndsWithTheCallback(t *testing.T) {
	enough := errors.New("enough")
	seen := 0
	err := board.Read(strings.NewReader(strings.Join(many(t, 600), "")), func(n int, _ board.Line) error {
		if seen = n; n == 300 {
			return enough
		}
		return nil
	})
	if err != enough || seen != 300 {
		t.Errorf("err %v after line %d", err, seen)
	}
}

// A body that was put into a line after it was decoded is the one that counts.
func TestDecodeBodyReadsTheBodyThatIsThere(t *testing.T) {
	line, err := board.DecodeLine(sign(t, board.Ack{Transcript: board.Hash{1}}).Encode())
	if err != nil {
		t.Fatal(err)
	}
	var ack board.Ack
	line.Body = bytes.Replace(line.Body, []byte(`"01`), []byte(`"02`), 1)
	if err := board.DecodeBody(line, &ack); err != nil || ack.Transcript[0] != 2 {
		t.Errorf("%v, err %v", ack, err)
	}
	line.Body = []byte("{}")
	if err := board.DecodeBody(line, &ack); err == nil {
		t.Error("another body decoded as the one before it")
	}
	line.Type = board.TypeCommit
	if err := board.DecodeBody(line, &ack); err == nil {
		t.Error("an ack in a commit's line")
	}
}

// A line is asked for its body more than once: again costs little.
func BenchmarkDecodeBody(b *testing.B) {
	text := sign(b, board.Entry{Outpoint: zeros(36)}).Encode()
	line, err := board.DecodeLine(text)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			board.DecodeLine(text)
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			var entry board.Entry
			board.DecodeBody(line, &entry)
		}
	})
}

// A line that is read without its body has the hash that it has on the board: an anchor may commit to it
// as the last one.
func TestReadSomeKeepsHashes(t *testing.T) {
	log := wholeLog(t)
	var text bytes.Buffer
	if _, err := log.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	var last board.Line
	none := func(int, *board.Line) bool { return false }
	err := board.ReadSome(&text, none, func(_ int, l board.Line, hash [32]byte) error {
		if l.Body != nil || l.Hash() != hash {
			t.Errorf("%s: a body, or another hash", l.Type)
		}
		last = l
		return nil
	})
	if err != nil || last.Hash() != log.Head() {
		t.Errorf("head %x, want %x; err %v", last.Hash(), log.Head(), err)
	}
}
