package mixing

// CheckDomain checks the parts of a signature, without its equation.
func (g *Group) CheckDomain(signature []byte) error {
	_, err := g.domain(signature)
	return err
}

// Operations is what a group or a manager has computed so far: powers with long
// exponents, powers with the exponent e, and products outside of powers.
type Operations struct{ Powers, Shorts, Products int64 }

// Less is what has been computed since then.
func (o Operations) Less(then Operations) Operations {
	return Operations{o.Powers - then.Powers, o.Shorts - then.Shorts, o.Products - then.Products}
}

// Plus adds two accounts.
func (o Operations) Plus(more Operations) Operations {
	return Operations{o.Powers + more.Powers, o.Shorts + more.Shorts, o.Products + more.Products}
}

// Operations returns the account.
func (g *Group) Operations() (o Operations) {
	for _, f := range []*ring{g.modP, g.modN} {
		o = o.Plus(Operations{f.powers.Load(), f.shorts.Load(), f.products.Load()})
	}
	return o
}

// Operations returns the account.
func (m *Manager) Operations() Operations { return m.group.Operations() }
