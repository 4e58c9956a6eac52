package opinion

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// SmallCell is the least number of people a published count may stand for.
const SmallCell = 10

// Bounds of weights, and of how much of the sample must be left after weighting.
const (
	trimWeights   = 5   // no weight above 5 times the mean nor below a fifth of it
	leastEffect   = 0.3 // effective over actual sample size
	rakeRounds    = 200
	rakePrecision = 1e-10
	poolSize      = 10 // people's worth of the common share in a class's share
)

// Margin is what part of the population each class of a kind makes up, by
// published figures, as with the communes and their inhabitants. Figures may be
// counts or parts: only their proportions matter.
type Margin struct {
	Kind       string // as in [Votes.Class]
	Population map[string]float64
}

// Raking is the weights that let those who took part stand for the population.
type Raking struct {
	// Weights of the people, by index, with mean 1; nobody weighs more than five
	// times the mean nor less than a fifth of it. People without a vote weigh 1.
	Weights []float64

	Participants int     // people with a vote
	Effective    float64 // (Σω)² ÷ Σω²: how many unweighted people would tell as much
	Margins      []MarginFit

	// Unfit tells why the map without weights should be shown instead, sorted;
	// empty if weights may be used.
	Unfit []Unfit
}

// Unfit is a reason not to weight. The words are stable.
type Unfit string

// The reasons not to weight.
const (
	TooUneven Unfit = "too_uneven" // effective below 0.3 of the sample
	CellSmall Unfit = "small_cell" // a class with fewer than 10 participants, or none
)

// MarginFit is how the classes of one kind are represented.
type MarginFit struct {
	Kind       string
	Undeclared int // participants who did not say their class; they keep their part
	Classes    []ClassFit
}

// ClassFit is one class: its part of the population, of those participants who
// declared a class, and of them after weighting.
type ClassFit struct {
	Class                        string
	People                       int
	Population, Sample, Weighted float64
}

// Rake weights participants so that the parts of all classes agree with the
// population, one margin after the other until they settle (iterative
// proportional fitting, Deming and Stephan 1940), with weights trimmed to
// [1/5, 5] of their mean. Trimming may leave a difference, which Margins show.
func Rake(v *Votes, margins []Margin) (*Raking, error) {
	r := &Raking{Weights: slices.Repeat([]float64{1}, v.People())}
	var sample []int
	for i := range v.People() {
		if v.CastBy(i) > 0 {
			sample = append(sample, i)
		}
	}
	r.Participants = len(sample)
	var sides []rakeSide
	for _, m := range margins {
		side, err := newSide(v, sample, m)
		if err != nil {
			return nil, err
		}
		sides = append(sides, side)
	}
	w := slices.Repeat([]float64{1}, len(sample))
	for range rakeRounds {
		before := slices.Clone(w)
		for _, side := range sides {
			side.fit(w)
		}
		trim(w)
		if largestChange(before, w) < rakePrecision {
			break
		}
	}
	for at, i := range sample {
		r.Weights[i] = w[at]
	}
	r.Effective = EffectiveSize(w)
	for _, side := range sides {
		r.Margins = append(r.Margins, side.report(w))
	}
	r.judge()
	return r, nil
}

// EffectiveSize is Kish's effective sample size (Σω)² ÷ Σω², 0 without weights.
func EffectiveSize(weights []float64) float64 {
	var sum, squares float64
	for _, w := range weights {
		sum += w
		squares += w * w
	}
	if squares == 0 {
		return 0
	}
	return sum * sum / squares
}

func (r *Raking) judge() {
	if r.Effective < leastEffect*float64(r.Participants) {
		r.Unfit = append(r.Unfit, TooUneven)
	}
	for _, m := range r.Margins {
		if slices.ContainsFunc(m.Classes, func(c ClassFit) bool { return c.People < SmallCell && c.Population > 0 }) {
			r.Unfit = append(r.Unfit, CellSmall)
			break
		}
	}
	slices.Sort(r.Unfit)
}

// rakeSide is one margin over a sample.
type rakeSide struct {
	kind    string
	classes []string  // sorted
	target  []float64 // of each class, adding up to 1
	class   []int     // of each of the sample, -1 undeclared
	people  []int     // of each class
}

