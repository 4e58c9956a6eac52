package opinion

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// parityPoint is a row that k-means puts into clusters: a person, or a base cluster.
type parityPoint struct {
	name   int
	at     vec2
	weight float64
}

// parityKMeans is the k-means of the server. Clusters keep the ids and, where
// they can, the members of those before; without any it starts with the first
// k positions. It stops when no centre, in the order of their coordinates, moves
// by a hundredth.
func parityKMeans(points []parityPoint, k int, before []ParityCluster, rounds int) []ParityCluster {
	clusters := firstClusters(points, k)
	if len(before) > 0 {
		clusters = warmClusters(points, before, k)
	}
	for round := 0; ; round++ {
		next := parityStep(points, clusters)
		if round == rounds || sameCentres(clusters, next) {
			slices.SortStableFunc(next, func(a, b ParityCluster) int { return cmp.Compare(a.ID, b.ID) })
			return next
		}
		clusters = next
	}
}

func firstClusters(points []parityPoint, k int) []ParityCluster {
	var clusters []ParityCluster
	seen := map[vec2]bool{}
	for _, p := range points {
		if len(clusters) < k && !seen[p.at] {
			seen[p.at] = true
			clusters = append(clusters, ParityCluster{ID: len(clusters), Centre: p.at})
		}
	}
	return clusters
}

// parityStep gives every point to the nearest centre, of equal ones the last,
// drops clusters without members and moves the others to the mean of theirs.
func parityStep(points []parityPoint, clusters []ParityCluster) []ParityCluster {
	next := make([]ParityCluster, len(clusters))
	for g := range clusters {
		next[g].ID = clusters[g].ID
	}
	sums, weights := make([]vec2, len(clusters)), make([]float64, len(clusters))
	for _, p := range points {
		g, _ := nearest(p.at, clusters)
		next[g].Members = append(next[g].Members, p.name)
		sums[g] = sums[g].plus(p.at.times(p.weight))
		weights[g] += p.weight
	}
	for g := range next {
		if weights[g] > 0 {
			next[g].Centre = sums[g].times(1 / weights[g])
		}
	}
	return slices.DeleteFunc(next, func(c ParityCluster) bool { return len(c.Members) == 0 })
}

// nearest cluster, and the square of its distance.
func nearest(at vec2, clusters []ParityCluster) (g int, square float64) {
	square = math.Inf(1)
	for i := range clusters {
		if d := at.dist2(clusters[i].Centre); d <= square {
			g, square = i, d
		}
	}
	return g, square
}

func sameCentres(a, b []ParityCluster) bool {
	const threshold = 0.01
	x, y := sortedCentres(a), sortedCentres(b)
	for i := range min(len(x), len(y)) {
		if math.Sqrt(x[i].dist2(y[i])) >= threshold {
			return false
		}
	}
	return true
}

