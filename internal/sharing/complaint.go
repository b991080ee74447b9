package sharing

import (
	"fmt"
	"slices"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Complaint says that a dealer sent a member a wrong share of a joint key. Point is
// the shared point behind the pads from Dealer to By. To publish it reveals the shares
// of all joint keys that Dealer sent to By. It reveals no share of another dealer or
// member, since no other dealer has this ephemeral key.
type Complaint struct {
	By     int         // the member
	Dealer int         // the dealer; 0 if the complaint names no deal of the log
	Key    int         // number of the joint key, from 1
	Point  curve.Point // x_By·E_Dealer
	Proof  curve.Proof // of equality: X_By = x·G, Point = x·E_Dealer
}

// Verdict is what becomes of a complaint.
type Verdict int

// The verdicts on a complaint.
const (
	NotJudged Verdict = iota // about no deal, or a dealer that is out; or after an unproven or false one by its author
	Unproven                 // no such joint key, or the proof does not hold
	Upheld                   // the share is wrong: the dealer is out
	False                    // the share is right: the complainer is out, if it deals
)

// Ruling is the verdict on one complaint and why.
type Ruling struct {
	Verdict Verdict
	Reason  string
}

// Complain returns member me's complaint about the wrong share c, with a proof of
// equality (Chaum and Pedersen 1992). x is the secret of the member's roll key, d
// the dealer's deal. It fails if an index is not on the roll.
func Complain(p Params, x curve.Scalar, me int, c WrongShare, d *Deal) (Complaint, error) {
	out := Complaint{By: me, Dealer: c.Dealer, Key: c.Key}
	if !p.on(me) || !p.on(c.Dealer) {
		return out, fmt.Errorf("complaint by %d against %d on a roll of %d", me, c.Dealer, len(p.Roll))
	}
	out.Point, out.Proof = curve.ProveEquality(p.complaintContext(out), x, d.Ephemeral)
	return out, nil
}

// complaintContext binds a complaint's proof; the prover is u32 member ‖ u32 dealer.
func (p Params) complaintContext(c Complaint) curve.Context {
	prover := curve.Encoder(nil).Index(c.By).Index(c.Dealer)
	return curve.Context{Tag: "complaint", EID: p.EID, Key: c.Key, Prover: prover}
}

// judgment is the state of judging complaints in the log's order: dealers that are out,
// and authors of a false or unproven complaint, of whom no further one is judged. At
// most 2n complaints are judged, since each ends either a dealer or an author.
type judgment struct {
	p     Params
	deals map[int]*Deal
	out   map[int]bool // dealers
	erred map[int]bool // authors
}

// idle returns why a complaint is not judged, or "".
func (j *judgment) idle(c Complaint) string {
	switch {
	case !j.p.on(c.By):
		return "the complainer is not on the roll"
	case j.erred[c.By]:
		return "the complainer made a false or unproven one before"
	case j.deals[c.Dealer] == nil:
		return "it names no deal that counts"
	case j.out[c.Dealer]:
		return "the dealer is out already"
	}
	return ""
}

// judge rules on complaints in their order. rule is called with each verdict, and may
// put dealers out. Complaints that do not depend on one another are verified on all
// cores.
func (j *judgment) judge(complaints []Complaint, rule func(Complaint, Verdict)) []Ruling {
	rulings := make([]Ruling, len(complaints))
	for from := 0; from < len(complaints); {
		batch, to := j.independent(complaints, from)
		cores.Each(len(batch), func(at int) { rulings[batch[at]] = j.verify(complaints[batch[at]]) })
		for at := from; at < to; at++ {
			if !slices.Contains(batch, at) {
				rulings[at] = Ruling{NotJudged, j.idle(complaints[at])}
				continue
			}
			c, verdict := complaints[at], rulings[at].Verdict
			if verdict != Upheld {
				j.erred[c.By] = true
			}
			rule(c, verdict)
		}
		from = to
	}
	return rulings
}

// maxBatch bounds how many complaints are verified at once.
const maxBatch = 64

// independent returns the places of complaints from a place on that are judged whatever
// the others' verdicts are, and the place where the next batch begins.
func (j *judgment) independent(complaints []Complaint, from int) (batch []int, to int) {
	concerned := make(map[int]bool) // authors and dealers of the batch
	for to = from; to < len(complaints) && len(batch) < maxBatch; to++ {
		c := complaints[to]
		if concerned[c.By] || concerned[c.Dealer] {
			break
		}
		if j.idle(c) == "" {
			concerned[c.By], concerned[c.Dealer] = true, true
			batch = append(batch, to)
		}
	}
	return batch, to
}

// verify rules on one complaint. If the proof of Point holds, it decrypts the share with
// it and verifies the share.
func (j *judgment) verify(c Complaint) Ruling {
	d := j.deals[c.Dealer]
	if c.Key < 1 || c.Key > j.p.Keys {
		return Ruling{Unproven, "no such joint key"}
	}
	X, err := j.p.Roll[c.By-1].Point()
	if err != nil || !curve.VerifyEquality(j.p.complaintContext(c), c.Proof, X, d.Ephemeral, c.Point) {
		return Ruling{Unproven, "the proof does not hold"}
	}
	share, err := d.open(j.p, c.Point, c.Key, c.Dealer, c.By)
	switch {
	case err != nil:
		return Ruling{Upheld, "the share is no scalar"}
	case !d.fits(share, c.Key, c.By):
		return Ruling{Upheld, "the share is off the committed polynomial"}
	}
	return Ruling{False, "the share is on the committed polynomial"}
}

// judgeComplaints rules on the complaints and excludes the dealers at fault, and then on
// the late ones, which exclude no dealer: of a dealer at most one is upheld.
func (o *Outcome) judgeComplaints(p Params, complaints, late []Complaint, out map[int]*Fault) {
	o.judged = &judgment{p: p, deals: o.Deals, out: make(map[int]bool), erred: make(map[int]bool)}
	exclude := func(dealer int, format string, args ...any) {
		if o.Deals[dealer] != nil && !o.judged.out[dealer] {
			o.judged.out[dealer] = true
			out[dealer] = &Fault{Dealer: dealer, Kind: FaultComplaint, Reason: fmt.Sprintf(format, args...)}
		}
	}
	o.Rulings = o.judged.judge(complaints, func(c Complaint, v Verdict) {
		switch v {
		case Upheld:
			exclude(c.Dealer, "a wrong share of joint key %d for member %d", c.Key, c.By)
		case False:
			exclude(c.By, "a false complaint against dealer %d", c.Dealer)
		}
	})
	o.Late = o.judged.judge(late, func(c Complaint, v Verdict) { o.judged.out[c.Dealer] = o.judged.out[c.Dealer] || v == Upheld })
}

// Next rules on a complaint that comes after those of the log, and after those it was
// called with before. It changes nothing else of the outcome. Late says that the phase of
// the complaints is over.
func (o *Outcome) Next(c Complaint, late bool) Ruling {
	if o.judged == nil {
		return Ruling{NotJudged, "there is no dealing"}
	}
	return o.judged.judge([]Complaint{c}, func(c Complaint, v Verdict) {
		switch {
		case v == Upheld:
			o.judged.out[c.Dealer] = true
		case v == False && !late:
			o.judged.out[c.By] = true
		}
	})[0]
}
