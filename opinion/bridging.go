package opinion

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// The bridging model's constants are those of Community Notes.
const (
	interceptRidge = 0.15
	factorRidge    = 0.03
	bridgingHigh   = 0.40 // intercept of a statement that bridges
	bridgingNarrow = 0.50 // its factor stays below
	bootstraps     = 100

	bridgingRounds    = 200
	bridgingEnough    = 1e-6 // mean change of a parameter
	bootstrapRounds   = 20
	bootstrapEnough   = 1e-4
	bridgingStart     = 0.5
	bridgingSeedSplit = 0xb00757a9
)

// Bridge is how far a statement is agreed with beyond what divides people.
type Bridge struct {
	Statement int
	Intercept float64 // support that the dividing factor does not explain, on the scale of votes
	Low, High float64 // its 90 % interval by resampling people
	Factor    float64 // how much the statement divides; the sign says on which side

	// CrossCutting statements have an intercept of 0.40 or more and a factor
	// nearer to 0 than 0.50.
	CrossCutting bool
}

// Bridging is a fitted bridging model.
type Bridging struct {
	Mean       float64 // m
	Statements []Bridge
	Rounds     int // of the estimation
}

// BridgingOptions choose how the bridging model is fitted.
type BridgingOptions struct {
	Seed         uint64 // of the start and of the resampling
	Bootstraps   int    // 100 if 0
	NoBootstraps bool   // for a quick look: the intervals are then the estimates
	Progress     func(done, all int)
}

// FitBridging ranks the statements of a map by what they are agreed with across
// the line that divides people most:
//
//	v ≈ m + a_u + b_i + f_u·g_i
//
// with squared loss and a ridge on every parameter. b_i is high only where
// people on both sides agree. It needs no groups, and is what to use where
// there are none.
//
// Source: Wojcik et al., Birdwatch (2022). As in the code of Community Notes,
// the loss is a mean over votes and the ridges are on means over people and
// over statements, so that they do not fade as a conversation grows. It fails
// as NewMap does.
func FitBridging(ctx context.Context, v *Votes, opts BridgingOptions) (*Bridging, error) {
	p, err := newPanel(ctx, v)
	if err != nil {
		return nil, err
	}
	if opts.Bootstraps < 0 {
		return nil, &Fault{Code: BadOption, Got: "fewer than 0 bootstraps", Want: "0 or more"}
	}
	p = p.restrict(p.voters())
	if p.cast == 0 {
		return nil, &Fault{Code: NoVotes, Got: "no votes", Want: "a vote on a statement of the map"}
	}
	b := newBridging(p)
	for c, j := range p.statements {
		b.items[c].factor = bridgingStart * startOf(v.StatementID(int(j)), opts.Seed)[0]
	}
	rounds, err := b.run(ctx, p.weights, bridgingRounds, bridgingEnough)
	if err != nil {
		return nil, err
	}
	low, high, err := b.intervals(ctx, opts)
	if err != nil {
		return nil, err
	}
	return b.publish(v, rounds, low, high), nil
}

