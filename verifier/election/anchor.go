package election

import (
	"bytes"
	"fmt"
	"slices"

	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// The kinds of anchors, in the order of the phases that they close.
const (
	Announce = 1 + iota
	RegisterClosed
	DepositsClosed
	IssuesClosed
	VouchersClosed
	RollClosed
	CommitsClosed
	DealsClosed
	SetupClosed

	LastAnchor = SetupClosed
)

// AnchorName returns the word for a kind of anchor.
func AnchorName(kind int) string {
	return [...]string{
		"", "announce", "register", "deposits", "issues", "vouchers", "roll", "commits", "deals", "setup",
	}[kind]
}

// Anchor is an output of a transaction that spends from the supervisor's key. It
// commits to a prefix of the board and closes a phase.
type Anchor struct {
	Kind   int
	EID    [32]byte
	Head   [32]byte // hash of the prefix's last line
	Height uint32   // of the block with the transaction
	TxID   string
}

// anchorMagic begins the data of every anchor.
var anchorMagic = []byte("BEV2")

// anchorSize is the length of an anchor's data.
const anchorSize = 4 + 1 + 32 + 32

// AnchorSequence is the sequence number of the input by which an anchor continues the
// one before. It signals replacement (BIP 125) and lets the locktime hold.
const AnchorSequence = wire.MaxTxInSequenceNum - 2

// AnchorData returns what the OP_RETURN of an anchor pushes, 69 bytes:
//
//	"BEV2" ‖ kind 1 ‖ eid 32 ‖ head 32
func AnchorData(kind int, eid, head [32]byte) []byte {
	return curve.Encoder(nil).Raw(anchorMagic).Raw([]byte{byte(kind)}).Raw(eid[:]).Raw(head[:])
}

// parseAnchor reads what [AnchorData] wrote. Height and TxID are left empty.
func parseAnchor(data []byte) (a Anchor, ok bool) {
	if len(data) != anchorSize || !bytes.HasPrefix(data, anchorMagic) {
		return a, false
	}
	a.Kind = int(data[4])
	copy(a.EID[:], data[5:37])
	copy(a.Head[:], data[37:])
	return a, a.Kind >= Announce && a.Kind <= LastAnchor
}

// Due is an anchor that an election owes. It counts in the blocks By + 1 to Last.
type Due struct {
	Kind     int
	By, Last uint32 // for the announcement 0, and the last block below the first phase's height
}

// Due returns the anchors of an election in their order. Those of the dealing are not
// owed where the roll ends the election.
func (e *Election) Due() []Due {
	p, t := e.Policy, e.Policy.Times
	out := []Due{{Announce, 0, p.First() - 1}}
	add := func(kind int, by uint32) { out = append(out, Due{kind, by, by + p.Grace}) }
	if p.Mixed() {
		add(RegisterClosed, t.Register)
		add(DepositsClosed, t.Deposit)
		add(IssuesClosed, t.Issue)
		add(VouchersClosed, t.Voucher)
	}
	add(RollClosed, t.Roll)
	if p.Dealt() {
		add(CommitsClosed, t.Commit)
		add(DealsClosed, t.Deal)
		add(SetupClosed, t.Setup)
	}
	return out
}

// Sequence is the chain of an election's anchors: each spends output 1 of the one
// before. The announcement spends the seal, if the policy has one.
//
//	seal ──▶ announcement ─1─▶ anchor ─1─▶ anchor …
//	              2
//	              └──▶ payment ──▶ payment …
type Sequence struct {
	Anchors  []Anchor // in the order of Due, without a gap
	Broken   *Break   // what spends the input of the next anchor and is not that anchor; nil if nothing does
	Complete uint32   // anchors that are not in Anchors are not in the blocks up to here

	replay  *Replay // of the same blocks; the exchange needs what was paid
	blockAt blockAt // of the same chain: lines that have seen another block do not count
}

// On returns the sequence with the chain that it was read from, by the hashes of its
// blocks. Without it no line's block is compared.
func (s Sequence) On(at func(height uint32) (chainhash.Hash, bool)) Sequence {
	s.blockAt = at
	return s
}

// Closing returns the sequence as if the anchor that is due next committed to a head.
// What the supervisor writes at the end of a phase follows from it.
func (s Sequence) Closing(due Due, head [32]byte) Sequence {
	s.Anchors = append(slices.Clip(s.Anchors), Anchor{Kind: due.Kind, Head: head, Height: due.Last})
	return s
}

// Break is a transaction that ends a sequence of anchors.
type Break struct {
	TxID   string
	Height uint32
	Reason string
}

// anchoring follows the sequence of anchors, and the chain of payments, through the
// blocks.
type anchoring struct {
	due      []Due
	anchors  []Anchor
	broken   *Break
	next     Tail // output 1 of the last anchor, or the seal
	payments *payments
}

// Tail is an output by which a chain of transactions goes on.
type Tail struct {
	Outpoint wire.OutPoint // zero where there is none
	Sats     int64         // 0 of the seal
}

// tailAt returns output i of a transaction as a tail.
func tailAt(s ConfirmedTx, i int) Tail {
	return Tail{wire.OutPoint{Hash: s.ID, Index: uint32(i)}, s.Tx.TxOut[i].Value}
}

// followAnchors takes a transaction that continues the sequence or the payments. It reports
// whether the transaction does, or ends them.
func (r *Replay) followAnchors(s ConfirmedTx) bool {
	a := &r.anchoring
	if len(a.anchors) == 0 && a.broken == nil {
		return r.announce(s)
	}
	continues := false
	if in := spending(s.Tx, a.next.Outpoint); in != nil && a.broken == nil && len(a.anchors) < len(a.due) {
		continues = true
		if anchor, err := r.nextAnchor(s, in); err != nil {
			a.broken = &Break{s.ID.String(), s.Height, err.Error()}
		} else {
			a.anchors, a.next = append(a.anchors, anchor), tailAt(s, 1)
		}
	}
	return r.pay(s) || continues
}

// announce takes the announcement, or what spends the seal in its place.
func (r *Replay) announce(s ConfirmedTx) bool {
	a, seal := &r.anchoring, r.e.Policy.Seal
	if seal == nil && (s.Height < r.e.Policy.AnnouncedFrom() || !r.announces(s.Tx)) {
		return false
	}
	if seal != nil && spending(s.Tx, *seal) == nil {
		return false
	}
	anchor, err := r.announcement(s)
	if err != nil {
		if seal != nil {
			a.broken = &Break{s.ID.String(), s.Height, err.Error()}
		}
		return seal != nil
	}
	a.anchors, a.next = []Anchor{anchor}, tailAt(s, 1)
	a.payments = newPayments(r.e.Policy.Supervisor, tailAt(s, 2))
	return true
}

// announces reports whether a transaction announces this election in the supervisor's
// name, in whatever form.
func (r *Replay) announces(tx *wire.MsgTx) bool {
	a, ok := anchorIn(tx, 0)
	return ok && a.Kind == Announce && a.EID == r.e.EID && r.signers.signed(tx, r.e.Policy.Supervisor)
}

// announcement reads the announcement:
//
//	locktime 0, in a block below the policy's first height
//	in   the seal, if the policy has one; outputs of the supervisor
//	out  0   RETURN <anchor data>
//	     1   P2PKH of the supervisor, no dust: the next anchor spends it
//	     2   P2PKH of the supervisor: the first payment spends it
func (r *Replay) announcement(s ConfirmedTx) (Anchor, error) {
	a, err := r.readAnchor(s, r.anchoring.due[0])
	switch {
	case err != nil:
		return a, err
	case s.Tx.LockTime != 0:
		return a, fmt.Errorf("the announcement has the locktime %d, want 0", s.Tx.LockTime)
	case len(s.Tx.TxOut) < 3 || !bytes.Equal(s.Tx.TxOut[2].PkScript, r.purse):
		return a, fmt.Errorf("output 2 of the announcement does not pay the supervisor's key")
	case !r.signers.signed(s.Tx, r.e.Policy.Supervisor):
		return a, fmt.Errorf("the supervisor did not sign the announcement")
	}
	return a, nil
}

// nextAnchor reads the anchor that is due next from the transaction that spends output
// 1 of the one before:
//
//	locktime the height of the phase, in a block up to grace later
//	in   output 1 of the anchor before, sequence fffffffd; outputs of the supervisor
//	out  0   RETURN <anchor data>
//	     1   P2PKH of the supervisor, no dust
func (r *Replay) nextAnchor(s ConfirmedTx, in *wire.TxIn) (Anchor, error) {
	due := r.anchoring.due[len(r.anchoring.anchors)]
	a, err := r.readAnchor(s, due)
	switch {
	case err != nil:
		return a, err
	case s.Tx.LockTime != due.By:
		return a, fmt.Errorf("the %s anchor has the locktime %d, want %d", AnchorName(due.Kind), s.Tx.LockTime, due.By)
	case in.Sequence != AnchorSequence:
		return a, fmt.Errorf("the %s anchor has the sequence %08x, want %08x", AnchorName(due.Kind), in.Sequence, uint32(AnchorSequence))
	}
	return a, nil
}

// readAnchor reads what every anchor has: its data, its block, and output 1.
func (r *Replay) readAnchor(s ConfirmedTx, due Due) (Anchor, error) {
	name := AnchorName(due.Kind)
	a, ok := anchorIn(s.Tx, 0)
	switch {
	case !ok || a.EID != r.e.EID || a.Kind != due.Kind:
		return a, fmt.Errorf("output 0 is not the %s anchor of this election", name)
	case s.Height > due.Last:
		return a, fmt.Errorf("the %s anchor is in block %d, due by %d", name, s.Height, due.Last)
	case len(s.Tx.TxOut) < 2 || !bytes.Equal(s.Tx.TxOut[1].PkScript, r.purse) || s.Tx.TxOut[1].Value < templates.Dust(r.purse):
		return a, fmt.Errorf("output 1 of the %s anchor does not pay the supervisor's key", name)
	}
	a.Height, a.TxID = s.Height, s.ID.String()
	return a, nil
}

// anchorIn reads output i of a transaction as an anchor.
func anchorIn(tx *wire.MsgTx, i int) (Anchor, bool) {
	if i >= len(tx.TxOut) {
		return Anchor{}, false
	}
	data, ok := nullData(tx.TxOut[i].PkScript)
	if !ok {
		return Anchor{}, false
	}
	return parseAnchor(data)
}

// spending returns the input of a transaction that spends an outpoint, or nil.
func spending(tx *wire.MsgTx, op wire.OutPoint) *wire.TxIn {
	for _, in := range tx.TxIn {
		if in.PreviousOutPoint == op {
			return in
		}
	}
	return nil
}

// Sequence returns the chain of anchors as far as the replay has seen it. complete is
// the last block up to which the replay was given whole blocks since the announcement
// could be made, 0 where it was not.
func (r *Replay) Sequence(complete uint32) Sequence {
	return Sequence{Anchors: r.anchoring.anchors, Broken: r.anchoring.broken, Complete: complete, replay: r}
}

// NextAnchor returns the output that the next anchor spends, and that anchor. It
// reports whether one is owed that can still come. Without a seal the announcement
// spends no given output.
func (r *Replay) NextAnchor() (from Tail, due Due, ok bool) {
	a := &r.anchoring
	if len(a.anchors) == len(a.due) || a.broken != nil {
		return Tail{}, Due{}, false
	}
	return a.next, a.due[len(a.anchors)], true
}

// IsTail reports whether an output of the supervisor is kept for the next anchor or the
// next payment.
func (r *Replay) IsTail(op wire.OutPoint) bool {
	anchor, _, owed := r.NextAnchor()
	return owed && op == anchor.Outpoint || op == r.NextPayment(r.e.Policy.Supervisor).Outpoint
}

// Equal reports whether two sequences establish the same.
func (s Sequence) Equal(o Sequence) bool {
	broken := s.Broken == nil && o.Broken == nil || s.Broken != nil && o.Broken != nil && *s.Broken == *o.Broken
	return broken && s.Complete == o.Complete && slices.Equal(s.Anchors, o.Anchors)
}

// Begun reports whether the sequence has begun: with the announcement, or with what
// spends the seal in its place.
func (r *Replay) Begun() bool { return len(r.anchoring.anchors) > 0 || r.anchoring.broken != nil }

// Announced returns the announcement, or nil.
func (r *Replay) Announced() *Anchor {
	if a := r.anchoring.anchors; len(a) > 0 {
		return &a[0]
	}
	return nil
}
