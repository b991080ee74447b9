package boardclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// Accepted is the answer to a line that stands on the board.
type Accepted struct {
	Receipt board.Receipt
	Other   bool // another line with the same body stands: it was signed with another block
}

// Refused is the error of a line that the server does not take. It is signed.
type Refused struct {
	board.Refused
	Status int
	Reason string // the server's words
	Do     string // what helps, in the server's words
	Stands int    // of the code stands: the line that does
}

func (e *Refused) Error() string { return fmt.Sprintf("refused (%s): %s; %s", e.Code, e.Reason, e.Do) }

// Submit sends a line, and keeps the receipt before it returns. The error is a [Refused], an
// [Unreachable] where the line is to be sent again, or a [Contradiction]. Where the server
// does not answer, mirrors are asked to forward the line. The same line may be sent again at
// any time.
func (c *Client) Submit(ctx context.Context, l board.Line) (a Accepted, err error) {
	for _, url := range c.urls {
		a, err = c.submitTo(ctx, url, l)
		var away *Unreachable
		if !errors.As(err, &away) {
			return a, err
		}
	}
	return a, err
}

func (c *Client) submitTo(ctx context.Context, url string, l board.Line) (a Accepted, err error) {
	l.Prev = [32]byte{}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/line", bytes.NewReader(l.Encode()))
	if err != nil {
		return a, &Unreachable{url, err}
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(r)
	if err != nil {
		return a, unreachable(ctx, url, err)
	}
	defer answer.Body.Close()
	text, err := readAll(answer.Body, 64<<10)
	if err != nil {
		return a, unreachable(ctx, url, err)
	}
	if answer.StatusCode == http.StatusOK {
		return c.accepted(url, l, text)
	}
	return a, c.refused(url, l, answer.StatusCode, text)
}

// signer returns the key that has to sign the answer to a line: that of line 1, be it held
// or sent.
func (c *Client) signer(l board.Line) (curve.PublicKey, bool) {
	var open board.Open
	if len(c.lines) == 0 && board.DecodeBody(l, &open) == nil {
		return open.Server, true
	}
	return c.Server()
}

// accepted verifies and keeps a receipt.
func (c *Client) accepted(url string, l board.Line, text []byte) (a Accepted, err error) {
	r, err := board.DecodeReceipt(text)
	key, known := c.signer(l)
	switch {
	case err != nil:
		return a, &Unreachable{url, err}
	case !known:
		return a, &Unreachable{url, errors.New("a receipt, and no line 1 that names its key: extend the board first")}
	case r.EID != c.e.EID || r.Number == 0 || !r.Verify(key):
		return a, &Unreachable{url, errors.New("a receipt that the key of line 1 has not signed")}
	}
	a = Accepted{r, r.Line != board.Hash(l.ID(c.e.EID))}
	if err := c.keepReceipt(r); err != nil {
		return a, err
	}
	return a, c.checkReceipt(url, r, l)
}

// checkReceipt holds the receipt of a line against the copy, as far as it reaches.
func (c *Client) checkReceipt(url string, r board.Receipt, l board.Line) error {
	n := int(r.Number)
	if n > len(c.lines) {
		c.due = append(c.due, r)
		return nil
	}
	stands := c.lines[n-1]
	same := stands.By == l.By && stands.Type == l.Type && bytes.Equal(stands.Body, l.Body)
	if c.headAt(n) == r.Head && board.Hash(stands.ID(c.e.EID)) == r.Line && same {
		return nil
	}
	return c.contradiction(url, fmt.Sprintf("it has signed for another line %d than it has shown", n),
		statusOf(r), l.Encode())
}

// refused verifies a refusal. An answer without one says nothing of the line.
func (c *Client) refused(url string, l board.Line, status int, text []byte) error {
	var p Problem
	if json.Unmarshal(text, &p) != nil {
		return &Unreachable{url, fmt.Errorf("answer %d", status)}
	}
	if len(p.Refusal) == 0 {
		return &Unreachable{url, fmt.Errorf("answer %d (%s): %s; %s", status, p.Code, p.Reason, p.Do)}
	}
	r, err := board.DecodeRefused(append(p.Refusal, '\n'))
	key, known := c.signer(l)
	if err != nil || r.EID != c.e.EID || r.Line != board.Hash(l.ID(c.e.EID)) || known && !r.Verify(key) {
		return &Unreachable{url, errors.New("a refusal that the key of line 1 has not signed for this line")}
	}
	e := &Refused{r, status, p.Reason, p.Do, p.Line}
	return errors.Join(e, c.keep("refused-"+r.Line.String()[:16]+"-"+r.Code+".json", r.Encode()))
}
