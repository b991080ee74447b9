package election

import (
	"encoding/base64"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/verifier/board"
)

// writers is a row of the table of lines: who may write lines of one type, how much, and
// how often. Numbers follow from the policy.
type writers struct {
	entitled func(*Table, curve.PublicKey) bool
	keys     func(*lang.Policy) int // how many keys are entitled at most
	lines    func(*lang.Policy) int // of one key, at most
	// all is how many lines of all keys together a server takes that judges them as they
	// come, where that is less than keys · lines; nil elsewhere.
	all  func(*lang.Policy) int
	size func(p *lang.Policy, n int) extent // of a body, on a roll of n
	// total is the greatest sum of the bodies of one key; nil where it is that of the lines.
	total func(*lang.Policy) int
	last  bool // the supervisor writes it when the phase has closed
	late  bool // taken after the last anchor too, below `vote from`
}

// extent is the range of a body's length in bytes.
type extent struct{ least, most int }

func exactly(n int) extent { return extent{n, n} }

func atMost(n int) extent { return extent{0, n} }

// MaxEntries is how many entries a key may write. A reorganisation can change the id of
// the transaction that pays its coin, and with it the outpoint.
const MaxEntries = 4

// maxOpeningLines is how many lines an author may open ballots with. 200,000 openings and as
// many disavowals take ten.
const maxOpeningLines = 32

// The greatest values of what a body has in decimal digits.
const (
	topIndex  = 999_999
	topNumber = 65_535 // of candidates and joint keys
	topLine   = board.MaxLines
)

// writersOf returns the row of a type of line. docs/protocol.md has the same table.
func writersOf(t board.Type) writers {
	if row, ok := exchangeRows[t]; ok {
		return row
	}
	return mainRows[t]
}

// mainRows has the row of each type outside of registration and exchange.
var mainRows = map[board.Type]writers{
	board.TypeOpen: {entitled: (*Table).supervisor, keys: one, lines: one, size: sizeOf(func(p *lang.Policy) board.Body {
		return board.Open{Candidates: repeated(board.Hex(zeros(curve.ProofSize)), len(p.Candidates))}
	})},

	board.TypeEntry: {entitled: (*Table).enters, keys: voters, lines: constant(MaxEntries),
		size: sizeOf(func(*lang.Policy) board.Body { return board.Entry{Outpoint: zeros(36)} })},
	board.TypeRoll: {entitled: (*Table).supervisor, keys: one, lines: one, last: true,
		size: func(p *lang.Policy, _ int) extent {
			return atMost(listed(board.Roll{}, board.Roll{Entries: []int{topLine}}, p.Voters))
		}},
	board.TypeCommit: {entitled: (*Table).deals, keys: voters, lines: one,
		size: sizeOf(func(*lang.Policy) board.Body { return board.Commit{} })},
	board.TypeDeal: {entitled: (*Table).deals, keys: voters, lines: one, size: dealSize},
	board.TypeComplaint: {entitled: (*Table).deals, keys: voters, lines: complaints, all: complaintsOfAll, late: true,
		size: upTo(func(*lang.Policy) board.Body {
			return board.Complaint{Key: topNumber, Proof: zeros(curve.ProofSize)}
		})},
	board.TypeTranscript: {entitled: (*Table).supervisor, keys: one, lines: transcriptLines, last: true,
		size:  func(p *lang.Policy, _ int) extent { return atMost(min(transcriptSize(p), board.MaxLine-1<<10)) },
		total: transcriptSize},
	board.TypeAck: {entitled: (*Table).deals, keys: voters, lines: one, late: true,
		size: upTo(func(*lang.Policy) board.Body { return board.Ack{} })},
	board.TypeOpening: {entitled: (*Table).opens, keys: openers, lines: constant(maxOpeningLines),
		size:  func(p *lang.Policy, _ int) extent { return atMost(min(openingsSize(p), board.MaxLine-1<<10)) },
		total: openingsSize},
}

