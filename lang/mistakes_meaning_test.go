package lang_test

import (
	"fmt"
	"strings"

	"bevote/examples"
	"bevote/internal/curve"
	"bevote/lang"
	"bevote/lang/langtest"
)

// pubOf and addrOf are literals of the sample policy.
func pubOf(role string) string  { return literal("pub:", role) }
func addrOf(role string) string { return literal("addr:", role) }

func literal(tag, role string) string {
	src := examples.Policy("club_chair")
	literals, err := lang.Literals(src)
	if err != nil {
		panic(err)
	}
	for _, l := range literals {
		if text := string(src[l.Start:l.End]); l.Role == role && strings.HasPrefix(text, tag) {
			return text
		}
	}
	panic("no literal of " + role)
}

func keyMistakes() []mistake {
	sup, alice, bob := pubOf("supervisor"), pubOf("candidate alice"), pubOf("candidate bob")
	pay := addrOf("payout bob")
	small := func(k uint32) string {
		return "pub:" + curve.BaseMul(curve.NewScalar(k)).Key().String()
	}
	negative := func(text string) string { return "pub:03" + text[len("pub:02"):] }
	other := func(network string) string { return "addr:" + langtest.Address(network, "x") }
	return []mistake{
		one("short key", bob, bob[:20]+" // want E0301\n"),
		one("capital hex", bob, "pub:"+strings.ToUpper(bob[4:])+" // want E0301\n"),
		one("uncompressed", bob, "pub:04"+bob[6:]+bob[6:]+" // want E0301\n"),
		one("empty key", bob, "pub: // want E0301\n"),
		one("off the curve", bob, "pub:02"+strings.Repeat("0", 63)+"5"+" // want E0302\n"),
		one("over the field", bob, "pub:02"+strings.Repeat("f", 64)+" // want E0302\n"),
		one("shared key", alice, alice+" // want E0303\n").at(bob, alice),
		one("shared with the supervisor", sup, sup+" // want E0303\n").at(alice, sup),
		one("opposite sign", bob, negative(alice)).at(alice, alice+" // want E0304\n"),
		one("the generator", bob, small(1)+" // want E0305\n"),
		one("its negative", bob, negative(small(1))+" // want E0305\n"),
		one("a thousand times", bob, small(1000)+" // want E0305\n"),
		one("unreadable address", pay, pay+"x // want E0306\n"),
		one("mainnet address", pay, other("mainnet")+" // want E0306\n"),
		one("simnet address", pay, other("simnet")+" // want E0306\n"),
		one("testnet segwit", pay, "addr:tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx // want E0306\n"),
		one("a bare key", pay, "addr:"+bob[4:]+" // want E0306\n"),
		one("anyone can spend", pay, "addr:bcrt1pfeesnyr2tx // want E0306\n"),
		one("shared payout", pay, addrOf("payout alice")+" // want E0307\n"),
	}
}

func timeMistakes() []mistake {
	return []mistake{
		one("date lock", timeoutText, "timeout block 500_000_000 // want E0502\n//"),
		one("date lock, larger than a word", timeoutText, "timeout block 99999999999999999999 // want E0502\n//"),
		one("date in a test", "at block 265", "at block 1700000000 // want E0502\n"),
		one("block zero", "at block 265", "at block 0 // want E0501\n"),
		one("commit with the roll", "commit  by block 112 ", "commit by block 110 // want E0505\n//"),
		one("deal with commit", "deal    by block 114 ", "deal by block 112 // want E0505\n//"),
		one("deal not deep", "confirmations 1", "confirmations 3").
			at("deal    by block 114 ", "deal by block 114 // want E0505\n//").
			at("to block 220\n", "to block 220 // want E0505\n"),
		one("setup too close", "setup   by block 118 ", "setup by block 115 // want E0505\n//"),
		one("vote from setup", "setup   by block 118 ", "setup by block 120\n//").at("vote    from block 120 to block 220", "vote from block 120 to block 220 // want E0505"),
		one("vote backwards", "to block 220", "to block 119 // want E0505"),
		one("claim with the vote", "claim   by block 250 ", "claim by block 220 // want E0505\n//"),
		one("timeout with the claim", timeoutText, "timeout block 250 // want E0505\n//"),
		one("early reveal", "reveal  from block 300 ", "reveal from block 264 // want E0505\n//"),
		one("no time to sweep", timeoutText, "timeout block 251 // want W0506\n//"),
		one("no time for many", votersText, "voters 1_801").at(thresText, "threshold 1_000 of 1_801").at(timeoutText, "timeout block 263 // want W0506\n//"),
	}
}

