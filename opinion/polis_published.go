package opinion

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
)

// readAxes reads the centre, the components and the places of the statements.
func (r *stateReader) readAxes() {
	var pca struct {
		Center     []float64   `json:"center"`
		Comps      [][]float64 `json:"comps"`
		Projection [][]float64 `json:"comment-projection"`
		Extremity  []float64   `json:"comment-extremity"`
	}
	if !r.decode("pca", &pca) {
		return
	}
	m := r.state.Published
	m.Centre = r.byStatement("pca.center", pca.Center)
	if len(pca.Comps) >= 2 {
		m.Components[0] = r.byStatement("pca.comps", pca.Comps[0])
		m.Components[1] = r.byStatement("pca.comps", pca.Comps[1])
	}
	if m.Components[0] == nil || m.Components[1] == nil {
		m.Components = [2][]float64{}
	}
	m.Extremity = r.byStatement("pca.comment-extremity", pca.Extremity)
	if len(pca.Projection) == 2 {
		x, y := r.byStatement("pca.comment-projection", pca.Projection[0]), r.byStatement("pca.comment-projection", pca.Projection[1])
		if x != nil && y != nil {
			for j := range x {
				m.StatementPositions = append(m.StatementPositions, [2]float64{x[j], y[j]})
			}
		}
	}
}

// byStatement puts a list in the order of the columns into that of the indices.
func (r *stateReader) byStatement(part string, list []float64) []float64 {
	if list == nil {
		return nil
	}
	if len(list) != len(r.tids) {
		r.strange(part, fmt.Sprintf("%d numbers for %d statements", len(list), len(r.tids)))
		return nil
	}
	if slices.ContainsFunc(list, absurd) {
		r.strange(part, "a number without measure")
		return nil
	}
	out := make([]float64, r.state.Votes.Statements())
	for i, j := range r.tids {
		out[j] = list[i]
	}
	return out
}

// absurd numbers would leave the range of numbers when they are added up.
func absurd(x float64) bool { return math.Abs(x) > 1e12 }

// turnVotes changes the sign of all votes where the published centre lies nearer
// to the means of the votes turned round.
func (r *stateReader) turnVotes() {
	centre := r.state.Published.Centre
	if centre == nil {
		return
	}
	var asIs, turned float64
	for j, mean := range newParityMatrix(r.state.Votes).mean {
		asIs += math.Abs(centre[j] - mean)
		turned += math.Abs(centre[j] + mean)
	}
	if turned >= asIs {
		return
	}
	v := r.state.Votes
	for i := range v.People() {
		for j, vote := range v.Row(i) {
			v.Set(i, j, -vote)
		}
	}
}

// person finds a person that the state names; -1 and a warning if there is none.
func (r *stateReader) person(part string, id polisID) int {
	i, ok := r.state.Votes.Person(string(id))
	if !ok {
		r.strange(part, "participant "+quote(string(id)))
		return -1
	}
	return i
}

// readPeople reads who is in the map and the base clusters.
func (r *stateReader) readPeople() {
	m := r.state.Published
	var in []polisID
	if r.decode("in-conv", &in) {
		m.InMap = make([]bool, r.state.Votes.People())
		for _, id := range in {
			if i := r.person("in-conv", id); i >= 0 {
				m.InMap[i] = true
			}
		}
	}
	var base struct {
		ID      []int       `json:"id"`
		Members [][]polisID `json:"members"`
		X       []float64   `json:"x"`
		Y       []float64   `json:"y"`
	}
	if !r.decode("base-clusters", &base) || len(base.ID) == 0 {
		return
	}
	if n := len(base.ID); len(base.Members) != n || len(base.X) != n || len(base.Y) != n {
		r.strange("base-clusters", "lists of different lengths")
		return
	}
	if slices.ContainsFunc(base.X, absurd) || slices.ContainsFunc(base.Y, absurd) {
		r.strange("base-clusters", "a number without measure")
		return
	}
	for b, id := range base.ID {
		c := ParityCluster{ID: id, Centre: [2]float64{base.X[b], base.Y[b]}}
		for _, member := range base.Members[b] {
			if i := r.person("base-clusters", member); i >= 0 {
				c.Members = append(c.Members, i)
			}
		}
		m.Base = append(m.Base, c)
	}
}

