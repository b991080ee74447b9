package sharing_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"reflect"
	"testing"

	"bevote/internal/curve"
	"bevote/internal/sharing"
)

// Each test is named after its lie.

func TestNoLie(t *testing.T) {
	for _, c := range []struct{ n, k, keys int }{{2, 2, 1}, {5, 3, 1}, {6, 6, 1}, {7, 4, 3}} {
		w := newFixture(t, c.n, c.k, c.keys)
		o, complaints := w.collect()
		if len(complaints) > 0 {
			t.Errorf("%d complaints about honest dealers", len(complaints))
		}
		w.wantOut(o, nil)
		w.holds(o)
	}
}

// A dealer sends a member a share that is off its polynomial. The member's complaint
// is upheld, and the others' polynomials give the key.
func TestWrongShareForOneMember(t *testing.T) {
	for _, keys := range []int{1, 3} {
		w := newFixture(t, 7, 4, keys)
		d := w.published(3)
		d.Ciphertexts[keys-1][4][31] ^= 1
		w.publish(3, d)
		o, complaints := w.collect()
		if len(complaints) != 1 || complaints[0].By != 5 || complaints[0].Dealer != 3 || complaints[0].Key != keys {
			t.Fatalf("complaints %v, want one by 5 against 3 about key %d", complaints, keys)
		}
		if o.Rulings[0].Verdict != sharing.Upheld {
			t.Errorf("ruled %v", o.Rulings[0])
		}
		w.wantOut(o, map[int]sharing.FaultKind{3: sharing.FaultComplaint})
		w.holds(o)
	}
}

// pad is the pad between a dealer and a receiver, by docs/protocol.md.
func (w *fixture) pad(d *sharing.Deal, dealer, key, receiver int) (out [32]byte) {
	shared, e := d.Ephemeral.Mul(w.secrets[receiver-1]).Key(), d.Ephemeral.Key()
	x := append(append(append([]byte{}, shared[:]...), e[:]...), w.p.EID[:]...)
	x = append(x, 0, byte(key))
	x = binary.BigEndian.AppendUint32(x, uint32(dealer))
	x = binary.BigEndian.AppendUint32(x, uint32(receiver))
	copy(out[:], curve.KDF(x, 32))
	return out
}

// open decrypts a share, by docs/protocol.md.
func (w *fixture) open(d *sharing.Deal, dealer, key, receiver int) (curve.Scalar, error) {
	plain := w.pad(d, dealer, key, receiver)
	for b := range plain {
		plain[b] ^= d.Ciphertexts[key-1][receiver-1][b]
	}
	return curve.DecodeScalar(plain[:])
}

// A share decrypts to q or more.
func TestShareThatIsNoScalar(t *testing.T) {
	w := newFixture(t, 5, 3, 2)
	d := w.published(2)
	pad := w.pad(d, 2, 2, 4)
	for b := range pad {
		pad[b] ^= 0xff
	}
	d.Ciphertexts[1][3] = pad
	w.publish(2, d)
	o, complaints := w.collect()
	if len(complaints) != 1 || complaints[0].By != 4 || complaints[0].Key != 2 {
		t.Fatalf("complaints %v, want one by 4 about key 2", complaints)
	}
	w.wantOut(o, map[int]sharing.FaultKind{2: sharing.FaultComplaint})
	w.holds(o)
}

// shift adds off to the share of the first joint key that a dealer sends to a member.
func (w *fixture) shift(dealer, member int, off curve.Scalar) {
	w.Helper()
	d := w.published(dealer)
	share, err := w.open(d, dealer, 1, member)
	if err != nil {
		w.Fatal(err)
	}
	pad := w.pad(d, dealer, 1, member)
	for b, wrong := range share.Add(off).Bytes() {
		d.Ciphertexts[0][member-1][b] = wrong ^ pad[b]
	}
	w.publish(dealer, d)
}

