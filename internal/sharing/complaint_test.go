package sharing_test

import (
	"math/rand/v2"
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

// Complaints that are not from the roll, or about no dealer, are not judged; others that
// name no joint key or do not prove their point are unproven. None puts a dealer out.
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
	for name, row := range map[string]struct {
		c    sharing.Complaint
		want sharing.Verdict
	}{
		"by index 0":      {changed(func(c *sharing.Complaint) { c.By = 0 }), sharing.NotJudged},
		"off the roll":    {changed(func(c *sharing.Complaint) { c.By = 70000 }), sharing.NotJudged},
		"no dealer":       {changed(func(c *sharing.Complaint) { c.Dealer = -1 }), sharing.NotJudged},
		"no deal":         {changed(func(c *sharing.Complaint) { c.Dealer = 0 }), sharing.NotJudged},
		"of a dealer out": {w.complain(5, sharing.WrongShare{Dealer: 7, Key: 1}, d), sharing.NotJudged},
		"no such key":     {changed(func(c *sharing.Complaint) { c.Key = 3 }), sharing.Unproven},
		"key 0":           {changed(func(c *sharing.Complaint) { c.Key = 0 }), sharing.Unproven},
		"key −1":          {changed(func(c *sharing.Complaint) { c.Key = -1 }), sharing.Unproven},
		"key too large":   {changed(func(c *sharing.Complaint) { c.Key = 1 << 17 }), sharing.Unproven},
		"a proven key 0":  {w.complain(5, sharing.WrongShare{Dealer: 3, Key: 0}, d), sharing.Unproven},
		"a proven key 3":  {w.complain(5, sharing.WrongShare{Dealer: 3, Key: 3}, d), sharing.Unproven},
		"another's":       {changed(func(c *sharing.Complaint) { c.By = 4 }), sharing.Unproven},
		"another key's":   {changed(func(c *sharing.Complaint) { c.Key = 2 }), sharing.Unproven},
		"another dealer":  {changed(func(c *sharing.Complaint) { c.Dealer = 2 }), sharing.Unproven},
		"wrong point":     {changed(func(c *sharing.Complaint) { c.Point = c.Point.Neg() }), sharing.Unproven},
		"infinity":        {changed(func(c *sharing.Complaint) { c.Point = curve.Point{} }), sharing.Unproven},
		"no proof":        {changed(func(c *sharing.Complaint) { c.Proof = curve.Proof{} }), sharing.Unproven},
	} {
		o := w.judge(row.c)
		if o.Rulings[0].Verdict != row.want || o.Rulings[0].Reason == "" {
			t.Errorf("%s: ruled %v", name, o.Rulings[0])
		}
		w.wantOut(o, map[int]sharing.FaultKind{7: sharing.FaultCommitment})
	}
	w.ruled(w.judge(true5, true5), sharing.Upheld, sharing.NotJudged)
}

// ruled checks the verdicts of an outcome.
func (w *fixture) ruled(o *sharing.Outcome, want ...sharing.Verdict) {
	w.Helper()
	for at, r := range o.Rulings {
		if r.Verdict != want[at] {
			w.Errorf("complaint %d: ruled %v, want %d", at, r, want[at])
		}
	}
}

// Complaints are judged in the log's order. One by a dealer that is out is judged, one
// about a dealer that is out is not.
func TestOrderOfComplaints(t *testing.T) {
	w := newFixture(t, 7, 3, 1)
	for _, lie := range []struct{ dealer, receiver int }{{1, 2}, {2, 3}} {
		d := w.published(lie.dealer)
		d.Ciphertexts[0][lie.receiver-1][9] ^= 8
		w.publish(lie.dealer, d)
	}
	about := func(by, dealer int) sharing.Complaint {
		return w.complain(by, sharing.WrongShare{Dealer: dealer, Key: 1}, w.published(dealer))
	}
	o := w.judge(
		about(3, 2), // true
		about(2, 1), // true, by a dealer that is out
		about(4, 1), // false, about a dealer that is out
	)
	w.ruled(o, sharing.Upheld, sharing.Upheld, sharing.NotJudged)
	w.wantOut(o, map[int]sharing.FaultKind{1: sharing.FaultComplaint, 2: sharing.FaultComplaint})
	w.holds(o)
	o = w.judge(
		about(4, 1), // false
		about(2, 1), // true
		about(2, 5), // false: 2 is out
		about(3, 2), // true, and 2 is out already
	)
	w.ruled(o, sharing.False, sharing.Upheld, sharing.False, sharing.NotJudged)
	w.wantOut(o, map[int]sharing.FaultKind{1: sharing.FaultComplaint, 2: sharing.FaultComplaint, 4: sharing.FaultComplaint})
	w.holds(o)
}

