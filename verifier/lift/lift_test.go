package lift_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bevote/templates"
	"bevote/verifier/lift"
)

// The generator G and its double, as constant keys.
const (
	keyG  = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
	key2G = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"
)

// The HASH160 of keyG, and a hash of no known preimage.
const (
	hashOfG  = "751e76e8199196d454941c45d1b3a323f1433bd6"
	lockHash = "1111111111111111111111111111111111111111"
)

const refund = "NOTIF DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIGVERIFY 264 CHECKLOCKTIMEVERIFY ELSE 1 ENDIF"

var roles = map[string]string{
	keyG:          "supervisor",
	hashOfG:       "supervisor",
	"claim.alice": "joint+alice",
	"claim.bob":   "joint+bob",
}

func pathsOf(text string) ([]string, error) {
	t, err := templates.ParseTemplate(text)
	if err != nil {
		return nil, err
	}
	paths, err := lift.Paths(t, roles)
	lines := make([]string, len(paths))
	for i, p := range paths {
		lines[i] = fmt.Sprintf("%s/%d/%s", strings.Join(p.Signers, ","), p.After, strings.Join(p.Witness, " "))
	}
	slices.Sort(lines)
	return lines, err
}

// TestPaths lifts scripts whose meaning was worked out by hand.
func TestPaths(t *testing.T) {
	for _, row := range []struct {
		name, script string
		want         []string
	}{
		{"hardened", "<ballot> DROP 1 <claim.alice> <claim.bob> 2 CHECKMULTISIG " + refund, []string{
			"joint+alice/0/0 sig:joint+alice redeem",
			"joint+bob/0/0 sig:joint+bob redeem",
			"voter/264/sig:voter pubkey:voter 0 0 redeem",
		}},
		{"signature", "<ballot> DROP <joint> CHECKSIG " + refund, []string{
			"joint/0/sig:joint redeem",
			"voter/264/sig:voter pubkey:voter 0 redeem",
		}},
		{"flag", "IF 1 <ballot> 0x" + keyG + " 2 CHECKMULTISIG ELSE 264 CHECKLOCKTIMEVERIFY DROP " +
			"DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG ENDIF", []string{
			"supervisor/0/0 sig:supervisor 1 redeem",
			"voter/264/sig:voter pubkey:voter 0 redeem",
		}},
		{"escrow: two together, or the owner from a height on", "<joint> CHECKSIG IF 0x" + keyG + " CHECKSIGVERIFY 1 " +
			"ELSE <voter> CHECKSIGVERIFY 110 CHECKLOCKTIMEVERIFY ENDIF", []string{
			"joint,supervisor/0/sig:supervisor sig:joint redeem",
			"voter/110/sig:voter 0 redeem",
		}},
		{"two of three", "2 <joint> <voter> 0x" + keyG + " 3 CHECKMULTISIG", []string{
			"joint,supervisor/0/0 sig:joint sig:supervisor redeem",
			"joint,voter/0/0 sig:joint sig:voter redeem",
			"supervisor,voter/0/0 sig:voter sig:supervisor redeem",
		}},
		{"two of two by one key", "2 <joint> <joint> 2 CHECKMULTISIG", []string{"joint/0/0 sig:joint sig:joint redeem"}},
		{"none of one", "0 <joint> 1 CHECKMULTISIG", []string{"/0/0 redeem"}},
		{"unknown key", "0x" + key2G + " CHECKSIG", []string{key2G + "/0/sig:" + key2G + " redeem"}},
		{"any key", "CHECKSIG", []string{"/0/sig:any pubkey:any redeem"}},
		{"signature kept and dropped", "DUP <voter> CHECKSIGVERIFY DROP 1", []string{"voter/0/sig:voter redeem"}},
		{"key hashed after its use", "DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG",
			[]string{"voter/0/sig:voter pubkey:voter redeem"}},
		{"hash alone is no signature", "HASH160 <voter_hash> EQUALVERIFY 1", []string{"/0/pubkey:voter redeem"}},
		{"a hash lock", "HASH160 0x" + lockHash + " EQUALVERIFY <voter> CHECKSIG",
			[]string{"voter/0/sig:voter preimage:" + lockHash + " redeem"}},
		{"a hash lock alone", "HASH160 0x" + lockHash + " EQUALVERIFY 1", []string{"/0/preimage:" + lockHash + " redeem"}},
		{"the hash of a key", "DUP HASH160 0x" + lockHash + " EQUALVERIFY CHECKSIG",
			[]string{lockHash + "/0/sig:" + lockHash + " pubkey:" + lockHash + " redeem"}},
		{"the hash of a known key", "HASH160 0x" + hashOfG + " EQUALVERIFY <voter> CHECKSIG",
			[]string{"voter/0/sig:voter pubkey:supervisor redeem"}},
		{"anything true", "VERIFY 1", []string{"/0/1 redeem"}},
		{"the witness decides", "264 CHECKLOCKTIMEVERIFY DROP", []string{"/264/1 redeem"}},
		{"later of two locks", "<voter> CHECKSIGVERIFY 264 CHECKLOCKTIMEVERIFY DROP 100 CHECKLOCKTIMEVERIFY",
			[]string{"voter/264/sig:voter redeem"}},
		{"never", "0", []string{}},
		{"never, the other way", "<voter> CHECKSIGVERIFY 0", []string{}},
		{"constant branch", "1 IF <voter> ELSE <joint> ENDIF CHECKSIG", []string{"voter/0/sig:voter redeem"}},
		{"negative zero is false", "0x80 NOTIF <voter> ELSE <joint> ENDIF CHECKSIG", []string{"voter/0/sig:voter redeem"}},
		{"nested", "IF IF <voter> ELSE <joint> ENDIF ELSE 0x" + keyG + " ENDIF CHECKSIG", []string{
			"joint/0/sig:joint 0 1 redeem",
			"supervisor/0/sig:supervisor 0 redeem",
			"voter/0/sig:voter 1 1 redeem",
		}},
		{"a side not run opens branches too", "0 IF IF <voter> ELSE CHECKSIG ENDIF ELSE <joint> ENDIF CHECKSIG",
			[]string{"joint/0/sig:joint redeem"}},
		{"every ELSE flips", "1 IF <voter> ELSE <joint> ELSE CHECKSIG ENDIF", []string{"voter/0/sig:voter redeem"}},
		{"multisig verify", "1 <joint> 1 CHECKMULTISIGVERIFY 1", []string{"joint/0/0 sig:joint redeem"}},
		{"a ballot is true", "<voter> CHECKSIGVERIFY <ballot>", []string{"voter/0/sig:voter redeem"}},
		{"equal constants", "5 5 EQUALVERIFY <voter> CHECKSIG", []string{"voter/0/sig:voter redeem"}},
		{"different constants", "5 6 EQUALVERIFY <voter> CHECKSIG", []string{}},
		{"an item equals itself", "DUP DUP EQUALVERIFY", []string{"/0/1 redeem"}},
	} {
		got, err := pathsOf(row.script)
		if err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, %v, want %q", row.name, got, err, row.want)
		}
	}
}

