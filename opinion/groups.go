package opinion

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// What it takes to show groups.
const (
	enoughVotes   = 7    // cast by a person, to be grouped
	enoughPeople  = 50   // grouped: below, a cloud without structure may look stable
	leastGroups   = 2    // to look for
	mostGroups    = 5    // to look for
	stable        = 0.75 // mean adjusted Rand index of refits
	refits        = 20
	refitShare    = 0.8 // of the people, in each refit
	restarts      = 10  // of k-means
	patience      = 3   // publications that must favour another number of groups
	surelyInGroup = 0.7 // membership; below, a person stands between groups
)

// GroupOptions choose how groups are looked for.
type GroupOptions struct {
	Seed uint64 // of subsamples and starts; that of the map, for a published one

	// K shows this number of groups, stable or not; 0 shows the largest number
	// that survives resampling.
	K int

	// Refits on subsamples per number of groups; 20 if 0. With NoRefits, for a
	// quick look at a given K, stability stays unknown.
	Refits   int
	NoRefits bool

	// Published is what the last publication showed; zero for the first one.
	Published Hysteresis

	// Progress, if set, is called after each refit; never twice at once.
	Progress func(done, all int)
}

// Stability of a number of groups.
type Stability struct {
	K    int
	ARI  float64 // mean adjusted Rand index of refits to the whole; 0 where there are not K groups
	Low  float64 // the least of them
	High float64 // the greatest
}

// Hysteresis keeps the number of groups shown from changing with every few
// votes: another number is shown only after it was favoured in three
// publications running. The zero value is the state before the first one.
type Hysteresis struct {
	K         int // shown; 0 before the first publication
	Candidate int // favoured instead
	Streak    int // publications running that favoured it
}

// Next is the state after a publication in which stability favours k groups.
func (h Hysteresis) Next(k int) Hysteresis {
	switch {
	case h.K == 0 || h.K == k:
		return Hysteresis{K: k}
	case h.Candidate != k:
		h.Candidate, h.Streak = k, 0
	}
	h.Streak++
	if h.Streak >= patience {
		return Hysteresis{K: k}
	}
	return h
}

// Group is a group of people who stand together on a map.
type Group struct {
	Centre     Point
	XX, XY, YY float64 // covariance of its people's positions
	People     int
	Share      float64 // of the weight of all people grouped
}

// Groups of a map.
type Groups struct {
	K         int // shown; 1 says that there are no clear groups
	Favoured  int // what stability favours now, before hysteresis
	Published Hysteresis
	Stability []Stability // for 2 to 5 groups; nil without refits
	Eligible  int         // people with enough votes to be grouped
	Groups    []Group     // K of them, those with the most weight first; none for K = 1

	// Label of each person: the group, or −1 for people with too few votes and
	// where no groups are shown.
	Label []int

	seed uint64
}

// FindGroups groups the people who cast seven votes or more, and have a weight, by k-means on the
// votes that the map expects of them, and says how far groups of two to five survive: for each number,
// the mean adjusted Rand index between the groups of all and those of twenty
// new maps made of four fifths of the people. The largest number that reaches
// 0.75 is shown, if fifty people or more are grouped; otherwise none.
//
// m must be the map of v, made by NewMap or Refresh. It fails with a *Fault of
// code BadOption, or with the context's error when that ends.
func FindGroups(ctx context.Context, v *Votes, m *Map, opts GroupOptions) (*Groups, error) {
	if opts.K < 0 || opts.K > mostGroups || opts.Refits < 0 {
		return nil, &Fault{Code: BadOption, Got: fmt.Sprintf("%d groups, %d refits", opts.K, opts.Refits), Want: "0 to 5 groups, 0 or more refits"}
	}
	p, err := newPanel(ctx, v)
	if err != nil {
		return nil, err
	}
	s := &seeker{panel: p, votes: v, free: m.Effect != nil, opts: opts}
	return s.find(ctx, m)
}

// seeker looks for groups.
type seeker struct {
	panel *panel
	votes *Votes
	free  bool
	opts  GroupOptions
}

func (s *seeker) find(ctx context.Context, m *Map) (*Groups, error) {
	all := s.panel.cloudOf(m)
	g := &Groups{Eligible: len(all.rows), seed: s.opts.Seed}
	var whole [mostGroups + 1]*clustering
	var err error
	for k := leastGroups; k <= mostGroups; k++ {
		if whole[k], err = all.cluster(ctx, k, s.opts.Seed); err != nil {
			return nil, err
		}
	}
	if !s.opts.NoRefits {
		if g.Stability, err = s.stability(ctx, all, whole); err != nil {
			return nil, err
		}
	}
	g.Favoured = s.favoured(g, m)
	g.Published = s.opts.Published.Next(g.Favoured)
	g.K = g.Published.K
	if s.opts.K > 0 {
		g.K = s.opts.K
	}
	g.Label = slices.Repeat([]int{-1}, len(m.Positions))
	if g.K < leastGroups || whole[g.K] == nil || len(whole[g.K].centres) < g.K {
		g.K = 1
		return g, nil
	}
	g.describe(all, whole[g.K])
	for n, label := range whole[g.K].labels {
		g.Label[s.panel.people[all.rows[n]]] = label
	}
	return g, nil
}

