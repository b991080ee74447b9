package lang_test

import "strings"

// Texts of the sample policy that mistakes replace.
const (
	stakeText   = "stake      200_000 sat"
	thresText   = "threshold  3 of 5"
	graceText   = "grace      2 blocks"
	votersText  = "voters     5"
	mixingText  = "mixing     none"
	feeText     = "fee        25 sat/vB"
	winText     = "win    when joint and candidate sign"
	jointText   = "joint  by voters\n"
	refundText  = "refund voter after timeout"
	allowText   = `allow  W0402 "the club trusts its two candidates"`
	bobText     = "candidate bob {"
	timeoutText = "timeout block 264 "

	mixTimes = "register by block 50\ndeposit by block 60\nissue by block 72\nvoucher by block 80\npayout by block 90\n"
)

func syntaxMistakes() []mistake {
	return []mistake{
		one("version", "bevote 1", "bevote 2 // want E0001"),
		one("no version", "bevote 1\n", "").at("election club_chair {", "election club_chair { // want E0001"),
		one("not a policy", clubChair, "hello world // want E0001"),
		one("no election", clubChair, "bevote 1 // the end\n// want E0001"),
		one("words before the election", "election club_chair {", "a fair // want E0001\nelection club_chair {"),
		one("no name", "election club_chair {", "election { // want E0001"),
		one("after the end", "expect refund }\n}", "expect refund }\n}\nmore // want E0001"),
		one("a brace too many", "expect refund }\n}", "expect refund }\n}} // want E0001"),
		one("no end", "expect refund }\n}\n", "expect refund } // want E0001"),
		one("unknown statement", thresText, "treshold 3 of 5 // want E0002"),
		one("strange statement", mixingText, mixingText+"\n quorum 5 // want E0002"),
		one("trailing word", mixingText, mixingText+" please // want E0001"),
		one("wrong word", "target p2sh {", "target p2wsh { // want E0001\n"),
		one("unknown network", "network    regtest", "network testnet // want E0001"),
		one("untagged key", pubOf("supervisor"), pubOf("supervisor")[4:]+" // want E0001\n"),
		one("broken candidate", "candidate bob {", "candidate bob { // \n name // want E0001"),
		one("no closing brace", "candidate bob {", "candidate { // want E0001"),
		one("a candidate's name is lost", "candidate bob {", "candidate { // want E0001").at("signers joint, alice", "signers joint, bob"),
		one("no expectation", "expect reject }\n  test \"alice", "} // want E0001\n  test \"alice"),
		one("unended text", `"Alice Smith" {`, `"Alice Smith { // want E0001`),
		one("hidden direction", `"Alice Smith" {`, "\"Alice \u202eSmith\" { // want E0001"),
		one("hidden in a comment", "// dealers are bound", "// dealers \u2067are bound // want E0001"),
		one("hidden hyphen", `"Alice Smith" {`, "\"Alice Sm\u00adith\" { // want E0001"),
		one("hidden filler", `"Alice Smith" {`, "\"Alice\u3164Smith\" { // want E0001"),
		one("variation selector", `"Alice Smith" {`, "\"Alice \u2764\ufe0f\" { // want E0001"),
		one("tag character", "// dealers are bound", "// dealers \U000e0041are bound // want E0001"),
		one("joiner between Latin letters", `"Alice Smith" {`, "\"Alice Sm\u200dith\" { // want E0001"),
		one("non-joiner between Latin letters", "// dealers are bound", "// dealers a\u200cre bound // want E0001"),
		one("joiner of pictures", `"Alice Smith" {`, "\"\U0001f469\u200d\U0001f680\" { // want E0001"),
		one("non-joiner at an end", `"Alice Smith" {`, "\"\u0645\u06cc\u200c\" { // want E0001"),
		one("lone carriage return", "// dealers are bound", "// want E0001 // dealers\rare bound"),
		one("unit of another kind", feeText, "fee 25 sat // want E0104"),
		one("no unit", stakeText, "stake 200_000 // want E0104"),
		one("unknown unit", stakeText, "stake 200_000 satoshi // want E0104"),
		one("days", timeoutText, "timeout in 3 days // want E0501\n//"),
		one("a date", "block 110 ", "2027-01-01 // want E0501\n//"),
		one("a date as a block", "block 110 ", "block 2027-01-01 // want E0001\n//"),
		one("a word as a block", "block 110 ", "block soon // want E0501\n//"),
		one("untagged height", "block 110 ", "110 // want E0501\n//"),
		one("too deep", mixingText, "mixing group-blind {{{{{{{{ // want E0004"),
		one("not UTF-8", "Alice Smith", "Alice \xff // want E0004\n"),
		one("too large", "bevote 1", "// want E0004"+strings.Repeat(" ", 256<<10)),
		one("reads on", "network    regtest", "network // want E0001").at(stakeText, "stake lots // want E0001").at(feeText, "fee // want E0001"),
	}
}

// at adds an edit.
func (m mistake) at(old, new string) mistake {
	m.edits = append(m.edits, edit{old, new})
	return m
}

