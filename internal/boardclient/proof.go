package boardclient

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"bevote/internal/durable"
	"bevote/verifier/board"
)

// Contradiction is the error of a server that shows another board than it has shown, or than
// it has signed for.
type Contradiction struct {
	URL    string
	What   string
	Proof  string // the file that has what was held and what was served
	Signed bool   // the server's own signature contradicts the copy: the proof needs no witness
}

func (e *Contradiction) Error() string {
	return fmt.Sprintf("%s contradicts its board: %s; kept in %s", e.URL, e.What, e.Proof)
}

// proof is the text of a proof's file. Lines and receipts carry their own signatures.
type proof struct {
	URL    string     `json:"url"`
	What   string     `json:"what"`
	Lines  int        `json:"lines"`          // that are held
	Head   board.Hash `json:"head"`           // of these
	Served Status     `json:"served"`         // what the server says, with its receipt
	Line   string     `json:"line,omitempty"` // the first line that was served and cannot be
}

// maxProofs is how many proofs are kept: a server could contradict itself without end.
const maxProofs = 1000

// contradiction keeps the proof and returns the error. A receipt that is signed is kept
// beside the others, where audit --receipt takes it.
func (c *Client) contradiction(url, what string, s Status, line []byte) error {
	e := &Contradiction{URL: url, What: what}
	if r, err := board.DecodeReceipt(append(s.Receipt, '\n')); err == nil && len(c.lines) > 0 && r.EID == c.e.EID && r.Verify(c.key) {
		n := int(r.Number)
		e.Signed = n >= 1 && n <= len(c.lines) && c.headAt(n) != r.Head
		if err := c.keepReceipt(r); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(proof{URL: url, What: what, Lines: len(c.lines), Head: c.head, Served: s, Line: string(line)}, "", "  ")
	if err != nil {
		return err
	}
	if files, err := os.ReadDir(filepath.Join(c.dir, "proofs")); err != nil || len(files) >= maxProofs {
		e.Proof = filepath.Join(c.dir, "proofs")
		return errors.Join(e, err)
	}
	sum := sha256.Sum256(text)
	e.Proof = filepath.Join(c.dir, "proofs", hex.EncodeToString(sum[:8])+".json")
	if err := durable.WriteFile(e.Proof, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return e
}

// lastReceipt is the file of the newest receipt of a status.
const lastReceipt = "last.json"

// readReceipts reads the receipts of lines that are not held yet.
func (c *Client) readReceipts() error {
	files, err := os.ReadDir(filepath.Join(c.dir, "receipts"))
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(c.dir, "receipts", f.Name()))
		if err != nil {
			return err
		}
		r, err := board.DecodeReceipt(text)
		switch {
		case err != nil: // a refusal
		case int(r.Number) > len(c.lines):
			c.due = append(c.due, r)
		case f.Name() == lastReceipt && c.headAt(int(r.Number)) == r.Head:
			c.signed = text
		}
	}
	return nil
}

// checkDue holds receipts against the lines that have come since they were given.
func (c *Client) checkDue(url string) error {
	due := c.due
	c.due = nil
	var errs []error
	for _, r := range due {
		n := int(r.Number)
		switch {
		case n > len(c.lines):
			c.due = append(c.due, r)
		case c.headAt(n) != r.Head || board.Hash(c.lines[n-1].ID(c.e.EID)) != r.Line:
			errs = append(errs, c.contradiction(url, fmt.Sprintf("line %d is another than its receipt says", n), statusOf(r), nil))
		}
	}
	return errors.Join(errs...)
}

// statusOf returns what a receipt says that the board is.
func statusOf(r board.Receipt) Status {
	return Status{EID: r.EID, Lines: int(r.Number), Head: r.Head, Receipt: bytes.TrimSuffix(r.Encode(), []byte("\n"))}
}

// keepReceipt keeps a receipt under its number and head: two for one number are two files.
func (c *Client) keepReceipt(r board.Receipt) error {
	return c.keep(fmt.Sprintf("%d-%s.json", r.Number, r.Head.String()[:8]), r.Encode())
}

func (c *Client) keep(name string, text []byte) error {
	return durable.WriteFile(filepath.Join(c.dir, "receipts", name), text, 0o600)
}
