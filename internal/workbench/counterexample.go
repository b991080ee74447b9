package workbench

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"bevote/compiler"
	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
)

// maxIllustrated is for how many diagnostics of a file transactions are tried.
// Nobody reads more, and a file may have thousands.
const maxIllustrated = 10

// theft is a spend that a policy allows and its author may not have meant.
type theft struct {
	says    string
	path    string // of the contract
	taker   string // role whose key is paid
	flag    []byte // what is pushed in the place of the last flag, nil for the flag itself
	witness []string
}

// Illustrate gives the diagnostics that say what somebody could do to a stake a
// transaction that does it, on the compiled script with stand-ins for all keys:
// those of W0401, W0402, W0604 and E0303. The others stay as they are, and so
// do these where mistakes leave the script unknown. The error is a bug of this
// program: the script engine refuses what the diagnostic says.
func Illustrate(src []byte, diags []lang.Diagnostic) ([]lang.Diagnostic, error) {
	out, illustrated := slices.Clone(diags), []string{"W0401", "W0402", "W0604", "E0303"}
	var g *gallery
	tried := 0
	for i, d := range out {
		if !slices.Contains(illustrated, d.Code) || tried == maxIllustrated {
			continue
		}
		if g == nil {
			if g = newGallery(src, diags); g == nil {
				return out, nil
			}
		}
		tried++
		t, err := g.counterexample(d)
		if err != nil {
			return nil, fmt.Errorf("transaction for %s: %w", d.Code, err)
		}
		out[i].Transaction = t
	}
	return out, nil
}

// gallery makes the transactions for one file.
type gallery struct {
	draft  *lang.Policy
	stakes map[string]*stake // by the role of the voter whose stake it is, "" for anybody's
}

// newGallery returns nil where the draft does not tell the script, or has
// mistakes for which there is none.
func newGallery(src []byte, diags []lang.Diagnostic) *gallery {
	if slices.ContainsFunc(diags, func(d lang.Diagnostic) bool { return d.IsError() && d.Code[1:] > "0600" && d.Code[1:] < "0800" }) {
		return nil
	}
	p, _ := lang.Draft(src, 0)
	if p == nil || !p.Knows("win", "joint", "target", "branch", "candidate", "timeout", "ballots", "stake", "fee", "voters") ||
		p.Win == lang.WinCustodial && !p.Knows("supervisor") {
		return nil
	}
	return &gallery{p, map[string]*stake{}}
}

// counterexample makes the transaction that a diagnostic is about, nil if there
// is none.
func (g *gallery) counterexample(d lang.Diagnostic) (*lang.Transaction, error) {
	t, ok := theftOf(g.draft, d)
	if !ok {
		return nil, nil
	}
	voter := ""
	if len(d.Roles) > 0 && strings.HasPrefix(d.Roles[0], "voter ") {
		voter = d.Roles[0]
	}
	if g.stakes[voter] == nil {
		s, err := castDraft(g.draft, voter)
		if s == nil {
			return nil, err
		}
		g.stakes[voter] = s
	}
	return g.stakes[voter].commit(t)
}

// theftOf plans the spend that a diagnostic is about.
func theftOf(p *lang.Policy, d lang.Diagnostic) (theft, bool) {
	switch {
	case d.Code == "W0401" && p.Win == lang.WinCustodial:
		return theft{says: "the supervisor pays a stake to a stranger", path: "win", taker: stranger}, true
	case d.Code == "W0401":
		return theft{says: "whoever knows the joint secret pays a stake to a stranger", path: "win", taker: stranger}, true
	case d.Code == "W0402" && len(p.Candidates) > 1:
		elected, other := p.Candidates[0].Name, p.Candidates[1].Name
		return theft{
			says: fmt.Sprintf("%s takes a stake with the joint secret that elected %s", other, elected),
			path: "win." + other, taker: other,
		}, true
	case d.Code == "W0604":
		return theft{
			says: "somebody who relays a claim writes another flag: the same spend under another txid",
			path: "win", taker: p.Candidates[0].Name, flag: []byte{0xbe, 0xef},
		}, true
	case d.Code == "E0303" && len(d.Roles) == 2:
		return sharedKey(p, d.Roles[0], d.Roles[1])
	}
	return theft{}, false
}

