package record

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Writer writes a new record. Its name does not exist before [Writer.Commit].
// [Writer.Abort], or a failure of Commit, leaves nothing behind.
type Writer struct {
	path string
	tmp  string          // a private directory beside path; "" when done
	open map[string]bool // true while the file is being written
}

// WriteError is the error of an output that the system did not write: the disk is
// full or read-only, or the folder is missing. There is no file under its name.
type WriteError struct {
	Path string // of the output, not of the temporary files beside it
	Err  error  // the system's
}

func (e *WriteError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the system's error.
func (e *WriteError) Unwrap() error { return e.Err }

// writing returns a *WriteError for an error of the system about path, or about a
// temporary file beside it. It returns other errors unchanged.
func writing(path string, err error) error {
	var done *WriteError
	var file *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &done):
		return err
	case errors.As(err, &file):
		return &WriteError{path, file.Err}
	case errors.As(err, &link):
		return &WriteError{path, link.Err}
	}
	return err
}

// Create begins the record at path: a directory, or a zip if path ends in ".zip". An
// existing path is refused, except an empty directory.
func Create(path string) (*Writer, error) {
	if err := vacant(path); err != nil {
		return nil, err
	}
	tmp, err := sibling(path)
	if err != nil {
		return nil, writing(path, err)
	}
	w := &Writer{path: path, tmp: tmp, open: map[string]bool{}}
	if err := os.Mkdir(w.root(), 0o777); err != nil {
		w.Abort()
		return nil, writing(path, err)
	}
	return w, nil
}

// root returns the directory that becomes the record. It lies inside the private one
// and thus has the mode that the user's umask gives.
func (w *Writer) root() string { return filepath.Join(w.tmp, "record") }

// Create begins the file name, once. It must be closed before [Writer.Commit].
// Writing beyond the file's cap fails.
func (w *Writer) Create(name string) (io.WriteCloser, error) {
	limit, known := Cap(name)
	if !known {
		return nil, fmt.Errorf("%q is not the name of a record's file", name)
	}
	if w.tmp == "" {
		return nil, fmt.Errorf("%s: the record is closed", name)
	}
	if _, twice := w.open[name]; twice {
		return nil, fmt.Errorf("%s: written twice", name)
	}
	path := filepath.Join(w.root(), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, writing(w.path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, writing(w.path, err)
	}
	w.open[name] = true
	return &output{w: w, name: name, left: limit, f: f}, nil
}

// WriteFile writes data as the whole file name.
func (w *Writer) WriteFile(name string, data []byte) error {
	f, err := w.Create(name)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// Commit renames the record to its path. The bytes of a zip depend only on the files
// and on Go's deflate: entries are sorted, all with one date and without owners.
func (w *Writer) Commit() error {
	defer w.Abort()
	if w.tmp == "" {
		return errors.New("the record is closed")
	}
	for name, open := range w.open {
		if open {
			return fmt.Errorf("%s: not closed", name)
		}
	}
	ready := w.root()
	if isZip(w.path) {
		ready = filepath.Join(w.tmp, "record.zip")
		if err := w.pack(ready); err != nil {
			return writing(w.path, err)
		}
	}
	if err := vacant(w.path); err != nil {
		return err
	}
	// Not every system renames onto an empty directory. Remove refuses a directory
	// that has been filled meanwhile.
	if err := os.Remove(w.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writing(w.path, err)
	}
	return writing(w.path, os.Rename(ready, w.path))
}

// Abort drops the record. After Commit it does nothing.
func (w *Writer) Abort() {
	if w.tmp != "" {
		os.RemoveAll(w.tmp)
		w.tmp = ""
	}
}

// pack writes the zip of the record's files to path.
func (w *Writer) pack(path string) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	names := make([]string, 0, len(w.open))
	for name := range w.open {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := w.packFile(z, name); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	return out.Close()
}

// packFile adds the file name to a zip.
func (w *Writer) packFile(z *zip.Writer, name string) error {
	in, err := os.Open(filepath.Join(w.root(), filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer in.Close()
	// The first day of the format. The zero time would be 30 November 1979, which
	// some programs refuse.
	day := time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: day}
	entry, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = io.Copy(entry, in)
	return err
}

// output is one file of a record being written.
type output struct {
	w    *Writer
	name string
	left int64
	f    *os.File
}

func (o *output) Write(p []byte) (int, error) {
	if int64(len(p)) > o.left {
		limit, _ := Cap(o.name)
		return 0, fmt.Errorf("%s: longer than %d bytes", o.name, limit)
	}
	n, err := o.f.Write(p)
	o.left -= int64(n)
	return n, writing(o.w.path, err)
}

func (o *output) Close() error {
	o.w.open[o.name] = false
	if err := o.f.Sync(); err != nil {
		o.f.Close()
		return writing(o.w.path, err)
	}
	return writing(o.w.path, o.f.Close())
}

// WriteFile writes data to path, completely or not at all. It replaces an existing
// file and refuses anything else there, such as a directory or a device. An error of
// the system is a *[WriteError].
func WriteFile(path string, data []byte, mode fs.FileMode) error {
	return writing(path, writeFile(path, data, mode))
}

func writeFile(path string, data []byte, mode fs.FileMode) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: exists and is not a regular file", path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tmp, err := sibling(path)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	ready := filepath.Join(tmp, "output")
	f, err := os.OpenFile(ready, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(ready, path)
}

// vacant returns an error unless a record can be created at path.
func vacant(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() && !isZip(path) {
		d, err := os.Open(path)
		if err != nil {
			return err
		}
		defer d.Close()
		if _, err := d.ReadDir(1); err == io.EOF {
			return nil
		}
	}
	return fmt.Errorf("%s: exists already", path)
}

// sibling makes a private directory beside path, on the same file system.
func sibling(path string) (string, error) {
	path = filepath.Clean(path)
	return os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
}

// isZip reports whether the record at path is to be a zip.
func isZip(path string) bool { return strings.HasSuffix(path, ".zip") }
