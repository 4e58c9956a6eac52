package pb

import (
	"math/big"
	"slices"
	"strings"
)

func (e *election) outcome(rule string, ties TieBreaker) *Outcome {
	return &Outcome{
		Rule: rule, Budget: e.inst.Budget, Voters: e.voters, Weight: ratio(e.total, e.scale),
		Ties: ties.String(), Seed: ties.seed, Rounds: []Round{},
	}
}

// finish sets what follows from the rounds.
func (o *Outcome) finish() {
	o.Selected = o.Order()
	slices.Sort(o.Selected)
}

// round describes a purchase without payments.
func (e *election) round(p int, stage Stage) Round {
	return Round{
		Project: e.inst.Projects[p].ID, Cost: e.inst.Projects[p].Cost, Stage: stage,
		Votes: e.supportVotes[p], Support: ratio(e.supportMass[p], e.scale),
	}
}

// record writes the rounds of a finished run.
func (r *sharesRun) record(out *Outcome) {
	classes := r.sortedClasses()
	money := r.allMoney()
	for j, p := range r.order {
		round := r.round(p, StageShares)
		out.Cost += round.Cost
		r.payments(&round, j, classes)
		money = new(big.Rat).Sub(money, new(big.Rat).SetInt64(round.Cost))
		round.MoneyLeft = exact(money)
		out.Rounds = append(out.Rounds, round)
	}
	for _, t := range r.met {
		out.Rounds[t.round].Tied, out.Rounds[t.round].TiedBy = r.ids(t.with), t.by
		slices.Sort(out.Rounds[t.round].Tied)
	}
}

// allMoney is what all voters have before the first round.
func (r *sharesRun) allMoney() *big.Rat {
	sum := new(big.Int)
	for t, purse := range r.purse {
		m := r.mass.big(int32(t))
		sum.Add(sum, m.Mul(m, r.chain.endowments[purse]))
	}
	return new(big.Rat).SetFrac(sum, new(big.Int).Mul(r.chain.first, r.scale))
}

func (e *election) sortedClasses() []int32 {
	at := make([]int32, len(e.classes))
	for i := range at {
		at[i] = int32(i)
	}
	slices.SortFunc(at, func(a, b int32) int {
		return strings.Compare(e.classes[a], e.classes[b])
	})
	return at
}

// payments fills in the price of round j and who paid it.
func (r *sharesRun) payments(round *Round, j int, classes []int32) {
	p := r.order[j]
	head := ratio(r.chain.num[j], r.chain.den[j]).Rat
	round.Price = exact(new(big.Rat))
	if round.Cost == 0 {
		return
	}
	round.Price.Mul(head, new(big.Rat).SetFrac(r.gainScale, big.NewInt(r.factor[p])))
	byClass := make([][]int, len(r.classes))
	for k, t := range r.sup[p] {
		byClass[r.class[t]] = append(byClass[r.class[t]], k)
	}
	most := maximum{}
	for _, class := range classes {
		paid := r.paidBy(round, j, byClass[class], &most)
		if paid.Payers > 0 {
			paid.Class = r.classes[class]
			round.ByClass = append(round.ByClass, paid)
		}
	}
	round.MaxPayment = exact(most.value)
	round.EffectiveVotes = exact(new(big.Rat).Quo(new(big.Rat).SetInt64(round.Cost), most.value))
}

// paidBy adds up what some supporters of the project of round j paid, given as
// positions in the list of its supporters.
func (r *sharesRun) paidBy(round *Round, j int, supporters []int, most *maximum) ClassPayment {
	p := r.order[j]
	rest, full := newHolding(&r.mass, len(r.base), j), newSums(&r.mass, 1)
	out := ClassPayment{}
	for _, k := range supporters {
		t, gain := r.sup[p][k], r.gainOf(p, k)
		switch d := r.drained[t]; {
		case d == undrained || d > int32(j):
			full.add(0, t, gain)
			round.PayersInFull += r.votes[t]
			most.offer(r.chain.approx[j]*float64(gain), func() *big.Rat {
				head := ratio(r.chain.num[j], r.chain.den[j]).Rat
				return head.Mul(head, new(big.Rat).SetInt64(gain))
			})
		case d == int32(j) && r.hasRest(t, j):
			r.holdAt(rest, t, j)
			round.PayersOfRest += r.votes[t]
			if !r.uniform { // else those who pay in full pay more
				most.offer(r.restF(t, j), func() *big.Rat { return r.rest(t, j) })
			}
		default:
			continue
		}
		out.Payers += r.votes[t]
	}
	out.Paid = exact(r.worth(rest, full, j))
	return out
}

// maximum keeps the largest of exact values, computing only those that a
// float64 does not rule out.
type maximum struct {
	value  *big.Rat
	approx float64
}

func (m *maximum) offer(approx float64, exact func() *big.Rat) {
	if m.value != nil && (approx < m.approx*(1-0x1p-40) || approx == m.approx) {
		return
	}
	if v := exact(); m.value == nil || v.Cmp(m.value) > 0 {
		m.value, m.approx = v, approx
	}
}

// restF is the head money of type t at the beginning of round j, within slack,
// for a type that had not paid all it had before.
func (r *sharesRun) restF(t int32, j int) float64 {
	left := r.chain.endowmentsF[r.purse[t]]
	for k := r.off[t]; k < r.off[t+1]; k++ {
		if i := r.boughtAt[r.item[k]]; i >= 0 && int(i) < j {
			left -= r.chain.approx[i] * float64(r.gainAt(k))
		}
	}
	return left
}

func (r *sharesRun) hasRest(t int32, j int) bool {
	return r.restF(t, j) > r.slack || r.rest(t, j).Sign() > 0
}

// rest is the head money of type t at the beginning of round j, exactly.
func (r *sharesRun) rest(t int32, j int) *big.Rat {
	gains := make([]int64, j)
	for k := r.off[t]; k < r.off[t+1]; k++ {
		if i := r.boughtAt[r.item[k]]; i >= 0 && int(i) < j {
			gains[i] = r.gainAt(k)
		}
	}
	return ratio(r.chain.head(r.purse[t], gains), r.chain.upto(j)).Rat
}

// holdAt adds what type t had left at the beginning of round j.
func (r *sharesRun) holdAt(h *holding, t int32, j int) {
	h.whole.add(int(r.purse[t]), t, 1)
	for k := r.off[t]; k < r.off[t+1]; k++ {
		if i := r.boughtAt[r.item[k]]; i >= 0 && int(i) < j {
			h.paid.add(int(i), t, r.gainAt(k))
		}
	}
}

// worth is the money in rest, at the beginning of round j, and the payments of
// those in full at the price of round j.
func (r *sharesRun) worth(rest *holding, full *sums, j int) *big.Rat {
	var money, units big.Int
	r.chain.money(&money, rest, j)
	sum := new(big.Rat).SetFrac(&money, r.chain.upto(j))
	if full != nil && full.into(&units, 0) {
		sum.Add(sum, new(big.Rat).SetFrac(units.Mul(&units, r.chain.num[j]), r.chain.den[j]))
	}
	return sum.Quo(sum, new(big.Rat).SetInt(r.scale))
}
