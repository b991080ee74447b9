// Package boardclient holds a copy of an election's board and talks to the server that keeps
// it, and to mirrors.
//
// It believes no server: it verifies the hash chain and every signature of what it is served,
// holds it against what it was served before, to the end of the election, and keeps every
// receipt. Where a server shows another board than before, or one without a line that it has
// signed for, the client keeps the proof in a file, says so, and goes on with what it had.
package boardclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bevote/internal/curve"
	"bevote/internal/durable"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/record"
)

// Client is a copy of a board in a directory:
//
//	board.jsonl    the board as far as it was verified
//	receipts/      what the server has signed, for audit --receipt
//	proofs/        what contradicts it
//
// Its methods are for one goroutine at a time.
type Client struct {
	e     *election.Election
	dir   string
	urls  []string
	http  *http.Client
	file  *durable.Log
	lines []board.Line
	head  board.Hash
	last  int64           // where the last line begins
	key   curve.PublicKey // that signs receipts; zero before line 1
	due   []board.Receipt // of lines that are not held yet
	// signed is the newest receipt of a status.
	signed []byte
}

// Open continues the copy in a directory. urls are the server's and then mirrors', without a
// final slash. A nil client is one with timeouts.
func Open(e *election.Election, dir string, urls []string, client *http.Client) (*Client, error) {
	if len(urls) == 0 {
		return nil, errors.New("no address of a board")
	}
	if client == nil {
		client = newHTTP()
	}
	c := &Client{e: e, dir: dir, http: client, head: e.EID}
	for _, u := range urls {
		c.urls = append(c.urls, strings.TrimRight(u, "/"))
	}
	for _, sub := range []string{"receipts", "proofs"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	f, err := durable.OpenFile(filepath.Join(dir, record.Board), 0o600)
	if err != nil {
		return nil, err
	}
	if c.file, _, err = durable.NewLog(f); err != nil {
		f.Close()
		return nil, err
	}
	if err := c.readHeld(); err != nil {
		c.Close()
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, record.Board), err)
	}
	if err := c.readReceipts(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// newHTTP returns a client that waits long enough for GET /wait, and follows no redirection.
func newHTTP() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: 20 * time.Second}).DialContext,
			TLSHandshakeTimeout:   20 * time.Second,
			ResponseHeaderTimeout: 90 * time.Second,
			MaxIdleConnsPerHost:   4,
			IdleConnTimeout:       time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close closes the copy's file.
func (c *Client) Close() error { return c.file.Close() }

// PutAside moves the copy to the proofs and begins anew: for where an anchor commits to
// another board than was seen. Receipts stay, and are held against what comes.
func (c *Client) PutAside() error {
	if err := c.file.Close(); err != nil {
		return err
	}
	path := filepath.Join(c.dir, record.Board)
	if err := os.Rename(path, filepath.Join(c.dir, "proofs", "board-"+c.head.String()[:16]+".jsonl")); err != nil {
		return err
	}
	f, err := durable.OpenFile(path, 0o600)
	if err != nil {
		return err
	}
	if c.file, _, err = durable.NewLog(f); err != nil {
		return err
	}
	if err := durable.SyncDirectory(filepath.Join(c.dir, "proofs")); err != nil {
		return err
	}
	c.lines, c.head, c.last, c.key, c.due, c.signed = nil, c.e.EID, 0, curve.PublicKey{}, nil, nil
	return c.readReceipts()
}

// Lines returns the board as far as it is held. The caller must not change it.
func (c *Client) Lines() []board.Line { return c.lines }

// Head returns the head of the board that is held.
func (c *Client) Head() board.Hash { return c.head }

// Size returns the length of the board that is held, in bytes.
func (c *Client) Size() int64 { return c.file.Size() }

// Signed returns the newest receipt by which the server has said what its board is, or nil.
// It is for a line that is held.
func (c *Client) Signed() []byte { return c.signed }

// Server returns the key that signs receipts, once line 1 is held.
func (c *Client) Server() (curve.PublicKey, bool) { return c.key, len(c.lines) > 0 }

// readHeld reads the copy. It was verified before it was written.
func (c *Client) readHeld() error {
	return board.Read(c.file.Reader(), func(n int, l board.Line) error {
		if l.Prev != c.head {
			return fmt.Errorf("line %d does not continue line %d", n, n-1)
		}
		c.take(l)
		return nil
	})
}

// take adds a line.
func (c *Client) take(l board.Line) {
	if n := len(c.lines); n > 0 {
		c.last += int64(len(c.lines[n-1].Encode()) + 1)
	} else {
		var open board.Open
		if board.DecodeBody(l, &open) == nil {
			c.key = open.Server
		}
	}
	c.lines, c.head = append(c.lines, l), l.Hash()
}

// headAt returns the head of the board that ends with line n of those that are held.
func (c *Client) headAt(n int) board.Hash {
	if n < len(c.lines) {
		return c.lines[n].Prev
	}
	return c.head
}

// Unreachable is the error of a server that gave no answer, or none that says what became of a
// request: it may have been carried out or not. It is to be sent again.
type Unreachable struct {
	URL string
	Err error
}

func (e *Unreachable) Error() string { return e.URL + ": " + e.Err.Error() }

// Unwrap returns the reason without the address.
func (e *Unreachable) Unwrap() error { return e.Err }

// get asks for a path of a server and returns the answer, whose body the caller closes.
func (c *Client) get(ctx context.Context, url string, from int64) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, &Unreachable{url, err}
	}
	if from > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, unreachable(ctx, url, err)
	}
	return answer, nil
}

// unreachable is the error of a request that failed. A context that is done stays itself.
func unreachable(ctx context.Context, url string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Unreachable{url, err}
}

// readAll reads a short answer.
func readAll(r io.Reader, most int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("an answer of more than %d bytes", most)
	}
	return text, err
}