// sharedKey plans what one of two who have the same key does by the other's part.
func sharedKey(p *lang.Policy, part, other string) (theft, bool) {
	kind, name, _ := strings.Cut(part, " ")
	who := "the " + other
	if _, name, ok := strings.Cut(other, " "); ok {
		who = name
	}
	switch kind {
	case "candidate":
		return theft{
			says: fmt.Sprintf("%s makes %s's claim with the joint secret and the key that both have, and pays a stranger", who, name),
			path: "win." + name, taker: stranger,
		}, p.Win == lang.WinHardened
	case "supervisor":
		return theft{says: who + " claims as the supervisor, and pays a stranger", path: "win", taker: stranger}, p.Win == lang.WinCustodial
	case "voter":
		return theft{says: fmt.Sprintf("%s takes %s's stake back after the timeout, and pays a stranger", who, name), path: "refund", taker: stranger}, true
	}
	return theft{}, false
}

// castDraft locks a stake under a draft with stand-ins for the keys of its
// script, one for each role: a lift could not tell roles apart that share a key.
// The stake is the voter's, if one is named by role. It is nil where the draft
// has mistakes that need bytes.
func castDraft(p *lang.Policy, voter string) (*stake, error) {
	q, keys := *p, map[string]curve.Scalar{}
	standInFor := func(role string) curve.PublicKey {
		keys[role] = standIn(trySeed, role)
		return curve.BaseMul(keys[role]).Key()
	}
	q.Supervisor = standInFor("supervisor")
	q.Candidates, q.Named = slices.Clone(p.Candidates), slices.Clone(p.Named)
	for i, c := range q.Candidates {
		q.Candidates[i].Key = standInFor("candidate " + c.Name)
		q.Candidates[i].Payout = templates.PayToKey(curve.BaseMul(standIn(trySeed, "payout "+c.Name)).Key())
	}
	for i, v := range q.Named {
		if role := "voter " + v.Name; role == voter || len(q.Branches) > 0 {
			q.Named[i].Key = standInFor(role)
		}
	}
	b, _, err := assemble(&q, compiler.Compile)
	if b == nil {
		return nil, err
	}
	return castStake(b, keys, func(role string) curve.Scalar {
		if role == "voter" && voter != "" {
			return keys[voter]
		}
		return standIn(trySeed, role)
	})
}

// commit makes the spend and shows it to the script engine.
func (s *stake) commit(t theft) (*lang.Transaction, error) {
	paths := s.built.Contract.Paths
	i := slices.IndexFunc(paths, func(q templates.Path) bool { return q.Name == t.path })
	if i < 0 {
		return nil, fmt.Errorf("no path %s", t.path)
	}
	t.witness = slices.Clone(paths[i].Witness)
	tx, err := s.spend(t.witness, paths[i].After, notFinal, t.taker)
	if err != nil {
		return nil, err
	}
	before := ""
	if t.flag != nil {
		before = tx.TxHash().String()
		if err := t.reflag(tx); err != nil {
			return nil, err
		}
	}
	if v := s.judge(tx); !v.accepted() {
		return nil, fmt.Errorf("refused: %w", errors.Join(v.consensus, v.relay))
	}
	out := s.funding.TxOut[0]
	return &lang.Transaction{
		Says: t.says, Lines: s.decoded(tx, t, before), Hex: encodeTx(tx),
		Script: hex.EncodeToString(out.PkScript), Stake: out.Value,
	}, nil
}

// reflag replaces the flag that an input pushes, which no signature covers.
func (t *theft) reflag(tx *wire.MsgTx) error {
	pushes, err := pushesOf(tx.TxIn[0].SignatureScript)
	if err != nil {
		return err
	}
	b, flag := txscript.NewScriptBuilder(), slices.Index(t.witness, "1")
	if flag < 0 {
		return errors.New("no flag to rewrite")
	}
	for i := range t.witness {
		if i == flag {
			b.AddData(t.flag)
		} else {
			b.AddData(pushes[i])
		}
	}
	t.witness[flag] = "flag"
	tx.TxIn[0].SignatureScript, err = b.Script()
	return err
}
