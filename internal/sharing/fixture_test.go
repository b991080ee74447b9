package sharing_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/sharing"
)

// fixture is a roll with its secrets, and what its dealers have published.
type fixture struct {
	testing.TB
	p       sharing.Params
	secrets []curve.Scalar
	r       *rand.ChaCha8
	commits map[int][32]byte
	deals   map[int][]byte
}

// newFixture has all n members deal as the protocol says.
func newFixture(t testing.TB, n, k, keys int) *fixture {
	w := &fixture{TB: t, r: rand.NewChaCha8([32]byte{byte(n), byte(k), byte(keys)}),
		commits: make(map[int][32]byte), deals: make(map[int][]byte)}
	w.p = sharing.Params{EID: curve.TaggedHash("test"), K: k, Keys: keys}
	for range n {
		x := w.draw()
		w.secrets = append(w.secrets, x)
		w.p.Roll = append(w.p.Roll, curve.BaseMul(x).Key())
	}
	for i := range n {
		w.publish(i+1, w.deal(i+1))
	}
	return w
}

func (w *fixture) draw() curve.Scalar {
	w.Helper()
	s, err := curve.RandomScalar(w.r)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w *fixture) deal(dealer int) *sharing.Deal {
	w.Helper()
	d, err := sharing.NewDeal(w.r, w.p, dealer)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// publish puts a deal on the board with its commitment.
func (w *fixture) publish(dealer int, d *sharing.Deal) {
	w.commits[dealer] = d.Commitment(w.p, dealer)
	w.deals[dealer] = d.Encode()
}

// published reads a deal back, to be changed and published again.
func (w *fixture) published(dealer int) *sharing.Deal {
	w.Helper()
	d, err := sharing.DecodeDeal(w.p, w.deals[dealer])
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *fixture) judge(complaints ...sharing.Complaint) *sharing.Outcome {
	return sharing.Judge(w.p, sharing.Log{Commits: w.commits, Deals: w.deals, Complaints: complaints})
}

func (w *fixture) complain(by int, c sharing.WrongShare, d *sharing.Deal) sharing.Complaint {
	w.Helper()
	out, err := sharing.Complain(w.p, w.secrets[by-1], by, c, d)
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// collect has every member receive and complain once, and judges again.
func (w *fixture) collect() (*sharing.Outcome, []sharing.Complaint) {
	w.Helper()
	first := w.judge()
	var complaints []sharing.Complaint
	combined := sharing.Combine(w.p, w.head(), first)
	for j, x := range w.secrets {
		_, wrong := combined.Receive(x, j+1, first)
		for _, c := range wrong {
			complaints = append(complaints, w.complain(j+1, c, first.Deals[c.Dealer]))
		}
	}
	return w.judge(complaints...), complaints
}

// head stands for the head of the anchor that closes the deals.
func (w *fixture) head() [32]byte { return curve.TaggedHash("test", []byte("deals")) }

// holds checks an outcome with keys: every member has a share of every joint key, the
// shares are on one polynomial of degree k−1, its secret is that of the joint key, and
// the public shares verify.
func (w *fixture) holds(o *sharing.Outcome) {
	w.Helper()
	if len(o.Keys) != w.p.Keys {
		w.Fatalf("%d joint keys, want %d", len(o.Keys), w.p.Keys)
	}
	n, combined := len(w.p.Roll), sharing.Combine(w.p, w.head(), o)
	held := make([][]sharing.Share, w.p.Keys)
	for j, x := range w.secrets {
		shares, wrong := combined.Receive(x, j+1, o)
		for _, c := range wrong {
			if slices.Contains(o.Qual, c.Dealer) {
				w.Errorf("member %d has a wrong share of dealer %d in QUAL", j+1, c.Dealer)
			}
		}
		if len(shares) != w.p.Keys {
			w.Fatalf("member %d holds %d shares and found wrong ones: %v", j+1, len(shares), wrong)
		}
		for key, s := range shares {
			held[key] = append(held[key], sharing.Share{I: j + 1, S: s})
		}
	}
	for key, joint := range o.Keys {
		secret := sharing.Interpolate(held[key][n-w.p.K:], 0)
		if joint.Key != joint.Coefficients[0] || curve.BaseMul(secret) != joint.Key {
			w.Errorf("the secret of joint key %d is not behind it", key+1)
		}
		if !sharing.OnOnePolynomial(held[key], w.p.K) || sharing.OnOnePolynomial(held[key], w.p.K-1) {
			w.Errorf("the shares of joint key %d have another degree than k−1", key+1)
		}
		public := sharing.PublicShares(joint.Coefficients, n)
		for j, p := range public {
			if p != curve.BaseMul(held[key][j].S) {
				w.Errorf("public share %d of joint key %d is wrong", j+1, key+1)
			}
		}
		if bad := sharing.VerifyShares(joint.Coefficients, public); len(bad) > 0 {
			w.Errorf("true public shares %v refused", bad)
		}
		if !sharing.VerifyDegree(public, w.p.K, joint.Key) {
			w.Error("a true transcript fails the degree test")
		}
	}
}

// wantOut checks which dealers are out and by which kind of fault.
func (w *fixture) wantOut(o *sharing.Outcome, want map[int]sharing.FaultKind) {
	w.Helper()
	out := make(map[int]bool)
	for _, f := range o.Out {
		if out[f.Dealer] || want[f.Dealer] != f.Kind || f.Reason == "" {
			w.Errorf("dealer %d is out by %s (%s), want %q", f.Dealer, f.Kind, f.Reason, want[f.Dealer])
		}
		out[f.Dealer] = true
	}
	for i := range want {
		if !out[i] {
			w.Errorf("dealer %d is in, want it out by %s", i, want[i])
		}
	}
	var qual []int
	for i := range w.p.Roll {
		if !out[i+1] {
			qual = append(qual, i+1)
		}
	}
	if len(qual) != len(o.Qual) {
		w.Fatalf("QUAL %v with %d deals, want %v", o.Qual, len(o.Deals), qual)
	}
	for at := range qual {
		if qual[at] != o.Qual[at] || o.Deals[qual[at]] == nil {
			w.Fatalf("QUAL %v, want %v", o.Qual, qual)
		}
	}
}
