package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"bevote/internal/node"
	"bevote/verifier"
	"bevote/verifier/record"
)

const (
	// pollInterval is the time between two questions to a followed node.
	pollInterval = time.Second
	// maxState is the longest state file that is read, in bytes. The
	// transactions of 200,000 voters take some 300 MB.
	maxState = 512 << 20
)

// restore reads the report of --since and the state of --state. A state file
// that does not exist gives an empty state.
func (c *console) restore(a auditOptions) (opt verifier.Options, err error) {
	if a.since != "" {
		if opt.Since, err = c.readReport(a.since); err != nil {
			return opt, err
		}
	}
	for _, name := range a.receipts {
		r, err := readReceipt(name)
		if err != nil {
			return opt, err
		}
		opt.Receipts = append(opt.Receipts, r)
	}
	if a.state == "" {
		return opt, nil
	}
	opt.State = new(verifier.State)
	f, err := os.Open(a.state)
	if errors.Is(err, fs.ErrNotExist) {
		return opt, nil
	}
	if err != nil {
		return opt, unreadable(shortPathError(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxState))
	if err != nil {
		return opt, unreadable(shortPathError(err))
	}
	if opt.State, err = verifier.DecodeState(text); err != nil {
		return opt, unreadable(errors.New(a.state + ": " + err.Error()))
	}
	return opt, nil
}

// maxReceipt bounds what is read of a receipt: one is a few hundred bytes.
const maxReceipt = 1 << 12

// readReceipt reads a receipt's file.
func readReceipt(name string) (verifier.Receipt, error) {
	f, err := os.Open(name)
	if err != nil {
		return verifier.Receipt{}, unreadable(shortPathError(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxReceipt+1))
	if err != nil {
		return verifier.Receipt{}, unreadable(shortPathError(err))
	}
	r, err := verifier.DecodeReceipt(name, text)
	if err != nil {
		return verifier.Receipt{}, unreadable(err)
	}
	return r, nil
}

// saveState writes a state to the file name, atomically; "" writes nothing.
func saveState(name string, s *verifier.State) error {
	if name == "" {
		return nil
	}
	text, err := s.Encode()
	if err != nil {
		return bug(err)
	}
	return writeOutput(name, text)
}

// keepPart saves the state of an audit that ended with err because a node failed, so
// that the next audit continues there. It returns err.
func (c *console) keepPart(err error, s *verifier.State, a auditOptions) error {
	var failed *node.Error
	if !errors.As(err, &failed) || s == nil || s.IsZero() {
		return err
	}
	if failed := saveState(a.state, s); failed != nil {
		c.printf("bevote: %v", failed)
	}
	return err
}

// isEarly reports whether an audit failed only because it came too early: the
// board has no line yet, or the node does not yet have the blocks that its lines name.
func isEarly(err error) bool {
	return errors.Is(err, verifier.ErrEmptyBoard) || errors.Is(err, verifier.ErrBehind)
}

// follow audits again at each new best block and each change of the board,
// until the election is over. Reports and state are on disk before it waits, so
// a killed process loses nothing. Where it is too early for an audit, it says so
// once and waits.
func (c *console) follow(ctx context.Context, a auditOptions) error {
	if len(a.sources) == 0 || a.state == "" {
		return usage("--follow needs --source and --state")
	}
	opt, err := c.restore(a)
	if err != nil {
		return err
	}
	live, err := dial(ctx, a.sources)
	if err != nil {
		return err
	}
	defer live.close()
	waiting := false
	for {
		board := boardStamp(a.path)
		r, err := c.auditOnce(ctx, a.path, live, opt)
		switch {
		case isEarly(err):
			if !waiting {
				c.printf("waiting: %v", err)
			}
			waiting = true
		case err != nil:
			return c.keepPart(err, opt.State, a)
		case opt.State.Over():
			a.follow = false
			return c.deliver(r, opt.State, a)
		default:
			waiting = false
			failed := c.save(r, opt.State, a)
			c.printf("block %d: %d votes; %s", r.Tip.Height, r.Votes, r.Verdict)
			if failed != nil {
				return failed
			}
		}
		if err := live.wait(ctx, func() bool { return boardStamp(a.path) != board }); err != nil {
			return err
		}
	}
}

// wait returns when a node has another best block, or when boardChanged
// reports true.
func (n nodes) wait(ctx context.Context, boardChanged func() bool) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollInterval):
		}
		if boardChanged() {
			return nil
		}
		for _, node := range n {
			if changed, err := node.Changed(ctx); err != nil {
				return sourceError(err)
			} else if changed {
				return nil
			}
		}
	}
}

// fileStamp identifies a version of a file by its length and its time of
// change.
type fileStamp struct {
	size     int64
	modified time.Time
}

// boardStamp returns the stamp of the board of the record at path.
func boardStamp(path string) fileStamp {
	info, err := os.Stat(filepath.Join(path, record.Board))
	if err != nil {
		info, err = os.Stat(path) // a zip
	}
	if err != nil {
		return fileStamp{} // the next audit reports the error
	}
	return fileStamp{info.Size(), info.ModTime()}
}
