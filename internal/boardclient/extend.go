package boardclient

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"bevote/internal/curve"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// Status asks the first server that answers.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	for _, url := range c.urls {
		if s, err = c.status(ctx, url, "/status"); err == nil {
			return s, nil
		}
	}
	return s, err
}

// Wait returns when a server has more lines than are held, or after a while.
func (c *Client) Wait(ctx context.Context) error {
	_, err := c.status(ctx, c.urls[0], fmt.Sprintf("/wait?lines=%d", len(c.lines)))
	return err
}

func (c *Client) status(ctx context.Context, url, path string) (s Status, err error) {
	answer, err := c.get(ctx, url+path, 0)
	if err != nil {
		return s, err
	}
	defer answer.Body.Close()
	text, err := readAll(answer.Body, 64<<10)
	switch {
	case err != nil:
		return s, unreachable(ctx, url, err)
	case answer.StatusCode != http.StatusOK:
		return s, &Unreachable{url, fmt.Errorf("%s answers %d", path, answer.StatusCode)}
	case json.Unmarshal(text, &s) != nil:
		return s, &Unreachable{url, fmt.Errorf("%s: the answer is no status", path)}
	case s.EID != c.e.EID:
		return s, &Unreachable{url, errors.New("it serves another election")}
	}
	return s, nil
}

// Extend brings the copy up to what the server has, or where that does not answer, a mirror.
// All others are held against the copy. A [Contradiction] of one of them is returned when all
// were asked, and the copy stays what it was verified to be.
func (c *Client) Extend(ctx context.Context) error {
	var errs []error
	extended := false
	for i, url := range c.urls {
		err := c.extendFrom(ctx, url, i > 0, !extended)
		var away *Unreachable
		switch {
		case err == nil:
			extended = true
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &away):
			errs = append(errs, err)
		default:
			errs = append(errs, err)
			extended = true // it answers; no mirror speaks for it
		}
	}
	return important(errs, extended)
}

// important returns the contradictions among errors; those of servers that did not answer
// only where none did.
func important(errs []error, extended bool) error {
	var out []error
	for _, err := range errs {
		var away *Unreachable
		if !errors.As(err, &away) || !extended {
			out = append(out, err)
		}
	}
	return errors.Join(out...)
}

// extendFrom holds a server's board against the copy, and takes further lines where extend
// says so. A mirror may be behind.
func (c *Client) extendFrom(ctx context.Context, url string, mirror, extend bool) error {
	s, err := c.status(ctx, url, "/status")
	if err != nil {
		return err
	}
	if err := c.checkStatus(url, s, mirror); err != nil {
		return err
	}
	if s.Lines < len(c.lines) || s.Lines == len(c.lines) && s.Head == c.head || !extend {
		return nil
	}
	if err := c.download(ctx, url, s); err != nil {
		return err
	}
	return errors.Join(c.checkSigned(url, s), c.checkDue(url))
}

// checkStatus holds the status of a server against the copy.
func (c *Client) checkStatus(url string, s Status, mirror bool) error {
	for _, r := range c.due {
		if int(r.Number) > s.Lines && s.Tip != nil && !mirror { // mirrors, which have no tip, may be behind
			return c.contradiction(url, fmt.Sprintf("it has %d lines, and has signed for line %d", s.Lines, r.Number), s, nil)
		}
	}
	switch {
	case s.Lines > len(c.lines):
		return nil
	case s.Lines < len(c.lines) && !mirror:
		return c.contradiction(url, fmt.Sprintf("it has %d lines, and had %d before", s.Lines, len(c.lines)), s, nil)
	case s.Lines > 0 && c.headAt(s.Lines) != s.Head:
		return c.contradiction(url, fmt.Sprintf("line %d, or one before it, is another than before", s.Lines), s, nil)
	}
	return c.checkSigned(url, s)
}