func nameMistakes() []mistake {
	bob := clubChair
	bob = bob[strings.Index(bob, bobText):]
	bob = bob[:strings.Index(bob, "}")+1]
	return []mistake{
		one("declared twice", stakeText, stakeText+"\n"+stakeText+" // want E0101"),
		one("declared twice, broken once", stakeText, "stake 5 // want E0104\n"+stakeText),
		one("empty display name", `"Alice Smith" {`, "\" \u2003\" { // want E0001"),
		one("two of a display name", bobText, `candidate bob "Alice Smith" { // want E0109`),
		one("two of a display name in another spelling", bobText, "candidate bob \"\uff21LICE  Smith\" { // want E0109"),
		one("another's identifier", `"Alice Smith" {`, `"Bob" {`).at(bobText, "candidate bob { // want E0109"),
		one("another's identifier, behind it", bobText, `candidate bob "Alice" { // want E0109`),
		one("Cyrillic display name", bobText, "candidate bob \"\u0410lice Smith\" { // want W0110"),
		one("a digit for a letter", bobText, "candidate a1ice { // want W0110"),
		one("two of a name", bob, bob+strings.Replace(bob, "bob {", "bob { // want E0101\n", 1)),
		one("voter like a candidate", mixingText, "voter bob "+key("x")+" voter zoe "+key("y")+" // want W0206").
			at(votersText, "").at(thresText, "threshold 2 of 2 // want W0205").at(bobText, "candidate bob { // want E0101"),
		one("allowed twice", allowText, allowText+"\n"+allowText+" // want E0101"),
		one("unknown winner", "expect win alice", "expect win alica // want E0102\n"),
		one("unknown signer", "signers joint, alice", "signers joint, eve // want E0102\n"),
		one("unknown joint key", "signers joint, alice", "signers joint eve, alice // want E0102\n"),
		one("one joint key has no owner", "signers joint, alice", "signers joint alice, alice // want E0102\n"),
		one("unknown branch", "expect win alice", "expect branch rescue // want E0102\n"),
		one("unknown role", refundText, refundText+"\n branch rescue when eve sign // want E0102"),
		one("unknown code", allowText, allowText+"\n allow W9999 \"why\" // want E0102"),
		one("allowed error", allowText, allowText+"\n allow E0303 \"why\" // want E0108"),
		one("no reason", allowText, `allow W0402 " " // want E0001`).at(winText, winText+" // want W0402"),
		one("not allowed", allowText, "").at(winText, winText+" // want W0402"),
		one("reserved name", bobText, "candidate refund { // want E0105"),
		one("reserved election", "election club_chair", "election none // want E0105\n"),
		one("capital letters", bobText, "candidate Bob { // want E0001"),
		one("long name", bobText, "candidate "+strings.Repeat("b", 33)+" { // want E0001"),
		one("dash", bobText, "candidate bob-2 { // want E0001"),
		one("missing stake", stakeText, "").at("election club_chair {", "election club_chair { // want E0103"),
		one("missing joint", jointText, "").at("election club_chair {", "election club_chair { // want E0103"),
		one("missing win", winText, "").at("election club_chair {", "election club_chair { // want E0103").at(allowText, ""),
		one("one candidate", bob, "").at(`"Alice Smith" {`, `"Alice Smith" { // want E0207`),
	}
}

func numberMistakes() []mistake {
	return []mistake{
		one("leading zero", stakeText, "stake 0200 sat // want E0003"),
		one("hexadecimal", stakeText, "stake 0x90 sat // want E0001"),
		one("underscore at the end", stakeText, "stake 200_ sat // want E0001"),
		one("glued unit", stakeText, "stake 200_000sat // want E0104"),
		one("half a satoshi", stakeText, "stake 200.5 sat // want E0001"),
		one("nine places", stakeText, "stake 0.123456789 btc // want E0001"),
		one("leading zero in btc", stakeText, "stake 00.5 btc // want E0003"),
		one("more than there is", stakeText, "stake 21_000_001 btc // want E0703"),
		one("more than a word holds", stakeText, "stake 99999999999999999999999 sat // want E0703"),
		one("half a fee", feeText, "fee 1.5 sat/vB // want E0001"),
		one("no fee", feeText, "fee 0 sat/vB // want E0703"),
		one("no confirmations", "confirmations 1", "confirmations 0 // want E0001"),
		one("too many voters", votersText, "voters 200_001 // want E0004"),
		one("one share elects", thresText, "threshold 1 of 5 // want E0201"),
		one("no share elects", thresText, "threshold 0 of 5 // want E0201"),
		one("more than all", thresText, "threshold 6 of 5 // want E0201"),
		one("more than all in percent", thresText, "threshold 101% of 5 // want E0201"),
		one("a huge threshold", thresText, "threshold 99999999999999999999 of 99999999999999999999 // want E0004"),
		one("other voters", thresText, "threshold 3 of 4 // want E0202"),
		one("not whole", thresText, "threshold 50% of 5 // want E0203"),
		one("two winners", thresText, "threshold 2 of 5 // want W0204"),
		one("half is two winners", thresText, "threshold 50% of 6 // want W0204").at(votersText, "voters 6"),
		one("unanimity", thresText, "threshold 100% of 5 // want W0205"),
	}
}
