package workbench_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/wire/v2"

	"bevote/examples"
	"bevote/internal/mixing"
	"bevote/internal/textdiff"
	"bevote/internal/workbench"
	"bevote/lang"
	"bevote/lang/langtest"
	"bevote/templates"
)

// crowd is the first form with other numbers of voters and mixers.
func crowd(voters, mixers int, scheme string) []byte {
	src := mix(forms[0].source(), strings.Replace(scheme, "mixers", fmt.Sprintf("mixers %d", mixers), 1))
	threshold := fmt.Sprintf("%d of %d", voters/2+1, voters)
	more := strings.NewReplacer("voters 5", fmt.Sprintf("voters %d", voters), "3 of 5", threshold)
	return []byte(more.Replace(string(src)))
}

const (
	group = "group-blind { modulus 2048 rounds 128 mixers }"
	rsa   = "blind-rsa { modulus 2048 mixers }"
)

// TestExplainMixing looks for the sentences that are true of each scheme, and
// for those that are not.
func TestExplainMixing(t *testing.T) {
	const (
		manager = "can open every voucher to the mixer that issued it"
		trace   = "A mixer and the supervisor together can trace"
		names   = "A voucher names the mixer that issued it"
		forge   = "A depositor makes one voucher more than its mixer issued for about 2^64 hashes, and for much fewer"
		hides   = "Which mixer issued a voucher, to everybody but this mixer and the supervisor: any of the 3 could have"
		stop    = "write `rounds 256`"
	)
	for scheme, row := range map[string]struct{ says, not []string }{
		group: {[]string{
			manager, trace, forge, hides, stop, "one voter after the other under each of its member keys", "one of all who deposited, 25 at most",
			"1298 exponentiations modulo numbers of 2048 bits to issue, check and pay, and 526 in every audit: some 2 and 1 seconds",
			"for all voters 46 and 19", "214616 bytes on the board",
		}, []string{names}},
		rsa: {[]string{
			names, "about 9 of 25", "alone with a mixer is not hidden at all", "one exponentiation of the mixer's",
			"1032 bytes on the board",
		}, []string{manager, trace, forge, hides, stop}},
		"group-blind { modulus 4096 rounds 256 mixers }": {[]string{
			manager, "2^128 hashes", "2578 exponentiations modulo numbers of 4096 bits", "some 29 and 12 seconds",
		}, []string{stop}},
	} {
		e, text := explain(t, crowd(25, 3, scheme))
		text = strings.Join(strings.Fields(text), " ")
		always := []string{
			"return, in block 840111 and later, for ever the voter who paid it in",
			"sweep, in any block, for ever the mixer whom it was paid to and the supervisor together",
			"A voter pays in 1_019_750 sat: the coin of 1_007_250 sat, and 12_500 sat for these transactions",
			"a mixer together with the supervisor: up to 25_493_750 sat, at any time.",
			"the supervisor, of deposits that were issued for: up to 25_493_750 sat",
			"That the two do not collude is assumed",
			"cannot tell by the signature which deposit it was signed for, not even together",
			"all deposits are of one amount, and so are all coins",
			"to 9 in a row", "Under a new key, the roll key, it shows the voucher", "Coins are mixed by 3 mixers",
		}
		for _, want := range append(always, row.says...) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: nothing of %q in\n%s", scheme, want, text)
			}
		}
		for _, other := range row.not {
			if strings.Contains(text, other) {
				t.Errorf("%s: says %q", scheme, other)
			}
		}
		if len(e.Deposits) != 2 || e.Deposits[0].From != 840_111 || e.Deposits[1].From != 0 {
			t.Errorf("%s: %+v", scheme, e.Deposits)
		}
	}
	if e, text := explain(t, forms[0].source()); e.Mixing != nil || len(e.Deposits) > 0 || strings.Contains(text, "deposit") {
		t.Errorf("deposits without mixing:\n%s", text)
	}
}

