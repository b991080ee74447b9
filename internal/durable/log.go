package durable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// File is what a [Log] needs of an open file. Writes go to its end.
type File interface {
	io.ReaderAt
	io.Writer
	Sync() error
	Truncate(size int64) error
	Close() error
}

// OpenFile opens a file for a [Log], or makes an empty one with its directory entry on
// the disk.
func OpenFile(path string, mode os.FileMode) (File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, mode)
	if err != nil {
		return nil, err
	}
	if err := SyncDirectory(filepath.Dir(path)); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Log is a file of lines that grows at its end. Its methods are for one goroutine at a
// time, but for [Log.Reader].
type Log struct {
	f      File
	size   int64
	broken error // why nothing more can be written
}

// NewLog continues the lines of a file. A last line without its end is what a crash has
// left of an append that was never reported: it is cut off, and torn is its length.
func NewLog(f File) (l *Log, torn int64, err error) {
	whole, size, err := lastLineEnd(f)
	if err != nil {
		return nil, 0, err
	}
	if whole < size {
		err = f.Truncate(whole)
	}
	if err == nil {
		err = f.Sync() // what a crashed process has written may not be on the disk
	}
	return &Log{f: f, size: whole}, size - whole, err
}

// lastLineEnd returns the offset behind the last LF, and the file's size.
func lastLineEnd(f File) (whole, size int64, err error) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := f.ReadAt(buffer, size)
		if at := bytes.LastIndexByte(buffer[:n], '\n'); at >= 0 {
			whole = size + int64(at) + 1
		}
		size += int64(n)
		if err == io.EOF {
			return whole, size, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}

// Size returns the length of what is on the disk, in bytes.
func (l *Log) Size() int64 { return l.size }

// Reader reads what was on the disk at the time of the call.
func (l *Log) Reader() *io.SectionReader { return io.NewSectionReader(l.f, 0, l.size) }

// Append writes lines, each with its LF, and returns when they are on the disk. After an
// error none of them is in the file. Where that cannot be had, every later call fails.
func (l *Log) Append(lines []byte) error {
	if l.broken != nil {
		return l.broken
	}
	if len(lines) == 0 || lines[len(lines)-1] != '\n' {
		return errors.New("lines without their end")
	}
	_, err := l.f.Write(lines)
	if err == nil {
		err = l.f.Sync()
	}
	if err == nil {
		l.size += int64(len(lines))
		return nil
	}
	// What was not synced may be lost later, though it can be read now: it goes.
	if back := errors.Join(l.f.Truncate(l.size), l.f.Sync()); back != nil {
		l.broken = fmt.Errorf("the file may hold what was not reported: %w", errors.Join(err, back))
	}
	return err
}

// Close closes the file.
func (l *Log) Close() error { return l.f.Close() }
