package opinion

import (
	"cmp"
	"math"
	"slices"
)

// reportList is the number of statements listed as common ground or as dividing.
const reportList = 10

// ReportProportion is the part of some people that votes in one direction, with
// its 90 % interval. All but Voters is null where so few did that the share would
// give a small count away.
type ReportProportion struct {
	Voters Count    `json:"voters"`
	Share  *float64 `json:"share"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
}

// ReportDistinction is a [Representative].
type ReportDistinction struct {
	Statement string           `json:"statement"`
	Direction string           `json:"direction"` // agree or disagree
	Inside    ReportProportion `json:"inside"`
	Outside   ReportProportion `json:"outside"`
	P         float64          `json:"p"`
}

// ReportCommon is a [CommonStatement].
type ReportCommon struct {
	Statement string             `json:"statement"`
	Direction string             `json:"direction"`
	Score     float64            `json:"score"`
	Shared    bool               `json:"shared"`
	Lowest    int                `json:"lowest"` // group
	Groups    []ReportProportion `json:"groups"`
}

// ReportBridge is a [Bridge]: a statement that people agree with on both sides of
// what divides them most.
type ReportBridge struct {
	Statement    string  `json:"statement"`
	Intercept    float64 `json:"intercept"`
	Low          float64 `json:"low"`
	High         float64 `json:"high"`
	Factor       float64 `json:"factor"`
	CrossCutting bool    `json:"cross_cutting"`
}

// ReportDividing is a statement on which groups surely differ: Gap lies between
// the lower bound of the share agreeing of the group that agrees most and the
// upper bound of the one that agrees least. Where there are no groups it is the
// lower bound of the smaller of both camps, those who agree and those who disagree.
type ReportDividing struct {
	Statement string  `json:"statement"`
	Gap       float64 `json:"gap"`
	Most      int     `json:"most"` // groups; −1 without
	Least     int     `json:"least"`
}

func direction(v Vote) string {
	if v == Disagree {
		return "disagree"
	}
	return "agree"
}

// reported hides a proportion of fewer than ten people, or in which fewer than
// ten voted so.
func reported(p Proportion) ReportProportion {
	out := ReportProportion{Voters: Count{N: p.Tally.Voters}}
	if p.Tally.Voters < SmallCell {
		out.Voters = Count{Hidden: true}
	}
	if p.Share*float64(p.Tally.Voters) < SmallCell-0.5 {
		return out
	}
	out.Share, out.Low, out.High = rounded(p.Share), rounded(p.Low), rounded(p.High)
	return out
}

// distinctions are what sets a group apart.
func (f Findings) distinctions(group int) []ReportDistinction {
	out := []ReportDistinction{}
	for _, r := range f.Representative {
		if r.Group == group {
			out = append(out, ReportDistinction{f.Votes.StatementID(r.Statement), direction(r.Direction), reported(r.Inside), reported(r.Outside), round(r.P)})
		}
	}
	return out
}

// ground lists common ground and what divides.
func (r *Report) ground(f Findings) {
	for _, c := range f.Common[:min(len(f.Common), reportList)] {
		told := ReportCommon{Statement: f.Votes.StatementID(c.Statement), Direction: direction(c.Direction), Score: round(c.Score), Shared: c.Shared, Lowest: c.Lowest, Groups: []ReportProportion{}}
		for _, p := range c.Groups {
			told.Groups = append(told.Groups, reported(p))
		}
		r.CommonGround = append(r.CommonGround, told)
	}
	for _, b := range f.Bridges(reportList) {
		r.Bridges = append(r.Bridges, ReportBridge{f.Votes.StatementID(b.Statement), round(b.Intercept), round(b.Low), round(b.High), round(b.Factor), b.CrossCutting})
	}
	var all []ReportDividing
	for j, in := range f.Map.Included {
		if d := f.dividing(j); in && d.Gap > 0 {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b ReportDividing) int {
		return cmp.Or(cmp.Compare(b.Gap, a.Gap), compareIDs(a.Statement, b.Statement))
	})
	r.Dividing = append(r.Dividing, all[:min(len(all), reportList)]...)
}

// Bridges lists the statements that bridge most, at most n, the first first; none
// where there are groups.
func (f Findings) Bridges(n int) []Bridge {
	if f.Bridging == nil {
		return nil
	}
	list := slices.SortedFunc(slices.Values(f.Bridging.Statements), func(a, b Bridge) int {
		return cmp.Or(cmp.Compare(b.Intercept, a.Intercept), compareIDs(f.Votes.StatementID(a.Statement), f.Votes.StatementID(b.Statement)))
	})
	return list[:min(n, len(list))]
}

func (f Findings) dividing(j int) ReportDividing {
	out := ReportDividing{Statement: f.Votes.StatementID(j), Most: -1, Least: -1}
	if len(f.Groups.Groups) == 0 {
		var all Tally
		for i, vote := range f.Votes.Column(j) {
			all.add(vote, f.Votes.Weight(i))
		}
		out.Gap = round(min(all.proportion(Agree).Low, all.proportion(Disagree).Low))
		return out
	}
	most, least := math.Inf(-1), math.Inf(1)
	for g, t := range f.Groups.tallies(f.Votes, j) {
		p := t.proportion(Agree)
		if t.Voters < SmallCell {
			continue
		}
		if p.Low > most {
			most, out.Most = p.Low, g
		}
		if p.High < least {
			least, out.Least = p.High, g
		}
	}
	out.Gap = round(max(most-least, 0))
	return out
}