// readGroups reads the groups shown.
func (r *stateReader) readGroups() {
	var clusters []struct {
		ID      int       `json:"id"`
		Members []int     `json:"members"`
		Center  []float64 `json:"center"`
	}
	if r.state.Published.Base == nil || !r.decode("group-clusters", &clusters) {
		return
	}
	m := r.state.Published
	members := map[int][]int{}
	for _, b := range m.Base {
		members[b.ID] = b.Members
	}
	var groups []ParityCluster
	for _, c := range clusters {
		group := ParityCluster{ID: c.ID}
		copy(group.Centre[:], c.Center)
		for _, id := range c.Members {
			if _, ok := members[id]; !ok {
				r.strange("group-clusters", fmt.Sprintf("base cluster %d", id))
				continue
			}
			group.Members = append(group.Members, id)
		}
		groups = append(groups, group)
	}
	if groups == nil {
		return
	}
	m.Groups = parityGroups(groups, members)
	for g := range m.Groups {
		m.Groups[g].Votes = countVotes(r.state.Votes, m.Groups[g].Members)
	}
	m.Groupings = map[int][]ParityCluster{len(groups): groups}
	m.Smoother = ParitySmoother{Last: len(groups), Shown: len(groups)}
	r.state.Groups = m.Group()
}

// stateStatement is a statement that represents a group, or of the consensus.
type stateStatement struct {
	TID       polisID `json:"tid"`
	For       string  `json:"repful-for"`
	Success   int     `json:"n-success"`
	Trials    int     `json:"n-trials"`
	P         float64 `json:"p-success"`
	Z         float64 `json:"p-test"`
	Ratio     float64 `json:"repness"`
	RatioZ    float64 `json:"repness-test"`
	BestAgree bool    `json:"best-agree"`
}

// readStatistics reads what the state says of groups and of all.
func (r *stateReader) readStatistics() {
	m := r.state.Published
	var represent map[string][]stateStatement
	if r.decode("repness", &represent) {
		for g := range m.Groups {
			m.Groups[g].Representative = []ParityStatement{}
			for _, s := range represent[fmt.Sprint(m.Groups[g].ID)] {
				if j, ok := r.state.Votes.Statement(string(s.TID)); ok {
					m.Groups[g].Representative = append(m.Groups[g].Representative, ParityStatement{
						Statement: j, Agree: s.For == "agree", Success: s.Success, Trials: s.Trials,
						P: s.P, Z: s.Z, Ratio: s.Ratio, RatioZ: s.RatioZ, BestAgree: s.BestAgree,
					})
				} else {
					r.strange("repness", "statement "+quote(string(s.TID)))
				}
			}
		}
	}
	var consensus struct {
		Agree    []stateStatement `json:"agree"`
		Disagree []stateStatement `json:"disagree"`
	}
	if r.decode("consensus", &consensus) {
		m.Agreed, m.Disagreed = r.consensus(consensus.Agree), r.consensus(consensus.Disagree)
	}
	m.GroupAware = r.numbers("group-aware-consensus")
	m.Priorities = r.numbers("comment-priorities")
}

// consensus is never nil: an empty list is told as well.
func (r *stateReader) consensus(list []stateStatement) []ParityConsensus {
	out := []ParityConsensus{}
	for _, s := range list {
		if j, ok := r.state.Votes.Statement(string(s.TID)); ok {
			out = append(out, ParityConsensus{Statement: j, Success: s.Success, Trials: s.Trials, P: s.P, Z: s.Z})
		} else {
			r.strange("consensus", "statement "+quote(string(s.TID)))
		}
	}
	return out
}

// numbers reads one number per statement, -1 where the state has none.
func (r *stateReader) numbers(name string) []float64 {
	var byID map[string]json.Number
	if !r.decode(name, &byID) || len(byID) == 0 {
		return nil
	}
	out := slices.Repeat([]float64{-1}, r.state.Votes.Statements())
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		j, ok := r.state.Votes.Statement(id)
		n, err := byID[id].Float64()
		if !ok || err != nil || absurd(n) {
			r.strange(name, "statement "+quote(id))
			continue
		}
		out[j] = n
	}
	return out
}
