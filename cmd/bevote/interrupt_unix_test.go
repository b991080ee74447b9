//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestInterrupted: a command that is told to end leaves nothing behind, no
// output and no temporary file, and exits with 130.
func TestInterrupted(t *testing.T) {
	// A program that starts with SIGHUP ignored, as under nohup, keeps it ignored.
	// One that is started by a process that handles it does not.
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(handled) })

	mixed := filepath.Join("..", "..", "examples", "club_mixed.bev")
	for name, row := range map[string]struct {
		signal os.Signal
		args   []string
	}{
		"an interrupted rehearsal":      {syscall.SIGINT, []string{"rehearse", mixed, "-o", "DIR/out"}},
		"a terminated rehearsal":        {syscall.SIGTERM, []string{"rehearse", mixed, "-o", "DIR/out.zip"}},
		"a demo whose terminal is gone": {syscall.SIGHUP, []string{"demo", "--mixing", "-o", "DIR/out"}},
		"an interrupted question":       {syscall.SIGINT, []string{"check", "-"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			dir, temp := t.TempDir(), t.TempDir()
			for i, arg := range row.args {
				row.args[i] = string(bytes.Replace([]byte(arg), []byte("DIR"), []byte(dir), 1))
			}
			cmd := exec.CommandContext(ctx, "bevote", row.args...)
			cmd.Env = append(os.Environ(), "TMPDIR="+temp)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			messages, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(messages)
			if row.args[0] == "check" {
				time.Sleep(500 * time.Millisecond) // until it handles signals and reads
			} else {
				lines.Scan() // the first block of the election
			}
			if err := cmd.Process.Signal(row.signal); err != nil {
				t.Fatal(err)
			}
			last := ""
			for lines.Scan() {
				last = lines.Text()
			}
			cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != codeInterrupted || last != "bevote: interrupted" {
				t.Errorf("exits %d, want %d, and says %q", code, codeInterrupted, last)
			}
			for _, place := range []string{dir, temp} {
				if left, err := os.ReadDir(place); err != nil || len(left) > 0 {
					t.Errorf("left behind: %v, %v", left, err)
				}
			}
		})
	}
}
