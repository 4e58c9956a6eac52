package pb

import (
	"cmp"
	"math/big"
	"slices"
)

// Violation is a group of voters that an outcome serves less than its part of
// the budget would allow: all of them support Project, together they own
// Entitled, and none has projects worth more than Satisfaction; adding Project
// would still leave every one of them below Entitled.
type Violation struct {
	Project      string `json:"project"`
	Voters       int64  `json:"voters"`
	Weight       Ratio  `json:"weight"`
	Entitled     Ratio  `json:"entitled"`     // the group's part of the budget
	Satisfaction int64  `json:"satisfaction"` // the most that any of them got, in cost of selected projects on her ballot
}

// Certificate checks proportionality: extended justified representation up to
// one project (EJR+), with the cost of a project as its worth. It returns one
// violation, the gravest, for each unselected project that has any; an empty list
// certifies the outcome.
//
// A violation is an unselected project c and j of its supporters (by weight) with
// u_j + cost(c) < j·B/n, where u_j is the most that the j least satisfied of them
// have. Equal Shares with cost utility and any completion has none.
//
// Source: Brill, Peters, Robust and Verifiable Proportionality Axioms for
// Multiwinner Voting (EC 2023), for budgets with the cost of projects as utility.
func Certificate(inst *Instance, profile *Profile, selected []string) ([]Violation, error) {
	e, err := compile(inst, profile, Cost)
	if err != nil {
		return nil, err
	}
	return e.certificate(e.selection(selected)), nil
}

// selection marks the projects of a list.
func (e *election) selection(ids []string) []bool {
	in := make([]bool, len(e.inst.Projects))
	for p := range in {
		in[p] = slices.Contains(ids, e.inst.Projects[p].ID)
	}
	return in
}

// satisfactions are the costs of the selected projects on each type's ballot.
func (e *election) satisfactions(selected []bool) []int64 {
	out := make([]int64, len(e.votes))
	for t := range out {
		for _, p := range e.item[e.off[t]:e.off[t+1]] {
			if selected[p] {
				out[t] += e.inst.Projects[p].Cost
			}
		}
	}
	return out
}

func (e *election) certificate(selected []bool) []Violation {
	var out []Violation
	satisfied := e.satisfactions(selected)
	for p := range selected {
		if selected[p] || len(e.sup[p]) == 0 {
			continue
		}
		if v := e.violation(p, satisfied); v != nil {
			out = append(out, *v)
		}
	}
	return out
}

// violation is the group of supporters of p that lacks most, nil if none lacks
// anything.
func (e *election) violation(p int, satisfied []int64) *Violation {
	types := slices.Clone(e.sup[p])
	slices.SortFunc(types, func(a, b int32) int { return cmp.Compare(satisfied[a], satisfied[b]) })
	var worst *Violation
	lack := new(big.Int) // j·B − (u_j + cost)·n, both sides in multiplicity units
	mass, voters := new(big.Int), int64(0)
	budget := big.NewInt(e.inst.Budget)
	var has, owns big.Int
	for i, t := range types {
		mass.Add(mass, e.mass.big(t))
		voters += e.votes[t]
		if i+1 < len(types) && satisfied[types[i+1]] == satisfied[t] {
			continue
		}
		has.Mul(has.SetInt64(satisfied[t]+e.inst.Projects[p].Cost), e.total)
		owns.Mul(mass, budget)
		if owns.Sub(&owns, &has).Cmp(lack) > 0 {
			lack.Set(&owns)
			entitled := new(big.Rat).SetFrac(new(big.Int).Mul(mass, budget), e.total)
			worst = &Violation{Project: e.inst.Projects[p].ID, Voters: voters, Weight: ratio(mass, e.scale), Entitled: exact(entitled), Satisfaction: satisfied[t]}
		}
	}
	return worst
}
