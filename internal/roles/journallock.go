//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package roles

import (
	"errors"
	"os"
	"syscall"
)

// lock keeps a private file to one process until the file is closed or the process ends. Two mixers with
// one journal would answer one offer twice.
func lock(f *os.File) error {
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return errors.New("in use by another process")
	}
	return nil
}
