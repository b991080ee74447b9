package lang

import (
	"fmt"
	"sort"
	"strings"

	"github.com/btcsuite/btcd/address/v2/bech32"

	"bevote/internal/curve"
)

// Fees that a voter pays beside the stake, in virtual bytes at the policy's rate:
//
//	coin      the vote transaction
//	deposit   the same, and a mixer's share of each deposit: the input that sweeps
//	          it and the output that pays a coin
const (
	coinSize    = 290
	depositSize = 500
)

// idPrefix is the human-readable part of a policy id.
const idPrefix = "bvp"

// Core returns the policy's meaning as text: one fact a line, each ended by LF,
// in the order of docs/language.md. Comments, tests and allow lines are not in it.
func (p *Policy) Core() []byte {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	line("bevote-core 1")
	line("election %s", p.Election)
	line("network %s", p.Network)
	line("supervisor %s", p.Supervisor)
	p.coreVoters(line)
	line("threshold %d %d", p.K, p.Of)
	line("stake %d", p.Stake)
	line("fee %d", p.Fee)
	line("confirmations %d", p.Confirmations)
	line("grace %d", p.Grace)
	if p.Seal != nil {
		line("announced %s", p.Seal)
	}
	p.coreMixing(line)
	p.coreTimes(line)
	for _, c := range p.Candidates {
		line("candidate %s \"%s\" %s %x", c.Name, c.Display, c.Key, c.Payout)
	}
	line("joint %s", p.Joint)
	if p.Salted {
		line("ballots salted")
	} else {
		line("ballots plain")
	}
	line("target p2sh %s", p.Selector)
	for _, q := range p.Paths() {
		line("%s", q)
	}
	return []byte(b.String())
}

func (p *Policy) coreVoters(line func(string, ...any)) {
	if len(p.Named) == 0 {
		line("voters %d", p.Voters)
	}
	for _, v := range p.Named {
		line("voter %s %s", v.Name, v.Key)
	}
}

func (p *Policy) coreMixing(line func(string, ...any)) {
	m := p.Mixing
	switch m.Scheme {
	case SchemeGroupBlind:
		line("mixing %s %d %d %d", m.Scheme, m.Modulus, m.Rounds, m.Mixers)
	case SchemeBlindRSA:
		line("mixing %s %d %d", m.Scheme, m.Modulus, m.Mixers)
	default:
		line("mixing %s", SchemeNone)
	}
	for _, x := range m.Named {
		line("mixer %s %s", x.Name, x.Key)
	}
}

func (p *Policy) coreTimes(line func(string, ...any)) {
	t := p.Times
	if p.Mixed() {
		line("register %d", t.Register)
		line("deposit %d", t.Deposit)
		line("issue %d", t.Issue)
		line("voucher %d", t.Voucher)
		line("payout %d", t.Payout)
	}
	line("roll %d", t.Roll)
	if p.Dealt() {
		line("commit %d", t.Commit)
		line("deal %d", t.Deal)
		line("setup %d", t.Setup)
	}
	line("vote %d %d", t.VoteFrom, t.VoteTo)
	line("claim %d", t.Claim)
	line("timeout %d", t.Timeout)
	line("reveal %d", t.Reveal)
}

// EID returns the election id TH("policy", core), where TH is the tagged hash of
// BIP 340 over SHA-256. Every message of the election binds it.
func (p *Policy) EID() [32]byte { return curve.TaggedHash("policy", p.Core()) }

// ID returns the policy id: [Policy.EID] in bech32m (BIP 350) with the prefix bvp.
func (p *Policy) ID() string {
	eid := p.EID()
	groups, err := bech32.ConvertBits(eid[:], 8, 5, true)
	if err != nil {
		panic("lang: regrouping 32 bytes: " + err.Error())
	}
	id, err := bech32.EncodeM(idPrefix, groups)
	if err != nil {
		panic("lang: encoding a policy id: " + err.Error())
	}
	return id
}

// Paths returns every way to spend a stake, sorted as in the core:
//
//	refund        the voter, after the timeout
//	win.NAME      each candidate with the joint key (hardened), or one win for all
//	branch.NAME   one path for each minimal signer set of the branch
func (p *Policy) Paths() []Path {
	paths := []Path{{Name: "refund", Signers: []string{"voter"}, After: p.Times.Timeout}}
	switch p.Win {
	case WinHardened:
		for _, c := range p.Candidates {
			paths = append(paths, Path{Name: "win." + c.Name, Signers: []string{p.JointName(c.Name) + "+" + c.Name}})
		}
	case WinPaper:
		paths = append(paths, Path{Name: "win", Signers: []string{"joint"}})
	case WinCustodial:
		paths = append(paths, Path{Name: "win", Signers: []string{"supervisor"}})
	default:
		panic("lang: unknown win line " + string(p.Win))
	}
	for _, b := range p.Branches {
		for _, set := range b.Signers {
			paths = append(paths, Path{Name: "branch." + b.Name, Signers: set, After: b.After})
		}
	}
	sort.Slice(paths, func(i, j int) bool { return paths[i].String() < paths[j].String() })
	return paths
}