// TestCannotLift lists scripts that are not understood, and scripts with a spend that
// consensus takes and relays refuse.
func TestCannotLift(t *testing.T) {
	for name, row := range map[string][2]string{
		"unknown opcode":            {"SHA256 <voter> CHECKSIG", "unknown opcode SHA256"},
		"unknown, not run":          {"0 IF CODESEPARATOR ENDIF <voter> CHECKSIG", "unknown opcode CODESEPARATOR"},
		"open branch":               {"IF <voter> CHECKSIG", "IF without ENDIF"},
		"unopened branch":           {"<voter> CHECKSIG ENDIF", "ENDIF without IF"},
		"lone else":                 {"<voter> CHECKSIG ELSE", "ELSE without IF"},
		"ballot tried as a key":     {"1 <voter> <ballot> 2 CHECKMULTISIG", "holds no key"},
		"ballot tried when failing": {"1 <ballot> <voter> 2 CHECKMULTISIG NOTIF 1 ENDIF 1", "relays refuse"},
		"no key":                    {"<ballot> CHECKSIG NOTIF <voter> CHECKSIG ENDIF", "holds no key"},
		"hash as a key":             {"<voter_hash> CHECKSIG NOTIF <voter> CHECKSIG ENDIF", "holds no key"},
		"item left":                 {"<voter> CHECKSIG 1", "1 items too many"},
		"ballot left":               {"<voter> CHECKSIGVERIFY <ballot> 1", "1 items too many"},
		"item unread":               {"DROP <voter> CHECKSIG", "not read"},
		"item reused":               {"DUP <voter> CHECKSIGVERIFY <joint> CHECKSIG", "two purposes"},
		"flag as signature":         {"DUP IF <voter> CHECKSIG ENDIF", "two purposes"},
		"signature is its key":      {"DUP CHECKSIG", "two purposes"},
		"constant signature":        {"1 <voter> CHECKSIG", "something else"},
		"lock by date":              {"<voter> CHECKSIGVERIFY 500000000 CHECKLOCKTIMEVERIFY", "not a block height"},
		"lock at zero":              {"<voter> CHECKSIGVERIFY 0 CHECKLOCKTIMEVERIFY 1", "not a block height"},
		"lock not minimal":          {"<voter> CHECKSIGVERIFY 0x080100 CHECKLOCKTIMEVERIFY", "not a block height"},
		"lock from the witness":     {"CHECKLOCKTIMEVERIFY", "not a block height"},
		"lock from a hole":          {"<voter_hash> CHECKLOCKTIMEVERIFY", "not a block height"},
		"count from the witness":    {"CHECKMULTISIG", "count of keys"},
		"21 keys":                   {"1 " + strings.Repeat("<voter> ", 21) + "21 CHECKMULTISIG", "count of keys"},
		"more signatures than keys": {"2 <voter> 1 CHECKMULTISIG", "count of signatures"},
		"too many choices":          {"10 " + strings.Repeat("<voter> ", 20) + "20 CHECKMULTISIG", "too many choices"},
		"too many branches":         {strings.Repeat("IF 1 DROP ENDIF ", 14) + "1", "branches"},
		"too many opcodes":          {strings.Repeat("1 DROP ", 201) + "<voter> CHECKSIG", "opcodes, at most 201"},
		"comparison":                {"<voter> EQUALVERIFY 1", "comparison"},
		"hash of a hole":            {"<voter> HASH160 <voter_hash> EQUALVERIFY 1", "hash of what is no witness item"},
		"two hashes":                {"DUP HASH160 <voter_hash> EQUALVERIFY DUP HASH160 0x" + lockHash + " EQUALVERIFY CHECKSIG", "no key"},
		"truth of a hash":           {"HASH160", "something else"},
	} {
		got, err := pathsOf(row[0])
		if err == nil || !strings.Contains(err.Error(), row[1]) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, row[1])
		}
	}
}