// checkSigned holds the receipt of a status against the copy, and keeps it.
func (c *Client) checkSigned(url string, s Status) error {
	if len(s.Receipt) == 0 || len(c.lines) == 0 {
		return nil
	}
	r, err := board.DecodeReceipt(append(s.Receipt, '\n'))
	if err != nil || r.EID != c.e.EID || !r.Verify(c.key) {
		return c.contradiction(url, "the receipt of its last line is not signed by the key of line 1", s, nil)
	}
	n := int(r.Number)
	if n < 1 || n > len(c.lines) || c.headAt(n) != r.Head {
		return c.contradiction(url, fmt.Sprintf("it has signed for another line %d than it serves", n), s, nil)
	}
	if text := r.Encode(); !bytes.Equal(text, c.signed) {
		c.signed = text
		return c.keep(lastReceipt, text)
	}
	return nil
}

// download takes the lines behind the copy. The answer begins with the last line that is
// held, which has to be the same.
func (c *Client) download(ctx context.Context, url string, s Status) error {
	answer, err := c.get(ctx, url+"/"+record.Board, c.last)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return c.contradiction(url, "its board is shorter than before", s, nil)
	case answer.StatusCode == http.StatusPartialContent && c.last > 0, answer.StatusCode == http.StatusOK && c.last == 0:
	default:
		return &Unreachable{url, fmt.Errorf("the board: answer %d", answer.StatusCode)}
	}
	most := 2*election.GreatestBoard(c.e.Policy).Bytes + 1<<20
	in := bufio.NewScanner(io.LimitReader(answer.Body, most))
	in.Buffer(nil, board.MaxLine+2)
	in.Split(wholeLines)
	if len(c.lines) > 0 {
		if held := c.lines[len(c.lines)-1].Encode(); !in.Scan() || !bytes.Equal(in.Bytes(), held) {
			if in.Err() != nil || len(in.Bytes()) == 0 {
				return unreachable(ctx, url, errors.Join(in.Err(), errors.New("the board did not come")))
			}
			return c.contradiction(url, fmt.Sprintf("line %d is another than before", len(c.lines)), s, in.Bytes())
		}
	}
	if err := c.takeAll(url, s, in); err != nil {
		return err
	}
	if in.Err() != nil {
		return unreachable(ctx, url, in.Err())
	}
	if len(c.lines) < s.Lines {
		return unreachable(ctx, url, errors.New("the board did not come whole"))
	}
	return nil
}

// wholeLines splits at LF, and drops what has none: an answer that was cut off.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if at := bytes.IndexByte(data, '\n'); at >= 0 {
		return at + 1, data[:at], nil
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}

// together is how many lines are verified and written at once.
const together = 512

// takeAll verifies and takes the lines of an answer.
func (c *Client) takeAll(url string, s Status, in *bufio.Scanner) error {
	for more := true; more; {
		var batch []board.Line
		var text []byte
		head := c.head
		for len(batch) < together && len(text) < board.MaxLine {
			if more = in.Scan(); !more {
				break
			}
			l, err := board.DecodeLine(in.Bytes())
			n := len(c.lines) + len(batch) + 1
			if err != nil {
				return c.contradiction(url, fmt.Sprintf("line %d: %v", n, err), s, in.Bytes())
			}
			if l.Prev != head {
				return c.contradiction(url, fmt.Sprintf("line %d does not continue line %d", n, n-1), s, in.Bytes())
			}
			head = l.Hash()
			batch, text = append(batch, l), append(append(text, in.Bytes()...), '\n')
		}
		if err := c.takeBatch(url, s, batch, text); err != nil {
			return err
		}
	}
	return nil
}

// takeBatch takes lines whose signatures verify, and has them on the disk.
func (c *Client) takeBatch(url string, s Status, batch []board.Line, text []byte) error {
	if len(batch) == 0 {
		return nil
	}
	signed := make([]curve.Signed, len(batch))
	for i, l := range batch {
		signed[i] = l.Signature(c.e.EID)
	}
	for i, ok := range curve.VerifySchnorrBatch(signed, new(curve.Keyring)) {
		if !ok {
			return c.contradiction(url, fmt.Sprintf("line %d: the signature does not verify", len(c.lines)+i+1), s, batch[i].Encode())
		}
	}
	if err := c.file.Append(text); err != nil {
		return err
	}
	for _, l := range batch {
		c.take(l)
	}
	return nil
}
