package verifier_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bevote/internal/corpus"
	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/internal/workbench"
	"bevote/verifier"
	"bevote/verifier/board"
	"bevote/verifier/election"
	"bevote/verifier/evidence/chainfile"
	"bevote/verifier/record"
	"bevote/verifier/result"

	"github.com/btcsuite/btcd/chainhash/v2"
)

// seed is the one that the recorded elections of these tests are played from.
const seed = 7

// played rehearses an election, with misdeeds if any, and returns the files of
// its record.
func played(t testing.TB, opt rehearsal.Options, misdeeds ...corpus.Misconduct) map[string][]byte {
	t.Helper()
	opt.Seed = cmp.Or(opt.Seed, seed)
	_, path := rehearsaltest.Run(t, opt, corpus.With(misdeeds...).Run)
	return rehearsaltest.Files(t, path)
}

// example returns the text of an example policy.
func example(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "examples", name+".bev"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// audited writes files as a record and audits it.
func audited(t testing.TB, files map[string][]byte) (*result.Report, error) {
	t.Helper()
	rec, err := record.Open(rehearsaltest.Dir(t, files))
	if err != nil {
		return nil, err
	}
	defer rec.Close()
	return verifier.Audit(context.Background(), rec, chainfile.FromRecord(rec), verifier.Options{Build: "test"})
}

func status(r *result.Report, id string) result.Status {
	for _, c := range r.Checks {
		if c.ID == id {
			return c.Status
		}
	}
	return "absent"
}

// notPassing lists the checks that neither passed nor were skipped.
func notPassing(r *result.Report) (out []string) {
	for _, c := range r.Checks {
		if c.Status != result.Pass && c.Status != result.Skipped {
			out = append(out, c.ID+" "+string(c.Status))
		}
	}
	return out
}

func TestHonestElections(t *testing.T) {
	for _, row := range []struct {
		example, winner string
		votes           map[string]int
	}{
		{"club_chair", "alice", map[string]int{"alice": 3, "bob": 1, "abstain": 1}},
		{"paper", "", nil}, {"custodial", "", nil}, {"per_candidate", "", nil}, {"salted", "", nil}, {"no_winner", "", nil},
	} {
		t.Run(row.example, func(t *testing.T) {
			r, err := audited(t, played(t, rehearsal.Options{Source: example(t, row.example), Votes: row.votes}))
			if err != nil {
				t.Fatal(err)
			}
			if r.Exit != 0 || r.Level != result.L3 {
				text, _ := json.MarshalIndent(r, "", " ")
				t.Fatalf("exit %d, level %s, %v: %s\n%s", r.Exit, r.Level, notPassing(r), r.Verdict, text)
			}
			if row.winner != "" && (r.Winner == nil || *r.Winner != row.winner) {
				t.Errorf("winner %v, want %s", r.Winner, row.winner)
			}
		})
	}
}

// TestOneThingChanged changes one byte or line of a record. None may exit 0,
// and each names the check that saw it.
func TestOneThingChanged(t *testing.T) {
	honest := played(t, rehearsal.Options{Source: example(t, "club_chair"), Votes: map[string]int{"alice": 3, "bob": 2}})
	for _, row := range []struct {
		lie   string
		check string // "V01" where the record is refused as a whole
		tell  func(files map[string][]byte)
	}{
		{"a ballot byte", "V08", inBlocks(ballotAt, 40)},
		{"a stake", "V08", inBlocks(stakeAt, 0)},
		{"a block", "V08", func(f map[string][]byte) { f[record.Blocks][len(f[record.Blocks])-40] ^= 1 }},
		{"the last block left out", "V79", func(f map[string][]byte) { f[record.Blocks] = withoutLastBlock(f[record.Blocks]) }},
		{"a header", "V04", func(f map[string][]byte) { f[record.Headers][80*50+40] ^= 1 }},
		{"the entries' order", "V02", lines(func(ls [][]byte) { r := ofType(ls, "entry"); ls[r[0]], ls[r[1]] = ls[r[1]], ls[r[0]] })},
		{"a board line's author", "V02", lines(func(ls [][]byte) {
			r := ofType(ls, "commit")
			ls[r[0]] = swapped(ls[r[0]], ls[r[1]], `"by":"`, 66)
		})},
		{"a board line left out", "V02", lines(func(ls [][]byte) { ls[ofType(ls, "commit")[1]] = nil })},
		{"a sealed share", "V02", lines(func(ls [][]byte) { flipAfter(ls[ofType(ls, "deal")[2]], `"deal":"`, 400) })},
		{"an opened share", "V75", lines(func(ls [][]byte) { flipAfter(ls[ofType(ls, "opening")[0]], `"s":"`, 3) })},
		{"a line that is no JSON", "V01", lines(func(ls [][]byte) { ls[3][0] = '[' })},
		{"the policy's k", "V14", func(f map[string][]byte) {
			f[record.Policy] = bytes.Replace(f[record.Policy], []byte("3 of 5"), []byte("2 of 5"), 1)
		}},
		{"the contract's timeout", "V17", func(f map[string][]byte) {
			f[record.Contract] = bytes.Replace(f[record.Contract], []byte("264 CHECKLOCK"), []byte("263 CHECKLOCK"), 1)
		}},
	} {
		t.Run(row.lie, func(t *testing.T) {
			files := make(map[string][]byte)
			for name, text := range honest {
				files[name] = slices.Clone(text)
			}
			row.tell(files)
			if same(files, honest) {
				t.Fatal("the lie changes nothing")
			}
			r, err := audited(t, files)
			if row.check == "V01" {
				var input *verifier.InputError
				if !errors.As(err, &input) {
					t.Fatalf("error %v, want an InputError", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c := status(r, row.check); r.Exit == 0 || c != result.Fail && c != result.Unresolved {
				t.Errorf("exit %d, failing %v, want %s among them", r.Exit, notPassing(r), row.check)
			}
		})
	}
}

func same(a, b map[string][]byte) bool {
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			return false
		}
	}
	return true
}

// inBlocks flips the byte that lies offset behind where find points to.
func inBlocks(find func([]byte) int, offset int) func(map[string][]byte) {
	return func(f map[string][]byte) { f[record.Blocks][find(f[record.Blocks])+offset] ^= 1 }
}

// ballotAt finds the first ballot: RETURN DATA_68 0xB1.
func ballotAt(blocks []byte) int { return bytes.Index(blocks, []byte{0x6a, 0x44, 0xb1}) + 2 }

// stakeAt finds the value of the first P2SH output: value ‖ 23 ‖ HASH160 DATA_20.
func stakeAt(blocks []byte) int { return bytes.Index(blocks, []byte{0x17, 0xa9, 0x14}) - 8 }

func withoutLastBlock(blocks []byte) []byte {
	last := 0
	for at := 0; at < len(blocks); {
		last = at
		size := int(blocks[at+4])<<24 | int(blocks[at+5])<<16 | int(blocks[at+6])<<8 | int(blocks[at+7])
		at += 8 + size
	}
	return blocks[:last]
}

// lines edits the board line by line; a nil line is left out.
func lines(edit func([][]byte)) func(map[string][]byte) {
	return func(f map[string][]byte) {
		ls := bytes.SplitAfter(f[record.Board], []byte("\n"))
		edit(ls)
		f[record.Board] = bytes.Join(ls, nil)
	}
}

func ofType(ls [][]byte, kind string) (at []int) {
	for i, l := range ls {
		if bytes.Contains(l, []byte(`"type":"`+kind+`"`)) {
			at = append(at, i)
		}
	}
	return at
}

// swapped replaces what follows a key of line by what follows it in other.
func swapped(line, other []byte, key string, n int) []byte {
	out := slices.Clone(line)
	copy(out[bytes.Index(line, []byte(key))+len(key):][:n], other[bytes.Index(other, []byte(key))+len(key):][:n])
	return out
}

// flipAfter changes one character of hex or base64, staying canonical.
func flipAfter(line []byte, key string, offset int) {
	at := bytes.Index(line, []byte(key)) + len(key) + offset
	if line[at] == '0' {
		line[at] = '1'
	} else {
		line[at] = '0'
	}
}

// TestOpeningsThatLie replaces what follows the last anchor, where an author
// can write what it likes and sign it.
func TestOpeningsThatLie(t *testing.T) {
	source := example(t, "club_chair")
	honest := played(t, rehearsal.Options{Source: source, Votes: map[string]int{"alice": 3, "bob": 2}})
	_, keys, err := workbench.StandIns(source, seed)
	if err != nil {
		t.Fatal(err)
	}
	stranger := curve.NewScalar(4242)
	for _, row := range []struct {
		lie, check string
		exit       int
		by         string
		edit       func(*board.Opening, *board.Seen)
	}{
		{"a wrong share", "V71", 21, "alice", func(o *board.Opening, _ *board.Seen) { o.Openings[0].S[31] ^= 1 }},
		{"a ballot for another", "V71", 21, "alice", func(o *board.Opening, _ *board.Seen) { o.Openings[0].J = 3 - o.Openings[0].J }},
		{"a slot that is none", "V71", 21, "alice", func(o *board.Opening, _ *board.Seen) { o.Openings[0].I = 999 }},
		{"too high a total", "V74", 21, "alice", func(o *board.Opening, _ *board.Seen) { o.Count++ }},
		{"opened before it is due", "V79", 21, "bob", func(_ *board.Opening, s *board.Seen) { s.Height = 220 }},
		{"opened before the vote closed", "V80", 21, "bob", func(_ *board.Opening, s *board.Seen) { s.Height = 219 }},
	} {
		t.Run(row.lie, func(t *testing.T) {
			files := make(map[string][]byte)
			for name, text := range honest {
				files[name] = text
			}
			key := keys["candidate "+row.by]
			if row.by == "stranger" {
				key = stranger
			}
			files[record.Board] = rewriteOpening(t, honest, row.by, key, row.edit)
			r, err := audited(t, files)
			if err != nil {
				t.Fatal(err)
			}
			if r.Exit != row.exit || status(r, row.check) != result.Fail {
				t.Errorf("exit %d, want %d; failing %v, want %s among them", r.Exit, row.exit, notPassing(r), row.check)
			}
		})
	}
}

// rewriteOpening edits and signs again the opening line of one author, or of
// the first with another's key, and links the board again.
func rewriteOpening(t *testing.T, files map[string][]byte, by string, key curve.Scalar, edit func(*board.Opening, *board.Seen)) []byte {
	t.Helper()
	e, err := election.Load(files[record.Policy], files[record.Contract])
	if err != nil {
		t.Fatal(err)
	}
	log := board.NewLog(e.EID)
	author := curve.BaseMul(key).Key()
	done := false
	err = board.Read(bytes.NewReader(files[record.Board]), func(_ int, l board.Line) error {
		var o board.Opening
		if !done && l.Type == board.TypeOpening && (l.By == author || by == "stranger") && board.DecodeBody(l, &o) == nil {
			done = true
			edit(&o, &l.Seen)
			l.Seen.Hash = hashAt(files[record.Headers], l.Seen.Height)
			if l, err = board.Sign(e.EID, key, l.Seen, o); err != nil {
				return err
			}
		}
		return log.Append(l)
	})
	if err != nil || !done {
		t.Fatal(done, err)
	}
	var out bytes.Buffer
	if _, err := log.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestDealersWhoCheat plays the three attacks on the dealing. Each is settled
// by the public log, and the election goes on to L3.
func TestDealersWhoCheat(t *testing.T) {
	for _, row := range []struct {
		deed  corpus.Misconduct
		check string
		want  string // in an item of the check
	}{
		{corpus.Misconduct{Kind: corpus.WrongShare, Slot: 2, Victim: 4}, "V44", "dealer 2"},
		{corpus.Misconduct{Kind: corpus.FalseComplaint, Slot: 3, Victim: 1}, "V44", "dealer 3"},
		{corpus.Misconduct{Kind: corpus.CopyEphemeral, Slot: 5, Victim: 2}, "V43", "dealer 5"},
		{corpus.Misconduct{Kind: corpus.Vanish, Slot: 1}, "V39", "dealer 1"},
	} {
		t.Run(string(row.deed.Kind), func(t *testing.T) {
			r, err := audited(t, played(t, rehearsal.Options{Source: example(t, "club_chair"),
				Votes: map[string]int{"alice": 3, "bob": 2}}, row.deed))
			if err != nil {
				t.Fatal(err)
			}
			if r.Exit != 0 || r.Level != result.L3 {
				t.Fatalf("exit %d, level %s, %v", r.Exit, r.Level, notPassing(r))
			}
			for _, c := range r.Checks {
				if c.ID == row.check && !slices.ContainsFunc(c.Items, func(i result.Item) bool {
					return i.Where == row.want && strings.HasPrefix(i.Message, "out: ")
				}) {
					t.Errorf("%s lists %v, want %s out", c.ID, c.Items, row.want)
				}
			}
		})
	}
}

// TestWithheldOpenings: the level tells what is missing, and the verdict stays.
func TestWithheldOpenings(t *testing.T) {
	r, err := audited(t, played(t, rehearsal.Options{Source: example(t, "salted"), Votes: map[string]int{"lena": 4, "otto": 2}},
		corpus.Misconduct{Kind: corpus.Withhold, Candidate: "otto"}))
	if err != nil {
		t.Fatal(err)
	}
	if r.Exit == 0 || r.Level == result.L3 || status(r, "V75") != result.Unresolved {
		t.Errorf("exit %d, level %s, V75 %s", r.Exit, r.Level, status(r, "V75"))
	}
}

// hashAt reads the hash of a header of a record.
func hashAt(headers []byte, height uint32) chainhash.Hash {
	return chainhash.DoubleHashH(headers[80*height : 80*height+80])
}