func FuzzPaths(f *testing.F) {
	f.Add("<ballot> DROP 1 <claim.alice> <claim.bob> 2 CHECKMULTISIG " + refund)
	f.Add("IF 1 <ballot> <joint> 2 CHECKMULTISIG ELSE 264 CHECKLOCKTIMEVERIFY DROP DUP HASH160 <voter_hash> EQUALVERIFY CHECKSIG ENDIF")
	f.Add("2 <joint> <voter> <voter> 3 CHECKMULTISIGVERIFY VERIFY DUP IF")
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, err := templates.ParseTemplate(text)
		if err != nil || len(tmpl.Ops()) > 100 {
			return
		}
		paths, err := lift.Paths(tmpl, roles)
		if err != nil {
			return
		}
		for i, p := range paths {
			if len(p.Witness) == 0 || p.Witness[len(p.Witness)-1] != "redeem" {
				t.Fatalf("%q: witness %q", text, p.Witness)
			}
			if !slices.IsSorted(p.Signers) || i > 0 && paths[i-1].String() >= p.String() {
				t.Fatalf("%q: paths out of order", text)
			}
			for _, s := range p.Signers {
				if !slices.Contains(p.Witness, "sig:"+s) {
					t.Fatalf("%q: %s signs without a signature in %q", text, s, p.Witness)
				}
			}
		}
	})
}
