package opinion

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// clustering of points in the plane.
type clustering struct {
	labels  []int // of each point, from 0
	centres []vec2
	cost    float64 // weighted sum of squared distances to the centres
}

// lloyd moves the centres from their starts until no point changes its centre,
// at most so many rounds. Of two centres equally near the first one wins; a
// centre that loses all points stays where it is. Weights of nil count 1 each.
func lloyd(ctx context.Context, points []vec2, weights []float64, starts []vec2, rounds int) (*clustering, error) {
	c := &clustering{labels: slices.Repeat([]int{-1}, len(points)), centres: slices.Clone(starts)}
	for range rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !c.assign(points, weights) {
			return c, nil
		}
		c.recentre(points, weights)
	}
	c.assign(points, weights)
	return c, nil
}

// assign gives each point its nearest centre and tells whether any changed.
func (c *clustering) assign(points []vec2, weights []float64) bool {
	changed := false
	c.cost = 0
	for i, p := range points {
		best, least := 0, math.Inf(1)
		for g, centre := range c.centres {
			if d := p.dist2(centre); d < least {
				best, least = g, d
			}
		}
		if c.labels[i] != best {
			c.labels[i], changed = best, true
		}
		c.cost += weightOf(weights, i) * least
	}
	return changed
}

func (c *clustering) recentre(points []vec2, weights []float64) {
	sums := make([]vec2, len(c.centres))
	totals := make([]float64, len(c.centres))
	for i, p := range points {
		g, w := c.labels[i], weightOf(weights, i)
		sums[g] = sums[g].plus(p.times(w))
		totals[g] += w
	}
	for g := range c.centres {
		if totals[g] > 0 {
			c.centres[g] = sums[g].times(1 / totals[g])
		}
	}
}

func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

// plusPlus draws k starts among the points, each with a chance in proportion to
// its weight times its squared distance from those drawn before (Arthur and
// Vassilvitskii 2007). It draws fewer if the points have fewer positions.
func plusPlus(points []vec2, weights []float64, k int, draw *rand.Rand) []vec2 {
	chance := make([]float64, len(points))
	var total float64
	for i := range points {
		chance[i] = weightOf(weights, i)
		total += chance[i]
	}
	var starts []vec2
	for len(starts) < k && total > 0 {
		start := points[pick(chance, total, draw)]
		starts = append(starts, start)
		total = 0
		for i, p := range points {
			d := weightOf(weights, i) * p.dist2(start)
			if len(starts) == 1 || d < chance[i] {
				chance[i] = d
			}
			total += chance[i]
		}
	}
	return starts
}

// pick draws an index with a chance in proportion to its number.
func pick(chance []float64, total float64, draw *rand.Rand) int {
	at := draw.Float64() * total
	last := 0
	for i, c := range chance {
		if c <= 0 {
			continue
		}
		if at < c {
			return i
		}
		at -= c
		last = i
	}
	return last
}

// kmeans is the best of several runs from drawn starts, of equal ones the
// first. The same seed gives the same groups on any number of cores. Groups are
// numbered by the order in which their first point comes; there may be fewer
// than k.
func kmeans(ctx context.Context, points []vec2, weights []float64, k, restarts int, seed uint64) (*clustering, error) {
	const rounds = 100
	runs := make([]*clustering, restarts)
	errs := make([]error, restarts)
	var wg sync.WaitGroup
	for r := range restarts {
		starts := plusPlus(points, weights, k, rand.New(rand.NewPCG(seed, uint64(r))))
		wg.Add(1)
		go func() {
			defer wg.Done()
			runs[r], errs[r] = lloyd(ctx, points, weights, starts, rounds)
		}()
	}
	wg.Wait()
	var best *clustering
	for r, run := range runs {
		if errs[r] != nil {
			return nil, errs[r]
		}
		if best == nil || run.cost < best.cost {
			best = run
		}
	}
	if best != nil {
		best.renumber()
	}
	return best, nil
}

// renumber orders the groups by their first point and drops the empty ones.
func (c *clustering) renumber() {
	name := slices.Repeat([]int{-1}, len(c.centres))
	var centres []vec2
	for i, g := range c.labels {
		if name[g] < 0 {
			name[g] = len(centres)
			centres = append(centres, c.centres[g])
		}
		c.labels[i] = name[g]
	}
	c.centres = centres
}