// String returns the path's line of the core, without the LF.
func (q Path) String() string {
	return fmt.Sprintf("path %s %s after %d", q.Name, strings.Join(q.Signers, ","), q.After)
}

// JointName returns the role name of a candidate's joint key: joint.NAME where
// each candidate has one, else joint.
func (p *Policy) JointName(candidate string) string {
	if p.Joint == JointEach {
		return "joint." + candidate
	}
	return "joint"
}

// JointKeys returns the number of joint keys that the voters deal: 0, 1, or one
// for each candidate.
func (p *Policy) JointKeys() int {
	switch p.Joint {
	case JointOne:
		return 1
	case JointEach:
		return len(p.Candidates)
	default:
		return 0
	}
}

// KeyNumber returns the number, from 1, of the joint key whose shares the
// ballots for candidate number j carry: j where each candidate has a joint key,
// else 1.
func (p *Policy) KeyNumber(j int) int {
	if p.Joint == JointEach {
		return j
	}
	return 1
}

// Depth returns the number of confirmations by which a block is final, the block
// itself included: what the policy says, at least 1.
func (p *Policy) Depth() uint32 { return max(1, p.Confirmations) }

// Dealt reports whether the voters deal a joint key, and so whether the election
// has the phases commit, deal and setup. A custodial one has not.
func (p *Policy) Dealt() bool { return p.Joint != JointNone }

// First returns the height that closes the first phase. The announcement stands in a
// block below it.
func (p *Policy) First() uint32 {
	if p.Mixed() {
		return p.Times.Register
	}
	return p.Times.Roll
}

// Blocks below the first height in which an announcement counts that spends no coin
// of the policy's choice.
const (
	announcedWithin        = 2016
	announcedWithinRegtest = 300
)

// AnnouncedFrom returns the first block in which an announcement counts: block 1 where
// the policy names the coin that it spends, else the one 2,016 blocks below the first
// height, on regtest 300.
func (p *Policy) AnnouncedFrom() uint32 {
	within := uint32(announcedWithin)
	if p.Network == "regtest" {
		within = announcedWithinRegtest
	}
	if p.Seal != nil || p.First() <= within {
		return 1
	}
	return p.First() - within
}

// Coin returns the value of a voter's eligible coin in satoshis: the stake, and
// the fee of a vote transaction of 290 virtual bytes.
func (p *Policy) Coin() int64 { return p.Stake + p.Fee*coinSize }

// Mixed reports whether the voters' coins are mixed, and so whether the election
// has deposits and its contract an escrow.
func (p *Policy) Mixed() bool { return p.Mixing.Scheme != SchemeNone }

// Deposit returns the value of a mixing deposit in satoshis: [Policy.Coin], and the
// fees of 500 virtual bytes.
func (p *Policy) Deposit() int64 { return p.Coin() + p.Fee*depositSize }

// EscrowPaths returns every way to spend a deposit, sorted like [Policy.Paths], or
// none without mixing. They follow from the mixing statement and are not in the
// core.
//
//	return   the depositor, after the block of roll by
//	sweep    mixer and supervisor together
func (p *Policy) EscrowPaths() []Path {
	if !p.Mixed() {
		return nil
	}
	return []Path{
		{Name: "return", Signers: []string{"depositor"}, After: p.Times.Roll},
		{Name: "sweep", Signers: []string{"mixer", "supervisor"}},
	}
}

// CandidateNumber returns the number j of a candidate, from 1, or 0 for a name that
// is no candidate's.
func (p *Policy) CandidateNumber(name string) int {
	for i, c := range p.Candidates {
		if c.Name == name {
			return i + 1
		}
	}
	return 0
}

// Knows reports whether all of these facts could be read from the file or follow
// from a default. In a
// policy without errors all facts of its kind of election are known.
//
//	a keyword   the statement
//	candidate   every candidate line
//	branch      every branch line
//	payouts     every candidate's output script
//	voters      their number, counted or named
//	joint       the statement, or its absence in a custodial election
func (p *Policy) Knows(what ...string) bool {
	for _, w := range what {
		if !p.known[w] {
			return false
		}
	}
	return true
}

// Place returns the place of a statement in the file, by its keyword ("stake",
// "win", "timeout"), or by keyword and name ("candidate alice", "branch rescue");
// "selector" is the word of the target statement. What the file leaves to its
// default is at the election's name.
func (p *Policy) Place(what string) Span {
	if s, ok := p.places[what]; ok {
		return s
	}
	return p.places["election"]
}
