package verifier_test

import (
	"context"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/rehearsal"
	"bevote/internal/rehearsal/rehearsaltest"
	"bevote/verifier/board"
	"bevote/verifier/record"
	"bevote/verifier/result"
)

// TestLinesOfDisplacedBlocks: a line that names a block which is not of the chain does not
// count, and refutes nothing. Under an anchor it is held against the supervisor, who took it.
func TestLinesOfDisplacedBlocks(t *testing.T) {
	for _, row := range []struct {
		name   string
		forms  []string
		status result.Status
		exit   int
		lines  func(p *rehearsal.Play, l board.Line) ([]board.Line, error)
	}{
		{"strangers' lines of every type", []string{"hardened"}, result.Fail, result.ExitFaulted, func(p *rehearsal.Play, l board.Line) ([]board.Line, error) {
			stranger, err := displaced(p, l, curve.NewScalar(12345))
			return []board.Line{stranger, l}, err
		}},
		{"an acknowledgement again", []string{"hardened"}, result.Pass, 0, func(p *rehearsal.Play, l board.Line) ([]board.Line, error) {
			if l.Type != board.TypeAck || l.By != p.Voters[0].Key() {
				return []board.Line{l}, nil
			}
			second, err := displaced(p, l, p.Voters[0].Secret)
			return []board.Line{l, second}, err
		}},
		{"an acknowledgement", []string{"hardened"}, result.Pass, 0, func(p *rehearsal.Play, l board.Line) ([]board.Line, error) {
			if l.Type != board.TypeAck || l.By != p.Voters[0].Key() {
				return []board.Line{l}, nil
			}
			only, err := displaced(p, l, p.Voters[0].Secret)
			return []board.Line{only}, err
		}},
	} {
		for _, form := range row.forms {
			t.Run(row.name+", "+form, func(t *testing.T) {
				opt := rehearsal.Options{Source: rehearsaltest.Forms()[form].Source(), Seed: 1, Votes: map[string]int{"alice": 3, "bob": 1}}
				var p *rehearsal.Play
				done := make(map[board.Type]bool)
				opt.Hooks.Line = func(l board.Line) ([]board.Line, error) {
					if l.Type == board.TypeOpen || done[l.Type] && l.Type != board.TypeAck {
						return []board.Line{l}, nil
					}
					done[l.Type] = true
					return row.lines(p, l)
				}
				p, err := rehearsal.New(context.Background(), opt)
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				r := rehearsaltest.Audit(t, rehearsaltest.Write(t, func(w *record.Writer) error { return p.Write(w) }))
				if c := checkOf(r, "V02"); c.Status != row.status || r.Exit != row.exit || len(c.Items) == 0 {
					t.Errorf("exit %d, V02 %s %v, want %d, %s", r.Exit, c.Status, c.Items, row.exit, row.status)
				}
			})
		}
	}
}

// displaced returns a line by another key that has seen a block which is not of
// the chain.
func displaced(p *rehearsal.Play, l board.Line, key curve.Scalar) (board.Line, error) {
	l.By, l.Seen.Hash[0] = curve.BaseMul(key).Key(), l.Seen.Hash[0]^1
	sig, err := curve.SignSchnorr(key, l.Signature(p.EID).Hash)
	l.Sig = sig
	return l, err
}
