package rehearsal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/board"
	"bevote/verifier/election"
)

// naiveSalt is the draw "ballot salt" of docs/protocol.md: the first 12 bytes of
//
//	TH("draw", seed ‖ text purpose ‖ text statement ‖ u64 0)     statement = eid ‖ outpoint ‖ u16 j
func naiveSalt(seed, eid [32]byte, outpoint [36]byte, j int) []byte {
	text := func(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }
	statement := append(append(append([]byte{}, eid[:]...), outpoint[:]...), byte(j>>8), byte(j))
	x := append(append(append([]byte{}, seed[:]...), text([]byte("ballot salt"))...), text(statement)...)
	tag := sha256.Sum256([]byte("bevote/v2/draw"))
	hash := sha256.Sum256(append(append(append([]byte{}, tag[:]...), tag[:]...), binary.BigEndian.AppendUint64(x, 0)...))
	return hash[:12]
}

// What a rehearsal's voters deal and vote follows from their seeds: the deals on the board, and the salts
// in the openings.
func TestDrawsAreTheSeeds(t *testing.T) {
	p, err := rehearsal.New(context.Background(), rehearsal.Options{Source: rehearsaltest.Forms()["salted"].Source(), Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	params, head := p.Setup.Params(), p.Setup.Phases.Anchor(election.RollClosed).Head
	votes := make(map[int]*election.Vote)
	for _, v := range p.Votes {
		votes[v.Index] = v
	}
	slots := make(map[[33]byte]int)
	for i, key := range params.Roll {
		slots[key] = i + 1
	}
	deals, salts := 0, 0
	for _, l := range p.Log.Lines() {
		var deal board.Deal
		var opening board.Opening
		switch {
		case board.DecodeBody(l, &deal) == nil:
			deals++
			slot := slots[l.By]
			want, err := p.Seed(p.Voters[slot-1].Role).Deal(params, head, slot)
			if err != nil || !bytes.Equal(deal.Deal, want.Encode()) {
				t.Errorf("slot %d: another deal than its seed's (%v)", slot, err)
			}
		case board.DecodeBody(l, &opening) == nil:
			for _, o := range opening.Openings {
				salts++
				seed := p.Seed(p.Voters[o.I-1].Role)
				if !bytes.Equal(o.Salt, naiveSalt(seed, p.EID, votes[o.I].Outpoint, o.J)) {
					t.Errorf("slot %d: another salt than the twin's", o.I)
				}
			}
		}
	}
	if deals != len(params.Roll) || salts == 0 || salts != len(p.Votes) {
		t.Errorf("%d deals, %d salts of %d votes", deals, salts, len(p.Votes))
	}
}
