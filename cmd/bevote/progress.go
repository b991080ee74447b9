package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far a long operation is, on a terminal only.
type progress struct {
	w     io.Writer // nil where w is no terminal
	bar   *progressbar.ProgressBar
	stage string
}

func newProgress(w io.Writer) *progress {
	if !isTerminal(w) {
		return &progress{}
	}
	return &progress{w: w}
}

// step shows that done of total steps of a stage are finished. A total of 0
// means that it is not known.
func (p *progress) step(stage string, done, total int) {
	if p.w == nil {
		return
	}
	if p.bar == nil || stage != p.stage {
		p.clear()
		options := []progressbar.Option{
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription(stage),
			progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(100 * time.Millisecond),
			progressbar.OptionClearOnFinish(),
		}
		if total == 0 {
			total = -1
		} else { // with the rate, from which the time left follows
			options = append(options, progressbar.OptionShowCount(), progressbar.OptionShowIts())
		}
		p.stage = stage
		p.bar = progressbar.NewOptions(total, options...)
	}
	_ = p.bar.Set(done) // a bar that cannot be drawn does not stop the work
}

// clear removes the bar from the terminal.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
