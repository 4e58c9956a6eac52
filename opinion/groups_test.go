package opinion

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func groupsOf(t rapid.TB, v *Votes, m *Map, opts GroupOptions) *Groups {
	t.Helper()
	g, err := FindGroups(context.Background(), v, m, opts)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGroupsThatAreThereAreFound(t *testing.T) {
	for camps := 2; camps <= 3; camps++ {
		v, camp := crowd{people: 300, statements: 40, each: 25, camps: camps, seed: 11}.votes() // of two camps the second axis is noise
		m := mapOf(t, v, MapOptions{})
		g := groupsOf(t, v, m, GroupOptions{Refits: 10})
		if g.Stability[camps-2].ARI < 0.9 {
			t.Errorf("%d camps have stability %v", camps, g.Stability)
		}
		g = groupsOf(t, v, m, GroupOptions{K: camps, NoRefits: true})
		if ari := AdjustedRand(g.Label, camp); ari < 0.85 {
			t.Errorf("ARI %v to %d camps", ari, camps)
		}
		share := 0.0
		for i, group := range g.Groups {
			share += group.Share
			if i > 0 && group.Share > g.Groups[i-1].Share {
				t.Error("groups are not in the order of their weight")
			}
		}
		if math.Abs(share-1) > 1e-12 {
			t.Errorf("the shares sum to %v", share)
		}
	}
}

func TestStructurelessVotesHaveNoGroups(t *testing.T) {
	shown := 0
	for seed := range uint64(20) {
		v, _ := crowd{people: 60 + 10*int(seed), statements: 30, each: 15, seed: seed}.votes()
		if g := groupsOf(t, v, mapOf(t, v, MapOptions{}), GroupOptions{Refits: 8}); g.K > 1 {
			shown++
		}
	}
	if shown > 1 {
		t.Errorf("groups in %d of 20 conversations that have none", shown)
	}
}

func TestFewPeopleHaveNoGroups(t *testing.T) {
	v, _ := crowd{people: 49, statements: 40, each: 30, camps: 2, seed: 12}.votes()
	m := mapOf(t, v, MapOptions{})
	if g := groupsOf(t, v, m, GroupOptions{}); g.K != 1 || g.Stability[0].ARI < stable || g.Eligible >= enoughPeople {
		t.Errorf("%d groups of %d people, stability %v", g.K, g.Eligible, g.Stability)
	}
}

func TestTheOrderOfVotesDoesNotMatterToGroups(t *testing.T) {
	v, _ := crowd{people: 120, statements: 20, each: 12, camps: 3, seed: 13}.votes()
	list := ballots(v)
	v = fromBallots(list)
	rapid.Check(t, func(t *rapid.T) {
		w := fromBallots(rapid.Permutation(list).Draw(t, "order"))
		a := groupsOf(t, v, mapOf(t, v, MapOptions{}), GroupOptions{Refits: 1})
		b := groupsOf(t, w, mapOf(t, w, MapOptions{}), GroupOptions{Refits: 1})
		if a.K != b.K || !slices.Equal(a.Stability, b.Stability) {
			t.Fatalf("%d groups, %v, became %d, %v", a.K, a.Stability, b.K, b.Stability)
		}
		for i, g := range a.Label {
			if o, _ := w.Person(v.PersonID(i)); b.Label[o] != g {
				t.Fatalf("person %s is in group %d and in %d", v.PersonID(i), g, b.Label[o])
			}
		}
	})
}

func TestHysteresis(t *testing.T) {
	h := Hysteresis{}
	for n, step := range []struct{ favoured, shown int }{
		{2, 2}, {3, 2}, {3, 2}, {2, 2}, {3, 2}, {4, 2}, {3, 2}, {3, 2}, {3, 3}, {1, 3}, {1, 3}, {1, 1}, {1, 1},
	} {
		if h = h.Next(step.favoured); h.K != step.shown {
			t.Fatalf("publication %d favours %d and shows %d, want %d", n, step.favoured, h.K, step.shown)
		}
	}
}

func TestMembershipIsSoft(t *testing.T) {
	v, _ := crowd{people: 300, statements: 40, each: 25, camps: 2, seed: 14}.votes()
	m := mapOf(t, v, MapOptions{})
	g := groupsOf(t, v, m, GroupOptions{K: 2, NoRefits: true})
	sure := 0
	for i, p := range m.Positions {
		member := g.Membership(p)
		if sum := member[0] + member[1]; math.Abs(sum-1) > 1e-12 {
			t.Fatalf("chances sum to %v", sum)
		}
		if g.Label[i] >= 0 && member[g.Label[i]] > 0.9 && !Between(member) {
			sure++
		}
	}
	if sure < 250 {
		t.Errorf("only %d of 300 are surely in their group", sure)
	}
	silent := g.Membership(Position{XX: 1, YY: 1})
	if !Between(silent) {
		t.Errorf("who said nothing belongs with %v", silent)
	}
	if far := g.Membership(Position{Point: Point{1e6, -1e6}}); math.IsNaN(far[0]) {
		t.Error("far away there is no membership")
	}
}

// TestWhatSetsGroupsApart: statements on which the camps differ are flagged for
// the right camp and direction, those without a difference hardly ever.
func TestWhatSetsGroupsApart(t *testing.T) {
	v, camp := crowd{people: 300, statements: 40, each: 25, camps: 2, seed: 15}.votes()
	m := mapOf(t, v, MapOptions{})
	g := groupsOf(t, v, m, GroupOptions{K: 2, NoRefits: true})
	list, err := RepresentativeStatements(context.Background(), v, m, g, RepresentativeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 20 {
		t.Fatalf("only %d flagged", len(list))
	}
	for _, r := range list {
		if r.Inside.Share <= 0.5 || r.Inside.Share <= r.Outside.Share || r.Inside.Low > r.Inside.Share || r.Inside.High < r.Inside.Share {
			t.Fatalf("flagged: %+v", r)
		}
		var in, cast float64 // of the camp that is the group
		for i, x := range v.Column(r.Statement) {
			if g.Label[i] == r.Group && camp[i] == camp[slices.Index(g.Label, r.Group)] {
				cast++
				if x == r.Direction {
					in++
				}
			}
		}
		if math.Abs(in/cast-r.Inside.Share) > 0.15 {
			t.Errorf("statement %d: %.2f of the camp, printed %.2f", r.Statement, in/cast, r.Inside.Share)
		}
	}
	flags := 0
	for seed := range uint64(4) {
		w := shuffled(v, seed)
		m := mapOf(t, w, MapOptions{})
		list, err := RepresentativeStatements(context.Background(), w, m, groupsOf(t, w, m, GroupOptions{K: 2, NoRefits: true}), RepresentativeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		flags += len(list)
	}
	if flags > 4*40*4/100 {
		t.Errorf("%d flags in %d pairs of shuffled votes", flags, 4*40*4)
	}
	if list, err := RepresentativeStatements(context.Background(), v, m, &Groups{K: 1}, RepresentativeOptions{}); err != nil || list != nil {
		t.Errorf("without groups: %v, %v", list, err)
	}
}

func TestMatched(t *testing.T) {
	if got := matched([][]float64{{1, 9, 0}, {8, 7, 0}, {2, 3, 0}}); !slices.Equal(got, []int{1, 0, 2}) {
		t.Errorf("names %v", got)
	}
}

func TestBenjaminiHochberg(t *testing.T) {
	var all []Representative
	for _, p := range []float64{0.5, 0.01, 0.049, 0.04, 0.9} {
		all = append(all, Representative{P: p})
	}
	if kept := benjaminiHochberg(all, 0.1); len(kept) != 3 { // 0.049 ≤ 0.1 · 3/5 carries the smaller ones with it
		t.Errorf("kept %v", kept)
	}
	if kept := benjaminiHochberg(nil, 0.1); len(kept) != 0 {
		t.Error("flags of nothing")
	}
}

// twoBodies are two groups of 30: both agree with s0, both disagree with s1, and
// they part on s2; of s3 half of the first group is in favour.
func twoBodies() (*Votes, *Groups) {
	v, g := New(), &Groups{K: 2}
	for u := range 60 {
		i := v.AddPerson(fmt.Sprint("p", u))
		first := u < 30
		g.Label = append(g.Label, map[bool]int{true: 0, false: 1}[first])
		v.Set(i, v.AddStatement("s0"), Agree)
		v.Set(i, v.AddStatement("s1"), Disagree)
		v.Set(i, v.AddStatement("s2"), map[bool]Vote{true: Agree, false: Disagree}[first])
		if first && u%2 == 0 {
			v.Set(i, v.AddStatement("s3"), Pass)
		} else {
			v.Set(i, v.AddStatement("s3"), Agree)
		}
	}
	return v, g
}

func TestCommonGround(t *testing.T) {
	v, g := twoBodies()
	list := CommonGround(v, g)
	if len(list) != 8 {
		t.Fatalf("%d scores", len(list))
	}
	first, second, third := list[0], list[1], list[2]
	if first.Statement != 0 || first.Direction != Agree || !first.Shared || math.Abs(first.Score-31.0/32) > 1e-12 {
		t.Errorf("first: %+v", first)
	}
	if second.Statement != 1 || second.Direction != Disagree || !second.Shared {
		t.Errorf("second: %+v", second)
	}
	if third.Statement != 3 || third.Shared || third.Lowest != 0 || math.Abs(third.Score-math.Sqrt(16.0/32*31/32)) > 1e-12 {
		t.Errorf("third: %+v", third)
	}
	v.SetModeration(0, Moderation{State: Rejected})
	if list := CommonGround(v, g); list[0].Statement == 0 || len(list) != 6 {
		t.Error("a statement moderated out is common ground")
	}
	if CommonGround(v, &Groups{K: 1}) != nil {
		t.Error("common ground of groups that are not there")
	}
}

// TestWeightTwoCountsTwice in common ground, as two people would.
func TestWeightTwoCountsTwice(t *testing.T) {
	v, g := twoBodies()
	w, h := twoBodies()
	if err := v.SetWeight(0, 2); err != nil {
		t.Fatal(err)
	}
	again := w.AddPerson("p0 again")
	h.Label = append(h.Label, 0)
	for j, x := range v.Row(0) {
		w.Set(again, j, x)
	}
	a, b := CommonGround(v, g), CommonGround(w, h)
	for i := range a {
		if a[i].Statement != b[i].Statement || math.Abs(a[i].Score-b[i].Score) > 1e-12 {
			t.Errorf("weighted %+v, twice %+v", a[i], b[i])
		}
	}
}

func TestBridgingFindsWhatBothSidesWant(t *testing.T) {
	v, _ := twoBodies()
	for j := range 6 { // more of what divides, so that there is a factor
		d := v.AddStatement(fmt.Sprint("d", j))
		for u := range 60 {
			v.Set(u, d, Vote(1-2*((u/30+j)%2)))
		}
	}
	b, err := FitBridging(context.Background(), v, BridgingOptions{Bootstraps: 20})
	if err != nil {
		t.Fatal(err)
	}
	at := map[int]Bridge{}
	for _, s := range b.Statements {
		at[s.Statement] = s
		if s.Low > s.Intercept+0.1 || s.High < s.Intercept-0.1 || s.Low > s.High {
			t.Errorf("interval %+v", s)
		}
	}
	if b.Statements[0].Statement != 0 || !at[0].CrossCutting || at[2].CrossCutting {
		t.Errorf("%+v", b.Statements)
	}
	if math.Abs(at[0].Factor) > 0.1 || math.Abs(at[2].Factor) < 0.3 || at[2].Intercept > 0.2 {
		t.Errorf("agreed by all %+v, dividing %+v", at[0], at[2])
	}
	list := ballots(v)
	slices.Reverse(list)
	w := fromBallots(list)
	other, err := FitBridging(context.Background(), w, BridgingOptions{Bootstraps: 20})
	if err != nil {
		t.Fatal(err)
	}
	for n, s := range other.Statements {
		was := b.Statements[n]
		if w.StatementID(s.Statement) != v.StatementID(was.Statement) || math.Abs(s.Intercept-was.Intercept) > 1e-9 || math.Abs(s.Low-was.Low) > 1e-9 {
			t.Fatalf("in the other order %+v, was %+v", s, was)
		}
	}
}

// TestWhateverTheVotesAllNumbersAreFinite, with groups forced on them.
func TestWhateverTheVotesAllNumbersAreFinite(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		v := fromBallots(ballots(drawVotes(t)))
		if v.Cast() == 0 {
			return
		}
		for i := range v.People() {
			if err := v.SetWeight(i, rapid.SampledFrom([]float64{0, 0.2, 1, 5}).Draw(t, "weight")); err != nil {
				t.Fatal(err)
			}
		}
		m := mapOf(t, v, MapOptions{Rounds: 10, AcquiescenceFree: rapid.Bool().Draw(t, "free")})
		checkFinite(t, m)
		g := groupsOf(t, v, m, GroupOptions{K: rapid.IntRange(2, 5).Draw(t, "k"), Refits: 1})
		var numbers []float64
		for _, p := range m.Positions {
			numbers = append(numbers, g.Membership(p)...)
		}
		for _, s := range g.Stability {
			numbers = append(numbers, s.ARI, s.Low, s.High)
		}
		for _, s := range CommonGround(v, g) {
			numbers = append(numbers, s.Score)
			for _, p := range s.Groups {
				numbers = append(numbers, p.Share, p.Low, p.High)
			}
		}
		list, err := RepresentativeStatements(ctx, v, m, g, RepresentativeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			numbers = append(numbers, r.P, r.Inside.Share, r.Outside.Share)
		}
		if b, err := FitBridging(ctx, v, BridgingOptions{Bootstraps: 3}); err == nil {
			numbers = append(numbers, b.Mean)
			for _, s := range b.Statements {
				numbers = append(numbers, s.Intercept, s.Low, s.High, s.Factor)
			}
		}
		for _, x := range numbers {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("%v among the numbers", x)
			}
		}
	})
}