// dealSize is the exact length of a deal on a roll of n: every well-formed one has
//
//	12 + 33·keys·k + 33 + 64·(keys+1) + 32·keys·n
//
// bytes (docs/protocol.md). Where the roll is not known yet, n is 0 and any length up to
// that of all voters will do.
func dealSize(p *lang.Policy, n int) extent {
	keys := p.JointKeys()
	size := func(n int) int {
		bytes := 12 + curve.PointSize*(keys*p.K+1) + curve.ProofSize*(keys+1) + curve.ScalarSize*keys*n
		return board.BodySize(board.Deal{}) + base64.StdEncoding.EncodedLen(bytes)
	}
	if n == 0 {
		return atMost(size(p.Voters))
	}
	return exactly(size(n))
}

// transcriptSize is the greatest length of all parts of a transcript.
func transcriptSize(p *lang.Policy) int {
	size := listed(board.Transcript{}, board.Transcript{Qual: []int{topIndex}}, p.Voters)
	part := board.BodySize(board.Transcript{Keys: []board.JointKey{{From: topIndex}}}) + base64.StdEncoding.EncodedLen(1)
	return size + transcriptLines(p)*part + base64.StdEncoding.EncodedLen(curve.PointSize*p.Voters*p.JointKeys())
}

// transcriptLines is how many parts a transcript may have. An honest supervisor fills each
// but the last of a joint key.
func transcriptLines(p *lang.Policy) int {
	return maxOpeningLines + p.JointKeys()*(1+p.Voters/board.MaxShares)
}

// openingsSize is the greatest length of all that one author opens and disavows: each
// ballot once, on as many lines as it likes.
func openingsSize(p *lang.Policy) int {
	open := board.Opened{I: topIndex, J: topNumber, S: zeros(curve.ScalarSize)}
	if p.Salted {
		open.Salt = zeros(12)
	}
	empty := board.Opening{Count: topIndex}
	size := listed(empty, board.Opening{Count: topIndex, Openings: []board.Opened{open}}, p.Voters)
	size += listed(empty, board.Opening{Count: topIndex, Disavowals: []board.Disavowal{{I: topIndex, Proof: zeros(curve.ProofSize)}}}, p.Voters)
	return size + (maxOpeningLines-2)*board.BodySize(empty)
}

// listed returns the length of a body with a list of n items: empty has none, and one has
// the longest.
func listed(empty, one board.Body, n int) int {
	size := board.BodySize(empty)
	return size + n*(board.BodySize(one)-size+len(","))
}

// sizeOf is the length of a body whose length follows from the policy.
func sizeOf(body func(*lang.Policy) board.Body) func(*lang.Policy, int) extent {
	return func(p *lang.Policy, _ int) extent { return exactly(board.BodySize(body(p))) }
}

// upTo is the length of the longest body of a type.
func upTo(body func(*lang.Policy) board.Body) func(*lang.Policy, int) extent {
	return func(p *lang.Policy, _ int) extent { return atMost(board.BodySize(body(p))) }
}

func zeros(n int) board.Hex { return make(board.Hex, n) }

func repeated[T any](v T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// The numbers of keys and lines.

func constant(n int) func(*lang.Policy) int { return func(*lang.Policy) int { return n } }

func one(*lang.Policy) int { return 1 }

func voters(p *lang.Policy) int { return p.Voters }

func openers(p *lang.Policy) int {
	if p.Dealt() {
		return len(p.Candidates)
	}
	return 1
}

// complaints is how many complaints a member may write: one about each dealer, and one
// more when the phase is over.
func complaints(p *lang.Policy) int { return 2 * p.Voters }

// complaintsOfAll is how many complaints are judged: one true one puts a dealer out, one
// false one its author, and of each dealer one late one is looked at. Others about that
// dealer or by that author are not.
func complaintsOfAll(p *lang.Policy) int { return 3 * p.Voters }

// The entitled keys.

func (t *Table) supervisor(key curve.PublicKey) bool { return key == t.e.Policy.Supervisor }

// enters reports whether a key may ask for a place on the roll.
func (t *Table) enters(key curve.PublicKey) bool { return t.e.named(key) }

// deals reports whether a key may take part in the dealing.
func (t *Table) deals(key curve.PublicKey) bool { return t.e.Policy.Dealt() && t.roll[key] }

// opens reports whether a key may open ballots.
func (t *Table) opens(key curve.PublicKey) bool { return t.e.Opener(key) >= 0 }
