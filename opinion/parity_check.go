package opinion

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// StateDifferences are the largest differences between a server state and what
// is computed anew, nil where the state does not tell the quantity or what it
// is made of. Each is computed from the published values that come before it,
// so that a difference shows where it arises.
type StateDifferences struct {
	Centre           *float64 `json:"centre"`
	ComponentsCosine *float64 `json:"components_cosine"` // the lesser of the two axes, from a cold start; 1 is the same
	Projection       *float64 `json:"projection"`        // of base clusters and statements

	// BaseClustersARI compares the published groups with those that a cold start
	// finds among the published base clusters; 1 is the same. Base clusters
	// themselves depend on the history of the conversation.
	BaseClustersARI *float64 `json:"base_clusters_ari"`

	// Representative and Consensus compare the statistics of the lists; a list
	// with other statements, or in another order, differs by at least 1.
	Representative *float64 `json:"representative"`
	Consensus      *float64 `json:"consensus"`

	GroupAwareConsensus *float64 `json:"group_aware_consensus"`
	Priorities          *float64 `json:"priorities"`
}

// CompareState computes a server state anew from its votes, with the people and
// the base clusters that it has: both depend on its history. It fails with a
// *[Fault] for NoVotes, and with the context.
func CompareState(ctx context.Context, s *ServerState) (*StateDifferences, error) {
	v, p := s.Votes, s.Published
	if v.Cast() == 0 {
		return nil, &Fault{Code: NoVotes, Got: "no vote", Want: "at least one"}
	}
	x := newParityMatrix(v)
	d := &StateDifferences{}
	if p.Centre != nil {
		d.Centre = largest(x.mean, p.Centre)
	}
	if p.Components[0] != nil {
		cold := &ParityMap{}
		if err := cold.findAxes(ctx, x, &ParityMap{}, rand.New(rand.NewPCG(1, 0))); err != nil {
			return nil, err
		}
		d.ComponentsCosine = leastCosine(cold.Components, p.Components)
	}
	again := &ParityMap{Centre: x.mean, Components: p.Components, Groups: slices.Clone(p.Groups)}
	if p.Centre != nil {
		again.Centre = p.Centre
	}
	if p.Components[0] != nil {
		again.project(x)
		d.Projection = projectionDifference(again, p)
	}
	if p.Base != nil && p.Groups != nil {
		d.BaseClustersARI = coldGroups(p)
	}
	if again.Extremity == nil {
		again.Extremity = make([]float64, v.Statements())
	}
	again.describe(v, x.excluded, &ParityMap{})
	d.compareStatistics(again, p)
	return d, ctx.Err()
}

func (d *StateDifferences) compareStatistics(again, p *ParityMap) {
	if len(p.Groups) > 0 && p.Groups[0].Representative != nil {
		d.Representative = new(float64)
		for g := range p.Groups {
			*d.Representative = max(*d.Representative, listDifference(again.Groups[g].Representative, p.Groups[g].Representative, statementDifference))
		}
	}
	if p.Agreed != nil {
		d.Consensus = new(max(
			listDifference(again.Agreed, p.Agreed, consensusDifference),
			listDifference(again.Disagreed, p.Disagreed, consensusDifference)))
	}
	if p.GroupAware != nil && p.Groups != nil {
		d.GroupAwareConsensus = largest(again.GroupAware, p.GroupAware)
	}
	if p.Priorities != nil && p.Groups != nil && p.Components[0] != nil {
		d.Priorities = largest(again.Priorities, p.Priorities)
	}
}

// largest difference of two lists; statements that the state passes over do not count.
func largest(again, published []float64) *float64 {
	var most float64
	for j := range published {
		if j < len(again) && published[j] != -1 {
			most = max(most, math.Abs(again[j]-published[j]))
		}
	}
	return &most
}

func leastCosine(a, b [2][]float64) *float64 {
	least := math.Inf(1)
	for i := range a {
		lengths := dot(a[i], a[i]) * dot(b[i], b[i])
		if lengths == 0 {
			return nil
		}
		least = min(least, math.Abs(dot(a[i], b[i]))/math.Sqrt(lengths))
	}
	return &least
}

// projectionDifference compares base clusters, which lie at the mean of their
// members, and statements; nil if the state has neither.
func projectionDifference(again, p *ParityMap) *float64 {
	if p.Base == nil && p.StatementPositions == nil {
		return nil
	}
	var most float64
	for _, b := range p.Base {
		var sum vec2
		for _, i := range b.Members {
			sum = sum.plus(again.Positions[i])
		}
		if n := len(b.Members); n > 0 {
			most = max(most, farthest(sum.times(1/float64(n)), b.Centre))
		}
	}
	for j, at := range p.StatementPositions {
		most = max(most, farthest(again.StatementPositions[j], at))
	}
	return &most
}

func farthest(a, b vec2) float64 { return max(math.Abs(a[0]-b[0]), math.Abs(a[1]-b[1])) }

// coldGroups compares the published groups with those found among the published
// base clusters from a cold start, by base clusters.
func coldGroups(p *ParityMap) *float64 {
	published := map[int]int{}
	for g := range p.Groups {
		for _, id := range p.Groups[g].Base {
			published[id] = g
		}
	}
	found := map[int]int{}
	for g, c := range parityKMeans(basePoints(p.Base), len(p.Groups), nil, parityGroupRounds) {
		for _, id := range c.Members {
			found[id] = g
		}
	}
	var a, b []int
	for _, c := range p.Base {
		if g, ok := published[c.ID]; ok {
			a, b = append(a, g), append(b, found[c.ID])
		}
	}
	return new(AdjustedRand(a, b))
}

// listDifference is at least 1 for lists of different statements.
func listDifference[T any](again, published []T, difference func(a, b T) float64) float64 {
	if len(again) != len(published) {
		return 1
	}
	var most float64
	for i := range again {
		most = max(most, difference(again[i], published[i]))
	}
	return most
}

func statementDifference(a, b ParityStatement) float64 {
	d := max(math.Abs(float64(a.Success-b.Success)), math.Abs(float64(a.Trials-b.Trials)), math.Abs(a.P-b.P),
		math.Abs(a.Z-b.Z), math.Abs(a.Ratio-b.Ratio), math.Abs(a.RatioZ-b.RatioZ))
	if a.Statement != b.Statement || a.Agree != b.Agree || a.BestAgree != b.BestAgree {
		return max(d, 1)
	}
	return d
}

func consensusDifference(a, b ParityConsensus) float64 {
	d := max(math.Abs(float64(a.Success-b.Success)), math.Abs(float64(a.Trials-b.Trials)), math.Abs(a.P-b.P), math.Abs(a.Z-b.Z))
	if a.Statement != b.Statement {
		return max(d, 1)
	}
	return d
}
