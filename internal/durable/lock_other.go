//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package durable

import "os"

// LockFile does nothing where the system has no such lock. There the operator keeps a file
// or directory to one process.
func LockFile(*os.File) error { return nil }