// The errors of two dealers' shares for one member cancel in the sum. One of the two
// leaves QUAL by a false complaint of its own, so that the other's error remains.
func TestLiesThatCancel(t *testing.T) {
	w := newFixture(t, 5, 3, 1)
	w.shift(1, 4, curve.NewScalar(9))
	w.shift(2, 4, curve.NewScalar(9).Neg())
	leave := w.complain(2, sharing.WrongShare{Dealer: 3, Key: 1}, w.published(3))
	_, complaints := w.collect()
	o := w.judge(append([]sharing.Complaint{leave}, complaints...)...)
	w.wantOut(o, map[int]sharing.FaultKind{1: sharing.FaultComplaint, 2: sharing.FaultComplaint})
	w.holds(o)
}

// Dealers do not deal, deal what they did not commit to, or do not commit.
func TestBrokenCommitments(t *testing.T) {
	w := newFixture(t, 7, 4, 1)
	delete(w.deals, 1)
	w.deals[2] = w.deal(2).Encode()
	delete(w.commits, 3)
	o, _ := w.collect()
	w.wantOut(o, map[int]sharing.FaultKind{
		1: sharing.FaultCommitment, 2: sharing.FaultCommitment, 3: sharing.FaultCommitment,
	})
	w.holds(o)
}

