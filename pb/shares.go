package pb

import (
	"context"
	"math"
	"math/big"
	"slices"
)

// sharesRun plays Equal Shares at one endowment. It is reused between restarts.
//
// The head money of every ballot type is kept as a float64 whose error never
// exceeds slack; from it come lower bounds on prices, which say where to look.
// Prices themselves, and every comparison closer than the bound, are exact.
type sharesRun struct {
	*election
	ties  TieBreaker
	chain chain

	// purse tells which endowment each type has: all the same in the rule proper.
	purse []int32
	base  []*big.Rat

	left    []float64 // head money left per type, within slack
	slack   float64
	drained []int32 // round in which the type paid all it had left, or undrained

	state    []projectState
	look     []lookState
	lower    []float64 // lower bound on the price per unit of utility
	lowest   []float64 // the same before any round
	boughtAt []int32   // round, or -1
	order    []int
	spent    int64
	met      []tie

	// What jump needs of a run, by round: the price, rounded up, and a lower bound
	// for the prices of all projects that did not win or tie.
	above  []float64
	second []float64
	// bounds are the lower bounds of all projects after the search of each round,
	// one row of projects after the other; infinite where the project is dropped.
	bounds []float64

	// below is a run at a lower endowment that this one is to be compared with:
	// while both have bought the same, bounds up to its prices are made tight.
	// guide is one at a higher endowment: while both have bought the same, its
	// bounds hold here too, since nobody has more money here.
	below, guide *trace

	sketch sketch

	// live lists the supporters of each project who are not drained, as the first
	// alive[p] of all; the drained are moved behind when they are met.
	live  []supporters
	alive []int

	costMass []*big.Int // cost times scale: what the supporters' multiplicities must add up to
	costF    []float64

	// Scratch of offer.
	partial []bool
	held    *holding
	units   *sums
	poor    *sums
	gains   []int64 // by round
}

const undrained int32 = -1

// supporters are the types that support a project, with weight and gain.
type supporters struct {
	types []int32
	mass  []float64
	gain  []int64 // nil where it is 1 for all
}

// bury moves supporter k behind the first n-1.
func (s *supporters) bury(k, n int) {
	n--
	s.types[k], s.types[n] = s.types[n], s.types[k]
	s.mass[k], s.mass[n] = s.mass[n], s.mass[k]
	if s.gain != nil {
		s.gain[k], s.gain[n] = s.gain[n], s.gain[k]
	}
}

func (s *supporters) gainOf(k int) int64 {
	if s.gain == nil {
		return 1
	}
	return s.gain[k]
}

type projectState uint8

const (
	open projectState = iota
	bought
	dropped
)

// lookState is how well a project's price is known in the current round.
type lookState uint8

const (
	stale  lookState = iota // a bound of an earlier round
	tight                   // a bound of this round
	judged                  // compared exactly
)

// tie is a round in which several projects had exactly the least price.
type tie struct {
	round int
	with  []int // the projects that came second
	by    TieCriterion
}

// offer is the exact price of a project in the current round: its head price is
// num/(units·last denominator). Those in partial pay all they have left.
type offer struct {
	project    int
	num, units *big.Int
	partial    []int32
	above      float64 // price per unit of utility, rounded up

	// Of an estimate: about the head price, and how far from it the true one may be.
	price, width float64
}

func newSharesRun(e *election, ties TieBreaker) *sharesRun {
	n, types := len(e.inst.Projects), len(e.votes)
	r := &sharesRun{
		election: e, ties: ties,
		left: make([]float64, types), sketch: sketch{off: make([]float64, types)}, drained: make([]int32, types), partial: make([]bool, types),
		state: make([]projectState, n), look: make([]lookState, n), boughtAt: make([]int32, n),
		lower: make([]float64, n), lowest: make([]float64, n), gains: make([]int64, n),
		costMass: make([]*big.Int, n), costF: make([]float64, n),
		held: newHolding(&e.mass, 1, n), units: newSums(&e.mass, 1), poor: newSums(&e.mass, 1), purse: make([]int32, types), live: make([]supporters, n), alive: make([]int, n),
	}
	for p := range n {
		r.live[p] = supporters{types: slices.Clone(e.sup[p]), mass: make([]float64, len(e.sup[p]))}
		if !e.uniform {
			r.live[p].gain = slices.Clone(e.supGain[p])
		}
		for k, t := range e.sup[p] {
			r.live[p].mass[k] = e.mass.approx[t]
		}
		r.costMass[p] = new(big.Int).Mul(big.NewInt(e.inst.Projects[p].Cost), e.scale)
		r.costF[p], _ = new(big.Float).SetInt(r.costMass[p]).Float64()
		r.lowest[p] = r.firstBound(p)
	}
	return r
}

