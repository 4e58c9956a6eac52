package opinion

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// ParityOptions choose how [Parity] runs.
type ParityOptions struct {
	K        int        // groups to show; 0 leaves the choice to the pipeline
	Seed     uint64     // of the random start of the axes
	Previous *ParityMap // the update before; nil for a cold start
}

// ParityMap is one update of the pipeline of Polis. Lists by person or statement
// follow the indices of [Votes]. Positions and the centre have the signs of the
// server of Polis, where agree is -1: the map lies as Polis shows it.
type ParityMap struct {
	InMap      []bool       // by person
	Centre     []float64    // by statement
	Components [2][]float64 // by statement
	Positions  [][2]float64 // by person, also of those not in the map

	StatementPositions [][2]float64 // where a person would lie who voted on that statement only, and agreed
	Extremity          []float64    // distance of that place from the origin

	Base        []ParityCluster         // people near each other, 100 clusters at most; members are people
	Groupings   map[int][]ParityCluster // by number of groups; members are ids of base clusters
	Silhouettes map[int]float64         // by number of groups
	Smoother    ParitySmoother
	Groups      []ParityGroup // the grouping shown

	Agreed, Disagreed []ParityConsensus // what all agree on, and what all disagree with
	GroupAware        []float64         // group-aware consensus, by statement
	Priorities        []float64         // of being shown next, by statement
}

// ParityCluster is a cluster of k-means with an id that it keeps from one update
// to the next.
type ParityCluster struct {
	ID      int
	Members []int
	Centre  [2]float64
}

// ParitySmoother changes the number of groups only after another number was best
// four times running.
type ParitySmoother struct {
	Last, Times, Shown int // number best last, how often running, number shown; 0 for none
}

// ParityGroup is a group, or a subgroup of one.
type ParityGroup struct {
	ID             int
	Base           []int // ids of its base clusters
	Members        []int // people
	Centre         [2]float64
	Votes          []Counts // by statement
	Representative []ParityStatement

	Silhouettes  map[int]float64 // by number of subgroups
	Smoother     ParitySmoother  // of the subgroups
	Subgroupings map[int][]ParityCluster
	Subgroups    []ParityGroup // none inside a subgroup
}

// Constants of the pipeline.
const (
	parityMinVotes  = 7
	parityMinPeople = 15
	parityLarge     = 10_000 // people above which axes are learned from samples
	parityBaseK     = 100
	parityMaxK      = 5
	parityBuffer    = 4
	parityRounds    = 100 // of the axes and the base clusters
	// The server asks for 100 rounds of grouping as well, under a name that its
	// k-means does not know, which then takes its own default.
	parityGroupRounds = 20
)

// Parity computes an update as the server of Polis does, quirks included: to
// compare with it, not to rely on. The order of people and statements matters
// to its groups. Without a previous update the counts behind the priorities are
// those of this one, as after a second update without new votes; above 10,000
// people, where axes are learned from samples on top of the axes before, it
// starts with those of the first 10,000.
//
// It fails with a *[Fault] for NoVotes or a BadOption, and with the context.
//
// Source: compdemocracy/polis, math/src/polismath/math.
func Parity(ctx context.Context, v *Votes, opts ParityOptions) (*ParityMap, error) {
	if v.Cast() == 0 {
		return nil, &Fault{Code: NoVotes, Got: "no vote", Want: "at least one"}
	}
	if opts.K < 0 || opts.K == 1 || opts.K > parityMaxK {
		return nil, &Fault{Code: BadOption, Got: fmt.Sprintf("%d groups", opts.K), Want: "2 to 5 groups"}
	}
	previous := opts.Previous
	if previous == nil {
		previous = &ParityMap{}
	}
	x := newParityMatrix(v)
	m := &ParityMap{InMap: x.inMap(previous.InMap)}
	if err := m.findAxes(ctx, x, previous, rand.New(rand.NewPCG(opts.Seed, 0))); err != nil {
		return nil, err
	}
	m.project(x)
	m.findBase(previous.Base)
	m.findGroups(previous, opts.K)
	m.describe(v, x.excluded, previous)
	return m, ctx.Err()
}

