package roles_test

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/templates"
	"bevote/verifier/election"

	"github.com/btcsuite/btcd/wire/v2"
)

// An honest exchange gives every voter an anonymous coin and every mixer what
// it paid, and the auditor finds nothing.
func TestExchange(t *testing.T) {
	f := newFixture(t, 6, 2)
	f.close()
	for i := range f.voters {
		f.wantCoin(i)
	}
	for i := range f.mixers {
		f.wantRepaid(i)
	}
	f.wantFindings()
}

// wantCoin says that a voter ends with its anonymous coin, and with its balance less the deposit and the
// deposit's fee.
func (f *fixture) wantCoin(i int) {
	f.t.Helper()
	f.wantSeveralCoins(i, 1)
}

// wantSeveralCoins is wantCoin for a voter who was paid several.
func (f *fixture) wantSeveralCoins(i, coins int) {
	f.t.Helper()
	v, p := f.voters[i], f.e.Policy
	_, ok := v.Coin(f.exchange())
	if got := f.unspentSats(v.RollKey()); !ok || len(got) != coins || sum(got) != int64(coins)*p.Coin() {
		f.t.Errorf("voter %d: roll key has %v", i+1, got)
	}
	if got, want := sum(f.unspentSats(v.Key())), fundsOfVoter-p.Deposit()-p.Fee*depositBytes; got != want {
		f.t.Errorf("voter %d: registration key has %d, want %d", i+1, got, want)
	}
}

// depositBytes are charged for tx2: one input, the escrow and change.
const depositBytes = 14 + 148 + 32 + 34

// wantBack says that a voter ends with its deposit back.
func (f *fixture) wantBack(i int) {
	f.t.Helper()
	v, p := f.voters[i], f.e.Policy
	back := templates.SpendSize(f.e.Contract.EscrowPaths[0].Witness, f.e.Escrow.Size(false), 25)
	if got := f.unspentSats(v.RollKey()); len(got) > 0 {
		f.t.Errorf("voter %d: roll key has %v", i+1, got)
	}
	if got, want := sum(f.unspentSats(v.Key())), fundsOfVoter-p.Fee*(depositBytes+int64(back)); got != want {
		f.t.Errorf("voter %d: registration key has %d, want %d", i+1, got, want)
	}
}

// wantRepaid says that a mixer ends with its balance, to the satoshi: it is repaid its coins and the fee
// of the least transaction that pays them.
func (f *fixture) wantRepaid(i int) {
	f.t.Helper()
	if lost := fundsOfMixer - sum(f.unspentSats(f.mixers[i].Key())); lost != 0 {
		f.t.Errorf("mixer %d has %d less than it had", i+1, lost)
	}
}

var number = regexp.MustCompile(` (T?)[0-9]+\b`)

// wantFindings says what the auditor finds, with N for every number, besides V36's warning that few
// voters mix.
func (f *fixture) wantFindings(want ...string) {
	f.t.Helper()
	var got []string
	for _, finding := range findings(f.audit()) {
		if !strings.HasPrefix(finding, "V36 ") {
			got = append(got, finding[:4]+number.ReplaceAllString(finding[4:], " ${1}N"))
		}
	}
	got = slices.Compact(got)
	if !slices.Equal(got, want) {
		f.t.Errorf("findings\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// The same with group signatures, of a group too small for real elections. The treasurer alone can
// name the issuer of a voucher.
func TestExchangeWithGroupSignatures(t *testing.T) {
	f := newGroupFixture(t, 5, 3)
	f.close()
	issued, opened := make(map[string]int), make(map[string]int)
	for i := range f.voters {
		f.wantCoin(i)
		issued[f.view.DepositOf(f.voters[i].Key()).Mixer.Name]++
		v := f.view.VoucherOf(f.voters[i].RollKey())
		issuer, err := f.treasurer.Issuer(f.view, v)
		check(t, err)
		if opened[issuer.Mixer.Name]++; v.Issuer != nil {
			t.Errorf("voucher %d names its issuer", i+1)
		}
	}
	if !maps.Equal(issued, opened) {
		t.Errorf("issued %v, opened %v", issued, opened)
	}
	for i := range f.mixers {
		f.wantRepaid(i)
	}
}

// A mixer with several member keys has a session of each at a time, and each is an issuer of its own.
func TestSeveralMemberKeys(t *testing.T) {
	f := &fixture{t: t, memberKeys: 3}
	f.e, f.keys, f.files = mixedFiles(t, groupBlind, 6, 2)
	weaken(f.e)
	f.prepare(6, 2)
	f.close()
	used := make(map[*election.Issuer]bool)
	for i := range f.voters {
		f.wantCoin(i)
		used[f.view.DepositOf(f.voters[i].Key()).Issuer] = true
	}
	if len(f.view.Issuers()) != 6 || len(used) < 3 {
		t.Errorf("%d issuers, %d of them used", len(f.view.Issuers()), len(used))
	}
}

// Two runs from the same randomness write the same board.
func TestExchangeIsDeterministic(t *testing.T) {
	var heads [2][32]byte
	for i := range heads {
		f := newGroupFixture(t, 3, 2)
		f.close()
		heads[i] = f.log.Head()
	}
	if heads[0] != heads[1] {
		t.Error("two boards")
	}
}

// No line and no transaction holds both of a voter's keys, and no voucher is shown before the last
// issue.
func TestNothingLinksTheKeys(t *testing.T) {
	f := newGroupFixture(t, 6, 2)
	f.close()
	for i, v := range f.voters {
		own, roll := v.Key(), v.RollKey()
		for n, l := range f.log.Lines() {
			text := string(l.Encode())
			if strings.Contains(text, own.String()) && strings.Contains(text, roll.String()) {
				t.Errorf("voter %d: line %d, %s, has both keys", i+1, n+1, l.Type)
			}
		}
		for h := f.announced; h <= f.tip(); h++ {
			b, err := f.chain.Block(h)
			check(t, err)
			for _, tx := range b.Transactions {
				if touches(tx, own) && touches(tx, roll) {
					t.Errorf("voter %d: transaction %s has both keys", i+1, tx.TxHash())
				}
			}
		}
	}
	last := 0
	for _, d := range f.view.Deposits {
		last = max(last, d.Answer.N)
	}
	for _, v := range f.view.Vouchers {
		if v.N < last || v.N <= f.view.Phases.Lines(election.IssuesClosed) {
			t.Errorf("the voucher of line %d came before the last issue, of line %d", v.N, last)
		}
	}
}

// touches reports whether a transaction pays a key, or shows it in an input.
func touches(tx *wire.MsgTx, key curve.PublicKey) bool {
	pays := func(out *wire.TxOut) bool { return bytes.Equal(out.PkScript, templates.PayToKey(key)) }
	shows := func(in *wire.TxIn) bool { return bytes.Contains(in.SignatureScript, key[:]) }
	return slices.ContainsFunc(tx.TxOut, pays) || slices.ContainsFunc(tx.TxIn, shows)
}
