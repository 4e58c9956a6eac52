package opinion

import "slices"

// unsure is the width of the interval of a share from which on a statement is
// listed as uncertain.
const unsure = 0.2

// statements tells of every statement of the map.
func (r *Report) statements(f Findings) {
	r.Statements = []ReportStatement{}
	for j, in := range f.Map.Included {
		if in {
			r.Statements = append(r.Statements, f.statement(j, r.Raking != nil && r.Raking.Used))
		}
	}
	slices.SortFunc(r.Statements, func(a, b ReportStatement) int { return compareIDs(a.ID, b.ID) })
	for _, s := range r.Statements {
		if s.Low == nil || *s.High-*s.Low > unsure {
			r.Uncertain = append(r.Uncertain, s.ID)
		}
	}
}

func (f Findings) statement(j int, weighted bool) ReportStatement {
	c := f.Votes.Counts(j)
	groups, total := f.tallies(j)
	out := ReportStatement{ID: f.Votes.StatementID(j), Text: f.Votes.Text(j), ReportTally: total.report(), Groups: []ReportTally{}}
	if out.Share != nil {
		low, high := jeffreys(float64(c.Agree), float64(c.Cast()))
		out.Low, out.High = rounded(low), rounded(high)
		if weighted {
			out.Weighted = rounded(f.weightedShare(j))
		}
	}
	for _, g := range groups {
		out.Groups = append(out.Groups, g.report())
	}
	for _, kind := range f.Kinds {
		if out.Classes == nil {
			out.Classes = map[string][]ReportShare{}
		}
		shares := []ReportShare{}
		for _, s := range ClassShares(f.Votes, j, kind) {
			shares = append(shares, ReportShare{s.Class, s.Cast, s.Share})
		}
		out.Classes[kind] = shares
	}
	if j < len(f.Exposed) && f.Exposed[j].Answered >= SmallCell && out.Share != nil {
		e := f.Exposed[j]
		out.Exposure = &ReportExposure{round(e.Corrected), round(e.Low), round(e.High), e.Bounded}
	}
	return out
}

// tallies are the votes of each group on a statement, and of all.
func (f Findings) tallies(j int) (groups []PublicTally, total PublicTally) {
	counts := make([]Counts, len(f.Groups.Groups)+1) // people in no group last
	for i, vote := range f.Votes.Column(j) {
		g := f.Groups.Label[i]
		if g < 0 {
			g = len(f.Groups.Groups)
		}
		counts[g].add(vote, 1)
	}
	for _, c := range counts {
		groups = append(groups, newPublicTally(c))
	}
	total = newPublicTally(f.Votes.Counts(j))
	hideSmallTallies(groups, &total)
	return groups[:len(f.Groups.Groups)], total
}

func (f Findings) weightedShare(j int) float64 {
	var agree, all float64
	for i, vote := range f.Votes.Column(j) {
		w := f.Votes.Weight(i)
		all += w
		if vote == Agree {
			agree += w
		}
	}
	return part(agree, all)
}

func (t PublicTally) report() ReportTally {
	out := ReportTally{Agree: t.Agree, Disagree: t.Disagree, Pass: t.Pass, Cast: t.Cast}
	if !t.Agree.Hidden && !t.Cast.Hidden {
		out.Share = rounded(part(float64(t.Agree.N), float64(t.Cast.N)))
	}
	return out
}
