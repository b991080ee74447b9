package lift_test

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"bevote/templates"
	"bevote/verifier/lift"
)

func contractOf(script string, paths ...templates.Path) string {
	return string((&templates.Contract{
		Contract: 2, Policy: "bvp1" + strings.Repeat("q", 58), Lowering: 1, Script: script, Paths: paths,
	}).Encode())
}

func TestDescribe(t *testing.T) {
	const hardened = "<ballot> DROP 1 <claim.alice> 1 CHECKMULTISIG " + refund
	const custodial = "<ballot> DROP 0x" + keyG + " CHECKSIG " + refund
	redeem := hex.EncodeToString(append([]byte{0x21}, append(mustHex(keyG), 0xac)...))
	for _, row := range []struct {
		name, input string
		want        []string // name, signers
	}{
		{"template", hardened, []string{"/claim.alice", "/voter"}},
		{"template of lines", "\n" + strings.ReplaceAll(hardened, " ", "\n") + "\n", []string{"/claim.alice", "/voter"}},
		{"script", redeem, []string{"/" + keyG}},
		{"script with an end of line", redeem + "\n", []string{"/" + keyG}},
		{"contract", contractOf(hardened,
			templates.Path{Name: "refund", Signers: []string{"voter"}, After: 264,
				Witness: []string{"sig:voter", "pubkey:voter", "0", "0", "redeem"}},
			templates.Path{Name: "win.alice", Signers: []string{"joint.alice+alice"},
				Witness: []string{"0", "sig:joint.alice+alice", "redeem"}},
		), []string{"win.alice/joint.alice+alice", "refund/voter"}},
		{"contract with a branch", contractOf("<ballot> DROP <joint> CHECKSIG NOTIF 0x"+keyG+" CHECKSIG NOTIF "+
			"0x"+key2G+" CHECKSIG ELSE 1 ENDIF ELSE 1 ENDIF",
			templates.Path{Name: "branch.a", Signers: []string{"supervisor"},
				Witness: []string{"sig:supervisor", "0", "redeem"}},
			templates.Path{Name: "branch.b", Signers: []string{"alice"}, Witness: []string{"sig:alice", "0", "0", "redeem"}},
			templates.Path{Name: "win", Signers: []string{"joint"}, Witness: []string{"sig:joint", "redeem"}},
		), []string{"branch.a/" + keyG, "branch.b/" + key2G, "win/joint"}},
		{"contract whose branches look alike", contractOf("1 0x"+keyG+" 0x"+key2G+" 2 CHECKMULTISIG",
			templates.Path{Name: "branch.a", Signers: []string{"alice"}, Witness: []string{"0", "sig:alice", "redeem"}},
			templates.Path{Name: "branch.b", Signers: []string{"bob"}, Witness: []string{"0", "sig:bob", "redeem"}},
		), []string{"/" + keyG, "/" + key2G}},
		{"contract that says less", contractOf(custodial,
			templates.Path{Name: "refund", Signers: []string{"voter"}, After: 263,
				Witness: []string{"sig:voter", "pubkey:voter", "0", "redeem"}},
		), []string{"/" + keyG, "/voter"}},
	} {
		d, err := lift.Describe([]byte(row.input))
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		var got []string
		for _, p := range d.Paths {
			got = append(got, p.Name+"/"+strings.Join(p.Signers, ","))
		}
		if strings.Join(got, " ") != strings.Join(row.want, " ") {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// escrow is a revealed escrow: its mixer has keyG, its supervisor key2G.
const escrow = "0x" + keyG + " CHECKSIG NOTIF DUP HASH160 0x" + lockHash + " EQUALVERIFY CHECKSIGVERIFY " +
	"110 CHECKLOCKTIMEVERIFY ELSE 0x" + key2G + " CHECKSIGVERIFY 1 ENDIF"

// escrowTemplate has the holes for mixer and depositor.
func escrowTemplate() string {
	return strings.NewReplacer("0x"+keyG, "<mixer>", "0x"+lockHash, "<depositor_hash>").Replace(escrow)
}

// TestDescribeEscrow expects names for the paths of an escrow, and for no others.
func TestDescribeEscrow(t *testing.T) {
	revealed, err := templates.ParseTemplate(escrow)
	if err != nil {
		t.Fatal(err)
	}
	script, err := revealed.Fill(nil)
	if err != nil {
		t.Fatal(err)
	}
	swapped := strings.NewReplacer("0x"+keyG, "0x"+key2G, "0x"+key2G, "0x"+keyG).Replace(escrow)
	for input, want := range map[string]bool{
		hex.EncodeToString(script): true,
		escrowTemplate():           true,
		swapped:                    true,
		strings.Replace(escrow, "110 CHECKLOCKTIMEVERIFY", "1", 1):                                  false,
		strings.Replace(escrow, "0x"+key2G+" CHECKSIGVERIFY 1", "1", 1):                             false,
		strings.Replace(escrow, key2G, keyG, 1):                                                     false,
		strings.Replace(escrow, "SIGVERIFY 1 ENDIF", "SIGVERIFY 9 CHECKLOCKTIMEVERIFY ENDIF", 1):    false,
		strings.Replace(escrow, "SIGVERIFY 1 ENDIF", "SIGVERIFY <joint> CHECKSIGVERIFY 1 ENDIF", 1): false,
		"<ballot> DROP <joint> CHECKSIG " + refund:                                                  false,
	} {
		d, err := lift.Describe([]byte(input))
		if err != nil {
			t.Errorf("%s: %v", input, err)
			continue
		}
		names := map[string]bool{}
		for _, p := range d.Paths {
			names[p.Name] = true
		}
		if d.IsEscrow != want || names["sweep"] != want || names["return"] != want {
			t.Errorf("%s: an escrow %v, want %v; named %v", input, d.IsEscrow, want, names)
		}
	}
}

// TestDescribeContractWithEscrow lifts both scripts.
func TestDescribeContractWithEscrow(t *testing.T) {
	c := &templates.Contract{
		Contract: 2, Policy: "bvp1" + strings.Repeat("q", 58), Lowering: 1, Script: "<ballot> DROP <joint> CHECKSIG",
		Paths:  []templates.Path{{Name: "win", Signers: []string{"joint"}, Witness: []string{"sig:joint", "redeem"}}},
		Escrow: escrowTemplate(),
		EscrowPaths: []templates.Path{
			{Name: "return", Signers: []string{"depositor"}, After: 109,
				Witness: []string{"sig:depositor", "pubkey:depositor", "0", "redeem"}},
			{Name: "sweep", Signers: []string{"mixer", "supervisor"},
				Witness: []string{"sig:supervisor", "sig:mixer", "redeem"}},
		},
	}
	d, err := lift.Describe(c.Encode())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range d.EscrowPaths {
		got = append(got, p.Name+"/"+strings.Join(p.Signers, ","))
	}
	// The lock of the return is not what the contract says.
	if want := "sweep/" + key2G + ",mixer /depositor"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDescribeTooLong expects a warning about scripts over 520 bytes.
func TestDescribeTooLong(t *testing.T) {
	keys := func(n int) string {
		return "1 " + strings.Repeat("0x"+keyG+" ", n) + strconv.Itoa(n) + " CHECKMULTISIG"
	}
	padded := func(last int) string { // 7·62 + 1 + last + 1 + 35 bytes
		drop := func(n int) string { return "0x" + strings.Repeat("11", n) + " DROP " }
		return strings.Repeat(drop(60), 7) + drop(last) + "<voter> CHECKSIG"
	}
	win := templates.Path{Name: "win", Signers: []string{"joint"}, Witness: []string{"sig:joint", "redeem"}}
	for _, row := range []struct {
		name, input string
		size        int // 0 for none that is too long
	}{
		{"15 keys", keys(15), 0},
		{"16 keys", keys(16), 547},
		{"520 bytes", padded(49), 0},
		{"521 bytes", padded(50), 521},
		{"a contract", contractOf(keys(16)+" DROP <ballot> DROP <joint> CHECKSIG", win), 653},
	} {
		d, err := lift.Describe([]byte(row.input))
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		want := fmt.Sprintf("[script of %d bytes, and a redeem script has at most 520: "+
			"an output of its hash can never be spent]", row.size)
		if row.size == 0 {
			want = "[]"
		}
		if got := fmt.Sprint(d.Warnings); got != want {
			t.Errorf("%s: got %s, want %s", row.name, got, want)
		}
	}
}

func TestDescribeRefuses(t *testing.T) {
	for input, want := range map[string]string{
		"":                          "nothing to lift",
		"  \n":                      "nothing to lift",
		"abc":                       "odd length hex",
		"50":                        "unknown opcode 0x50",
		"a8":                        "cannot lift: unknown opcode SHA256",
		"DUP NOPE":                  `unknown opcode "NOPE"`,
		"{}":                        "contract: ",
		"{":                         "contract: ",
		contractOf("<voter>") + " ": "contract: ",
	} {
		if d, err := lift.Describe([]byte(input)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v, want %q", input, d, err, want)
		}
	}
}

func mustHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func FuzzDescribe(f *testing.F) {
	f.Add([]byte("<joint> CHECKSIG"))
	f.Add([]byte("21" + keyG + "ac"))
	win := templates.Path{Name: "win", Signers: []string{"voter"}, Witness: []string{"sig:voter", "redeem"}}
	f.Add([]byte(contractOf("<voter> CHECKSIG", win)))
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) > 2000 {
			return
		}
		d, err := lift.Describe(input)
		if err != nil {
			return
		}
		// The template's text says the same of itself.
		t2, err := templates.ParseTemplate(d.Template.String())
		if err != nil {
			t.Fatal(err)
		}
		paths, err := lift.Paths(t2, nil)
		if err != nil || len(paths) != len(d.Paths) {
			t.Fatalf("%s: %d paths, then %v, %v", d.Template, len(d.Paths), paths, err)
		}
	})
}
