package workbench_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
	"pgregory.net/rapid"

	"bevote/examples"
	"bevote/internal/workbench"
	"bevote/lang/langtest"
)

func certify(t testing.TB, src []byte) *workbench.Certificate {
	t.Helper()
	c, diags, err := workbench.Certify(src)
	if err != nil || c == nil {
		t.Fatalf("%v\n%s", err, render(src, diags))
	}
	return c
}

// TestCertificatesHold certifies all forms, takes each certificate through its
// bytes, and replays it.
func TestCertificatesHold(t *testing.T) {
	sources := map[string][]byte{}
	for _, f := range allForms() {
		if f.candidates <= 3 {
			sources[f.name] = f.source()
		}
	}
	for name, src := range sources {
		encoded := certify(t, src).Encode()
		c, err := workbench.DecodeCertificate(encoded)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r, err := c.Verify()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if paths := len(c.Contract.Paths); r.Paths != paths || r.Accepted != paths || r.Refused != len(c.Spends)-paths || r.Refused < 2*paths {
			t.Errorf("%s: %+v of %d spends", name, r, len(c.Spends))
		}
		runAgain(t, name, c)
	}
}

// runAgain runs a certificate's transactions with nothing but the file and an
// engine.
func runAgain(t *testing.T, name string, c *workbench.Certificate) {
	t.Helper()
	for _, s := range c.Spends {
		for rule, flags := range rules {
			err := execute(t, workbench.FundedSpend{Path: s.Path, Funding: c.Funding, Tx: s.Tx}, flags)
			if accepted := s.Without == ""; accepted != (err == nil) || s.Consensus != accepted || s.Relay != accepted {
				t.Errorf("%s: %s %s: by %s %v", name, s.Path, s, rule, err)
			}
		}
	}
}

// execute runs a transaction that spends output 0 of another.
func execute(t fatal, try workbench.FundedSpend, flags txscript.ScriptFlags) error {
	t.Helper()
	out, tx := decoded(t, try.Funding).TxOut[0], decoded(t, try.Tx)
	prev := txscript.NewCannedPrevOutputFetcher(out.PkScript, out.Value)
	vm, err := txscript.NewEngine(out.PkScript, tx, 0, flags, nil, nil, out.Value, prev)
	if err != nil {
		return err
	}
	return vm.Execute()
}

func decoded(t fatal, text string) *wire.MsgTx {
	t.Helper()
	raw, err := hex.DecodeString(text)
	tx := wire.NewMsgTx(0)
	if err == nil {
		err = tx.Deserialize(bytes.NewReader(raw))
	}
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return tx
}

// TestCertificateBytes pins the format.
func TestCertificateBytes(t *testing.T) {
	golden(t, "certificate/hardened.json", certify(t, forms[0].source()).Encode())
}

