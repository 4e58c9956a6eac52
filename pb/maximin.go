package pb

import (
	"context"
	"fmt"
	"math/big"
	"slices"
)

// MaximinSupport buys in each round, among the projects that fit, the one after
// which the largest load of any voter can be kept smallest, when each bought
// project's cost is split freely among its supporters. It goes on while any
// supported project fits.
//
// The least possible maximum load of a set W is the largest cost(S)/weight(N_S)
// over its subsets S, N_S being all who support something in S. It is found
// exactly by maximum flow and Dinkelbach's iteration.
//
// Source: Aziz, Lee, Talmon, Proportionally Representative Participatory
// Budgeting (AAMAS 2018), generalised sequential Phragmén.
func MaximinSupport(ctx context.Context, inst *Instance, profile *Profile, opts Options) (*Outcome, error) {
	e, err := compile(inst, profile, Cost)
	if err != nil {
		return nil, err
	}
	return e.maximinSupport(ctx, opts)
}

// loadBound is a fraction that the load after buying a project is at least, and
// whether it is that load.
type loadBound struct {
	cost, mass *big.Int // load = cost·scale / mass, cost with the scale in it
	exact      bool
}

func (a loadBound) compare(b loadBound) int {
	return new(big.Int).Mul(a.cost, b.mass).Cmp(new(big.Int).Mul(b.cost, a.mass))
}

func (e *election) maximinSupport(ctx context.Context, opts Options) (*Outcome, error) {
	out := e.outcome("maximin_support", opts.Ties)
	bounds := make([]loadBound, len(e.sup))
	w := &weightiest{audience: newAudience(e), known: map[string]bool{}}
	var left []int
	for p := range e.sup {
		if e.affordable(p) {
			left = append(left, p)
			bounds[p] = loadBound{cost: e.costMass(p), mass: e.supportMass[p]}
		}
	}
	for {
		left = slices.DeleteFunc(left, func(p int) bool { return out.Cost+e.inst.Projects[p].Cost > out.Budget })
		if len(left) == 0 {
			break
		}
		best, tied, by, err := w.leastLoad(ctx, opts.Ties, left, bounds)
		if err != nil {
			return nil, err
		}
		w.add(best)
		left = slices.DeleteFunc(left, func(p int) bool { return p == best })
		round := e.round(best, StageShares)
		round.Load = ratio(bounds[best].cost, bounds[best].mass)
		if len(tied) > 0 {
			round.Tied, round.TiedBy = e.sortedIDs(tied), by
		}
		out.Rounds = append(out.Rounds, round)
		out.Cost += round.Cost
		for _, p := range left {
			// A larger set of projects never has a smaller load, so what was found stays a bound.
			bounds[p].exact = false
			if bounds[p].compare(bounds[best]) < 0 {
				bounds[p].cost, bounds[p].mass = bounds[best].cost, bounds[best].mass
			}
		}
		if opts.Progress != nil {
			opts.Progress(Progress{Selected: len(out.Rounds)})
		}
	}
	e.listLosses(out, opts)
	out.finish()
	return out, nil
}

// weightiest remembers sets of bought projects that were dear for their
// supporters: with a further project each of them bounds the load from below.
type weightiest struct {
	*audience
	sets  []heavySet
	known map[string]bool
}

type heavySet struct {
	cost, mass *big.Int
	reached    []bool // by type: supports something in the set
}

// setsKept bounds the sets that are remembered; the latest are the tightest.
const setsKept = 48

// remember keeps a set of bought projects.
func (w *weightiest) remember(set []int) {
	key := fmt.Sprint(set)
	if len(set) == 0 || w.known[key] {
		return
	}
	w.known[key] = true
	h := heavySet{cost: new(big.Int), mass: new(big.Int), reached: make([]bool, len(w.votes))}
	for _, p := range set {
		h.cost.Add(h.cost, w.costMass(p))
		h.mass.Add(h.mass, w.massBeyond(p, h.reached))
		for _, t := range w.sup[p] {
			h.reached[t] = true
		}
	}
	if w.sets = append(w.sets, h); len(w.sets) > setsKept {
		w.sets = w.sets[1:]
	}
}

// massBeyond is the weight of the supporters of p who are not among the reached.
func (w *weightiest) massBeyond(p int, reached []bool) *big.Int {
	sum := newSums(&w.election.mass, 1)
	for _, t := range w.sup[p] {
		if !reached[t] {
			sum.add(0, t, 1)
		}
	}
	out := new(big.Int)
	sum.into(out, 0)
	return out
}

// lift raises the bound of p by what the remembered sets tell.
func (w *weightiest) lift(b *loadBound, p int) {
	for _, s := range w.sets {
		with := loadBound{cost: new(big.Int).Add(s.cost, w.costMass(p)), mass: w.massBeyond(p, s.reached)}
		with.mass.Add(with.mass, s.mass)
		if b.compare(with) < 0 {
			b.cost, b.mass = with.cost, with.mass
		}
	}
}

// leastLoad finds the project whose purchase leads to the least load. Only
// projects whose bound is not above the best are computed.
func (w *weightiest) leastLoad(ctx context.Context, ties TieBreaker, left []int, bounds []loadBound) (best int, tied []int, by TieCriterion, err error) {
	for _, p := range left {
		w.lift(&bounds[p], p)
	}
	for {
		best = -1
		for _, p := range left {
			if best < 0 || bounds[p].compare(bounds[best]) < 0 {
				best = p
			}
		}
		pending := false
		for _, p := range left {
			if !bounds[p].exact && bounds[p].compare(bounds[best]) == 0 {
				if err := ctx.Err(); err != nil {
					return 0, nil, "", err
				}
				heavy := w.raise(&bounds[p], p)
				w.remember(slices.DeleteFunc(heavy, func(q int) bool { return q == p }))
				pending = true
			}
		}
		if pending {
			continue
		}
		for _, p := range left {
			if p == best || bounds[p].compare(bounds[best]) != 0 {
				continue
			}
			var first bool
			loser := p
			if first, by = w.before(ties, p, best); first {
				best, loser = p, best
			}
			tied = append(tied, loser)
		}
		return best, tied, by, nil
	}
}