// firstBound is the price of a project whose supporters all pay their part.
func (r *sharesRun) firstBound(p int) float64 {
	units := 0.0
	for k, t := range r.sup[p] {
		units += r.mass.approx[t] * r.gainF(p, k)
	}
	if units == 0 || r.costF[p] == 0 {
		return 0
	}
	return r.costF[p] / units / float64(r.factor[p]) * (1 - r.rounding(p))
}

func (r *sharesRun) gainF(p, k int) float64 {
	if r.uniform {
		return 1
	}
	return float64(r.supGain[p][k])
}

func (r *sharesRun) gainOf(p, k int) int64 {
	if r.uniform {
		return 1
	}
	return r.supGain[p][k]
}

// gainAt is the gain of the k-th entry of item.
func (r *sharesRun) gainAt(k int32) int64 {
	if r.uniform {
		return 1
	}
	return r.gain[k]
}

// rounding bounds the relative error of a sum over the supporters of p.
func (r *sharesRun) rounding(p int) float64 { return float64(len(r.sup[p])+16) * 0x1p-52 }

// endow sets what each unit of weight has before any completion, by purse.
func (r *sharesRun) endow(base ...*big.Rat) {
	r.base = base
	r.held = newHolding(&r.mass, len(base), len(r.sup))
}

// play runs the rule with all endowments raised by the same amount. It stops
// early once more than the budget is spent.
func (r *sharesRun) play(ctx context.Context, raise *big.Rat) error {
	r.reset(raise)
	like := func(t *trace) bool { // all bought so far is the same
		j := len(r.order)
		return t != nil && len(t.order) >= j && (j == 0 || t.order[j-1] == r.order[j-1])
	}
	below, guide := r.below, r.guide
	for r.spent <= r.inst.Budget {
		if err := ctx.Err(); err != nil {
			return err
		}
		j, reach := len(r.order), 0.0
		if !like(below) {
			below = nil
		} else if j < len(below.above) {
			reach = below.above[j]
		}
		if !like(guide) {
			guide = nil
		} else if n := len(r.lower); len(guide.bounds) >= (j+1)*n {
			r.adopt(guide.bounds[j*n : (j+1)*n])
		}
		best := r.cheapest(reach)
		if r.below != nil {
			r.keepBounds()
		}
		if best == nil || r.sketch.spoilt {
			return nil
		}
		r.buy(best)
	}
	return nil
}

// adopt raises lower bounds to those of a run in which nobody has less.
func (r *sharesRun) adopt(bounds []float64) {
	for p, low := range bounds {
		switch {
		case r.state[p] != open:
		case math.IsInf(low, 1):
			r.state[p] = dropped
		case low > r.lower[p]:
			r.lower[p] = low
		}
	}
}

func (r *sharesRun) keepBounds() {
	for p, low := range r.lower {
		if r.state[p] == dropped {
			low = math.Inf(1)
		}
		r.bounds = append(r.bounds, low)
	}
}

func (r *sharesRun) reset(raise *big.Rat) {
	raised := make([]*big.Rat, len(r.base))
	for i, b := range r.base {
		raised[i] = new(big.Rat).Add(b, raise)
	}
	r.chain.reset(raised...)
	for t := range r.left {
		r.left[t], r.drained[t] = r.chain.endowmentsF[r.purse[t]], undrained
	}
	r.slack = slices.Max(r.chain.endowmentsF) * 0x1p-50
	for t := range r.sketch.off {
		r.sketch.off[t] = r.slack
	}
	r.order, r.spent, r.met = r.order[:0], 0, r.met[:0]
	r.above, r.second, r.bounds = r.above[:0], r.second[:0], r.bounds[:0]
	copy(r.lower, r.lowest)
	for p := range r.state {
		r.boughtAt[p], r.state[p], r.alive[p] = -1, open, len(r.sup[p])
		// A project dearer than the budget can never be bought with real money,
		// but a larger virtual endowment would pretend so and stop the completion.
		if len(r.sup[p]) == 0 || r.inst.Projects[p].Cost > r.inst.Budget {
			r.state[p] = dropped
		}
	}
}

// cheapest finds the project of least exact price per unit of utility, ties
// broken, or nil when the supporters of no project can pay for it. Prices never
// fall during a run, so bounds of earlier rounds hold. Bounds up to reach are
// made tight even where the winner does not need it.
func (r *sharesRun) cheapest(reach float64) *offer {
	clear(r.look)
	var best *offer
	var second []int
	by := ByID
	limit := math.Inf(1)
	for {
		p := r.nearest(max(limit, reach))
		if p < 0 {
			break
		}
		if r.look[p] == stale {
			r.look[p] = tight
			r.bound(p, max(limit, reach))
			continue
		}
		r.look[p] = judged
		if r.lower[p] > limit {
			continue
		}
		o, compare := (*offer)(nil), r.compare
		if r.sketch.on {
			o, compare = r.estimate(p), r.prefer
			r.sketch.spoilt = o == nil
		} else if o = r.offer(p); o == nil {
			r.state[p] = dropped
			continue
		}
		if r.sketch.spoilt {
			return nil
		}
		switch c := compare(o, best); {
		case c < 0:
			best, second = o, second[:0]
			limit = o.above
		case c == 0:
			var first bool
			if first, by = r.before(r.ties, p, best.project); first {
				best, p = o, best.project
			}
			second = append(second, p)
		}
	}
	if best != nil {
		if len(second) > 0 {
			r.met = append(r.met, tie{round: len(r.order), with: second, by: by})
		}
		r.above = append(r.above, best.above)
		r.second = append(r.second, r.runnerUp(best.project, second))
	}
	return best
}