func newSide(v *Votes, sample []int, m Margin) (rakeSide, error) {
	s := rakeSide{kind: m.Kind, classes: slices.Sorted(maps.Keys(m.Population)), class: make([]int, len(sample))}
	var sum float64
	for _, c := range s.classes {
		n := m.Population[c]
		if !(n >= 0) || math.IsInf(n, 1) || c == "" {
			return s, &Fault{Code: BadWeight, Got: fmt.Sprintf("%v of %s %q", n, m.Kind, c), Want: "a named class and a finite number of 0 or more"}
		}
		sum += n
		s.target = append(s.target, n)
	}
	if sum == 0 {
		return s, &Fault{Code: BadWeight, Got: "a population without people by " + m.Kind, Want: "somebody"}
	}
	for c := range s.target {
		s.target[c] /= sum
	}
	s.people = make([]int, len(s.classes))
	for at, i := range sample {
		class := v.Class(i, m.Kind)
		c, known := slices.BinarySearch(s.classes, class)
		switch {
		case class == "":
			s.class[at] = -1
		case !known:
			return s, &Fault{Code: BadWeight, Got: fmt.Sprintf("a participant of %s %q", m.Kind, class), Want: "a class whose population is given"}
		default:
			s.class[at] = c
			s.people[c]++
		}
	}
	return s, nil
}

// sums are the weights of the classes, and of all who declared one.
func (s rakeSide) sums(w []float64) (sums []float64, all float64) {
	sums = make([]float64, len(s.classes))
	for at, c := range s.class {
		if c >= 0 {
			sums[c] += w[at]
			all += w[at]
		}
	}
	return sums, all
}

// fit scales each class to its target. Classes without participants cannot be:
// the others share their part.
func (s rakeSide) fit(w []float64) {
	sums, all := s.sums(w)
	var reachable float64
	for c, sum := range sums {
		if sum > 0 {
			reachable += s.target[c]
		}
	}
	if reachable == 0 {
		return
	}
	for at, c := range s.class {
		if c >= 0 && sums[c] > 0 {
			w[at] *= s.target[c] / reachable * all / sums[c]
		}
	}
}

func (s rakeSide) report(w []float64) MarginFit {
	m := MarginFit{Kind: s.kind, Undeclared: len(s.class)}
	sums, all := s.sums(w)
	for _, n := range s.people {
		m.Undeclared -= n
	}
	declared := float64(len(s.class) - m.Undeclared)
	for c, name := range s.classes {
		m.Classes = append(m.Classes, ClassFit{
			Class: name, People: s.people[c], Population: s.target[c],
			Sample: part(float64(s.people[c]), declared), Weighted: part(sums[c], all),
		})
	}
	return m
}

// part is a of all, 0 of nothing.
func part(a, all float64) float64 {
	if all == 0 {
		return 0
	}
	return a / all
}

// trim scales weights to mean 1 and cuts them to [1/5, 5], both at once: it finds
// the scale at which the cut weights have mean 1.
func trim(w []float64) {
	if len(w) == 0 {
		return
	}
	cut := func(x, scale float64) float64 { return min(max(x*scale, 1.0/trimWeights), trimWeights) }
	mean := func(scale float64) float64 {
		var sum float64
		for _, x := range w {
			sum += cut(x, scale)
		}
		return sum / float64(len(w))
	}
	low, high := 0.0, 1.0
	for mean(high) < 1 && !math.IsInf(high, 1) {
		high *= 2
	}
	for range 100 {
		middle := low + (high-low)/2
		if mean(middle) < 1 {
			low = middle
		} else {
			high = middle
		}
	}
	for i, x := range w {
		w[i] = cut(x, high)
	}
}

func largestChange(a, b []float64) float64 {
	var most float64
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}

// ClassShare is how the participants of one class voted on a statement.
type ClassShare struct {
	Class string // "" are those who did not declare one
	PublicTally

	// Share agreeing, drawn towards the share of all as ten more people of that
	// share would: (agree + 10·p̂) ÷ (cast + 10). Nil where the counts are hidden.
	Share *float64
}

// ClassShares tells how the classes of a kind voted on a statement, sorted by
// class. Counts under ten are hidden, with those that would give one away.
func ClassShares(v *Votes, statement int, kind string) []ClassShare {
	counts := map[string]*Counts{}
	for i, vote := range v.Column(statement) {
		class := v.Class(i, kind)
		if counts[class] == nil {
			counts[class] = &Counts{}
		}
		counts[class].add(vote, 1)
	}
	all := v.Counts(statement)
	common := part(float64(all.Agree), float64(all.Cast()))
	names := slices.Sorted(maps.Keys(counts))
	var rows []PublicTally
	for _, class := range names {
		rows = append(rows, newPublicTally(*counts[class]))
	}
	total := newPublicTally(all)
	hideSmallTallies(rows, &total)
	var out []ClassShare
	for at, class := range names {
		s := ClassShare{Class: class, PublicTally: rows[at]}
		if !s.Agree.Hidden && !s.Cast.Hidden {
			s.Share = rounded((float64(s.Agree.N) + poolSize*common) / float64(s.Cast.N+poolSize))
		}
		out = append(out, s)
	}
	return out
}