func sortedCentres(clusters []ParityCluster) []vec2 {
	centres := make([]vec2, len(clusters))
	for i := range clusters {
		centres[i] = clusters[i].Centre
	}
	slices.SortFunc(centres, func(a, b vec2) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return centres
}

// warmClusters takes up the clusters of the update before: without members that
// are gone, those in the same place made one, and topped up to k with the point
// that lies farthest from every centre.
func warmClusters(points []parityPoint, before []ParityCluster, k int) []ParityCluster {
	at := make(map[int]parityPoint, len(points))
	positions := map[vec2]bool{}
	for _, p := range points {
		at[p.name] = p
		positions[p.at] = true
	}
	clusters := presentClusters(points, before, at)
	for possible := min(k, len(positions)); ; {
		for g := range clusters {
			clusters[g].recentre(at)
		}
		if len(clusters) >= possible {
			return clusters
		}
		far, square := 0, -1.0
		for i, p := range points {
			if _, d := nearest(p.at, clusters); d >= square {
				far, square = i, d
			}
		}
		if square <= 0 {
			return clusters
		}
		id := 0
		for g := range clusters {
			c := &clusters[g]
			c.Members = slices.DeleteFunc(c.Members, func(i int) bool { return i == points[far].name })
			id = max(id, c.ID+1)
		}
		clusters = append(clusters, ParityCluster{ID: id, Members: []int{points[far].name}, Centre: points[far].at})
	}
}

// presentClusters are the clusters before with the members that are still there.
// If none has any, all points make one cluster.
func presentClusters(points []parityPoint, before []ParityCluster, at map[int]parityPoint) []ParityCluster {
	var clusters []ParityCluster
	highest := -1
	for _, old := range before {
		highest = max(highest, old.ID)
		c := ParityCluster{ID: old.ID}
		for _, i := range old.Members {
			if _, here := at[i]; here {
				c.Members = append(c.Members, i)
			}
		}
		if len(c.Members) == 0 {
			continue
		}
		c.recentre(at)
		same := slices.IndexFunc(clusters, func(o ParityCluster) bool { return o.Centre == c.Centre })
		if same < 0 {
			clusters = append(clusters, c)
			continue
		}
		o := &clusters[same]
		if len(c.Members) >= len(o.Members) {
			o.ID = c.ID
		}
		o.Members = append(o.Members, c.Members...)
	}
	if clusters == nil {
		all := ParityCluster{ID: highest + 1}
		for _, p := range points {
			all.Members = append(all.Members, p.name)
		}
		clusters = []ParityCluster{all}
	}
	return clusters
}

func (c *ParityCluster) recentre(at map[int]parityPoint) {
	var sum vec2
	var weight float64
	for _, i := range c.Members {
		sum = sum.plus(at[i].at.times(at[i].weight))
		weight += at[i].weight
	}
	if weight > 0 {
		c.Centre = sum.times(1 / weight)
	}
}

// findBase puts the people in the map into base clusters.
func (m *ParityMap) findBase(before []ParityCluster) {
	var points []parityPoint
	for i, in := range m.InMap {
		if in {
			points = append(points, parityPoint{i, m.Positions[i], 1})
		}
	}
	m.Base = parityKMeans(points, parityBaseK, before, parityRounds)
}

// basePoints are base clusters as points that weigh as many people as they hold.
func basePoints(base []ParityCluster) []parityPoint {
	points := make([]parityPoint, len(base))
	for i := range base {
		points[i] = parityPoint{base[i].ID, base[i].Centre, float64(len(base[i].Members))}
	}
	return points
}

// findGroups groups the base clusters for every number of groups and shows one,
// then does the same inside each group.
func (m *ParityMap) findGroups(previous *ParityMap, k int) {
	points := basePoints(m.Base)
	m.Groupings, m.Silhouettes = parityGroupings(points, previous.Groupings, k)
	m.Smoother = previous.Smoother.next(m.Silhouettes)
	if k > 0 {
		m.Smoother = ParitySmoother{Last: k, Times: 1, Shown: k}
	}
	members := map[int][]int{}
	for _, b := range m.Base {
		members[b.ID] = b.Members
	}
	m.Groups = parityGroups(m.Groupings[m.Smoother.Shown], members)
	for g := range m.Groups {
		group := &m.Groups[g]
		var before ParityGroup
		for i := range previous.Groups {
			if previous.Groups[i].ID == group.ID {
				before = previous.Groups[i]
			}
		}
		var inside []parityPoint
		for _, id := range group.Base {
			inside = append(inside, points[slices.IndexFunc(points, func(p parityPoint) bool { return p.name == id })])
		}
		group.Subgroupings, group.Silhouettes = parityGroupings(inside, before.Subgroupings, 0)
		group.Smoother = before.Smoother.next(group.Silhouettes)
		group.Subgroups = parityGroups(group.Subgroupings[group.Smoother.Shown], members)
	}
}

// parityGroupings are the groups for every number of them: from 2 to as many as
// the points allow, at least to k.
func parityGroupings(points []parityPoint, before map[int][]ParityCluster, k int) (map[int][]ParityCluster, map[int]float64) {
	groupings, silhouettes := map[int][]ParityCluster{}, map[int]float64{}
	at := make([]vec2, len(points))
	place := map[int]int{}
	for i, p := range points {
		at[i], place[p.name] = p.at, i
	}
	for n := 2; n <= max(k, min(parityMaxK, 2+len(points)/12)); n++ {
		groupings[n] = parityKMeans(points, n, before[n], parityGroupRounds)
		labels := make([]int, len(points))
		for g, c := range groupings[n] {
			for _, id := range c.Members {
				labels[place[id]] = g
			}
		}
		silhouettes[n] = silhouette(at, labels)
	}
	return groupings, silhouettes
}

func parityGroups(clusters []ParityCluster, members map[int][]int) []ParityGroup {
	groups := make([]ParityGroup, len(clusters))
	for g, c := range clusters {
		groups[g] = ParityGroup{ID: c.ID, Base: c.Members, Centre: c.Centre}
		for _, id := range c.Members {
			groups[g].Members = append(groups[g].Members, members[id]...)
		}
	}
	return groups
}

// next takes in which number of groups is best now, of equal ones the largest.
func (s ParitySmoother) next(silhouettes map[int]float64) ParitySmoother {
	best := 0
	for _, k := range slices.Sorted(maps.Keys(silhouettes)) {
		if best == 0 || silhouettes[k] >= silhouettes[best] {
			best = k
		}
	}
	next := ParitySmoother{Last: best, Times: 1, Shown: s.Shown}
	if best == s.Last {
		next.Times = s.Times + 1
	}
	if next.Times >= parityBuffer || next.Shown == 0 {
		next.Shown = best
	}
	return next
}
