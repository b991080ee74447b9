package board

import "bevote/internal/curve"

// hashText is TH("board", a line without its LF).
func hashText(text []byte) [32]byte { return curve.TaggedHash("board", text) }

// RollHash is what a roll key signs: TH("roll", eid ‖ key ‖ outpoint), the
// outpoint in its 36 bytes of wire form.
func RollHash(eid [32]byte, key curve.PublicKey, outpoint []byte) [32]byte {
	return curve.TaggedHash("roll", eid[:], key[:], outpoint)
}

// TranscriptHash is what acks name: TH("transcript", the line's body).
func TranscriptHash(l Line) Hash { return curve.TaggedHash("transcript", l.Body) }

// CandidateContext binds a candidate's proof of possession of its key to the
// election, its name and its payout script: prover = name ‖ payout, texts.
func CandidateContext(eid [32]byte, name string, payout []byte) curve.Context {
	return curve.Context{Tag: "candidate", EID: eid,
		Prover: curve.Encoder(nil).Text([]byte(name)).Text(payout)}
}
