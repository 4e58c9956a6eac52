package pb

import (
	"cmp"
	"math/big"
	"slices"
)

// explainWithoutVoters fills in the outcome of a vote in which nobody voted.
func (e *election) explainWithoutVoters(out *Outcome, opts Options) {
	out.Weight = wholeRatio(0)
	e.listLosses(out, opts)
	out.finish()
}

// loss describes a lost project without the reasons a rule can add.
func (e *election) loss(p int) Loss {
	l := Loss{Project: e.inst.Projects[p].ID, Cost: e.inst.Projects[p].Cost, Votes: e.supportVotes[p],
		Support: ratio(e.supportMass[p], e.scale), Reason: DoesNotFit}
	switch {
	case l.Votes == 0:
		l.Reason = NoSupporter
	case l.Cost > e.inst.Budget:
		l.Reason = DearerThanBudget
	}
	return l
}

// listLosses describes what a rule without payments left out.
func (e *election) listLosses(out *Outcome, opts Options) {
	if opts.Brief {
		return
	}
	for p := range e.inst.Projects {
		if out.Won(e.inst.Projects[p].ID) {
			continue
		}
		l := e.loss(p)
		if l.Reason == DoesNotFit && out.Cost+l.Cost <= out.Budget {
			l.Reason = RuleStopped
		}
		out.Lost = append(out.Lost, l)
	}
}

// explainLosses describes every project that the outcome lacks.
func (r *sharesRun) explainLosses(out *Outcome) {
	for p := range r.inst.Projects {
		if out.Won(r.inst.Projects[p].ID) {
			continue
		}
		l := r.loss(p)
		if l.Reason == DoesNotFit {
			l.Reason = MoneyShort
		}
		if l.Votes > 0 {
			r.explainLoss(&l, p)
		}
		out.Lost = append(out.Lost, l)
	}
}

// explainLoss adds when the supporters' money ran short, what they spent it on
// and at what cost the project would have won.
func (r *sharesRun) explainLoss(l *Loss, p int) {
	spent, total := r.spending(p)
	cost, margin := r.costF[p], total*float64(len(r.order)+4)*r.rounding(p)
	left := total
	for j := 0; j <= len(r.order); j++ {
		if left <= cost+margin {
			money := r.moneyBehind(p, j)
			need := new(big.Rat).SetInt64(l.Cost)
			if money.Cmp(need) < 0 {
				l.Round, l.Money, l.Shortfall = j+1, exact(money), exact(need.Sub(need, money))
				break
			}
		}
		if j < len(r.order) {
			left -= spent[j]
		}
	}
	l.Rivals = r.rivals(p, spent)
	l.HighestCost = r.highestCost(p)
}

// spending is what the supporters of p paid in each round, and what they had at
// first, in multiplicity units and approximately.
func (r *sharesRun) spending(p int) (spent []float64, total float64) {
	spent = make([]float64, len(r.order))
	for _, t := range r.sup[p] {
		first := r.chain.endowmentsF[r.purse[t]]
		m, d, rest := r.mass.approx[t], r.drained[t], first
		total += m * first
		for k := r.off[t]; k < r.off[t+1]; k++ {
			j := r.boughtAt[r.item[k]]
			if j < 0 || d != undrained && j >= d {
				continue
			}
			pay := r.chain.approx[j] * float64(r.gainAt(k))
			spent[j] += m * pay
			rest -= pay
		}
		if d != undrained {
			spent[d] += m * rest
		}
	}
	return spent, total
}

// moneyBehind is what the supporters of p held at the beginning of round j.
func (r *sharesRun) moneyBehind(p, j int) *big.Rat {
	h := newHolding(&r.mass, len(r.base), j)
	for _, t := range r.sup[p] {
		if d := r.drained[t]; d == undrained || int(d) >= j {
			r.holdAt(h, t, j)
		}
	}
	return r.worth(h, nil, j)
}

const rivalsShown = 3

