package election

import "bevote/verifier/board"

// lineType holds the rules for the board lines of one type. [Phases], [ExchangeLog]
// and [Replay] apply them: a new type of line is a new row.
type lineType struct {
	// The kinds of the anchors before and at the end of the phase: where none of the
	// first kind is owed, the one before it. If after is 0 the phase begins with the
	// board; if by is 0 it ends with the board.
	after, by int
	// Of an author's lines on one subject the first counts; nil lets all count.
	subject func(board.Body) string
	// read takes a line into the exchange, or returns why it does not count.
	read func(*ExchangeLog, int, *board.Line) string
	// watch adds to a replay what the line says to look for in blocks.
	watch func(*Replay, *board.Line)
}

// lineTypes has a row for each type. In a custodial election there is no dealing,
// and openings follow the roll. Complaints that come [late] are kept apart.
var lineTypes = map[board.Type]lineType{
	board.TypeOpen: {0, Announce, nil, nil, nil},

	board.TypeManager:   {Announce, RegisterClosed, nil, reader((*ExchangeLog).manager), nil},
	board.TypeMixer:     {Announce, RegisterClosed, nil, reader((*ExchangeLog).mixer), watcher((*Replay).watchMixer)},
	board.TypeRegistry:  {Announce, RegisterClosed, nil, reader((*ExchangeLog).registry), watcher((*Replay).watchRegistry)},
	board.TypeDeposit:   {RegisterClosed, DepositsClosed, nil, reader((*ExchangeLog).deposit), watcher((*Replay).watchDeposit)},
	board.TypeReady:     {DepositsClosed, IssuesClosed, nil, reader((*ExchangeLog).ready), nil},
	board.TypeOffer:     {DepositsClosed, IssuesClosed, nil, reader((*ExchangeLog).offer), nil},
	board.TypeChallenge: {DepositsClosed, IssuesClosed, nil, reader((*ExchangeLog).challenge), nil},
	board.TypeIssue:     {DepositsClosed, IssuesClosed, nil, reader((*ExchangeLog).issue), nil},
	board.TypeVoucher:   {IssuesClosed, VouchersClosed, nil, reader((*ExchangeLog).voucher), nil},
	board.TypeOpened:    {IssuesClosed, VouchersClosed, nil, reader((*ExchangeLog).openedVouchers), nil},

	board.TypeEntry:      {VouchersClosed, RollClosed, subject(entryCoin), nil, watcher((*Replay).watchEntry)},
	board.TypeRoll:       {VouchersClosed, RollClosed, onePerAuthor, nil, nil},
	board.TypeCommit:     {RollClosed, CommitsClosed, onePerAuthor, nil, nil},
	board.TypeDeal:       {CommitsClosed, DealsClosed, onePerAuthor, nil, nil},
	board.TypeComplaint:  {DealsClosed, SetupClosed, subject(complainedOf), nil, nil},
	board.TypeTranscript: {DealsClosed, SetupClosed, nil, nil, watcher((*Replay).watchTranscript)},
	board.TypeAck:        {SetupClosed, 0, onePerAuthor, nil, nil},
	board.TypeOpening:    {SetupClosed, 0, nil, nil, nil},
}

// onePerAuthor is the subject where one line of each author counts.
func onePerAuthor(board.Body) string { return "" }

func entryCoin(b board.Entry) string { return string(b.Outpoint) }

func complainedOf(b board.Complaint) string { return string(b.Deal[:]) }

// subject adapts a function of one type of body.
func subject[T board.Body](of func(T) string) func(board.Body) string {
	return func(b board.Body) string { return of(b.(T)) }
}

// reader adapts a method that takes one type of body. A line whose body does not
// decode does not count.
func reader[T board.Body](take func(*ExchangeLog, Entry[T]) string) func(*ExchangeLog, int, *board.Line) string {
	return func(m *ExchangeLog, n int, l *board.Line) string {
		var body T
		if err := board.DecodeBody(*l, &body); err != nil {
			return err.Error()
		}
		return take(m, Entry[T]{n, l, body})
	}
}

// watcher adapts a method that takes one type of body. A line whose body does not
// decode gives nothing to look for.
func watcher[T board.Body](take func(*Replay, Entry[T])) func(*Replay, *board.Line) {
	return func(r *Replay, l *board.Line) {
		var body T
		if board.DecodeBody(*l, &body) == nil {
			take(r, Entry[T]{Line: l, Body: body})
		}
	}
}
