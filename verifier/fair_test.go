package verifier

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/mixing"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/evidence"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// fair is an exchange of seven voters and two mixers, made by hand with small
// numbers: who lies here need not get past a mempool or an honest role.
//
//	block 100  announcement        T1 102  requests, acceptances
//	block 103  tx2                 T2 104
//	                               T3 110  sessions, seen 105
//	block 112  sweeps              T4 112  vouchers, seen 111
//	block 113  tx3                 T5 114
//	block 116  repayment           roll by 120, block 120 its anchor
type fair struct {
	t      *testing.T
	e      *election.Election
	keys   map[string]curve.Scalar
	random io.Reader
	log    *board.Log
	seen   uint32                   // of lines being written
	chain  map[uint32][]*wire.MsgTx // by height
	tail   wire.OutPoint            // output 1 of the last anchor
	mixers []*stall
	voters []*visitor
	untold board.Payout                                   // of a lie that keeps it back
	lie    func(step string, i int, what any) (skip bool) // before each step, with what it is about to write or to pay
}

// stall is a mixer: its key, what it announces, and what it signs with.
type stall struct {
	key    curve.Scalar
	public curve.PublicKey
	issuer mixing.Issuer
	scheme mixing.Verifier
	bytes  []byte // announced
}

// guild are the secrets of a scheme, the same for every fair.
type guild struct {
	modulus []byte // the manager's, group-blind only
	issuers []mixing.Issuer
	schemes []mixing.Verifier
	keys    [][]byte // announced
}

// guilds are made once: their keys take longer than an exchange.
var guilds = map[string]func(*fair) *guild{lang.SchemeGroupBlind: madeOnce(groupGuild), lang.SchemeBlindRSA: madeOnce(rsaGuild)}

func madeOnce(make func(*fair) *guild) func(*fair) *guild {
	var made *guild
	return func(f *fair) *guild {
		if made == nil {
			made = make(f)
		}
		return made
	}
}

func groupGuild(f *fair) *guild {
	manager, err := mixing.NewManager(f.random, f.e.EID, f.e.Policy.Mixing.Modulus)
	f.must(err)
	group, err := mixing.NewGroup(f.e.EID, manager.Modulus(), f.e.Policy.Mixing.Rounds)
	f.must(err)
	g := &guild{modulus: manager.Modulus().Bytes()}
	for _, m := range f.mixers {
		s, err := group.NewSigner(f.random, mixing.Who(m.public, 1))
		f.must(err)
		w, err := manager.Admit(mixing.Who(m.public, 1), s.Member().Bytes(), s.Request())
		f.must(err)
		f.must(s.Accept(w))
		g.issuers, g.schemes, g.keys = append(g.issuers, s), append(g.schemes, group), append(g.keys, s.Member().Bytes())
	}
	return g
}

func rsaGuild(f *fair) *guild {
	g := new(guild)
	for _, m := range f.mixers {
		s, err := mixing.NewRSASigner(f.random, f.e.EID, f.e.Policy.Mixing.Modulus, m.public[:])
		f.must(err)
		g.issuers, g.schemes, g.keys = append(g.issuers, s), append(g.schemes, s.Key()), append(g.keys, s.Key().Bytes())
	}
	return g
}

// visitor is a voter on its way from deposit to coin.
type visitor struct {
	i                int
	key, roll        curve.Scalar // registration and roll key
	holding, paying  *stall
	outpoint, coin   wire.OutPoint
	held, paid       board.Hash // nonces
	blinding         mixing.Blinding
	session          mixing.Session
	offer, challenge []byte
	signature        []byte
}

const (
	fairVoters = 7
	fairMixers = 2
)

