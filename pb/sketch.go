package pb

import "slices"

// sketch is a run of Equal Shares whose prices are known only between two
// floating-point numbers. The search of a completion needs no more of most runs:
// which project comes first is certain where such intervals do not touch. Where
// they do, and where it is doubtful whether a project can be paid, the sketch is
// spoilt, and the run is played exactly.
type sketch struct {
	on, spoilt bool
	off        []float64 // how far the head money of each type may be from what it is

	tried, failed int
}

// worthwhile tells whether to sketch the next run: not where ties, which always
// spoil, have done so too often.
func (s *sketch) worthwhile() bool { return s.failed < 4 || 4*s.failed < s.tried }

// estimate encloses the price of p in the current round between its lower bound
// and the offer's above; nil if that is in doubt.
func (r *sharesRun) estimate(p int) *offer {
	o := &offer{project: p}
	cost, factor, eps := r.costF[p], float64(r.factor[p]), r.rounding(p)
	if cost == 0 {
		return o
	}
	all := r.unbury(p)
	low := r.lower[p] * factor * (1 - 0x1p-50)
	x, poor := low, -1
	paid, _, units, n := r.payable(p, x)
	for ; ; paid, _, units, n = r.payable(p, x) {
		if n == r.alive[p] {
			return nil
		}
		next := (cost - paid) / (all - units)
		if n == poor || next <= x {
			break
		}
		x, poor = next, n
	}
	o.price = x
	doubt := r.doubt(p, x)
	low = max(low, (cost-paid-doubt-eps*cost)/(all-units+eps*all)*(1-eps))
	r.lower[p] = max(r.lower[p], low/factor*(1-0x1p-50))
	above := x
	for range 6 {
		above += 1.01 * (doubt + eps*(paid+all*above)) / (all - units)
		if r.surelyPaid(p, above)-eps*(paid+all*above) >= cost {
			o.width = above - min(low, x)
			o.above = above / factor * (1 + 0x1p-48)
			return o
		}
	}
	return nil
}

// prefer compares two estimates; it spoils the sketch where they touch.
func (r *sharesRun) prefer(a, b *offer) int {
	switch {
	case b == nil || a.above < r.lower[b.project]:
		return -1
	case r.lower[a.project] <= b.above:
		r.sketch.spoilt = true
	}
	return 1
}

// doubt bounds what rounding may hide of the money of those supporters of p who
// have less than x times their gain.
func (r *sharesRun) doubt(p int, x float64) (sum float64) {
	s := &r.live[p]
	for k, t := range s.types[:r.alive[p]] {
		if r.left[t] < x*float64(s.gainOf(k)) {
			sum += s.mass[k] * r.sketch.off[t]
		}
	}
	return sum
}

// surelyPaid is what the supporters of p pay at least at head price x.
func (r *sharesRun) surelyPaid(p int, x float64) (sum float64) {
	s := &r.live[p]
	for k, t := range s.types[:r.alive[p]] {
		sum += s.mass[k] * min(max(0, r.left[t]-r.sketch.off[t]), x*float64(s.gainOf(k)))
	}
	return sum
}

// pay takes what an estimated project costs its supporters. Only who certainly
// cannot pay her part in full is drained.
func (r *sharesRun) pay(o *offer) {
	s, round := &r.live[o.project], int32(len(r.order))
	low, rounded := o.price-o.width, slices.Max(r.chain.endowmentsF)*0x1p-50
	for k, t := range s.types[:r.alive[o.project]] {
		gain, off := float64(s.gainOf(k)), &r.sketch.off[t]
		switch {
		case r.drained[t] != undrained:
		case r.left[t]+*off < low*gain:
			r.drained[t], r.left[t], *off = round, 0, 0
		default:
			r.left[t] = max(0, r.left[t]-o.price*gain)
			*off += o.width*gain + rounded
			r.slack = max(r.slack, *off)
		}
	}
}
