package board

import "bevote/internal/curve"

// A transcript and an author's openings take several lines where one would be longer
// than MaxLine. The bounds keep the longest body below it.
const (
	MaxShares = 150_000 // public shares in a transcript line
	MaxOpened = 30_000  // openings and disavowals in an opening line
)

// Split returns the transcript in bodies of at most most public shares each. The first
// one has QUAL.
func (b Transcript) Split(most int) []Transcript {
	parts := []Transcript{{Qual: b.Qual}}
	room := most
	for _, k := range b.Keys {
		all := len(k.Shares) / curve.PointSize
		for from := 0; from < all; {
			if room == 0 {
				parts, room = append(parts, Transcript{}), most
			}
			n := min(room, all-from)
			last := &parts[len(parts)-1]
			last.Keys = append(last.Keys, JointKey{k.Key, from + 1, k.Shares[from*curve.PointSize : (from+n)*curve.PointSize]})
			from, room = from+n, room-n
		}
	}
	return parts
}

// JoinTranscripts puts bodies together until a transcript of a number of joint keys
// with n public shares each is complete, and returns how many it took. Shares from 1
// on begin a joint key; others continue the one before them. It stops at one that does
// not, and then the transcript is not complete.
func JoinTranscripts(bodies []Transcript, keys, n int) (whole Transcript, used int) {
	for _, b := range bodies {
		whole.Qual = append(whole.Qual, b.Qual...)
		used++
		for _, k := range b.Keys {
			if k.From == 1 {
				whole.Keys = append(whole.Keys, JointKey{Key: k.Key, From: 1})
			}
			last := len(whole.Keys) - 1
			if last < 0 || whole.Keys[last].Key != k.Key || k.From != len(whole.Keys[last].Shares)/curve.PointSize+1 {
				return whole, used
			}
			whole.Keys[last].Shares = append(whole.Keys[last].Shares, k.Shares...)
		}
		if last := len(whole.Keys) - 1; last+1 >= keys && len(whole.Keys[last].Shares) >= n*curve.PointSize {
			break
		}
	}
	return whole, used
}

// Split returns the opening in bodies of at most most openings and disavowals together.
// Each states the author's total.
func (b Opening) Split(most int) []Opening {
	parts := []Opening{{Count: b.Count}}
	room := most
	next := func() *Opening {
		if room == 0 {
			parts, room = append(parts, Opening{Count: b.Count}), most
		}
		room--
		return &parts[len(parts)-1]
	}
	for _, o := range b.Openings {
		part := next()
		part.Openings = append(part.Openings, o)
	}
	for _, d := range b.Disavowals {
		part := next()
		part.Disavowals = append(part.Disavowals, d)
	}
	return parts
}
