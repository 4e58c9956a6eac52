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

// fill is completion u: by votes, or by utility per cost where utilities differ
// between the supporters of a project.
func (e *election) fill(out *Outcome, opts Options) {
	e.greedy(out, opts, e.uniform, StageFill)
}
