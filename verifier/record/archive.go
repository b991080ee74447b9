package record

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// encrypted is the flag bit of an encrypted zip entry (APPNOTE.TXT, 4.4.4).
const encrypted = 1

// addZip adds the files of a zip. Programs of other systems pack the folder
// with its files, write \ for /, and add files of their own:
//
//	club_chair/                       the folder: left out of the names
//	club_chair/policy.bev
//	club_chair\chain\headers          read as club_chair/chain/headers
//	club_chair/.DS_Store              a file manager's: ignored
//	__MACOSX/club_chair/._policy.bev  the same
//
// Any other name is refused.
func (r *Record) addZip(files []*zip.File) error {
	var kept []*zip.File
	var names []string
	for _, f := range files {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if isLitter(name) {
			r.ignore(name)
			continue
		}
		kept, names = append(kept, f), append(names, name)
	}
	top := topFolder(names)
	for i, f := range kept {
		name := strings.TrimPrefix(names[i], top)
		if name == "" || name == "chain/" {
			continue
		}
		if err := r.add(name, f.Mode().Type(), opener(f)); err != nil {
			return err
		}
		if f.Flags&encrypted != 0 {
			return malformed(name, "encrypted; unpack the zip with its password, and audit the folder")
		}
	}
	return nil
}

// topFolder returns the folder, with its slash, that holds all names and at
// least one file, or "". The folder chain is part of a record.
func topFolder(names []string) string {
	if len(names) == 0 {
		return ""
	}
	folder, _, _ := strings.Cut(names[0], "/")
	switch folder {
	case "", ".", "..", "chain":
		return ""
	}
	folder += "/"
	files := false
	for _, name := range names {
		if !strings.HasPrefix(name, folder) {
			return ""
		}
		files = files || name != folder
	}
	if !files {
		return ""
	}
	return folder
}

// opener returns the function that opens a zip's file.
func opener(f *zip.File) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		in, err := f.Open()
		if errors.Is(err, zip.ErrAlgorithm) {
			return nil, fmt.Errorf("packed by method %d of zip; pack it again with deflate", f.Method)
		}
		return in, err
	}
}

// isLitter reports whether a file of that name is one that macOS or Windows
// leaves in folders and archives.
func isLitter(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	base := path.Base(name)
	return top == "__MACOSX" || base == ".DS_Store" || strings.HasPrefix(base, "._") ||
		strings.EqualFold(base, "Thumbs.db") || strings.EqualFold(base, "desktop.ini")
}

// ignore counts a file that is no part of the record.
func (r *Record) ignore(name string) {
	if r.ignored == 0 {
		r.firstIgnored = name
	}
	r.ignored++
}

// Ignored returns the number of files of macOS or Windows in the record's folder or
// zip, which are not read, and the name of the first.
func (r *Record) Ignored() (n int, first string) { return r.ignored, r.firstIgnored }
