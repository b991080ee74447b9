package corpus

import (
	"context"
	"sync"

	"bevote/internal/rehearsal"
	"bevote/verifier/record"
)

// shelf keeps finished base elections for the lies that only change a record:
// they need not be played for each.
type shelf struct {
	kept map[string]*keeping // by base
}

// keeping is one base election, played when it is first asked for and kept
// until the last of its lies is told.
type keeping struct {
	mu   sync.Mutex
	left int // lies to be told of it
	play *play
}

// newShelf prepares for lies.
func newShelf(lies []Lie) *shelf {
	s := &shelf{kept: make(map[string]*keeping)}
	for i := range lies {
		if !lies[i].afterwards() {
			continue
		}
		k := s.kept[lies[i].Base]
		if k == nil {
			k = new(keeping)
			s.kept[lies[i].Base] = k
		}
		k.left++
	}
	return s
}

// afterwards tells whether the election is over when the lie begins.
func (l *Lie) afterwards() bool {
	return l.plot == nil && l.policy == nil && l.crowd == 0 && l.chain == ""
}

// try tries a lie, over a kept election if it can be told of one.
func (s *shelf) try(ctx context.Context, l Lie) (Trial, error) {
	if !l.afterwards() {
		return l.Try(ctx)
	}
	k := s.kept[l.Base]
	p, err := k.take(ctx, &l)
	if err != nil {
		return Trial{}, err
	}
	defer k.give()
	return l.tried(ctx, func(w *record.Writer) error { return l.leave(ctx, p, w) })
}

func (k *keeping) take(ctx context.Context, l *Lie) (*play, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.play != nil {
		return k.play, nil
	}
	var err error
	k.play, err = l.played(ctx, rehearsal.Options{Seed: 1, Source: l.base().form.source()})
	return k.play, err
}

func (k *keeping) give() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.left--; k.left == 0 {
		k.play.Close()
		k.play = nil
	}
}

// close puts away what was not given back, where trying was cut short.
func (s *shelf) close() {
	for _, k := range s.kept {
		if k.play != nil {
			k.play.Close()
		}
	}
}
