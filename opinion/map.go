package opinion

import (
	"cmp"
	"context"
	"iter"
	"slices"
)

// MapOptions choose how a map is made. The zero value is the map that Khettara
// publishes first.
type MapOptions struct {
	Seed uint64 // of the start; the same seed and votes make the same map to the last bit

	// Previous is the last published map. The new one is turned to lie as it
	// does; see Map.Align.
	Previous *Map

	// AcquiescenceFree takes out how much each person agrees with whatever is
	// asked, before the axes are found.
	AcquiescenceFree bool

	// Rounds of the estimation; 60 if 0.
	Rounds int
}

const defaultRounds = 60

// Point of the plane of a map.
type Point struct{ X, Y float64 }

// Position of a person on a map: where the person most probably stands, and
// the covariance of that estimate. Few votes put a person near the centre with
// a large covariance; no vote puts them at the centre with the covariance 1, 0, 1.
type Position struct {
	Point
	XX, XY, YY float64 // covariance
	Votes      int     // cast on the statements of the map
}

func positionOf(e estimate, votes int) Position {
	return Position{Point: Point{e.at[0], e.at[1]}, XX: e.spread.a, XY: e.spread.b, YY: e.spread.c, Votes: votes}
}

func (p Position) estimate() estimate {
	return estimate{at: vec2{p.X, p.Y}, spread: sym2{p.XX, p.XY, p.YY}}
}

// Map of opinions: two axes that best explain the votes cast, and where
// everybody stands on them. A vote is explained as
//
//	v = Mean[i] + Effect[u] + Loadings[i]·Positions[u] + noise of variance Noise
//
// with agree = +1, pass = 0 and disagree = −1; what a person did not vote on
// says nothing about them. People and statements have the indices of the Votes
// the map was made of.
//
// Source: probabilistic principal components, Tipping and Bishop (1999), with
// the centres drawn to the mean of all votes by two votes' worth.
type Map struct {
	PersonIDs    []string
	StatementIDs []string
	Included     []bool    // whether a statement is in the map: not moderated out, not meta
	Mean         []float64 // expected vote on each statement, from −1 to 1
	Loadings     []Point   // how much a step along each axis changes the vote
	Positions    []Position
	Effect       []float64 // of each person, in the acquiescence-free map; else nil
	Noise        float64   // variance of a vote that the axes do not explain

	// Acquiescence of each axis: the correlation of people's place on it with
	// their mean vote. See Map.Acquiescent.
	Acquiescence [2]float64

	Rounds int // of the estimation
}

// NewMap makes a map of the votes by probabilistic principal components. The
// order in which people, statements and votes came changes nothing, nor does
// the number of cores. It fails with a *Fault of code NoVotes if nobody voted
// on a statement of the map, or with the context's error when that ends.
func NewMap(ctx context.Context, v *Votes, opts MapOptions) (*Map, error) {
	p, err := newPanel(ctx, v)
	if err != nil {
		return nil, err
	}
	return p.mapOf(ctx, v, opts)
}

func (p *panel) mapOf(ctx context.Context, v *Votes, opts MapOptions) (*Map, error) {
	if p.cast == 0 {
		return nil, &Fault{Code: NoVotes, Got: "no votes", Want: "a vote on a statement of the map"}
	}
	if opts.Rounds < 0 {
		return nil, &Fault{Code: BadOption, Got: "fewer than 0 rounds", Want: "0 or more"}
	}
	f, err := newFit(ctx, p, v.statements.ids, opts.AcquiescenceFree, opts.Seed)
	if err != nil {
		return nil, err
	}
	rounds := opts.Rounds
	if rounds == 0 {
		rounds = defaultRounds
	}
	if rounds, err = f.run(ctx, rounds, 0); err != nil {
		return nil, err
	}
	f.turn(f.principal())
	return f.publish(ctx, v, opts.Previous, rounds)
}

// Rounds of a refresh, and the mean change of a loading at which it stops: the
// third decimal of a position no longer moves.
const (
	refreshRounds = 12
	refreshEnough = 1e-4
)

