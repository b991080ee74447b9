package sharing

import (
	"fmt"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Complaint says that a dealer sent a member a wrong share of a joint key. Point is
// the shared point behind the pads from Dealer to By: publishing it reveals the
// shares of all joint keys that Dealer sent to By, and nothing else, since no other
// dealer has this ephemeral key.
type Complaint struct {
	By     int         // the member
	Dealer int         // the dealer
	Key    int         // number of the joint key, from 1
	Point  curve.Point // x_By·E_Dealer
	Proof  curve.Proof // of equality: X_By = x·G, Point = x·E_Dealer
}

// Verdict is what becomes of a complaint.
type Verdict int

// The verdicts on a complaint.
const (
	Ignored Verdict = iota // author not on the roll, repeated, proof false, no such joint key, or a dealer that is out
	Upheld                 // the share is wrong: the dealer is out
	False                  // the share is right: the complainer is out, if it deals
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

// complaintContext binds a complaint's proof; the prover is u16 member ‖ u16 dealer.
func (p Params) complaintContext(c Complaint) curve.Context {
	prover := curve.Encoder(nil).U16(c.By).U16(c.Dealer)
	return curve.Context{Tag: "complaint", EID: p.EID, Key: c.Key, Prover: prover}
}

// judgeComplaints rules on all complaints against the dealers in o.Deals, and only
// then excludes the dealers at fault. So no ruling depends on another: a complaint
// by or about a dealer that another complaint excludes is judged like any other. Of
// several complaints by one member about one dealer and joint key only the first is
// judged.
func (o *Outcome) judgeComplaints(p Params, complaints []Complaint, out map[int]*Fault) {
	type subject struct{ by, dealer, key int }
	first := make(map[subject]int)
	for at, c := range complaints {
		if _, seen := first[subject{c.By, c.Dealer, c.Key}]; !seen {
			first[subject{c.By, c.Dealer, c.Key}] = at
		}
	}
	o.Rulings = make([]Ruling, len(complaints))
	cores.Each(len(complaints), func(at int) {
		c := complaints[at]
		if first[subject{c.By, c.Dealer, c.Key}] != at {
			o.Rulings[at] = Ruling{Ignored, "made before"}
			return
		}
		o.Rulings[at] = o.judgeComplaint(p, c)
	})
	for at, c := range complaints {
		switch o.Rulings[at].Verdict {
		case Upheld:
			exclude(out, c.Dealer, fmt.Sprintf("a wrong share of joint key %d for member %d", c.Key, c.By))
		case False:
			if o.Deals[c.By] != nil {
				exclude(out, c.By, fmt.Sprintf("a false complaint against dealer %d", c.Dealer))
			}
		}
	}
}

// exclude records a dealer as out of QUAL for a reason, unless it is out already.
func exclude(out map[int]*Fault, dealer int, reason string) {
	if out[dealer] == nil {
		out[dealer] = &Fault{Dealer: dealer, Kind: FaultComplaint, Reason: reason}
	}
}

// judgeComplaint rules on one complaint. If the proof of Point holds, it decrypts
// the share with it and verifies the share.
func (o *Outcome) judgeComplaint(p Params, c Complaint) Ruling {
	d := o.Deals[c.Dealer]
	switch {
	case !p.on(c.By):
		return Ruling{Ignored, "the complainer is not on the roll"}
	case d == nil:
		return Ruling{Ignored, "the accused deals no more"}
	case c.Key < 1 || c.Key > p.Keys:
		return Ruling{Ignored, "no such joint key"}
	}
	X, err := p.Roll[c.By-1].Point()
	if err != nil || !curve.VerifyEquality(p.complaintContext(c), c.Proof, X, d.Ephemeral, c.Point) {
		return Ruling{Ignored, "the proof does not hold"}
	}
	share, err := d.open(p, c.Point, c.Key, c.Dealer, c.By)
	switch {
	case err != nil:
		return Ruling{Upheld, "the share is no scalar"}
	case !d.fits(share, c.Key, c.By):
		return Ruling{Upheld, "the share is off the committed polynomial"}
	}
	return Ruling{False, "the share is on the committed polynomial"}
}
