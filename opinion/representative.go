package opinion

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

const (
	folds            = 5
	enoughInGroup    = 5   // people who voted on a statement inside a group, and outside it
	falseDiscoveries = 0.1 // at most this share of the flagged, in expectation
)

// Representative says that a group agrees, or disagrees, with a statement by a
// majority and more than all others do. The groups were made without the
// statement, so that the votes on it do not count twice.
type Representative struct {
	Group     int
	Statement int
	Direction Vote       // Agree or Disagree
	Inside    Proportion // of the group that votes in this direction
	Outside   Proportion // of all other people grouped
	P         float64    // the larger of the two one-sided p-values
}

// RepresentativeOptions choose how statements are tested.
type RepresentativeOptions struct {
	Seed     uint64 // of the folds and of the groups made without each
	Progress func(done, all int)
}

// RepresentativeStatements finds what sets each group apart. The statements are
// dealt into five folds; for each, map and groups are made anew without it,
// named after the groups they overlap most, and its statements tested on them:
// that the group's share exceeds the others', and that it exceeds one half. Both
// must hold, so the larger p-value counts; of all that is flagged a tenth is
// false in expectation (Benjamini and Hochberg 1995). Passes count as votes.
// Groups in which fewer than five people voted on a statement are not tested.
//
// The list comes group by group, the largest difference of shares first; it is
// empty where there are no groups. It fails with a *Fault of code BadOption if
// groups and votes do not belong together, or with the context's error.
func RepresentativeStatements(ctx context.Context, v *Votes, m *Map, g *Groups, opts RepresentativeOptions) ([]Representative, error) {
	if g.K < leastGroups {
		return nil, nil
	}
	if len(g.Label) > v.People() {
		return nil, &Fault{Code: BadOption, Got: fmt.Sprintf("groups of %d people", len(g.Label)), Want: "the groups of these votes"}
	}
	p, err := newPanel(ctx, v)
	if err != nil {
		return nil, err
	}
	fold := dealt(len(p.statements), folds, opts.Seed)
	var all []Representative
	for f := range folds {
		label, err := p.groupsWithout(ctx, v, m, g, func(c int) bool { return fold[c] == f }, opts.Seed+uint64(f))
		if err != nil {
			return nil, err
		}
		tallies := p.tallies(label, g.K)
		for c, j := range p.statements {
			if fold[c] == f {
				all = append(all, tested(int(j), tallies[c])...)
			}
		}
		if opts.Progress != nil {
			opts.Progress(f+1, folds)
		}
	}
	flagged := benjaminiHochberg(all, falseDiscoveries)
	for i := range flagged {
		r := &flagged[i]
		r.Inside, r.Outside = r.Inside.Tally.proportion(r.Direction), r.Outside.Tally.proportion(r.Direction)
	}
	slices.SortStableFunc(flagged, func(a, b Representative) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group),
			cmp.Compare(b.Inside.Share-b.Outside.Share, a.Inside.Share-a.Outside.Share),
			cmp.Compare(v.StatementID(a.Statement), v.StatementID(b.Statement)))
	})
	return flagged, nil
}

// dealt gives each of n things one of several folds of about equal size.
func dealt(n, folds int, seed uint64) []int {
	fold := make([]int, n)
	for i, c := range rand.New(rand.NewPCG(seed, 0xf01d)).Perm(n) {
		fold[c] = i % folds
	}
	return fold
}

// groupsWithout are the groups, by row, that the votes on the other columns
// make, under the names of the groups they overlap most.
func (p *panel) groupsWithout(ctx context.Context, v *Votes, m *Map, g *Groups, out func(column int) bool, seed uint64) ([]int, error) {
	part := p.without(out)
	c, err := part.refitted(ctx, v.statements.ids, m.Effect != nil, seed)
	if err != nil {
		return nil, err
	}
	found, err := c.cluster(ctx, g.K, seed)
	if err != nil {
		return nil, err
	}
	label := c.labels(found, len(p.rows))
	overlap := make([][]float64, g.K)
	for a := range overlap {
		overlap[a] = make([]float64, g.K)
	}
	for r, a := range label {
		if i := p.people[r]; a >= 0 && int(i) < len(g.Label) && g.Label[i] >= 0 {
			overlap[a][g.Label[i]] += weightOf(p.weights, r)
		}
	}
	name := matched(overlap)
	for r, a := range label {
		if a >= 0 {
			label[r] = name[a]
		}
	}
	return label, nil
}

// matched gives each group found the name of another, each name once, so that
// the overlap is greatest. With five groups there are 120 ways to try.
func matched(overlap [][]float64) []int {
	k := len(overlap)
	var best []int
	most := math.Inf(-1)
	name, used := make([]int, k), make([]bool, k)
	var try func(a int, sum float64)
	try = func(a int, sum float64) {
		if a == k {
			if sum > most {
				best, most = slices.Clone(name), sum
			}
			return
		}
		for b := range k {
			if !used[b] {
				used[b], name[a] = true, b
				try(a+1, sum+overlap[a][b])
				used[b] = false
			}
		}
	}
	try(0, 0)
	return best
}

// tallies counts the votes on each column by group; rows of label −1 are left out.
func (p *panel) tallies(label []int, groups int) [][]Tally {
	count := make([][]Tally, len(p.statements))
	for c := range count {
		count[c] = make([]Tally, groups)
	}
	for r, row := range p.rows {
		if label[r] < 0 {
			continue
		}
		w := weightOf(p.weights, r)
		for _, x := range row {
			count[x.index()][label[r]].add(x.vote(), w)
		}
	}
	return count
}

// tested compares each group with the others on one statement, both directions.
func tested(statement int, groups []Tally) []Representative {
	var list []Representative
	for g := range groups {
		inside, outside := groups[g], Tally{}
		for o := range groups {
			if o != g {
				outside.addAll(&groups[o])
			}
		}
		if inside.Voters < enoughInGroup || outside.Voters < enoughInGroup {
			continue
		}
		for _, d := range []Vote{Agree, Disagree} {
			list = append(list, Representative{
				Group: g, Statement: statement, Direction: d, P: max(moreThanOutside(&inside, &outside, d), majority(&inside, d)),
				Inside: Proportion{Tally: inside}, Outside: Proportion{Tally: outside},
			})
		}
	}
	return list
}

// moreThanOutside is the one-sided p-value of two proportions being equal, with
// half a vote added to each count.
func moreThanOutside(inside, outside *Tally, d Vote) float64 {
	x, n := inside.effective(d)
	y, m := outside.effective(d)
	x, n, y, m = x+0.5, n+1, y+0.5, m+1
	pooled := (x + y) / (n + m)
	return upperTail((x/n - y/m) / math.Sqrt(pooled*(1-pooled)*(1/n+1/m)))
}

// majority is the one-sided p-value of a proportion being one half, with half a
// vote added to each count.
func majority(t *Tally, d Vote) float64 {
	x, n := t.effective(d)
	x, n = x+0.5, n+1
	return upperTail(2 * math.Sqrt(n) * (x/n - 0.5))
}

// benjaminiHochberg keeps those whose p-values are small enough for the false
// among them to be at most a share q in expectation.
func benjaminiHochberg(all []Representative, q float64) []Representative {
	ps := make([]float64, len(all))
	for i, r := range all {
		ps[i] = r.P
	}
	slices.Sort(ps)
	limit := -1.0
	for i, p := range ps {
		if p <= q*float64(i+1)/float64(len(ps)) {
			limit = p
		}
	}
	return slices.DeleteFunc(all, func(r Representative) bool { return r.P > limit })
}
