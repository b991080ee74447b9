package templates_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"bevote/templates"
)

func sample() *templates.Contract {
	return &templates.Contract{
		Contract: 2,
		Policy:   "bvp1" + strings.Repeat("q", 58),
		Lowering: 1,
		Script:   strings.Join(strings.Fields(twoCandidates), " "),
		Paths: []templates.Path{
			{Name: "refund", Signers: []string{"voter"}, After: 840264,
				Witness: []string{"sig:voter", "pubkey:voter", "0", "0", "redeem"}},
			{Name: "win.alice", Signers: []string{"joint+alice"}, Witness: []string{"0", "sig:joint+alice", "redeem"}},
			{Name: "win.bob", Signers: []string{"joint+bob"}, Witness: []string{"0", "sig:joint+bob", "redeem"}},
		},
	}
}

// mixed is the sample with an escrow.
func mixed() *templates.Contract {
	c := sample()
	c.Escrow = "<mixer> CHECKSIG NOTIF DUP HASH160 <depositor_hash> EQUALVERIFY CHECKSIGVERIFY 110 CHECKLOCKTIMEVERIFY " +
		"ELSE 0x02" + strings.Repeat("11", 32) + " CHECKSIGVERIFY 1 ENDIF"
	c.EscrowPaths = []templates.Path{
		{Name: "return", Signers: []string{"depositor"}, After: 110,
			Witness: []string{"sig:depositor", "pubkey:depositor", "0", "redeem"}},
		{Name: "sweep", Signers: []string{"mixer", "supervisor"}, Witness: []string{"sig:supervisor", "sig:mixer", "redeem"}},
	}
	return c
}

func TestContractWithEscrow(t *testing.T) {
	good := string(mixed().Encode())
	back, err := templates.DecodeContract([]byte(good))
	if err != nil || !reflect.DeepEqual(back, mixed()) {
		t.Fatalf("%v, got %+v", err, back)
	}
	if !strings.HasPrefix(good, strings.TrimSuffix(string(sample().Encode()), "}\n")+`,"escrow":"<mixer> `) {
		t.Errorf("the escrow does not follow the rest: %s", good)
	}
	plain := string(sample().Encode())
	for name, b := range map[string]string{
		"empty":             strings.TrimSuffix(plain, "}\n") + `,"escrow":""}` + "\n",
		"null":              strings.TrimSuffix(plain, "}\n") + `,"escrow":null,"escrow_paths":null}` + "\n",
		"empty paths":       strings.TrimSuffix(plain, "}\n") + `,"escrow_paths":[]}` + "\n",
		"script alone":      good[:strings.Index(good, `,"escrow_paths"`)] + "}\n",
		"paths alone":       plain[:len(plain)-2] + good[strings.Index(good, `,"escrow_paths"`):],
		"a stake's path":    strings.Replace(good, `"return"`, `"refund"`, 1),
		"a stake that is":   strings.Replace(good, `"refund"`, `"return"`, 1),
		"script spelled":    strings.Replace(good, `<mixer> CHECKSIG`, `<mixer>  CHECKSIG`, 1),
		"unknown opcode":    strings.Replace(good, `<mixer> CHECKSIG`, `<mixer> CHECKSIGN`, 1),
		"paths unsorted":    strings.NewReplacer(`"return"`, `"sweep"`, `"sweep"`, `"return"`).Replace(good),
		"signers unsorted":  strings.Replace(good, `["mixer","supervisor"]`, `["supervisor","mixer"]`, 1),
		"escrow before all": strings.Replace(good, `{"contract":2,`, `{"escrow":"1","contract":2,`, 1),
	} {
		if c, err := templates.DecodeContract([]byte(b)); err == nil {
			t.Errorf("%s: read as %+v", name, c)
		}
	}
}

func TestContractRoundTrip(t *testing.T) {
	c := sample()
	b := c.Encode()
	text := string(b)
	if !strings.HasPrefix(text, `{"contract":2,"policy":"bvp1`) || !strings.HasSuffix(text, "}]}\n") ||
		!strings.Contains(text, `"script":"<ballot> DROP 1 <claim.alice>`) {
		t.Errorf("not canonical: %s", b)
	}
	back, err := templates.DecodeContract(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, c) {
		t.Errorf("got %+v, want %+v", back, c)
	}
}

