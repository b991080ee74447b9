package mixing

import (
	"math/big"

	"bevote/internal/cores"
)

// comb is a table of powers of one base (Lim and Lee 1994). Bit row·columns·depth +
// column·depth + step of an exponent e belongs to a row, a column and a step. For a
// column and a step, the bits of all rows are a number d, the bit of row 0 lowest:
//
//	table[column][d] = Π base^(2^(row·columns·depth + column·depth))   over the rows whose bit is set in d
//	base^e = Π_step (Π_column table[column][d(column, step)])^(2^step)
type comb struct {
	f                    *ring
	rows, columns, depth int
	table                [][]*big.Int // in Montgomery's form
}

// maxEntries bounds a table to about ten megabytes at 2048 bits.
const maxEntries = 1 << 15

// newComb returns a table for exponents of at most width bits. Its shape takes the
// fewest products for a number of uses, making the table included.
func newComb(f *ring, base *big.Int, width, uses int) *comb {
	c := &comb{f: f}
	least := -1
	for rows := 1; rows <= 12; rows++ {
		line := (width + rows - 1) / rows
		for columns := 1; columns <= min(line, 64) && columns<<rows <= maxEntries; columns++ {
			depth := (line + columns - 1) / columns
			cost := columns<<rows + width + uses*(line+depth)
			if least < 0 || cost < least {
				least, c.rows, c.columns, c.depth = cost, rows, columns, depth
			}
		}
	}
	c.fill(base)
	return c
}

// fill computes the table: by squaring the entries with one bit set, in the order of
// their powers, and from these the others of each column.
func (c *comb) fill(base *big.Int) {
	s := &scratch{}
	c.table = make([][]*big.Int, c.columns)
	for column := range c.table {
		c.table[column] = make([]*big.Int, 1<<c.rows)
		c.table[column][0] = c.f.unit
	}
	power := c.f.toMontgomery(base, s)
	for row := range c.rows {
		for column := range c.columns {
			c.table[column][1<<row] = new(big.Int).Set(power)
			for range c.depth {
				c.f.mul(power, power, power, s)
			}
		}
	}
	cores.Each(c.columns, func(column int) {
		s, t := &scratch{}, c.table[column]
		for i := range t {
			if rest := i & (i - 1); rest != 0 { // i has more than one bit
				t[i] = new(big.Int)
				c.f.mul(t[i], t[rest], t[i^rest], s)
			}
		}
	})
	c.f.products.Add(int64(c.rows*c.columns*c.depth + c.columns*(1<<c.rows-c.rows-1)))
}

// width is the length in bits of the longest exponent that the table serves.
func (c *comb) width() int { return c.rows * c.columns * c.depth }

// power is base^e mod m. It panics unless 0 ≤ e < 2^width.
func (c *comb) power(e *big.Int) *big.Int {
	if e.Sign() < 0 || e.BitLen() > c.width() {
		panic("mixing: exponent longer than its table")
	}
	c.f.powers.Add(1)
	s, z := &scratch{}, new(big.Int).Set(c.f.unit)
	line := c.columns * c.depth
	for step := c.depth - 1; step >= 0; step-- {
		c.f.mul(z, z, z, s)
		for column, entries := range c.table {
			at := 0
			for row := range c.rows {
				at |= int(e.Bit(row*line+column*c.depth+step)) << row
			}
			if at != 0 {
				c.f.mul(z, z, entries[at], s)
			}
		}
	}
	return c.f.fromMontgomery(z, s)
}
