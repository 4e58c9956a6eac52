package pb

import "math/big"

// offer computes the exact price of p in the current round, nil if its
// supporters cannot pay for it. It begins with those who certainly pay all they
// have, and adds others as the price shows that they cannot pay it in full.
func (r *sharesRun) offer(p int) *offer {
	o := &offer{project: p, num: new(big.Int), units: new(big.Int)}
	if r.costMass[p].Sign() == 0 {
		o.units.SetInt64(1)
		return o
	}
	defer func() {
		for _, t := range o.partial {
			r.partial[t] = false
		}
	}()
	// units are first those of all who have money; what the poor of them would
	// have shared, and what they have, is gathered in poor and held.
	r.units.clear()
	r.poor.clear()
	r.held.clear()
	s := &r.live[p]
	for k, t := range s.types[:r.alive[p]] {
		if r.drained[t] == undrained {
			r.units.add(0, t, s.gainOf(k))
		}
	}
	x := r.lower[p] * float64(r.factor[p]) * (1 - 0x1p-50)
	r.addPoor(o, x, false)
	d := r.chain.last()
	var scaled big.Int
	for {
		if !r.price(o) {
			return nil
		}
		x = quotient(o.num, scaled.Mul(o.units, d))
		if !r.addPoor(o, x, true) {
			break
		}
	}
	o.above = x / float64(r.factor[p]) * (1 + 0x1p-48)
	return o
}

// price sets the head price of an offer from those in its partial list; false
// if nobody is left to share the rest of the cost.
func (r *sharesRun) price(o *offer) bool {
	var part big.Int
	r.units.into(o.units, 0)
	r.poor.into(&part, 0)
	if o.units.Sub(o.units, &part).Sign() == 0 {
		return false
	}
	r.chain.money(&part, r.held, len(r.order))
	o.num.Sub(o.num.Mul(r.costMass[o.project], r.chain.last()), &part)
	return true
}

// hold adds what type t has left to r.held.
func (r *sharesRun) hold(t int32) {
	r.held.whole.add(int(r.purse[t]), t, 1)
	if paid := r.held.paid; r.uniform && paid.large == nil {
		// Without gains a sum never exceeds all multiplicities, which fit one word.
		mass := paid.mass.small[t]
		for _, p := range r.item[r.off[t]:r.off[t+1]] {
			if j := r.boughtAt[p]; j >= 0 {
				paid.lo[j] += mass
			}
		}
		paid.used = max(paid.used, len(r.order))
		return
	}
	for k := r.off[t]; k < r.off[t+1]; k++ {
		if j := r.boughtAt[r.item[k]]; j >= 0 {
			r.held.paid.add(int(j), t, r.gainAt(k))
		}
	}
}

// addPoor puts into the offer's partial list the supporters who have less than
// the head price x times their gain. Without an exact price only certain cases
// count; with one, doubtful cases are decided exactly.
func (r *sharesRun) addPoor(o *offer, x float64, priced bool) bool {
	added := false
	s := &r.live[o.project]
	for k, t := range s.types[:r.alive[o.project]] {
		if r.drained[t] != undrained || r.partial[t] {
			continue
		}
		full := x * float64(s.gainOf(k))
		margin := r.slack + full*0x1p-50
		gap := full - r.left[t]
		if gap < -margin || gap <= margin && (!priced || !r.poorer(t, o, s.gainOf(k))) {
			continue
		}
		r.partial[t] = true
		o.partial = append(o.partial, t)
		r.hold(t)
		r.poor.add(0, t, s.gainOf(k))
		added = true
	}
	return added
}

// poorer decides exactly whether type t has less than the offer's head price
// times its gain.
func (r *sharesRun) poorer(t int32, o *offer, gain int64) bool {
	for k := r.off[t]; k < r.off[t+1]; k++ {
		if j := r.boughtAt[r.item[k]]; j >= 0 {
			r.gains[j] = r.gainAt(k)
		}
	}
	money := r.chain.head(r.purse[t], r.gains[:len(r.order)])
	clear(r.gains[:len(r.order)])
	full := new(big.Int).Mul(o.num, big.NewInt(gain))
	return money.Mul(money, o.units).Cmp(full) < 0
}

// compare orders two offers by exact price per unit of utility; any offer comes
// before none.
func (r *sharesRun) compare(a, b *offer) int {
	if b == nil {
		return -1
	}
	if a.num.Sign() == 0 || b.num.Sign() == 0 {
		return a.num.Sign() - b.num.Sign()
	}
	left := new(big.Int).Mul(b.units, big.NewInt(r.factor[b.project]))
	right := new(big.Int).Mul(a.units, big.NewInt(r.factor[a.project]))
	return left.Mul(left, a.num).Cmp(right.Mul(right, b.num))
}
