package roles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

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
