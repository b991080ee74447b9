package election

import (
	"bytes"
	"fmt"
	"slices"
	"sort"

	"bevote/internal/curve"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// Slot is an anonymous voter's slot: its key and its one eligible coin.
type Slot struct {
	Key      curve.PublicKey
	Outpoint wire.OutPoint
}

// KeyHash is the HASH160 of the roll key, the refund's address.
func (r Slot) KeyHash() []byte { return address.Hash160(r.Key[:]) }

// Setup is what the closed phases of a board establish: a pure function of
// policy, board and anchors, the same for every reader.
type Setup struct {
	Roll        []Slot           // sorted by key; slot i is Roll[i−1]
	Dealing     *sharing.Outcome // nil until the complaints are closed, and in custodial elections
	ExchangeLog *ExchangeLog     // registration and exchange; nil without mixing
	Ended       string           // why the election ended early, or ""

	e          *Election
	Phases     *Phases
	Commits    []Entry[board.Commit]
	deals      []Entry[board.Deal]
	Complaints []Entry[board.Complaint]
	Transcript *Entry[board.Transcript]
	slots      map[curve.PublicKey]int // slot of a roll key
	Shares     [][]curve.Point         // p_i by joint key, of the transcript
}

// Setup reads the board as far as anchors close it.
func (e *Election) Setup(lines []board.Line, anchors []Anchor) *Setup {
	s := &Setup{e: e, Phases: newPhases(e.EID, e.Policy.Dealt(), lines, anchors)}
	s.readMixing()
	s.readRoll()
	if s.Phases.Closed(Announce) && s.Phases.Closed(RollClosed) && len(s.Roll) < e.Policy.K {
		s.Ended = fmt.Sprintf("the roll of %d is shorter than the threshold %d", len(s.Roll), e.Policy.K)
		return s
	}
	if !e.Policy.Dealt() {
		return s
	}
	s.readDealing()
	s.readTranscript()
	return s
}

// readMixing reads the exchange as far as the roll's anchor closes it.
func (s *Setup) readMixing() {
	if s.e.Policy.Mixing.Scheme == lang.SchemeNone {
		return
	}
	s.ExchangeLog = NewExchangeLog(s.e)
	from, to, by, closed := s.Phases.Span(board.TypeRoll)
	if closed {
		s.ExchangeLog.Head = by.Head
	}
	for i := from; closed && i < to; i++ {
		if l := &s.Phases.lines[i]; l.Seen.Height < by.Height {
			s.ExchangeLog.Read(i+1, l)
		}
	}
}

// readRoll takes the supervisor's roll lines, sorted by key.
func (s *Setup) readRoll() {
	s.slots = make(map[curve.PublicKey]int)
	for _, en := range Counting[board.Roll](s.Phases) {
		if en.Line.By != s.e.Policy.Supervisor {
			continue
		}
		op, err := decodeOutpoint(en.Body.Outpoint)
		if err == nil {
			s.Roll = append(s.Roll, Slot{en.Body.Key, op})
		}
	}
	sort.Slice(s.Roll, func(a, b int) bool { return bytes.Compare(s.Roll[a].Key[:], s.Roll[b].Key[:]) < 0 })
	for i, r := range s.Roll {
		s.slots[r.Key] = i + 1
	}
}

// SlotOf returns the slot of a roll key, 0 where the key is not on the roll.
func (s *Setup) SlotOf(key curve.PublicKey) int { return s.slots[key] }

// OnRoll reports whether a key is on the roll.
func (s *Setup) OnRoll(key curve.PublicKey) bool { return s.slots[key] > 0 }

// readDealing collects commits, deals in time and complaints of roll members,
// and judges them once the complaints are closed.
func (s *Setup) readDealing() {
	onRoll := func(l *board.Line) bool { return s.slots[l.By] > 0 }
	s.Commits = keep(Counting[board.Commit](s.Phases), func(e Entry[board.Commit]) bool { return onRoll(e.Line) })
	anchored := s.Phases.Anchor(CommitsClosed)
	s.deals = keep(Counting[board.Deal](s.Phases), func(e Entry[board.Deal]) bool {
		return onRoll(e.Line) && e.Line.Seen.Height >= anchored.Height
	})
	s.Complaints = keep(Counting[board.Complaint](s.Phases), func(e Entry[board.Complaint]) bool { return onRoll(e.Line) })
	if !s.Phases.Closed(CommitsClosed) || !s.Phases.Closed(DealsClosed) || !s.Phases.Closed(ComplaintsClosed) {
		return // V98 names the anchor that is owed
	}
	s.Dealing = s.JudgeDealing()
	if len(s.Dealing.Qual) < s.e.Policy.K {
		s.Ended = fmt.Sprintf("%d qualified dealers are fewer than the threshold %d", len(s.Dealing.Qual), s.e.Policy.K)
	}
}

// JudgeDealing settles the dealing by what anchors have closed so far. Before the
// complaints are closed it is what receivers check their shares against; after
// that it is Dealing.
func (s *Setup) JudgeDealing() *sharing.Outcome {
	commits := make(map[int][32]byte)
	for _, c := range s.Commits {
		commits[s.slots[c.Line.By]] = c.Body.Deal
	}
	return sharing.Judge(s.Params(), commits, s.Deals(), s.SharingComplaints())
}

func keep[T any](in []T, ok func(T) bool) (out []T) {
	for _, v := range in {
		if ok(v) {
			out = append(out, v)
		}
	}
	return out
}

// SharingComplaints decodes the complaints; one whose point or proof does not
// decode proves nothing and is left out.
func (s *Setup) SharingComplaints() (out []sharing.Complaint) {
	for _, c := range s.Complaints {
		point, err1 := c.Body.Point.Point()
		proof, err2 := curve.DecodeProof(c.Body.Proof)
		if err1 == nil && err2 == nil {
			out = append(out, sharing.Complaint{By: s.slots[c.Line.By], Dealer: c.Body.Dealer, Key: c.Body.Key, Point: point, Proof: proof})
		}
	}
	return out
}

// readTranscript takes the supervisor's transcript and decodes its public shares.
func (s *Setup) readTranscript() {
	for _, t := range Counting[board.Transcript](s.Phases) {
		if t.Line.By == s.e.Policy.Supervisor {
			s.Transcript = &t
			break
		}
	}
	if s.Transcript == nil || len(s.Transcript.Body.Keys) != s.e.Policy.JointKeys() {
		return // V42 says so
	}
	for _, k := range s.Transcript.Body.Keys {
		shares, err := decodePoints(k.Shares, len(s.Roll))
		if err != nil {
			s.Shares = nil
			return
		}
		s.Shares = append(s.Shares, shares)
	}
}

// Params are the dealing's parameters, once the roll is closed.
func (s *Setup) Params() sharing.Params {
	keys := make([]curve.PublicKey, len(s.Roll))
	for i, r := range s.Roll {
		keys[i] = r.Key
	}
	return sharing.Params{EID: s.e.EID, K: s.e.Policy.K, Keys: s.e.Policy.JointKeys(), Roll: keys}
}

// Deals returns the deals that came in time, by dealer, undecoded.
func (s *Setup) Deals() map[int][]byte {
	out := make(map[int][]byte, len(s.deals))
	for _, d := range s.deals {
		out[s.slots[d.Line.By]] = d.Body.Deal
	}
	return out
}

// PublicShare returns p_i of slot i under joint key number key as the
// transcript gives it, and 33 zero bytes in custodial elections.
func (s *Setup) PublicShare(i, key int) curve.PublicKey {
	if !s.e.Policy.Dealt() || len(s.Shares) < key {
		return curve.PublicKey{}
	}
	return s.Shares[key-1][i-1].Key()
}

// Keys returns the contract's holes that the setup fills: joint keys and the
// candidates' claim keys Q_j = P + C_j. It fails before the joint key is known.
func (s *Setup) Keys() (map[string][]byte, error) {
	holes := make(map[string][]byte)
	p := s.e.Policy
	if !p.Dealt() {
		return holes, nil
	}
	if s.Dealing == nil || len(s.Dealing.Keys) != p.JointKeys() {
		return nil, fmt.Errorf("no joint key yet")
	}
	for j, c := range p.Candidates {
		joint := s.Dealing.Keys[s.e.Policy.KeyNumber(j+1)-1].Key
		own, err := c.Key.Point()
		if err != nil {
			return nil, err
		}
		name := "joint"
		if p.Joint == lang.JointEach {
			name = "joint." + c.Name
		}
		jk, qk := joint.Key(), joint.Add(own).Key()
		holes[name], holes["claim."+c.Name] = jk[:], qk[:]
	}
	return holes, nil
}

// Redeem fills the contract for slot i and ballot v.
func (s *Setup) Redeem(keys map[string][]byte, i int, v []byte) ([]byte, error) {
	holes := map[string][]byte{"ballot": v, "voter": s.Roll[i-1].Key[:], "voter_hash": s.Roll[i-1].KeyHash()}
	for k, b := range keys {
		holes[k] = b
	}
	used := make(map[string][]byte)
	for _, h := range s.e.Template.Holes() {
		used[h] = holes[h]
	}
	return s.e.Template.Fill(used)
}

func decodeOutpoint(b []byte) (op wire.OutPoint, err error) {
	if len(b) != 36 {
		return op, fmt.Errorf("outpoint of %d bytes, want 36", len(b))
	}
	op.Hash = chainhash.Hash(b[:32])
	op.Index = uint32(b[32]) | uint32(b[33])<<8 | uint32(b[34])<<16 | uint32(b[35])<<24
	return op, nil
}

// EncodeOutpoint writes an outpoint in wire form, 36 bytes.
func EncodeOutpoint(op wire.OutPoint) (b [36]byte) {
	copy(b[:], op.Hash[:])
	for i := range 4 {
		b[32+i] = byte(op.Index >> (8 * i))
	}
	return b
}

func decodePoints(b []byte, n int) ([]curve.Point, error) {
	if len(b) != n*curve.PointSize {
		return nil, fmt.Errorf("%d bytes for %d points", len(b), n)
	}
	out := make([]curve.Point, n)
	for i := range out {
		var err error
		if out[i], err = curve.DecodePoint(b[i*curve.PointSize : (i+1)*curve.PointSize]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CoinFault tells what keeps a roll entry's coin from being eligible.
func (s *Setup) CoinFault(r Slot, c *Output) error {
	announce := s.Phases.Anchor(Announce)
	switch {
	case c == nil || c.Created == nil:
		return fmt.Errorf("the coin was not created since the announcement")
	case announce != nil && c.Created.Height < announce.Height:
		return fmt.Errorf("the coin is older than the announcement")
	case c.Created.Height > s.e.Policy.Times.Roll:
		return fmt.Errorf("the coin is paid in block %d, the roll closes at %d", c.Created.Height, s.e.Policy.Times.Roll)
	case !s.pays(c.payer, r):
		return fmt.Errorf("the coin is not paid by who was to pay it")
	case !bytes.Equal(c.Out.PkScript, templates.P2PKH(r.KeyHash())):
		return fmt.Errorf("the coin does not pay the roll key")
	case c.Out.Value != s.e.Policy.Coin():
		return fmt.Errorf("a coin of %d sat, want %d", c.Out.Value, s.e.Policy.Coin())
	}
	return nil
}

// pays tells whether a key's owner was to pay a roll entry's coin: the
// supervisor, or the mixer that accepted to for a voucher.
func (s *Setup) pays(payer curve.PublicKey, r Slot) bool {
	if payer == s.e.Policy.Supervisor || s.ExchangeLog == nil {
		return payer == s.e.Policy.Supervisor
	}
	v := s.ExchangeLog.VoucherOf(r.Key)
	return v != nil && payer == v.Mixer.Key
}

// InfiniteKey tells whether a joint key is the point at infinity, of which no
// transcript can be written.
func (s *Setup) InfiniteKey() bool {
	return slices.ContainsFunc(s.Dealing.Keys, func(k sharing.JointKey) bool { return k.Key.IsInfinity() })
}