// favoured is the largest number of groups that survives.
func (s *seeker) favoured(g *Groups, m *Map) int {
	best := 1
	if g.Eligible < enoughPeople || !s.panel.divided() {
		return best
	}
	for _, st := range g.Stability {
		if st.ARI >= stable {
			best = st.K
		}
	}
	return best
}

// divided tells whether anybody disagreed with anybody: where all votes on each
// statement are alike, people differ only in what they voted on.
func (p *panel) divided() bool {
	seen := make([]uint8, len(p.statements))
	for _, row := range p.rows {
		for _, x := range row {
			seen[x.index()] |= 1 << (x & 3)
		}
	}
	return slices.ContainsFunc(seen, func(s uint8) bool { return s&(s-1) != 0 })
}

// cloud is the people to be grouped: their rows in a panel and positions, and
// Σ w wᵀ over the loadings w of the statements.
type cloud struct {
	rows    []int
	points  []vec2
	weights []float64
	moment  sym2
}

// cloudOf takes the positions from a map of these votes.
func (p *panel) cloudOf(m *Map) *cloud {
	loadings := make([]vec2, len(m.Loadings))
	for j, w := range m.Loadings {
		loadings[j] = vec2{w.X, w.Y}
	}
	return p.cloud(func(r int) vec2 { x := m.Positions[p.people[r]]; return vec2{x.X, x.Y} }, loadings)
}

func (p *panel) cloud(at func(row int) vec2, loadings []vec2) *cloud {
	var c cloud
	for _, w := range loadings {
		c.moment.a += w[0] * w[0]
		c.moment.b += w[0] * w[1]
		c.moment.c += w[1] * w[1]
	}
	for r, row := range p.rows {
		if len(row) < enoughVotes || weightOf(p.weights, r) == 0 {
			continue
		}
		c.rows = append(c.rows, r)
		c.points = append(c.points, at(r))
		if p.weights != nil {
			c.weights = append(c.weights, p.weights[r])
		}
	}
	return &c
}

// cluster groups people by how differently the map expects them to vote: the
// squared distance of two people is that of their expected votes over all
// statements. On the map itself each axis has the same spread, the one that
// tells much of the votes and the one that tells little.
func (c *cloud) cluster(ctx context.Context, k int, seed uint64) (*clustering, error) {
	turn := c.moment.factor()
	votes := make([]vec2, len(c.points))
	for n, x := range c.points {
		votes[n] = vec2{turn[0]*x[0] + turn[1]*x[1], turn[2]*x[0] + turn[3]*x[1]}
	}
	return kmeans(ctx, votes, c.weights, k, restarts, seed)
}

// factor is the upper triangular U of s = UᵀU (Cholesky), for s without negative eigenvalues.
func (s sym2) factor() mat2 {
	if s.a <= 0 {
		return mat2{0, 0, 0, math.Sqrt(max(0, s.c))}
	}
	a := math.Sqrt(s.a)
	return mat2{a, s.b / a, 0, math.Sqrt(max(0, s.c-s.b*s.b/s.a))}
}

// stability regroups subsamples. Every refit starts from other numbers than the
// whole did: what two runs share only because they started alike is no structure.
func (s *seeker) stability(ctx context.Context, all *cloud, whole [mostGroups + 1]*clustering) ([]Stability, error) {
	n := s.opts.Refits
	if n == 0 {
		n = refits
	}
	label := make([][]int, mostGroups+1) // of each row of the panel
	for k := leastGroups; k <= mostGroups; k++ {
		label[k] = all.labels(whole[k], len(s.panel.rows))
	}
	scores := make([][mostGroups + 1]float64, n)
	for t := range n {
		if err := s.refit(ctx, uint64(t)+1, label, whole, &scores[t]); err != nil {
			return nil, err
		}
		if s.opts.Progress != nil {
			s.opts.Progress(t+1, n)
		}
	}
	var list []Stability
	for k := leastGroups; k <= mostGroups; k++ {
		st := Stability{K: k, Low: scores[0][k], High: scores[0][k]}
		for _, score := range scores {
			st.ARI += score[k] / float64(n)
			st.Low, st.High = min(st.Low, score[k]), max(st.High, score[k])
		}
		list = append(list, st)
	}
	return list, nil
}

