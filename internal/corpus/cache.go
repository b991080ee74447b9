package corpus

import (
	"context"
	"sync"

	"bevote/internal/rehearsal"
	"bevote/verifier/record"
)

// cache keeps finished base elections for the lies that only change a record:
// they need not be played for each.
type cache struct {
	bases map[string]*entry // by base
}

// entry is one base election, played when it is first asked for and kept
// until the last of its lies is told.
type entry struct {
	mu   sync.Mutex
	left int // lies to be told of it
	play *play
}

// newCache prepares for lies.
func newCache(lies []Lie) *cache {
	s := &cache{bases: make(map[string]*entry)}
	for i := range lies {
		if !lies[i].onRecord() {
			continue
		}
		k := s.bases[lies[i].Base]
		if k == nil {
			k = new(entry)
			s.bases[lies[i].Base] = k
		}
		k.left++
	}
	return s
}

// onRecord tells whether the election is over when the lie begins.
func (l *Lie) onRecord() bool {
	return l.tamper == nil && l.policy == nil && l.extraVoters == 0 && l.network == ""
}

// try tries a lie, over a kept election if it can be told of one.
func (s *cache) try(ctx context.Context, l Lie) (Trial, error) {
	if !l.onRecord() {
		return l.Try(ctx)
	}
	k := s.bases[l.Base]
	p, err := k.acquire(ctx, &l)
	if err != nil {
		return Trial{}, err
	}
	defer k.release()
	return l.audit(ctx, func(w *record.Writer) error { return l.write(ctx, p, w) })
}

func (k *entry) acquire(ctx context.Context, l *Lie) (*play, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.play != nil {
		return k.play, nil
	}
	var err error
	k.play, err = l.played(ctx, rehearsal.Options{Seed: 1, Source: l.base().form.source()})
	return k.play, err
}

func (k *entry) release() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.left--; k.left == 0 {
		k.play.Close()
		k.play = nil
	}
}

// close puts away what was not given back, where trying was cut short.
func (s *cache) close() {
	for _, k := range s.bases {
		if k.play != nil {
			k.play.Close()
		}
	}
}
