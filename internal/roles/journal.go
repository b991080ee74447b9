package roles

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"bevote/internal/curve"
	"bevote/verifier/board"
)

// Journal is the state that a mixer needs after a restart: the seed of its secrets, the certificates
// of its member keys, the depositors for whom it has issued, and the open session of each member key
// with the challenge that it answered. Two signatures for one deposit would be two vouchers, and make
// the mixer's key void; two answers in one session reveal its secret. With blind RSA only the seed is
// used: an answer follows from the deposit.
//
// Each step is an entry that is stored before it is acted on. Secrets are derived from the stored
// seed: a session has tens of kilobytes of them, and after a restart between challenge and answer it
// needs the same ones. Each session has a fresh salt besides, so that a mixer with an old copy of its
// journal does not make the offers again that it made before.
type Journal struct {
	seed         Seed
	certificates map[int][]byte           // by number of the member key
	issued       map[curve.PublicKey]bool // by registration key
	open         map[int]*openSession     // by number of the member key
	store        func(text []byte) error  // nil where nothing is stored
}

// openSession is what a journal holds of a session.
type openSession struct {
	with      curve.PublicKey // registration key
	turn      int             // of the depositor
	salt      board.Hash
	challenge []byte // nil until it is answered
}

// NewJournal begins a journal in memory, as rehearsals have it, with a seed drawn from random. A
// live mixer needs [OpenJournal].
func NewJournal(random io.Reader) (*Journal, error) {
	seed, err := NewSeed(random)
	return newJournal(seed), err
}

func newJournal(seed Seed) *Journal {
	return &Journal{
		seed: seed, certificates: make(map[int][]byte), issued: make(map[curve.PublicKey]bool),
		open: make(map[int]*openSession),
	}
}

// Format writes nothing of the journal, which holds the seed.
func (j Journal) Format(f fmt.State, _ rune) { io.WriteString(f, "roles.Journal(hidden)") }

// sessionStream is the randomness of a member key's open session.
func (j *Journal) sessionStream(key int) io.Reader {
	o := j.open[key]
	return j.seed.draw("session", curve.Encoder(nil).U32(uint32(key)).Raw(o.with[:]).Raw(o.salt[:]))
}

// begin opens a session with a depositor, with a salt from random.
func (j *Journal) begin(random io.Reader, key int, with curve.PublicKey, turn int) error {
	o := &sessionStart{Key: key, With: with, Turn: turn}
	if _, err := io.ReadFull(random, o.Salt[:]); err != nil {
		return fmt.Errorf("drawing a salt: %w", err)
	}
	return j.write(entry{Open: o})
}

// close ends the open session of a key. One that has answered a challenge counts as issued, whether the
// answer came onto the board or not: the deposit gets no other answer.
func (j *Journal) close(key int) error {
	how := closeTimeout
	if j.open[key].challenge != nil {
		how = closeIssued
	}
	return j.write(entry{Close: &sessionEnd{key, how}})
}

// entry is one line of a journal. Exactly one of its parts is there.
type entry struct {
	Begin       *header       `json:"begin,omitempty"` // the first line
	Certificate *certified    `json:"certificate,omitempty"`
	Open        *sessionStart `json:"open,omitempty"`
	Challenge   *challenged   `json:"challenge,omitempty"`
	Close       *sessionEnd   `json:"close,omitempty"`
}

// header says what a journal is for.
type header struct {
	Format int        `json:"journal"` // 2
	Policy string     `json:"policy"`  // the policy id
	Seed   board.Hash `json:"seed"`
}

// certified is the manager's certificate of a member key.
type certified struct {
	Key         int         `json:"key"`
	Certificate board.Bytes `json:"certificate"`
}

// sessionStart opens a session.
type sessionStart struct {
	Key  int             `json:"key"`
	With curve.PublicKey `json:"with"`
	Turn int             `json:"turn"`
	Salt board.Hash      `json:"salt"`
}

// challenged is the challenge that a session answers.
type challenged struct {
	Key       int         `json:"key"`
	Challenge board.Bytes `json:"challenge"`
}

// sessionEnd closes a session.
type sessionEnd struct {
	Key int     `json:"key"`
	How outcome `json:"how"`
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
		text, err := encodeLine(e)
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
		return func() { j.certificates[e.Certificate.Key] = e.Certificate.Certificate }, nil
	case e.Open != nil:
		return j.start(*e.Open)
	case e.Challenge != nil:
		return j.answered(*e.Challenge)
	case e.Close != nil:
		return j.end(*e.Close)
	}
	return nil, errors.New("journal: not an entry")
}

func (j *Journal) start(o sessionStart) (apply func(), err error) {
	switch {
	case j.open[o.Key] != nil:
		return nil, errors.New("journal: a session of this key is open")
	case j.issued[o.With]:
		return nil, errors.New("journal: this deposit was issued for")
	}
	return func() { j.open[o.Key] = &openSession{with: o.With, turn: o.Turn, salt: o.Salt} }, nil
}

func (j *Journal) answered(c challenged) (apply func(), err error) {
	o := j.open[c.Key]
	switch {
	case o == nil:
		return nil, errors.New("journal: no session of this key is open")
	case o.challenge != nil && !bytes.Equal(o.challenge, c.Challenge):
		return nil, errors.New("journal: the session has another challenge")
	}
	return func() { o.challenge = c.Challenge }, nil
}

func (j *Journal) end(c sessionEnd) (apply func(), err error) {
	o := j.open[c.Key]
	switch {
	case o == nil:
		return nil, errors.New("journal: no session of this key is open")
	case c.How == closeIssued && o.challenge == nil:
		return nil, errors.New("journal: the session has no challenge to have been answered")
	case c.How == closeTimeout && o.challenge != nil:
		return nil, errors.New("journal: the session was answered")
	case c.How != closeIssued && c.How != closeTimeout:
		return nil, errors.New("journal: not an entry")
	}
	return func() {
		if c.How == closeIssued {
			j.issued[o.with] = true
		}
		delete(j.open, c.Key)
	}, nil
}

func (e entry) parts() (count int) {
	for _, there := range []bool{
		e.Begin != nil, e.Certificate != nil, e.Open != nil, e.Challenge != nil, e.Close != nil,
	} {
		if there {
			count++
		}
	}
	return count
}
