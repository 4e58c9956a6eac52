package opinion

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func mapOf(t rapid.TB, v *Votes, opts MapOptions) *Map {
	t.Helper()
	m, err := NewMap(context.Background(), v, opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ballot is one vote by ids.
type ballot struct {
	person, statement string
	vote              Vote
}

func ballots(v *Votes) []ballot {
	var list []ballot
	for i := range v.People() {
		for j, x := range v.Row(i) {
			list = append(list, ballot{v.PersonID(i), v.StatementID(j), x})
		}
	}
	return list
}

func fromBallots(list []ballot) *Votes {
	v := New()
	for _, b := range list {
		v.Set(v.AddPerson(b.person), v.AddStatement(b.statement), b.vote)
	}
	return v
}

// drawVotes draws a small conversation, often a degenerate one.
func drawVotes(t *rapid.T) *Votes {
	v := New()
	for j := range rapid.IntRange(1, 12).Draw(t, "statements") {
		v.AddStatement(fmt.Sprint("s", j))
	}
	votes := rapid.SampledFrom([]*rapid.Generator[Vote]{
		rapid.SampledFrom([]Vote{Disagree, Pass, Agree}), rapid.Just(Agree), rapid.Just(Pass), rapid.Just(Skipped),
	}).Draw(t, "kind of votes")
	for i := range rapid.IntRange(1, 30).Draw(t, "people") {
		u := v.AddPerson(fmt.Sprint("p", i))
		for j := range v.Statements() {
			if rapid.Bool().Draw(t, "voted") {
				v.Set(u, j, votes.Draw(t, "vote"))
			}
		}
	}
	return v
}

// sameMaps compares two maps by ids.
func sameMaps(t rapid.TB, a, b *Map, within float64) {
	t.Helper()
	differ := func(x, y float64) bool { return !(math.Abs(x-y) <= within) }
	other := map[string]int{}
	for i, id := range b.PersonIDs {
		other[id] = i
	}
	for i, id := range a.PersonIDs {
		p, q := a.Positions[i], b.Positions[other[id]]
		if differ(p.X, q.X) || differ(p.Y, q.Y) || differ(p.XX, q.XX) || differ(p.XY, q.XY) || differ(p.YY, q.YY) {
			t.Fatalf("person %s stands at %v and at %v", id, p, q)
		}
	}
	for j, id := range a.StatementIDs {
		o := slices.Index(b.StatementIDs, id)
		if differ(a.Mean[j], b.Mean[o]) || differ(a.Loadings[j].X, b.Loadings[o].X) || differ(a.Loadings[j].Y, b.Loadings[o].Y) {
			t.Fatalf("statement %s: %v %v and %v %v", id, a.Mean[j], a.Loadings[j], b.Mean[o], b.Loadings[o])
		}
	}
	if differ(a.Noise, b.Noise) {
		t.Fatalf("noise %v and %v", a.Noise, b.Noise)
	}
}

func checkFinite(t rapid.TB, m *Map) {
	t.Helper()
	all := []float64{m.Noise, m.Acquiescence[0], m.Acquiescence[1]}
	all = append(append(all, m.Mean...), m.Effect...)
	for _, l := range m.Loadings {
		all = append(all, l.X, l.Y)
	}
	for i, p := range m.Positions {
		all = append(all, p.X, p.Y, p.XX, p.XY, p.YY)
		if !(p.XX >= 0 && p.YY >= 0 && p.XX*p.YY >= p.XY*p.XY) {
			t.Fatalf("the covariance %v of person %d is none", p, i)
		}
	}
	for _, x := range all {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Fatalf("a map with %v", x)
		}
	}
}

func TestTheOrderOfVotesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawVotes(t)
		free := rapid.Bool().Draw(t, "acquiescence-free")
		list := ballots(v)
		if len(list) == 0 {
			if _, err := NewMap(context.Background(), v, MapOptions{}); err == nil {
				t.Fatal("a map without votes")
			}
			return
		}
		v = fromBallots(list)
		shuffled := fromBallots(rapid.Permutation(list).Draw(t, "order"))
		a, b := mapOf(t, v, MapOptions{AcquiescenceFree: free}), mapOf(t, shuffled, MapOptions{AcquiescenceFree: free})
		sameMaps(t, a, b, 1e-9)
		checkFinite(t, a)
	})
}

