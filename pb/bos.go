package pb

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"slices"
)

// maxExactBits bounds the denominator of a head payment under BOS. Each purchase
// that overspends squares denominators; beyond the bound head payments are
// rounded up to a multiple of 2^-8192 of the smallest unit.
const maxExactBits = 8192

// BOSEqualShares is Equal Shares with bounded overspending: a project may be
// bought whole although its supporters can pay only a part α of it, which then
// costs them 1/α as much. Among the projects that fit the real budget it takes
// the one, and the head payment, with the least price per unit of utility divided
// by α. Utility is cost.
//
// For a head payment h the supporters give F(h), each h or all she has. Then
// α = F(h)/cost, and the figure to be least is h·cost/F(h)²; between two
// supporters' budgets it is least at an end, so only budgets, and the h that
// pays in full, are tried.
//
// Source: Papasotiropoulos et al., Method of Equal Shares with Bounded
// Overspending (arXiv 2409.15005).
func BOSEqualShares(ctx context.Context, inst *Instance, profile *Profile, opts Options) (*Outcome, error) {
	e, err := compile(inst, profile, Cost)
	if err != nil {
		return nil, err
	}
	return e.bosEqualShares(ctx, opts)
}

func (e *election) bosEqualShares(ctx context.Context, opts Options) (*Outcome, error) {
	out := e.outcome("bos_equal_shares", opts.Ties)
	if e.total.Sign() > 0 {
		r := newBosRun(e, opts.Ties, out)
		for {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			best, tied, by := r.best()
			if best == nil {
				break
			}
			r.take(best)
			if last := &out.Rounds[len(out.Rounds)-1]; len(tied) > 0 {
				last.Tied, last.TiedBy = e.sortedIDs(tied), by
			}
			if opts.Progress != nil {
				opts.Progress(Progress{Selected: len(out.Rounds)})
			}
		}
	}
	e.listLosses(out, opts)
	out.finish()
	return out, nil
}

// bosRun keeps the head money of ballot types in purses: types that paid for the
// same projects share one.
type bosRun struct {
	*election
	ties   TieBreaker
	out    *Outcome
	purse  []int32 // per type
	value  []*big.Rat
	approx []float64
	money  *big.Rat // all that voters have left
	done   []bool
}

func newBosRun(e *election, ties TieBreaker, out *Outcome) *bosRun {
	first := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(e.inst.Budget), e.scale), e.total)
	out.Endowment = &Shares{First: exact(first), Final: exact(first), Step: wholeRatio(0), Stop: NoCompletion}
	r := &bosRun{election: e, ties: ties, out: out, purse: make([]int32, len(e.votes)), done: make([]bool, len(e.sup)),
		money: new(big.Rat).SetInt64(e.inst.Budget)}
	r.addPurse(first)
	for p := range r.done {
		r.done[p] = !e.affordable(p)
	}
	return r
}

func (r *bosRun) addPurse(value *big.Rat) int32 {
	f, _ := value.Float64()
	r.value, r.approx = append(r.value, value), append(r.approx, f)
	return int32(len(r.value) - 1)
}

// backing is the weight behind a project by purse, poorest purse first. Empty
// purses are left out.
type backing struct {
	purses []int32
	mass   []*big.Int
	massF  []float64
}

func (r *bosRun) backing(p int) *backing {
	at := map[int32]int{}
	b := &backing{}
	for _, t := range r.sup[p] {
		purse := r.purse[t]
		if r.value[purse].Sign() == 0 {
			continue
		}
		i, ok := at[purse]
		if !ok {
			i = len(b.purses)
			at[purse] = i
			b.purses, b.mass = append(b.purses, purse), append(b.mass, new(big.Int))
		}
		b.mass[i].Add(b.mass[i], r.mass.big(t))
	}
	order := make([]int, len(b.purses))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(r.approx[b.purses[i]], r.approx[b.purses[j]]) })
	sorted := &backing{}
	for _, i := range order {
		f, _ := new(big.Rat).SetFrac(b.mass[i], r.scale).Float64()
		sorted.purses, sorted.mass, sorted.massF = append(sorted.purses, b.purses[i]), append(sorted.mass, b.mass[i]), append(sorted.massF, f)
	}
	return sorted
}