// TestMixingFees builds the transactions that deposits are meant to pay for,
// with the longest signatures, and adds up their fees.
func TestMixingFees(t *testing.T) {
	for _, row := range []struct{ voters, mixers int }{{2, 3}, {5, 3}, {9, 3}, {25, 3}, {26, 4}, {2000, 2}} {
		e, text := explain(t, crowd(row.voters, row.mixers, rsa))
		sweeping := slices.IndexFunc(e.Mixing.Paths, func(c workbench.PathCost) bool { return c.Path == "sweep" })
		script := e.Mixing.Paths[sweeping].Input
		spent, sweeps, mixers := 0, 0, min(row.voters, row.mixers)
		for i := range mixers {
			share := row.voters / mixers
			if i < row.voters%mixers {
				share++
			}
			for left := share; left > 0; left -= 337 { // of what a transaction may weigh
				spent += sizeOf(min(left, 337), script, 1)
				sweeps++
			}
			spent += sizeOf(1, 107, share+1) // coins, and change
		}
		spent += sizeOf(sweeps, 107, mixers+1) // repaid, and the rest
		reckoned := int64(0)
		for _, s := range e.Mixing.Fees[1:] {
			reckoned += s.VSize
		}
		if reckoned < int64(spent) || reckoned > int64(spent+4*(sweeps+mixers+1)) {
			t.Errorf("%+v: %d bytes, reckoned %d", row, spent, reckoned)
		}
		if want := int64(row.voters)*25*500 - 25*reckoned; e.Mixing.Spare != want || (want < 0) != strings.Contains(text, "too little") {
			t.Errorf("%+v: %d to spare, want %d", row, e.Mixing.Spare, want)
		}
		t.Logf("%4d voters, %d mixers: %.0f bytes a deposit, %d sat to spare", row.voters, row.mixers, float64(spent)/float64(row.voters), e.Mixing.Spare)
	}
}

// sizeOf is the size of a transaction of inputs with scripts of some length and
// outputs to keys.
func sizeOf(inputs, script, outputs int) int {
	tx := wire.NewMsgTx(2)
	for range inputs {
		tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{}, make([]byte, script), nil))
	}
	for range outputs {
		tx.AddTxOut(wire.NewTxOut(0, make([]byte, templates.PayoutP2PKH)))
	}
	return tx.SerializeSize()
}

// TestOperations holds the counts to docs/protocol.md, where they stand beside
// the paper's.
func TestOperations(t *testing.T) {
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	e, _ := explain(t, crowd(25, 3, group))
	for part, n := range map[string]int{"| identity confusion |": e.Mixing.Powers, "| confusion audit |": e.Mixing.Audit} {
		_, row, found := strings.Cut(string(page), part)
		row, _, _ = strings.Cut(row, "\n")
		if !found || !strings.Contains(row, fmt.Sprintf("| %d·n M |", n)) {
			t.Errorf("%s explained as %d a voter, counted: %s", part, n, row)
		}
	}
}

// TestBoardBytes issues signatures, short ones of a group, and measures what
// they put on the board.
func TestBoardBytes(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	var eid [32]byte
	manager, err := mixing.NewManager(random, eid, 512)
	if err != nil {
		t.Fatal(err)
	}
	g, err := mixing.NewGroup(eid, manager.Modulus(), 16)
	if err != nil {
		t.Fatal(err)
	}
	member, err := g.NewSigner(random, nil)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := manager.Admit(nil, member.Member().Bytes(), member.Request())
	if err != nil {
		t.Fatal(err)
	}
	if err := member.Accept(certificate); err != nil {
		t.Fatal(err)
	}
	mixer, err := mixing.NewRSASigner(random, eid, 2048, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		mixing lang.Mixing
		issuer mixing.Issuer
		all    mixing.Verifier
	}{
		{lang.Mixing{Scheme: lang.SchemeGroupBlind, Modulus: 512, Rounds: 16}, member, g},
		{lang.Mixing{Scheme: lang.SchemeBlindRSA, Modulus: 2048}, mixer, mixer.Key()},
	} {
		session, err := row.issuer.Open(random)
		if err != nil {
			t.Fatal(err)
		}
		blinding := row.all.Blind(random, make([]byte, 32))
		challenge, err := blinding.Challenge(session.Offer())
		if err != nil {
			t.Fatal(err)
		}
		answer, err := session.Answer(challenge)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := blinding.Finish(answer)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, move := range [][]byte{session.Offer(), challenge, answer, signature} {
			total += base64.StdEncoding.EncodedLen(len(move))
		}
		if got := workbench.BoardBytes(row.mixing); got != total {
			t.Errorf("%s: reckoned %d bytes, %d on the board", row.mixing.Scheme, got, total)
		}
	}
}

