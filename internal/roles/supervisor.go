package roles

import (
	"crypto/sha256"
	"errors"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// Supervisor announces the election, pays the voters' coins, anchors the board, and writes the
// outcome of the dealing. In custodial elections it counts and claims too ([Tally]).
type Supervisor struct {
	payer
	plan    Plan
	counted *Count
	tallied *Tally
}

// Plan is what a supervisor has to know besides its key: it keeps it for a restart.
type Plan struct {
	Policy, Contract []byte            // the texts of policy.bev and contract.json
	Server           curve.PublicKey   // of the board's server
	Possessions      [][]byte          // of the candidates ([Candidate.Possession]), in the policy's order
	Announce         uint32            // the first block that may have the announcement
	Coins            uint32            // the first block that may have the coins
	Voters           []curve.PublicKey // the roll keys to pay, without mixing
}

// NewSupervisor returns the supervisor whose secret key is key. Its coins are those in the blocks
// that Watch was given.
func NewSupervisor(e *election.Election, key curve.Scalar, chain Chain, seed Seed) (*Supervisor, error) {
	p, err := join(e, key, chain, seed)
	if err != nil {
		return nil, err
	}
	if p.public != e.Policy.Supervisor {
		return nil, errors.New("not the supervisor's key")
	}
	return &Supervisor{payer: newPayer(p)}, nil
}

// Plan gives the supervisor what it needs to begin.
func (s *Supervisor) Plan(p Plan) { s.plan = p }

// Acts returns what is due of the supervisor by a view. It chooses inputs of the blocks that Watch was
// given, which are to be those of the view. In the order of an election:
//
//	open            line 1, from the plan's height on
//	announcement    once that stands
//	voters' coins   without mixing, a batch a block
//	roll            from the phase's height on, and the transcript likewise
//	… anchor        of each phase from its height on, once what closes it stands
//	claim, opening  in custodial elections
func (s *Supervisor) Acts(view *View) ([]Act, error) {
	if view.ended() {
		return nil, nil
	}
	return actsOf(view, s.begin, s.coins, s.closes, s.claims, s.openings)
}

// begin writes line 1, and announces it.
func (s *Supervisor) begin(view *View) ([]Act, error) {
	switch {
	case view.Replay.Begun() || view.Tip+1 < s.plan.Announce || s.plan.Policy == nil:
		return nil, nil
	case len(view.Lines) == 0:
		body, err := s.opened()
		if err != nil {
			return nil, err
		}
		return lineActs(&s.participant, view, "open", 0, body)
	}
	tx, err := s.Announcement(view.Lines[0].Hash())
	return []Act{{What: "announcement", Tx: tx, By: s.e.Policy.First() - 1}}, err
}

// opened is the body of line 1: the SHA-256 hashes of policy.bev and contract.json, the board
// server's key, and the candidates' proofs of possession. Without all of them there is no announcement.
func (s *Supervisor) opened() (board.Open, error) {
	p := s.plan
	body := board.Open{Policy: sha256.Sum256(p.Policy), Contract: sha256.Sum256(p.Contract), Server: p.Server}
	for _, proof := range p.Possessions {
		body.Candidates = append(body.Candidates, proof)
	}
	return body, s.e.CheckPossessions(body)
}

// Announcement commits the chain to the board's line 1, whose hash is head:
//
//	in   the seal, if the policy has one; outputs of the supervisor
//	out  0   RETURN <anchor data>
//	     1   P2PKH of the supervisor: the fees of the further anchors
//	     2   P2PKH of the supervisor: the payments
func (s *Supervisor) Announcement(head [32]byte) (*wire.MsgTx, error) {
	own, due := templates.PayToKey(s.public), s.e.Due()
	tx := newTx()
	tx.AddTxOut(wire.NewTxOut(0, opReturn(election.AnchorData(election.Announce, s.e.EID, head))))
	tx.AddTxOut(wire.NewTxOut(templates.Dust(own)+int64(len(due)-1)*s.e.Policy.Fee*anchorSize(tx.TxOut[0]), own))
	tx.AddTxOut(wire.NewTxOut(0, own))
	var from election.Tail
	if s.e.Policy.Seal != nil {
		from = election.Tail{Outpoint: *s.e.Policy.Seal, Sats: s.wallet.value(*s.e.Policy.Seal)}
	}
	return tx, s.continues("announcement", tx, from, 2, s.e.Payments(), nil)
}

// anchorSize is the size in bytes of an anchor with one input.
func anchorSize(data *wire.TxOut) int64 {
	return int64(templates.TxFrame + templates.P2PKHInput + data.SerializeSize() + templates.P2PKHOutput)
}

// closes ends the phase whose anchor is owed next: from its height on it writes what the supervisor alone
// writes, and then the anchor.
func (s *Supervisor) closes(view *View) ([]Act, error) {
	_, due, owed := view.Replay.NextAnchor()
	if !owed || due.Kind == election.Announce || view.Tip < due.By || len(view.Lines) == 0 {
		return nil, nil
	}
	switch due.Kind {
	case election.RegisterClosed:
		if !view.Wrote(s.public, board.TypeRegistry) {
			return nil, nil
		}
	case election.VouchersClosed:
		if s.e.Policy.Mixing.Scheme == lang.SchemeGroupBlind && !view.Wrote(s.public, board.TypeOpened) {
			return nil, nil
		}
	case election.RollClosed:
		if !view.Wrote(s.public, board.TypeRoll) {
			return s.roll(view)
		}
	case election.SetupClosed:
		if acts, err := s.transcript(view); len(acts) > 0 || err != nil {
			return acts, err
		}
	}
	tx, err := s.Anchor(view.Replay, view.Lines[len(view.Lines)-1].Hash())
	return []Act{{What: election.AnchorName(due.Kind) + " anchor", Tx: tx, By: due.Last}}, err
}

// Anchor closes the phase whose anchor is owed next: a transaction commits the chain to
// the board's head. The chain is as the replay shows it.
//
//	version 2, locktime the height of the phase
//	in   output 1 of the anchor before; outputs of the supervisor where it is short
//	out  0   RETURN <anchor data>
//	     1   P2PKH of the supervisor
func (s *Supervisor) Anchor(r *election.Replay, head [32]byte) (*wire.MsgTx, error) {
	from, due, ok := r.NextAnchor()
	if !ok || due.Kind == election.Announce {
		return nil, errors.New("no anchor is owed")
	}
	tx := newTx()
	tx.LockTime = due.By
	tx.AddTxOut(wire.NewTxOut(0, opReturn(election.AnchorData(due.Kind, s.e.EID, head))))
	tx.AddTxOut(wire.NewTxOut(0, templates.PayToKey(s.public)))
	return tx, s.continues(election.AnchorName(due.Kind)+" anchor", tx, from, 1, 0, r)
}

// coins pays each roll key its coin, which is the stake and the fee of a vote, after
// the announcement of an election with `mixing none`. A transaction pays at most
// [election.MaxPayouts], in the order of the keys, and the next follows once it is in
// a block.
//
//	in   the change of the payment before; outputs of the supervisor where it is short
//	out  policy.Coin()   P2PKH of a roll key, for each
//	     change          P2PKH of the supervisor
func (s *Supervisor) coins(view *View) ([]Act, error) {
	if s.e.Policy.Mixed() || view.Replay.Announced() == nil || view.Tip+1 < s.plan.Coins || view.Tip >= s.e.Policy.Times.Roll {
		return nil, nil
	}
	due := slices.DeleteFunc(slices.Clone(s.plan.Voters), func(k curve.PublicKey) bool { _, paid := view.Replay.Paid(k); return paid })
	if len(due) == 0 {
		return nil, nil
	}
	from := view.Replay.NextPayment(s.public)
	if from == (election.Tail{}) {
		return nil, errors.New("the chain of payments has ended")
	}
	tx := newTx()
	tx.TxOut = s.coinOutputs(due)
	tx.AddTxOut(wire.NewTxOut(0, templates.PayToKey(s.public)))
	by := s.e.Policy.Times.Roll - s.e.Policy.Depth()
	err := s.continues("voters' coins", tx, from, len(tx.TxOut)-1, 0, view.Replay)
	if errors.Is(err, ErrShort) && view.Tip+1 < by {
		return nil, nil // it may still be paid to the supervisor
	}
	return []Act{{What: "voters' coins", Tx: tx, By: by}}, err
}

// roll writes the roll: the entries whose coins are eligible, at most as many as the policy has voters.
func (s *Supervisor) roll(view *View) ([]Act, error) {
	var body board.Roll
	for _, slot := range view.Closing().Entries(view.Replay) {
		if len(body.Entries) < s.e.Policy.Voters {
			body.Entries = append(body.Entries, slot.N)
		}
	}
	return lineActs(&s.participant, view, "roll", s.e.Policy.Times.Roll+s.e.Policy.Grace, body)
}

// transcript writes the outcome of the dealing: QUAL, and each joint key with the public shares of
// all slots. It follows from the board, and takes several lines where one would be too long. With fewer
// dealers left than the threshold there is none.
func (s *Supervisor) transcript(view *View) ([]Act, error) {
	closing := view.Closing()
	if closing.Dealing == nil || len(closing.Dealing.Qual) < s.e.Policy.K {
		return nil, nil
	}
	body := transcriptOf(closing.Dealing, len(closing.Roll))
	acts, err := lineActs(&s.participant, view, "transcript", s.e.Policy.Times.Setup+s.e.Policy.Grace, body.Split(board.MaxShares)...)
	return slices.DeleteFunc(acts, func(a Act) bool { return view.stands(a.Line) }), err
}

// transcriptOf is the transcript of an outcome over n slots, in one body.
func transcriptOf(o *sharing.Outcome, n int) board.Transcript {
	t := board.Transcript{Qual: o.Qual}
	for _, k := range o.Keys {
		var shares curve.Encoder
		for _, p := range sharing.PublicShares(k.Coefficients, n) {
			shares = shares.Point(p)
		}
		t.Keys = append(t.Keys, board.JointKey{Key: k.Key.Key(), From: 1, Shares: board.Bytes(shares)})
	}
	return t
}
