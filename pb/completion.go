package pb

import (
	"context"
	"math/big"
	"slices"
)

// completer raises the endowment until the completion says stop, and leaves the
// run in the state of the outcome.
type completer struct {
	run  *sharesRun
	opts Options
	step *big.Rat

	first, final *big.Rat
	steps        int
	stop         EndWord
}

func (c *completer) complete(ctx context.Context) error {
	r := c.run
	c.first = new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(r.inst.Budget), r.scale), r.total)
	if r.base == nil {
		r.endow(c.first)
	}
	c.step = c.opts.stepOf(r.election, c.first)
	c.stop = NoCompletion
	if c.opts.Completion.raises() {
		if err := c.search(ctx); err != nil {
			return err
		}
	}
	// The outcome's run again, since the search went beyond it.
	r.below = nil
	return c.playAt(ctx, c.steps)
}

// raises tells whether the completion raises endowments.
func (c Completion) raises() bool { return c != None && c != Fill && c != Equity }

// guided is the least number of steps to look ahead: runs in between are cheaper
// for a run above them.
const guided = 32

// search finds the number of steps and why the completion stops there.
func (c *completer) search(ctx context.Context) error {
	low, err := c.trace(ctx, 0, nil)
	if err != nil {
		return err
	}
	// ahead holds runs at higher endowments, the nearest last. What lies between
	// low and the nearest counts as seen if it provably buys what low buys; else a
	// run halfway comes in between.
	var ahead []*trace
	for stride := 1; !c.stopsAt(low); {
		look := func(steps int) error {
			if len(ahead) > 0 {
				c.run.guide = ahead[len(ahead)-1]
			}
			t, err := c.trace(ctx, steps, low)
			c.run.guide = nil
			ahead = append(ahead, t)
			return err
		}
		if len(ahead) == 0 {
			if err := look(c.within(low.steps + stride)); err != nil {
				return err
			}
		}
		high := ahead[len(ahead)-1]
		for high.steps > low.steps+1 && !c.sameBetween(low, high) {
			if err := look((low.steps + high.steps) / 2); err != nil {
				return err
			}
			high = ahead[len(ahead)-1]
		}
		if high.overspent {
			c.stop = WouldOverspend
			return nil
		}
		ahead = ahead[:len(ahead)-1]
		if !c.opts.Stepped {
			stride = max(guided, 2*(high.steps-low.steps))
		}
		low = high
	}
	return nil
}

// within keeps a number of steps below the cap.
func (c *completer) within(steps int) int {
	if c.opts.MaxRestarts > 0 {
		return min(steps, c.opts.MaxRestarts)
	}
	return steps
}

// stopsAt tells whether the completion takes the outcome after these steps, for
// a reason other than that the next would overspend.
func (c *completer) stopsAt(t *trace) bool {
	c.steps = t.steps
	switch {
	case t.allBought:
		c.stop = AllBought
	case t.exhausted && (c.opts.Completion == Add1E || c.opts.Completion == Add1EU):
		c.stop = Exhaustive
	case c.opts.MaxRestarts > 0 && t.steps == c.opts.MaxRestarts:
		c.stop = CapReached
	default:
		return false
	}
	return true
}

// trace is what a run leaves behind for the search.
type trace struct {
	steps                           int
	overspent, allBought, exhausted bool

	order         []int
	above, second []float64
	bounds        []float64        // see sharesRun
	tied          map[int]*big.Rat // exact price of the rounds with ties
}

// trace plays the rule after a number of steps. Against a run at a lower
// endowment it looks closely enough to be compared with it.
func (c *completer) trace(ctx context.Context, steps int, against *trace) (*trace, error) {
	r := c.run
	r.below = nil
	if !c.opts.Stepped {
		r.below = against
	}
	if err := c.playForTrace(ctx, steps); err != nil {
		return nil, err
	}
	if c.opts.Progress != nil {
		c.opts.Progress(Progress{Restart: steps, Selected: len(r.order)})
	}
	t := &trace{
		steps: steps, overspent: r.spent > r.inst.Budget, allBought: r.allBought(), exhausted: r.exhausted(),
		order: slices.Clone(r.order), above: slices.Clone(r.above), second: slices.Clone(r.second), bounds: slices.Clone(r.bounds), tied: map[int]*big.Rat{},
	}
	for _, m := range r.met {
		t.tied[m.round] = ratio(r.chain.num[m.round], r.chain.den[m.round]).Rat
	}
	return t, nil
}

// playForTrace plays in floating point where that is certain, else exactly.
func (c *completer) playForTrace(ctx context.Context, steps int) error {
	s := &c.run.sketch
	if !c.opts.Stepped && s.worthwhile() {
		s.tried++
		s.on = true
		err := c.playAt(ctx, steps)
		s.on = false
		if err != nil || !s.spoilt {
			return err
		}
		s.failed++
		s.spoilt = false
	}
	return c.playAt(ctx, steps)
}

// sameBetween tells whether every endowment between two runs provably buys what
// both bought, in the same order.
//
// As long as the order is the same, a larger endowment leaves every voter with at
// least as much after each round, so all prices are at most as high. In between,
// the winner of a round therefore costs at most its price in the lower run, and
// every other project at least its price in the higher run. If the first is below
// the second the winner is the same; where the round was tied, both must be equal.
// What nobody could pay for at the end of the higher run, nobody can in between.
func (c *completer) sameBetween(low, high *trace) bool {
	if high.overspent || !slices.Equal(low.order, high.order) {
		return false
	}
	for j := range low.order {
		if low.above[j] >= high.second[j] {
			return false
		}
		price, tied := high.tied[j]
		before, tiedBefore := low.tied[j]
		if tied != tiedBefore || tied && price.Cmp(before) != 0 {
			return false
		}
	}
	return true
}

func (c *completer) playAt(ctx context.Context, steps int) error {
	raise := new(big.Rat).SetInt64(int64(steps))
	raise.Mul(raise, c.step)
	c.final = new(big.Rat).Add(c.first, raise)
	return c.run.play(ctx, raise)
}

func (c *completer) shares() *Shares {
	return &Shares{First: exact(c.first), Final: exact(c.final), Step: exact(c.step), Steps: c.steps, Stop: c.stop}
}

// affordable tells whether a project could ever be part of an outcome.
func (e *election) affordable(p int) bool {
	return len(e.sup[p]) > 0 && e.inst.Projects[p].Cost <= e.inst.Budget
}

func (r *sharesRun) allBought() bool {
	for p := range r.state {
		if r.affordable(p) && r.state[p] != bought {
			return false
		}
	}
	return true
}

// exhausted tells whether no supported project fits what is left of the budget.
func (r *sharesRun) exhausted() bool {
	for p := range r.state {
		if r.affordable(p) && r.state[p] != bought && r.spent+r.inst.Projects[p].Cost <= r.inst.Budget {
			return false
		}
	}
	return true
}
