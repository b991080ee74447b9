package verifier

import (
	"bytes"
	"maps"
	"slices"

	"bevote/internal/curve"
	"bevote/lang"
	"bevote/templates"
	"bevote/verifier/board"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/address/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// play goes through the whole exchange, honest but for the lie.
func (f *fair) play() {
	f.t.Helper()
	f.seen = 99
	f.say(f.keys["supervisor"], board.Open{Server: f.e.Policy.Supervisor})
	f.anchor(election.Announce, 100)
	f.seen = 101
	f.anchor(election.RegisterClosed, 102)
	f.register()
	f.request()
	f.seen = 103
	f.deposit()
	f.anchor(election.DepositsClosed, 105)
	f.seen = 105
	for _, v := range f.voters {
		f.issue(v)
	}
	f.seen = 111
	f.anchor(election.IssuesClosed, 111)
	f.redeem()
	f.sweep()
	f.anchor(election.VouchersClosed, 113)
	f.seen = 113
	f.payOut()
	f.seen = 116
	f.settle()
	f.lie("end", 0, nil)
	f.enrol()
	f.anchor(election.RollClosed, 120)
}

// register makes the scheme's keys and publishes who takes part.
func (f *fair) register() {
	supervisor := f.keys["supervisor"]
	g := guilds[f.e.Policy.Mixing.Scheme](f)
	if g.modulus != nil {
		line(f, "manager", 0, supervisor, board.Manager{Modulus: bytes.Clone(g.modulus)})
	}
	for i, m := range f.mixers {
		m.issuer, m.scheme, m.bytes = g.issuers[i], g.schemes[i], bytes.Clone(g.keys[i])
		line(f, "mixer", i, m.key, board.Mixer{Name: string('a' + rune(i)), Key: m.bytes})
	}
	r := board.Registry{Deadlines: board.List[uint32]{102, 104, 110, 112, 114}}
	for _, m := range f.mixers {
		r.Mixers = append(r.Mixers, m.public)
	}
	for i, v := range f.voters {
		r.Voters = append(r.Voters, board.Registered{Key: curve.BaseMul(v.key).Key(), Identity: board.Hash{9, byte(i)}})
	}
	slices.SortFunc(r.Voters, func(x, y board.Registered) int { return bytes.Compare(x.Key[:], y.Key[:]) })
	f.lie("voters", 0, &r)
	r.Root = board.RegistryRoot(f.e.EID, r.Voters)
	line(f, "registry", 0, supervisor, r)
}

// request is M1 to M4.
func (f *fair) request() {
	for i, v := range f.voters {
		line(f, "hold", i, v.key, board.Request{For: board.ForHolding, Mixer: v.holding.public, Deadlines: board.List[uint32]{104, 110}})
		line(f, "pay", i, v.roll, board.Request{For: board.ForPaying, Mixer: v.paying.public, Deadlines: board.List[uint32]{112, 114}})
		redeem := f.escrow(v)
		line(f, "held", i, v.holding.key, board.Accept{For: board.ForHolding, To: curve.BaseMul(v.key).Key(), Nonce: v.held, Escrow: address.Hash160(redeem)})
		line(f, "paid", i, v.paying.key, board.Accept{For: board.ForPaying, To: curve.BaseMul(v.roll).Key(), Nonce: v.paid})
	}
}

func (f *fair) escrow(v *visitor) []byte {
	redeem, err := f.e.EscrowRedeem(v.holding.public, curve.BaseMul(v.key).Key())
	f.must(err)
	return redeem
}

// deposit is tx2 and M5.
func (f *fair) deposit() {
	for i, v := range f.voters {
		script := templates.PayToRedeem(f.escrow(v))
		tx := f.pay("tx2", i, 103, v.key, wire.NewTxOut(f.e.Policy.Deposit(), script), wire.NewTxOut(5000, templates.PayToKey(curve.BaseMul(v.key).Key())))
		op, w := f.op(tx, script)
		v.outpoint = op
		line(f, "deposit", i, v.key, board.Deposit{Mixer: v.holding.public, Nonce: v.held, Outpoint: w})
	}
}

// issue is a session, M6 its end.
func (f *fair) issue(v *visitor) {
	depositor := curve.BaseMul(v.key).Key()
	var err error
	v.session, err = v.holding.issuer.Open(f.random)
	f.must(err)
	v.offer = v.session.Offer()
	message := board.VoucherMessage(f.e.EID, curve.BaseMul(v.roll).Key(), v.paying.public, v.paid)
	v.blinding = v.holding.scheme.Blind(f.random, message[:])
	v.challenge, err = v.blinding.Challenge(v.offer)
	f.must(err)
	answer, err := v.session.Answer(v.challenge)
	f.must(err)
	v.signature, err = v.blinding.Finish(answer)
	f.must(err)
	line(f, "offer", v.i, v.holding.key, board.Offer{To: depositor, Offer: v.offer})
	line(f, "challenge", v.i, v.key, board.Challenge{Offer: board.OfferHash(f.e.EID, v.offer), Challenge: v.challenge})
	line(f, "issue", v.i, v.holding.key, board.Issue{To: depositor, Answer: answer})
}

// redeem is M7.
func (f *fair) redeem() {
	for i, v := range f.voters {
		b := board.Voucher{Mixer: v.paying.public, Nonce: v.paid, Signature: v.signature}
		if f.e.Policy.Mixing.Scheme == lang.SchemeBlindRSA {
			b.Issuer = v.holding.public[:]
		}
		line(f, "voucher", i, v.roll, b)
	}
}

// sweep brings each mixer's deposits into the pool.
func (f *fair) sweep() {
	for n, m := range f.mixers {
		tx := wire.NewMsgTx(2)
		var held []*visitor
		for _, v := range f.voters {
			if v.holding == m && !f.lie("unswept", v.i, v) {
				held = append(held, v)
				tx.AddTxIn(wire.NewTxIn(&v.outpoint, nil, nil))
			}
		}
		if len(held) == 0 {
			continue
		}
		tx.AddTxOut(wire.NewTxOut(f.e.Policy.Deposit()*int64(len(held))-4000, templates.PayToKey(f.e.Policy.Supervisor)))
		if f.lie("sweep", n, tx) {
			continue
		}
		for i, v := range held {
			redeem := f.escrow(v)
			tx.TxIn[i].SignatureScript = f.script(f.sign(f.keys["supervisor"], tx, i, redeem), f.sign(m.key, tx, i, redeem), redeem)
		}
		f.mine(112, f.keys["supervisor"], tx)
	}
}

// payOut is tx3, one of each mixer, and where the coins are.
func (f *fair) payOut() {
	for n, m := range f.mixers {
		var outs []*wire.TxOut
		var paid []*visitor
		for _, v := range f.voters {
			if v.paying == m && !f.lie("unpaid", v.i, v) {
				outs, paid = append(outs, wire.NewTxOut(f.e.Policy.Coin(), templates.PayToKey(curve.BaseMul(v.roll).Key()))), append(paid, v)
			}
		}
		outs = append(outs, wire.NewTxOut(7777, templates.PayToKey(m.public)))
		tx := f.pay("tx3", n, 113, m.key, outs...)
		for _, v := range paid {
			f.tell(v, m.key, tx)
		}
	}
}

// tell writes where a voter's coin is.
func (f *fair) tell(v *visitor, by curve.Scalar, tx *wire.MsgTx) {
	roll := curve.BaseMul(v.roll).Key()
	op, w := f.op(tx, templates.PayToKey(roll))
	v.coin = op
	line(f, "payout", v.i, by, board.Payout{Key: roll, Outpoint: w})
}

// settle repays the mixers by the account, in one transaction.
func (f *fair) settle() {
	supervisor := f.keys["supervisor"]
	account := f.account(115)
	var outs []*wire.TxOut
	var b board.Settlement
	for _, m := range account.Mixers {
		if owed := account.Owed(m); owed > 0 {
			outs = append(outs, wire.NewTxOut(owed, templates.PayToKey(m.Key)))
		}
	}
	tx := f.pay("repay", 0, 116, supervisor, outs...)
	for _, m := range account.Mixers {
		if account.Owed(m) > 0 {
			_, w := f.op(tx, templates.PayToKey(m.Key))
			b.Repaid = append(b.Repaid, board.Repaid{Mixer: m.Key, Outpoint: w})
		}
	}
	pool := account.Pool(nil)
	for _, out := range tx.TxOut {
		pool.Repaid += out.Value
	}
	if len(tx.TxOut) > 0 {
		pool.Fees += f.e.Policy.Fee * int64(tx.SerializeSize())
	}
	b.Residual = pool.Residual()
	line(f, "settlement", 0, supervisor, b)
}

// account is the exchange as the supervisor sees it at a block.
func (f *fair) account(tip uint32) *election.Exchange {
	r, m := election.NewReplay(f.e, f.log.Lines()), election.NewExchangeLog(f.e)
	for h := uint32(100); h <= tip; h++ {
		r.Block(h, &wire.MsgBlock{Transactions: f.chain[h]})
	}
	for i := range f.log.Lines() {
		m.Read(i+1, &f.log.Lines()[i])
	}
	return f.e.Exchange(m, r)
}

// enrol writes the entries and the roll.
func (f *fair) enrol() {
	lines := make(map[curve.PublicKey]int)
	for i, v := range f.voters {
		w := election.EncodeOutpoint(v.coin)
		b := board.Entry{Outpoint: w[:]}
		if f.lie("roll", i, &b) {
			continue
		}
		f.say(v.roll, b)
		lines[curve.BaseMul(v.roll).Key()] = len(f.log.Lines())
	}
	keys := slices.SortedFunc(maps.Keys(lines), func(x, y curve.PublicKey) int { return bytes.Compare(x[:], y[:]) })
	var roll board.Roll
	for _, key := range keys {
		roll.Entries = append(roll.Entries, lines[key])
	}
	f.say(f.keys["supervisor"], roll)
}
