package sharing

import (
	"fmt"
	"io"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// Complaint is a receiver's claim that a dealer sent it a wrong share of a
// joint key. It opens that one pad and no other: the ephemeral key is the
// dealer's alone, and the dealer knows the pad anyway.
type Complaint struct {
	By     int         // the receiver's index
	Dealer int         // the accused's index
	Key    int         // number of the joint key, from 1
	Point  curve.Point // x_By·E_Dealer
	Proof  curve.Proof // that it is
}

// Verdict is what became of a complaint.
type Verdict int

// The verdicts on a complaint.
const (
	Ignored Verdict = iota // malformed, unproven, repeated, or against nobody who deals any more
	Upheld                 // the share was wrong: the dealer is out
	False                  // the share was right: the complainer's polynomial is out
)

// Ruling is the verdict on one complaint and why.
type Ruling struct {
	Verdict Verdict
	Reason  string
}

// Complain opens the pad of the wrong share c with a proof. x is the secret of
// member me's roll key, d the culprit's deal.
func Complain(r io.Reader, p Params, x curve.Scalar, me int, c Culprit, d *Deal) (Complaint, error) {
	out := Complaint{By: me, Dealer: c.Dealer, Key: c.Key}
	if !p.on(me) || !p.on(c.Dealer) {
		return out, fmt.Errorf("complaint by %d against %d on a roll of %d", me, c.Dealer, len(p.Roll))
	}
	var err error
	out.Point, out.Proof, err = curve.ProveEquality(r, p.complaintContext(out), x, d.Ephemeral)
	return out, err
}

// complaintContext binds a complaint's proof: prover = complainer ‖ dealer.
func (p Params) complaintContext(c Complaint) curve.Context {
	return curve.Context{Tag: "complaint", EID: p.EID, Key: c.Key, Prover: curve.Encoder(nil).U16(c.By).U16(c.Dealer)}
}

// hear rules on all complaints at once and puts out whom they convict. Who was
// out before is not convicted again, and no ruling depends on another.
func (o *Outcome) hear(p Params, complaints []Complaint, out map[int]*Fault) {
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
		o.Rulings[at] = o.rule(p, c)
	})
	for at, c := range complaints {
		switch o.Rulings[at].Verdict {
		case Upheld:
			convict(out, c.Dealer, fmt.Sprintf("a wrong share of joint key %d for member %d", c.Key, c.By))
		case False:
			if o.Deals[c.By] != nil {
				convict(out, c.By, fmt.Sprintf("a false complaint against dealer %d", c.Dealer))
			}
		}
	}
}

func convict(out map[int]*Fault, dealer int, reason string) {
	if out[dealer] == nil {
		out[dealer] = &Fault{Dealer: dealer, Kind: FaultComplaint, Reason: reason}
	}
}

// rule judges one complaint against the dealers who are left.
func (o *Outcome) rule(p Params, c Complaint) Ruling {
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
