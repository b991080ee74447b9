package workbench

import (
	"fmt"

	"bevote/templates"
)

// shift is a set of holders who can take a stake, or a deposit, under one policy
// and cannot under the other, or only later.
type shift struct {
	Who      []string `json:"who"`
	Path     string   `json:"path"`  // of the policy under which they can
	From     uint32   `json:"from"`  // first block that may hold the spend; 0 for any
	Other    *uint32  `json:"other"` // the same under the other policy; nil if never
	Contrast contrast `json:"witness"`
	holders  []string
	deposit  bool // it is a deposit that they take
}

// contrast shows a shift on the script engine: a spend that one policy accepts
// in a block, and under the other policy the best attempts of the same holders
// in that block, by each kind of path. A key of both policies has the same
// stand-in in both.
type contrast struct {
	Block    uint32        `json:"block"`
	Accepted fundedSpend   `json:"accepted"`
	Refused  []fundedSpend `json:"refused"`
}

// fundedSpend is a transaction that spends output 0 of another, both in hex.
type fundedSpend struct {
	Path    string `json:"path"`
	Funding string `json:"funding"`
	Tx      string `json:"tx"`
}

// allGains lists the gains in stakes, then those in deposits.
func (s *side) allGains(other *side) ([]shift, error) {
	shifts, err := s.gains(other)
	if err != nil {
		return nil, err
	}
	deposits, err := s.deposit.gains(other.deposit)
	for i := range deposits {
		deposits[i].deposit = true
	}
	return append(shifts, deposits...), err
}

// gains lists the holders who can take a stake under s and cannot under the
// other policy, or only later: the smallest sets, each with its soonest path.
func (s *side) gains(other *side) ([]shift, error) {
	shifts := []shift{}
	for i, q := range s.paths {
		holders := s.holders(q)
		after, ok := other.soonest(holders)
		if ok && after <= q.After || s.redundant(i) {
			continue
		}
		found := shift{Who: s.names(holders, other), Path: q.Name, From: firstBlock(q), holders: holders}
		if ok {
			first := firstBlock(templates.Path{After: after})
			found.Other = &first
		}
		var err error
		if found.Contrast, err = s.contrast(q, holders, other); err != nil {
			return nil, fmt.Errorf("path %s: %w", q.Name, err)
		}
		shifts = append(shifts, found)
	}
	return shifts, nil
}

// redundant reports whether another path asks for no more than path i and is
// open no later. Of two alike the first is not redundant.
func (s *side) redundant(i int) bool {
	mine := s.holders(s.paths[i])
	for j, q := range s.paths {
		theirs := s.holders(q)
		if j == i || !subset(theirs, mine) || q.After > s.paths[i].After {
			continue
		}
		same := len(theirs) == len(mine) && q.After == s.paths[i].After
		if !same || j < i {
			return true
		}
	}
	return false
}

// contrast spends a stake of s by the path, and tries the other's closest paths
// with the same secrets in the same block. Where a secret is missing the
// signature is empty.
func (s *side) contrast(q templates.Path, holders []string, other *side) (contrast, error) {
	lock := q.After
	if _, later := other.soonest(holders); !later {
		for _, p := range other.paths {
			lock = max(lock, p.After) // refused even when every lock is over
		}
	}
	c := contrast{Block: lock + 1, Refused: []fundedSpend{}}
	tx, refused, err := s.stake.attempt(q, s.knownSecrets(holders), lock)
	if err != nil {
		return c, err
	}
	if tx == nil {
		return c, fmt.Errorf("refused: %w", refused)
	}
	c.Accepted = fundedSpend{q.Name, encodeTx(s.stake.funding), encodeTx(tx)}
	for _, p := range other.closest(other.knownSecrets(holders)) {
		tx, err := other.stake.spend(other.knownSecrets(holders).best(p), lock, notFinal, p.Signers[0])
		if err != nil {
			return c, err
		}
		if other.stake.judge(tx).accepted() {
			return c, fmt.Errorf("the other policy's %s takes it too", p.Name)
		}
		c.Refused = append(c.Refused, fundedSpend{p.Name, encodeTx(other.stake.funding), encodeTx(tx)})
	}
	return c, nil
}
