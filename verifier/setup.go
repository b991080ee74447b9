package verifier

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

// RollEntry is an anonymous voter's slot: its key and its one eligible coin.
type RollEntry struct {
	Key      curve.PublicKey
	Outpoint wire.OutPoint
}

// KeyHash is the HASH160 of the roll key, the refund's address.
func (r RollEntry) KeyHash() []byte { return address.Hash160(r.Key[:]) }

// Setup is what the closed phases of a board establish: a pure function of
// policy, board and anchors, the same for every reader.
type Setup struct {
	Roll    []RollEntry      // sorted by key; slot i is Roll[i−1]
	Dealing *sharing.Outcome // nil until the complaints are closed, and in custodial elections
	Mixing  *Mixing          // registration and exchange; nil without mixing
	Ended   string           // why the election ended early, or ""

	e          *Election
	ph         *phases
	commits    []entry[board.Commit]
	deals      []entry[board.Deal]
	complaints []entry[board.Complaint]
	transcript *entry[board.Transcript]
	index      map[curve.PublicKey]int // slot of a roll key
	shares     [][]curve.Point         // p_i by joint key, of the transcript
}

// Setup reads the board as far as anchors close it.
func (e *Election) Setup(lines []board.Line, anchors []Anchor) *Setup {
	s := &Setup{e: e, ph: newPhases(e.EID, e.Policy.Dealt(), lines, anchors)}
	s.readMixing()
	s.readRoll()
	if s.ph.closed[Announce] >= 0 && s.ph.closed[RollClosed] >= 0 && len(s.Roll) < e.Policy.K {
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
	s.Mixing = NewMixing(s.e)
	from, to, by, closed := s.ph.span(board.TypeRoll)
	if closed {
		s.Mixing.head = by.Head
	}
	for i := from; closed && i < to; i++ {
		if l := &s.ph.lines[i]; l.Seen.Height < by.Height {
			s.Mixing.Read(i+1, l)
		}
	}
}

// readRoll takes the supervisor's roll lines, sorted by key.
func (s *Setup) readRoll() {
	s.index = make(map[curve.PublicKey]int)
	for _, en := range inPhase(s.ph, rollSubject) {
		if en.Line.By != s.e.Policy.Supervisor {
			continue
		}
		op, err := decodeOutpoint(en.Body.Outpoint)
		if err == nil {
			s.Roll = append(s.Roll, RollEntry{en.Body.Key, op})
		}
	}
	sort.Slice(s.Roll, func(a, b int) bool { return bytes.Compare(s.Roll[a].Key[:], s.Roll[b].Key[:]) < 0 })
	for i, r := range s.Roll {
		s.index[r.Key] = i + 1
	}
}

func rollSubject(b board.Roll) string { return string(b.Key[:]) }

// readDealing collects commits, deals in time and complaints of roll members,
// and judges them once the complaints are closed.
func (s *Setup) readDealing() {
	onRoll := func(l *board.Line) bool { return s.index[l.By] > 0 }
	s.commits = keep(inPhase(s.ph, single[board.Commit]), func(e entry[board.Commit]) bool { return onRoll(e.Line) })
	anchored := s.ph.anchors[CommitsClosed]
	s.deals = keep(inPhase(s.ph, single[board.Deal]), func(e entry[board.Deal]) bool {
		return onRoll(e.Line) && e.Line.Seen.Height >= anchored.Height
	})
	s.complaints = keep(inPhase(s.ph, complaintSubject), func(e entry[board.Complaint]) bool { return onRoll(e.Line) })
	if s.ph.closed[CommitsClosed] < 0 || s.ph.closed[DealsClosed] < 0 || s.ph.closed[ComplaintsClosed] < 0 {
		return // V98 names the anchor that is owed
	}
	s.Dealing = s.Judge()
	if len(s.Dealing.Qual) < s.e.Policy.K {
		s.Ended = fmt.Sprintf("%d qualified dealers are fewer than the threshold %d", len(s.Dealing.Qual), s.e.Policy.K)
	}
}

// Judge settles the dealing by what anchors have closed so far. Before the
// complaints are closed it is what receivers check their shares against; after
// that it is Dealing.
func (s *Setup) Judge() *sharing.Outcome {
	commits := make(map[int][32]byte)
	for _, c := range s.commits {
		commits[s.index[c.Line.By]] = c.Body.Deal
	}
	return sharing.Judge(s.Params(), commits, s.Deals(), s.sharingComplaints())
}

func complaintSubject(b board.Complaint) string {
	return fmt.Sprint(b.Dealer, "/", b.Key)
}

func keep[T any](in []T, ok func(T) bool) (out []T) {
	for _, v := range in {
		if ok(v) {
			out = append(out, v)
		}
	}
	return out
}

// sharingComplaints decodes the complaints; one whose point or proof does not
// decode proves nothing and is left out.
func (s *Setup) sharingComplaints() (out []sharing.Complaint) {
	for _, c := range s.complaints {
		point, err1 := c.Body.Point.Point()
		proof, err2 := curve.DecodeProof(c.Body.Proof)
		if err1 == nil && err2 == nil {
			out = append(out, sharing.Complaint{By: s.index[c.Line.By], Dealer: c.Body.Dealer, Key: c.Body.Key, Point: point, Proof: proof})
		}
	}
	return out
}

// readTranscript takes the supervisor's transcript and decodes its public shares.
func (s *Setup) readTranscript() {
	for _, t := range inPhase(s.ph, single[board.Transcript]) {
		if t.Line.By == s.e.Policy.Supervisor {
			s.transcript = &t
			break
		}
	}
	if s.transcript == nil || len(s.transcript.Body.Keys) != s.e.Policy.JointKeys() {
		return // V42 says so
	}
	for _, k := range s.transcript.Body.Keys {
		shares, err := decodePoints(k.Shares, len(s.Roll))
		if err != nil {
			s.shares = nil
			return
		}
		s.shares = append(s.shares, shares)
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
		out[s.index[d.Line.By]] = d.Body.Deal
	}
	return out
}

// PublicShare returns p_i of slot i under joint key number key as the
// transcript gives it, and 33 zero bytes in custodial elections.
func (s *Setup) PublicShare(i, key int) curve.PublicKey {
	if !s.e.Policy.Dealt() || len(s.shares) < key {
		return curve.PublicKey{}
	}
	return s.shares[key-1][i-1].Key()
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
		joint := s.Dealing.Keys[s.e.keyNumber(j+1)-1].Key
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

// coinFault tells what keeps a roll entry's coin from being eligible.
func (s *Setup) coinFault(r RollEntry, c *coin) error {
	announce := s.ph.anchors[Announce]
	switch {
	case c == nil || c.created == nil:
		return fmt.Errorf("the coin was not created since the announcement")
	case announce != nil && c.created.Height < announce.Height:
		return fmt.Errorf("the coin is older than the announcement")
	case c.created.Height > s.e.Policy.Times.Roll:
		return fmt.Errorf("the coin is paid in block %d, the roll closes at %d", c.created.Height, s.e.Policy.Times.Roll)
	case !s.pays(c.payer, r):
		return fmt.Errorf("the coin is not paid by who was to pay it")
	case !bytes.Equal(c.out.PkScript, templates.P2PKH(r.KeyHash())):
		return fmt.Errorf("the coin does not pay the roll key")
	case c.out.Value != s.e.Policy.Coin():
		return fmt.Errorf("a coin of %d sat, want %d", c.out.Value, s.e.Policy.Coin())
	}
	return nil
}

// pays tells whether a key's owner was to pay a roll entry's coin: the
// supervisor, or the mixer that accepted to for a voucher.
func (s *Setup) pays(payer curve.PublicKey, r RollEntry) bool {
	if payer == s.e.Policy.Supervisor || s.Mixing == nil {
		return payer == s.e.Policy.Supervisor
	}
	v := s.Mixing.VoucherOf(r.Key)
	return v != nil && payer == v.Mixer.Key
}

// keyless tells whether a joint key is the point at infinity, of which no
// transcript can be written.
func (s *Setup) keyless() bool {
	return slices.ContainsFunc(s.Dealing.Keys, func(k sharing.JointKey) bool { return k.Key.IsInfinity() })
}
