package verifier

import (
	"slices"
	"strings"

	btcaddr "github.com/btcsuite/btcd/address/v2"

	"bevote/lang"
	"bevote/verifier/election"
	"bevote/verifier/result"
)

// members lists the roll: what board and chain show of each slot.
func members(f *facts) []result.Member {
	all := make([]result.Member, len(f.setup.Roll))
	params := lang.Params(f.e.Policy.Network)
	names := map[lang.PublicKey]string{}
	for _, n := range f.e.Policy.Named {
		names[n.Key] = n.Name
	}
	for i, s := range f.setup.Roll {
		all[i] = result.Member{
			Slot: i + 1, Name: names[s.Key], Key: s.Key.String(), Entry: s.N, Coin: s.Outpoint.String(), Shares: f.publicShares(i + 1),
		}
		if a, err := btcaddr.NewAddressPubKeyHash(s.KeyHash(), params); err == nil {
			all[i].Address = a.EncodeAddress()
		}
	}
	f.addDealing(all)
	for _, v := range f.votes {
		if m := &all[v.Index-1]; m.Vote == nil || v.Counted() {
			m.Vote = f.voteOf(v)
		}
	}
	f.addEnds(all)
	return all
}

// publicShares returns the public shares of a slot, one for each joint key, "" of one
// that allows no vote; none before the transcript and in custodial elections.
func (f *facts) publicShares(slot int) []string {
	all := []string{}
	for key := range f.setup.Shares {
		share := ""
		if p, err := f.setup.PublicShare(slot, key+1); err == nil {
			share = p.String()
		}
		all = append(all, share)
	}
	return all
}

// addDealing says who dealt and who acknowledged, once the phase is closed.
func (f *facts) addDealing(all []result.Member) {
	if !f.e.Policy.Dealt() || !f.setup.Phases.Closed(election.DealsClosed) {
		return
	}
	deals := f.setup.Deals()
	for i := range all {
		switch slot := all[i].Slot; {
		case deals[slot] == nil:
			all[i].Dealt = result.No
		case f.setup.Dealing != nil && !slices.Contains(f.setup.Dealing.Qual, slot):
			all[i].Dealt = result.Out
		default:
			all[i].Dealt = result.Yes
		}
		if f.setup.Transcript != nil {
			all[i].Acknowledged = result.No
		}
	}
	for _, a := range f.setup.Acks {
		m := &all[f.setup.SlotOf(a.Line.By)-1]
		switch {
		case a.Body.Transcript != f.setup.TranscriptHash:
			m.Acknowledged = result.Another
		case !a.Body.Share:
			m.Acknowledged = result.NoShare
		default:
			m.Acknowledged = result.Yes
		}
	}
}

// voteOf returns a vote and what is known of its ballot.
func (f *facts) voteOf(v *election.Vote) *result.Vote {
	out := &result.Vote{TxID: v.TxID, Block: v.Height}
	if fault := v.Exclusion(); fault != nil {
		out.Excluded = voteChecks[fault.Kind] + ": " + fault.Message
		return out
	}
	b := f.tally.bySlot[v.Index]
	if b == nil {
		return out
	}
	out.Invalid = b.invalid
	if b.choice > 0 {
		out.Candidate = f.candidate(b.choice)
	}
	for _, d := range f.tally.openings {
		if d.err == nil && d.slot == v.Index && d.ballot == b {
			out.Line = d.line
			break
		}
	}
	return out
}

// addEnds says where the stakes of counted votes are.
func (f *facts) addEnds(all []result.Member) {
	for _, v := range f.unspent {
		all[v.Index-1].Stake = &result.Stake{Outpoint: v.Stake.String(), Sats: v.Value, End: result.Locked}
	}
	claimed := map[*spend]*claim{}
	for _, c := range f.claims {
		for _, s := range c.spends {
			claimed[s] = c
		}
	}
	for _, s := range f.spends {
		end := &result.Stake{Outpoint: s.vote.Stake.String(), Sats: s.vote.Value, TxID: s.at.ID.String(), Block: s.at.Height}
		switch name, branch := strings.CutPrefix(s.class, "branch."); {
		case branch:
			end.End, end.To = string(result.EventBranch), name
		case s.class == "refund":
			end.End = string(result.EventRefund)
		case claimed[s] != nil:
			end.End, end.To = string(claimKind(f, claimed[s])), f.candidate(claimed[s].claimant)
		default:
			end.End = string(result.EventAlien)
		}
		all[s.vote.Index-1].Stake = end
	}
}
