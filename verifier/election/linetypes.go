package election

import (
	"fmt"

	"bevote/verifier/board"
)

// lineType is what an election makes of the board lines of one type. Phases,
// [ExchangeLog] and [Replay] all follow it: a new type of line is a new row.
type lineType struct {
	after, by int                                         // the anchors that open and close its phase; 0 is the board's begin, or its end
	subject   func(board.Body) string                     // of an author's lines on one subject the first counts; nil where all count
	read      func(*ExchangeLog, int, *board.Line) string // takes a line of the exchange, or returns why it does not count
	watch     func(*Replay, *board.Line)                  // notes what the line gives to look for in blocks
}

// lineTypes has a row for each type. The phases are those of a dealt election.
//
//	line 1 ── Announce ── RollClosed ── CommitsClosed ── … ── TranscriptClosed ── end
var lineTypes = map[board.Type]lineType{
	board.TypeOpen:      {by: Announce},
	board.TypeCandidate: {by: RollClosed, subject: subject(func(b board.Candidate) string { return b.Name })},

	board.TypeManager:    {after: Announce, by: RollClosed, read: taken((*ExchangeLog).manager)},
	board.TypeMixer:      {after: Announce, by: RollClosed, read: taken((*ExchangeLog).mixer)},
	board.TypeRegistry:   {after: Announce, by: RollClosed, read: taken((*ExchangeLog).registry), watch: watched((*Replay).watchRegistry)},
	board.TypeRequest:    {after: Announce, by: RollClosed, read: taken((*ExchangeLog).request)},
	board.TypeAccept:     {after: Announce, by: RollClosed, read: taken((*ExchangeLog).accept)},
	board.TypeDeposit:    {after: Announce, by: RollClosed, read: taken((*ExchangeLog).deposit), watch: watched((*Replay).watchDeposit)},
	board.TypeOffer:      {after: Announce, by: RollClosed, read: taken((*ExchangeLog).offer)},
	board.TypeChallenge:  {after: Announce, by: RollClosed, read: taken((*ExchangeLog).challenge)},
	board.TypeIssue:      {after: Announce, by: RollClosed, read: taken((*ExchangeLog).issue)},
	board.TypeVoucher:    {after: Announce, by: RollClosed, read: taken((*ExchangeLog).voucher)},
	board.TypePayout:     {after: Announce, by: RollClosed, read: taken((*ExchangeLog).payout), watch: watched((*Replay).watchPayout)},
	board.TypeSweep:      {after: Announce, by: RollClosed, read: taken((*ExchangeLog).sweep)},
	board.TypeSettlement: {after: Announce, by: RollClosed, read: taken((*ExchangeLog).settlement), watch: watched((*Replay).watchSettlement)},

	board.TypeRoll:       {after: Announce, by: RollClosed, subject: subject(func(b board.Roll) string { return string(b.Key[:]) }), watch: watched((*Replay).watchRoll)},
	board.TypeCommit:     {after: RollClosed, by: CommitsClosed, subject: onePerAuthor},
	board.TypeDeal:       {after: CommitsClosed, by: DealsClosed, subject: onePerAuthor},
	board.TypeComplaint:  {after: DealsClosed, by: ComplaintsClosed, subject: subject(func(b board.Complaint) string { return fmt.Sprint(b.Dealer, "/", b.Key) })},
	board.TypeTranscript: {after: ComplaintsClosed, by: TranscriptClosed, subject: onePerAuthor, watch: watched((*Replay).watchTranscript)},
	board.TypeAck:        {after: ComplaintsClosed, by: TranscriptClosed, subject: onePerAuthor},
	board.TypeOpening:    {after: TranscriptClosed},
}

// onePerAuthor is the subject of types of which an author has one line.
func onePerAuthor(board.Body) string { return "" }

func subject[T board.Body](of func(T) string) func(board.Body) string {
	return func(b board.Body) string { return of(b.(T)) }
}

func taken[T board.Body](by func(*ExchangeLog, Entry[T]) string) func(*ExchangeLog, int, *board.Line) string {
	return func(m *ExchangeLog, n int, l *board.Line) string {
		var body T
		if err := board.DecodeBody(*l, &body); err != nil {
			return err.Error()
		}
		return by(m, Entry[T]{n, l, body})
	}
}

func watched[T board.Body](by func(*Replay, Entry[T])) func(*Replay, *board.Line) {
	return func(r *Replay, l *board.Line) {
		var body T
		if board.DecodeBody(*l, &body) == nil {
			by(r, Entry[T]{Line: l, Body: body})
		}
	}
}
