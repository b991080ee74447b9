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

// Outcome is the result of a dealing. It follows from the log alone.
type Outcome struct {
	Qual    []int         // dealers in QUAL, ascending
	Out     []Fault       // dealers out of QUAL, ascending, one fault each
	Rulings []Ruling      // one for each complaint, in order
	Late    []Ruling      // one for each late complaint, in order; they change nothing else
	Keys    []JointKey    // empty if QUAL has fewer than K dealers: there is no key
	Deals   map[int]*Deal // the deals that passed steps 1 and 2 of Judge, by dealer

	judged *judgment // after the complaints; nil where the parameters are wrong
}

// Log is what was published of a dealing. Dealers are roll indices; entries under others
// are ignored.
type Log struct {
	Commits    map[int][32]byte // by dealer
	Deals      map[int][]byte   // encoded, by dealer
	Complaints []Complaint      // in the log's order
	Late       []Complaint      // after the phase of complaints, in the log's order
}

// Judge returns the outcome of what was published. It runs on all cores. Params that
// are not valid give an empty outcome.
//
//  1. Each deal is examined by itself. A dealer whose commitment, shape,
//     possession or encryption is at fault is out.
//  2. Dealers with the same E_i are out.
//  3. The complaints against the dealers that are left are judged in the log's order.
//     One that shows a wrong share puts the dealer out, a false one its author.
//  4. The dealers that remain are QUAL, and C_l = Σ A_il over them.
func Judge(p Params, log Log) *Outcome {
	o := &Outcome{Deals: make(map[int]*Deal)}
	if p.check() != nil {
		return o
	}
	out := make(map[int]*Fault)
	o.examine(p, log.Commits, log.Deals, out)
	o.excludeSharedEphemeral(out)
	o.judgeComplaints(p, log.Complaints, log.Late, out)
	for i := range p.Roll {
		if f := out[i+1]; f != nil {
			o.Out = append(o.Out, *f)
		} else if o.Deals[i+1] != nil {
			o.Qual = append(o.Qual, i+1)
		}
	}
	if len(o.Qual) >= p.K {
		o.sum(p)
	}
	return o
}

// examine decodes and verifies all deals. Each dealer ends in o.Deals or in out.
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

// examineDeal decodes the deal of dealer i and verifies its proofs.
func examineDeal(p Params, i int, deal []byte) (*Deal, *Fault) {
	d, fault := decode(p, deal)
	if fault != nil {
		return nil, fault
	}
	for key, points := range d.Coefficients {
		if !curve.VerifyPossession(p.coefficientContext(i, key+1), d.Possession[key], points[0], points[1:]...) {
			reason := fmt.Sprintf("no proof of the constant term for joint key %d", key+1)
			return nil, &Fault{Kind: FaultPossession, Reason: reason}
		}
	}
	if !curve.VerifyPossession(p.ephemeralContext(i), d.EphemeralPossession, d.Ephemeral) {
		return nil, &Fault{Kind: FaultEncryption, Reason: "no proof of the ephemeral key"}
	}
	return d, nil
}

// excludeSharedEphemeral excludes all dealers that have the same ephemeral key.
// Each has proven possession of e_i, so they share the secret, and a complaint
// about one of them would reveal pads of the others.
func (o *Outcome) excludeSharedEphemeral(out map[int]*Fault) {
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
			reason := fmt.Sprintf("one ephemeral key for the dealers %v", same)
			out[i] = &Fault{Dealer: i, Kind: FaultEncryption, Reason: reason}
			delete(o.Deals, i)
		}
	}
}

// sum computes the joint keys: C_l = Σ A_il over QUAL, for each joint key and l.
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
