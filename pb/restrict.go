package pb

import (
	"context"
	"math/big"
	"slices"
)

// restrict is the election of some of the voters about some of the projects. The
// instance's list of projects stays, so positions mean the same; projects left
// out have no supporters. parent tells which type each of its types came from.
func (e *election) restrict(budget int64, voter func(t int32) bool, project func(p int) bool) (sub *election, parent []int32) {
	inst := *e.inst
	inst.Budget = budget
	s := &election{inst: &inst, util: e.util, uniform: e.uniform, scale: e.scale, gainScale: e.gainScale, classes: e.classes, places: e.places}
	var masses []*big.Int
	s.totals = make([]*big.Int, len(e.classes))
	for i := range s.totals {
		s.totals[i] = new(big.Int)
	}
	for t := range int32(len(e.votes)) {
		if !voter(t) {
			continue
		}
		parent = append(parent, t)
		mass := e.mass.big(t)
		masses = append(masses, mass)
		s.votes, s.class, s.place = append(s.votes, e.votes[t]), append(s.class, e.class[t]), append(s.place, e.place[t])
		s.voters += e.votes[t]
		s.totals[e.class[t]].Add(s.totals[e.class[t]], mass)
		s.off = append(s.off, int32(len(s.item)))
		for k := e.off[t]; k < e.off[t+1]; k++ {
			if project(int(e.item[k])) {
				s.item = append(s.item, e.item[k])
				if !e.uniform {
					s.gain = append(s.gain, e.gain[k])
				}
			}
		}
	}
	s.index(masses)
	return s, parent
}

// everyProject keeps all projects.
func everyProject(int) bool { return true }

// Districts runs a rule in each district apart: its projects, its voters, its
// budget. A ballot belongs to the district that is its Place; choices elsewhere
// do not count. Outcomes come in the order of the districts' names.
func Districts(ctx context.Context, inst *Instance, profile *Profile, budgets map[string]int64, rule Rule, opts Options) (map[string]*Outcome, error) {
	e, err := compileWith(inst, profile, rule.opts.Utility, true)
	if err != nil {
		return nil, err
	}
	opts.Utility, opts.Completion = rule.opts.Utility, rule.opts.Completion
	out := map[string]*Outcome{}
	for district, budget := range budgets {
		local, _ := e.restrict(budget,
			func(t int32) bool { return e.places[e.place[t]] == district },
			func(p int) bool { return inst.Projects[p].District == district })
		o, err := rule.run(ctx, local, opts)
		if err != nil {
			return nil, err
		}
		o.Lost = slices.DeleteFunc(o.Lost, func(l Loss) bool {
			p := slices.IndexFunc(inst.Projects, func(p Project) bool { return p.ID == l.Project })
			return inst.Projects[p].District != district
		})
		out[district] = o
	}
	return out, nil
}

// Part is one of the elections that Merge puts together.
type Part struct {
	District string
	Instance *Instance
	Profile  *Profile
}

// Merge makes one election of several local ones: projects become
// "district/id", budgets are added, ballots belong to their district. The parts
// need the same kind of ballot.
func Merge(parts []Part) (*Instance, *Profile, error) {
	inst, profile := &Instance{}, &Profile{}
	for i, part := range parts {
		if i == 0 {
			profile.Kind = part.Profile.Kind
		}
		if part.Profile.Kind != profile.Kind {
			return nil, nil, &Fault{Code: NotApplicable, Got: string(part.Profile.Kind) + " ballots in " + part.District, Want: string(profile.Kind) + " ballots as in the others"}
		}
		inst.Decimals = max(inst.Decimals, part.Instance.Decimals)
		profile.PointDecimals = max(profile.PointDecimals, part.Profile.PointDecimals)
	}
	for _, part := range parts {
		amounts, points := int64(1), int64(1)
		for range inst.Decimals - part.Instance.Decimals {
			amounts *= 10
		}
		for range profile.PointDecimals - part.Profile.PointDecimals {
			points *= 10
		}
		inst.Budget += part.Instance.Budget * amounts
		for _, p := range part.Instance.Projects {
			p.ID, p.District, p.Cost = part.District+"/"+p.ID, part.District, p.Cost*amounts
			inst.Projects = append(inst.Projects, p)
		}
		for _, b := range part.Profile.Ballots {
			b.Place, b.Projects, b.Points, b.Extra = part.District, slices.Clone(b.Projects), slices.Clone(b.Points), nil
			if b.Voter != "" {
				b.Voter = part.District + "/" + b.Voter
			}
			for k := range b.Projects {
				b.Projects[k] = part.District + "/" + b.Projects[k]
			}
			for k := range b.Points {
				b.Points[k] *= points
			}
			profile.Ballots = append(profile.Ballots, b)
		}
	}
	return inst, profile, inst.Validate()
}
