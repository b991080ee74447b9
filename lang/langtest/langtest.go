// Package langtest makes policies for tests: random ones without errors, and keys
// without a known secret.
//
// It promises that what it draws loads and compiles, and that the same draws give
// the same bytes.
package langtest

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"strings"

	btcaddr "github.com/btcsuite/btcd/address/v2"

	"bevote/internal/curve"
	"bevote/lang"
)

// Draw returns a number from 0 to n−1. With rapid:
//
//	func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
type Draw func(label string, n int) int

// Key returns a key without a known secret: the first point with an even y whose
// abscissa is SHA-256(text ‖ i), i = 0, 1, … as one byte.
func Key(text string) lang.PublicKey {
	for i := range 256 {
		x := sha256.Sum256(append([]byte(text), byte(i)))
		if key, err := curve.ParsePublicKey(fmt.Sprintf("02%x", x)); err == nil {
			return key
		}
	}
	panic("langtest: no point in 256 tries")
}

// Address returns the P2PKH address of [Key] of text on a network.
func Address(network, text string) string {
	key := Key(text)
	a, err := btcaddr.NewAddressPubKeyHash(btcaddr.Hash160(key[:]), lang.Params(network))
	if err != nil {
		panic("langtest: " + err.Error())
	}
	return a.EncodeAddress()
}

// The most candidates that fit a redeem script of a hardened election, with plain and
// with salted ballots.
const (
	mostHardened = 12
	mostSalted   = 11
)

// shape is the kind and the size of a policy to draw.
type shape struct {
	win        lang.Win
	each       bool
	flag       bool
	salted     bool
	named      bool
	candidates int
	voters     int
	threshold  int
	depth      int // confirmations
	grace      int // blocks, as written; 0 for the default
}

// Policy draws a policy file on regtest that loads and compiles: custodial, the
// paper's (both selectors) or hardened with one joint key or one each; plain or
// salted; 2 to 12 candidates; 2 to 9 voters, sometimes named; up to three branches.
// Fees fit the stake. It has no allow lines.
func Policy(draw Draw) []byte {
	s := shape{
		win:    []lang.Win{lang.WinHardened, lang.WinHardened, lang.WinPaper, lang.WinCustodial}[draw("win", 4)],
		named:  draw("named", 4) == 0,
		voters: 2 + draw("voters", 8),
		depth:  1 + draw("confirmations", 2),
		grace:  draw("grace", 4),
	}
	most := mostHardened
	if s.win == lang.WinHardened {
		s.each = draw("each", 2) == 1
	} else {
		s.flag = draw("flag", 2) == 1
	}
	if s.win != lang.WinCustodial {
		s.salted = draw("salted", 3) == 0
	}
	if s.salted {
		most = mostSalted
	}
	s.candidates = 2 + draw("candidates", most-1)
	least := 2
	if s.win == lang.WinCustodial {
		least = 1
	}
	s.threshold = least + draw("threshold", s.voters-least+1)
	return s.write(draw)
}

// write draws names and numbers and writes the file.
func (s shape) write(draw Draw) []byte {
	salt := fmt.Sprintf("drawn %d ", draw("keys", 1<<16))
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, "  "+format+"\n", a...) }
	fmt.Fprintf(&b, "bevote 1\n\nelection drawn_%d {\n", draw("election", 1000))
	line("network regtest")
	line("supervisor pub:%s", Key(salt+"supervisor"))
	var names []string
	if s.named {
		for i := range s.voters {
			names = append(names, fmt.Sprintf("v%d", i+1))
			line("voter v%d pub:%s", i+1, Key(fmt.Sprintf("%svoter v%d", salt, i+1)))
		}
	} else {
		line("voters %d", s.voters)
		line("mixing none")
	}
	line("threshold %d of %d", s.threshold, s.voters)
	line("stake %d sat", 400_000+draw("stake", 1_000_000))
	line("fee %d sat/vB", 1+draw("fee", 25))
	line("confirmations %d", s.depth)
	if s.grace > 0 {
		line("grace %d blocks", s.grace)
	}
	s.times(line, draw)
	for j := range s.candidates {
		name := fmt.Sprintf("%s%d", []string{"ann", "bo", "c_"}[draw("name", 3)], j+1)
		names = append(names, name)
		display := []string{"", fmt.Sprintf(` "Name %d, with \ and é"`, j+1)}[draw("display", 2)]
		line("candidate %s%s { key pub:%s pay addr:%s }", name, display,
			Key(salt+"candidate "+name), Address("regtest", salt+"payout "+name))
	}
	s.spending(line)
	for _, branch := range s.branches(draw, names) {
		line("%s", branch)
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

// defaultGrace is the grace of a policy with up to three confirmations that says none.
const defaultGrace = 6

// times writes the heights: room for a coinbase to mature, then phases with at least
// the room that the rules ask for.
func (s shape) times(line func(string, ...any), draw Draw) {
	at := 110 + draw("roll", 10)
	after := func(gap int) int { at += gap + draw("gap", 4); return at }
	room := cmp.Or(s.grace, defaultGrace) + s.depth + 2
	line("roll by block %d", at)
	if s.win != lang.WinCustodial {
		line("commit by block %d", after(room))
		line("deal by block %d", after(room))
		line("setup by block %d", after(room))
	}
	from := after(room)
	line("vote from block %d to block %d", from, after(s.depth+8))
	line("claim by block %d", after(s.depth+6))
	line("timeout block %d", after(s.depth+6))
	line("reveal from block %d", after(s.depth+6))
}

func (s shape) spending(line func(string, ...any)) {
	switch {
	case s.each:
		line("joint by voters for each candidate")
	case s.win != lang.WinCustodial:
		line("joint by voters")
	}
	line("win when %s", map[lang.Win]string{
		lang.WinHardened: "joint and candidate sign", lang.WinPaper: "joint signs", lang.WinCustodial: "supervisor signs",
	}[s.win])
	line("refund voter after timeout")
	if s.salted {
		line("ballots salted")
	}
	if s.flag {
		line("target p2sh { selector flag }")
	}
}