// parityMatrix is the matrix as the pipeline sees it: statements that are out
// are 0 for everyone, also for those who never saw them, and a missing vote is
// the mean of its column. Centred it is therefore sparse: the votes cast minus
// the means.
type parityMatrix struct {
	v        *Votes
	columns  int       // statements with a vote
	excluded []bool    // by statement
	zeroed   int       // columns that are out
	mean     []float64 // by statement, in the signs of the server
	offset   []float64 // vote minus mean, by statement and vote: at 3j for disagree, 3j+1 for pass, 3j+2 for agree
}

func newParityMatrix(v *Votes) *parityMatrix {
	excluded := make([]bool, v.Statements())
	for j := range excluded {
		excluded[j] = v.Moderation(j).Excluded()
	}
	return newParityMatrixOf(v, excluded)
}

func newParityMatrixOf(v *Votes, excluded []bool) *parityMatrix {
	n := v.Statements()
	x := &parityMatrix{v: v, excluded: excluded, mean: make([]float64, n), offset: make([]float64, 3*n)}
	for j := range n {
		c := v.Counts(j)
		if c.Cast() == 0 {
			continue
		}
		x.columns++
		if excluded[j] {
			x.zeroed++
			continue
		}
		x.mean[j] = float64(c.Disagree-c.Agree) / float64(c.Cast())
		for i, vote := range []Vote{Disagree, Pass, Agree} {
			x.offset[3*j+i] = -float64(vote) - x.mean[j]
		}
	}
	return x
}

// inMap tells who is in the map: whoever was once in, has seven votes or one on
// every statement, and the most active until they are fifteen.
func (x *parityMatrix) inMap(before []bool) []bool {
	in := make([]bool, x.v.People())
	copy(in, before)
	n := 0
	var others []int
	for i := range in {
		in[i] = in[i] || x.v.CastBy(i) >= min(parityMinVotes, x.columns)
		if in[i] {
			n++
		} else {
			others = append(others, i)
		}
	}
	slices.SortStableFunc(others, func(a, b int) int { return cmp.Compare(x.v.CastBy(b), x.v.CastBy(a)) })
	for _, i := range others[:min(len(others), max(0, parityMinPeople-n))] {
		in[i] = true
	}
	return in
}

// project places people and statements on the axes. Who cast few votes is moved
// outwards, as if the other statements had been answered alike.
func (m *ParityMap) project(x *parityMatrix) {
	p := m.Components
	columns := float64(x.columns)
	var out vec2 // what the statements that are out add for everyone
	for j, excluded := range x.excluded {
		if excluded && x.v.Counts(j).Cast() > 0 {
			out = out.plus(vec2{p[0][j], p[1][j]}.times(-m.Centre[j]))
		}
	}
	m.Positions = make([][2]float64, x.v.People())
	for i, row := range x.v.rows {
		at, cast := out, x.zeroed
		for _, c := range row {
			if j := c.index(); !x.excluded[j] {
				at = at.plus(vec2{p[0][j], p[1][j]}.times(-c.value() - m.Centre[j]))
				cast++
			}
		}
		m.Positions[i] = at.times(math.Sqrt(columns / float64(max(1, cast))))
	}
	m.StatementPositions = make([][2]float64, len(m.Centre))
	m.Extremity = make([]float64, len(m.Centre))
	for j := range m.Centre {
		at := vec2{p[0][j], p[1][j]}.times((-1 - m.Centre[j]) * math.Sqrt(columns))
		m.StatementPositions[j], m.Extremity[j] = at, at.norm()
	}
}

// Group is the index in Groups of each person's group, -1 for who has none.
func (m *ParityMap) Group() []int {
	group := slices.Repeat([]int{-1}, len(m.InMap))
	for g := range m.Groups {
		for _, i := range m.Groups[g].Members {
			group[i] = g
		}
	}
	return group
}

// Next draws the statement to show a person next: one they have not voted on and
// that is not moderated out, with a chance in proportion to its priority. False
// if none is left.
func (m *ParityMap) Next(v *Votes, person int, draw *rand.Rand) (int, bool) {
	chance := make([]float64, v.Statements())
	var total float64
	for j := range chance {
		if _, voted := v.Vote(person, j); voted || v.Moderation(j).State == Rejected {
			continue
		}
		chance[j] = 1 // a statement that is newer than the update
		if j < len(m.Priorities) {
			chance[j] = m.Priorities[j]
		}
		total += chance[j]
	}
	if total == 0 {
		return 0, false
	}
	return pick(chance, total, draw), true
}