// refit makes a map and groups of a subsample and compares each number of
// groups with the whole over the people in both.
func (s *seeker) refit(ctx context.Context, number uint64, label [][]int, whole [mostGroups + 1]*clustering, score *[mostGroups + 1]float64) error {
	seed := s.opts.Seed + number
	rows := subsample(len(s.panel.rows), refitShare, rand.New(rand.NewPCG(seed, 0)))
	part := s.panel.restrict(rows)
	if part.cast == 0 {
		return nil
	}
	c, err := part.refitted(ctx, s.votes.statements.ids, s.free, seed)
	if err != nil {
		return err
	}
	for k := leastGroups; k <= mostGroups; k++ {
		groups, err := c.cluster(ctx, k, seed)
		if err != nil {
			return err
		}
		if groups == nil || len(groups.centres) < k || len(whole[k].centres) < k {
			continue
		}
		before := make([]int, len(c.rows))
		for n, r := range c.rows {
			before[n] = label[k][rows[r]]
		}
		score[k] = AdjustedRand(groups.labels, before)
	}
	return nil
}

// refitted makes a new map of the panel for the sake of its positions.
func (p *panel) refitted(ctx context.Context, ids []string, free bool, seed uint64) (*cloud, error) {
	f, err := newFit(ctx, p, ids, free, seed)
	if err != nil {
		return nil, err
	}
	if _, err = f.run(ctx, defaultRounds, 0); err != nil {
		return nil, err
	}
	f.turn(f.principal())
	places, err := f.estimates(ctx)
	if err != nil {
		return nil, err
	}
	loadings := make([]vec2, len(f.columns))
	for j, col := range f.columns {
		loadings[j] = col.load
	}
	return p.cloud(func(r int) vec2 { return places[r].at }, loadings), nil
}

// labels by row of the panel, −1 for people who are not grouped.
func (c *cloud) labels(groups *clustering, rows int) []int {
	label := slices.Repeat([]int{-1}, rows)
	if groups != nil {
		for n, g := range groups.labels {
			label[c.rows[n]] = g
		}
	}
	return label
}

// describe renames the groups by weight, the heaviest first, and measures them.
func (g *Groups) describe(c *cloud, found *clustering) {
	k := len(found.centres)
	weight, total, centre := make([]float64, k), 0.0, make([]vec2, k)
	for n, label := range found.labels {
		weight[label] += weightOf(c.weights, n)
		total += weightOf(c.weights, n)
	}
	for n, label := range found.labels {
		w := weightOf(c.weights, n) / weight[label]
		centre[label] = vec2{centre[label][0] + w*c.points[n][0], centre[label][1] + w*c.points[n][1]}
	}
	order := make([]int, k)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight[b], weight[a]) })
	name := make([]int, k)
	g.Groups = make([]Group, k)
	for i, was := range order {
		name[was] = i
		g.Groups[i] = Group{Centre: Point{centre[was][0], centre[was][1]}, Share: weight[was] / total}
	}
	for n, was := range found.labels {
		label := name[was]
		found.labels[n] = label
		group := &g.Groups[label]
		d, w := c.points[n].minus(centre[was]), weightOf(c.weights, n)/weight[was]
		group.People++
		group.XX += w * d[0] * d[0]
		group.XY += w * d[0] * d[1]
		group.YY += w * d[1] * d[1]
	}
}

// Membership of somebody in each group: the chance that a person with this
// estimated position belongs to it,
//
//	p(g) ∝ share of g · N(position; centre of g, covariance of g + covariance of the position),
//
// so that people who said little belong a little everywhere. nil where there
// are no groups.
func (g *Groups) Membership(p Position) []float64 {
	if len(g.Groups) == 0 {
		return nil
	}
	logs := make([]float64, len(g.Groups))
	for i, group := range g.Groups {
		// Without any spread of either, groups of people in one place would have none.
		const least = 1e-9
		a, b, d := group.XX+p.XX+least, group.XY+p.XY, group.YY+p.YY+least
		det := a*d - b*b
		x, y := p.X-group.Centre.X, p.Y-group.Centre.Y
		logs[i] = math.Log(group.Share) - (math.Log(det)+(d*x*x-2*b*x*y+a*y*y)/det)/2
	}
	most, total := slices.Max(logs), 0.0
	for i, l := range logs {
		logs[i] = math.Exp(l - most)
		total += logs[i]
	}
	for i := range logs {
		logs[i] /= total
	}
	return logs
}

// Between tells whether somebody with this membership stands between groups:
// no group has a chance of 0.7.
func Between(membership []float64) bool {
	return len(membership) > 0 && slices.Max(membership) < surelyInGroup
}