// TestDiffMixing shows changes of mixing.
func TestDiffMixing(t *testing.T) {
	named := group + "\n mixer m1 pub:" + langtest.Key("m1").String() + "\n mixer m2 pub:" + langtest.Key("m2").String()
	old := crowd(25, 2, named)
	for name, row := range map[string]struct{ before, after []byte }{
		"mixed":        {forms[0].source(), mixedForm()},
		"mixed_scheme": {old, crowd(25, 3, rsa)},
		"mixed_roll":   {old, bytes.Replace(old, []byte("roll by block 840110"), []byte("roll by block 840109"), 1)},
		"mixed_other":  {old, bytes.Replace(old, []byte(langtest.Key("supervisor").String()), []byte(langtest.Key("another").String()), 1)},
	} {
		d := diff(t, row.before, row.after)
		golden(t, "diff/"+name+".txt", []byte(d.Text(textdiff.Plain)))
		for _, s := range slices.Concat(d.Gains, d.Losses) {
			for rule, flags := range rules {
				if err := execute(t, s.Contrast.Accepted, flags); err != nil {
					t.Errorf("%s: %v by %s: refused by %s: %v", name, s.Who, s.Path, rule, err)
				}
			}
			for _, try := range s.Contrast.Refused {
				if execute(t, try, rules["relay"]) == nil {
					t.Errorf("%s: %v by %s: the other escrow takes it", name, s.Who, try.Path)
				}
			}
		}
		back := diff(t, row.after, row.before)
		if !slices.Equal(listed(d.Gains), listed(back.Losses)) || !slices.Equal(listed(d.Losses), listed(back.Gains)) {
			t.Errorf("%s: %q %q, back %q %q", name, listed(d.Gains), listed(d.Losses), listed(back.Gains), listed(back.Losses))
		}
	}
	if d := diff(t, mixedForm(), mixedForm()); !d.Same() || len(d.Gains)+len(d.Losses) > 0 {
		t.Errorf("it differs from itself: %+v", d)
	}
}

// TestCertificatesOfDeposits certifies the escrow beside the script, and makes
// false certificates of it.
func TestCertificatesOfDeposits(t *testing.T) {
	src := mixedForm()
	c := certify(t, src)
	r, err := c.Verify()
	if err != nil || r.Paths != 5 || r.Accepted != 5 || r.Refused != len(c.Spends)-5 {
		t.Fatalf("%+v, %v of %d spends", r, err, len(c.Spends))
	}
	runDeposits(t, c)
	other := certify(t, examples.Policy("club_mixed"))
	first := slices.IndexFunc(c.Spends, func(s workbench.CertifiedSpend) bool { return s.Path == "return" })
	for name, lie := range map[string]func(c *workbench.Certificate){
		"another escrow":     func(c *workbench.Certificate) { c.Escrow = other.Escrow },
		"another deposit":    func(c *workbench.Certificate) { c.Deposit = other.Deposit },
		"no deposit":         func(c *workbench.Certificate) { c.Escrow, c.Deposit = "", "" },
		"no spends of it":    func(c *workbench.Certificate) { c.Spends = c.Spends[:first] },
		"one spend less":     func(c *workbench.Certificate) { c.Spends = slices.Delete(slices.Clone(c.Spends), first+1, first+2) },
		"accepted, it says":  func(c *workbench.Certificate) { c.Spends[first+1].Consensus, c.Spends[first+1].Relay = true, true },
		"the stake's spend":  func(c *workbench.Certificate) { c.Spends[first].Tx = c.Spends[0].Tx },
		"a contract without": func(c *workbench.Certificate) { c.Contract.Escrow, c.Contract.EscrowPaths = "", nil },
	} {
		c := certify(t, src)
		lie(c)
		back, err := workbench.DecodeCertificate(c.Encode())
		if err != nil {
			continue
		}
		if r, err := back.Verify(); err == nil {
			t.Errorf("%s: holds, %+v", name, r)
		}
	}
}

// runDeposits runs the spends of the deposit again with the file alone.
func runDeposits(t *testing.T, c *workbench.Certificate) {
	t.Helper()
	ran := 0
	for _, s := range c.Spends {
		if s.Path != "return" && s.Path != "sweep" {
			continue
		}
		ran++
		for rule, flags := range rules {
			err := execute(t, workbench.FundedSpend{Path: s.Path, Funding: c.Deposit, Tx: s.Tx}, flags)
			if (err == nil) != (s.Without == "") {
				t.Errorf("%s %s: by %s %v", s.Path, s, rule, err)
			}
		}
	}
	if ran != 11 {
		t.Errorf("%d spends of the deposit, want 11", ran)
	}
}
