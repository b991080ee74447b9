package lang

import "embed"

// Code is one kind of diagnostic. A code keeps its meaning for ever.
type Code struct {
	ID   string // E0303
	Says string // what every diagnostic of this code has in common
}

// Codes returns every code in order, those of the compiler included. E0000 is a bug
// of this program.
func Codes() []Code {
	return []Code{
		{"E0000", "the reader of policies broke down: a bug of ours"},
		{"E0001", "something else was expected"},
		{"E0002", "unknown statement"},
		{"E0003", "a number starts with 0"},
		{"E0004", "too large, too deep, or not UTF-8"},
		{"E0101", "declared twice"},
		{"E0102", "unknown name"},
		{"E0103", "missing statement"},
		{"E0104", "missing unit"},
		{"E0105", "reserved name"},
		{"E0106", "statements that exclude each other"},
		{"W0107", "an `allow` silences nothing"},
		{"E0108", "an `allow` of an error"},
		{"E0109", "two candidates with one name"},
		{"W0110", "two candidates whose names look alike"},
		{"W0111", "real money: the code has no review from outside yet"},
		{"W0112", "nothing names the coin that the announcement spends"},
		{"E0201", "threshold out of range"},
		{"E0202", "the threshold is of another number than there are voters"},
		{"E0203", "the percentage is not whole"},
		{"W0204", "two candidates can both reach the threshold"},
		{"W0205", "unanimity: one lost share forces a refund"},
		{"W0206", "named voters with plain ballots: after the count everybody sees how each voted"},
		{"E0207", "fewer than two candidates"},
		{"E0301", "key format"},
		{"E0302", "the key is not on the curve"},
		{"E0303", "one key in two roles"},
		{"E0304", "two keys that differ only in sign"},
		{"E0305", "a key whose secret is public"},
		{"E0306", "the address is unreadable or of another network"},
		{"E0307", "two candidates with one payout"},
		{"E0308", "not an outpoint"},
		{"E0309", "a placeholder on a live network"},
		{"W0401", "whoever holds the joint key can pay anyone: the script names no winner"},
		{"W0402", "one joint key for all: once it is known any candidate can sweep what is left"},
		{"E0403", "a path without a signature"},
		{"E0501", "not a block height"},
		{"E0502", "a height that Bitcoin would read as a date"},
		{"E0503", "the block has already passed"},
		{"E0505", "phases out of order or too close"},
		{"W0506", "too few blocks between `claim by` and `timeout` to sweep every stake"},
		{"W0507", "too few blocks between `deposit by` and `issue by` for one session after the other"},
		{"W0508", "a `timeout` years away"},
		{"E0601", "the redeem script is over 520 bytes"},
		{"E0602", "the redeem script has over 15 sigops"},
		{"W0604", "outsiders can rewrite a branch flag"},
		{"E0605", "hardened with `selector flag`"},
		{"E0606", "a board larger than readers keep"},
		{"E0701", "the stake is so small that a claim or refund would leave less than dust"},
		{"W0702", "a claim costs more than 5% of the stake"},
		{"E0703", "amount out of range"},
		{"E0801", "modulus under 2048 bits"},
		{"E0802", "rounds odd or under 128"},
		{"E0803", "fewer than two mixers"},
		{"E0804", "no names of the mixers on a live network"},
		{"E0901", "the compiled script does not spend as the policy says: a bug of ours"},
	}
}

//go:embed codes/*.md
var pages embed.FS

// Page returns the page of a code in Markdown: what it means, why it matters, a
// wrong and a right example. It is not ok for an unknown code.
func Page(code string) (text string, ok bool) {
	if !knownCode(code) {
		return "", false
	}
	b, err := pages.ReadFile("codes/" + code + ".md")
	if err != nil {
		panic("lang: " + err.Error()) // a test reads every page
	}
	return string(b), true
}

// warningCodes returns the codes that a policy may allow.
func warningCodes() []string {
	var all []string
	for _, c := range Codes() {
		if c.ID[0] == 'W' {
			all = append(all, c.ID)
		}
	}
	return all
}

func knownCode(id string) bool {
	for _, c := range Codes() {
		if c.ID == id {
			return true
		}
	}
	return false
}
