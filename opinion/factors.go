package opinion

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// leastNoise keeps σ² above 0 where two axes explain every vote, so that no
// matrix of the fit is singular.
const leastNoise = 1e-4

// factors are the parameters of probabilistic principal components with two
// axes (Tipping and Bishop 1999), for the votes actually cast:
//
//	v = μ_i + a_u + w_i·x_u + ε,  x_u ~ N(0, I),  ε ~ N(0, σ²)
//
// with the person effect a_u only in the acquiescence-free map.
type factors struct {
	columns []column
	noise   float64
}

// column is what the votes on one statement are expected to be.
type column struct {
	load vec2
	mean float64
}

// estimate is where a person stands, given the factors: the posterior mean and
// covariance of x_u.
type estimate struct {
	at     vec2
	spread sym2
}

// sym2 is a symmetric matrix [a b; b c].
type sym2 struct{ a, b, c float64 }

func (s sym2) full() mat2 { return mat2{s.a, s.b, s.b, s.c} }

// sums of one statement over people: what the M step needs.
type sums struct {
	moment sym2 // Σ ω (x xᵀ + C)
	cross  vec2 // Σ ω x r
}

// fit is an estimation under way.
type fit struct {
	panel *panel
	cuts  []int
	factors
	effect []float64 // a_u by row; nil without
	square []float64 // Σ ω r² of each column
	weight []float64 // Σ ω of each column
	parts  [][]sums
}

// newFit sets centres and, for the acquiescence-free map, the person effects;
// the axes start from numbers drawn for each statement by its id, so that a new
// statement moves the start of no other one.
func newFit(ctx context.Context, p *panel, ids []string, free bool, seed uint64) (*fit, error) {
	f := &fit{panel: p, cuts: p.pieces()}
	f.columns = make([]column, len(p.statements))
	f.centre()
	if free {
		f.effect = make([]float64, len(p.rows))
		for r, row := range p.rows {
			f.effect[r] = f.personEffect(row)
		}
	}
	if err := f.squares(ctx); err != nil {
		return nil, err
	}
	scale := 0.5 * math.Sqrt(f.noise)
	for c, j := range p.statements {
		f.columns[c].load = startOf(ids[j], seed).times(scale)
	}
	f.parts = make([][]sums, len(f.cuts)-1)
	for k := range f.parts {
		f.parts[k] = make([]sums, len(f.columns))
	}
	return f, nil
}

// startOf is drawn from the seed and a statement's id.
func startOf(id string, seed uint64) vec2 {
	h := fnv.New64a()
	h.Write([]byte(id))
	draw := rand.New(rand.NewPCG(seed, h.Sum64()))
	return vec2{draw.NormFloat64(), draw.NormFloat64()}
}

// centre sets μ_i = (Σ ω v + 2m̄)/(Σ ω + 2), m̄ the mean of all votes.
func (f *fit) centre() {
	total, weight := make([]float64, len(f.columns)), make([]float64, len(f.columns))
	for r, row := range f.panel.rows {
		w := weightOf(f.panel.weights, r)
		for _, x := range row {
			total[x.index()] += w * x.value()
			weight[x.index()] += w
		}
	}
	var sum, all float64
	for c := range total {
		sum += total[c]
		all += weight[c]
	}
	mean := 0.0
	if all > 0 {
		mean = sum / all
	}
	for c := range f.columns {
		f.columns[c].mean = (total[c] + 2*mean) / (weight[c] + 2)
	}
	f.weight = weight
}

// squares sums the squares of what the axes have to explain, which no step of
// the estimation changes, and starts σ² at their mean.
func (f *fit) squares(ctx context.Context) error {
	parts := make([][]float64, len(f.cuts)-1)
	err := parallel(ctx, f.cuts, func(k, lo, hi int) {
		part := make([]float64, len(f.columns))
		for r := lo; r < hi; r++ {
			w, a := weightOf(f.panel.weights, r), f.effectOf(r)
			for _, x := range f.panel.rows[r] {
				d := x.value() - f.columns[x.index()].mean - a
				part[x.index()] += w * d * d
			}
		}
		parts[k] = part
	})
	if err != nil {
		return err
	}
	f.square = make([]float64, len(f.columns))
	for _, part := range parts {
		for c, s := range part {
			f.square[c] += s
		}
	}
	f.noise = f.meanOf(func(c int) float64 { return f.square[c] })
	return nil
}

// meanOf is the mean over all votes of what sums to of(column) on each statement.
func (f *fit) meanOf(of func(column int) float64) float64 {
	var sum, weight float64
	for c := range f.columns {
		sum += of(c)
		weight += f.weight[c]
	}
	if weight == 0 {
		return leastNoise
	}
	return max(sum/weight, leastNoise)
}

func (f *fit) effectOf(row int) float64 {
	if f.effect == nil {
		return 0
	}
	return f.effect[row]
}

// personEffect is a_u = Σ(v − μ)/(c_u + 3): how much more than others a person
// agrees with whatever is asked.
func (f *factors) personEffect(row []cell) float64 {
	var sum float64
	for _, x := range row {
		sum += x.value() - f.columns[x.index()].mean
	}
	return sum / float64(len(row)+3)
}