// newFair prepares an exchange by a scheme. Nothing has happened yet.
func newFair(t *testing.T, scheme string) *fair {
	t.Helper()
	text, err := os.ReadFile("../examples/club_chair.bev")
	if err != nil {
		t.Fatal(err)
	}
	source := strings.NewReplacer("voters     5", "voters     7", "3 of 5", "4 of 7",
		"mixing     none", map[string]string{
			lang.SchemeGroupBlind: "mixing group-blind { modulus 2048  rounds 128  mixers 2 }",
			lang.SchemeBlindRSA:   "mixing blind-rsa { modulus 2048  mixers 2 }",
		}[scheme], "roll    by block 110", "register by block 50\ndeposit by block 60\nissue by block 75\nvoucher by block 82\npayout by block 92\n"+
			"roll    by block 110").Replace(string(text))
	policy, keys, err := workbench.StandIns([]byte(source), 1)
	if err != nil {
		t.Fatal(err)
	}
	built, diags, err := workbench.Build(policy)
	if err != nil || built == nil {
		t.Fatal(err, diags)
	}
	f := &fair{t: t, keys: keys, random: rand.NewChaCha8([32]byte{1}), chain: make(map[uint32][]*wire.MsgTx)}
	f.lie = func(string, int, any) bool { return false }
	if f.e, err = election.Load(policy, built.Contract.Encode()); err != nil {
		t.Fatal(err)
	}
	f.e.Policy.Mixing.Modulus, f.e.Policy.Mixing.Rounds = 512, 16 // quick; the language asks for more
	if scheme == lang.SchemeBlindRSA {
		f.e.Policy.Mixing.Modulus = 1024
	}
	f.e.Policy.Times = lang.Times{
		Register: 101, Deposit: 104, Issue: 110, Voucher: 112, Payout: 114, Roll: 119, Commit: 122, Deal: 125, Setup: 128,
		VoteFrom: 131, VoteTo: 140, Claim: 150, Timeout: 160, Reveal: 170,
	}
	f.log = board.NewLog(f.e.EID)
	for i := range fairMixers {
		key := curve.NewScalar(uint32(500 + i))
		f.mixers = append(f.mixers, &stall{key: key, public: curve.BaseMul(key).Key()})
	}
	for i := range fairVoters {
		f.voters = append(f.voters, &visitor{
			i: i, key: curve.NewScalar(uint32(1000 + i)), roll: curve.NewScalar(uint32(2000 + i)),
			holding: f.mixers[i%fairMixers], paying: f.mixers[(i+1)%fairMixers],
			held: board.Hash{1, byte(i)}, paid: board.Hash{2, byte(i)},
		})
	}
	return f
}

func (f *fair) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// say appends a line as it is.
func (f *fair) say(by curve.Scalar, body board.Body) {
	f.t.Helper()
	l, err := board.Sign(f.e.EID, by, board.Seen{Height: f.seen}, body)
	f.must(err)
	f.must(f.log.Append(l))
}

// line writes a body that the lie may change.
func line[T board.Body](f *fair, step string, i int, by curve.Scalar, body T) {
	f.t.Helper()
	if !f.lie(step, i, &body) {
		f.say(by, body)
	}
}

// pay mines a transaction from a key's P2PKH, unless the lie takes its place.
func (f *fair) pay(step string, i int, height uint32, by curve.Scalar, outs ...*wire.TxOut) *wire.MsgTx {
	tx := f.spending(by, outs...)
	if f.lie(step, i, tx) {
		return tx
	}
	f.mine(height, by, tx)
	return tx
}

// spending is a transaction that spends some output of a key.
func (f *fair) spending(by curve.Scalar, outs ...*wire.TxOut) *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	var from wire.OutPoint
	_, err := io.ReadFull(f.random, from.Hash[:])
	f.must(err)
	tx.AddTxIn(wire.NewTxIn(&from, nil, nil))
	tx.TxOut = outs
	return tx
}

// mine signs every empty input by a key's P2PKH and puts the transaction into a block.
func (f *fair) mine(height uint32, by curve.Scalar, tx *wire.MsgTx) {
	public := curve.BaseMul(by).Key()
	for i, in := range tx.TxIn {
		if len(in.SignatureScript) == 0 {
			in.SignatureScript = f.script(f.sign(by, tx, i, templates.PayToKey(public)), public[:])
		}
	}
	f.chain[height] = append(f.chain[height], tx)
}

