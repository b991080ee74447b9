package agent

import (
	"bytes"
	"errors"
	"io/fs"

	"bevote/internal/durable"
	"bevote/internal/home"
)

// Disk keeps the files of one role.
type Disk interface {
	// Read returns a file, nil where there is none. Behind its last LF it may have a part of a line that a
	// crash has left.
	Read(name string) ([]byte, error)
	// Append writes lines at the end of a file and returns when they are on the disk. It first cuts off
	// what a crash has left.
	Append(name string, lines []byte) error
	// Write replaces a file, whole or not at all, and returns when it is on the disk.
	Write(name string, data []byte) error
}

// homeDisk is the disk of an open home.
type homeDisk struct {
	*home.Home
	logs map[string]*durable.Log
}

// NewDisk returns the disk of an open home.
func NewDisk(h *home.Home) Disk { return homeDisk{h, make(map[string]*durable.Log)} }

// Read returns a file, nil where there is none.
func (d homeDisk) Read(name string) ([]byte, error) {
	data, err := d.Home.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Append writes lines at the end of a file. After an error the next call opens the file again.
func (d homeDisk) Append(name string, lines []byte) (err error) {
	l := d.logs[name]
	if l == nil {
		if l, _, err = d.Log(name); err != nil {
			return err
		}
		d.logs[name] = l
	}
	if err = l.Append(lines); err != nil {
		delete(d.logs, name)
		l.Close()
	}
	return err
}

// lines returns the whole lines of a file without their LF.
func lines(d Disk, name string) ([][]byte, error) {
	data, err := d.Read(name)
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(data, '\n')
	if end < 0 {
		return nil, nil
	}
	return bytes.Split(data[:end], []byte{'\n'}), nil
}
