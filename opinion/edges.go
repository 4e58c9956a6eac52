package opinion

import "math"

// Apart is the edge from which on two groups are said to stand apart.
const Apart = 0.8

// Edge tells whether two groups stand apart or are two parts of one crowd that
// happens to be cut in the same place every time: resampling shows that a cut is
// stable, not that there is a gap. Size is the part of the variance between the
// two groups along the line through their means. A normal crowd cut in the middle
// gives 2/π = 0.64, an even one 0.75, two points 1; see [Apart].
type Edge struct {
	A, B int // groups, A before B
	Size float64
}

// Edges of all pairs of groups of a map, weights counted; nil where there are
// none. People count in the order of their ids, so that no digit depends on who
// came first.
func (g *Groups) Edges(v *Votes, m *Map) []Edge {
	var out []Edge
	people := byID(v.people.ids)
	for b := range g.Groups {
		for a := range b {
			out = append(out, Edge{A: a, B: b, Size: g.edge(v, m, people, a, b)})
		}
	}
	return out
}

// Separate tells whether every two groups stand apart; false without groups.
func Separate(edges []Edge) bool {
	least := math.Inf(1)
	for _, e := range edges {
		least = min(least, e.Size)
	}
	return len(edges) > 0 && least >= Apart
}

func (g *Groups) edge(v *Votes, m *Map, people []int32, a, b int) float64 {
	line := g.centre(b).minus(g.centre(a))
	within := [2]moments{}
	var all moments
	for _, i := range people {
		label := g.Label[i]
		if label != a && label != b {
			continue
		}
		x, w := line.dot(m.Positions[i].estimate().at), v.Weight(int(i))
		side := 0
		if label == b {
			side = 1
		}
		within[side].add(x, w)
		all.add(x, w)
	}
	if all.squares == 0 {
		return 0
	}
	return max(0, 1-(within[0].squares+within[1].squares)/all.squares)
}

func (g *Groups) centre(group int) vec2 {
	c := g.Groups[group].Centre
	return vec2{c.X, c.Y}
}

// moments are the mean and the sum of squares about it, kept as numbers come so
// that large sums do not cancel (Welford 1962).
type moments struct{ weight, mean, squares float64 }

func (m *moments) add(x, w float64) {
	if w == 0 {
		return
	}
	m.weight += w
	d := x - m.mean
	m.mean += d * w / m.weight
	m.squares += w * d * (x - m.mean)
}
