package verifier

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"bevote/verifier/board"
	"bevote/verifier/record"
)

// byteOrderMark is what some editors write before a text in UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// errLineEnds and errByteOrderMark are what copying does to a text file: git with
// core.autocrlf, mail, an editor. The content is the same, the hash is not.
var (
	errLineEnds = errors.New("this copy has other line ends (CR LF or LF) than the announced file: " +
		"copy it again unchanged, in git with core.autocrlf=false")
	errByteOrderMark = errors.New("this copy begins with a byte order mark, which the announced file has not: copy it again unchanged")
)

// changedCopy returns how a copy of a text differs from the one with this SHA-256, if it
// does so by line ends and a byte order mark alone; otherwise nil.
func changedCopy(text []byte, announced [32]byte) error {
	if sha256.Sum256(text) == announced {
		return nil
	}
	bare := bytes.TrimPrefix(text, []byte(byteOrderMark))
	unix := bytes.ReplaceAll(bare, []byte("\r\n"), []byte("\n"))
	switch announced {
	case sha256.Sum256(bare):
		return errByteOrderMark
	case sha256.Sum256(unix), sha256.Sum256(bytes.ReplaceAll(unix, []byte("\n"), []byte("\r\n"))):
		return errLineEnds
	}
	return nil
}

// checkPolicyCopy returns an error if the policy differs from the hash in line 1 by
// line ends and a byte order mark alone. V16 reports any other difference.
func (in *inputs) checkPolicyCopy(policy []byte) error {
	var open board.Open
	if board.DecodeBody(in.lines[0], &open) != nil {
		return nil
	}
	if err := changedCopy(policy, open.Policy); err != nil {
		return &InputError{record.Policy, err}
	}
	return nil
}

// copyReader notes what copying may have done to a text that has no CR of its own.
type copyReader struct {
	r      io.Reader
	begun  bool
	marked bool // a byte order mark
	cr     bool
}

func (c *copyReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if n > 0 && !c.begun {
		c.begun, c.marked = true, p[0] == byteOrderMark[0]
	}
	c.cr = c.cr || bytes.IndexByte(p[:n], '\r') >= 0
	return n, err
}

// explain adds to a decoding error what copying did to the text, if it did.
func (c *copyReader) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case c.marked:
		return fmt.Errorf("%w (%w)", errByteOrderMark, err)
	case c.cr:
		return fmt.Errorf("%w (%w)", errLineEnds, err)
	}
	return err
}

// explainCopy adds to a decoding error of a text what copying did to it, if it did.
func explainCopy(text []byte, err error) error {
	c := &copyReader{r: bytes.NewReader(text)}
	_, _ = io.Copy(io.Discard, c) // reading from memory does not fail
	return c.explain(err)
}
