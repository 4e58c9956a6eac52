package opinion

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// PowerOptions describe the conversation an organiser expects. Zero values are
// the defaults: 40 statements, two groups as far apart as [Simulation] makes
// them, 50 to 800 people with 8 to 30 votes each, ten runs of each.
type PowerOptions struct {
	Statements int
	Groups     int
	Distance   float64
	People     []int
	VotesEach  []int
	Runs       int
	Refits     int // of each map; 10 if 0
	Seed       uint64

	// Progress, if set, is called after each size; never twice at once.
	Progress func(done, all int)
}

// Power is what a map may be trusted with at one size of conversation.
type Power struct {
	People, VotesEach, Runs int

	// Of conversations with groups: Found is the part in which groups are shown
	// that do not mix the true ones, nine of ten people who surely stand in a
	// group being among their own; Exact the part in which they are also as many;
	// Apart the part in which the shown ones stand apart, see [Edge].
	Found, Exact, Apart float64

	// Of conversations in which every vote is drawn by itself: the part in which
	// groups are shown.
	FalseAlarm float64

	// Of conversations in which people differ along two axes and nowhere is a gap:
	// the part in which such a crowd is cut into groups, and in which these even
	// seem to stand apart.
	Cut, CutApart float64

	Error float64 // mean absolute error of a statement's share of agreement
}

const (
	unmixed = 0.9 // part of people among their own, for groups that count as found
	enough  = 0.8 // part of conversations in which they must be found
)

// MeasurePower makes up conversations of every size, makes their maps and
// compares what would be shown with the truth: how many participants and votes a
// map needs before it means something. It stops with the context's error.
func MeasurePower(ctx context.Context, opts PowerOptions) ([]Power, error) {
	opts.Statements = cmp.Or(opts.Statements, 40)
	opts.Groups = cmp.Or(opts.Groups, 2)
	opts.Runs = cmp.Or(opts.Runs, 10)
	opts.Refits = cmp.Or(opts.Refits, 10)
	if opts.People == nil {
		opts.People = []int{50, 100, 200, 400, 800}
	}
	if opts.VotesEach == nil {
		opts.VotesEach = []int{8, 15, 30}
	}
	if opts.Runs < 1 || opts.Groups < 2 || opts.Groups > mostGroups {
		return nil, &Fault{Code: BadOption, Got: fmt.Sprintf("%d runs, %d groups", opts.Runs, opts.Groups), Want: fmt.Sprintf("a run or more, 2 to %d groups", mostGroups)}
	}
	var out []Power
	for _, people := range opts.People {
		for _, votes := range opts.VotesEach {
			p, err := opts.measure(ctx, people, votes)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
			if opts.Progress != nil {
				opts.Progress(len(out), len(opts.People)*len(opts.VotesEach))
			}
		}
	}
	return out, nil
}

// EnoughPower is the first size, by people and then by votes, from which on to
// more people with as many votes the true groups are found in four of five
// conversations; false if there is none.
func EnoughPower(list []Power) (Power, bool) {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b Power) int {
		return cmp.Or(cmp.Compare(a.People, b.People), cmp.Compare(a.VotesEach, b.VotesEach))
	})
	for _, p := range sorted {
		if !slices.ContainsFunc(sorted, func(q Power) bool { return q.VotesEach == p.VotesEach && q.People >= p.People && q.Found < enough }) {
			return p, true
		}
	}
	return Power{}, false
}

// powerRun is what three conversations of one size showed.
type powerRun struct {
	found, exact, apart, alarm, cut, cutApart bool

	error float64
	err   error
}

func (o PowerOptions) measure(ctx context.Context, people, votes int) (Power, error) {
	runs := make([]powerRun, o.Runs)
	err := parallel(ctx, split(o.Runs, o.Runs), func(run, _, _ int) {
		s := Simulation{People: people, Statements: o.Statements, VotesEach: float64(votes), Distance: o.Distance, Passes: 0.1}
		s.Seed = o.Seed + uint64(run) + uint64(people)<<20 + uint64(votes)<<44
		runs[run].err = o.run(ctx, s, &runs[run])
	})
	if err != nil {
		return Power{}, err
	}
	p := Power{People: people, VotesEach: votes, Runs: o.Runs}
	for _, r := range runs {
		if r.err != nil {
			return Power{}, r.err
		}
		for _, count := range []struct {
			what bool
			of   *float64
		}{{r.found, &p.Found}, {r.exact, &p.Exact}, {r.apart, &p.Apart}, {r.alarm, &p.FalseAlarm}, {r.cut, &p.Cut}, {r.cutApart, &p.CutApart}} {
			if count.what {
				*count.of++
			}
		}
		p.Error += r.error
	}
	for _, sum := range []*float64{&p.Found, &p.Exact, &p.Apart, &p.FalseAlarm, &p.Cut, &p.CutApart, &p.Error} {
		*sum = round(*sum / float64(o.Runs))
	}
	return p, nil
}

func (o PowerOptions) run(ctx context.Context, s Simulation, r *powerRun) error {
	none, err := o.look(ctx, s)
	if err != nil {
		return err
	}
	crowd := s
	crowd.Spread = 1
	cut, err := o.look(ctx, crowd)
	if err != nil {
		return err
	}
	s.Groups, s.Spread, s.Readiness = o.Groups, 0.5, 0.5
	with, err := o.look(ctx, s)
	if err != nil {
		return err
	}
	r.alarm = none.groups.K > 1
	r.cut, r.cutApart = cut.groups.K > 1, cut.apart()
	r.found = with.groups.K > 1 && with.own() >= unmixed
	r.exact = r.found && with.groups.K == s.Groups
	r.apart = r.found && with.apart()
	for j, support := range with.Support {
		n := with.Votes.Counts(j)
		r.error += math.Abs(float64(n.Agree+1)/float64(n.Cast()+2)-support) / float64(len(with.Support))
	}
	return nil
}

// look is a simulated conversation with its map and what is shown of it.
type look struct {
	*Simulated
	positions *Map
	groups    *Groups
}

func (o PowerOptions) look(ctx context.Context, s Simulation) (*look, error) {
	c, err := s.Draw()
	if err != nil {
		return nil, err
	}
	m, err := NewMap(ctx, c.Votes, MapOptions{Seed: s.Seed})
	if err != nil {
		return nil, err
	}
	g, err := FindGroups(ctx, c.Votes, m, GroupOptions{Seed: s.Seed, Refits: o.Refits})
	return &look{c, m, g}, err
}

func (l *look) apart() bool { return Separate(l.groups.Edges(l.Votes, l.positions)) }

// own is the part of people, of those who surely stand in a group shown, whose
// true group is that of most there.
func (l *look) own() float64 {
	counts := make([]map[int]int, len(l.groups.Groups))
	for g := range counts {
		counts[g] = map[int]int{}
	}
	all, own := 0, 0
	for i, label := range l.groups.Label {
		if label >= 0 && !Between(l.groups.Membership(l.positions.Positions[i])) {
			counts[label][l.Groups[i]]++
			all++
		}
	}
	for _, c := range counts {
		most := 0
		for _, n := range c {
			most = max(most, n)
		}
		own += most
	}
	return part(float64(own), float64(all))
}