func TestTheNumberOfCoresDoesNotMatter(t *testing.T) {
	v, _ := crowd{people: 3000, statements: 60, each: 30, camps: 3, seed: 2}.votes()
	if n := chunksOf(v.Cast()); n < 2 {
		t.Fatal("too few votes to be cut into chunks")
	}
	many := mapOf(t, v, MapOptions{Rounds: 5})
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	sameMaps(t, many, mapOf(t, v, MapOptions{Rounds: 5}), 0)
}

func TestAPersonOfWeightTwoIsTwoPeople(t *testing.T) {
	v, _ := crowd{people: 60, statements: 12, each: 9, camps: 2, seed: 3}.votes()
	v = fromBallots(ballots(v))
	weighted, cloned := fromBallots(ballots(v)), fromBallots(ballots(v))
	for i := 0; i < v.People(); i += 3 {
		if err := weighted.SetWeight(i, 2); err != nil {
			t.Fatal(err)
		}
		for j, x := range v.Row(i) {
			cloned.Set(cloned.AddPerson(v.PersonID(i)+" again"), j, x)
		}
	}
	sameMaps(t, mapOf(t, weighted, MapOptions{}), mapOf(t, cloned, MapOptions{}), 1e-9)
}

func TestAMapRecoversTheCamps(t *testing.T) {
	v, camps := crowd{people: 400, statements: 40, each: 25, camps: 3, seed: 4}.votes()
	m := mapOf(t, v, MapOptions{})
	var points []vec2
	for _, p := range m.Positions {
		points = append(points, vec2{p.X, p.Y})
	}
	c, err := kmeans(context.Background(), points, nil, 3, 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	if ari := AdjustedRand(c.labels, camps); ari < 0.95 {
		t.Errorf("ARI %v to the camps the votes came from", ari)
	}
	var cross, first, second float64
	for _, l := range m.Loadings {
		cross += l.X * l.Y
		first += l.X * l.X
		second += l.Y * l.Y
	}
	if math.Abs(cross) > 1e-9*first || second > first {
		t.Errorf("WᵀW is %v %v %v", first, cross, second)
	}
}

// TestUncertaintyFallsWithVotes: who said nothing stands at the centre with the
// covariance of the population; each vote tells more.
func TestUncertaintyFallsWithVotes(t *testing.T) {
	v, _ := crowd{people: 200, statements: 30, each: 20, camps: 2, seed: 5}.votes()
	silent, busy := v.AddPerson("silent"), v.AddPerson("busy")
	for j := range 30 {
		v.Set(busy, j, Agree)
	}
	m := mapOf(t, v, MapOptions{})
	if p := m.Positions[silent]; (p != Position{XX: 1, YY: 1}) {
		t.Errorf("who said nothing stands at %v", p)
	}
	last := 2.0
	for n := range 30 {
		p := m.Place(func(yield func(int, Vote) bool) {
			for j := range n {
				if !yield(j, Agree) {
					return
				}
			}
		})
		if trace := p.XX + p.YY; trace > last || p.Votes != n {
			t.Fatalf("after %d votes the uncertainty is %v, before %v", n, trace, last)
		} else {
			last = trace
		}
	}
}

func TestPlaceAgreesWithTheMap(t *testing.T) {
	v, _ := crowd{people: 100, statements: 20, each: 12, camps: 2, seed: 6}.votes()
	v.SetModeration(3, Moderation{State: Rejected})
	v.SetModeration(5, Moderation{Meta: true})
	for _, free := range []bool{false, true} {
		m := mapOf(t, v, MapOptions{AcquiescenceFree: free})
		if m.Included[3] || m.Included[5] || !m.Included[4] || m.Loadings[3] != (Point{}) {
			t.Error("statements moderated out are in the map")
		}
		for i, p := range m.Positions {
			q := m.Place(v.Row(i))
			if math.Hypot(p.X-q.X, p.Y-q.Y) > 1e-12 || math.Abs(p.XX-q.XX) > 1e-12 || p.Votes != q.Votes {
				t.Fatalf("person %d stands at %v and is placed at %v", i, p, q)
			}
		}
	}
	if p := mapOf(t, v, MapOptions{}).Place(func(yield func(int, Vote) bool) { yield(99, Agree) }); p.Votes != 0 {
		t.Error("a statement that came after the map counts in it")
	}
}

func TestRefreshFollowsTheVotes(t *testing.T) {
	v, _ := crowd{people: 400, statements: 40, each: 20, camps: 3, seed: 7}.votes()
	before := mapOf(t, v, MapOptions{})
	same, err := before.Refresh(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range before.Positions {
		if q := same.Positions[i]; math.Hypot(p.X-q.X, p.Y-q.Y) > 0.05 {
			t.Fatalf("without a new vote person %d moves from %v to %v", i, p, q)
		}
	}
	draw := rand.New(rand.NewPCG(1, 1))
	fresh := v.AddStatement("fresh")
	for range 200 {
		v.Set(draw.IntN(v.People()), draw.IntN(40), Vote(draw.IntN(3)-1))
		v.Set(draw.IntN(v.People()), fresh, Agree)
	}
	refreshed, err := before.Refresh(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	anew := mapOf(t, v, MapOptions{Previous: before})
	for i, p := range anew.Positions {
		if q := refreshed.Positions[i]; math.Hypot(p.X-q.X, p.Y-q.Y) > 0.15 {
			t.Fatalf("person %d is refreshed to %v and stands at %v", i, q, p)
		}
	}
	if !refreshed.Included[fresh] {
		t.Error("a new statement is not in the refreshed map")
	}
}

func TestAlignmentUndoesATurn(t *testing.T) {
	v, _ := crowd{people: 100, statements: 20, each: 12, camps: 3, seed: 8}.votes()
	plain := mapOf(t, v, MapOptions{})
	for _, turn := range []mat2{{0, 1, -1, 0}, {-1, 0, 0, 1}, {0.6, 0.8, 0.8, -0.6}, {0.6, -0.8, 0.8, 0.6}} {
		published := &Map{StatementIDs: plain.StatementIDs, Included: plain.Included}
		for _, l := range plain.Loadings {
			x := turn.apply(vec2{l.X, l.Y})
			published.Loadings = append(published.Loadings, Point{x[0], x[1]})
		}
		for j, l := range mapOf(t, v, MapOptions{Previous: published}).Loadings {
			if o := published.Loadings[j]; math.Hypot(l.X-o.X, l.Y-o.Y) > 1e-9 {
				t.Fatalf("turned by %v, statement %d loads %v, published %v", turn, j, l, o)
			}
		}
	}
	if m := mapOf(t, v, MapOptions{Previous: &Map{}}); m.Loadings[0] != plain.Loadings[0] {
		t.Error("a published map without statements turns the new one")
	}
}

// TestAcquiescenceIsSeenAndTakenOut: half of the people agree to whatever is
// asked, half to nothing, beside two camps.
func TestAcquiescenceIsSeenAndTakenOut(t *testing.T) {
	draw := rand.New(rand.NewPCG(9, 9))
	v := New()
	camps := make([]int, 300)
	for i := range camps {
		u := v.AddPerson(fmt.Sprint(i))
		tends := float64(i%2)*3 - 1.5
		camps[i] = i / 2 % 2
		for j := range 30 {
			side := float64((j+camps[i])%2)*1.6 - 0.8
			x := side + tends + 0.5*draw.NormFloat64()
			v.Set(u, v.AddStatement(fmt.Sprint(j)), Vote(math.Round(min(max(x, -1), 1))))
		}
	}
	with := mapOf(t, v, MapOptions{})
	free := mapOf(t, v, MapOptions{AcquiescenceFree: true})
	if !with.Acquiescent() || math.Abs(with.Acquiescence[0]) < 0.9 || math.Abs(free.Acquiescence[0]) > 0.3 {
		t.Errorf("correlation with the mean vote: %v, in the acquiescence-free map %v", with.Acquiescence, free.Acquiescence)
	}
	label := make([]int, len(camps))
	for i, p := range free.Positions {
		if p.X > 0 {
			label[i] = 1
		}
	}
	if ari := AdjustedRand(label, camps); ari < 0.95 {
		t.Errorf("the first axis of the acquiescence-free map parts the camps with ARI %v", ari)
	}
	if ends, _ := free.Ends(0, 3); len(ends) != 3 {
		t.Errorf("statements at the low end: %v", ends)
	}
}

func TestMapsOfOddConversations(t *testing.T) {
	fill := func(people, statements int, vote func(u, j int) Vote) *Votes {
		v := New()
		for u := range people {
			for j := range statements {
				v.Set(v.AddPerson(fmt.Sprint("p", u)), v.AddStatement(fmt.Sprint("s", j)), vote(u, j))
			}
		}
		return v
	}
	some, _ := crowd{people: 100, statements: 10, each: 8, camps: 2, seed: 10}.votes()
	for u := range 1000 { // ten votes each, all alike, from one script
		for j := range 10 {
			some.Set(some.AddPerson(fmt.Sprint("script", u)), j, Agree)
		}
	}
	cases := map[string]*Votes{
		"one participant":      fill(1, 20, func(_, j int) Vote { return Vote(j%3 - 1) }),
		"one statement":        fill(60, 1, func(u, _ int) Vote { return Vote(u%3 - 1) }),
		"all agree":            fill(60, 20, func(_, _ int) Vote { return Agree }),
		"all pass":             fill(60, 20, func(_, _ int) Vote { return Pass }),
		"unanimous each":       fill(60, 20, func(_, j int) Vote { return Vote(j%3 - 1) }),
		"two opposed bodies":   fill(60, 20, func(u, _ int) Vote { return Vote(u%2*2 - 1) }),
		"10,000 from a script": some,
	}
	for name, v := range cases {
		v.AddStatement("nobody voted on this")
		v.AddPerson("nobody")
		for _, free := range []bool{false, true} {
			m := mapOf(t, v, MapOptions{AcquiescenceFree: free})
			checkFinite(t, m)
			g, err := FindGroups(context.Background(), v, m, GroupOptions{Refits: 5})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			alike := name != "two opposed bodies" && name != "10,000 from a script"
			if alike && g.K != 1 {
				t.Errorf("%s (acquiescence-free %v): %d groups, %+v", name, free, g.K, g.Stability)
			}
			if name == "two opposed bodies" && !free && g.K != 2 {
				t.Errorf("%s: %d groups, %+v", name, g.K, g.Stability)
			}
		}
	}
	weightless := fromBallots(ballots(some))
	for i := range weightless.People() {
		if err := weightless.SetWeight(i, 0); err != nil {
			t.Fatal(err)
		}
	}
	m := mapOf(t, weightless, MapOptions{})
	checkFinite(t, m)
	if g := groupsOf(t, weightless, m, GroupOptions{K: 2, Refits: 1}); g.K != 1 || g.Eligible != 0 {
		t.Errorf("%d groups of %d people without weight", g.K, g.Eligible)
	}
	if _, err := NewMap(context.Background(), New(), MapOptions{}); err == nil {
		t.Error("a map of nothing")
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := NewMap(stopped, some, MapOptions{}); err != context.Canceled {
		t.Errorf("a stopped fit says %v", err)
	}
}
