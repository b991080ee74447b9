package roles_test

import (
	"errors"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/internal/sharing"
	"bevote/lang"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// A voter acknowledges a transcript only if its own share is behind its p_i
// and the joint key is the one that the board gives.
func TestAckComparesTheTranscript(t *testing.T) {
	p := newPoll(t, 2)
	supervisor := p.supervisor
	params := sharing.Params{EID: p.e.EID, K: 2, Keys: 1}
	for _, r := range p.setup.Roll {
		params.Roll = append(params.Roll, r.Key)
	}
	commits, deals := make(map[int][32]byte), make(map[int][]byte)
	for _, v := range p.voters {
		line, err := v.Commit(params)
		check(t, err)
		var c board.Commit
		check(t, board.DecodeBody(line, &c))
		line, err = v.Deal(params)
		check(t, err)
		var d board.Deal
		check(t, board.DecodeBody(line, &d))
		commits[v.Slot()], deals[v.Slot()] = c.Deal, d.Deal
	}
	o := sharing.Judge(params, sharing.Log{Commits: commits, Deals: deals})
	good, err := supervisor.Transcript(o, 2)
	check(t, err)
	lie, key, coefficients := *o, o.Keys[0].Key, o.Keys[0].Coefficients
	lie.Keys = []sharing.JointKey{{Key: key, Coefficients: []curve.Point{key, key}}}
	otherShares, err := supervisor.Transcript(&lie, 2)
	check(t, err)
	lie.Keys = []sharing.JointKey{{Key: coefficients[1], Coefficients: coefficients}}
	otherKey, err := supervisor.Transcript(&lie, 2)
	check(t, err)
	setup := func(lines []board.Line) *election.Setup {
		s := &election.Setup{Dealing: o, Transcript: &election.Entry[board.Transcript]{N: 1, Line: &lines[0]}}
		s.TranscriptHash = board.TranscriptHash(lines...)
		check(t, board.DecodeBody(lines[0], &s.Transcript.Body))
		return s
	}
	voteless := setup(good)
	voteless.Voteless = map[int]string{1: "any reason", 2: "any reason"}
	says := func(v *roles.Voter, s *election.Setup) bool {
		t.Helper()
		line, err := v.Ack(s)
		check(t, err)
		var ack board.Ack
		check(t, board.DecodeBody(line, &ack))
		if ack.Transcript != board.TranscriptHash(good...) {
			t.Error("acknowledged another transcript")
		}
		return ack.Share
	}
	p.e.Policy.Joint = lang.JointOne
	for _, v := range p.voters {
		if says(v, setup(good)) || v.HasShare() {
			t.Error("has a share before it received one")
		}
		if err := v.Vote(p.setup, nil, 1); !errors.Is(err, roles.ErrNoShare) {
			t.Errorf("a vote without a share: %v", err)
		}
		complaints, err := v.Receive(setup(good), sharing.Combine(params, [32]byte{1}, o), o)
		if err != nil || len(complaints) > 0 {
			t.Fatalf("complaints %v, err %v", complaints, err)
		}
		if !says(v, setup(good)) || !v.HasShare() {
			t.Error("has no share")
		}
		if says(v, voteless) {
			t.Error("has a share without a vote")
		}
		for name, s := range map[string]*election.Setup{
			"share": setup(otherShares), "joint key": setup(otherKey), "transcript": {Dealing: o},
		} {
			if _, err := v.Ack(s); !errors.Is(err, roles.ErrTranscript) {
				t.Errorf("another %s: %v", name, err)
			}
		}
	}
}
