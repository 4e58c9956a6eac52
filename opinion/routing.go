package opinion

import (
	"math"
	"math/rand/v2"
)

// Router chooses the statement that a person is shown next, so that showing it
// is expected to teach most: about the person, about the statement, and about
// statements nobody has met yet. Popularity plays no part: what nearly all like
// is worth no more than what nearly all dislike.
//
// Position, Opinion and Newness weigh the parts of a priority; see [Chance].
// They count 1 each if all are 0.
type Router struct {
	Map   *Map // nil before there is one
	Votes *Votes

	Position, Opinion, Newness float64

	// AcceptedOnly shows no statement that moderation has not accepted;
	// rejected ones are never shown.
	AcceptedOnly bool
}

// Chance is a statement that a person may be shown, and why.
type Chance struct {
	Statement int

	// Position is by what part a vote is expected to shrink what is uncertain of
	// where the person stands: the drop of tr C over that of somebody without a
	// vote. Opinion is the variance of what is known of the share agreeing,
	// Beta(agree + 1, cast − agree + 1), over that before the first vote. Newness
	// halves with every five votes.
	Position, Opinion, Newness float64

	// Probability with which it is drawn: a fifth evenly, the rest in proportion
	// to the weighted sum of the three. It is never 0.
	Probability float64
}

// Chances lists what a person may be shown: statements neither voted on nor
// skipped, in ascending order. The probabilities add up to 1.
func (r *Router) Chances(person int) []Chance {
	seen := make([]bool, r.Votes.Statements())
	for j := range r.Votes.Row(person) {
		seen[j] = true
	}
	for j := range r.Votes.SkippedBy(person) {
		seen[j] = true
	}
	spread := identity2(1)
	if r.Map != nil {
		spread = r.Map.Place(r.Votes.Row(person)).estimate().spread.full()
	}
	var out []Chance
	var wish []float64
	for j, done := range seen {
		if done || !r.mayShow(j) {
			continue
		}
		c := Chance{
			Statement: j, Position: r.learnt(spread, j), Opinion: betaVariance(r.Votes.Counts(j)) / betaVariance(Counts{}),
			Newness: math.Exp2(-float64(r.Votes.Counts(j).Cast()) / 5),
		}
		out = append(out, c)
		wish = append(wish, r.wish(c))
	}
	for at, q := range mixture(wish) {
		out[at].Probability = min(q, 1) // rounding may add a bit
	}
	return out
}

// Next draws the statement to show; false when the person has seen all. The
// caller keeps the display, answered or not: see [CorrectExposure].
func (r *Router) Next(person int, draw *rand.Rand) (Display, bool) {
	chances := r.Chances(person)
	if len(chances) == 0 {
		return Display{}, false
	}
	wish := make([]float64, len(chances))
	for at, c := range chances {
		wish[at] = c.Probability
	}
	c := chances[pick(wish, 1, draw)]
	return Display{Person: person, Statement: c.Statement, Probability: c.Probability}, true
}

func (r *Router) mayShow(statement int) bool {
	switch r.Votes.Moderation(statement).State {
	case Rejected:
		return false
	case Open:
		return !r.AcceptedOnly
	}
	return true
}

func (r *Router) wish(c Chance) float64 {
	sum := r.Position*c.Position + r.Opinion*c.Opinion + r.Newness*c.Newness
	if r.Position == 0 && r.Opinion == 0 && r.Newness == 0 {
		sum = c.Position + c.Opinion + c.Newness
	}
	return sum * sum
}

// learnt is the drop of tr C that a vote brings, whichever it is: with the
// loading w and the noise σ², C falls by C w wᵀ C ÷ (σ² + wᵀ C w).
func (r *Router) learnt(spread mat2, statement int) float64 {
	if r.Map == nil || statement >= len(r.Map.Included) || !r.Map.Included[statement] {
		return 0
	}
	w := vec2{r.Map.Loadings[statement].X, r.Map.Loadings[statement].Y}
	cw := spread.apply(w)
	return cw.dot(cw) / (r.Map.Noise + w.dot(cw)) / 2
}

// betaVariance of the share agreeing, with an even prior.
func betaVariance(c Counts) float64 {
	a, b := float64(c.Agree+1), float64(c.Cast()-c.Agree+1)
	return a * b / ((a + b) * (a + b) * (a + b + 1))
}
