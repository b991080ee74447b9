package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bevote/verifier"
	"bevote/verifier/record"
)

// TestHostileRecords: an audit of any record ends with one line or a verdict,
// within its memory.
func TestHostileRecords(t *testing.T) {
	board := func(lines ...part) files {
		return files{record.Board: append(whole(original(t, record.Board)), lines...)}
	}
	proofs := func(text ...string) files {
		return files{record.Blocks: nil, record.Proofs: whole([]byte(strings.Join(text, "")))}
	}
	fourGiB := "\xff\xff\xff\xff"
	first := string(original(t, record.Blocks)[:4])
	for name, row := range map[string]struct {
		changed files
		code    int
		words   string
	}{
		"a line a million times": {board(part{boardLine(t, "ack", ""), 1_000_000 / 8}), 65,
			"board line 1026: over 1000 lines do not name the hash"},
		"a million empty lines": {board(part{[]byte("\n"), 1_000_000}), 65, "board line 26: not a board line"},
		"a line without an end": {board(part{[]byte("{}"), 32 << 20}), 65, "board line 26: longer than 8388608 bytes"},
		// Lines after the last anchor are listed, and those against the table not decoded.
		"openings of numbers": {board(part{boardLine(t, "opening",
			long(`{"count":0,"openings":[`, "0", `],"disavowals":[]}`)), 3}), 0, ""},
		"openings of nothing": {board(part{boardLine(t, "opening",
			long(`{"count":0,"openings":[`, "{}", `],"disavowals":[]}`)), 3}), 0, ""},
		"a transcript of keys": {board(part{boardLine(t, "transcript", long(`{"qual":[],"keys":[`, "null", `]}`)), 3}), 20, ""},
		"deep lists": {board(part{boardLine(t, "opening",
			strings.Repeat("[", 4<<20)+strings.Repeat("]", 4<<20-4096)), 3}), 0, ""},
		"deep objects":   {board(part{boardLine(t, "opening", strings.Repeat(`{"count":`, 900_000)), 3}), 0, ""},
		"deals of zeros": {board(part{boardLine(t, "deal", `{"deal":"`+strings.Repeat("AAAA", 1<<20)+`"}`), 8}), 0, ""},

		"a contract nests deep": {files{record.Contract: {{[]byte(`{"paths":[`), 20_000}}}, 65, "contract.json"},
		"a contract of zeros": {files{record.Contract: {{[]byte{0}, 1 << 20}}}, 65,
			"contract.json: longer than 262144 bytes"},
		"a policy without end": {files{record.Policy: {{[]byte("// \n"), 1 << 20}}}, 65,
			"policy.bev: longer than 262144 bytes"},
		"headers of zeros": {files{record.Headers: append(whole(original(t, record.Headers)),
			part{make([]byte, 80), 200_000})}, 20, ""},
		"a block of 4 GiB": {files{record.Blocks: whole([]byte(first + fourGiB))}, 65,
			"chain/blocks: block 1 of 4294967295 bytes"},
		"a million empty blocks": {files{record.Blocks: {{[]byte(first + "\x00\x00\x00\x00"), 1_000_000}}}, 65,
			"chain/blocks: block 1: "},
		"4 GiB transactions": {files{record.Blocks: whole(blockOf(t, []byte("\xfe"+fourGiB)...))}, 65,
			"chain/blocks: block 1: "},
		"4 GiB inputs": {files{record.Blocks: whole(blockOf(t, []byte("\x01\x01\x00\x00\x00\xfe"+fourGiB)...))}, 65,
			"chain/blocks: block 1: "},
		"818,000 inputs": {files{record.Blocks: whole(blockOf(t,
			[]byte("\x01\x01\x00\x00\x00\xfe\x50\x7b\x0c\x00")...))}, 65, "chain/blocks: block 1: "},
		"4 GiB script": {files{record.Blocks: whole(blockOf(t,
			[]byte("\x01\x01\x00\x00\x00\x01"+strings.Repeat("\x00", 36)+"\xfe"+fourGiB)...))}, 65, "chain/blocks: block 1: "},
		"2^64 outputs": {files{record.Blocks: whole(blockOf(t,
			[]byte("\x01\x01\x00\x00\x00\x01"+strings.Repeat("\x00", 36)+"\x00"+fourGiB+"\xff"+fourGiB+fourGiB)...))},
			65, "chain/blocks: block 1: "},
		"empty witnesses": {files{record.Blocks: whole(blockOf(t,
			[]byte("\x01\x01\x00\x00\x00\x00\x01\x01"+strings.Repeat("\x00", 36)+"\x00"+fourGiB+
				"\x00\xfe\x00\x09\x3d\x00"+strings.Repeat("\x00", 3_990_000))...))}, 65, "chain/blocks: block 1: "},

		"proofs of numbers": {proofs(long(`{"height":1,"coinbase":"","path":"","txs":[`, "0", "]}\n")), 65,
			"chain/proofs.jsonl: line 1: more items"},
		"proofs of nothing": {proofs(long(`{"height":1,"coinbase":"","path":"","txs":[`, "{}", "]}\n")), 65,
			"chain/proofs.jsonl: line 1: more items"},
		"proofs nest deep": {proofs(strings.Repeat(`{"txs":[`, 1<<20) + "\n"), 65,
			"chain/proofs.jsonl: line 1: not a block's proofs"},
		"proofs without an end": {proofs(strings.Repeat(`[`, 17<<20)), 65,
			"chain/proofs.jsonl: line 1: longer than 16777216 bytes"},
		"a million empty proofs": {proofs(strings.Repeat(`{"height":1,"coinbase":"","path":"","txs":[]}`+"\n", 1_000_000/8)),
			65, "chain/proofs.jsonl: line 1: no transactions"},
		"proven 4 GiB": {proofs(`{"height":1,"coinbase":"AQAAAP7/////","path":"","txs":[{"index":1,"tx":"","path":""}]}` +
			"\n"), 65, "chain/proofs.jsonl: line 1: coinbase"},
	} {
		t.Run(name, func(t *testing.T) { wantWithinMemory(t, row.code, row.words, "audit", recordOf(t, row.changed)) })
	}
}

