package evidence

import (
	"bytes"
	"errors"

	"github.com/btcsuite/btcd/wire/v2"
)

// DecodeBlock reads a block as nodes send it, witnesses included (BIP 144). It
// accepts the canonical encoding alone.
func DecodeBlock(raw []byte) (*wire.MsgBlock, error) {
	b := new(wire.MsgBlock)
	if err := b.Deserialize(bytes.NewReader(raw)); err != nil {
		return nil, err
	}
	again := same{want: raw}
	if err := b.Serialize(&again); err != nil {
		return nil, err
	}
	if again.differs || len(again.want) > 0 {
		return nil, errors.New("not in its canonical encoding")
	}
	return b, nil
}

// same compares what is written with what is wanted.
type same struct {
	want    []byte
	differs bool
}

// Write takes the next part. It never fails.
func (s *same) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(s.want, p) {
		s.differs = true
		return len(p), nil
	}
	s.want = s.want[len(p):]
	return len(p), nil
}