// rivals are the winners on which the supporters of p spent most.
func (r *sharesRun) rivals(p int, spent []float64) []Rival {
	rounds := make([]int, 0, len(spent))
	for j, s := range spent {
		if s > 0 {
			rounds = append(rounds, j)
		}
	}
	slices.SortStableFunc(rounds, func(a, b int) int { return cmp.Compare(spent[b], spent[a]) })
	// Whoever is within rounding of the last place shown takes part in the exact comparison.
	n := min(rivalsShown, len(rounds))
	for n > 0 && n < len(rounds) && spent[rounds[n]] >= spent[rounds[rivalsShown-1]]*(1-0x1p-30) {
		n++
	}
	out := make([]Rival, 0, n)
	slices.Sort(rounds[:n]) // equal payments stand in the order of purchase
	for _, j := range rounds[:n] {
		if paid := r.spentOn(p, j); paid.Sign() > 0 {
			out = append(out, Rival{Project: r.inst.Projects[r.order[j]].ID, Paid: exact(paid)})
		}
	}
	slices.SortStableFunc(out, func(a, b Rival) int { return b.Paid.Cmp(a.Paid.Rat) })
	return out[:min(rivalsShown, len(out))]
}

// spentOn is what the supporters of p paid for the project of round j, exactly.
func (r *sharesRun) spentOn(p, j int) *big.Rat {
	rest, full := newHolding(&r.mass, len(r.base), j), newSums(&r.mass, 1)
	winner := int32(r.order[j])
	for _, t := range r.sup[p] {
		k, ok := slices.BinarySearch(r.item[r.off[t]:r.off[t+1]], winner)
		if !ok {
			continue
		}
		switch d := r.drained[t]; {
		case d == undrained || int(d) > j:
			full.add(0, t, r.gainAt(r.off[t]+int32(k)))
		case int(d) == j:
			r.holdAt(rest, t, j)
		}
	}
	return r.worth(rest, full, j)
}

// highestCost is the highest whole cost at which p would have been bought. Until
// p is bought the run does not depend on it, so each round tells how dear p may
// be to come before the round's winner, and the end how dear to be bought after all.
func (r *sharesRun) highestCost(p int) int64 {
	limits := make([]float64, len(r.order)+1)
	rounds := make([]int, len(limits))
	b := r.backers(p)
	for j := range limits {
		limits[j], rounds[j] = min(b.limit(j), float64(r.inst.Budget)), j
		b.pay(j)
	}
	slices.SortStableFunc(rounds, func(a, b int) int { return cmp.Compare(limits[b], limits[a]) })
	// A limit need not be reached, since a tie at it may be lost: go on until the
	// next one cannot matter.
	high := int64(0)
	for _, j := range rounds {
		if limits[j]*(1+0x1p-30)+1 < float64(high) {
			break
		}
		high = r.exactLimit(p, j, int64(limits[j]), high)
	}
	return high
}

