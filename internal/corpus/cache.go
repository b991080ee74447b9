package corpus

import (
	"context"
	"sync"

	"bevote/internal/rehearsal"
	"bevote/verifier/record"
)

// cache holds finished base elections, which lies that only change a record
// share.
type cache struct {
	bases map[string]*entry // by name
}

// entry is a base election: played on its first use, closed after its last.
type entry struct {
	mu   sync.Mutex
	uses int // remaining
	play *play
}

// newCache returns a cache for the base elections of lies.
func newCache(lies []Lie) *cache {
	c := &cache{bases: make(map[string]*entry)}
	for i := range lies {
		if !lies[i].onRecord() {
			continue
		}
		e := c.bases[lies[i].Base]
		if e == nil {
			e = new(entry)
			c.bases[lies[i].Base] = e
		}
		e.uses++
	}
	return c
}

// onRecord reports whether the lie only changes a finished record.
func (l *Lie) onRecord() bool {
	return l.tamper == nil && l.policy == nil && l.network == ""
}

// try plays and audits a lie, over a cached election if the lie only changes a record.
func (c *cache) try(ctx context.Context, l Lie) (Trial, error) {
	if !l.onRecord() {
		return l.Try(ctx)
	}
	e := c.bases[l.Base]
	p, err := e.acquire(ctx, &l)
	if err != nil {
		return Trial{}, err
	}
	defer e.release()
	return l.audit(ctx, nil, func(w *record.Writer) error { return l.write(ctx, p, w) })
}

// acquire returns the election, played with a lie that does not change it.
func (e *entry) acquire(ctx context.Context, l *Lie) (*play, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.play != nil {
		return e.play, nil
	}
	var err error
	e.play, err = l.played(ctx, rehearsal.Options{Seed: 1, Source: l.base().form.source()})
	return e.play, err
}

// release ends a use.
func (e *entry) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.uses--; e.uses == 0 {
		e.play.Close()
		e.play = nil
	}
}

// close closes elections with uses left, after an error.
func (c *cache) close() {
	for _, e := range c.bases {
		if e.play != nil {
			e.play.Close()
		}
	}
}