// TestHostileFiles: so do the commands that read reports, states and scripts of
// other authors.
func TestHostileFiles(t *testing.T) {
	for name, row := range map[string]struct {
		parts []part
		words string
	}{
		"numbers": {[]part{{[]byte(`{"spec":1,"checks":[0`), 1}, {[]byte(",0"), 8 << 20}, {[]byte("]}"), 1}},
			"more elements than it can have"},
		"nothing": {[]part{{[]byte(`{"spec":1,"checks":[{}`), 1}, {[]byte(",{}"), 5 << 20}, {[]byte("]}"), 1}},
			"more elements than it can have"},
		"empty items": {[]part{{[]byte(`{"spec":1,"checks":[{"items":[{}`), 1}, {[]byte(",{}"), 5 << 20},
			{[]byte("]}]}"), 1}},
			"more elements than it can have"},
		"deep":         {[]part{{[]byte("["), 8 << 20}}, "nested over 6 deep"},
		"over the cap": {[]part{{[]byte(" "), 65 << 20}}, "report of over 67108864 bytes"},
		"long names":   {[]part{{[]byte(`{"`), 1}, {[]byte("a"), 8 << 20}, {[]byte(`":1}`), 1}}, "an object's name of"},
	} {
		t.Run("a report of "+name, func(t *testing.T) {
			path := fileOf(t, filepath.Join(t.TempDir(), "report.json"), row.parts...)
			wantWithinMemory(t, codeInput, row.words, "compare", path, path)
			if name == "nothing" {
				wantWithinMemory(t, codeInput, row.words, "audit", "--since", path, recordOf(t, nil))
			}
		})
	}
	for name, row := range map[string]struct {
		parts []part
		words string
	}{
		"numbers": {[]part{{[]byte(`{"spec":3,"transactions":[0`), 1}, {[]byte(",0"), 8 << 20}, {[]byte("]}"), 1}},
			"more items than its length can hold"},
		"nothing": {[]part{{[]byte(`{"spec":3,"blocks":[{}`), 1}, {[]byte(",{}"), 5 << 20}, {[]byte("]}"), 1}},
			"more items than its length can hold"},
		"deep": {[]part{{[]byte("["), 16 << 20}}, "not an audit's state in JSON"},
		"a transaction of 4 GiB": {whole([]byte(`{"spec":3,"head":"` + strings.Repeat("00", 32) + `","watch":"` +
			strings.Repeat("00", 32) +
			`","transactions":[{"height":0,"pos":0,"tx":"AQAAAP7/////"}]}`)), "transaction 0: "},
	} {
		t.Run("a state of "+name, func(t *testing.T) {
			path := fileOf(t, filepath.Join(t.TempDir(), "state"), row.parts...)
			wantWithinMemory(t, codeInput, row.words, "audit", "--state", path, recordOf(t, nil))
		})
	}
	for name, row := range map[string]struct {
		text string
		code int
	}{
		"operations": {strings.Repeat("DUP ", 1<<20), codeInput},
		"branches":   {strings.Repeat("IF 1 DROP ENDIF ", 60) + "1", codeNo},
		"nesting":    {strings.Repeat("IF ", 1<<18), codeInput},
		"paths":      {`{"paths":[` + strings.Repeat("[", 1<<20), codeInput},
		"hex":        {strings.Repeat("63", 1<<18), codeInput},
	} {
		t.Run("a script of "+name, func(t *testing.T) {
			wantWithinMemory(t, row.code, "", "lift", fileOf(t, filepath.Join(t.TempDir(), "script"),
				whole([]byte(row.text))...))
		})
	}
}

