package lift

import (
	"errors"
	"slices"

	"bevote/templates"
)

// equalVerify goes on if two values are equal. A hashed witness item can be made equal
// to a HASH160: then the item is the key of a role, or the preimage of that hash.
//
//	a b →
func (m *machine) equalVerify(s *state) ([]*state, error) {
	a, b := s.pop(), s.pop()
	if a.equal(b) {
		return one(s), nil
	}
	if a.kind == constant && b.kind == constant {
		return nil, nil
	}
	if a.kind != hashed {
		a, b = b, a
	}
	owner, known, ok := b.hashRole(m.roles)
	if a.kind != hashed || !ok {
		return nil, errors.New("a comparison of what is no key's hash")
	}
	w := &s.items[a.item]
	if w.owner != "" || w.use != unused && w.use != useKey {
		return nil, errors.New("the hash of an item that is no key")
	}
	w.owner, w.secret = owner, !known
	return one(s), nil
}

// noKey is the error for a signature that is checked against bytes that are no public
// key: relays refuse that (STRICTENC), and by consensus the signature is wrong.
const noKey = "a signature meets a key slot that holds no key"

// checkSig forks: the signature is the key's, or it is empty, which is the only wrong
// signature that relays accept (NULLFAIL).
//
//	sig key → truth
func (m *machine) checkSig(s *state) ([]*state, error) {
	key, sig := s.pop(), s.pop()
	role, ok := key.keyRole(m.roles)
	if !ok && key.kind != item {
		s.refused = noKey
		s.push(truthValue(false))
		return one(s), s.use(sig, useZero)
	}
	if err := s.use(sig, useSignature); err != nil {
		return nil, err
	}
	w := &s.items[sig.item]
	if key.kind == item {
		if k := &s.items[key.item]; k.use != unused {
			return nil, errors.New("a key that serves two purposes")
		}
		s.items[key.item].use = useKey
		w.key = key.item
	}
	w.signer = role
	no := s.clone()
	no.items[sig.item] = witnessItem{use: useZero, key: -1}
	s.push(truthValue(true))
	no.push(truthValue(false))
	return both(s, no), nil
}

// checkMultisig forks into every choice of keys that sign, and into failure with empty
// signatures.
//
//	0 sig_k … sig_1 k key_n … key_1 n → truth
//
// Signatures and keys are numbered from the top of the stack. The first signature is
// tried on the first key, and each key is tried once.
func (m *machine) checkMultisig(s *state) ([]*state, error) {
	n, err := s.popNumber("the count of keys", templates.MaxMultisigKeys)
	if err != nil {
		return nil, err
	}
	s.keys += n
	keys := make([]value, n)
	for i := range keys {
		keys[i] = s.pop()
	}
	k, err := s.popNumber("the count of signatures", int64(n))
	if err != nil {
		return nil, err
	}
	sigs := make([]value, k)
	for i := range sigs {
		sigs[i] = s.pop()
		if err := s.use(sigs[i], useZero); err != nil {
			return nil, err
		}
	}
	if err := s.use(s.pop(), useZero); err != nil { // the dummy item (BIP 147)
		return nil, err
	}
	slots, err := m.slots(keys)
	if err != nil {
		return nil, err
	}
	return s.choices(slots, sigs)
}

// slot is a key of a CHECKMULTISIG: a role's, or a dead one, which is no key.
type slot struct {
	role string
	dead bool
}

// slots reads the keys. An item without the form of a key matches no signature.
func (m *machine) slots(keys []value) ([]slot, error) {
	slots := make([]slot, len(keys))
	for i, key := range keys {
		if key.kind != constant && key.kind != hole {
			return nil, errors.New("a key from the witness among several")
		}
		role, ok := key.keyRole(m.roles)
		slots[i] = slot{role, !ok}
	}
	return slots, nil
}

// choices returns the executions in which k keys sign, and the one in which the check
// fails. In s every signature is empty.
func (s *state) choices(slots []slot, sigs []value) ([]*state, error) {
	var next []*state
	var choose func(so *state, from, sig int) error
	choose = func(so *state, from, sig int) error {
		if sig == len(sigs) {
			so.push(truthValue(true))
			next = append(next, so)
			return nil
		}
		if len(next) > maxStates {
			return errors.New("too many choices of keys")
		}
		for i := from; i <= len(slots)-(len(sigs)-sig); i++ {
			if slots[i].dead {
				continue
			}
			with := so.clone()
			with.tried(slots[from:i])
			with.items[sigs[sig].item] = witnessItem{use: useSignature, signer: slots[i].role, key: -1}
			if err := choose(with, i+1, sig+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := choose(s.clone(), 0, 0); err != nil {
		return nil, err
	}
	if len(sigs) > 0 {
		s.tried(slots[:len(slots)-len(sigs)+1])
		s.push(truthValue(false))
		next = append(next, s)
	}
	return next, nil
}

// tried notes that a signature, perhaps an empty one, was tried on the slots.
func (s *state) tried(slots []slot) {
	if slices.ContainsFunc(slots, func(k slot) bool { return k.dead }) {
		s.refused = noKey
	}
}

// checkLock notes the locktime, a constant of the script, and leaves it on the stack
// (BIP 65).
//
//	height → height
func (m *machine) checkLock(s *state) ([]*state, error) {
	v := s.pop()
	height, ok := constantNumber(v)
	if !ok || height < 1 || height > templates.MaxLockHeight {
		return nil, errors.New("a lock that is not a block height")
	}
	s.push(v)
	s.after = max(s.after, uint32(height))
	return one(s), nil
}
