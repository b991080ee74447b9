package mixing

// CheckDomain checks the parts of a signature, without its equation.
func (g *Group) CheckDomain(signature []byte) error {
	_, _, err := g.domain(signature)
	return err
}

// VerifyIn is Verify with the rounds in an order.
func (g *Group) VerifyIn(order []int, message, signature []byte) error {
	return g.verify(message, signature, order)
}

// Operations is the number of powers with long exponents, of powers with short ones,
// and of products that are no part of a power.
type Operations struct{ Powers, Shorts, Products int64 }

// Less returns o − then.
func (o Operations) Less(then Operations) Operations {
	return Operations{o.Powers - then.Powers, o.Shorts - then.Shorts, o.Products - then.Products}
}

// Plus returns o + more.
func (o Operations) Plus(more Operations) Operations {
	return Operations{o.Powers + more.Powers, o.Shorts + more.Shorts, o.Products + more.Products}
}

// Operations returns the operations of the group so far.
func (g *Group) Operations() (o Operations) {
	for _, f := range []*ring{g.modP, g.modN} {
		o = o.Plus(Operations{f.powers.Load(), f.shorts.Load(), f.products.Load()})
	}
	return o
}

// Operations returns the operations of the manager so far.
func (m *Manager) Operations() Operations { return m.group.Operations() }

// Refit gives a signature the challenge that fits its hashes and a message, and reports
// whether it is long enough to have one.
func (g *Group) Refit(message, signature []byte) bool {
	if len(signature) < g.sizes().statement()+challengeSize(g.rounds) {
		return false
	}
	copy(signature[g.sizes().statement():], g.challenge(message, signature[:g.sizes().statement()]))
	return true
}
