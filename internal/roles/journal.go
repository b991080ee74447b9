package roles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"bevote/internal/board"
	"bevote/internal/curve"
)

// Journal is what a mixer must not forget: the seed of its secrets, its
// certificate, for which deposits it has issued, and the session that is open
// with the challenge that it answers. A mixer that answered two challenges of
// one session, or issued twice for one deposit, would give coins away, and with
// group signatures its secret too.
//
// Each step is a note, which is stored before it is acted on.
type Journal struct {
	seed        [32]byte
	certificate []byte
	begun       map[deposit]uint32 // sessions with each so far
	issued      map[deposit]bool
	open        *session
	store       func(text []byte) error // nil where nothing is stored
}

// deposit is a deposit's outpoint in wire form.
type deposit [36]byte

// session is what a journal knows of one.
type session struct {
	deposit   deposit
	challenge []byte // nil until there is one
}

// NewJournal begins a journal in memory, for rehearsals. Its seed is drawn from
// random. Live mixers want OpenJournal.
func NewJournal(random io.Reader) (*Journal, error) {
	j := &Journal{begun: make(map[deposit]uint32), issued: make(map[deposit]bool)}
	if _, err := io.ReadFull(random, j.seed[:]); err != nil {
		return nil, fmt.Errorf("drawing a seed: %w", err)
	}
	return j, nil
}

// stream is the randomness for one purpose: ChaCha8 keyed by
// KDF(seed ‖ purpose ‖ subject, 32).
func (j *Journal) stream(purpose string, subject []byte) io.Reader {
	return rand.NewChaCha8([32]byte(curve.KDF(curve.Encoder(nil).Raw(j.seed[:]).Text([]byte(purpose)).Raw(subject), 32)))
}

// sessionStream is the randomness of the session that is open.
func (j *Journal) sessionStream() io.Reader {
	return j.stream("session", curve.Encoder(nil).Raw(j.open.deposit[:]).U32(j.begun[j.open.deposit]))
}

// note is one line of a journal: exactly one of its parts is there.
type note struct {
	Begin       *beginning  `json:"begin,omitempty"` // the first line
	Certificate board.Bytes `json:"certificate,omitempty"`
	Open        board.Hex   `json:"open,omitempty"` // a session with this deposit
	Challenge   board.Bytes `json:"challenge,omitempty"`
	Close       closing     `json:"close,omitempty"`
}

// beginning says what a journal is for.
type beginning struct {
	Format int        `json:"journal"` // 1
	Policy string     `json:"policy"`  // the policy id
	Seed   board.Hash `json:"seed"`
}

// closing says how a session ended.
type closing string

const (
	closeIssued closing = "issued"
	closeLapsed closing = "lapsed"
)

// write checks a note against those before it, stores it and takes it in.
func (j *Journal) write(n note) error {
	after, err := j.after(n)
	if err != nil {
		return err
	}
	if j.store != nil {
		text, err := encodeNote(n)
		if err != nil {
			return err
		}
		if err := j.store(text); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	after()
	return nil
}

// after tells what a note changes, or why it cannot come now.
func (j *Journal) after(n note) (func(), error) {
	switch {
	case n.Certificate != nil:
		return func() { j.certificate = n.Certificate }, nil
	case n.Open != nil:
		return j.opens(n.Open)
	case n.Challenge != nil && j.open == nil, n.Close != "" && j.open == nil:
		return nil, errors.New("journal: no session is open")
	case n.Challenge != nil && j.open.challenge != nil && !bytes.Equal(j.open.challenge, n.Challenge):
		return nil, errors.New("journal: the session has another challenge")
	case n.Challenge != nil:
		return func() { j.open.challenge = n.Challenge }, nil
	case n.Close == closeIssued && j.open.challenge == nil:
		return nil, errors.New("journal: the session has no challenge to have been answered")
	case n.Close == closeIssued:
		return func() { j.issued[j.open.deposit], j.open = true, nil }, nil
	case n.Close == closeLapsed:
		return func() { j.open = nil }, nil
	}
	return nil, errors.New("journal: not a note")
}

func (j *Journal) opens(with []byte) (func(), error) {
	var d deposit
	switch {
	case len(with) != len(d):
		return nil, fmt.Errorf("journal: outpoint of %d bytes, want %d", len(with), len(d))
	case j.open != nil:
		return nil, errors.New("journal: a session is open")
	case j.issued[deposit(with)]:
		return nil, errors.New("journal: this deposit was issued for")
	}
	return func() {
		d = deposit(with)
		j.begun[d]++
		j.open = &session{deposit: d}
	}, nil
}

func encodeNote(n note) ([]byte, error) {
	text, err := json.Marshal(n)
	return append(text, '\n'), err
}

// decodeNote reads what encodeNote writes, without the LF.
func decodeNote(text []byte) (note, error) {
	var n note
	if err := json.Unmarshal(text, &n); err != nil {
		return n, errors.New("not the JSON of a note") // the decoder's words would quote it
	}
	again, err := encodeNote(n)
	if err != nil || !bytes.Equal(again[:len(again)-1], text) || n.parts() != 1 {
		return n, errors.New("not a note as it was written")
	}
	return n, nil
}

func (n note) parts() (count int) {
	for _, there := range []bool{n.Begin != nil, n.Certificate != nil, n.Open != nil, n.Challenge != nil, n.Close != ""} {
		if there {
			count++
		}
	}
	return count
}
