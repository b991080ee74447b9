package roles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// Journal is the state that a mixer needs after a restart: the seed of its secrets, its
// certificate, the depositors for whom it has issued, the open session with the challenge that it
// answered, and the transactions of coins that it sent. Two answers in one session, or two
// signatures for one deposit, would be paid as two coins; with group signatures two answers reveal
// the mixer's secret.
//
// Each step is an entry that is stored before it is acted on. Secrets are derived from the stored
// seed: a session has tens of kilobytes of them, and after a restart between challenge and answer it
// needs the same ones. Each session has a fresh salt besides, so that a mixer with an old copy of its
// journal does not make the offers again that it made before.
type Journal struct {
	seed        Seed
	certificate []byte
	issued      map[curve.PublicKey]bool // by registration key
	open        *openSession
	payments    [][]byte                // transactions of coins that it sent
	store       func(text []byte) error // nil where nothing is stored
}

// openSession is what a journal holds of a session.
type openSession struct {
	with      curve.PublicKey // registration key
	salt      board.Hash
	challenge []byte // nil until it is answered
}

// NewJournal begins a journal in memory, as rehearsals have it, with a seed drawn from random. A
// live mixer needs [OpenJournal].
func NewJournal(random io.Reader) (*Journal, error) {
	seed, err := NewSeed(random)
	return &Journal{seed: seed, issued: make(map[curve.PublicKey]bool)}, err
}

// Format writes nothing of the journal, which holds the seed.
func (j Journal) Format(f fmt.State, _ rune) { io.WriteString(f, "roles.Journal(hidden)") }

// sessionStream is the randomness of the open session. Its subject is
//
//	u32 number of the member key, which is 1 ‖ depositor 33 ‖ salt 32
func (j *Journal) sessionStream() io.Reader {
	return j.seed.draw("session", curve.Encoder(nil).U32(1).Raw(j.open.with[:]).Raw(j.open.salt[:]))
}

// begin opens a session with a depositor, with a salt from random.
func (j *Journal) begin(random io.Reader, with curve.PublicKey) error {
	o := &sessionStart{With: with}
	if _, err := io.ReadFull(random, o.Salt[:]); err != nil {
		return fmt.Errorf("drawing a salt: %w", err)
	}
	return j.write(entry{Open: o})
}

// entry is one line of a journal. Exactly one of its parts is there.
type entry struct {
	Begin       *header       `json:"begin,omitempty"` // the first line
	Certificate board.Bytes   `json:"certificate,omitempty"`
	Open        *sessionStart `json:"open,omitempty"`
	Challenge   board.Bytes   `json:"challenge,omitempty"`
	Close       outcome       `json:"close,omitempty"`
	Pay         board.Bytes   `json:"pay,omitempty"` // a transaction that pays coins
}

// header says what a journal is for.
type header struct {
	Format int        `json:"journal"` // 1
	Policy string     `json:"policy"`  // the policy id
	Seed   board.Hash `json:"seed"`
}

// sessionStart opens a session.
type sessionStart struct {
	With curve.PublicKey `json:"with"`
	Salt board.Hash      `json:"salt"`
}

// outcome says how a session ended.
type outcome string

const (
	closeIssued  outcome = "issued"
	closeTimeout outcome = "lapsed"
)

// write checks an entry against those before it, stores it and takes it in.
func (j *Journal) write(e entry) error {
	apply, err := j.change(e)
	if err != nil {
		return err
	}
	if j.store != nil {
		text, err := encodeEntry(e)
		if err != nil {
			return err
		}
		if err := j.store(text); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	apply()
	return nil
}

// change returns what an entry does to the journal, or why it cannot come now.
func (j *Journal) change(e entry) (apply func(), err error) {
	switch {
	case e.Certificate != nil:
		return func() { j.certificate = e.Certificate }, nil
	case e.Pay != nil:
		return func() { j.payments = append(j.payments, e.Pay) }, nil
	case e.Open != nil:
		return j.start(*e.Open)
	case e.Challenge != nil && j.open == nil, e.Close != "" && j.open == nil:
		return nil, errors.New("journal: no session is open")
	case e.Challenge != nil && j.open.challenge != nil && !bytes.Equal(j.open.challenge, e.Challenge):
		return nil, errors.New("journal: the session has another challenge")
	case e.Challenge != nil:
		return func() { j.open.challenge = e.Challenge }, nil
	case e.Close == closeIssued && j.open.challenge == nil:
		return nil, errors.New("journal: the session has no challenge to have been answered")
	case e.Close == closeIssued:
		return func() { j.issued[j.open.with], j.open = true, nil }, nil
	case e.Close == closeTimeout && j.open.challenge != nil:
		return nil, errors.New("journal: the session was answered")
	case e.Close == closeTimeout:
		return func() { j.open = nil }, nil
	}
	return nil, errors.New("journal: not an entry")
}

func (j *Journal) start(o sessionStart) (apply func(), err error) {
	switch {
	case j.open != nil:
		return nil, errors.New("journal: a session is open")
	case j.issued[o.With]:
		return nil, errors.New("journal: this deposit was issued for")
	}
	return func() { j.open = &openSession{with: o.With, salt: o.Salt} }, nil
}

func encodeEntry(e entry) ([]byte, error) {
	text, err := json.Marshal(e)
	return append(text, '\n'), err
}

// decodeEntry reads what encodeEntry writes, without the LF.
func decodeEntry(text []byte) (entry, error) {
	var e entry
	if err := json.Unmarshal(text, &e); err != nil {
		return e, errors.New("not the JSON of an entry") // the decoder's own error would quote secrets
	}
	again, err := encodeEntry(e)
	if err != nil || !bytes.Equal(again[:len(again)-1], text) || e.parts() != 1 {
		return e, errors.New("not an entry as it was written")
	}
	return e, nil
}

func (e entry) parts() (count int) {
	for _, there := range []bool{
		e.Begin != nil, e.Certificate != nil, e.Open != nil, e.Challenge != nil, e.Close != "", e.Pay != nil,
	} {
		if there {
			count++
		}
	}
	return count
}
