package roles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"bevote/internal/durable"
)

// openPrivate opens a private file, or creates it with the line that begin returns: lines of JSON in the mode
// 0600, which one process at a time has open. It has read take in the lines of a file that is there, and cuts
// off a last line without an end: what such a line says was not acted on. store puts a line at the end, and
// has it on the disk when it returns. what names the file in errors.
func openPrivate(
	what, path string, begin func() ([]byte, error), read func(text []byte) error,
) (store func(line []byte) error, file io.Closer, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	created := errors.Is(err, fs.ErrNotExist)
	if created {
		f, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if err != nil {
		return nil, nil, err
	}
	if store, err = continuePrivate(f, created, begin, read); err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("%s %s: %w", what, path, err)
	}
	return store, f, nil
}

func continuePrivate(
	f *os.File, created bool, begin func() ([]byte, error), read func(text []byte) error,
) (store func(line []byte) error, err error) {
	if err := durable.LockFile(f); err != nil {
		return nil, err
	}
	if !created {
		if err := readPrivate(f, read); err != nil {
			return nil, err
		}
	}
	log, _, err := durable.NewLog(f)
	if err != nil || !created {
		return log.Append, err
	}
	line, err := begin()
	if err == nil {
		err = log.Append(line)
	}
	if err == nil {
		err = durable.SyncDirectory(filepath.Dir(f.Name()))
	}
	return log.Append, err
}

// readPrivate reads a file that its owner alone can read.
func readPrivate(f *os.File, read func(text []byte) error) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("mode %v lets others read it, want 0600", info.Mode().Perm())
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	return read(text[:bytes.LastIndexByte(text, '\n')+1])
}

// errNotWritten is the error of a line that reads otherwise than it would be written: with doubled or unknown
// keys, or in another spelling.
var errNotWritten = errors.New("not an entry as it was written")

// encodeLine writes a line of a private file, ended by LF.
func encodeLine(entry any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(entry)
	return b.Bytes(), err
}

// decodeLine reads what encodeLine writes.
func decodeLine[T any](line []byte) (entry T, err error) {
	if err := json.Unmarshal(line, &entry); err != nil {
		return entry, errors.New("not the JSON of an entry") // the decoder's own error would quote secrets
	}
	again, err := encodeLine(entry)
	if err != nil || !bytes.Equal(again, line) {
		return entry, errNotWritten
	}
	return entry, nil
}

// eachLine calls take with each line of a private file. Errors name the line. An empty file is an error: the
// first line says what the file is.
func eachLine[T any](text []byte, take func(first bool, entry T) error) error {
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines = lines[:len(lines)-1]
	for i, line := range lines {
		entry, err := decodeLine[T](line)
		if err == nil {
			err = take(i == 0, entry)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if len(lines) == 0 {
		return errors.New("it is empty")
	}
	return nil
}
