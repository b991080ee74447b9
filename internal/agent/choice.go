package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"bevote/internal/roles"
)

// choiceFile has a voter's choice.
const choiceFile = "choice.json"

// ErrChosen says that a voter's ballot is in the outbox: it cannot be changed any more.
var ErrChosen = errors.New("the vote is on its way, or cast: it cannot be changed")

// chooser is a role that acts by a choice.
type chooser interface{ Choose(roles.Choice) }

// Choose keeps a voter's choice, and has the role act by it from the next turn on. It is on the disk before
// the role knows it.
func (a *Agent) Choose(c roles.Choice) error {
	role, ok := a.role.(chooser)
	if !ok {
		return errors.New("this role has nothing to choose")
	}
	cast := func(e *entry) bool { return e.What == "vote" || e.What == "abstention" }
	if slices.ContainsFunc(a.outbox.entries, cast) {
		return ErrChosen
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := a.disk.Write(choiceFile, append(text, '\n')); err != nil {
		return err
	}
	role.Choose(c)
	return nil
}

// recallChoice has the role act by the choice on the disk.
func (a *Agent) recallChoice() error {
	role, ok := a.role.(chooser)
	if !ok {
		return nil
	}
	text, err := a.disk.Read(choiceFile)
	if text == nil || err != nil {
		return err
	}
	var c roles.Choice
	if err := json.Unmarshal(text, &c); err != nil {
		return fmt.Errorf("%s: %w", choiceFile, err)
	}
	role.Choose(c)
	return nil
}
