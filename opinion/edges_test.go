package opinion

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// crowdOf is a map and two groups with people at these places on the first axis.
func crowdOf(places []float64) (*Votes, *Map, *Groups) {
	v, m := New(), &Map{}
	g := &Groups{K: 2, Groups: []Group{{Centre: Point{X: 1}}, {Centre: Point{X: -1}}}}
	for i, x := range places {
		v.AddPerson(fmt.Sprint(i))
		m.Positions = append(m.Positions, Position{Point: Point{X: x}})
		label := 0
		if x < 0 {
			label = 1
		}
		g.Label = append(g.Label, label)
	}
	return v, m, g
}

func TestEdgesOfKnownCrowds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name  string
		place func() float64
		want  float64
	}{
		{"a normal crowd", rnd.NormFloat64, 2 / math.Pi},
		{"an even crowd", func() float64 { return 2*rnd.Float64() - 1 }, 0.75},
		{"two points", func() float64 { return float64(2*rnd.IntN(2) - 1) }, 1},
	} {
		var places []float64
		for range 20_000 {
			places = append(places, c.place())
		}
		v, m, g := crowdOf(places)
		edges := g.Edges(v, m)
		if len(edges) != 1 || math.Abs(edges[0].Size-c.want) > 0.01 {
			t.Errorf("%s: %+v, want %.2f", c.name, edges, c.want)
		}
		if Separate(edges) != (c.want > Apart) {
			t.Errorf("%s: separate %v", c.name, Separate(edges))
		}
	}
	v, m, g := crowdOf([]float64{1, 1, 1})
	if edges := g.Edges(v, m); edges[0].Size != 0 || Separate(edges) || Separate(nil) {
		t.Errorf("people in one place: %+v", edges)
	}
}

func TestEdgesDoNotDependOnWhoCameFirst(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	var places []float64
	for range 500 {
		places = append(places, rnd.NormFloat64())
	}
	v, m, g := crowdOf(places)
	turned, tm, tg := New(), &Map{}, &Groups{K: g.K, Groups: g.Groups}
	for i := len(places) - 1; i >= 0; i-- {
		turned.AddPerson(v.PersonID(i))
		tm.Positions = append(tm.Positions, m.Positions[i])
		tg.Label = append(tg.Label, g.Label[i])
	}
	if a, b := g.Edges(v, m)[0].Size, tg.Edges(turned, tm)[0].Size; a != b {
		t.Errorf("edge %v, and %v with the same people in another order", a, b)
	}
}

// TestStableGroupsWithoutAGapAreToldApart: both conversations show stable groups,
// one of them has none.
func TestStableGroupsWithoutAGapAreToldApart(t *testing.T) {
	for _, c := range []struct {
		simulation Simulation
		separate   bool
	}{
		{Simulation{People: 400, Statements: 40, Groups: 2, Distance: 4, Shared: 0.25, VotesEach: 25, Seed: 1}, true},
		{Simulation{People: 400, Statements: 40, Spread: 1, VotesEach: 25, Seed: 1}, false},
	} {
		s := converse(t, c.simulation)
		m := mapOf(t, s.Votes, MapOptions{})
		g, err := FindGroups(context.Background(), s.Votes, m, GroupOptions{K: 2, Refits: 5})
		if err != nil {
			t.Fatal(err)
		}
		if g.Stability[0].ARI < stable {
			t.Errorf("%+v: the cut is not stable, %.2f", c.simulation, g.Stability[0].ARI)
		}
		if edges := g.Edges(s.Votes, m); Separate(edges) != c.separate {
			t.Errorf("%+v: %+v", c.simulation, edges)
		}
	}
}
