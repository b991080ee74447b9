package roles_test

import (
	"strings"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/roles"
	"bevote/verifier/board"
)

// The treasurer certifies no mixer whose announcement or request is not its own.
func TestAdmitRefuses(t *testing.T) {
	f := &fixture{t: t}
	f.e, f.keys, f.files = mixedFiles(t, groupBlind, 3, 2)
	weaken(f.e)
	f.begin(3, 2)
	f.appendLines("supervisor", f.treasurer.Acts)
	manager := f.log.Lines()[len(f.log.Lines())-1]
	announce := func(i int) board.Line {
		f.appendLines("mixer", f.mixers[i].Acts)
		return f.log.Lines()[len(f.log.Lines())-1]
	}
	first, second := announce(0), announce(1)
	resigned := func(by string, change func(*board.Mixer)) board.Line {
		var b board.Mixer
		check(t, board.DecodeBody(second, &b))
		change(&b)
		l, err := board.Sign(f.e.EID, f.keys[by], second.Seen, b)
		check(t, err)
		return l
	}
	firsts := func(b *board.Mixer) { check(t, board.DecodeBody(first, b)) }
	forged := second
	forged.Sig[0] ^= 1
	request := f.mixers[1].Requests()
	for name, c := range map[string]struct {
		line    board.Line
		request [][]byte
	}{
		"another line":       {manager, request},
		"unsigned":           {forged, request},
		"another name":       {resigned("mixer m2", func(b *board.Mixer) { b.Name = "m1" }), request},
		"another's request":  {second, f.mixers[0].Requests()},
		"no request":         {second, nil},
		"another's key":      {resigned("mixer m2", firsts), f.mixers[0].Requests()},
		"a stranger's":       {resigned("candidate bob", func(b *board.Mixer) {}), request},
		"a key without head": {resigned("mixer m2", func(b *board.Mixer) { b.Keys = board.List[board.Bytes]{b.Keys[0][1:]} }), request},
	} {
		if _, err := f.treasurer.Admit(f.view.ExchangeLog, c.line, c.request); err == nil {
			t.Errorf("%s: admitted", name)
		}
	}
	for i, line := range []board.Line{first, second} {
		certificate, err := f.treasurer.Admit(f.view.ExchangeLog, line, f.mixers[i].Requests())
		check(t, err)
		if err := f.mixers[1-i].Certify(certificate); err == nil {
			t.Error("another's certificate accepted")
		}
		check(t, f.mixers[i].Certify(certificate))
	}
	again, err := f.treasurer.Admit(f.view.ExchangeLog, first, f.mixers[0].Requests())
	check(t, err)
	check(t, f.mixers[0].Certify(again)) // whose first certificate was lost on the way
	if got := f.treasurer.Mixers(); len(got) != 2 || got[0] != first.By {
		t.Errorf("mixers %v", got)
	}
}

// No role mixes in another's name, nor where nothing is mixed.
func TestWhoMixes(t *testing.T) {
	e, keys := mixedElection(t, 2, 2)
	plain, others := custodialElection(t, 2)
	journal, err := roles.NewJournal(strings.NewReader(strings.Repeat("x", 32)))
	check(t, err)
	s, err := roles.NewSupervisor(plain, others["supervisor"], nil, roles.Seed{})
	check(t, err)
	key := curve.NewScalar(9)
	m2 := keys["mixer m2"]
	for name, join := range map[string]func() error{
		"another's name": func() error { _, err := roles.NewMixer(e, "m1", m2, nil, nil, journal, 1); return err },
		"a stranger":     func() error { _, err := roles.NewMixer(e, "m3", key, nil, nil, journal, 1); return err },
		"nothing to mix": func() error { _, err := roles.NewMixer(plain, "m1", key, nil, nil, journal, 1); return err },
		"no deposits":    func() error { _, err := roles.NewDepositor(plain, key, key, nil, roles.Seed{}); return err },
		"no treasure":    func() error { _, err := roles.NewTreasurer(s); return err },
	} {
		if join() == nil {
			t.Errorf("%s: joined", name)
		}
	}
}

// Depositors take no part in a registry by which a deposit could be lost.
func TestDepositorsReadTheRegistry(t *testing.T) {
	for name, lie := range map[string]func(*board.Registry){
		"another root": func(b *board.Registry) { b.Root[0] ^= 1 },
	} {
		f := &fixture{t: t}
		f.e, f.keys, f.files = mixedFiles(t, groupBlind, 3, 2)
		weaken(f.e)
		alters("supervisor", lie)(f)
		f.begin(3, 2)
		f.register()
		f.run(f.e.Policy.Times.Register + 1)
		if _, err := f.voters[0].Acts(f.look); err == nil || !strings.Contains(err.Error(), "registry") {
			t.Errorf("%s: err %v", name, err)
		}
	}
}

// A treasurer that is short of money pays each coin and each mixer once when it has some.
func TestTreasurerRunsShort(t *testing.T) {
	f := &fixture{t: t, underfunded: true}
	f.e, f.keys, f.files = mixedFiles(t, groupBlind, 5, 2)
	weaken(f.e)
	f.prepare(5, 2)
	leaves("m1", voucherBy)(f) // pays nothing
	leaves("treasurer", voucherBy)(f)
	f.run(f.e.Policy.Times.Payout)
	f.absent = func(who string, tip uint32) bool { return who == "m1" }
	short := 0
	f.tolerates = func(who string, err error) bool {
		short++
		return who == "treasurer" && strings.Contains(err.Error(), "short")
	}
	f.beforeActs = func(tip uint32) {
		if short == 0 {
			return
		}
		f.beforeActs = nil
		f.pay(2, payment{key: f.supervisor.Key(), sats: fundsOfSupervisor})
	}
	f.run(f.e.Policy.Times.Roll - 1)
	for i, v := range f.voters {
		if got := f.unspentSats(v.RollKey()); len(got) != 1 {
			t.Errorf("voter %d: %v", i+1, got)
		}
	}
}