// TestHonestFiles: what honest auditors leave is read within the same bounds.
func TestHonestFiles(t *testing.T) {
	dir := t.TempDir()
	state, report := filepath.Join(dir, "state"), filepath.Join(dir, "report.json")
	wantWithinMemory(t, 0, "", "audit", recordOf(t, nil), "--state", state, "-o", report)
	wantWithinMemory(t, 0, "", "audit", recordOf(t, nil), "--state", state, "--since", report)
	wantWithinMemory(t, 0, "", "compare", report, report)
	text, err := os.ReadFile(state)
	if err == nil {
		_, err = verifier.DecodeState(text)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestHostileZips: the memory of an audit follows the packed size of a zip, not
// what it unpacks to or lists.
func TestHostileZips(t *testing.T) {
	for name, row := range map[string]struct {
		name, text string
		copies     int
		words      string
	}{
		"a line a million times": {record.Board, string(boardLine(t, "ack", "")), 1_000_000,
			"board.jsonl: longer than 20 times"},
		"a gigabyte of deals": {record.Board, string(boardLine(t, "deal", `{"deal":"`+strings.Repeat("AAAA", 1<<20)+`"}`)),
			250, "board.jsonl: longer than 20 times"},
		"all headers that fit": {record.Headers, strings.Repeat("\x00", 80), 4_000_000,
			"chain/headers: longer than 20 times"},
		"64 GiB of blocks": {record.Blocks, strings.Repeat("\x00", 4_000_000), 17_000,
			"chain/blocks: height 0, want 1"},
		"a gigabyte of proofs": {record.Proofs, strings.Repeat(" ", 1<<20), 1000,
			"chain/proofs.jsonl: longer than 20 times"},
		"a nested name": {"chain/" + strings.Repeat("../chain/", 5000) + "blocks", "", 1, "unknown file"},
	} {
		t.Run(name, func(t *testing.T) {
			wantWithinMemory(t, codeInput, row.words, "audit", zipWith(t, row.name, []byte(row.text), row.copies))
		})
	}
}
