//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package durable

import "os"

// lock does nothing where the system has no such lock. There the operator keeps a
// directory to one process.
func lock(*os.File) error { return nil }
