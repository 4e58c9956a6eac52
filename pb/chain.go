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
	endowment *big.Int // numerator over first
	first     *big.Int // denominator of the endowment
	num, den  []*big.Int
	step      []*big.Int
	approx    []float64

	acc, term, div big.Int // scratch
}

func (c *chain) reset(endowment *big.Rat) {
	c.endowment, c.first = endowment.Num(), endowment.Denom()
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

// head is the numerator, over last, of what one voter has left who gained
// gains[j] from the project of round j.
func (c *chain) head(gains []int64) *big.Int {
	sum := new(big.Int).Set(c.endowment)
	for j, gain := range gains {
		sum.Mul(sum, c.step[j])
		if gain != 0 {
			sum.Sub(sum, c.term.Mul(c.num[j], c.div.SetInt64(gain)))
		}
	}
	return sum
}

// money sets out to the numerator, over the denominator after `rounds` prices,
// of the sum s: s.whole endowments minus s.paid[j] times price j.
func (c *chain) money(out *big.Int, s *holding, rounds int) {
	c.acc.Mul(s.wholeInto(&c.term), c.endowment)
	for j := range rounds {
		c.acc.Mul(&c.acc, c.step[j])
		if s.paidInto(&c.term, j) {
			c.term.Mul(&c.term, c.num[j])
			c.acc.Sub(&c.acc, &c.term)
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

// holding adds up what a set of voters holds: their multiplicities, and for
// each round how much of its price they have paid. Sums run in 128 bits when
// multiplicities are small, else in big integers.
type holding struct {
	small     bool
	hi, lo    []uint64 // [0] endowments, [1+j] price j
	big       []*big.Int
	touched   int // highest round used, plus one
	massTable *massTable
}

func newHolding(m *massTable, rounds int) *holding {
	h := &holding{small: m.small != nil, massTable: m}
	if h.small {
		h.hi, h.lo = make([]uint64, rounds+1), make([]uint64, rounds+1)
	} else {
		h.big = make([]*big.Int, rounds+1)
		for i := range h.big {
			h.big[i] = new(big.Int)
		}
	}
	return h
}

func (h *holding) clear() {
	if h.small {
		clear(h.hi[:h.touched+1])
		clear(h.lo[:h.touched+1])
	} else {
		for _, b := range h.big[:h.touched+1] {
			b.SetInt64(0)
		}
	}
	h.touched = 0
}

// add counts gain times the multiplicity of type t into slot i.
func (h *holding) add(i int, t int32, gain int64) {
	h.touched = max(h.touched, i)
	if h.small {
		hi, lo := bits.Mul64(h.massTable.small[t], uint64(gain))
		var carry uint64
		h.lo[i], carry = bits.Add64(h.lo[i], lo, 0)
		h.hi[i], _ = bits.Add64(h.hi[i], hi, carry)
		return
	}
	h.big[i].Add(h.big[i], new(big.Int).Mul(h.massTable.large[t], big.NewInt(gain)))
}

// into sets out to the sum in slot i and tells whether it is not zero.
func (h *holding) into(out *big.Int, i int) bool {
	if !h.small {
		out.Set(h.big[i])
		return out.Sign() != 0
	}
	if h.hi[i] == 0 && h.lo[i] == 0 {
		out.SetInt64(0)
		return false
	}
	out.SetUint64(h.hi[i])
	if h.hi[i] != 0 {
		out.Lsh(out, 64)
	}
	var low big.Int
	out.Or(out, low.SetUint64(h.lo[i]))
	return true
}

func (h *holding) wholeInto(out *big.Int) *big.Int {
	h.into(out, 0)
	return out
}

func (h *holding) paidInto(out *big.Int, round int) bool { return h.into(out, round+1) }
