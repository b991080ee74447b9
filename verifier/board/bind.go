package board

import "bevote/internal/curve"

// hashText returns TH("board", a line without its LF).
func hashText(text []byte) [32]byte { return curve.TaggedHash("board", text) }

// TranscriptHash returns what acks name: TH("transcript", the bodies of the lines).
func TranscriptHash(lines ...Line) Hash {
	var bodies [][]byte
	for _, l := range lines {
		bodies = append(bodies, l.Body)
	}
	return curve.TaggedHash("transcript", bodies...)
}

// CandidateContext returns the context of a candidate's proof of possession. It binds
// the proof to the election, the name and the payout script:
//
//	prover = text name ‖ text payout
func CandidateContext(eid [32]byte, name string, payout []byte) curve.Context {
	return curve.Context{Tag: "candidate", EID: eid,
		Prover: curve.Encoder(nil).Text([]byte(name)).Text(payout)}
}
