package record

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
)

// Bounds of a zip. The files of a record are hashes, keys and signatures, at best in
// hex, which deflate compresses two to three times. Copies of one line compress a
// thousand times.
const (
	maxDirectory = 1 << 20 // bytes of the list of entries; six take less than 1 KiB
	maxInflation = 20      // length of a file over its length in the zip
	freeLength   = 1 << 20 // bytes of a file beyond which maxInflation holds
)

// openZip lists a zip's entries.
func (r *Record) openZip(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	r.under = f
	info, err := f.Stat()
	if err != nil {
		return err
	}
	in := &listed{ReaderAt: f, left: maxDirectory}
	z, err := zip.NewReader(in, info.Size())
	switch {
	case in.left < 0:
		return malformed("", "the list of the zip's entries is longer than %d bytes", maxDirectory)
	case errors.Is(err, zip.ErrFormat):
		return errNeither()
	case err != nil:
		return asFormat("", err)
	}
	in.done = true
	z.RegisterDecompressor(zip.Deflate, inflate)
	return r.addZip(z.File)
}

// listed bounds what is read of a zip while its entries are listed: the list is held
// in memory, and states its own length.
type listed struct {
	io.ReaderAt
	left int64
	done bool // the entries are listed
}

func (l *listed) ReadAt(p []byte, at int64) (int, error) {
	if !l.done {
		if l.left -= int64(len(p)); l.left < 0 {
			return 0, errors.New("too long a list")
		}
	}
	return l.ReaderAt.ReadAt(p, at)
}

// inflate reads deflated bytes. It counts compressed and uncompressed bytes itself,
// since the lengths that the zip states may be wrong.
func inflate(packed io.Reader) io.ReadCloser {
	d := &inflated{packed: &counted{r: packed}}
	d.out = flate.NewReader(d.packed)
	return d
}

// inflated fails when a file is longer than its compressed form allows.
type inflated struct {
	packed *counted
	out    io.ReadCloser
	got    int64
}

func (d *inflated) Read(p []byte) (int, error) {
	n, err := d.out.Read(p)
	if d.got += int64(n); d.got > freeLength+maxInflation*d.packed.n {
		return 0, fmt.Errorf("longer than %d times what it takes in the zip", maxInflation)
	}
	return n, err
}

func (d *inflated) Close() error { return d.out.Close() }

// counted counts the bytes that were read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
