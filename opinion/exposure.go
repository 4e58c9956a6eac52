package opinion

import (
	"fmt"
	"math/rand/v2"
)

// Display is a statement shown to a person, with the probability with which it
// was drawn among those that could have been shown to that person then.
type Display struct {
	Person, Statement int
	Probability       float64
}

// SureAnswers is the part of displays that must have been answered before a
// share of agreement is given without the bounds of what silence may hide.
const SureAnswers = 0.6

// Exposed is the agreement with one statement, corrected for whom it was shown.
// Shares are parts of the votes cast, passes included.
type Exposed struct {
	Statement int
	Shown     int     // people it was shown to
	Answered  int     // of these, people with a vote, passes included
	Skipped   int     // of these, people without
	Raw       float64 // agree ÷ votes cast; ½ without a vote
	Corrected float64 // the Hájek mean over logged displays; Raw if none was answered

	// The shares of agreement among all who were shown the statement, had the
	// silent ones all disagreed and all agreed. Bounded tells that so many were
	// silent that the share must not stand without them: see [SureAnswers].
	Low, High float64
	Bounded   bool
}

// CorrectExposure estimates for each statement the share that would agree if it
// had been shown evenly: each answer counts 1/q, q the logged probability of its
// display, so that an answer that was unlikely to be asked for stands for the
// many that were not. It is the ratio estimator of Hájek (1971). It corrects for
// what was shown to whom, and not for who came or how long they stayed; where
// people see most of the statements it corrects a little too far, since those
// who like one met it earlier.
//
// Votes without a display, as from a paper form, count in Raw alone. A person
// who was shown a statement twice counts with the first display.
func CorrectExposure(v *Votes, displays []Display) ([]Exposed, error) {
	out := make([]Exposed, v.Statements())
	agree, all := make([]float64, len(out)), make([]float64, len(out))
	agrees := make([]int, len(out)) // of those it was shown to
	seen := make(map[[2]int]bool, len(displays))
	for i, d := range displays {
		if err := d.check(v, i); err != nil {
			return nil, err
		}
		at := [2]int{d.Person, d.Statement}
		if seen[at] {
			continue
		}
		seen[at] = true
		e := &out[d.Statement]
		e.Shown++
		vote, cast := v.Vote(d.Person, d.Statement)
		if !cast {
			e.Skipped++
			continue
		}
		e.Answered++
		all[d.Statement] += 1 / d.Probability
		if vote == Agree {
			agree[d.Statement] += 1 / d.Probability
			agrees[d.Statement]++
		}
	}
	for j := range out {
		e := &out[j]
		e.Statement = j
		e.Raw = 0.5
		if n := v.Counts(j).Cast(); n > 0 {
			e.Raw = float64(v.Counts(j).Agree) / float64(n)
		}
		e.Corrected, e.High = e.Raw, 1
		if all[j] > 0 {
			e.Corrected = agree[j] / all[j]
		}
		if e.Shown > 0 {
			e.Low = float64(agrees[j]) / float64(e.Shown)
			e.High = float64(agrees[j]+e.Skipped) / float64(e.Shown)
			e.Bounded = float64(e.Answered) < SureAnswers*float64(e.Shown)
		}
	}
	return out, nil
}

func (d Display) check(v *Votes, at int) error {
	if d.Person < 0 || d.Person >= v.People() || d.Statement < 0 || d.Statement >= v.Statements() {
		return &Fault{Code: OutOfRange, Got: fmt.Sprintf("display %d of statement %d to person %d", at+1, d.Statement, d.Person), Want: fmt.Sprintf("indices below %d and %d", v.Statements(), v.People())}
	}
	if !(d.Probability > 0 && d.Probability <= 1) {
		return &Fault{Code: BadOption, Got: fmt.Sprintf("display %d with probability %v", at+1, d.Probability), Want: "more than 0 and at most 1"}
	}
	return nil
}

// evenPart is the part of displays drawn evenly among the statements that could
// be shown: it keeps every probability above zero, so that no answer is beyond
// correction.
const evenPart = 0.2

// mixedDraw draws a position, with chances evenly for one part and in proportion
// to the wishes for the rest, and tells the chance that the drawn one had.
func mixedDraw(rnd *rand.Rand, wish []float64) (at int, q float64) {
	chance := mixture(wish)
	at = pick(chance, 1, rnd)
	return at, min(chance[at], 1) // rounding may add a bit
}

// mixture gives each position its chance; they add up to 1.
func mixture(wish []float64) []float64 {
	var sum float64
	for _, w := range wish {
		sum += w
	}
	even := 1 / float64(len(wish))
	chance := make([]float64, len(wish))
	for i, w := range wish {
		chance[i] = even
		if sum > 0 {
			chance[i] = evenPart*even + (1-evenPart)*w/sum
		}
	}
	return chance
}
