package sharing

import (
	"fmt"

	"bevote/internal/curve"
)

// Size returns the length in bytes of every well-formed deal. Of it each
// receiver needs 32 bytes a key; the rest is the broadcast (paper, Table 4).
func (p Params) Size() int {
	return 3*4 + p.Keys*p.K*curve.PointSize + curve.PointSize +
		(p.Keys+1)*curve.ProofSize + p.Keys*len(p.Roll)*curve.ScalarSize
}

// DecodeDeal reads what Encode writes. Its errors begin with the FaultKind.
func DecodeDeal(p Params, b []byte) (*Deal, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	d, f := decode(p, b)
	if f != nil {
		return nil, fmt.Errorf("%s: %s", f.Kind, f.Reason)
	}
	return d, nil
}
