package pb

import (
	"context"
	"math/big"
	"slices"
)

// WhatIf answers by rerunning the rule what would have made a lost project win.
// It takes up to a few dozen reruns and ends early with the context's error. The
// options must be those that gave the outcome.
//
// Source: the reruns of Boehmer et al., Evaluation of Project Performance in
// Participatory Budgeting (IJCAI 2024).
func WhatIf(ctx context.Context, inst *Instance, profile *Profile, opts Options, out *Outcome, project string) (*Counterfactual, error) {
	at := slices.IndexFunc(out.Lost, func(l Loss) bool { return l.Project == project })
	if at < 0 {
		return nil, &Fault{Code: UnknownProject, Got: project, Want: "a project that the outcome explains as lost"}
	}
	opts.Brief, opts.Progress = true, nil
	answer := &Counterfactual{}
	if rivals := out.Lost[at].Rivals; len(rivals) > 0 {
		answer.Rival = rivals[0].Project
		o, err := EqualShares(ctx, without(inst, answer.Rival), withoutChoice(profile, answer.Rival), opts)
		if err != nil {
			return nil, err
		}
		answer.WithoutRival = o.Won(project)
	}
	var err error
	answer.ExtraSupporters, err = extraSupporters(ctx, inst, profile, opts, project)
	return answer, err
}

// without is the instance less one project.
func without(inst *Instance, id string) *Instance {
	rest := *inst
	rest.Projects = slices.DeleteFunc(slices.Clone(inst.Projects), func(p Project) bool { return p.ID == id })
	return &rest
}

// withoutChoice is the profile with one project struck from every ballot.
func withoutChoice(profile *Profile, id string) *Profile {
	rest := *profile
	rest.Ballots = slices.Clone(profile.Ballots)
	for i := range rest.Ballots {
		b := &rest.Ballots[i]
		k := slices.Index(b.Projects, id)
		if k < 0 {
			continue
		}
		b.Projects = slices.Delete(slices.Clone(b.Projects), k, k+1)
		if b.Points != nil {
			b.Points = slices.Delete(slices.Clone(b.Points), k, k+1)
		}
	}
	return &rest
}

// extraClass keeps the further voters apart from those who voted.
const extraClass = "\x00extra"

// extraSupporters doubles the number of further voters until the project wins,
// then halves the interval. Beyond 64 times the electorate it gives up: then the
// further voters could buy anything their money allows.
func extraSupporters(ctx context.Context, inst *Instance, profile *Profile, opts Options, project string) (int64, error) {
	ballot := Ballot{Projects: []string{project}, Class: extraClass}
	switch opts.Utility.form {
	case formBorda, formOwn:
		return 0, nil // a ballot with one project has no rank to gain from
	case formPoints:
		ballot.Points = []int64{largestPoints(profile)}
	}
	wider := *profile
	wider.Ballots = append(slices.Clip(profile.Ballots), ballot)
	base, err := compile(inst, &wider, opts.Utility)
	if err != nil {
		return 0, err
	}
	wins := func(k int64) (bool, error) {
		o, err := base.withVoters(k).equalShares(ctx, opts)
		return err == nil && o.Won(project), err
	}
	low, high := int64(0), int64(1)
	for {
		ok, err := wins(high)
		if err != nil {
			return 0, err
		}
		if ok {
			break
		}
		if low, high = high, 2*high; high > 64*(base.voters+1) {
			return 0, nil
		}
	}
	for high-low > 1 {
		mid := low + (high-low)/2
		ok, err := wins(mid)
		if err != nil {
			return 0, err
		}
		if ok {
			high = mid
		} else {
			low = mid
		}
	}
	return high, nil
}

func largestPoints(profile *Profile) int64 {
	most := int64(1)
	for i := range profile.Ballots {
		for _, pts := range profile.Ballots[i].Points {
			most = max(most, pts)
		}
	}
	return most
}

// withVoters is the election with k voters in place of the one of extraClass,
// whose ballot names a single project and came last.
func (e *election) withVoters(k int64) *election {
	w := *e
	t := len(e.votes) - 1
	p := e.item[e.off[t]]
	more := new(big.Int).Mul(big.NewInt(k-1), e.scale)

	w.votes = slices.Clone(e.votes)
	w.votes[t] = k
	w.voters += k - 1
	w.total = new(big.Int).Add(e.total, more)
	w.supportVotes, w.supportMass = slices.Clone(e.supportVotes), slices.Clone(e.supportMass)
	w.supportVotes[p] += k - 1
	w.supportMass[p] = new(big.Int).Add(e.supportMass[p], more)
	masses := make([]*big.Int, len(e.votes))
	for i := range masses {
		masses[i] = e.mass.big(int32(i))
	}
	masses[t].Add(masses[t], more)
	w.mass = newMassTable(masses, w.total)
	return &w
}