// runnerUp is a lower bound for the prices of all that neither won nor tied.
func (r *sharesRun) runnerUp(winner int, tied []int) float64 {
	low := math.Inf(1)
	for p, l := range r.lower {
		if r.state[p] == open && p != winner && l < low && !slices.Contains(tied, p) {
			low = l
		}
	}
	return low
}

// nearest is the open project of least lower bound not yet judged in this
// round, or -1 if all bounds exceed the limit.
func (r *sharesRun) nearest(limit float64) int {
	at := -1
	for p, low := range r.lower {
		if low <= limit && r.state[p] == open && r.look[p] != judged && (at < 0 || low < r.lower[at]) {
			at = p
		}
	}
	return at
}

// bound raises the lower bound of p to its price, less what rounding may hide.
//
// For any set S of supporters, the price x satisfies cost <= money(S) + x·units
// of the others. Starting from a lower bound and taking for S those who cannot
// pay x in full raises x, step by step, to the price itself.
func (r *sharesRun) bound(p int, limit float64) {
	if r.costF[p] == 0 {
		return
	}
	factor, eps := float64(r.factor[p]), r.rounding(p)
	all := r.unbury(p)
	x, poor := r.lower[p]*factor, -1
	for {
		paid, mass, units, n := r.payable(p, x)
		units = all - units
		hidden := mass*r.slack + eps*r.costF[p]
		if n == r.alive[p] {
			if r.sketch.on {
				hidden = r.doubt(p, x) + eps*r.costF[p]
			}
			if paid+hidden < r.costF[p] {
				r.state[p] = dropped
			}
			return
		}
		// Small differences of large sums: eps·all bounds what the units may be off.
		low := (r.costF[p] - paid - hidden) / (units + eps*all) / factor * (1 - eps)
		r.lower[p] = max(r.lower[p], low)
		next := (r.costF[p] - paid) / units
		if low > limit || n == poor || next <= x {
			return
		}
		x, poor = next, n
	}
}

// unbury drops the drained from the live supporters of p and returns the units
// of the rest.
func (r *sharesRun) unbury(p int) float64 {
	s, n, all := &r.live[p], r.alive[p], 0.0
	for k := 0; k < n; {
		if r.drained[s.types[k]] != undrained {
			s.bury(k, n)
			n--
			continue
		}
		all += s.mass[k] * float64(s.gainOf(k))
		k++
	}
	r.alive[p] = n
	return all
}

// payable adds up the money, weight and units of the live supporters of p who
// have less than x times their gain, and counts them.
func (r *sharesRun) payable(p int, x float64) (paid, mass, units float64, n int) {
	s := &r.live[p]
	types := s.types[:r.alive[p]]
	masses := s.mass[:len(types)]
	if s.gain == nil {
		for k, t := range types {
			if b := r.left[t]; b < x {
				paid += masses[k] * b
				mass += masses[k]
				n++
			}
		}
		return paid, mass, mass, n
	}
	for k, t := range types {
		gain := float64(s.gain[k])
		if b := r.left[t]; b < x*gain {
			paid += masses[k] * b
			mass += masses[k]
			units += masses[k] * gain
			n++
		}
	}
	return paid, mass, units, n
}

// buy takes the project: its supporters pay the head price times their gain, or
// all they have left.
func (r *sharesRun) buy(o *offer) {
	p, round := o.project, int32(len(r.order))
	if r.sketch.on {
		r.pay(o)
	} else {
		r.payExactly(o, round)
	}
	r.state[p], r.boughtAt[p] = bought, round
	r.order = append(r.order, p)
	r.spent += r.inst.Projects[p].Cost
}

func (r *sharesRun) payExactly(o *offer, round int32) {
	price := 0.0
	if r.costMass[o.project].Sign() > 0 {
		price = r.chain.push(o.num, o.units)
	} else {
		r.chain.pushZero()
	}
	for _, t := range o.partial {
		r.drained[t], r.left[t] = round, 0
	}
	s := &r.live[o.project]
	for k, t := range s.types[:r.alive[o.project]] {
		if r.drained[t] == undrained {
			r.left[t] = max(0, r.left[t]-price*float64(s.gainOf(k)))
		}
	}
	// Each payment and each subtraction adds at most this much, since nobody pays
	// more than the largest endowment.
	r.slack += slices.Max(r.chain.endowmentsF) * 0x1p-50
}