// After an unproven or false complaint none of its author's is judged, but after one
// that names no deal they are.
func TestComplaintsAfterAFalseOne(t *testing.T) {
	w := newFixture(t, 7, 3, 1)
	for _, dealer := range []int{1, 2} {
		d := w.published(dealer)
		d.Ciphertexts[0][5][9] ^= 8
		w.publish(dealer, d)
	}
	about := func(dealer int) sharing.Complaint {
		return w.complain(6, sharing.WrongShare{Dealer: dealer, Key: 1}, w.published(dealer))
	}
	unproven, elsewhere := about(1), about(1)
	unproven.Proof = curve.Proof{}
	elsewhere.Dealer = 0
	w.ruled(w.judge(about(3), about(1)), sharing.False, sharing.NotJudged)
	w.ruled(w.judge(about(2), unproven, about(1)), sharing.Upheld, sharing.Unproven, sharing.NotJudged)
	w.ruled(w.judge(elsewhere, about(1), about(2)), sharing.NotJudged, sharing.Upheld, sharing.Upheld)
}

// However many complaints there are, at most 2n are judged; and they are judged as a
// naive judge does it, one after the other.
func TestComplaintsInOrderOfTheLog(t *testing.T) {
	const n = 8
	w := newFixture(t, n, 2, 1)
	r := rand.New(rand.NewPCG(1, 2))
	wrong := make(map[[2]int]bool)
	for dealer := 1; dealer <= n; dealer++ {
		d := w.published(dealer)
		for range 2 {
			j := 1 + r.IntN(n)
			if !wrong[[2]int{dealer, j}] {
				wrong[[2]int{dealer, j}] = true
				d.Ciphertexts[0][j-1][3] ^= 1
			}
		}
		w.publish(dealer, d)
	}
	var all [n + 1][n + 1]sharing.Complaint
	for by := 1; by <= n; by++ {
		for dealer := 1; dealer <= n; dealer++ {
			all[by][dealer] = w.complain(by, sharing.WrongShare{Dealer: dealer, Key: 1}, w.published(dealer))
		}
	}
	for range 50 {
		var complaints []sharing.Complaint
		var want []sharing.Verdict
		out, erred, judged := make(map[int]bool), make(map[int]bool), 0
		for range 60 {
			c := all[1+r.IntN(n)][1+r.IntN(n)]
			v := sharing.NotJudged
			if !erred[c.By] && !out[c.Dealer] {
				if judged++; wrong[[2]int{c.Dealer, c.By}] {
					v, out[c.Dealer] = sharing.Upheld, true
				} else {
					v, erred[c.By], out[c.By] = sharing.False, true, true
				}
			}
			complaints, want = append(complaints, c), append(want, v)
		}
		o := w.judge(complaints...)
		w.ruled(o, want...)
		if judged > 2*n || len(o.Out) != len(out) {
			t.Errorf("%d judged, %d out, want %d", judged, len(o.Out), len(out))
		}
	}
}

// A complaint after its phase puts no dealer out. Of a dealer one is upheld.
func TestLateComplaints(t *testing.T) {
	w := newFixture(t, 7, 3, 1)
	for _, lie := range []struct{ dealer, receiver int }{{1, 5}, {2, 5}, {1, 6}} {
		d := w.published(lie.dealer)
		d.Ciphertexts[0][lie.receiver-1][9] ^= 8
		w.publish(lie.dealer, d)
	}
	about := func(by, dealer int) sharing.Complaint {
		return w.complain(by, sharing.WrongShare{Dealer: dealer, Key: 1}, w.published(dealer))
	}
	o := sharing.Judge(w.p, sharing.Log{
		Commits: w.commits, Deals: w.deals,
		Complaints: []sharing.Complaint{about(5, 2), about(4, 3)},
		Late:       []sharing.Complaint{about(4, 1), about(5, 2), about(5, 1), about(6, 1), about(6, 3), about(6, 5)},
	})
	w.wantOut(o, map[int]sharing.FaultKind{2: sharing.FaultComplaint, 4: sharing.FaultComplaint})
	for at, want := range []sharing.Verdict{
		sharing.NotJudged, sharing.NotJudged, sharing.Upheld, sharing.NotJudged, sharing.False, sharing.NotJudged,
	} {
		if o.Late[at].Verdict != want {
			t.Errorf("late complaint %d: ruled %v, want %d", at, o.Late[at], want)
		}
	}
	combined := sharing.Combine(w.p, w.head(), o)
	for j, x := range w.secrets {
		shares, _ := combined.Receive(x, j+1, o)
		if has := shares != nil; has == (j+1 == 5 || j+1 == 6) {
			t.Errorf("member %d has a share: %v", j+1, has)
		}
	}
}
