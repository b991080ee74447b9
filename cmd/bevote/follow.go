package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"bevote/verifier"
	"bevote/verifier/record"
)

const (
	// pause is how often a followed node and board are looked at.
	pause = time.Second
	// maxState is how much of a state file is read. All that 65,535 voters do
	// on the chain is some 100 MB.
	maxState = 256 << 20
)

// recall reads what earlier audits left.
func (c *console) recall(a auditing) (opt verifier.Options, err error) {
	if a.since != "" {
		if opt.Since, err = c.report(a.since); err != nil {
			return opt, err
		}
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
		return opt, unreadable(plain(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxState))
	if err != nil {
		return opt, unreadable(plain(err))
	}
	if opt.State, err = verifier.DecodeState(text); err != nil {
		return opt, unreadable(errors.New(a.state + ": " + err.Error()))
	}
	return opt, nil
}

// keep leaves a state, whole or not at all.
func keep(name string, s *verifier.State) error {
	if name == "" {
		return nil
	}
	text, err := s.Encode()
	if err != nil {
		return bug(err)
	}
	return write(name, text)
}

// follow judges again whenever there is something new, until the election is
// over. What it knows is on disk before it waits: it may be killed at any time.
func (c *console) follow(ctx context.Context, a auditing) error {
	if len(a.sources) == 0 || a.state == "" {
		return usage("--follow needs --source and --state")
	}
	opt, err := c.recall(a)
	if err != nil {
		return err
	}
	live, err := dial(ctx, a.sources)
	if err != nil {
		return err
	}
	defer live.close()
	for {
		board := ageOf(a.path)
		r, err := c.judge(ctx, a.path, live, opt)
		if err != nil {
			return err
		}
		if opt.State.Over() {
			if err := keep(a.state, opt.State); err != nil {
				return err
			}
			return c.deliver(r, a.outs, a.asJSON)
		}
		if err := writeReports(r, a.outs); err != nil {
			return err
		}
		if err := keep(a.state, opt.State); err != nil {
			return err
		}
		c.say("block %d: %d votes; %s", r.Tip.Height, r.Votes, r.Verdict)
		if err := live.wait(ctx, func() bool { return ageOf(a.path) != board }); err != nil {
			return err
		}
	}
}

// wait returns when a node has another best block, or when something else is new.
func (n nodes) wait(ctx context.Context, other func() bool) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		if other() {
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

// age is by what a file is known to be the one that was read.
type age struct {
	size     int64
	modified time.Time
}

// ageOf looks at the board of the record at path.
func ageOf(path string) age {
	info, err := os.Stat(filepath.Join(path, record.Board))
	if err != nil {
		info, err = os.Stat(path) // a zip
	}
	if err != nil {
		return age{} // the next audit says what is wrong
	}
	return age{info.Size(), info.ModTime()}
}