// TestCertificateLeavesOutEveryCondition lists what is left out of each path.
func TestCertificateLeavesOutEveryCondition(t *testing.T) {
	var got []string
	for _, s := range certify(t, forms[3].source()).Spends[:11] {
		got = append(got, fmt.Sprintf("%s: %s", s.Path, s))
	}
	want := []string{
		"refund: in full",
		"refund: with a stranger's signature for that of voter",
		"refund: without the signature of voter",
		"refund: with a stranger's key for the voter's key",
		"refund: a block early",
		"refund: with the lock switched off",
		"win.c00: in full",
		"win.c00: with a stranger's signature for that of joint.c00+c00",
		"win.c00: without the signature of joint.c00+c00",
		"win.c00: signed by joint.c00 alone",
		"win.c00: signed by c00 alone",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestFalseCertificates makes every kind of false certificate.
func TestFalseCertificates(t *testing.T) {
	src := examples.Policy("club_chair")
	other := certify(t, examples.Policy("salted"))
	for name, lie := range map[string]func(c *workbench.Certificate){
		"another policy's id": func(c *workbench.Certificate) { c.Policy = other.Policy },
		"another policy":      func(c *workbench.Certificate) { c.Source = other.Source },
		"another threshold":   func(c *workbench.Certificate) { c.Source = strings.Replace(c.Source, "3 of 5", "2 of 5", 1) },
		"no policy":           func(c *workbench.Certificate) { c.Source = "bevote 1" },
		"another seed":        func(c *workbench.Certificate) { c.Seed++ },
		"another contract":    func(c *workbench.Certificate) { c.Contract = other.Contract },
		"an earlier lock": func(c *workbench.Certificate) {
			c.Contract.Script = strings.Replace(c.Contract.Script, "264", "263", 1)
		},
		"a path unsaid":            func(c *workbench.Certificate) { c.Contract.Paths = c.Contract.Paths[:2] },
		"another script":           func(c *workbench.Certificate) { c.Redeem = other.Redeem },
		"another stake":            func(c *workbench.Certificate) { c.Funding = other.Funding },
		"a spend less":             func(c *workbench.Certificate) { c.Spends = c.Spends[:len(c.Spends)-1] },
		"a spend more":             func(c *workbench.Certificate) { c.Spends = append(c.Spends, c.Spends[0]) },
		"a refusal left out":       func(c *workbench.Certificate) { c.Spends = slices.Delete(c.Spends, 2, 3) },
		"another order":            func(c *workbench.Certificate) { c.Spends[1], c.Spends[2] = c.Spends[2], c.Spends[1] },
		"another path":             func(c *workbench.Certificate) { c.Spends[6].Path = "win.bob" },
		"another signer":           func(c *workbench.Certificate) { c.Spends[6].Signers = []string{"joint+bob"} },
		"bob's claim for alice's":  func(c *workbench.Certificate) { c.Spends[6].Tx = spendOf(c, "win.bob", "").Tx },
		"refused, it says":         func(c *workbench.Certificate) { c.Spends[0].Relay = false },
		"accepted, it says":        func(c *workbench.Certificate) { c.Spends[1].Consensus, c.Spends[1].Relay = true, true },
		"covered, it says":         func(c *workbench.Certificate) { c.Spends[1].Covered, c.Spends[1].Tx = "win.bob", "" },
		"an acceptance covered":    func(c *workbench.Certificate) { c.Spends[0].Covered, c.Spends[0].Tx = "win.bob", "" },
		"no transaction":           func(c *workbench.Certificate) { c.Spends[1].Tx = "" },
		"not hex":                  func(c *workbench.Certificate) { c.Spends[1].Tx = "zz" },
		"bytes behind":             func(c *workbench.Certificate) { c.Spends[1].Tx += "00" },
		"a refusal that is no use": func(c *workbench.Certificate) { c.Spends[1].Tx = spendOf(c, "refund", "lock").Tx },
		"a broken signature": func(c *workbench.Certificate) {
			mutate(c, 1, func(tx *wire.MsgTx) { tx.TxIn[0].SignatureScript[20] ^= 1 })
		},
		"a later lock":     func(c *workbench.Certificate) { mutate(c, 0, func(tx *wire.MsgTx) { tx.LockTime++ }) },
		"two locks broken": func(c *workbench.Certificate) { mutate(c, 4, func(tx *wire.MsgTx) { tx.TxIn[0].Sequence++ }) },
		"another output":   func(c *workbench.Certificate) { mutate(c, 1, func(tx *wire.MsgTx) { tx.TxOut[0].Value-- }) },
		"two inputs": func(c *workbench.Certificate) {
			mutate(c, 1, func(tx *wire.MsgTx) { tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{}, nil, nil)) })
		},
		"another coin": func(c *workbench.Certificate) {
			mutate(c, 1, func(tx *wire.MsgTx) { tx.TxIn[0].PreviousOutPoint.Index++ })
		},
		"a witness beside": func(c *workbench.Certificate) {
			mutate(c, 1, func(tx *wire.MsgTx) { tx.TxIn[0].Witness = wire.TxWitness{{1}} })
		},
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

// spendOf finds a spend by its path and what is removed.
func spendOf(c *workbench.Certificate, path, without string) workbench.CertifiedSpend {
	at := slices.IndexFunc(c.Spends, func(s workbench.CertifiedSpend) bool { return s.Path == path && s.Without == without })
	return c.Spends[at]
}

// mutate changes a spend's transaction.
func mutate(c *workbench.Certificate, spend int, how func(*wire.MsgTx)) {
	raw, err := hex.DecodeString(c.Spends[spend].Tx)
	tx := wire.NewMsgTx(0)
	if err == nil {
		err = tx.Deserialize(bytes.NewReader(raw))
	}
	if err != nil {
		panic(err)
	}
	how(tx)
	var b bytes.Buffer
	if err := tx.Serialize(&b); err != nil {
		panic(err)
	}
	c.Spends[spend].Tx = hex.EncodeToString(b.Bytes())
}

func TestCertifyErrors(t *testing.T) {
	c, diags, err := workbench.Certify([]byte("bevote 1"))
	if c != nil || err != nil || len(diags) == 0 {
		t.Errorf("%v, %v, %v", c, diags, err)
	}
}

func TestDecodeCertificateRefuses(t *testing.T) {
	good := string(certify(t, examples.Policy("custodial")).Encode())
	for name, text := range map[string]string{
		"nothing":           "",
		"null":              "null\n",
		"another version":   strings.Replace(good, `{"certificate":1`, `{"certificate":2`, 1),
		"a key twice":       strings.Replace(good, `"seed":0`, `"seed":0,"seed":0`, 1),
		"an unknown key":    strings.Replace(good, `"seed":0`, `"seed":0,"colour":1`, 1),
		"another order":     strings.Replace(good, `"seed":0,"contract"`, `"contract"`, 1),
		"white space":       strings.Replace(good, `"seed":0`, `"seed": 0`, 1),
		"no end of line":    strings.TrimSuffix(good, "\n"),
		"something behind":  good + good,
		"upper-case hex":    strings.Replace(good, `"redeem":"44b1`, `"redeem":"44B1`, 1) + " ",
		"no contract":       `{"certificate":1,"policy":"","source":"","seed":0,"contract":null,"redeem":"","funding":"","spends":null}` + "\n",
		"a broken contract": strings.Replace(good, `"lowering":1`, `"lowering":1,"lowering":1`, 1),
	} {
		if _, err := workbench.DecodeCertificate([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := workbench.DecodeCertificate(make([]byte, workbench.MaxCertificate+1)); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("too large: %v", err)
	}
}

// TestCoveredConditions has branches of which one leaves out what the other
// asks for: there is nothing to refuse, and the certificate says so.
func TestCoveredConditions(t *testing.T) {
	f := forms[7]
	f.branches = []string{"both when c00 and c01 sign after block 310", "one when c01 signs after block 300"}
	c := certify(t, f.source())
	r, err := c.Verify()
	if err != nil {
		t.Fatal(err)
	}
	covered := 0
	for i, s := range c.Spends {
		if s.Covered == "" {
			continue
		}
		covered++
		if s.Covered != "branch.one" || s.Path != "branch.both" {
			t.Errorf("%s %s is covered by %s", s.Path, s, s.Covered)
		}
		lie := *c
		lie.Spends = slices.Clone(c.Spends)
		lie.Spends[i].Covered = "refund"
		if _, err := lie.Verify(); err == nil {
			t.Errorf("%s %s: covered by the refund, and it holds", s.Path, s)
		}
	}
	if covered == 0 || r.Covered != covered {
		t.Errorf("%d covered, counted %d", covered, r.Covered)
	}
}

// TestCertifyAnything draws policies: each is certified, and its certificate
// holds. Few are drawn, since signing is slow.
func TestCertifyAnything(t *testing.T) {
	policies := rapid.Custom(func(t *rapid.T) []byte {
		return langtest.Policy(func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) })
	})
	for i := range 6 {
		src := policies.Example(i)
		c, _, err := workbench.Certify(src)
		if c == nil {
			t.Fatal(err)
		}
		if _, err := c.Verify(); err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
	}
}

// FuzzDecodeCertificate: what decodes encodes to the same bytes, and verifying
// it returns. The seeds are short: two spends exercise as much as twenty.
func FuzzDecodeCertificate(f *testing.F) {
	for _, name := range []string{"custodial", "paper"} {
		c := certify(f, examples.Policy(name))
		c.Spends = c.Spends[:2]
		f.Add(c.Encode())
	}
	f.Add([]byte(`{"certificate":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := workbench.DecodeCertificate(b)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Encode(), b) {
			t.Errorf("%s is written as %s", b, c.Encode())
		}
		c.Verify()
	})
}