// custodial makes the sample an election that the supervisor counts.
func custodial(name string, edits ...edit) mistake {
	m := mistake{name, []edit{
		{winText, "win when supervisor signs"}, {jointText, ""},
		{"commit  by block 112 ", "//"}, {"deal    by block 114 ", "//"}, {"setup   by block 118 ", "//"},
		{allowText, `allow W0401 "as the paper has it"`}, {"signers joint, alice  expect win alice", "signers supervisor expect win"},
		{"signers joint  expect", "signers alice expect"},
	}}
	m.edits = append(m.edits, edits...)
	return m
}

func otherMistakes() []mistake {
	paper := func(name string) mistake {
		return one(name, winText, "win when joint signs // want W0401").at(allowText, "").at("expect win alice", "expect win")
	}
	var voters, names []string
	for i := range 13 {
		name := fmt.Sprintf("v%d", i)
		names, voters = append(names, name), append(voters, "voter "+name+" "+key(name))
	}
	branch := func(name, text string) mistake { return one(name, refundText, refundText+"\n branch rescue "+text) }
	return []mistake{
		custodial("custodial"),
		custodial("custodial from one share", edit{thresText, "threshold 1 of 5 // want W0204"}),
		custodial("custodial with a joint key", edit{refundText, refundText + "\n joint by voters // want E0106"}),
		custodial("custodial with deals", edit{refundText, refundText + "\n deal by block 114 // want E0106"}),
		custodial("custodial and salted", edit{"ballots plain", "ballots salted // want E0106"}),
		custodial("custodial test of a joint key", edit{"at block 265  signers voter", "at block 265 signers joint // want E0106\n"}),
		custodial("custodial branch with a joint key", edit{refundText, refundText + "\n branch b when joint sign // want E0106"}),
		custodial("custodial roll in the vote", edit{"roll    by block 110 ", "roll by block 120\n//"},
			edit{"vote    from block 120 to block 220", "vote from block 120 to block 220 // want E0505"}),
		custodial("the supervisor pays anyone", edit{"win when supervisor signs", "win when supervisor signs // want W0401"}, edit{`allow W0401 "as the paper has it"`, ""}),
		paper("paper"),
		paper("paper names no winner").at(`test "refund one block later"         { at block 265  signers voter  expect refund }`,
			`test "no" { at block 240 signers joint expect win bob } // want E0102`),
		paper("paper with a key each").at(jointText, "joint by voters for each candidate // want E0106\n"),
		one("counted and named", mixingText, mixingText+"\n voter v1 "+key("1")+"// want W0206\n voter v2 "+key("2")).at(votersText, votersText+" // want E0106"),
		one("named and mixed", votersText, "voter v1 "+key("1")+" // want W0206\n voter v2 "+key("2")).
			at(thresText, "threshold 2 of 2 // want W0205").at(mixingText, "mixing blind-rsa { modulus 2048 mixers 3 } // want E0106"),
		one("mixers without mixing", mixingText, mixingText+"\n mixer m1 "+key("1")+" // want E0106"),
		one("mixers of another number", mixingText, "mixing blind-rsa { modulus 2048 mixers 3 }\n mixer m1 "+key("1")+" // want E0106"),
		one("small modulus", mixingText, "mixing blind-rsa { modulus 1024 mixers 3 } // want E0801"),
		one("odd rounds", mixingText, "mixing group-blind { modulus 2048 rounds 129 mixers 3 } // want E0802"),
		one("few rounds", mixingText, "mixing group-blind { modulus 2048 rounds 126 mixers 3 } // want E0802"),
		one("one mixer", mixingText, "mixing group-blind { modulus 2048 rounds 128 mixers 1 } // want E0803"),
		branch("unsigned", "when 0 of { alice, bob } sign // want E0403"),
		branch("unsigned alternative", "when alice or 0 of { bob } sign // want E0403"),
		branch("too many of", "when 3 of { alice, bob } sign // want E0201"),
		branch("listed twice", "when 2 of { alice, bob, alice } sign // want E0101"),
		one("too many sets", votersText, strings.Join(voters, "\n")).at(thresText, "threshold 7 of 13").at(mixingText, "").
			at("ballots plain", "ballots salted").at(refundText, refundText+"\n branch rescue when 6 of { "+strings.Join(names, ", ")+" } sign // want E0004"),
		branch("no height", "when alice sign after noon // want E0501"),
		branch("relative lock", "when alice sign after 10 blocks // want E0501"),
	}
}
