package roles_test

import (
	"fmt"

	"bevote/internal/relay"
	"bevote/internal/roles"
)

// actor is a role that acts whenever board or chain have grown.
type actor interface {
	Acts(*roles.View) ([]roles.Act, error)
}

func (f *fixture) actors() (names []string, people []actor) {
	names, people = []string{"treasurer"}, []actor{f.treasurer}
	for i, m := range f.mixers {
		names, people = append(names, fmt.Sprintf("m%d", i+1)), append(people, m)
	}
	for i, v := range f.voters {
		names, people = append(names, fmt.Sprintf("v%d", i+1)), append(people, v)
	}
	return names, people
}

// viewOf is what a role sees.
func (f *fixture) viewOf(who string, all *roles.View) *roles.View {
	f.t.Helper()
	if f.lines != nil {
		if lines := f.lines(who); lines != nil {
			v, err := roles.NewObserver(f.e, f.chain, 1).View(lines)
			check(f.t, err)
			return v
		}
	}
	return all
}

// act lets the roles act until no line is new.
func (f *fixture) act() {
	f.t.Helper()
	names, people := f.actors()
	for again := true; again; {
		again = false
		view := f.look
		for i := range people {
			if f.absent(names[i], f.tip()) {
				continue
			}
			if f.beforeAct != nil {
				f.beforeAct(names[i])
				_, people = f.actors()
			}
			acts, err := people[i].Acts(f.viewOf(names[i], view))
			before := len(f.log.Lines())
			if err == nil {
				err = f.perform(names[i], acts)
			}
			if err != nil && !(f.tolerates != nil && f.tolerates(names[i], err)) {
				f.t.Fatalf("%s at tip %d: %v", names[i], f.tip(), err)
			}
			again = again || len(f.log.Lines()) > before
		}
	}
}

// perform appends lines and sends transactions, each once between two blocks.
func (f *fixture) perform(who string, acts []roles.Act) (err error) {
	f.t.Helper()
	for _, a := range acts {
		key, tip := a.What, f.tip()
		if a.Tx != nil {
			key += a.Tx.TxHash().String()
		} else {
			key += string(a.Line.By[:]) + string(a.Line.Body)
		}
		if last, done := f.performed[key]; done && last == tip {
			continue
		}
		f.performed[key] = tip
		if a.Line != nil {
			f.append(who, *a.Line)
			continue
		}
		n := f.nodes[who]
		if n == nil {
			n = f.node()
		}
		if failed := n.Submit(a.Tx); !relay.Stands(a.Tx, failed) {
			err = fmt.Errorf("%s: %w", a.What, failed)
		}
	}
	return err
}

// run plays the exchange up to the tip at height. Every role acts at each tip.
func (f *fixture) run(height uint32) {
	f.t.Helper()
	for f.tip() < height {
		if f.beforeActs != nil {
			f.beforeActs(f.tip())
		}
		f.act()
		f.anchor()
		f.mine(f.tip() + 1)
	}
}