// bargain is a way to buy a project: what to charge each supporter, and the
// figure by which bargains are compared.
type bargain struct {
	project int
	charge  *big.Rat
	figure  *big.Rat
}

// guess is a bargain whose figure is known to lie between low and high. At
// purse i its head payment is that purse; at fullPayment it is what pays in full.
type guess struct {
	project   int
	i         int
	low, high float64
}

const fullPayment = -1

// best finds the bargain of least figure among the projects that fit, ties broken.
func (r *bosRun) best() (best *bargain, tied []int, by TieCriterion) {
	var guesses []guess
	limit := math.Inf(1)
	backings := make([]*backing, len(r.done))
	for p, done := range r.done {
		cost := r.inst.Projects[p].Cost
		if done || r.out.Cost+cost > r.out.Budget {
			continue
		}
		if cost == 0 {
			guesses, limit = append(guesses, guess{p, fullPayment, 0, 0}), 0
			continue
		}
		backings[p] = r.backing(p)
		for _, g := range r.guesses(p, backings[p]) {
			limit = min(limit, g.high)
			guesses = append(guesses, g)
		}
	}
	for _, g := range guesses {
		if g.low > limit {
			continue
		}
		b := r.bargain(g, backings[g.project])
		if b == nil {
			continue
		}
		order := -1
		if best != nil {
			order = b.figure.Cmp(best.figure)
		}
		switch {
		case order < 0:
			best, tied = b, nil
		case order == 0 && b.project != best.project:
			var first bool
			loser := b.project
			if first, by = r.before(r.ties, b.project, best.project); first {
				best, loser = b, best.project
			}
			if !slices.Contains(tied, loser) {
				tied = append(tied, loser)
			}
		}
	}
	return best, tied, by
}

// guesses lists the bargains for a project with bounds on their figures. Purses
// are exact to rounding and all sums have positive terms, so a relative error of
// 10^-9 is more than generous but where the last part of the cost is small.
func (r *bosRun) guesses(p int, b *backing) []guess {
	const generous = 1e-9
	var out []guess
	cost, paid, units := float64(r.inst.Projects[p].Cost), 0.0, 0.0
	for _, m := range b.massF {
		units += m
	}
	for i, purse := range b.purses {
		h := r.approx[purse]
		if give := paid + h*units; give <= cost*(1+generous) {
			f := h * cost / give / give
			high := math.Inf(1)
			if give <= cost*(1-generous) {
				high = f * (1 + generous)
			}
			out = append(out, guess{p, i, f * (1 - generous), high})
		}
		if give := paid + h*units; give >= cost*(1-generous) {
			x := (cost - paid) / units
			doubt := generous + cost*1e-12/math.Abs(units*x)
			high := math.Inf(1)
			if give >= cost*(1+generous) {
				high = x / cost * (1 + doubt)
			}
			return append(out, guess{p, fullPayment, x / cost * (1 - doubt), high})
		}
		paid += b.massF[i] * h
		units -= b.massF[i]
	}
	return out
}

// bargain computes a guess exactly; nil if it cannot be had.
func (r *bosRun) bargain(g guess, b *backing) *bargain {
	if b == nil {
		return &bargain{g.project, new(big.Rat), new(big.Rat)}
	}
	cost := new(big.Rat).SetInt64(r.inst.Projects[g.project].Cost)
	if g.i == fullPayment {
		h := r.inFull(cost, b)
		if h == nil {
			return nil
		}
		return &bargain{g.project, h, new(big.Rat).Quo(h, cost)}
	}
	h := r.value[b.purses[g.i]]
	give := r.give(h, b)
	if give.Cmp(cost) > 0 {
		return nil
	}
	charge := new(big.Rat).Mul(h, cost)
	charge.Quo(charge, give)
	return &bargain{g.project, charge, new(big.Rat).Quo(charge, give)}
}