// with is a deal of dealer 4 for other params.
func (w *fixture) with(change func(*sharing.Params)) *sharing.Deal {
	p := w.p
	change(&p)
	d, err := sharing.NewDeal(w.r, p, 4)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// tamper changes the deal that dealer 4 published.
func (w *fixture) tamper(change func(*sharing.Deal)) *sharing.Deal {
	d := w.published(4)
	change(d)
	return d
}

// Deals with one coefficient, proof or ciphertext too many or too few, also with shares
// and proofs that fit the changed number.
func TestOtherShapes(t *testing.T) {
	G := curve.BaseMul(curve.NewScalar(1))
	for _, lie := range []struct {
		name string
		kind sharing.FaultKind
		deal func(w *fixture) *sharing.Deal
	}{
		{"threshold raised", sharing.FaultShape, func(w *fixture) *sharing.Deal {
			return w.with(func(p *sharing.Params) { p.K++ })
		}},
		{"threshold lowered", sharing.FaultShape, func(w *fixture) *sharing.Deal {
			return w.with(func(p *sharing.Params) { p.K-- })
		}},
		{"one key more", sharing.FaultShape, func(w *fixture) *sharing.Deal {
			return w.with(func(p *sharing.Params) { p.Keys++ })
		}},
		{"coefficients swapped between keys", sharing.FaultPossession, func(w *fixture) *sharing.Deal {
			return w.tamper(func(d *sharing.Deal) {
				d.Coefficients[0][1], d.Coefficients[1][1] = d.Coefficients[1][1], d.Coefficients[0][1]
			})
		}},
		{"another coefficient", sharing.FaultPossession, func(w *fixture) *sharing.Deal {
			return w.tamper(func(d *sharing.Deal) { d.Coefficients[1][2] = d.Coefficients[1][2].Add(G) })
		}},
		{"constant term at infinity", sharing.FaultShape, func(w *fixture) *sharing.Deal {
			return w.tamper(func(d *sharing.Deal) { d.Coefficients[0][0] = curve.Point{} })
		}},
		{"last term at infinity", sharing.FaultShape, func(w *fixture) *sharing.Deal {
			return w.tamper(func(d *sharing.Deal) { d.Coefficients[0][3] = curve.Point{} })
		}},
		{"ephemeral key at infinity", sharing.FaultEncryption, func(w *fixture) *sharing.Deal {
			return w.tamper(func(d *sharing.Deal) { d.Ephemeral = curve.Point{} })
		}},
		{"a proof less", sharing.FaultPossession, func(w *fixture) *sharing.Deal {
			return w.tamper(func(d *sharing.Deal) { d.Possession = d.Possession[:1] })
		}},
		{"a member left out", sharing.FaultEncryption, func(w *fixture) *sharing.Deal {
			return w.tamper(func(d *sharing.Deal) { d.Ciphertexts[1] = d.Ciphertexts[1][:6] })
		}},
		{"a member too many", sharing.FaultEncryption, func(w *fixture) *sharing.Deal {
			return w.tamper(func(d *sharing.Deal) { d.Ciphertexts[1] = append(d.Ciphertexts[1], [32]byte{1}) })
		}},
	} {
		t.Run(lie.name, func(t *testing.T) {
			w := newFixture(t, 7, 4, 2)
			w.publish(4, lie.deal(w))
			o, complaints := w.collect()
			if len(complaints) > 0 {
				t.Errorf("complaints %v: the log alone convicts", complaints)
			}
			w.wantOut(o, map[int]sharing.FaultKind{4: lie.kind})
			w.holds(o)
		})
	}
}

func TestBytesLeftOver(t *testing.T) {
	w := newFixture(t, 7, 4, 2)
	w.deals[4] = append(w.deals[4], 0)
	w.commits[4] = curve.TaggedHash("deal", w.p.EID[:], []byte{0, 0, 0, 4}, w.deals[4])
	w.wantOut(w.judge(), map[int]sharing.FaultKind{4: sharing.FaultShape})
}

// A dealer copies another's ephemeral key and proof; complaints about its shares would
// reveal the other's pads. It is excluded before shares are received, so no complaint
// arises, and one that is published is ignored.
func TestCopiedEphemeralKey(t *testing.T) {
	w := newFixture(t, 7, 4, 1)
	d := w.published(5)
	d.Ephemeral, d.EphemeralPossession = w.published(1).Ephemeral, w.published(1).EphemeralPossession
	w.publish(5, d)
	o, complaints := w.collect()
	if len(complaints) > 0 {
		t.Fatalf("complaints %v open the victim's pads", complaints)
	}
	w.wantOut(o, map[int]sharing.FaultKind{5: sharing.FaultEncryption})
	w.holds(o)
	if r := w.judge(w.complain(2, sharing.WrongShare{Dealer: 5, Key: 1}, d)).Rulings[0]; r.Verdict != sharing.NotJudged {
		t.Errorf("ruled %v", r)
	}
}

// Two dealers have one ephemeral key, and both prove it.
func TestSharedEphemeralKey(t *testing.T) {
	w := newFixture(t, 7, 4, 1)
	same := bytes.Repeat([]byte{7}, 32) // the first thing that a dealer draws
	for _, i := range []int{2, 6} {
		d, err := sharing.NewDeal(io.MultiReader(bytes.NewReader(same), w.r), w.p, i)
		if err != nil {
			t.Fatal(err)
		}
		w.publish(i, d)
	}
	o, _ := w.collect()
	w.wantOut(o, map[int]sharing.FaultKind{2: sharing.FaultEncryption, 6: sharing.FaultEncryption})
	w.holds(o)
}

// The last dealer's A_i0 is x·G less the sum of the others', so that P would be x·G, a
// key that it knows. It cannot prove possession of a_i0.
func TestRogueKey(t *testing.T) {
	w := newFixture(t, 5, 3, 1)
	mine := curve.BaseMul(curve.NewScalar(99))
	d := w.published(5)
	rogue := mine
	for i := 1; i < 5; i++ {
		rogue = rogue.Add(w.published(i).Coefficients[0][0].Neg())
	}
	d.Coefficients[0][0] = rogue
	w.publish(5, d)
	if sum := w.published(1).Coefficients[0][0].Add(w.published(2).Coefficients[0][0]).
		Add(w.published(3).Coefficients[0][0]).Add(w.published(4).Coefficients[0][0]).Add(rogue); sum != mine {
		t.Fatal("the attack is not set up")
	}
	o, _ := w.collect()
	w.wantOut(o, map[int]sharing.FaultKind{5: sharing.FaultPossession})
	if o.Keys[0].Key == mine {
		t.Error("the joint key is the rogue's")
	}
	w.holds(o)
}

// A dealer publishes another's deal, or one polynomial for two joint keys.
func TestCopiedDeal(t *testing.T) {
	w := newFixture(t, 7, 4, 2)
	w.publish(3, w.published(2))
	d := w.published(4)
	d.Coefficients[1], d.Possession[1], d.Ciphertexts[1] = d.Coefficients[0], d.Possession[0], d.Ciphertexts[0]
	w.publish(4, d)
	o, _ := w.collect()
	w.wantOut(o, map[int]sharing.FaultKind{3: sharing.FaultPossession, 4: sharing.FaultPossession})
	w.holds(o)
}

// Fewer than K dealers are in QUAL: there is no key and no share.
func TestTooFewDealers(t *testing.T) {
	w := newFixture(t, 5, 4, 1)
	delete(w.deals, 1)
	w.deals[2][40] ^= 1
	o := w.judge()
	if len(o.Qual) != 3 || len(o.Out) != 2 || len(o.Keys) != 0 {
		t.Errorf("QUAL %v, out %v, %d keys", o.Qual, o.Out, len(o.Keys))
	}
	if shares, wrong := sharing.Combine(w.p, w.head(), o).Receive(w.secrets[0], 1, o); shares != nil || wrong != nil {
		t.Error("a share without a key")
	}
}

// Deals under an index off the roll are ignored; params that are not valid give no key.
func TestOffTheRollAndImpossibleParams(t *testing.T) {
	w := newFixture(t, 5, 3, 1)
	for _, i := range []int{-1, 0, 6, 70000} {
		w.deals[i], w.commits[i] = w.deals[1], w.commits[1]
	}
	o := w.judge()
	w.wantOut(o, nil)
	for name, change := range map[string]func(*sharing.Params){
		"k of 1":  func(p *sharing.Params) { p.K = 1 },
		"k > n":   func(p *sharing.Params) { p.K = 6 },
		"no key":  func(p *sharing.Params) { p.Keys = 0 },
		"no roll": func(p *sharing.Params) { p.Roll = nil },
	} {
		p := w.p
		change(&p)
		if o := sharing.Judge(p, sharing.Log{Commits: w.commits, Deals: w.deals}); len(o.Keys)+len(o.Qual) > 0 {
			t.Errorf("%s has an outcome", name)
		}
		if _, err := sharing.NewDeal(w.r, p, 1); err == nil {
			t.Errorf("%s can be dealt", name)
		}
		if _, err := sharing.DecodeDeal(p, w.deals[1]); err == nil {
			t.Errorf("%s decodes", name)
		}
	}
	if _, err := sharing.NewDeal(w.r, w.p, 6); err == nil {
		t.Error("a deal by an index off the roll")
	}
	about := sharing.WrongShare{Dealer: 1, Key: 1}
	if _, err := sharing.Complain(w.p, w.secrets[0], 6, about, w.published(1)); err == nil {
		t.Error("a complaint by an index off the roll")
	}
}

func TestJudgeIsAFunctionOfTheBoard(t *testing.T) {
	w := newFixture(t, 7, 4, 2)
	w.deals[2][50] ^= 1
	d := w.published(3)
	d.Ciphertexts[0][4][0] ^= 1
	w.publish(3, d)
	complaint := w.complain(5, sharing.WrongShare{Dealer: 3, Key: 1}, d)
	first := w.judge(complaint)
	for range 3 {
		if !reflect.DeepEqual(first, w.judge(complaint)) {
			t.Fatal("one board, two outcomes")
		}
	}
}

// The weights are those of docs/protocol.md: errors that cancel under them are the ones
// that pass, and no dealer knows them before its deal is under the anchor.
func TestWeightsOfShares(t *testing.T) {
	w := newFixture(t, 5, 3, 1)
	head := w.head()
	weigh := func(i byte) curve.Scalar {
		h := curve.TaggedHash("shares", head[:], []byte{0, 0, 0, i})
		return curve.ReduceScalar([32]byte(append(make([]byte, 16), h[:16]...)))
	}
	nine := curve.NewScalar(9)
	w.shift(1, 4, nine)
	w.shift(5, 4, nine.Mul(weigh(1)).Mul(weigh(5).Inverse()).Neg())
	o := w.judge()
	if _, wrong := sharing.Combine(w.p, head, o).Receive(w.secrets[3], 4, o); len(wrong) > 0 {
		t.Errorf("other weights find %v", wrong)
	}
	head[0] ^= 1
	if _, wrong := sharing.Combine(w.p, head, o).Receive(w.secrets[3], 4, o); len(wrong) != 2 {
		t.Errorf("under another head: %v, want the shares of 1 and 5", wrong)
	}
}
