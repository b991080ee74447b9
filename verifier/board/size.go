package board

import "bevote/internal/curve"

// BodySize returns the length of a body as a line has it.
func BodySize(b Body) int {
	text, err := marshal(b)
	if err != nil {
		panic("board: " + err.Error()) // a body's types have an encoding
	}
	return len(text)
}

// LineSize returns the greatest length of a line of a type, its LF included, with a body
// of so many bytes.
func LineSize(t Type, body int) int {
	fixed := len(`{"prev":"","by":"","seen":[,""],"type":"","body":,"sig":""}`) + len("\n")
	const height = 10 // digits
	return fixed + 2*len(Line{}.Prev) + 2*curve.PointSize + height + 2*len(Hash{}) + len(t) + body + 2*curve.SchnorrSize
}

// unread returns the line, whose hash is given, without its body.
func (l Line) unread(hash [32]byte) Line {
	l.Body, l.decoded, l.hash = nil, decodedBody{}, &hash
	return l
}

// Types returns the types of lines, in the order of the phases.
func Types() []Type {
	return []Type{TypeOpen, TypeManager, TypeMixer, TypeRegistry, TypeDeposit, TypeReady, TypeOffer, TypeChallenge, TypeIssue,
		TypeVoucher, TypeOpened, TypeEntry, TypeRoll, TypeCommit, TypeDeal, TypeComplaint, TypeTranscript, TypeAck, TypeOpening}
}