// place estimates a person from the votes cast: x̂ = A⁻¹ Σ w_i r and C = σ²A⁻¹,
// A = σ²I + Σ w_i w_iᵀ, r what is left of the votes without centre and effect.
func (f *factors) place(row []cell, effect float64) estimate {
	a := sym2{f.noise, 0, f.noise}
	var b0, b1 float64
	for _, x := range row {
		col := &f.columns[x>>2]
		w0, w1 := col.load[0], col.load[1]
		r := x.value() - col.mean - effect
		a.a += w0 * w0
		a.b += w0 * w1
		a.c += w1 * w1
		b0 += w0 * r
		b1 += w1 * r
	}
	det := 1 / (a.a*a.c - a.b*a.b)
	inv := sym2{a.c * det, -a.b * det, a.a * det}
	return estimate{
		at:     vec2{inv.a*b0 + inv.b*b1, inv.b*b0 + inv.c*b1},
		spread: sym2{inv.a * f.noise, inv.b * f.noise, inv.c * f.noise},
	}
}

// step is one round of expectation and maximisation. It returns the mean
// change of a loading.
func (f *fit) step(ctx context.Context) (float64, error) {
	err := parallel(ctx, f.cuts, func(k, lo, hi int) {
		part := f.parts[k]
		clear(part)
		for r := lo; r < hi; r++ {
			if len(f.panel.rows[r]) > 0 {
				f.gather(part, r)
			}
		}
	})
	if err != nil {
		return 0, err
	}
	for _, part := range f.parts[1:] {
		for c := range part {
			s, total := &part[c], &f.parts[0][c]
			total.moment.a += s.moment.a
			total.moment.b += s.moment.b
			total.moment.c += s.moment.c
			total.cross[0] += s.cross[0]
			total.cross[1] += s.cross[1]
		}
	}
	return f.maximise(f.parts[0]), nil
}

// gather adds one person's part of the sums.
func (f *fit) gather(part []sums, r int) {
	row, effect, w := f.panel.rows[r], f.effectOf(r), weightOf(f.panel.weights, r)
	e := f.place(row, effect)
	m := sym2{
		w * (e.at[0]*e.at[0] + e.spread.a),
		w * (e.at[0]*e.at[1] + e.spread.b),
		w * (e.at[1]*e.at[1] + e.spread.c),
	}
	x0, x1 := w*e.at[0], w*e.at[1]
	for _, x := range row {
		s := &part[x>>2]
		d := x.value() - f.columns[x>>2].mean - effect
		s.moment.a += m.a
		s.moment.b += m.b
		s.moment.c += m.c
		s.cross[0] += x0 * d
		s.cross[1] += x1 * d
	}
}

// maximise sets w_i = (Σ ω(x̂x̂ᵀ + C) + σ²I)⁻¹ Σ ω x̂ r and σ² to the mean
// expected squared residual.
func (f *fit) maximise(all []sums) float64 {
	var change float64
	for c := range f.columns {
		s, col := &all[c], &f.columns[c]
		a, b, d := s.moment.a+f.noise, s.moment.b, s.moment.c+f.noise
		det := 1 / (a*d - b*b)
		load := vec2{(d*s.cross[0] - b*s.cross[1]) * det, (a*s.cross[1] - b*s.cross[0]) * det}
		change += math.Abs(load[0]-col.load[0]) + math.Abs(load[1]-col.load[1])
		col.load = load
	}
	f.noise = f.meanOf(func(c int) float64 {
		w, s := f.columns[c].load, &all[c]
		explained := 2*w.dot(s.cross) - (s.moment.a*w[0]*w[0] + 2*s.moment.b*w[0]*w[1] + s.moment.c*w[1]*w[1])
		return f.square[c] - explained
	})
	return change / float64(max(2*len(f.columns), 1))
}

// run makes so many rounds, or fewer if the mean change falls below enough.
func (f *fit) run(ctx context.Context, rounds int, enough float64) (int, error) {
	for n := range rounds {
		change, err := f.step(ctx)
		if err != nil {
			return n, err
		}
		if change < enough {
			return n + 1, nil
		}
	}
	return rounds, ctx.Err()
}

// estimates places everybody.
func (f *fit) estimates(ctx context.Context) ([]estimate, error) {
	all := make([]estimate, len(f.panel.rows))
	err := parallel(ctx, f.cuts, func(_, lo, hi int) {
		for r := lo; r < hi; r++ {
			all[r] = f.place(f.panel.rows[r], f.effectOf(r))
		}
	})
	return all, err
}

// turn rotates or reflects the axes.
func (f *factors) turn(r mat2) {
	for c := range f.columns {
		f.columns[c].load = r.apply(f.columns[c].load)
	}
}

// principal is the turn that makes WᵀW diagonal, the stronger axis first, and
// lets agreement lie to the right and above: the loadings on each axis sum to 0
// or more.
func (f *factors) principal() mat2 {
	var square mat2
	var sum vec2
	for _, c := range f.columns {
		square = square.plus(outer(c.load, c.load))
		sum = sum.plus(c.load)
	}
	_, vectors := square.eigenSymmetric()
	turn := vectors.transpose()
	sum = turn.apply(sum)
	for axis := range 2 {
		if sum[axis] < 0 {
			turn[2*axis], turn[2*axis+1] = -turn[2*axis], -turn[2*axis+1]
		}
	}
	return turn
}