// exactLimit is the highest whole cost above floor at which p would be bought in
// round j, else floor. It searches outwards from a guess that is nearly right.
func (r *sharesRun) exactLimit(p, j int, guess, floor int64) int64 {
	wins := func(c int64) bool { return c <= floor || r.wouldWin(p, j, c) }
	low, high := min(guess, r.inst.Budget), r.inst.Budget+1
	for step := int64(1); !wins(low); step *= 2 {
		high, low = low, max(low-step, floor)
	}
	for step := int64(1); low+step < high; step *= 2 {
		if !wins(low + step) {
			high = low + step
			break
		}
		low += step
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; wins(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return max(low, floor)
}

// backers follows the head money of a project's supporters through the rounds,
// approximately.
type backers struct {
	*sharesRun
	project int
	scale   float64
	rest    []float64 // per supporter, at the beginning of the round
	units   float64
	payers  [][]int // per round, the supporters who support its winner
}

func (r *sharesRun) backers(p int) *backers {
	b := &backers{sharesRun: r, project: p, rest: make([]float64, len(r.sup[p])), payers: make([][]int, len(r.order))}
	b.scale, _ = new(big.Float).SetInt(r.scale).Float64()
	for k, t := range r.sup[p] {
		b.rest[k] = r.chain.endowmentsF[r.purse[t]]
		b.units += r.mass.approx[t] * r.gainF(p, k)
		for _, q := range r.item[r.off[t]:r.off[t+1]] {
			if j := r.boughtAt[q]; j >= 0 {
				b.payers[j] = append(b.payers[j], k)
			}
		}
	}
	return b
}

// pay takes what the supporters pay in round j.
func (b *backers) pay(j int) {
	if j == len(b.order) {
		return
	}
	winner := int32(b.order[j])
	for _, k := range b.payers[j] {
		t := b.sup[b.project][k]
		if d := b.drained[t]; d != undrained && int(d) <= j {
			b.rest[k] = 0
			continue
		}
		at, _ := slices.BinarySearch(b.item[b.off[t]:b.off[t+1]], winner)
		b.rest[k] = max(0, b.rest[k]-b.chain.approx[j]*float64(b.gainAt(b.off[t]+int32(at))))
	}
}

// payments is what the supporters pay together at head price x, and the part of
// it that grows with x.
func (b *backers) payments(x float64) (sum, units float64) {
	p := b.project
	for k, t := range b.sup[p] {
		if full := x * b.gainF(p, k); b.rest[k] < full {
			sum += b.mass.approx[t] * b.rest[k]
		} else {
			units += b.mass.approx[t] * b.gainF(p, k)
		}
	}
	return sum + units*x, units
}

// limit is about the cost at which the price of the project in round j equals
// that of the round's winner; after the last round, all the money behind it.
func (b *backers) limit(j int) float64 {
	richest := slices.Max(b.rest) * (1 + 0x1p-40)
	if j == len(b.order) {
		sum, _ := b.payments(richest)
		return sum / b.scale
	}
	price := b.chain.approx[j] / float64(max(1, b.factor[b.order[j]])) / b.scale
	if b.util.form != formCost {
		sum, _ := b.payments(price * b.scale * float64(b.factor[b.project]))
		return sum / b.scale
	}
	// With cost utility the price is x per cost, at most 1 / weight: too dear at
	// any cost where the winner is cheaper than that.
	if price*b.units < 1-0x1p-40 {
		return 0
	}
	// The largest x with x <= price·payments(x) is found from above, since
	// payments are concave.
	for x := richest; ; {
		sum, units := b.payments(x)
		if x <= price*sum*(1+0x1p-40) {
			return sum / b.scale
		}
		fixed, slope := (sum-units*x)*price, units*price
		if slope >= 1 || fixed <= 0 {
			return 0
		}
		next := fixed / (1 - slope)
		if next >= x*(1-0x1p-45) {
			return sum / b.scale
		}
		x = next
	}
}

// wouldWin decides exactly whether p at a cost would be bought in round j, or
// after the last round where j is the number of rounds.
func (r *sharesRun) wouldWin(p, j int, cost int64) bool {
	need := new(big.Rat).SetInt64(cost)
	if j == len(r.order) {
		return r.moneyBehind(p, j).Cmp(need) >= 0
	}
	winner := r.order[j]
	if r.costMass[winner].Sign() == 0 {
		return false // free projects come first whatever p costs
	}
	// head is what p's supporters would pay per gain at the winner's price.
	head := ratio(r.chain.num[j], r.chain.den[j]).Rat
	head.Quo(head, new(big.Rat).SetInt64(r.factor[winner]))
	if r.util.form == formCost {
		head.Mul(head, need)
	}
	paid, everybodyPoor := r.paymentsAt(p, j, head)
	switch c := paid.Cmp(need); {
	case c != 0:
		return c > 0
	case everybodyPoor:
		return true // paid in full at a lower price already
	}
	a := r.contender(p)
	a.cost = cost
	first, _ := r.ties.compare(a, r.contender(winner))
	return first < 0
}

// paymentsAt is what the supporters of p could pay together at the beginning of
// round j if each paid at most head times her gain, and whether all have less.
func (r *sharesRun) paymentsAt(p, j int, head *big.Rat) (*big.Rat, bool) {
	rest, full := newHolding(&r.mass, len(r.base), j), newSums(&r.mass, 1)
	headF, _ := head.Float64()
	everybodyPoor := true
	for k, t := range r.sup[p] {
		if d := r.drained[t]; d != undrained && int(d) < j {
			continue
		}
		gain := r.gainOf(p, k)
		share := headF * float64(gain)
		gap := share - r.restF(t, j)
		margin := r.slack + share*0x1p-50
		poor := gap > margin
		if !poor && gap >= -margin {
			poor = r.rest(t, j).Cmp(new(big.Rat).Mul(head, new(big.Rat).SetInt64(gain))) < 0
		}
		if poor {
			r.holdAt(rest, t, j)
		} else {
			full.add(0, t, gain)
			everybodyPoor = false
		}
	}
	var units big.Int
	full.into(&units, 0)
	sum := new(big.Rat).Mul(head, new(big.Rat).SetFrac(&units, r.scale))
	return sum.Add(sum, r.worth(rest, nil, j)), everybodyPoor
}
