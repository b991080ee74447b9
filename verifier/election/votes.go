package election

import (
	"bytes"
	"fmt"
	"sort"

	"bevote/internal/ballot"
	"bevote/internal/cores"
	"bevote/internal/curve"
	"bevote/templates"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// FaultKind says which rule a vote breaks.
type FaultKind int

// The rules that a vote can break. The first group takes a vote out of the
// count; the second does not.
const (
	BadCoin         FaultKind = iota // the coin that it spends is not eligible
	SeveralSlots                     // it spends the coins of several slots
	WrongScript                      // not one output pays the filled contract
	WrongStake                       // the stake is of another value
	NoBallot                         // not one OP_RETURN carries the ballot
	OutsideWindow                    // it is in a block before or after the vote
	MalformedBallot                  // the ballot's bytes are no ballot

	NotSighashAll  // the coin's input does not sign the whole transaction
	OtherOutputs   // it has outputs beside stake and ballot
	RepeatedBallot // another counted vote has the same ballot
	RelatedPoint   // the ballot's R is another known point or its negative
)

// excludes reports whether the fault takes the vote out of the count.
func (k FaultKind) excludes() bool { return k <= MalformedBallot }

// Fault is a rule that a vote breaks, and how.
type Fault struct {
	Kind    FaultKind
	Message string
}

// Vote is a transaction that spends an eligible coin and looks like a vote.
type Vote struct {
	Index    int // roll slot, from 1
	Height   uint32
	TxID     string
	Outpoint [36]byte      // the eligible coin, wire form
	Stake    wire.OutPoint // the zero outpoint where no output matches
	Value    int64         // satoshis in the stake
	Ballot   []byte
	Redeem   []byte // Fill(contract, …) for this slot and ballot
	Faults   []Fault

	Spend  ConfirmedTx
	Sealed ballot.Sealed
}

// Counted reports whether the vote counts: it breaks no rule that excludes it.
func (v *Vote) Counted() bool { return v.Exclusion() == nil }

func (v *Vote) fault(kind FaultKind, format string, args ...any) {
	v.Faults = append(v.Faults, Fault{kind, fmt.Sprintf(format, args...)})
}

// Broke reports whether the vote breaks a rule, and how.
func (v *Vote) Broke(kind FaultKind) (string, bool) {
	for _, f := range v.Faults {
		if f.Kind == kind {
			return f.Message, true
		}
	}
	return "", false
}

// Votes judges every transaction that spends an eligible coin (families F and
// G), in the chain's order. Another spend of a coin is an abstention and not
// among them.
func (e *Election) Votes(s *Setup, r *Replay) ([]*Vote, error) {
	keys, err := s.Keys()
	if err != nil {
		return nil, err
	}
	var votes []*Vote
	for i, entry := range s.Roll {
		c := r.coins[entry.Outpoint]
		if c == nil || c.Spent == nil || !LooksLikeVote(c.Spent.Tx) {
			continue
		}
		votes = append(votes, &Vote{
			Index: i + 1, Height: c.Spent.Height, TxID: c.Spent.ID.String(),
			Outpoint: EncodeOutpoint(entry.Outpoint), Spend: *c.Spent,
		})
		if err := s.CoinFault(entry, c); err != nil {
			votes[len(votes)-1].fault(BadCoin, "%v", err)
		}
	}
	sort.SliceStable(votes, func(a, b int) bool { return votes[a].Spend.Before(votes[b].Spend) })
	crowded(votes)
	cores.Each(len(votes), func(n int) {
		if _, several := votes[n].Broke(SeveralSlots); !several {
			e.judge(s, keys, votes[n])
		}
	})
	judgeTogether(s, votes)
	return votes, nil
}

// LooksLikeVote tells a vote from an abstention: an OP_RETURN that begins as a
// ballot does, or a P2SH output.
func LooksLikeVote(tx *wire.MsgTx) bool {
	for _, out := range tx.TxOut {
		if txscript.IsPayToScriptHash(out.PkScript) {
			return true
		}
		if d, ok := nullData(out.PkScript); ok && len(d) > 0 && (d[0] == templates.PlainPrefix || d[0] == templates.SaltedPrefix) {
			return true
		}
	}
	return false
}

// crowded finds transactions that spend several slots' coins (V52). Whose vote
// such a one is nobody can tell, so it is looked at no further.
func crowded(votes []*Vote) {
	spends := make(map[string]int)
	for _, v := range votes {
		spends[v.TxID]++
	}
	for _, v := range votes {
		if n := spends[v.TxID]; n > 1 {
			v.fault(SeveralSlots, "spends the coins of %d slots", n)
		}
	}
}

// judge applies the rules that look at one vote alone.
func (e *Election) judge(s *Setup, keys map[string][]byte, v *Vote) {
	p := e.Policy
	if v.Height < p.Times.VoteFrom || v.Height > p.Times.VoteTo {
		v.fault(OutsideWindow, "in block %d, votes count from %d to %d", v.Height, p.Times.VoteFrom, p.Times.VoteTo)
	}
	if err := plainSigned(v.Spend); err != nil {
		v.fault(NotSighashAll, "%v", err)
	}
	if len(v.Spend.Tx.TxOut) != 2 {
		v.fault(OtherOutputs, "%d outputs, want the stake and the ballot", len(v.Spend.Tx.TxOut))
	}
	if !e.published(v) {
		return
	}
	redeem, err := s.Redeem(keys, v.Index, v.Ballot)
	if err != nil {
		v.fault(WrongScript, "%v", err)
		return
	}
	v.Redeem = redeem
	e.staked(v)
}

// published reads the ballot from the vote's OP_RETURN (V62) and its parts (V66).
func (e *Election) published(v *Vote) bool {
	var returns [][]byte
	for _, out := range v.Spend.Tx.TxOut {
		if isNullData(out.PkScript) {
			returns = append(returns, out.PkScript)
		}
	}
	if len(returns) != 1 {
		v.fault(NoBallot, "%d OP_RETURN outputs, want one", len(returns))
		return false
	}
	data, ok := nullData(returns[0])
	if !ok {
		v.fault(NoBallot, "the OP_RETURN is not one push")
		return false
	}
	v.Ballot = data
	size, prefix := templates.PlainBallot, byte(templates.PlainPrefix)
	if e.Policy.Salted {
		size, prefix = templates.SaltedBallot, templates.SaltedPrefix
	}
	if len(data) != size || data[0] != prefix {
		v.fault(MalformedBallot, "a ballot of %d bytes beginning %#02x, want %d beginning %#02x", len(data), first(data), size, prefix)
		return false
	}
	sealed, err := ballot.Parse(data)
	if err != nil {
		v.fault(MalformedBallot, "%v", err)
		return false
	}
	v.Sealed = sealed
	return true
}

func first(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// staked finds the one output that pays the filled contract (V54) and its value (V61).
func (e *Election) staked(v *Vote) {
	want := templates.PayToRedeem(v.Redeem)
	matches := 0
	for i, out := range v.Spend.Tx.TxOut {
		if bytes.Equal(out.PkScript, want) {
			matches++
			v.Stake, v.Value = v.OutputAt(i), out.Value
		}
	}
	if matches != 1 {
		v.Stake = wire.OutPoint{}
		v.fault(WrongScript, "%d outputs pay the contract filled for slot %d, want one", matches, v.Index)
		return
	}
	if v.Value != e.Policy.Stake {
		v.fault(WrongStake, "a stake of %d sat, want %d", v.Value, e.Policy.Stake)
	}
}

// plainSigned checks that the coin's input is signed for the whole transaction
// with SIGHASH_ALL, strict DER and low s (V64).
func plainSigned(s ConfirmedTx) error {
	t := txscript.MakeScriptTokenizer(0, s.Tx.TxIn[s.Input].SignatureScript)
	if !t.Next() || len(t.Data()) == 0 {
		return fmt.Errorf("the coin's input has no signature")
	}
	sig := t.Data()
	if kind := sig[len(sig)-1]; kind != byte(txscript.SigHashAll) {
		return fmt.Errorf("hash type %#02x, want SIGHASH_ALL", kind)
	}
	if !curve.StrictECDSA(sig[:len(sig)-1]) {
		return fmt.Errorf("the signature is not strict DER with a low s")
	}
	return nil
}

// judgeTogether applies the rules between votes: distinct ballots (V67), and no
// point that is related to another or to a key of the election (V68). They look
// at votes that count: what does not count can take nothing from one that does.
// A copy is not excluded either, since nobody can tell here which of two is the
// copy; it opens for nobody, so the tally tells.
func judgeTogether(s *Setup, votes []*Vote) {
	seen := make(map[string]int)
	points := knownPoints(s)
	for _, v := range votes {
		if !v.Counted() {
			continue
		}
		if of := repeats(v, seen); of > 0 {
			v.fault(RepeatedBallot, "the ballot of slot %d again: at most one of the two can open", of)
			continue
		}
		r, slot := v.Sealed.R.Key(), fmt.Sprintf("slot %d", v.Index)
		if of := points[[32]byte(r[1:])]; of != "" {
			v.fault(RelatedPoint, "R has the x-coordinate of %s", of)
		}
		points[[32]byte(r[1:])] = slot
	}
}

// repeats returns the slot whose ballot, or a part of it, a vote repeats, or 0.
func repeats(v *Vote, seen map[string]int) (of int) {
	r := v.Sealed.R.Key()
	for _, part := range [][]byte{v.Ballot, r[:], v.Sealed.Cipher} {
		if other := seen[string(part)]; other > 0 {
			of = other
		}
		seen[string(part)] = v.Index
	}
	return of
}

// knownPoints maps x-coordinates of G, the candidates' keys, the joint keys and
// the public shares to their names.
func knownPoints(s *Setup) map[[32]byte]string {
	out := make(map[[32]byte]string)
	add := func(k curve.PublicKey, format string, args ...any) {
		out[[32]byte(k[1:])] = fmt.Sprintf(format, args...)
	}
	add(curve.BaseMul(curve.NewScalar(1)).Key(), "the generator")
	for _, c := range s.e.Policy.Candidates {
		add(c.Key, "the key of %s", c.Name)
	}
	add(s.e.Policy.Supervisor, "the supervisor's key")
	for key, shares := range s.Shares {
		if s.Dealing != nil && key < len(s.Dealing.Keys) {
			add(s.Dealing.Keys[key].Key.Key(), "a joint key")
		}
		for i, p := range shares {
			add(p.Key(), "the public share of slot %d", i+1)
		}
	}
	return out
}

// OutputAt is the outpoint of output i of the vote's transaction.
func (v *Vote) OutputAt(i int) wire.OutPoint {
	return wire.OutPoint{Hash: v.Spend.ID, Index: uint32(i)}
}

func (v *Vote) Where() string { return fmt.Sprintf("slot %d, tx %s", v.Index, v.TxID) }

// Exclusion returns the first fault that takes the vote out of the count, nil if
// the vote counts.
func (v *Vote) Exclusion() *Fault {
	for i := range v.Faults {
		if v.Faults[i].Kind.excludes() {
			return &v.Faults[i]
		}
	}
	return nil
}
