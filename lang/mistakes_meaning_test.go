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

func sealMistakes() []mistake {
	txid := strings.Repeat("4a5e1e4b", 8)
	seal := func(name, outpoint, want string) mistake {
		return one(name, graceText, graceText+"\n announced by spending "+outpoint+" // want "+want)
	}
	return []mistake{
		one("sealed", graceText, graceText+"\n announced by spending "+txid+":0"),
		one("sealed by a txid that begins with a letter", graceText, graceText+"\n announced by spending a"+txid[1:]+":4294967295"),
		seal("short outpoint", txid[1:]+":0", "E0308"),
		seal("long outpoint", "0"+txid+":0", "E0308"),
		seal("capital outpoint", strings.ToUpper(txid)+":0", "E0308"),
		seal("outpoint of no digits", txid+":", "E0308"),
		seal("outpoint with a leading zero", txid+":01", "E0308"),
		seal("outpoint over 32 bits", txid+":4294967296", "E0308"),
		seal("no outpoint", txid, "E0001"),
		seal("outpoint with a space", txid+": 0", "E0308 E0001"),
	}
}

func timeMistakes() []mistake {
	return []mistake{
		one("date lock", timeoutText, "timeout block 500_000_000 // want E0502\n//"),
		one("date lock, larger than a word", timeoutText, "timeout block 99999999999999999999 // want E0502\n//"),
		one("date in a test", "at block 265", "at block 1700000000 // want E0502\n"),
		one("block zero", "at block 265", "at block 0 // want E0501\n"),
		one("commit with the roll", "commit  by block 115 ", "commit by block 110 // want E0505\n//"),
		one("deal with commit", "deal    by block 120 ", "deal by block 115 // want E0505\n//"),
		one("commit too close", "commit  by block 115 ", "commit by block 114 // want E0505\n//"),
		one("deal too close", "deal    by block 120 ", "deal by block 119 // want E0505\n//"),
		one("not deep", "confirmations 1", "confirmations 2").
			at("commit  by block 115 ", "commit by block 115 // want E0505\n//").
			at("deal    by block 120 ", "deal by block 120 // want E0505\n//").
			at("setup   by block 125 ", "setup by block 125 // want E0505\n//").
			at("to block 220\n", "to block 220 // want E0505\n"),
		one("more grace", graceText, "grace 3 blocks").
			at("commit  by block 115 ", "commit by block 115 // want E0505\n//").
			at("deal    by block 120 ", "deal by block 120 // want E0505\n//").
			at("setup   by block 125 ", "setup by block 125 // want E0505\n//").
			at("to block 220\n", "to block 220 // want E0505\n"),
		one("less grace", graceText, "grace 1 blocks"),
		one("no grace", graceText, "grace 0 blocks // want E0001"),
		one("grace of seconds", graceText, "grace 1700000000 blocks // want E0001"),
		one("grace without a unit", graceText, "grace 2 // want E0001"),
		one("the grace of most policies", graceText, "").
			at("commit  by block 115 ", "commit by block 119\n//").at("deal    by block 120 ", "deal by block 128\n//").
			at("setup   by block 125 ", "setup by block 137\n//").at("vote    from block 130", "vote from block 146"),
		one("the grace of six confirmations", graceText, "").at("confirmations 1", "").
			at("commit  by block 115 ", "commit by block 130\n//").at("deal    by block 120 ", "deal by block 150\n//").
			at("setup   by block 125 ", "setup by block 170\n//").
			at("vote    from block 130 to block 220", "vote from block 189 to block 220 // want E0505"),
		one("setup too close", "setup   by block 125 ", "setup by block 124 // want E0505\n//"),
		one("vote from setup", "setup   by block 125 ", "setup by block 126\n//").at("vote    from block 130 to block 220", "vote from block 130 to block 220 // want E0505"),
		one("no block for the announcement", "roll    by block 110 ", "roll by block 1 // want E0505\n//"),
		one("vote backwards", "to block 220", "to block 129 // want E0505"),
		one("claim with the vote", "claim   by block 250 ", "claim by block 220 // want E0505\n//"),
		one("timeout with the claim", timeoutText, "timeout block 250 // want E0505\n//"),
		one("early reveal", "reveal  from block 300 ", "reveal from block 264 // want E0505\n//"),
		one("a digit too many", timeoutText, "timeout block 264_000 // want W0508\n//").at("reveal  from block 300 ", "reveal from block 300_000\n//"),
		one("a year", timeoutText, "timeout block 52690\n//").at("reveal  from block 300 ", "reveal from block 300_000\n//"),
		one("a block over a year", timeoutText, "timeout block 52691 // want W0508\n//").at("reveal  from block 300 ", "reveal from block 300_000\n//"),
		one("no time to sweep", timeoutText, "timeout block 251 // want W0506\n//"),
		one("no time for many", votersText, "voters 1_801").at(thresText, "threshold 1_000 of 1_801").at(timeoutText, "timeout block 263 // want W0506\n//"),
	}
}