// voters are the rows with a vote and a weight.
func (p *panel) voters() []int {
	var rows []int
	for r, row := range p.rows {
		if len(row) > 0 && weightOf(p.weights, r) > 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

// bridging is a model being fitted by turns: for given statements every person
// is a ridge regression of two numbers, and the reverse.
type bridging struct {
	panel *panel
	cuts  []int
	mean  float64
	items []item
	parts [][]itemSums
	heads []heads
}

// item is the part of a statement: b_i and g_i.
type item struct{ intercept, factor float64 }

// itemSums over the people who voted on a statement; r is what is left of a
// vote without m and a_u.
type itemSums struct{ weight, rest, factor, square, cross float64 } // Σω, Σωr, Σωf, Σωf², Σωfr

// heads are sums over people.
type heads struct{ weight, square float64 } // Σω, Σωf²

func newBridging(p *panel) *bridging {
	b := &bridging{panel: p, cuts: p.pieces(), items: make([]item, len(p.statements))}
	b.heads = make([]heads, len(b.cuts)-1)
	for range b.heads {
		b.parts = append(b.parts, make([]itemSums, len(b.items)))
	}
	return b
}

// run makes rounds until the mean change of a statement's parameters falls
// below enough, and returns how many it made.
func (b *bridging) run(ctx context.Context, weights []float64, rounds int, enough float64) (int, error) {
	votes, people := 0.0, 0.0
	for r, row := range b.panel.rows {
		w := weightOf(weights, r)
		votes += w * float64(len(row))
		people += w
	}
	if votes == 0 {
		return 0, nil
	}
	each := votes / people
	for n := range rounds {
		err := parallel(ctx, b.cuts, func(k, lo, hi int) {
			clear(b.parts[k])
			b.heads[k] = heads{}
			for r := lo; r < hi; r++ {
				if w := weightOf(weights, r); w > 0 {
					b.gather(k, b.panel.rows[r], w, each)
				}
			}
		})
		if err != nil {
			return n, err
		}
		if b.settle(votes) < enough {
			return n + 1, nil
		}
	}
	return rounds, nil
}

// gather fits one person and adds what the statements need of them. each is the
// mean number of votes of a person: a ridge on a mean over people is that many
// times as much on one of them.
func (b *bridging) gather(part int, row []cell, w, each float64) {
	var rest, factor, square, cross float64
	for _, x := range row {
		it := b.items[x.index()]
		d := x.value() - b.mean - it.intercept
		rest += d
		factor += it.factor
		square += it.factor * it.factor
		cross += it.factor * d
	}
	a, f := ridge(float64(len(row))+interceptRidge*each, factor, square+factorRidge*each, rest, cross)
	for _, x := range row {
		s := &b.parts[part][x.index()]
		d := w * (x.value() - b.mean - a)
		s.weight += w
		s.rest += d
		s.factor += w * f
		s.square += w * f * f
		s.cross += f * d
	}
	b.heads[part].weight += w
	b.heads[part].square += w * f * f
}

// ridge solves [p q; q r](a, f) = (s, t).
func ridge(p, q, r, s, t float64) (a, f float64) {
	det := p*r - q*q
	return (r*s - q*t) / det, (p*t - q*s) / det
}

// settle fits every statement and the mean, and then shares the scale of the
// factors between people and statements so that the ridge is least. It returns
// the mean change.
func (b *bridging) settle(votes float64) float64 {
	var people heads
	for k, part := range b.parts {
		people.weight += b.heads[k].weight
		people.square += b.heads[k].square
		if k == 0 {
			continue
		}
		for c, s := range part {
			all := &b.parts[0][c]
			all.weight += s.weight
			all.rest += s.rest
			all.factor += s.factor
			all.square += s.square
			all.cross += s.cross
		}
	}
	asked := 0.0
	for _, s := range b.parts[0] {
		if s.weight > 0 {
			asked++
		}
	}
	each := votes / asked
	var change, rest, square float64
	next := make([]item, len(b.items))
	for c, s := range b.parts[0] {
		if s.weight == 0 {
			continue
		}
		i, g := ridge(s.weight+interceptRidge*each, s.factor, s.square+factorRidge*each, s.rest, s.cross)
		next[c] = item{i, g}
		rest += s.rest + b.mean*s.weight - i*s.weight - g*s.factor
		square += g * g
	}
	scale := 1.0
	if square > 0 && people.square > 0 {
		scale = math.Sqrt(math.Sqrt(people.square / people.weight / (square / asked)))
	}
	for c := range next {
		next[c].factor *= scale
		change += math.Abs(next[c].intercept-b.items[c].intercept) + math.Abs(next[c].factor-b.items[c].factor)
	}
	b.items = next
	b.mean = rest / votes / (1 + interceptRidge)
	return change / (2 * asked)
}

// intervals of the intercepts, by fitting the model to people drawn with
// replacement, each time from where the whole ended.
func (b *bridging) intervals(ctx context.Context, opts BridgingOptions) (low, high []float64, err error) {
	n := opts.Bootstraps
	if n == 0 {
		n = bootstraps
	}
	drawn := make([][]float64, len(b.items))
	if opts.NoBootstraps {
		n = 1
	}
	for t := range n {
		again := newBridging(b.panel)
		again.mean = b.mean
		copy(again.items, b.items)
		if !opts.NoBootstraps {
			weights := b.panel.redrawn(rand.New(rand.NewPCG(opts.Seed^bridgingSeedSplit, uint64(t))))
			if _, err := again.run(ctx, weights, bootstrapRounds, bootstrapEnough); err != nil {
				return nil, nil, err
			}
		}
		for c, it := range again.items {
			drawn[c] = append(drawn[c], it.intercept)
		}
		if opts.Progress != nil {
			opts.Progress(t+1, n)
		}
	}
	for _, d := range drawn {
		slices.Sort(d)
		tail := int((1 - confidence) / 2 * float64(n))
		low, high = append(low, d[tail]), append(high, d[n-1-tail])
	}
	return low, high, nil
}

// redrawn weights: as many people as there are, drawn with replacement.
func (p *panel) redrawn(draw *rand.Rand) []float64 {
	weights := make([]float64, len(p.rows))
	for range p.rows {
		r := draw.IntN(len(p.rows))
		weights[r] += weightOf(p.weights, r)
	}
	return weights
}

func (b *bridging) publish(v *Votes, rounds int, low, high []float64) *Bridging {
	sign := 0.0
	for _, it := range b.items {
		sign += it.factor
	}
	sign = math.Copysign(1, sign)
	out := &Bridging{Mean: b.mean, Rounds: rounds}
	for c, it := range b.items {
		out.Statements = append(out.Statements, Bridge{
			Statement: int(b.panel.statements[c]), Intercept: it.intercept, Low: low[c], High: high[c], Factor: sign * it.factor,
			CrossCutting: it.intercept >= bridgingHigh && math.Abs(it.factor) < bridgingNarrow,
		})
	}
	slices.SortStableFunc(out.Statements, func(a, b Bridge) int {
		return cmp.Or(cmp.Compare(b.Intercept, a.Intercept), cmp.Compare(v.StatementID(a.Statement), v.StatementID(b.Statement)))
	})
	return out
}
