package opinion

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestRouterLogsTheChanceItDrawsWith(t *testing.T) {
	c := converse(t, Simulation{People: 80, Statements: 12, Groups: 2, Seed: 3, VotesEach: 5})
	person := c.Votes.AddPerson("newcomer")
	c.Votes.Set(person, 2, Agree)
	c.Votes.Set(person, 3, Skipped)
	c.Votes.SetModeration(4, Moderation{State: Rejected})
	r := &Router{Map: mapOf(t, c.Votes, MapOptions{}), Votes: c.Votes}
	chances := r.Chances(person)
	if len(chances) != 9 {
		t.Fatalf("%d statements of 12, one voted on, one skipped, one rejected", len(chances))
	}
	var sum float64
	want := map[int]float64{}
	for _, c := range chances {
		sum += c.Probability
		want[c.Statement] = c.Probability
		if c.Probability < evenPart/9 {
			t.Errorf("statement %d has a chance of %v", c.Statement, c.Probability)
		}
		for _, x := range []float64{c.Position, c.Opinion, c.Newness} {
			if !(x >= 0 && x <= 1) {
				t.Errorf("%+v", c)
			}
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("chances add up to %v", sum)
	}
	const draws = 20_000
	got := map[int]float64{}
	rnd := rand.New(rand.NewPCG(1, 1))
	for range draws {
		d, ok := r.Next(person, rnd)
		if !ok || d.Probability != want[d.Statement] {
			t.Fatalf("%+v, want the chance %v", d, want[d.Statement])
		}
		got[d.Statement]++
	}
	for j, q := range want {
		if sd := math.Sqrt(q * (1 - q) / draws); math.Abs(got[j]/draws-q) > 5*sd {
			t.Errorf("statement %d was drawn %v times, its chance is %v", j, got[j]/draws, q)
		}
	}
}

// TestRouterKnowsNoPopularity swaps agree and disagree.
func TestRouterKnowsNoPopularity(t *testing.T) {
	c := converse(t, Simulation{People: 90, Statements: 15, Groups: 2, Seed: 4, VotesEach: 6})
	swapped := New()
	for j := range c.Votes.Statements() {
		swapped.AddStatement(c.Votes.StatementID(j))
	}
	for i := range c.Votes.People() {
		swapped.AddPerson(c.Votes.PersonID(i))
		for j, v := range c.Votes.Row(i) {
			swapped.Set(i, j, -v)
		}
	}
	a, b := &Router{Map: mapOf(t, c.Votes, MapOptions{}), Votes: c.Votes}, &Router{Map: mapOf(t, swapped, MapOptions{}), Votes: swapped}
	for i := range c.Votes.People() {
		other := b.Chances(i)
		for at, x := range a.Chances(i) {
			if math.Abs(x.Probability-other[at].Probability) > 1e-6 {
				t.Fatalf("person %d, statement %d: %v, swapped %v", i, x.Statement, x.Probability, other[at].Probability)
			}
		}
	}
}

// TestRouterLearnsMoreThanEvenDraws lets newcomers meet statements of a known map
// and compares what is uncertain of their places.
func TestRouterLearnsMoreThanEvenDraws(t *testing.T) {
	c := converse(t, Simulation{People: 300, Statements: 60, Groups: 2, Seed: 6, VotesEach: 30})
	m := mapOf(t, c.Votes, MapOptions{})
	r := &Router{Map: m, Votes: c.Votes, Position: 1}
	rnd := rand.New(rand.NewPCG(2, 2))
	uncertain := func(wish float64) float64 {
		var sum float64
		r.Position, r.Opinion = wish, 1e-12
		for n := range 40 {
			person := c.Votes.AddPerson(string(rune('A'+n)) + string(rune('a'+int(wish))))
			for range 8 {
				d, _ := r.Next(person, rnd)
				c.Votes.Set(person, d.Statement, Agree)
			}
			p := m.Place(c.Votes.Row(person))
			sum += (p.XX + p.YY) / 40
		}
		return sum
	}
	even, routed := uncertain(0), uncertain(1)
	t.Logf("mean trace of the covariance after 8 votes: drawn evenly %.3f, routed %.3f", even, routed)
	if routed > 0.95*even {
		t.Errorf("%.3f is not well below %.3f", routed, even)
	}
}

func TestRouterWithoutMapOrStatements(t *testing.T) {
	v := New()
	person := v.AddPerson("a")
	r := &Router{Votes: v}
	if _, ok := r.Next(person, rand.New(rand.NewPCG(1, 1))); ok {
		t.Error("there is nothing to show")
	}
	v.SetModeration(v.AddStatement("open"), Moderation{})
	accepted := v.AddStatement("accepted")
	v.SetModeration(accepted, Moderation{State: Accepted})
	r.AcceptedOnly = true
	if d, ok := r.Next(person, rand.New(rand.NewPCG(1, 1))); !ok || d.Statement != accepted || d.Probability != 1 {
		t.Errorf("%+v", d)
	}
}
