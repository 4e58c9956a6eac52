package opinion

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Exposure is how a simulated conversation chooses whom it shows which statement.
type Exposure uint8

// The kinds of exposure.
const (
	// Even shows everybody statements drawn evenly.
	Even Exposure = iota
	// Pleasing shows each person what they are likely to agree with, mixed with
	// a fifth of even draws as in [Router], and leaves others unshown: votes are
	// then missing not at random, and a plain share of agreement is too high.
	Pleasing
)

// Simulation describes a conversation to be made up, in which the truth is known.
// The same description gives the same conversation on every machine.
//
// People and statements are numbered from 0, people of the bloc last.
//
// The chance that somebody agrees with a statement is logistic in the sum of the
// statement's appeal, what the person's group thinks of it, the person's own
// place on two axes, and the person's readiness to agree. Zero values of the
// fields are the defaults.
type Simulation struct {
	People, Statements int
	Seed               uint64

	// Groups of equal size that think differently; 0 and 1 mean none.
	Groups int

	// Distance between what groups think of a statement, as the standard
	// deviation of the logit; 0 means 3. Other statements are shared by all.
	Distance float64

	// Shared is the part of statements of which all groups think alike; 0 means a half.
	Shared float64

	// Spread is the standard deviation of single people along two axes of opinion
	// that know no groups: differences without edges.
	Spread float64

	// Readiness is the standard deviation of people's readiness to agree to anything.
	Readiness float64

	// VotesEach is the mean number of votes a person casts; 0 means a third of
	// the statements. Most cast fewer, a few many more.
	VotesEach float64

	// Passes is the part of answers that are passes, Skips that of displays left
	// without an answer.
	Passes, Skips float64

	Exposure Exposure

	// Bloc is the number of further people who act as one: they all cast the same
	// vote on every statement.
	Bloc int
}

// Simulated is a simulated conversation beside the truth it was drawn from.
type Simulated struct {
	Votes    *Votes
	Displays []Display
	Groups   []int     // of each person, from 0; -1 for the bloc
	Support  []float64 // mean chance that a person outside the bloc agrees, had all been asked, passes counted as not agreeing
}

// Draw makes the conversation up, in time proportional to people times statements.
func (s Simulation) Draw() (*Simulated, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	d := s.drawing()
	c := &Simulated{Votes: New(), Support: make([]float64, s.Statements)}
	for j := range s.Statements {
		c.Votes.AddStatement(strconv.Itoa(j))
	}
	for i := range s.People {
		person := c.Votes.AddPerson(strconv.Itoa(i))
		group := i % max(1, s.Groups)
		c.Groups = append(c.Groups, group)
		agree := d.person(group)
		for j, p := range agree {
			c.Support[j] += p * (1 - s.Passes) / float64(s.People)
		}
		c.converse(s, d.rnd, person, agree)
	}
	s.joinBloc(c, d.rnd)
	return c, nil
}

func (s Simulation) check() error {
	if s.People < 1 || s.Statements < 1 || s.Groups < 0 || s.Bloc < 0 {
		return &Fault{Code: BadOption, Got: fmt.Sprintf("%d people, %d statements, %d groups, a bloc of %d", s.People, s.Statements, s.Groups, s.Bloc), Want: "people and statements, and no number below 0"}
	}
	for _, part := range []float64{s.Shared, s.Passes, s.Skips} {
		if !(part >= 0 && part < 1) {
			return &Fault{Code: BadOption, Got: fmt.Sprint(part), Want: "a part of at least 0 and below 1"}
		}
	}
	for _, size := range []float64{s.Distance, s.Spread, s.Readiness, s.VotesEach} {
		if !(size >= 0) || math.IsInf(size, 1) {
			return &Fault{Code: BadOption, Got: fmt.Sprint(size), Want: "a finite number of 0 or more"}
		}
	}
	return nil
}

// drawing is a simulation whose statements are drawn.
type drawing struct {
	Simulation
	rnd    *rand.Rand
	appeal []float64
	byPart [][]float64 // of each group, on each statement
	axes   [2][]float64
}

func (s Simulation) drawing() *drawing {
	d := &drawing{Simulation: s, rnd: s.source(1), byPart: make([][]float64, max(1, s.Groups))}
	d.Distance = cmp.Or(s.Distance, 3)
	d.Shared = cmp.Or(s.Shared, 0.5)
	shared := int(math.Round(d.Shared * float64(s.Statements)))
	for j := range s.Statements {
		d.appeal = append(d.appeal, d.rnd.NormFloat64())
		for a := range d.axes {
			d.axes[a] = append(d.axes[a], d.rnd.NormFloat64())
		}
		for g := range d.byPart {
			off := d.Distance * d.rnd.NormFloat64()
			if s.Groups < 2 || j < shared {
				off = 0
			}
			d.byPart[g] = append(d.byPart[g], off)
		}
	}
	return d
}

// person draws somebody of a group: the chance of agreeing with each statement.
func (d *drawing) person(group int) []float64 {
	ready := d.Readiness * d.rnd.NormFloat64()
	at := [2]float64{d.Spread * d.rnd.NormFloat64(), d.Spread * d.rnd.NormFloat64()}
	agree := make([]float64, d.Statements)
	for j := range agree {
		x := d.appeal[j] + d.byPart[group][j] + ready + at[0]*d.axes[0][j] + at[1]*d.axes[1][j]
		agree[j] = 1 / (1 + math.Exp(-x))
	}
	return agree
}

// converse lets a person see statements one after the other and answer them.
func (c *Simulated) converse(s Simulation, rnd *rand.Rand, person int, agree []float64) {
	mean := cmp.Or(s.VotesEach, float64(s.Statements)/3)
	shows := min(s.Statements, 1+int(mean*rnd.ExpFloat64()))
	open := make([]int, s.Statements)
	wish := make([]float64, s.Statements)
	for j := range open {
		open[j], wish[j] = j, 1
		if s.Exposure == Pleasing {
			wish[j] = math.Exp(4 * agree[j])
		}
	}
	for range shows {
		at, q := mixedDraw(rnd, wish)
		j := open[at]
		open, wish = slices.Delete(open, at, at+1), slices.Delete(wish, at, at+1)
		c.Displays = append(c.Displays, Display{Person: person, Statement: j, Probability: q})
		c.Votes.Set(person, j, s.answer(rnd, agree[j]))
	}
}

func (s Simulation) answer(rnd *rand.Rand, agree float64) Vote {
	skip, pass, yes := rnd.Float64(), rnd.Float64(), rnd.Float64()
	switch {
	case skip < s.Skips:
		return Skipped
	case pass < s.Passes:
		return Pass
	case yes < agree:
		return Agree
	}
	return Disagree
}

// joinBloc adds people who cast the same vote on every statement.
func (s Simulation) joinBloc(c *Simulated, rnd *rand.Rand) {
	votes := make([]Vote, s.Statements)
	for j := range votes {
		votes[j] = Vote(1 - 2*rnd.IntN(2))
	}
	for i := range s.Bloc {
		person := c.Votes.AddPerson(strconv.Itoa(s.People + i))
		c.Groups = append(c.Groups, -1)
		for j, v := range votes {
			c.Votes.Set(person, j, v)
		}
	}
}

// source of random numbers for one purpose.
func (s Simulation) source(purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.Seed, purpose))
}
