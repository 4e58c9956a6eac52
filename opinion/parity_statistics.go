package opinion

import (
	"cmp"
	"math"
	"slices"
)

// ParityStatement is a statement that represents a group, and the counts that
// say so. Ratio and RatioZ compare with everyone in the other groups.
type ParityStatement struct {
	Statement       int
	Agree           bool // represents by agreeing, else by disagreeing
	Success, Trials int  // who did, and who voted
	P, Z            float64
	Ratio, RatioZ   float64
	BestAgree       bool // put first, whatever the others are
}

// ParityConsensus is a statement on which all people go together.
type ParityConsensus struct {
	Statement       int
	Success, Trials int
	P, Z            float64
}

// significant is what the server calls significant at 90 %.
func significant(z float64) bool { return z > 1.2816 }

// share is the smoothed share of successes.
func share(success, trials int) float64 { return float64(success+1) / float64(trials+2) }

// propTest is the z of one proportion against a half.
func propTest(success, trials int) float64 {
	n := float64(trials + 1)
	return 2 * math.Sqrt(n) * (float64(success+1)/n - 0.5)
}

// twoPropTest is the z of one proportion against another.
func twoPropTest(success, others, trials, otherTrials int) float64 {
	s, o := float64(success+1), float64(others+1)
	n, m := float64(trials+1), float64(otherTrials+1)
	pooled := (s + o) / (n + m)
	if pooled >= 1 {
		return 0
	}
	return (s/n - o/m) / math.Sqrt(pooled*(1-pooled)*(1/n+1/m))
}

// parityTest is one direction of a group's votes on a statement.
type parityTest struct{ success, trials, p, z, ratio, ratioZ float64 }

func newParityTest(success, trials, others, otherTrials int) parityTest {
	p := share(success, trials)
	return parityTest{
		success: float64(success), trials: float64(trials), p: p, z: propTest(success, trials),
		ratio:  p / share(others, otherTrials),
		ratioZ: twoPropTest(success, others, trials, otherTrials),
	}
}

func (t parityTest) sufficient() bool { return significant(t.ratioZ) && significant(t.z) }

// parityStats compares a group with the others on a statement.
type parityStats struct {
	statement       int
	agree, disagree parityTest
}

func newParityStats(statement int, in, others Counts) parityStats {
	return parityStats{
		statement: statement,
		agree:     newParityTest(in.Agree, in.Cast(), others.Agree, others.Cast()),
		disagree:  newParityTest(in.Disagree, in.Cast(), others.Disagree, others.Cast()),
	}
}

func (s parityStats) finish() ParityStatement {
	t, agree := s.disagree, s.agree.ratioZ > s.disagree.ratioZ
	if agree {
		t = s.agree
	}
	return ParityStatement{
		Statement: s.statement, Agree: agree, Success: int(t.success), Trials: int(t.trials),
		P: t.p, Z: t.z, Ratio: t.ratio, RatioZ: t.ratioZ,
	}
}

// metric orders representative statements.
func (s ParityStatement) metric() float64 { return s.Ratio * s.RatioZ * s.P * s.Z }

// beatsBestAgree tells whether a statement takes the place of the best that the
// group agrees with, as the scan in the order of the columns has it.
func (s parityStats) beatsBestAgree(best *parityStats) bool {
	a := s.agree
	switch {
	case s.agree.success == 0 && s.disagree.success == 0:
		return false
	case best != nil && best.agree.ratio > 1:
		b := best.agree
		return a.ratio*a.ratioZ*a.p*a.z > b.ratio*b.ratioZ*b.p*b.z
	case best != nil:
		return a.p*a.z > best.agree.p*best.agree.z
	}
	return significant(a.z) || a.ratio > 1 && a.p > 0.5
}

// representative are at most five statements that represent a group.
func representative(v *Votes, excluded []bool, groups []ParityGroup, g int) []ParityStatement {
	var sufficient []ParityStatement
	var best *ParityStatement
	var bestAgree *parityStats
	for j := range excluded {
		if excluded[j] || v.Counts(j).Cast() == 0 {
			continue
		}
		s := newParityStats(j, groups[g].Votes[j], votesOfOthers(groups, g, j))
		if s.agree.sufficient() || s.disagree.sufficient() {
			sufficient = append(sufficient, s.finish())
		}
		if len(sufficient) == 0 && (best == nil || max(s.agree.ratioZ, s.disagree.ratioZ) > best.RatioZ) {
			f := s.finish()
			best = &f
		}
		if s.beatsBestAgree(bestAgree) {
			bestAgree = &s
		}
	}
	var list []ParityStatement
	if bestAgree != nil {
		first := bestAgree.finish()
		first.BestAgree = true
		list = append(list, first)
	} else if best != nil && len(sufficient) == 0 {
		list = append(list, *best)
	}
	if len(sufficient) == 0 {
		return list
	}
	slices.SortStableFunc(sufficient, func(a, b ParityStatement) int { return cmp.Compare(b.metric(), a.metric()) })
	for _, s := range sufficient {
		if len(list) < 5 && (bestAgree == nil || s.Statement != bestAgree.statement) {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b ParityStatement) int { return cmp.Compare(boolOrder(a.Agree), boolOrder(b.Agree)) })
	return list
}

