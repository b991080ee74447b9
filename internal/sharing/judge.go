package sharing

import (
	"fmt"
	"slices"

	"bevote/internal/cores"
	"bevote/internal/curve"
)

// FaultKind is what is wrong with a dealer that is out of QUAL.
type FaultKind string

// The kinds of fault. A dealer is out for one, the first that [Judge] finds.
const (
	// FaultCommitment: the commitment or the deal is missing, or they differ.
	FaultCommitment FaultKind = "commitment"
	// FaultShape: there are not K points for each joint key, a coefficient is no
	// point, or bytes are left over.
	FaultShape FaultKind = "shape"
	// FaultPossession: there are not Keys + 1 proofs, or one of an a_i0 does not
	// verify.
	FaultPossession FaultKind = "possession"
	// FaultEncryption: there are not n ciphertexts for each joint key, or E_i is
	// no point, is not proven, or is another dealer's too.
	FaultEncryption FaultKind = "encryption"
	// FaultComplaint: a complaint against the dealer was upheld, or one by the
	// dealer was false.
	FaultComplaint FaultKind = "complaint"
)

// Fault is why a dealer is out of QUAL.
type Fault struct {
	Dealer int // roll index
	Kind   FaultKind
	Reason string // for a reader
}

// Outcome is what the board says about the dealing.
type Outcome struct {
	Qual    []int         // dealers who are in, ascending
	Out     []Fault       // dealers who are out, ascending, one fault each
	Rulings []Ruling      // one for each complaint, in order
	Keys    []JointKey    // empty if fewer than K dealers are in: the election has ended
	Deals   map[int]*Deal // the deals of QUAL, by dealer
}

// Judge settles the dealing from what was published: commitments and encoded
// deals by dealer, and the complaints in the board's order. It works on all
// cores. What is not from the roll is no dealer's and is passed over; params
// that do not pass Params.check give an outcome without keys.
//
// A dealer whose commitment, shape, possession or encryption is at fault is out.
// Complaints are then judged all at once against the dealers who are left, and
// C_l = Σ A_il is summed over those who remain.
func Judge(p Params, commits map[int][32]byte, deals map[int][]byte, complaints []Complaint) *Outcome {
	o := &Outcome{Deals: make(map[int]*Deal)}
	if p.check() != nil {
		return o
	}
	out := make(map[int]*Fault)
	o.examine(p, commits, deals, out)
	o.repeated(out)
	o.hear(p, complaints, out)
	for i := range p.Roll {
		if f := out[i+1]; f != nil {
			o.Out = append(o.Out, *f)
			delete(o.Deals, i+1)
		} else if o.Deals[i+1] != nil {
			o.Qual = append(o.Qual, i+1)
		}
	}
	if len(o.Qual) >= p.K {
		o.sum(p)
	}
	return o
}

// examine puts each dealer either into o.Deals or out.
func (o *Outcome) examine(p Params, commits map[int][32]byte, deals map[int][]byte, out map[int]*Fault) {
	var dealers []int
	for i := range p.Roll {
		_, commits := commits[i+1]
		_, deals := deals[i+1]
		if commits || deals {
			dealers = append(dealers, i+1)
		}
	}
	found, faults := make([]*Deal, len(dealers)), make([]*Fault, len(dealers))
	cores.Each(len(dealers), func(at int) {
		i := dealers[at]
		commit, committed := commits[i]
		deal, dealt := deals[i]
		switch {
		case !committed:
			faults[at] = &Fault{Kind: FaultCommitment, Reason: "dealt without a commitment"}
		case !dealt:
			faults[at] = &Fault{Kind: FaultCommitment, Reason: "committed and never dealt"}
		case commitment(p, i, deal) != commit:
			faults[at] = &Fault{Kind: FaultCommitment, Reason: "the deal is not the one committed to"}
		default:
			found[at], faults[at] = examineDeal(p, i, deal)
		}
	})
	for at, i := range dealers {
		if f := faults[at]; f != nil {
			f.Dealer = i
			out[i] = f
		} else {
			o.Deals[i] = found[at]
		}
	}
}

// examineDeal checks all that one deal shows by itself.
func examineDeal(p Params, i int, deal []byte) (*Deal, *Fault) {
	d, fault := decode(p, deal)
	if fault != nil {
		return nil, fault
	}
	for key, points := range d.Coefficients {
		if !curve.VerifyPossession(p.coefficientContext(i, key+1), d.Possession[key], points[0], points[1:]...) {
			return nil, &Fault{Kind: FaultPossession, Reason: fmt.Sprintf("no proof of the constant term for joint key %d", key+1)}
		}
	}
	if !curve.VerifyPossession(p.ephemeralContext(i), d.EphemeralPossession, d.Ephemeral) {
		return nil, &Fault{Kind: FaultEncryption, Reason: "no proof of the ephemeral key"}
	}
	return d, nil
}

// repeated puts out every dealer whose ephemeral key another has too. A copier
// could not prove the key, so both know its secret: they collude.
func (o *Outcome) repeated(out map[int]*Fault) {
	owners := make(map[curve.Point][]int)
	for i, d := range o.Deals {
		owners[d.Ephemeral] = append(owners[d.Ephemeral], i)
	}
	for _, same := range owners {
		if len(same) == 1 {
			continue
		}
		slices.Sort(same)
		for _, i := range same {
			out[i] = &Fault{Dealer: i, Kind: FaultEncryption, Reason: fmt.Sprintf("one ephemeral key for the dealers %v", same)}
			delete(o.Deals, i)
		}
	}
}

// sum adds up the joint keys' coefficients over QUAL.
func (o *Outcome) sum(p Params) {
	o.Keys = make([]JointKey, p.Keys)
	for key := range o.Keys {
		o.Keys[key].Coefficients = make([]curve.Point, p.K)
	}
	cores.Each(p.Keys*p.K, func(at int) {
		key, l := at/p.K, at%p.K
		column := make([]curve.Point, len(o.Qual))
		for row, i := range o.Qual {
			column[row] = o.Deals[i].Coefficients[key][l]
		}
		o.Keys[key].Coefficients[l] = curve.Sum(column)
	})
	for key := range o.Keys {
		o.Keys[key].Key = o.Keys[key].Coefficients[0]
	}
}
