package opinion

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestEigenSymmetric(t *testing.T) {
	for _, m := range []mat2{{2, 0, 0, 1}, {1, 0, 0, 2}, {1, 1, 1, 1}, {3, -2, -2, 5}, {0, 0, 0, 0}, identity2(4)} {
		values, r := m.eigenSymmetric()
		back := r.mul(mat2{values[0], 0, 0, values[1]}).mul(r.transpose())
		for i := range back {
			if math.Abs(back[i]-m[i]) > 1e-12 {
				t.Errorf("%v: values %v and vectors %v make %v", m, values, r, back)
				break
			}
		}
		if values[0] < values[1] {
			t.Errorf("%v: values %v are not in order", m, values)
		}
	}
	if inv, ok := (mat2{4, 7, 2, 6}).inverse(); !ok || math.Abs(inv[0]-0.6) > 1e-15 {
		t.Errorf("inverse %v", inv)
	}
	if _, ok := (mat2{1, 2, 2, 4}).inverse(); ok {
		t.Error("a singular matrix has an inverse")
	}
}

func TestAdjustedRand(t *testing.T) {
	cases := []struct {
		a, b []int
		want float64
	}{
		{[]int{0, 0, 1, 1}, []int{5, 5, 2, 2}, 1},
		{[]int{0, 0, 1, 1}, []int{0, 1, 0, 1}, -0.5},
		{[]int{0, 0, 1, 1}, []int{0, 0, 1, 2}, 4.0 / 7},
		{[]int{0, 0, 1, 1, -1, 0}, []int{1, 1, 0, 0, 0, -1}, 1},
		{[]int{0, 0, 0}, []int{1, 1, 1}, 1},
		{[]int{0, 0, 0}, []int{0, 1, 2}, 0},
		{nil, nil, 1},
	}
	for _, c := range cases {
		if got := AdjustedRand(c.a, c.b); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v and %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestSilhouette(t *testing.T) {
	points := []vec2{{0, 0}, {0, 1}, {4, 0}, {4, 1}, {100, 0}}
	b := (4 + math.Sqrt(17)) / 2 // from each of the four to the other pair; the fifth is alone
	if got := silhouette(points, []int{0, 0, 1, 1, 2}); math.Abs(got-4*(b-1)/b/5) > 1e-15 {
		t.Errorf("silhouette %v", got)
	}
	if got := silhouette(points, make([]int, 5)); got != 0 {
		t.Errorf("one group has silhouette %v", got)
	}
	if got := silhouette([]vec2{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, []int{0, 0, 1, 1}); got != 0 {
		t.Errorf("points in one place have silhouette %v", got)
	}
}

// clouds are three clouds of points with their labels.
func clouds(n int) ([]vec2, []int) {
	draw := rand.New(rand.NewPCG(3, 4))
	var points []vec2
	var labels []int
	for i := range n {
		g := i % 3
		points = append(points, vec2{float64(g*5) + draw.NormFloat64(), float64(g*g) + draw.NormFloat64()})
		labels = append(labels, g)
	}
	return points, labels
}

func TestKMeansFindsClouds(t *testing.T) {
	points, labels := clouds(300)
	c, err := kmeans(context.Background(), points, nil, 3, 10, 7)
	if err != nil {
		t.Fatal(err)
	}
	if ari := AdjustedRand(c.labels, labels); ari < 0.9 {
		t.Errorf("ARI %v to the clouds", ari)
	}
	again, _ := kmeans(context.Background(), points, nil, 3, 10, 7)
	if !slices.Equal(c.labels, again.labels) || c.cost != again.cost {
		t.Error("the same seed gives other groups")
	}
}

func TestAWeightOfTwoIsTwoPoints(t *testing.T) {
	points, _ := clouds(90)
	starts := []vec2{points[0], points[1], points[2]}
	weights := slices.Repeat([]float64{2}, len(points))
	weighted, _ := lloyd(context.Background(), points, weights, starts, 100)
	doubled, _ := lloyd(context.Background(), append(slices.Clone(points), points...), nil, starts, 100)
	for g := range starts {
		if weighted.centres[g].dist2(doubled.centres[g]) > 1e-24 {
			t.Errorf("centre %v, want %v", weighted.centres[g], doubled.centres[g])
		}
	}
}

func TestKMeansOfFewPositions(t *testing.T) {
	points := slices.Repeat([]vec2{{1, 2}, {3, 4}}, 20)
	c, err := kmeans(context.Background(), points, nil, 5, 3, 1)
	if err != nil || len(c.centres) != 2 || c.cost != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := kmeans(context.Background(), nil, nil, 2, 3, 1); err != nil || len(c.labels) != 0 {
		t.Errorf("no points: %+v, %v", c, err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := kmeans(cancelled, points, nil, 2, 3, 1); err == nil {
		t.Error("a cancelled run goes on")
	}
}
