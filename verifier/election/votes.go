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

// Vote is a transaction that spends a slot's coin and looks like a vote:
//
//	in   the coin      signed by the roll key
//	out  the stake     P2SH of the contract, filled
//	out  the ballot    OP_RETURN
type Vote struct {
	Index    int           // of the slot
	Height   uint32        // of its block
	TxID     string        // of Spend
	Outpoint [36]byte      // of the coin, in wire form
	Stake    wire.OutPoint // of the stake; zero where not exactly one output matches
	Value    int64         // of the stake, in satoshis
	Ballot   []byte        // nil where there is not exactly one
	Redeem   []byte        // the contract, filled for this slot and ballot
	Faults   []Fault       // in the order in which they were found

	Spend  ConfirmedTx   // the transaction; Input spends the coin
	Sealed ballot.Sealed // the ballot's parts
}

// Where names the vote's slot and transaction.
func (v *Vote) Where() string { return fmt.Sprintf("slot %d, tx %s", v.Index, v.TxID) }

// OutputAt returns the outpoint of output i of the vote's transaction.
func (v *Vote) OutputAt(i int) wire.OutPoint {
	return wire.OutPoint{Hash: v.Spend.ID, Index: uint32(i)}
}

// Votes returns the judged votes of the roll's slots, in the chain's order. A coin
// whose spend does not look like a vote is an abstention. It fails before the
// joint keys are known.
func (e *Election) Votes(s *Setup, r *Replay) ([]*Vote, error) {
	keys, err := s.Keys()
	if err != nil {
		return nil, err
	}
	var votes []*Vote
	for i, slot := range s.Roll {
		c := r.coins[slot.Outpoint]
		if c == nil || c.Spent == nil || !LooksLikeVote(c.Spent.Tx) {
			continue
		}
		votes = append(votes, &Vote{
			Index: i + 1, Height: c.Spent.Height, TxID: c.Spent.ID.String(),
			Outpoint: EncodeOutpoint(slot.Outpoint), Spend: *c.Spent,
		})
		if err := s.CoinFault(slot, c); err != nil {
			votes[len(votes)-1].fault(BadCoin, "%v", err)
		}
		if why := s.Voteless[i+1]; why != "" {
			votes[len(votes)-1].fault(NoVote, "%s", why)
		}
		if s.Ended != "" {
			votes[len(votes)-1].fault(AfterEnd, "a vote in an election that has ended does not count")
		}
	}
	sort.SliceStable(votes, func(a, b int) bool { return votes[a].Spend.Before(votes[b].Spend) })
	findSeveralSlots(votes)
	cores.Each(len(votes), func(n int) {
		if _, several := votes[n].Broke(SeveralSlots); !several {
			e.judge(s, keys, votes[n])
		}
	})
	findKnownPoints(s, votes)
	return votes, nil
}

// LooksLikeVote reports whether a spend of a coin is a vote rather than an
// abstention: it has a P2SH output, or an OP_RETURN that begins as a ballot does.
func LooksLikeVote(tx *wire.MsgTx) bool {
	for _, out := range tx.TxOut {
		if txscript.IsPayToScriptHash(out.PkScript) {
			return true
		}
		d, ok := nullData(out.PkScript)
		if ok && len(d) > 0 && (d[0] == templates.PlainPrefix || d[0] == templates.SaltedPrefix) {
			return true
		}
	}
	return false
}

// findSeveralSlots finds votes that spend the coins of several slots. Such a vote
// belongs to none of them, so no other rule is applied to it.
func findSeveralSlots(votes []*Vote) {
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

// judge applies the rules that concern one vote only.
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

// published reads the vote's ballot and its parts from the OP_RETURN. It reports
// whether the ballot can fill the contract.
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
		v.fault(MalformedBallot, "a ballot of %d bytes beginning %#02x, want %d beginning %#02x",
			len(data), first(data), size, prefix)
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

// first returns the first byte, 0 of no bytes.
func first(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// staked finds the one output that pays the filled contract.
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

// plainSigned checks the signature of the coin's input: SIGHASH_ALL, strict DER
// (BIP 66), low s (BIP 146).
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

// Counted returns the votes that count, in their order.
func Counted(votes []*Vote) (counted []*Vote) {
	for _, v := range votes {
		if v.Counted() {
			counted = append(counted, v)
		}
	}
	return counted
}