// mixed makes the sample an election that mixes, with some of the heights of mixing
// replaced.
func mixed(name, scheme string, edits ...edit) mistake {
	text := mixTimes
	for _, e := range edits {
		text = strings.Replace(text, e.old, e.new, 1)
	}
	return one(name, mixingText, text+" mixing "+scheme)
}

func mixMistakes() []mistake {
	rsa, group := "blind-rsa { modulus 2048 mixers 3 }", "group-blind { modulus 2048 rounds 128 mixers 2 }"
	unmixed := mixed("heights without mixing", "none")
	for _, h := range []string{"50", "60", "72", "80", "90"} {
		unmixed.edits[0].new = strings.Replace(unmixed.edits[0].new, "block "+h, "block "+h+" // want E0106", 1)
	}
	return []mistake{
		mixed("mixed", rsa),
		mixed("group-blind", group),
		unmixed,
		mixed("no payout", rsa, edit{"payout by block 90", ""}).at("election club_chair {", "election club_chair { // want E0103"),
		mixed("no heights of mixing", rsa, edit{mixTimes, ""}).
			at("election club_chair {", "election club_chair { // want E0103 E0103 E0103 E0103 E0103"),
		mixed("no block for the announcement of mixing", rsa, edit{"register by block 50", "register by block 1 // want E0505"}),
		mixed("deposit too close", rsa, edit{"deposit by block 60", "deposit by block 54 // want E0505"}),
		mixed("deposit close", rsa, edit{"deposit by block 60", "deposit by block 55"}),
		mixed("issue too close", rsa, edit{"issue by block 72", "issue by block 64 // want E0505"}),
		mixed("issue close", rsa, edit{"issue by block 72", "issue by block 65"}),
		mixed("voucher too close", rsa, edit{"voucher by block 80", "voucher by block 76 // want E0505"}),
		mixed("voucher close", rsa, edit{"voucher by block 80", "voucher by block 77"}),
		mixed("sessions too close", group, edit{"issue by block 72", "issue by block 65 // want E0505"}),
		mixed("sessions of many keys", group, edit{"issue by block 72", "issue by block 66 // want W0507"}),
		mixed("sessions of one key each, too close", group, edit{"issue by block 72", "issue by block 71 // want W0507"}),
		mixed("payout too close", rsa, edit{"payout by block 90", "payout by block 86 // want E0505"}),
		mixed("payout close", rsa, edit{"payout by block 90", "payout by block 87"}),
		mixed("roll too close", rsa, edit{"payout by block 90", "payout by block 101"}).at("roll    by block 110 ", "roll by block 110 // want E0505\n//"),
		mixed("roll close", rsa, edit{"payout by block 90", "payout by block 100"}),
	}
}

// live makes the sample a policy of a network on which others make blocks.
func live(name, network string, edits ...edit) mistake {
	m := mistake{name, []edit{
		{addrOf("payout alice"), "addr:" + langtest.Address(network, "a")}, {addrOf("payout bob"), "addr:" + langtest.Address(network, "b")},
	}}
	m.edits = append(m.edits, edits...)
	return m
}

