// Package home is the directory of one role in one election: its secret, what it has seen of
// the board, and what it has sent.
//
// It promises that a home is for its owner alone (mode 0700, files 0600) and for one process
// at a time, that what it has written is on the disk, and that it prints no secret but the
// backup, to the caller that asks for it.
//
//	key.age          the seed, under a passphrase; or key, without one
//	public           the public keys that follow from the seed
//	policy.bev       contract.json    the election
//	board.jsonl      the board as far as it was seen and verified
//	receipts/        what the board's server has signed
//	outbox.jsonl     what was sent, before it was sent
package home

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"bevote/internal/durable"
)

// The names of a home's files that are not a record's.
const (
	KeyFile      = "key.age"
	PlainKeyFile = "key"
	PublicFile   = "public"
)

// Home is an open home. Its files are the caller's alone until [Home.Close].
type Home struct {
	dir  string
	lock *os.File
}

// Create makes a home at a path where nothing is, or an empty directory.
func Create(dir string) (*Home, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	files, err := os.ReadDir(dir)
	if err == nil && len(files) > 0 {
		err = fmt.Errorf("%s: not empty", dir)
	}
	if err == nil {
		err = os.Chmod(dir, 0o700)
	}
	if err == nil {
		err = durable.SyncDirectory(filepath.Dir(dir))
	}
	if err != nil {
		return nil, err
	}
	return Open(dir)
}

// Open opens a home. It refuses one that others can read, and one that another process has
// open.
func Open(dir string) (*Home, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: not a directory", dir)
	}
	if err := private(dir, info); err != nil {
		return nil, err
	}
	lock, err := durable.Lock(dir)
	if err != nil {
		return nil, err
	}
	return &Home{dir, lock}, nil
}

// Close lets other processes open the home.
func (h *Home) Close() error { return h.lock.Close() }

// Path returns the path of a file of the home.
func (h *Home) Path(name string) string { return filepath.Join(h.dir, name) }

// Read returns a whole file. It refuses one that others can read.
func (h *Home) Read(name string) ([]byte, error) {
	info, err := os.Stat(h.Path(name))
	if err != nil {
		return nil, err
	}
	if err := private(h.Path(name), info); err != nil {
		return nil, err
	}
	return os.ReadFile(h.Path(name))
}

// Write replaces a file, or leaves what was there. A folder of the name is made.
func (h *Home) Write(name string, data []byte) error {
	path := h.Path(name)
	if dir := filepath.Dir(path); dir != filepath.Clean(h.dir) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		if err := durable.SyncDirectory(h.dir); err != nil {
			return err
		}
	}
	return durable.WriteFile(path, data, 0o600)
}

// Log opens a file of lines that grows at its end. torn is the length of what a crash has
// left of a line that was not written whole, and that is cut off.
func (h *Home) Log(name string) (l *durable.Log, torn int64, err error) {
	f, err := durable.OpenFile(h.Path(name), 0o600)
	if err != nil {
		return nil, 0, err
	}
	l, torn, err = durable.NewLog(f)
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return l, torn, nil
}

// private refuses what others than the owner can read or write.
func private(path string, info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s: mode %v lets others in, want %v; type: chmod go= %s", path, mode, mode&^0o077, path)
	}
	return nil
}