// winOf is the beginning of a win path in the sample's JSON.
func winOf(name string) string {
	return fmt.Sprintf(`"win.%[1]s","signers":["joint+%[1]s"],"after":0,"witness":["0","sig:joint+%[1]s"`, name)
}

func TestDecodeContractRefusesOtherSpellings(t *testing.T) {
	good := string(sample().Encode())
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %s in the sample", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, b := range map[string]string{
		"empty":             "",
		"null":              "null\n",
		"no LF":             strings.TrimSuffix(good, "\n"),
		"two LF":            good + "\n",
		"CRLF":              strings.TrimSuffix(good, "\n") + "\r\n",
		"second value":      good + good,
		"byte order mark":   "\ufeff" + good,
		"space":             replace(`"contract":2`, `"contract": 1`),
		"other order":       replace(`"contract":2,`, ``)[:1] + `"lowering":1,"contract":2,` + good[len(`{"contract":2,`):],
		"unknown key":       replace(`"lowering":1`, `"lowering":1,"size":175`),
		"unknown path key":  replace(`"after":0`, `"after":0,"fee":1`),
		"duplicate key":     replace(`"lowering":1`, `"lowering":2,"lowering":1`),
		"key in capitals":   replace(`"lowering":1`, `"Lowering":1`),
		"missing key":       replace(`"lowering":1,`, ``),
		"escaped hole":      replace(`<ballot>`, `\u003cballot\u003e`),
		"escaped letter":    replace(`DROP`, `\u0044ROP`),
		"number as text":    replace(`"after":0`, `"after":"0"`),
		"number as float":   replace(`"after":0`, `"after":0.0`),
		"negative":          replace(`"after":0`, `"after":-1`),
		"over 32 bits":      replace(`"after":840264`, `"after":4294967296`),
		"other version":     replace(`"contract":2`, `"contract":3`),
		"protocol 1":        replace(`"contract":2`, `"contract":1`),
		"not a policy id":   replace(`"bvp1`, `"bvp2`),
		"unknown opcode":    replace(`DROP`, `DORP`),
		"script spelled":    replace(`<ballot> DROP`, `<ballot>  DROP`),
		"paths null":        good[:strings.Index(good, `"paths"`)] + `"paths":null}` + "\n",
		"no paths":          good[:strings.Index(good, `"paths"`)] + `"paths":[]}` + "\n",
		"signers null":      replace(`["voter"]`, `null`),
		"no signers":        replace(`["voter"]`, `[]`),
		"signers unsorted":  replace(`["voter"]`, `["voter","alice"]`),
		"signer twice":      replace(`["voter"]`, `["voter","voter"]`),
		"not a role":        replace(`["voter"]`, `["Voter"]`),
		"unknown path":      replace(`"refund"`, `"retreat"`),
		"no redeem":         replace(`"0","0","redeem"`, `"0","0"`),
		"unknown item":      replace(`"0","0","redeem"`, `"0","2","redeem"`),
		"paths unsorted":    replace(`"win.alice"`, `"win.carol"`),
		"path twice":        replace(winOf("bob"), winOf("alice")),
		"bytes not of text": replace(`DROP`, "DR\xffP"),
		"too large":         good + strings.Repeat(" ", templates.MaxContract),
	} {
		if c, err := templates.DecodeContract([]byte(b)); err == nil {
			t.Errorf("%s: read as %+v", name, c)
		}
	}
}

// TestDecodeContractOfProtocol1: a contract of the protocol before this one is refused with
// a sentence that says so.
func TestDecodeContractOfProtocol1(t *testing.T) {
	old := sample()
	old.Contract = 1
	_, err := templates.DecodeContract(old.Encode())
	if want := "contract: written for protocol 1; this program reads protocol 2"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func FuzzDecodeContract(f *testing.F) {
	f.Add(sample().Encode())
	f.Add(mixed().Encode())
	f.Add([]byte(`{"contract":2,"policy":"","lowering":1,"script":"","paths":[]}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := templates.DecodeContract(b)
		if err == nil && !bytes.Equal(c.Encode(), b) {
			t.Fatalf("%q encodes as %q", b, c.Encode())
		}
	})
}
