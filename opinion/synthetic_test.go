package opinion

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// crowd makes up votes: each person belongs to one of several camps (none if
// camps is below 2) and votes on about each statements, drawn evenly.
type crowd struct {
	people, statements, each, camps int
	seed                            uint64
}

// votes and the camp of each person.
func (c crowd) votes() (*Votes, []int) {
	draw := rand.New(rand.NewPCG(c.seed, 17))
	v := New()
	lean := make([][]float64, c.statements) // how each camp leans
	for j := range lean {
		v.AddStatement(fmt.Sprintf("s%05d", j))
		base := 0.4 * draw.NormFloat64()
		for range max(c.camps, 1) {
			l := base
			if c.camps > 1 {
				l += draw.NormFloat64()
			}
			lean[j] = append(lean[j], l)
		}
	}
	camps := make([]int, c.people)
	chance := float64(c.each) / float64(c.statements)
	for u := range c.people {
		i := v.AddPerson(fmt.Sprintf("p%06d", u))
		camps[u] = draw.IntN(max(c.camps, 1))
		for j := range c.statements {
			if draw.Float64() >= chance {
				continue
			}
			switch x := lean[j][camps[u]] + draw.NormFloat64(); {
			case math.Abs(x) < 0.2:
				v.Set(i, j, Pass)
			case x > 0:
				v.Set(i, j, Agree)
			default:
				v.Set(i, j, Disagree)
			}
		}
	}
	return v, camps
}
