package pb

import (
	"context"
	"math/big"
	"slices"
)

// Greedy buys by descending total utility per cost whatever still fits: by votes
// where utility is cost, by votes per cost where it is cardinality. It is what
// most cities do, and it lets a majority take everything.
func Greedy(ctx context.Context, inst *Instance, profile *Profile, opts Options) (*Outcome, error) {
	e, err := compile(inst, profile, opts.Utility)
	if err != nil {
		return nil, err
	}
	return e.greedyOutcome(ctx, opts)
}

func (e *election) greedyOutcome(ctx context.Context, opts Options) (*Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := e.outcome("greedy_"+opts.Utility.String(), opts.Ties)
	e.greedy(out, opts, e.util.form == formCost, StageShares)
	e.listLosses(out, opts)
	out.finish()
	return out, nil
}

// standing is a project's total utility per cost as a fraction; votes when the
// utility is cost.
type standing struct{ num, den *big.Int }

func (s standing) compare(t standing) int {
	return new(big.Int).Mul(s.num, t.den).Cmp(new(big.Int).Mul(t.num, s.den))
}

// standings gives what a greedy rule sorts by. byVotes ignores the cost, which
// is the same as utility per cost where utility is cost.
func (e *election) standings(byVotes bool) []standing {
	out := make([]standing, len(e.sup))
	for p := range out {
		gain := new(big.Int).Set(e.supportMass[p])
		if !e.uniform && !byVotes {
			gain.SetInt64(0)
			for k, t := range e.sup[p] {
				gain.Add(gain, new(big.Int).Mul(e.mass.big(t), big.NewInt(e.supGain[p][k])))
			}
		}
		out[p] = standing{gain, big.NewInt(1)}
		if !byVotes {
			out[p].den = big.NewInt(e.inst.Projects[p].Cost)
		}
	}
	return out
}

// ranking lists the supported projects by descending standing. tied[i] holds
// the projects directly after place i that are exactly as good.
func (e *election) ranking(ties TieBreaker, byVotes bool) (order []int, tied map[int]tie) {
	at := e.standings(byVotes)
	for p := range e.sup {
		if len(e.sup[p]) > 0 {
			order = append(order, p)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		// The dearer denominator of a free project is 0: infinitely good, and equal to other free ones.
		if c := at[b].compare(at[a]); c != 0 {
			return c
		}
		c, _ := ties.compare(e.contender(a), e.contender(b))
		return c
	})
	tied = map[int]tie{}
	for i, p := range order {
		for _, q := range order[i+1:] {
			if at[p].compare(at[q]) != 0 {
				break
			}
			t := tied[p]
			if t.with == nil {
				_, t.by = ties.compare(e.contender(p), e.contender(q))
			}
			t.with = append(t.with, q)
			tied[p] = t
		}
	}
	return order, tied
}

// greedy buys in the order of the ranking what fits, on top of what the
// outcome holds already.
func (e *election) greedy(out *Outcome, opts Options, byVotes bool, stage Stage) {
	order, tied := e.ranking(opts.Ties, byVotes)
	for _, p := range order {
		project := &e.inst.Projects[p]
		if out.Won(project.ID) || out.Cost+project.Cost > out.Budget {
			continue
		}
		r := e.round(p, stage)
		if t, ok := tied[p]; ok {
			r.Tied, r.TiedBy = e.ids(t.with), t.by
		}
		out.Rounds = append(out.Rounds, r)
		out.Cost += project.Cost
	}
}

// fill spends what Equal Shares left, if the completion says so: by votes, or by
// utility per cost where utilities differ between the supporters of a project.
func (o *Options) fill(e *election, out *Outcome) {
	switch o.Completion {
	case Fill, Add1U, Add1EU:
		e.greedy(out, *o, e.uniform, StageFill)
	case Equity, Add1Equity:
		e.fillForEquity(out, *o)
	}
}

// minimalSupport is the part of all weight that a project needs to be bought for
// the sake of its district: 1 / minimalSupport.
const minimalSupport = 100

// fillForEquity buys, one after the other, what fits and has a hundredth of the
// weight, from the district with the least part of its entitlement so far; within
// a district and between equals by votes.
func (e *election) fillForEquity(out *Outcome, opts Options) {
	order, _ := e.ranking(opts.Ties, true)
	got := map[string]int64{}
	for i := range e.inst.Projects {
		if p := &e.inst.Projects[i]; out.Won(p.ID) {
			got[p.District] += p.Cost
		}
	}
	// part is got / entitled; nil stands for a district entitled to nothing.
	part := func(p int) *big.Rat {
		d := e.inst.Projects[p].District
		entitled := opts.Entitled[d]
		if entitled == nil || entitled.Sign() == 0 {
			return nil
		}
		return new(big.Rat).Quo(new(big.Rat).SetInt64(got[d]), entitled)
	}
	for {
		best := -1
		for _, p := range order {
			project := &e.inst.Projects[p]
			enough := new(big.Int).Mul(e.supportMass[p], big.NewInt(minimalSupport)).Cmp(e.total) >= 0
			if !enough || out.Won(project.ID) || out.Cost+project.Cost > out.Budget {
				continue
			}
			if best < 0 {
				best = p
				continue
			}
			if a, b := part(p), part(best); a != nil && (b == nil || a.Cmp(b) < 0) {
				best = p
			}
		}
		if best < 0 {
			return
		}
		out.Rounds = append(out.Rounds, e.round(best, StageFill))
		out.Cost += e.inst.Projects[best].Cost
		got[e.inst.Projects[best].District] += e.inst.Projects[best].Cost
	}
}
