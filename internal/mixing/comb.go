package mixing

import (
	"math/big"

	"bevote/internal/cores"
)

// comb is a table of powers of one base (Lim–Lee 1994). The exponent's bits are
// written in rows of columns·depth, bit e[row][column][step], and
//
//	base^e = Π_step (… Π_column table[column][e[·][column][step]])
//
// with a squaring from step to step. An entry is the product of those
// base^(2^(row·columns·depth + column·depth)) whose row's bit is set.
type comb struct {
	f                    *ring
	rows, columns, depth int
	table                [][]*big.Int // by column, then by the rows' bits; in the ring's form
}

// maxEntries bounds a table to about ten megabytes at 2048 bits.
const maxEntries = 1 << 15

// newComb makes a table for exponents of up to width bits that will be used
// uses times, in the shape that takes fewest products.
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

// fill computes the table: first the single powers by squaring, then the
// products of each column.
func (c *comb) fill(base *big.Int) {
	s := &scratch{}
	c.table = make([][]*big.Int, c.columns)
	for column := range c.table {
		c.table[column] = make([]*big.Int, 1<<c.rows)
		c.table[column][0] = c.f.unit
	}
	power := c.f.enter(base, s)
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
			if rest := i & (i - 1); rest != 0 { // more than one bit
				t[i] = new(big.Int)
				c.f.mul(t[i], t[rest], t[i^rest], s)
			}
		}
	})
	c.f.products.Add(int64(c.rows*c.columns*c.depth + c.columns*(1<<c.rows-c.rows-1)))
}

// width is the length in bits of the longest exponent.
func (c *comb) width() int { return c.rows * c.columns * c.depth }

// power is base^e mod m for 0 ≤ e < 2^width.
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
	return c.f.leave(z, s)
}
