package roles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// Journal is what a mixer must not forget: the seed of its secrets, its
// certificate, for whom it has issued, the session that is open with the
// challenge that it answers, and the coins that it sent. A mixer that answered
// two challenges of one session, or issued twice for one deposit, would give
// coins away, and with group signatures its secret too.
//
// Each step is a note, which is stored before it is acted on. Secrets are
// derived from a stored seed, for a session has tens of kilobytes of them, and
// who starts again between a challenge and its answer needs the same. Each
// session has a fresh salt besides: a mixer that is given an old copy of its
// journal makes no offer again that it made before, of which two answers would
// tell its secret.
type Journal struct {
	seed        [32]byte
	certificate []byte
	issued      map[curve.PublicKey]bool // by registration key
	open        *openSession
	payments    [][]byte                // transactions of coins that it sent
	store       func(text []byte) error // nil where nothing is stored
}

// openSession is what a journal knows of one.
type openSession struct {
	with      curve.PublicKey // registration key
	salt      board.Hash
	challenge []byte // nil until it is answered
}

// NewJournal begins a journal in memory, for rehearsals. Its seed is drawn from
// random. Live mixers want OpenJournal.
func NewJournal(random io.Reader) (*Journal, error) {
	j := &Journal{issued: make(map[curve.PublicKey]bool)}
	if _, err := io.ReadFull(random, j.seed[:]); err != nil {
		return nil, fmt.Errorf("drawing a seed: %w", err)
	}
	return j, nil
}

// Format writes that nothing is shown: a journal in a log line would show its
// seed.
func (j *Journal) Format(f fmt.State, _ rune) { io.WriteString(f, "roles.Journal(hidden)") }

// stream is the randomness for one purpose: the hashes
// TH("journal", seed ‖ text purpose ‖ text subject ‖ u64 counter), counted from 0.
func (j *Journal) stream(purpose string, subject []byte) io.Reader {
	return &hashStream{key: curve.Encoder(nil).Raw(j.seed[:]).Text([]byte(purpose)).Text(subject)}
}

// hashStream is a stream of hashes. Who sees some of it learns nothing of the
// rest; what the seed is for must not rest on a generator that is made for speed.
type hashStream struct {
	key     curve.Encoder
	counter uint64
	left    []byte // of the newest hash
}

func (x *hashStream) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(x.left) == 0 {
			block := curve.TaggedHash("journal", slices.Clone(x.key).U64(x.counter))
			x.counter, x.left = x.counter+1, block[:]
		}
		taken := copy(p[n:], x.left)
		n, x.left = n+taken, x.left[taken:]
	}
	return n, nil
}

// sessionStream is the randomness of the session that is open.
func (j *Journal) sessionStream() io.Reader {
	return j.stream("session", curve.Encoder(nil).Raw(j.open.with[:]).Raw(j.open.salt[:]))
}

// begin opens a session with a depositor, salted from random.
func (j *Journal) begin(random io.Reader, with curve.PublicKey) error {
	o := &beginsWith{With: with}
	if _, err := io.ReadFull(random, o.Salt[:]); err != nil {
		return fmt.Errorf("drawing a salt: %w", err)
	}
	return j.write(entry{Open: o})
}

// entry is one line of a journal: exactly one of its parts is there.
type entry struct {
	Begin       *header     `json:"begin,omitempty"` // the first line
	Certificate board.Bytes `json:"certificate,omitempty"`
	Open        *beginsWith `json:"open,omitempty"`
	Challenge   board.Bytes `json:"challenge,omitempty"`
	Close       outcome     `json:"close,omitempty"`
	Pay         board.Bytes `json:"pay,omitempty"` // a transaction that pays coins
}

// beginsWith opens a session.
type beginsWith struct {
	With curve.PublicKey `json:"with"`
	Salt board.Hash      `json:"salt"`
}

// header says what a journal is for.
type header struct {
	Format int        `json:"journal"` // 1
	Policy string     `json:"policy"`  // the policy id
	Seed   board.Hash `json:"seed"`
}

// outcome says how a session ended.
type outcome string

const (
	closeIssued  outcome = "issued"
	closeTimeout outcome = "lapsed"
)

// write checks a note against those before it, stores it and takes it in.
func (j *Journal) write(n entry) error {
	after, err := j.after(n)
	if err != nil {
		return err
	}
	if j.store != nil {
		text, err := encodeEntry(n)
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
func (j *Journal) after(n entry) (func(), error) {
	switch {
	case n.Certificate != nil:
		return func() { j.certificate = n.Certificate }, nil
	case n.Pay != nil:
		return func() { j.payments = append(j.payments, n.Pay) }, nil
	case n.Open != nil:
		return j.opens(*n.Open)
	case n.Challenge != nil && j.open == nil, n.Close != "" && j.open == nil:
		return nil, errors.New("journal: no session is open")
	case n.Challenge != nil && j.open.challenge != nil && !bytes.Equal(j.open.challenge, n.Challenge):
		return nil, errors.New("journal: the session has another challenge")
	case n.Challenge != nil:
		return func() { j.open.challenge = n.Challenge }, nil
	case n.Close == closeIssued && j.open.challenge == nil:
		return nil, errors.New("journal: the session has no challenge to have been answered")
	case n.Close == closeIssued:
		return func() { j.issued[j.open.with], j.open = true, nil }, nil
	case n.Close == closeTimeout && j.open.challenge != nil:
		return nil, errors.New("journal: the session was answered")
	case n.Close == closeTimeout:
		return func() { j.open = nil }, nil
	}
	return nil, errors.New("journal: not a note")
}

func (j *Journal) opens(o beginsWith) (func(), error) {
	switch {
	case j.open != nil:
		return nil, errors.New("journal: a session is open")
	case j.issued[o.With]:
		return nil, errors.New("journal: this deposit was issued for")
	}
	return func() { j.open = &openSession{with: o.With, salt: o.Salt} }, nil
}

func encodeEntry(n entry) ([]byte, error) {
	text, err := json.Marshal(n)
	return append(text, '\n'), err
}

// decodeEntry reads what encodeNote writes, without the LF.
func decodeEntry(text []byte) (entry, error) {
	var n entry
	if err := json.Unmarshal(text, &n); err != nil {
		return n, errors.New("not the JSON of a note") // the decoder's words would quote it
	}
	again, err := encodeEntry(n)
	if err != nil || !bytes.Equal(again[:len(again)-1], text) || n.parts() != 1 {
		return n, errors.New("not a note as it was written")
	}
	return n, nil
}

func (n entry) parts() (count int) {
	for _, there := range []bool{n.Begin != nil, n.Certificate != nil, n.Open != nil, n.Challenge != nil, n.Close != "", n.Pay != nil} {
		if there {
			count++
		}
	}
	return count
}
