package opinion

import (
	"errors"
	"math"
	"testing"
)

func converse(t testing.TB, s Simulation) *Simulated {
	t.Helper()
	c, err := s.Draw()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSimulationRepeatsItself(t *testing.T) {
	s := Simulation{People: 60, Statements: 30, Groups: 3, Seed: 7, Passes: 0.1, Skips: 0.1, Exposure: Pleasing, Bloc: 5}
	a, b := converse(t, s), converse(t, s)
	if a.Votes.Cast() == 0 || a.Votes.Cast() != b.Votes.Cast() || len(a.Displays) != len(b.Displays) {
		t.Fatalf("%d and %d votes, %d and %d displays", a.Votes.Cast(), b.Votes.Cast(), len(a.Displays), len(b.Displays))
	}
	for i := range a.Votes.People() {
		for j, vote := range a.Votes.Row(i) {
			if other, ok := b.Votes.Vote(i, j); !ok || other != vote {
				t.Fatalf("person %d says %v and %v to statement %d", i, vote, other, j)
			}
		}
	}
	s.Seed++
	if c := converse(t, s); c.Votes.Cast() == a.Votes.Cast() && c.Support[0] == a.Support[0] {
		t.Error("another seed gives the same conversation")
	}
}

// TestSimulationTellsTheTruth holds the votes of a large conversation to the
// support that it says it drew them from.
func TestSimulationTellsTheTruth(t *testing.T) {
	c := converse(t, Simulation{People: 4000, Statements: 12, Groups: 2, Seed: 1, Passes: 0.15, VotesEach: 12})
	for j, support := range c.Support {
		n := c.Votes.Counts(j)
		share := float64(n.Agree) / float64(n.Cast())
		if sd := math.Sqrt(support * (1 - support) / float64(n.Cast())); math.Abs(share-support) > 4*sd {
			t.Errorf("statement %d: %.3f agree, support is %.3f", j, share, support)
		}
		if pass := float64(n.Pass) / float64(n.Cast()); math.Abs(pass-0.15) > 0.04 {
			t.Errorf("statement %d: %.3f pass", j, pass)
		}
	}
}

func TestBlocVotesAsOne(t *testing.T) {
	c := converse(t, Simulation{People: 20, Statements: 10, Seed: 2, Bloc: 8})
	const first = 20
	for i := range c.Votes.People() {
		if c.Groups[i] >= 0 {
			continue
		}
		for j := range c.Votes.Statements() {
			a, _ := c.Votes.Vote(first, j)
			if b, voted := c.Votes.Vote(i, j); !voted || a != b {
				t.Fatalf("%s says %v to statement %d, the first said %v", c.Votes.PersonID(i), b, j, a)
			}
		}
	}
}

func TestSimulationRefusesWhatIsNone(t *testing.T) {
	good := Simulation{People: 10, Statements: 5}
	for _, change := range []func(*Simulation){
		func(s *Simulation) { s.People = 0 },
		func(s *Simulation) { s.Statements = -1 },
		func(s *Simulation) { s.Bloc = -1 },
		func(s *Simulation) { s.Passes = 1 },
		func(s *Simulation) { s.Skips = math.NaN() },
		func(s *Simulation) { s.Distance = math.Inf(1) },
		func(s *Simulation) { s.Spread = -1 },
	} {
		s := good
		change(&s)
		var fault *Fault
		if _, err := s.Draw(); !errors.As(err, &fault) || fault.Code != BadOption {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
