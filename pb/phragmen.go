package pb

import (
	"context"
	"math/big"
)

// SequentialPhragmen balances loads: each purchase spreads its cost over its
// supporters so that all of them end with the same load, and the project is
// bought whose supporters end with the least. It stops when a project with the
// least load does not fit, even if it is only tied for it. A project nobody
// supports is never bought.
//
// It needs approval ballots; others count as approvals of what they support.
//
// Source: Los, Christoff, Grossi, Proportional Budget Allocations: Towards a
// Systematization (IJCAI 2022), after Phragmén (1894).
func SequentialPhragmen(ctx context.Context, inst *Instance, profile *Profile, opts Options) (*Outcome, error) {
	e, err := compile(inst, profile, Cost)
	if err != nil {
		return nil, err
	}
	return e.sequentialPhragmen(ctx, opts)
}

// phragmen is a run of the rule. A type's load is that of the last bought
// project it supports, so loads are kept once per round, as prices of a chain.
type phragmen struct {
	*election
	chain chain
	last  []int32 // round of the last bought project the type supports, or -1
	held  *holding
	done  []bool
}

// loadOffer is the load that buying a project would lead to: num/(units·last denominator).
type loadOffer struct {
	project    int
	num, units *big.Int
}

func (e *election) sequentialPhragmen(ctx context.Context, opts Options) (*Outcome, error) {
	out := e.outcome("sequential_phragmen", opts.Ties)
	r := &phragmen{election: e, last: make([]int32, len(e.votes)), held: newHolding(&e.mass, 1, len(e.sup)), done: make([]bool, len(e.sup))}
	r.chain.reset(new(big.Rat))
	for t := range r.last {
		r.last[t] = -1
	}
	for p := range r.done {
		r.done[p] = !e.affordable(p)
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		best, tied, by := r.least(opts.Ties)
		if best == nil || !r.fit(out, append(tied, best.project)) {
			break
		}
		r.buy(best)
		round := e.round(best.project, StageShares)
		round.Load = r.load()
		if len(tied) > 0 {
			round.Tied, round.TiedBy = e.sortedIDs(tied), by
		}
		out.Rounds = append(out.Rounds, round)
		out.Cost += round.Cost
		if opts.Progress != nil {
			opts.Progress(Progress{Selected: len(out.Rounds)})
		}
	}
	e.listLosses(out, opts)
	out.finish()
	return out, nil
}

func (r *phragmen) fit(out *Outcome, projects []int) bool {
	for _, p := range projects {
		if out.Cost+r.inst.Projects[p].Cost > out.Budget {
			return false
		}
	}
	return true
}

// least finds the project of least exact load and those tied with it.
func (r *phragmen) least(ties TieBreaker) (best *loadOffer, tied []int, by TieCriterion) {
	approx := make([]float64, len(r.done))
	limit := 0.0
	for p, done := range r.done {
		if done {
			continue
		}
		approx[p] = r.approximate(p)
		if high := approx[p] * (1 + 0x1p-26); limit == 0 || high < limit {
			limit = high
		}
	}
	for p, done := range r.done {
		if done || approx[p] > limit && approx[p] > 0 {
			continue
		}
		o := r.offer(p)
		c := -1
		if best != nil {
			left, right := new(big.Int).Mul(o.num, best.units), new(big.Int).Mul(best.num, o.units)
			c = left.Cmp(right)
		}
		switch {
		case c < 0:
			best, tied = o, nil
		case c == 0:
			var first bool
			if first, by = r.before(ties, p, best.project); first {
				best, p = o, best.project
			}
			tied = append(tied, p)
		}
	}
	return best, tied, by
}

// approximate is the load within a relative error of a few rounding units per
// supporter: all its terms are positive.
func (r *phragmen) approximate(p int) float64 {
	cost, _ := new(big.Float).SetInt(r.costMass(p)).Float64()
	mass := 0.0
	for _, t := range r.sup[p] {
		m := r.mass.approx[t]
		mass += m
		if j := r.last[t]; j >= 0 {
			cost += m * r.chain.approx[j]
		}
	}
	return cost / mass
}

func (e *election) costMass(p int) *big.Int {
	return new(big.Int).Mul(big.NewInt(e.inst.Projects[p].Cost), e.scale)
}

// offer is the exact load that buying p leads to.
func (r *phragmen) offer(p int) *loadOffer {
	r.held.clear()
	for _, t := range r.sup[p] {
		if j := r.last[t]; j >= 0 {
			r.held.paid.add(int(j), t, 1)
		}
	}
	o := &loadOffer{project: p, num: new(big.Int), units: r.supportMass[p]}
	var loads big.Int
	r.chain.money(&loads, r.held, len(r.chain.den)) // minus the sum of loads: nobody was endowed
	o.num.Sub(o.num.Mul(r.costMass(p), r.chain.last()), &loads)
	return o
}

func (r *phragmen) buy(o *loadOffer) {
	round := int32(len(r.chain.den))
	if o.num.Sign() == 0 {
		r.chain.pushZero()
	} else {
		r.chain.push(o.num, o.units)
	}
	for _, t := range r.sup[o.project] {
		r.last[t] = round
	}
	r.done[o.project] = true
}

// load is the largest load so far: that of the round just bought.
func (r *phragmen) load() Ratio {
	j := len(r.chain.den) - 1
	return ratio(r.chain.num[j], r.chain.den[j])
}