func liveMistakes() []mistake {
	sealed := "\nannounced by spending " + strings.Repeat("4a5e1e4b", 8) + ":0\n"
	net := func(text string) edit { return edit{"network    regtest", text} }
	main := "network mainnet // want W0111" + sealed
	scheme := mixTimes + "mixing blind-rsa { modulus 2048 mixers 2 }"
	mixers := "\n mixer m1 " + key("m1") + "\n mixer m2 " + key("m2")
	return []mistake{
		live("mainnet", "mainnet", net(main)),
		live("testnet4", "testnet4", net("network testnet4"+sealed)),
		live("unsealed mainnet", "mainnet", net("network mainnet // want W0111 W0112")),
		live("unsealed testnet4", "testnet4", net("network testnet4 // want W0112")),
		live("unsealed simnet", "simnet", net("network simnet")),
		live("nameless mixers", "mainnet", net(main), edit{mixingText, scheme + " // want E0804"}),
		live("named mixers", "mainnet", net(main), edit{mixingText, scheme + mixers}),
		live("nameless mixers of simnet", "simnet", net("network simnet"), edit{mixingText, scheme}),
		live("placeholders", "mainnet", net(main),
			edit{pubOf("supervisor"), "pub:" + lang.Placeholder("supervisor").String() + " // want E0309\n"},
			edit{pubOf("candidate bob"), "pub:" + lang.Placeholder("bob").String() + " // want E0309\n"}),
		one("placeholder on regtest", pubOf("supervisor"), "pub:"+lang.Placeholder("supervisor").String()),
	}
}

// custodial makes the sample an election that the supervisor counts.
func custodial(name string, edits ...edit) mistake {
	m := mistake{name, []edit{
		{winText, "win when supervisor signs"}, {jointText, ""},
		{"commit  by block 115 ", "//"}, {"deal    by block 120 ", "//"}, {"setup   by block 125 ", "//"},
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
		custodial("custodial with deals", edit{refundText, refundText + "\n deal by block 120 // want E0106"}),
		custodial("custodial and salted", edit{"ballots plain", "ballots salted // want E0106"}),
		custodial("custodial test of a joint key", edit{"at block 265  signers voter", "at block 265 signers joint // want E0106\n"}),
		custodial("custodial branch with a joint key", edit{refundText, refundText + "\n branch b when joint sign // want E0106"}),
		custodial("custodial roll in the vote", edit{"roll    by block 110 ", "roll by block 126\n//"},
			edit{"vote    from block 130 to block 220", "vote from block 130 to block 220 // want E0505"}),
		custodial("the supervisor pays anyone", edit{"win when supervisor signs", "win when supervisor signs // want W0401"}, edit{`allow W0401 "as the paper has it"`, ""}),
		paper("paper"),
		paper("paper names no winner").at(`test "refund one block later"         { at block 265  signers voter  expect refund }`,
			`test "no" { at block 240 signers joint expect win bob } // want E0102`),
		paper("paper with a key each").at(jointText, "joint by voters for each candidate // want E0106\n"),
		one("counted and named", mixingText, mixingText+"\n voter v1 "+key("1")+"// want W0206\n voter v2 "+key("2")).at(votersText, votersText+" // want E0106"),
		one("named and mixed", votersText, "voter v1 "+key("1")+" // want W0206\n voter v2 "+key("2")).
			at(thresText, "threshold 2 of 2 // want W0205").at(mixingText, mixTimes+"mixing blind-rsa { modulus 2048 mixers 3 } // want E0106"),
		one("mixers without mixing", mixingText, mixingText+"\n mixer m1 "+key("1")+" // want E0106"),
		one("mixers of another number", mixingText, mixTimes+"mixing blind-rsa { modulus 2048 mixers 3 }\n mixer m1 "+key("1")+" // want E0106"),
		one("small modulus", mixingText, mixTimes+"mixing blind-rsa { modulus 1024 mixers 3 } // want E0801"),
		one("odd rounds", mixingText, mixTimes+"mixing group-blind { modulus 2048 rounds 129 mixers 3 } // want E0802"),
		one("few rounds", mixingText, mixTimes+"mixing group-blind { modulus 2048 rounds 126 mixers 3 } // want E0802"),
		one("one mixer", mixingText, mixTimes+"mixing group-blind { modulus 2048 rounds 128 mixers 1 } // want E0803"),
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
