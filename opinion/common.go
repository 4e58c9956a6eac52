package opinion

import (
	"cmp"
	"math"
	"slices"
)

// CommonStatement is a statement as common ground of the groups, in one
// direction.
type CommonStatement struct {
	Statement int
	Direction Vote         // Agree or Disagree
	Score     float64      // geometric mean over groups of (A+1)/(S+2), from 0 to 1
	Groups    []Proportion // of each group that votes in this direction
	Lowest    int          // the group least in favour
	Shared    bool         // whether every group's 90 % lower bound exceeds one half
}

// CommonGround scores every statement of the map in both directions by the
// geometric mean of the groups' shares, A votes in the direction of S cast: a
// score that is high only where no group is against, and that compares between
// two groups and five. Polis's product of the same shares does not.
//
// The statements come by falling score, equal ones by id. Groups must be those
// of the votes; where there are none, the list is empty and FitBridging ranks
// the statements.
func CommonGround(v *Votes, g *Groups) []CommonStatement {
	if g.K < leastGroups {
		return nil
	}
	var list []CommonStatement
	for j := range v.Statements() {
		if v.Moderation(j).Excluded() {
			continue
		}
		tallies := g.tallies(v, j)
		for _, d := range []Vote{Agree, Disagree} {
			list = append(list, commonGround(j, d, tallies))
		}
	}
	slices.SortStableFunc(list, func(a, b CommonStatement) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(v.StatementID(a.Statement), v.StatementID(b.Statement)))
	})
	return list
}

// tallies of the votes on a statement by group.
func (g *Groups) tallies(v *Votes, statement int) []Tally {
	t := make([]Tally, g.K)
	for i, x := range v.Column(statement) {
		if i < len(g.Label) && g.Label[i] >= 0 {
			t[g.Label[i]].add(x, v.Weight(i))
		}
	}
	return t
}

func commonGround(statement int, d Vote, tallies []Tally) CommonStatement {
	s := CommonStatement{Statement: statement, Direction: d, Shared: true}
	least, logs := math.Inf(1), 0.0
	for i := range tallies {
		t := &tallies[i]
		smoothed := (t.of(d) + 1) / (t.Cast() + 2)
		logs += math.Log(smoothed)
		if smoothed < least {
			s.Lowest, least = i, smoothed
		}
		p := t.proportion(d)
		s.Groups = append(s.Groups, p)
		s.Shared = s.Shared && p.Low > 0.5
	}
	s.Score = math.Exp(logs / float64(len(tallies)))
	return s
}
