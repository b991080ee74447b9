package election

import (
	"encoding/base64"
	"slices"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/lang"
	"bevote/verifier/board"
)

// exchangeRows are the rows of registration and exchange. Which of these lines count says
// [ExchangeLog] besides: an offer, say, only where a depositor waits for one.
var exchangeRows = map[board.Type]writers{
	board.TypeManager: {entitled: (*Table).manages, keys: groupOnly(one), lines: one, size: bulk(manager, func(p *lang.Policy) int { return sizes(p).Manager() })},
	board.TypeMixer:   {entitled: (*Table).mixes, keys: mixers, lines: one, size: mixerSize},
	board.TypeRegistry: {entitled: (*Table).supervisor, keys: one, lines: one, last: true, size: func(p *lang.Policy, _ int) extent {
		size := listed(board.Registry{}, board.Registry{Voters: []board.Registered{{}}}, p.Voters)
		return atMost(size + listed(board.Registry{}, board.Registry{Mixers: []curve.PublicKey{{}}}, p.Mixing.Mixers))
	}},
	board.TypeDeposit: {entitled: (*Table).isRegistered, keys: voters, lines: constant(maxDeposits),
		size: bulk(board.BodySize(board.Deposit{Outpoint: zeros(36)}), rsaOnly(modulus))},
	board.TypeReady: {entitled: (*Table).isRegistered, keys: groupOnly(voters), lines: constant(board.MaxTurns),
		size: sizeOf(func(*lang.Policy) board.Body { return board.Ready{Turn: board.MaxTurns} })},
	board.TypeOffer: {entitled: (*Table).isMixer, keys: groupOnly(mixers), lines: turns, all: turns,
		size: bulk(board.BodySize(board.Offer{Key: board.MaxMemberKeys}), func(p *lang.Policy) int { return sizes(p).Offer() })},
	board.TypeChallenge: {entitled: (*Table).isRegistered, keys: groupOnly(voters), lines: constant(board.MaxTurns),
		size: bulk(board.BodySize(board.Challenge{}), func(p *lang.Policy) int { return sizes(p).Challenge() })},
	board.TypeIssue: {entitled: (*Table).isMixer, keys: mixers, lines: voters, all: voters,
		size: bulk(board.BodySize(board.Issue{Sweep: zeros(maxSweepSignature)}), func(p *lang.Policy) int {
			if group(p) {
				return sizes(p).Answer()
			}
			return modulus(p)
		})},
	board.TypeVoucher: {entitled: (*Table).shows, keys: shown, lines: one,
		size: bulk(board.BodySize(board.Voucher{Issuer: zeros(curve.PointSize)}), func(p *lang.Policy) int {
			if group(p) {
				return sizes(p).Signature()
			}
			return modulus(p)
		})},
	board.TypeOpened: {entitled: (*Table).manages, keys: groupOnly(one), lines: one, last: true, size: func(p *lang.Policy, _ int) extent {
		one := board.OpenedVoucher{Voucher: topLine, Key: board.MaxMemberKeys}
		proof := base64.StdEncoding.EncodedLen(sizes(p).Opened())
		size := listed(board.OpenedVouchers{}, board.OpenedVouchers{Vouchers: []board.OpenedVoucher{one}}, shown(p)) + shown(p)*proof
		return atMost(min(size, board.MaxLine-1<<10))
	}},
}

const maxSweepSignature = 73 // bytes: DER ‖ hash type

var manager = board.BodySize(board.Manager{})

func group(p *lang.Policy) bool { return p.Mixing.Scheme == lang.SchemeGroupBlind }

// sizes are the lengths of the scheme's messages.
func sizes(p *lang.Policy) mixing.Sizes {
	return mixing.Sizes{Modulus: (p.Mixing.Modulus + 7) / 8, Rounds: p.Mixing.Rounds}
}

func modulus(p *lang.Policy) int { return sizes(p).Modulus }

// mixerSize is the greatest length of a mixer's line: its RSA key, or as many member keys as
// it may have.
func mixerSize(p *lang.Policy, _ int) extent {
	keys, key := 1, sizes(p).RSAKey()
	if group(p) {
		keys, key = board.MaxMemberKeys, sizes(p).Member()
	}
	body := board.Mixer{Name: longestName, Keys: repeated(board.Bytes{}, keys), Coins: topIndex, From: zeros(36)}
	return atMost(board.BodySize(body) + keys*base64.StdEncoding.EncodedLen(key))
}

const longestName = "a1234567890123456789012345678901" // names have at most 32 characters

// bulk is the greatest length of a body that has base64 of so many bytes in it.
func bulk(body int, bytes func(*lang.Policy) int) func(*lang.Policy, int) extent {
	return func(p *lang.Policy, _ int) extent { return atMost(body + base64.StdEncoding.EncodedLen(bytes(p))) }
}

// The numbers of keys and lines.

func groupOnly(of func(*lang.Policy) int) func(*lang.Policy) int {
	return func(p *lang.Policy) int {
		if group(p) {
			return of(p)
		}
		return 0
	}
}

func rsaOnly(of func(*lang.Policy) int) func(*lang.Policy) int {
	return func(p *lang.Policy) int {
		if group(p) {
			return 0
		}
		return of(p)
	}
}

// mixers is how many keys may announce a mixer. Where the policy names none, some more may
// than the registry takes.
func mixers(p *lang.Policy) int {
	if len(p.Mixing.Named) > 0 {
		return len(p.Mixing.Named)
	}
	return 4 * p.Mixing.Mixers
}

func turns(p *lang.Policy) int { return p.Voters * board.MaxTurns }

// shown is how many vouchers there may be: of each issuer one more than it has right issues.
func shown(p *lang.Policy) int {
	keys := 1
	if group(p) {
		keys = board.MaxMemberKeys
	}
	return p.Voters + keys*p.Mixing.Mixers
}

// The entitled keys.

// manages reports whether a key is the manager's of a group.
func (t *Table) manages(key curve.PublicKey) bool {
	return group(t.e.Policy) && t.supervisor(key)
}

// mixes reports whether a key may announce a mixer.
func (t *Table) mixes(key curve.PublicKey) bool {
	p := t.e.Policy
	named := func(x lang.Named) bool { return x.Key == key }
	return p.Mixed() && (len(p.Mixing.Named) == 0 || slices.ContainsFunc(p.Mixing.Named, named))
}

func (t *Table) isRegistered(key curve.PublicKey) bool { return t.registered[key] }

func (t *Table) isMixer(key curve.PublicKey) bool { return t.mixers[key] }

// shows reports whether a key may show a voucher: the voucher itself is what entitles it.
func (t *Table) shows(key curve.PublicKey) bool {
	return t.e.Policy.Mixed() && !t.registered[key] && !t.mixers[key] && !t.supervisor(key)
}
