package pb

import (
	"context"
	"maps"
	"math/big"
	"slices"
)

// EqualSharesWithFloors spends a fixed sum in each district first: Equal Shares
// on the district's projects, by its residents (ballots whose Place it is), with
// the floor as budget and the completion of the options. Then Equal Shares runs
// on all other projects with the rest of the budget; each voter enters with her
// share of the whole less what she paid, all brought to the sum that is left.
//
// Floors are for charters that must guarantee a sum by law; they cost
// proportionality, so a carried shortfall is the gentler way. It fails with a
// *Fault if the floors exceed the budget.
func EqualSharesWithFloors(ctx context.Context, inst *Instance, profile *Profile, floors map[string]int64, opts Options) (*Outcome, error) {
	e, err := compileWith(inst, profile, opts.Utility, true)
	if err != nil {
		return nil, err
	}
	if err := opts.check(); err != nil {
		return nil, err
	}
	f := &floorRun{election: e, opts: opts, out: e.outcome(opts.ruleName()+"_floors", opts.Ties), paid: make([]*big.Rat, len(e.votes))}
	var sum int64
	for _, floor := range floors {
		if floor < 0 {
			return nil, &Fault{Code: BadAmount, Got: "a negative floor", Want: "floors of 0 or more"}
		}
		sum += floor
	}
	if sum > inst.Budget {
		return nil, &Fault{Code: BadAmount, Got: "floors of " + FormatAmount(sum, inst.Decimals), Want: "at most the budget, " + FormatAmount(inst.Budget, inst.Decimals)}
	}
	for _, district := range slices.Sorted(maps.Keys(floors)) {
		if err := f.first(ctx, district, floors[district]); err != nil {
			return nil, err
		}
	}
	if err := f.second(ctx); err != nil {
		return nil, err
	}
	f.out.finish()
	return f.out, nil
}

type floorRun struct {
	*election
	opts Options
	out  *Outcome
	paid []*big.Rat // by type, per unit of weight; nil for nothing
}

// first spends the floor of a district.
func (f *floorRun) first(ctx context.Context, district string, floor int64) error {
	local, parent := f.restrict(floor,
		func(t int32) bool { return f.places[f.place[t]] == district },
		func(p int) bool { return f.inst.Projects[p].District == district })
	if local.total.Sign() == 0 {
		return nil
	}
	c := &completer{run: newSharesRun(local, f.opts.Ties), opts: f.opts}
	if err := c.complete(ctx); err != nil {
		return err
	}
	r := c.run
	for t, up := range parent {
		if r.drained[t] != undrained {
			f.paid[up] = c.final
			continue
		}
		f.paid[up] = new(big.Rat).Sub(c.final, r.rest(int32(t), len(r.order)))
	}
	part := local.outcome("", f.opts.Ties)
	r.record(part)
	f.opts.fill(local, part)
	for i := range part.Rounds {
		part.Rounds[i].Floor = district
	}
	f.out.Rounds = append(f.out.Rounds, part.Rounds...)
	f.out.Cost += part.Cost
	return nil
}

// second spends what the floors left.
func (f *floorRun) second(ctx context.Context) error {
	if f.total.Sign() == 0 {
		f.explainWithoutVoters(f.out, f.opts)
		return nil
	}
	rest, _ := f.restrict(f.inst.Budget-f.out.Cost, func(int32) bool { return true },
		func(p int) bool { return !f.out.Won(f.inst.Projects[p].ID) })
	c := &completer{run: newSharesRun(rest, f.opts.Ties), opts: f.opts}
	f.endow(c.run)
	if err := c.complete(ctx); err != nil {
		return err
	}
	f.out.Endowment = c.shares()
	second := rest.outcome("", f.opts.Ties)
	c.run.record(second)
	f.opts.fill(rest, second)
	if !f.opts.Brief {
		c.run.explainLosses(second)
	}
	f.out.Rounds = append(f.out.Rounds, second.Rounds...)
	f.out.Cost += second.Cost
	f.out.Lost = slices.DeleteFunc(second.Lost, func(l Loss) bool { return f.out.Won(l.Project) })
	return nil
}

// endow gives every type its share less what it paid, all times one factor that
// makes them sum to the budget of the run.
func (f *floorRun) endow(r *sharesRun) {
	share := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(f.inst.Budget), f.scale), f.total)
	left := make([]*big.Rat, len(f.votes))
	sum := new(big.Rat)
	for t, paid := range f.paid {
		left[t] = new(big.Rat).Set(share)
		if paid != nil {
			left[t].Sub(share, paid)
		}
		// Virtual money of a completion may have paid more than the whole share.
		if left[t].Sign() < 0 {
			left[t].SetInt64(0)
		}
		sum.Add(sum, new(big.Rat).Mul(left[t], new(big.Rat).SetFrac(f.mass.big(int32(t)), f.scale)))
	}
	if sum.Sign() == 0 {
		r.endow(new(big.Rat))
		return
	}
	factor := new(big.Rat).SetInt64(r.inst.Budget)
	factor.Quo(factor, sum)
	purses := map[string]int32{}
	var base []*big.Rat
	for t := range left {
		key := left[t].String()
		purse, ok := purses[key]
		if !ok {
			purse = int32(len(base))
			purses[key] = purse
			base = append(base, new(big.Rat).Mul(left[t], factor))
		}
		r.purse[t] = purse
	}
	r.endow(base...)
}