func (f *fair) sign(by curve.Scalar, tx *wire.MsgTx, i int, code []byte) []byte {
	hash, err := txscript.CalcSignatureHash(code, txscript.SigHashAll, tx, i)
	f.must(err)
	sig, err := curve.SignECDSA(by, [32]byte(hash))
	f.must(err)
	return append(sig, byte(txscript.SigHashAll))
}

func (f *fair) script(items ...[]byte) []byte {
	b := txscript.NewScriptBuilder()
	for _, item := range items {
		b.AddData(item)
	}
	s, err := b.Script()
	f.must(err)
	return s
}

// anchor closes a phase in a block.
func (f *fair) anchor(kind int, height uint32) {
	data, err := txscript.NewScriptBuilder().AddOp(txscript.OP_RETURN).AddData(election.AnchorData(kind, f.e.EID, f.log.Head())).Script()
	f.must(err)
	supervisor := f.keys["supervisor"]
	own := templates.PayToKey(f.e.Policy.Supervisor)
	tx := f.spending(supervisor, wire.NewTxOut(0, data), wire.NewTxOut(1000, own), wire.NewTxOut(1000, own))
	if kind != election.Announce {
		tx.LockTime, tx.TxIn[0].Sequence, tx.TxIn[0].PreviousOutPoint = height-1, election.AnchorSequence, f.tail
	}
	f.mine(height, supervisor, tx)
	f.tail = wire.OutPoint{Hash: tx.TxHash(), Index: 1}
}

// op is the output of a transaction that pays a script, in wire form too.
func (f *fair) op(tx *wire.MsgTx, script []byte) (wire.OutPoint, board.Hex) {
	i := slices.IndexFunc(tx.TxOut, func(out *wire.TxOut) bool { return bytes.Equal(out.PkScript, script) })
	op := wire.OutPoint{Hash: tx.TxHash(), Index: uint32(max(i, 0))}
	w := election.EncodeOutpoint(op)
	return op, w[:]
}

const fairTip = 130

// audit reads what happened up to a block.
func (f *fair) audit(tip uint32) *facts {
	in := &inputs{e: f.e, lines: f.log.Lines(), ring: new(curve.Keyring)}
	ch := &chained{inputs: in, tip: tip, chain: new(evidence.Chain), replay: election.NewReplay(f.e, in.lines)}
	for h := uint32(100); h <= tip; h++ {
		b := &wire.MsgBlock{}
		b.AddTransaction(wire.NewMsgTx(2))
		for _, tx := range f.chain[h] {
			b.AddTransaction(tx)
		}
		ch.replay.Block(h, b)
	}
	a, err := establish(ch, nil)
	f.must(err)
	return a
}

// speaks lists the checks of registration and mixing that do not pass.
func (f *fair) speaks() (ids []string) {
	a := f.audit(fairTip)
	for _, fam := range families() {
		for _, r := range fam.rules {
			if !strings.Contains(" V10 V11 V19 V20 V22 V23 V24 V25 V26 V27 V28 V29 V30 V31 V32 V33 V34 V35 V36 V37 V38 V105 ", " "+r.ID+" ") {
				continue
			}
			c, _ := r.run(a, nil)
			if c.Status != result.Pass && c.Status != result.Skipped {
				ids = append(ids, c.ID)
				f.t.Logf("%s %s %d/%d %s %v", c.ID, c.Status, c.Examined, c.Expected, c.Reason, c.Items)
			}
			if c.Status == result.Pass && c.Examined != c.Expected {
				f.t.Errorf("%s examined %d of %d", c.ID, c.Examined, c.Expected)
			}
		}
	}
	slices.SortFunc(ids, func(x, y string) int { return len(x)*1000 - len(y)*1000 + strings.Compare(x, y) })
	return ids
}
