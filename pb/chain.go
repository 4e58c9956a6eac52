package pb

import (
	"math"
	"math/big"
	"math/bits"
)

// chain holds the exact head prices of the projects a run has bought, in order.
// Whoever supports a bought project and still has money has paid its head price
// times her gain for it; so what any voter has left is the endowment minus a sum
// of prices, and no budget needs to be stored exactly.
//
// Price j is num[j]/den[j]. Each denominator is the one before times step[j],
// which makes a sum of prices one pass of small multiplications.
type chain struct {
	endowments  []*big.Int // by purse, numerators over first
	endowmentsF []float64
	first       *big.Int
	num, den    []*big.Int
	step        []*big.Int
	approx      []float64

	acc, term, div big.Int // scratch
}

func (c *chain) reset(endowments ...*big.Rat) {
	c.first = big.NewInt(1)
	for _, e := range endowments {
		c.first = lcm(c.first, e.Denom())
	}
	c.endowments, c.endowmentsF = c.endowments[:0], c.endowmentsF[:0]
	for _, e := range endowments {
		n := new(big.Int).Quo(c.first, e.Denom())
		c.endowments = append(c.endowments, n.Mul(n, e.Num()))
		c.endowmentsF = append(c.endowmentsF, quotient(e.Num(), e.Denom()))
	}
	c.num, c.den, c.step, c.approx = c.num[:0], c.den[:0], c.step[:0], c.approx[:0]
}

// last is the current common denominator.
func (c *chain) last() *big.Int { return c.upto(len(c.den)) }

func (c *chain) upto(rounds int) *big.Int {
	if rounds == 0 {
		return c.first
	}
	return c.den[rounds-1]
}

// push appends a price given as num/(units·last) and returns it as a float64.
func (c *chain) push(num, units *big.Int) float64 {
	rest := new(big.Int).Rem(num, units)
	g := new(big.Int).GCD(nil, nil, rest, units)
	if rest.Sign() == 0 {
		g.Set(units)
	}
	step := new(big.Int).Quo(units, g)
	n, d := new(big.Int).Quo(num, g), new(big.Int).Mul(c.last(), step)
	c.num, c.den, c.step = append(c.num, n), append(c.den, d), append(c.step, step)
	price := quotient(n, d)
	c.approx = append(c.approx, price)
	return price
}

// pushZero appends the price of a project that costs nothing.
func (c *chain) pushZero() {
	c.num, c.den = append(c.num, new(big.Int)), append(c.den, c.last())
	c.step, c.approx = append(c.step, big.NewInt(1)), append(c.approx, 0)
}

// head is the numerator, over the denominator after as many rounds as there are
// gains, of what one voter of a purse has left who gained gains[j] in round j.
func (c *chain) head(purse int32, gains []int64) *big.Int {
	sum := new(big.Int).Set(c.endowments[purse])
	for j, gain := range gains {
		sum.Mul(sum, c.step[j])
		if gain != 0 {
			sum.Sub(sum, c.term.Mul(c.num[j], c.div.SetInt64(gain)))
		}
	}
	return sum
}

// money sets out to the numerator, over the denominator after `rounds` prices,
// of what a set of voters holds.
func (c *chain) money(out *big.Int, h *holding, rounds int) {
	c.acc.SetInt64(0)
	for i, e := range c.endowments {
		if h.whole.into(&c.term, i) {
			c.acc.Add(&c.acc, c.term.Mul(&c.term, e))
		}
	}
	for j := range rounds {
		c.acc.Mul(&c.acc, c.step[j])
		if h.paid.into(&c.term, j) {
			c.acc.Sub(&c.acc, c.term.Mul(&c.term, c.num[j]))
		}
	}
	out.Set(&c.acc)
}

// quotient is num/den, both positive, to within two units in the last place.
func quotient(num, den *big.Int) float64 {
	n, d := max(num.BitLen()-64, 0), max(den.BitLen()-64, 0)
	return math.Ldexp(leading(num, n)/leading(den, d), n-d)
}

// leading is the number without its last bits, which must fit 64 bits.
func leading(n *big.Int, drop int) float64 {
	if drop > 0 {
		n = new(big.Int).Rsh(n, uint(drop))
	}
	return float64(n.Uint64())
}

// holding adds up what a set of voters holds: their multiplicity by purse, and
// for each round the units of its price that they have paid.
type holding struct{ whole, paid *sums }

func newHolding(m *massTable, purses, rounds int) *holding {
	return &holding{newSums(m, purses), newSums(m, rounds)}
}

func (h *holding) clear() {
	h.whole.clear()
	h.paid.clear()
}

// sums adds up multiplicities times gains in slots: in 128 bits when
// multiplicities are small, else in big integers.
type sums struct {
	mass   *massTable
	hi, lo []uint64
	large  []*big.Int
	used   int // slots that may be other than zero
	term   big.Int
}

func newSums(m *massTable, slots int) *sums {
	s := &sums{mass: m}
	if m.small != nil {
		s.hi, s.lo = make([]uint64, slots), make([]uint64, slots)
		return s
	}
	s.large = make([]*big.Int, slots)
	for i := range s.large {
		s.large[i] = new(big.Int)
	}
	return s
}

func (s *sums) clear() {
	if s.large == nil {
		clear(s.hi[:s.used])
		clear(s.lo[:s.used])
	} else {
		for _, b := range s.large[:s.used] {
			b.SetInt64(0)
		}
	}
	s.used = 0
}

// add counts gain times the multiplicity of type t into slot i.
func (s *sums) add(i int, t int32, gain int64) {
	s.used = max(s.used, i+1)
	switch {
	case s.large == nil:
		hi, lo := bits.Mul64(s.mass.small[t], uint64(gain))
		var carry uint64
		s.lo[i], carry = bits.Add64(s.lo[i], lo, 0)
		s.hi[i], _ = bits.Add64(s.hi[i], hi, carry)
	case gain == 1:
		s.large[i].Add(s.large[i], s.mass.large[t])
	default:
		s.large[i].Add(s.large[i], s.term.Mul(s.term.SetInt64(gain), s.mass.large[t]))
	}
}

// into sets out to the sum in slot i and tells whether it is not zero.
func (s *sums) into(out *big.Int, i int) bool {
	if s.large != nil {
		out.Set(s.large[i])
		return out.Sign() != 0
	}
	out.SetUint64(s.hi[i])
	if s.hi[i] != 0 {
		out.Lsh(out, 64)
	}
	out.Or(out, s.term.SetUint64(s.lo[i]))
	return out.Sign() != 0
}
