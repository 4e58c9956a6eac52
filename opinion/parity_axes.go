package opinion

import (
	"context"
	"math"
	"math/rand/v2"
)

// findAxes finds the centre and the two components.
func (m *ParityMap) findAxes(ctx context.Context, x *parityMatrix, previous *ParityMap, draw *rand.Rand) error {
	m.Centre = x.mean
	before := previous.Components
	if x.v.People() <= parityLarge {
		all := &parityRows{x: x, people: everyone(x.v.People())}
		var err error
		m.Components, err = all.components(ctx, before, parityRounds, draw)
		return err
	}
	centre := previous.Centre
	if before[0] == nil {
		first := &parityRows{x: x, people: everyone(parityLarge)}
		first.centre()
		var err error
		if before, err = first.components(ctx, before, parityRounds, draw); err != nil {
			return err
		}
		centre = x.mean
	}
	return m.learnAxes(ctx, x, before, centre, draw)
}

// learnAxes goes over samples of people; each moves the axes and the centre by a
// hundredth towards its own. Axes are then no longer of length 1, nor at right angles.
func (m *ParityMap) learnAxes(ctx context.Context, x *parityMatrix, axes [2][]float64, centre []float64, draw *rand.Rand) error {
	const rate, rounds = 0.01, 10
	size := sampleSize(x.v.People())
	people := everyone(x.v.People())
	m.Centre = pad(centre, len(x.mean), 0)
	m.Components = axes
	for range parityRounds + 1 { // the server counts to zero, and does zero too
		for i := range size {
			j := i + draw.IntN(len(people)-i)
			people[i], people[j] = people[j], people[i]
		}
		sample := &parityRows{x: x, people: people[:size]}
		sample.centre()
		learned, err := sample.components(ctx, m.Components, rounds, draw)
		if err != nil {
			return err
		}
		for a := range m.Components {
			m.Components[a] = pad(m.Components[a], len(x.mean), 0)
			for j := range learned[a] {
				m.Components[a][j] = (1-rate)*m.Components[a][j] + rate*learned[a][j]
			}
		}
		for j := range m.Centre {
			m.Centre[j] = (1-rate)*m.Centre[j] + rate*(x.mean[j]+sample.mean[j])
		}
	}
	return nil
}

// sampleSize is the size of a sample: 100, growing to 1,500 for large conversations.
func sampleSize(people int) int {
	const slope = (1500.0 - 100) / (150_000 - 1500)
	size := slope*1500 - 100 + slope*float64(people) // the sign of the first two terms is the server's
	return max(int(min(size, 1500)), 100)
}

func everyone(n int) []int {
	people := make([]int, n)
	for i := range people {
		people[i] = i
	}
	return people
}

// pad copies a list and lengthens it.
func pad(list []float64, n int, fill float64) []float64 {
	out := make([]float64, n)
	for i := copy(out, list); i < n; i++ {
		out[i] = fill
	}
	return out
}

// parityRows are some rows of the matrix, centred, of which the first component
// may be taken away: row u is s(u) − mean − score(u)·first, s(u) the votes cast
// minus the column means.
type parityRows struct {
	x      *parityMatrix
	people []int
	mean   []float64 // of the rows beyond the column means; nil for all rows, where it is 0
	first  []float64
	score  []float64 // by place in people
}

// centre finds the mean of a part of the rows.
func (r *parityRows) centre() {
	mean := make([]float64, len(r.x.mean))
	for _, u := range r.people {
		for _, c := range r.x.v.rows[u] {
			mean[c.index()] += r.x.offset[offsetOf(c)]
		}
	}
	for j := range mean {
		mean[j] /= float64(len(r.people))
	}
	r.mean = mean
}

// offsetOf is where the offset of a vote stands.
func offsetOf(c cell) int { return 3*c.index() + int(c&3) }

// components by power iteration, from the axes before where there are any.
func (r *parityRows) components(ctx context.Context, before [2][]float64, rounds int, draw *rand.Rand) (axes [2][]float64, err error) {
	n := len(r.x.mean)
	if axes[0], err = r.power(ctx, start(before[0], n, draw), rounds); err != nil {
		return axes, err
	}
	if min(len(r.people), r.x.columns) < 2 {
		axes[1] = make([]float64, n)
		return axes, nil
	}
	if square := dot(axes[0], axes[0]); square > 0 {
		r.first, r.score = axes[0], make([]float64, len(r.people))
		shift := dot(r.mean, r.first)
		for i, u := range r.people {
			r.score[i] = (r.along(u, r.first) - shift) / square
		}
	}
	axes[1], err = r.power(ctx, start(before[1], n, draw), rounds)
	return axes, err
}

// start is where power iteration begins: the axis before with 1 for statements
// that are new, or chance where there is none.
func start(before []float64, n int, draw *rand.Rand) []float64 {
	p := pad(before, n, 1)
	if dot(before, before) == 0 {
		for j := range p {
			p[j] = draw.Float64()
		}
	}
	return p
}

// power multiplies by XᵀX until the length of the product repeats exactly.
func (r *parityRows) power(ctx context.Context, p []float64, rounds int) ([]float64, error) {
	last := 0.0
	for round := 0; ; round++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p = r.multiply(p)
		length := math.Sqrt(dot(p, p))
		if length > 0 {
			for j := range p {
				p[j] /= length
			}
		}
		if round == rounds || length == last {
			return p, nil
		}
		last = length
	}
}

// multiply is XᵀX p.
func (r *parityRows) multiply(p []float64) []float64 {
	out := make([]float64, len(p))
	shift, along := dot(r.mean, p), dot(r.first, p)
	var sum, scored float64
	for i, u := range r.people {
		a := r.along(u, p) - shift
		if r.score != nil {
			a -= r.score[i] * along
			scored += a * r.score[i]
		}
		sum += a
		for _, c := range r.x.v.rows[u] {
			out[c.index()] += a * r.x.offset[offsetOf(c)]
		}
	}
	for j, m := range r.mean {
		out[j] -= m * sum
	}
	for j, f := range r.first {
		out[j] -= f * scored
	}
	return out
}

// along is the product of a person's votes, minus the column means, with an axis.
func (r *parityRows) along(u int, p []float64) float64 {
	var sum float64
	for _, c := range r.x.v.rows[u] {
		sum += r.x.offset[offsetOf(c)] * p[c.index()]
	}
	return sum
}

// dot is 0 if either list is missing.
func dot(a, b []float64) float64 {
	var sum float64
	for i := range min(len(a), len(b)) {
		sum += a[i] * b[i]
	}
	return sum
}