// audience is the voters grouped by which of the bought projects they support.
type audience struct {
	*election
	set    []int      // the bought projects
	group  []int32    // by type; -1 for who supports none of them
	mass   []*big.Int // by group
	admire [][]int    // by group, positions in set
}

func newAudience(e *election) *audience {
	a := &audience{election: e, group: make([]int32, len(e.votes))}
	for t := range a.group {
		a.group[t] = -1
	}
	return a
}

// split is the weight of the supporters of p by group, those of no group last.
func (a *audience) split(p int) []*big.Int {
	sums := newSums(&a.election.mass, len(a.mass)+1)
	for _, t := range a.sup[p] {
		g := a.group[t]
		if g < 0 {
			g = int32(len(a.mass))
		}
		sums.add(int(g), t, 1)
	}
	out := make([]*big.Int, len(a.mass)+1)
	for g := range out {
		out[g] = new(big.Int)
		sums.into(out[g], g)
	}
	return out
}

// add buys p: its supporters leave their groups for new ones.
func (a *audience) add(p int) {
	at := len(a.set)
	a.set = append(a.set, p)
	mass := a.split(p)
	to := make([]int32, len(mass)) // the new group by the old one
	for g, m := range mass {
		if m.Sign() == 0 {
			continue
		}
		var also []int
		to[g] = int32(g)
		if g < len(mass)-1 {
			also = a.admire[g]
			if m.Cmp(a.mass[g]) == 0 { // all of them
				a.admire[g] = append(slices.Clip(also), at)
				continue
			}
			a.mass[g] = new(big.Int).Sub(a.mass[g], m)
		}
		to[g] = int32(len(a.mass))
		a.mass, a.admire = append(a.mass, m), append(a.admire, append(slices.Clip(also), at))
	}
	for _, t := range a.sup[p] {
		g := a.group[t]
		if g < 0 {
			g = int32(len(to) - 1)
		}
		a.group[t] = to[g]
	}
}

// with is the flow problem of the bought projects and p: the weight of groups
// of voters and, by project, the groups that support it.
func (a *audience) with(p int) (set []int, mass []*big.Int, to [][]int) {
	set = append(slices.Clone(a.set), p)
	to = make([][]int, len(set))
	place := func(m *big.Int, admire []int, also bool) {
		if m.Sign() == 0 {
			return
		}
		for _, s := range admire {
			to[s] = append(to[s], len(mass))
		}
		if also {
			to[len(a.set)] = append(to[len(a.set)], len(mass))
		}
		mass = append(mass, m)
	}
	mine := a.split(p)
	for g, m := range a.mass {
		place(mine[g], a.admire[g], true)
		place(new(big.Int).Sub(m, mine[g]), a.admire[g], false)
	}
	place(mine[len(a.mass)], nil, true)
	return set, mass, to
}

// raise looks whether the costs of the bought projects and p can be split at the
// load of the bound; then it is exact. If not, the projects that stay short give
// a larger bound, and are returned: a step of Dinkelbach's iteration.
func (a *audience) raise(b *loadBound, p int) (heavy []int) {
	if b.exact = b.cost.Sign() == 0; b.exact {
		return nil
	}
	set, mass, to := a.with(p)
	short := a.shortAt(b, set, mass, to)
	if b.exact = len(short) == 0; b.exact {
		return nil
	}
	cost, reached := new(big.Int), make([]bool, len(mass))
	for _, s := range short {
		heavy = append(heavy, set[s])
		cost.Add(cost, a.costMass(set[s]))
		for _, g := range to[s] {
			reached[g] = true
		}
	}
	total := new(big.Int)
	for g, yes := range reached {
		if yes {
			total.Add(total, mass[g])
		}
	}
	b.cost, b.mass = cost, total
	return heavy
}

// shortAt tells which projects of the set cannot be paid at the load of the
// bound. Costs and capacities are multiplied by the bound's denominator.
func (e *election) shortAt(b *loadBound, set []int, mass []*big.Int, to [][]int) []int {
	supply, room := make([]*big.Int, len(set)), make([]*big.Int, len(mass))
	sum := new(big.Int)
	for s, p := range set {
		supply[s] = new(big.Int).Mul(e.costMass(p), b.mass)
		sum.Add(sum, supply[s])
	}
	for g, m := range mass {
		room[g] = new(big.Int).Mul(m, b.cost)
		sum.Add(sum, room[g])
	}
	if sum.BitLen() < 128 {
		small := func(list []*big.Int) []uint128 {
			out := make([]uint128, len(list))
			for i, n := range list {
				out[i] = toUint128(n)
			}
			return out
		}
		return newNetwork(small(supply), small(room), to, uint128{}).solve()
	}
	wrap := func(list []*big.Int) []bigNumber {
		out := make([]bigNumber, len(list))
		for i, n := range list {
			out[i] = bigNumber{n}
		}
		return out
	}
	return newNetwork(wrap(supply), wrap(room), to, bigNumber{new(big.Int)}).solve()
}