// give is what the supporters give together at head payment h.
func (r *bosRun) give(h *big.Rat, b *backing) *big.Rat {
	sum, units := new(big.Rat), new(big.Int)
	for i, purse := range b.purses {
		if r.value[purse].Cmp(h) < 0 {
			sum.Add(sum, new(big.Rat).Mul(r.value[purse], new(big.Rat).SetFrac(b.mass[i], r.scale)))
		} else {
			units.Add(units, b.mass[i])
		}
	}
	return sum.Add(sum, new(big.Rat).Mul(h, new(big.Rat).SetFrac(units, r.scale)))
}

// inFull is the head payment that pays the cost, nil if the purses are too small.
func (r *bosRun) inFull(cost *big.Rat, b *backing) *big.Rat {
	paid, units := new(big.Rat), new(big.Int)
	for _, m := range b.mass {
		units.Add(units, m)
	}
	poor := make([]bool, len(b.purses))
	for units.Sign() > 0 {
		h := new(big.Rat).Sub(cost, paid)
		h.Quo(h, new(big.Rat).SetFrac(units, r.scale))
		more := false
		for i, purse := range b.purses {
			if !poor[i] && r.value[purse].Cmp(h) < 0 {
				poor[i], more = true, true
				paid.Add(paid, new(big.Rat).Mul(r.value[purse], new(big.Rat).SetFrac(b.mass[i], r.scale)))
				units.Sub(units, b.mass[i])
			}
		}
		if !more {
			return h
		}
	}
	return nil
}

// take buys: each supporter pays the charge or all she has.
func (r *bosRun) take(b *bargain) {
	charge := b.charge
	if charge.Denom().BitLen() > maxExactBits {
		up := new(big.Int).Lsh(charge.Num(), maxExactBits)
		up.Quo(up, charge.Denom()).Add(up, big.NewInt(1))
		charge = new(big.Rat).SetFrac(up, new(big.Int).Lsh(big.NewInt(1), maxExactBits))
	}
	round := r.round(b.project, StageShares)
	round.Price = exact(new(big.Rat))
	if round.Cost > 0 {
		round.Price.Quo(charge, new(big.Rat).SetInt64(round.Cost))
		r.collect(&round, b.project, charge)
	}
	round.MoneyLeft = exact(r.money)
	r.done[b.project] = true
	r.out.Rounds = append(r.out.Rounds, round)
	r.out.Cost += round.Cost
}

// collect takes the payments from the purses and notes who paid.
func (r *bosRun) collect(round *Round, p int, charge *big.Rat) {
	after, pays := map[int32]int32{}, map[int32]*big.Rat{}
	paid, payers := make([]*big.Rat, len(r.classes)), make([]int64, len(r.classes))
	most := new(big.Rat)
	for _, t := range r.sup[p] {
		purse, class := r.purse[t], r.class[t]
		pay, known := pays[purse]
		if !known {
			pay = charge
			if r.value[purse].Cmp(charge) < 0 {
				pay = r.value[purse]
			}
			pays[purse] = pay
			after[purse] = r.addPurse(new(big.Rat).Sub(r.value[purse], pay))
			if pay.Cmp(most) > 0 {
				most = pay
			}
		}
		r.purse[t] = after[purse]
		switch {
		case pay == charge:
			round.PayersInFull += r.votes[t]
		case pay.Sign() == 0:
			continue
		default:
			round.PayersOfRest += r.votes[t]
		}
		if paid[class] == nil {
			paid[class] = new(big.Rat)
		}
		payers[class] += r.votes[t]
		paid[class].Add(paid[class], new(big.Rat).Mul(pay, new(big.Rat).SetFrac(r.mass.big(t), r.scale)))
	}
	r.money = new(big.Rat).Set(r.money)
	for _, class := range r.sortedClasses() {
		if paid[class] != nil {
			round.ByClass = append(round.ByClass, ClassPayment{Class: r.classes[class], Payers: payers[class], Paid: exact(paid[class])})
			r.money.Sub(r.money, paid[class])
		}
	}
	round.MaxPayment = exact(most)
	round.EffectiveVotes = exact(new(big.Rat).Quo(new(big.Rat).SetInt64(round.Cost), most))
}
