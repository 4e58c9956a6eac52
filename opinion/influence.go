package opinion

import (
	"context"
	"fmt"
	"math"
)

// Influence is how much of a map rests on a single person. Nobody can make it
// large: a person has one vote on a statement, between −1 and 1, weights are
// trimmed, and a statement that few voted on hardly bends the axes.
type Influence struct {
	// Parts of the axes that rest on each person, by index: the mean leverage
	// over all statements of the map and both axes, as of a ridge regression of
	// the votes on the places. Each is below 1 and all add up to at most 1.
	Parts []float64

	Most int     // the person with the largest part, of equal ones the first
	Mean float64 // part of a person with a vote
	// Shift is how far all others move along each axis when that person is left
	// out, as a part of how far they lie from its middle. An axis that explains
	// little shifts much: that is a reason not to read it.
	Shift [2]float64
}

// MeasureInfluence measures the influence of everybody on a map of these votes.
// It fails with the context's error when that ends, and with a *Fault if the
// votes are not those of the map.
func MeasureInfluence(ctx context.Context, v *Votes, m *Map) (*Influence, error) {
	if v.People() != len(m.Positions) || v.Statements() != len(m.Loadings) {
		return nil, &Fault{Code: BadOption, Got: fmt.Sprintf("a map of %d people and %d statements", len(m.Positions), len(m.Loadings)), Want: "a map of the same votes"}
	}
	p, err := newPanel(ctx, v)
	if err != nil {
		return nil, err
	}
	in := &Influence{Parts: make([]float64, v.People())}
	inverse := leverages(p, m)
	voters := 0
	best := -1.0
	for r, row := range p.rows {
		i := int(p.people[r])
		x := m.Positions[i].estimate().at
		for _, c := range row {
			in.Parts[i] += weightOf(p.weights, r) * x.dot(inverse[c.index()].apply(x)) / float64(2*len(p.statements))
		}
		if len(row) > 0 {
			voters++
			in.Mean += in.Parts[i]
		}
		if in.Parts[i] > best {
			best, in.Most = in.Parts[i], i
		}
	}
	if voters == 0 {
		return in, nil
	}
	in.Mean /= float64(voters)
	in.Shift, err = m.shiftWithout(ctx, v, p, in.Most)
	return in, err
}

// leverages are (Σ ω(x̂x̂ᵀ + C) + σ²I)⁻¹ of each statement: what the M step
// divides by.
func leverages(p *panel, m *Map) []mat2 {
	moments := make([]mat2, len(p.statements))
	for c := range moments {
		moments[c] = identity2(m.Noise)
	}
	for r, row := range p.rows {
		e := m.Positions[p.people[r]].estimate()
		moment := outer(e.at, e.at).plus(e.spread.full()).times(weightOf(p.weights, r))
		for _, c := range row {
			moments[c.index()] = moments[c.index()].plus(moment)
		}
	}
	for c := range moments {
		moments[c], _ = moments[c].inverse() // σ² is above 0
	}
	return moments
}

// shiftWithout fits the map again with and without one person, from where it
// stands, so that rounds it may still have wanted do not count as a shift.
func (m *Map) shiftWithout(ctx context.Context, v *Votes, p *panel, person int) (shift [2]float64, err error) {
	var others []int
	for r, i := range p.people {
		if int(i) != person {
			others = append(others, r)
		}
	}
	part := p.restrict(others)
	if part.cast == 0 {
		return shift, nil
	}
	all, err := m.again(ctx, v, p)
	if err != nil {
		return shift, err
	}
	rest, err := m.again(ctx, v, part)
	if err != nil {
		return shift, err
	}
	for axis := range shift {
		var moved, radius float64
		for n, r := range others {
			before, after, w := all[r].at[axis], rest[n].at[axis], weightOf(p.weights, r)
			moved += w * (after - before) * (after - before)
			radius += w * before * before
		}
		if radius > 0 {
			shift[axis] = math.Sqrt(moved / radius)
		}
	}
	return shift, nil
}

// again places the people of a panel by axes fitted to them, from those of the map.
func (m *Map) again(ctx context.Context, v *Votes, p *panel) ([]estimate, error) {
	f, err := newFit(ctx, p, v.statements.ids, m.Effect != nil, 0)
	if err != nil {
		return nil, err
	}
	for c, j := range p.statements {
		f.columns[c].load = vec2{m.Loadings[j].X, m.Loadings[j].Y}
	}
	f.noise = m.Noise
	if _, err := f.run(ctx, refreshRounds, 0); err != nil {
		return nil, err
	}
	f.turn(f.alignment(v.statements.ids, m))
	return f.estimates(ctx)
}