func boolOrder(first bool) int {
	if first {
		return 0
	}
	return 1
}

func votesOfOthers(groups []ParityGroup, g, statement int) Counts {
	var sum Counts
	for o := range groups {
		if o != g {
			c := groups[o].Votes[statement]
			sum.Agree += c.Agree
			sum.Disagree += c.Disagree
			sum.Pass += c.Pass
		}
	}
	return sum
}

// describe finds what the groups and all people think.
func (m *ParityMap) describe(v *Votes, excluded []bool, previous *ParityMap) {
	describeGroups(v, excluded, m.Groups)
	for g := range m.Groups {
		describeGroups(v, excluded, m.Groups[g].Subgroups)
	}
	m.Agreed, m.Disagreed = parityConsensus(v, excluded)
	m.GroupAware = groupAware(v, m.Groups)
	counted := previous.Groups
	if counted == nil {
		counted = m.Groups
	}
	m.Priorities = priorities(v, counted, m.Extremity)
}

func describeGroups(v *Votes, excluded []bool, groups []ParityGroup) {
	for g := range groups {
		groups[g].Votes = countVotes(v, groups[g].Members)
	}
	for g := range groups {
		groups[g].Representative = representative(v, excluded, groups, g)
	}
}

// countVotes counts by statement, statements that are out among them.
func countVotes(v *Votes, people []int) []Counts {
	counts := make([]Counts, v.Statements())
	for _, i := range people {
		for _, c := range v.rows[i] {
			counts[c.index()].add(c.vote(), 1)
		}
	}
	return counts
}

// parityConsensus counts everyone, also those not in the map.
func parityConsensus(v *Votes, excluded []bool) (agreed, disagreed []ParityConsensus) {
	for j := range excluded {
		c := v.Counts(j)
		if excluded[j] || c.Cast() == 0 {
			continue
		}
		agreed = appendConsensus(agreed, j, c.Agree, c.Cast())
		disagreed = appendConsensus(disagreed, j, c.Disagree, c.Cast())
	}
	return topConsensus(agreed), topConsensus(disagreed)
}

func appendConsensus(list []ParityConsensus, statement, success, trials int) []ParityConsensus {
	c := ParityConsensus{Statement: statement, Success: success, Trials: trials, P: share(success, trials), Z: propTest(success, trials)}
	if c.P > 0.5 && significant(c.Z) {
		list = append(list, c)
	}
	return list
}

func topConsensus(list []ParityConsensus) []ParityConsensus {
	slices.SortStableFunc(list, func(a, b ParityConsensus) int { return cmp.Compare(b.P*b.Z, a.P*a.Z) })
	return list[:min(len(list), 5)]
}

// groupAware is the product over the groups of the smoothed share that agrees.
func groupAware(v *Votes, groups []ParityGroup) []float64 {
	out := make([]float64, v.Statements())
	for j := range out {
		out[j] = 1
		for g := range groups {
			out[j] *= share(groups[g].Votes[j].Agree, groups[g].Votes[j].Cast())
		}
	}
	return out
}

// priorities of being shown next: more for what many agree with, few pass on and
// that lies far out, and much more for what few have seen.
func priorities(v *Votes, groups []ParityGroup, extremity []float64) []float64 {
	const meta = 7
	out := make([]float64, v.Statements())
	for j := range out {
		if v.Moderation(j).Meta {
			out[j] = meta * meta
			continue
		}
		var c Counts
		for g := range groups {
			if j < len(groups[g].Votes) {
				c.Agree += groups[g].Votes[j].Agree
				c.Disagree += groups[g].Votes[j].Disagree
				c.Pass += groups[g].Votes[j].Pass
			}
		}
		importance := (1 - share(c.Pass, c.Cast())) * (extremity[j] + 1) * share(c.Agree, c.Cast())
		fresh := 1 + 8*math.Pow(2, float64(c.Cast())/-5)
		out[j] = importance * fresh * importance * fresh
	}
	return out
}
