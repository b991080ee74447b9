package roles_test

import (
	"testing"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// A voter acknowledges a transcript only if its own share is behind its p_i
// and the joint key is the one that the board gives.
func TestAckComparesTheTranscript(t *testing.T) {
	p := newPoll(t, 2)
	params := sharing.Params{EID: p.e.EID, K: 2, Keys: 1}
	for _, r := range p.setup.Roll {
		params.Roll = append(params.Roll, r.Key)
	}
	commits, deals := make(map[int][32]byte), make(map[int][]byte)
	for i := range p.voters {
		slot := p.setup.SlotOf(p.voters[i].Key())
		d, err := p.seedOf(i).Deal(params, [32]byte{1}, slot)
		check(t, err)
		commits[slot], deals[slot] = d.Commitment(params, slot), d.Encode()
	}
	o := sharing.Judge(params, sharing.Log{Commits: commits, Deals: deals})
	lie, key, coefficients := *o, o.Keys[0].Key, o.Keys[0].Coefficients
	lie.Keys = []sharing.JointKey{{Key: key, Coefficients: []curve.Point{key, key}}}
	otherShares := roles.TranscriptOf(&lie, 2)
	lie.Keys = []sharing.JointKey{{Key: coefficients[1], Coefficients: coefficients}}
	otherKey := roles.TranscriptOf(&lie, 2)
	setup := func(body board.Transcript) *election.Setup {
		return &election.Setup{Dealing: o, Transcript: &election.Entry[board.Transcript]{N: 1, Body: body}}
	}
	good := setup(roles.TranscriptOf(o, 2))
	combination := sharing.Combine(params, [32]byte{1}, o)
	for i := range p.voters {
		slot := p.setup.SlotOf(p.voters[i].Key())
		shares, wrong := combination.Receive(p.seedOf(i).Key("roll"), slot, o)
		if len(wrong) > 0 || !roles.Fits(good, slot, shares) || !roles.Fits(good, slot, nil) {
			t.Errorf("slot %d: %d wrong shares, or the transcript does not fit", slot, len(wrong))
		}
		for name, s := range map[string]*election.Setup{
			"share": setup(otherShares), "joint key": setup(otherKey), "transcript": {Dealing: o},
		} {
			if roles.Fits(s, slot, shares) {
				t.Errorf("another %s fits slot %d", name, slot)
			}
		}
	}
}