// Refresh makes the map of the votes as they are now, from the axes of this
// map: it takes a few rounds where NewMap takes 60 and stays aligned. Between
// publications it shows what new votes changed; what is published should come
// from NewMap, which does not depend on the maps before it. Statements are
// matched by id. It fails as NewMap does.
func (m *Map) Refresh(ctx context.Context, v *Votes) (*Map, error) {
	p, err := newPanel(ctx, v)
	if err != nil {
		return nil, err
	}
	if p.cast == 0 {
		return nil, &Fault{Code: NoVotes, Got: "no votes", Want: "a vote on a statement of the map"}
	}
	f, err := newFit(ctx, p, v.statements.ids, m.Effect != nil, 0)
	if err != nil {
		return nil, err
	}
	known := m.loadingsByID()
	for c, j := range p.statements {
		if load, ok := known[v.statements.ids[j]]; ok {
			f.columns[c].load = load
		}
	}
	f.noise = max(m.Noise, leastNoise)
	rounds, err := f.run(ctx, refreshRounds, refreshEnough)
	if err != nil {
		return nil, err
	}
	return f.publish(ctx, v, m, rounds)
}

func (m *Map) loadingsByID() map[string]vec2 {
	known := make(map[string]vec2, len(m.StatementIDs))
	for j, id := range m.StatementIDs {
		if m.Included[j] {
			known[id] = vec2{m.Loadings[j].X, m.Loadings[j].Y}
		}
	}
	return known
}

// publish lays the map as the previous one lies, places everybody and puts all
// under the indices of the votes.
func (f *fit) publish(ctx context.Context, v *Votes, previous *Map, rounds int) (*Map, error) {
	if previous != nil {
		f.turn(f.alignment(v.statements.ids, previous))
	}
	places, err := f.estimates(ctx)
	if err != nil {
		return nil, err
	}
	m := &Map{
		PersonIDs: slices.Clip(v.people.ids), StatementIDs: slices.Clip(v.statements.ids),
		Included: make([]bool, v.Statements()), Mean: make([]float64, v.Statements()), Loadings: make([]Point, v.Statements()),
		Positions: make([]Position, v.People()), Noise: f.noise, Rounds: rounds,
	}
	for c, j := range f.panel.statements {
		col := f.columns[c]
		m.Included[j], m.Mean[j], m.Loadings[j] = true, col.mean, Point{col.load[0], col.load[1]}
	}
	if f.effect != nil {
		m.Effect = make([]float64, v.People())
	}
	for r, i := range f.panel.people {
		m.Positions[i] = positionOf(places[r], len(f.panel.rows[r]))
		if f.effect != nil {
			m.Effect[i] = f.effect[r]
		}
	}
	m.Acquiescence = f.acquiescence(places)
	return m, nil
}

// Place tells where somebody who cast these votes stands, without changing the
// map: a new vote is seen at once, in the time it takes to read the votes of
// one person. Votes on statements that are not in the map do not count.
func (m *Map) Place(votes iter.Seq2[int, Vote]) Position {
	f := factors{noise: m.Noise}
	var row []cell
	for j, v := range votes {
		if j < len(m.Included) && m.Included[j] {
			row = append(row, newCell(len(f.columns), v))
			f.columns = append(f.columns, column{load: vec2{m.Loadings[j].X, m.Loadings[j].Y}, mean: m.Mean[j]})
		}
	}
	effect := 0.0
	if m.Effect != nil {
		effect = f.personEffect(row)
	}
	return positionOf(f.place(row, effect), len(row))
}

// Predict is the vote that the map expects of a person on a statement, about
// from −1 to 1, whether or not they cast it; 0 on a statement that is not in
// the map.
func (m *Map) Predict(person, statement int) float64 {
	x, w := m.Positions[person], m.Loadings[statement]
	v := m.Mean[statement] + w.X*x.X + w.Y*x.Y
	if m.Effect != nil && m.Included[statement] {
		v += m.Effect[person]
	}
	return v
}

// Ends lists the statements that load most at each end of an axis (0 or 1), at
// most n each, the strongest first: people at the high end tend to agree with
// high and to disagree with low.
func (m *Map) Ends(axis, n int) (low, high []int) {
	load := func(j int) float64 {
		if axis == 0 {
			return m.Loadings[j].X
		}
		return m.Loadings[j].Y
	}
	order := make([]int, 0, len(m.Loadings))
	for _, j := range byID(m.StatementIDs) {
		if m.Included[j] {
			order = append(order, int(j))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(load(a), load(b)) })
	for _, j := range order {
		if load(j) < 0 && len(low) < n {
			low = append(low, j)
		}
	}
	for _, j := range slices.Backward(order) {
		if load(j) > 0 && len(high) < n {
			high = append(high, j)
		}
	}
	return low, high
}
