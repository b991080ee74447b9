package curve

// Holds reports whether a·G + b·Q = R, by computing both sides.
func (e Equation) Holds() bool { return e.holds() }
