package sharing_test

import (
	"testing"

	"bevote/internal/curve"
	"bevote/internal/sharing"
)

// A member complains about a right share: it is out as a dealer.
func TestFalseComplaint(t *testing.T) {
	w := newFixture(t, 7, 4, 3)
	o := w.judge(w.complain(6, sharing.WrongShare{Dealer: 2, Key: 3}, w.published(2)))
	if o.Rulings[0].Verdict != sharing.False {
		t.Errorf("ruled %v", o.Rulings[0])
	}
	w.wantOut(o, map[int]sharing.FaultKind{6: sharing.FaultComplaint})
	w.holds(o)
}

// A member that does not deal complains about a right share: no dealer is out.
func TestFalseComplaintByNoDealer(t *testing.T) {
	w := newFixture(t, 5, 3, 1)
	delete(w.commits, 5)
	delete(w.deals, 5)
	o := w.judge(w.complain(5, sharing.WrongShare{Dealer: 2, Key: 1}, w.published(2)))
	if o.Rulings[0].Verdict != sharing.False || len(o.Out) > 0 || len(o.Qual) != 4 {
		t.Errorf("ruled %v, out %v, QUAL %v", o.Rulings[0], o.Out, o.Qual)
	}
	w.holds(o)
}

// Complaints that are not from the roll, unproven, or about no dealer or joint key are
// ignored.
func TestComplaintsThatShowNothing(t *testing.T) {
	w := newFixture(t, 7, 4, 2)
	d := w.published(3)
	d.Ciphertexts[0][4][0] ^= 1 // 3 lies to 5 about key 1
	w.publish(3, d)
	w.deals[7] = nil // no deal: 7 is out
	true5 := w.complain(5, sharing.WrongShare{Dealer: 3, Key: 1}, d)
	changed := func(change func(*sharing.Complaint)) sharing.Complaint {
		c := true5
		change(&c)
		return c
	}
	for name, c := range map[string]sharing.Complaint{
		"by index 0":      changed(func(c *sharing.Complaint) { c.By = 0 }),
		"off the roll":    changed(func(c *sharing.Complaint) { c.By = 70000 }),
		"no dealer":       changed(func(c *sharing.Complaint) { c.Dealer = -1 }),
		"no such key":     changed(func(c *sharing.Complaint) { c.Key = 3 }),
		"key 0":           changed(func(c *sharing.Complaint) { c.Key = 0 }),
		"key −1":          changed(func(c *sharing.Complaint) { c.Key = -1 }),
		"key too large":   changed(func(c *sharing.Complaint) { c.Key = 1 << 17 }),
		"a proven key 0":  w.complain(5, sharing.WrongShare{Dealer: 3, Key: 0}, d),
		"a proven key 3":  w.complain(5, sharing.WrongShare{Dealer: 3, Key: 3}, d),
		"another's":       changed(func(c *sharing.Complaint) { c.By = 4 }),
		"another key's":   changed(func(c *sharing.Complaint) { c.Key = 2 }),
		"another dealer":  changed(func(c *sharing.Complaint) { c.Dealer = 2 }),
		"wrong point":     changed(func(c *sharing.Complaint) { c.Point = c.Point.Neg() }),
		"infinity":        changed(func(c *sharing.Complaint) { c.Point = curve.Point{} }),
		"no proof":        changed(func(c *sharing.Complaint) { c.Proof = curve.Proof{} }),
		"of a dealer out": w.complain(5, sharing.WrongShare{Dealer: 7, Key: 1}, d),
	} {
		o := w.judge(c)
		if o.Rulings[0].Verdict != sharing.Ignored || o.Rulings[0].Reason == "" {
			t.Errorf("%s: ruled %v", name, o.Rulings[0])
		}
		w.wantOut(o, map[int]sharing.FaultKind{7: sharing.FaultCommitment})
	}
	o := w.judge(true5, true5)
	if o.Rulings[0].Verdict != sharing.Upheld || o.Rulings[1].Verdict != sharing.Ignored {
		t.Errorf("ruled %v", o.Rulings)
	}
}

// Complaints are judged all at once: one by a dealer that another excludes stands, and
// a false one stays false if its dealer is excluded.
func TestNoCascades(t *testing.T) {
	w := newFixture(t, 7, 3, 1)
	for _, lie := range []struct{ dealer, receiver int }{{1, 2}, {2, 3}} {
		d := w.published(lie.dealer)
		d.Ciphertexts[0][lie.receiver-1][9] ^= 8
		w.publish(lie.dealer, d)
	}
	o := w.judge(
		w.complain(3, sharing.WrongShare{Dealer: 2, Key: 1}, w.published(2)), // true
		w.complain(2, sharing.WrongShare{Dealer: 1, Key: 1}, w.published(1)), // true, by a dealer that is excluded
		w.complain(4, sharing.WrongShare{Dealer: 1, Key: 1}, w.published(1)), // false, about a dealer that is excluded
	)
	w.wantOut(o, map[int]sharing.FaultKind{
		1: sharing.FaultComplaint, 2: sharing.FaultComplaint, 4: sharing.FaultComplaint,
	})
	w.holds(o)
}
