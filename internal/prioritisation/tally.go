package prioritisation

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/pb"
)

// Election gives a closed vote as an instance and a profile of package pb, in the
// order in which its ballots are published: anyone can recount from the same.
func (s *Service) Election(ctx context.Context, programmeID string, v Vote) (inst *pb.Instance, profile *pb.Profile, err error) {
	defer fault.Wrap(&err, "prioritisation.Election(%s)", v.Number)
	if v.State == Draft || v.State == Frozen {
		return nil, nil, fault.New(fault.Closed, "prioritisation.error.not_closed")
	}
	options, err := s.Options(ctx, programmeID, v.Number)
	if err != nil {
		return nil, nil, err
	}
	title, _ := v.Title.In(i18n.Fr)
	inst = &pb.Instance{Budget: v.Budget, Decimals: 2, Meta: []pb.Field{{Key: "description", Value: title}, {Key: "country", Value: "Morocco"},
		{Key: "unit", Value: s.db.InstallationName()}, {Key: "instance", Value: v.Number}, {Key: "rule", Value: ruleName}}}
	for _, o := range options {
		name, _ := o.Title.In(i18n.Fr)
		inst.Projects = append(inst.Projects, pb.Project{ID: o.Number, Cost: o.Cost, Name: name})
	}
	ballots, err := closedBallots(ctx, s.db.Read(), programmeID, v.Number)
	if err != nil {
		return nil, nil, err
	}
	profile = &pb.Profile{Kind: pb.Approval, Columns: []string{"voter_id", "vote", "ballot_class"}}
	for i, b := range ballots {
		profile.Ballots = append(profile.Ballots, pb.Ballot{Voter: fmt.Sprint(i + 1), Projects: b.Options, Class: b.Class, Extra: []string{b.Class}})
	}
	return inst, profile, nil
}

// Tally counts a closed vote whose seed is drawn, by the rule of its charter, and
// records the outcome with what explains it. It computes outside the write; the
// same ballots always give the same outcome.
func (s *Service) Tally(ctx context.Context, actor accounts.Actor, number, once string) (err error) {
	defer fault.Wrap(&err, "prioritisation.Tally(%s)", number)
	if err := actor.Require(accounts.VoteManage, "", ""); err != nil {
		return err
	}
	v, err := s.Vote(ctx, actor.Programme, number)
	if err != nil {
		return err
	}
	var refused error
	switch {
	case v.State != Closed:
		refused = fault.New(fault.Closed, "prioritisation.error.not_closed")
	case v.Seed == "":
		refused = fault.New(fault.Closed, "prioritisation.error.no_seed")
	}
	if refused != nil { // unless this very form has tallied it
		return s.manage(ctx, actor, once, func(*store.Tx, store.Part) error { return refused })
	}
	inst, profile, err := s.Election(ctx, actor.Programme, v)
	if err != nil {
		return err
	}
	out, err := count(ctx, inst, profile, v.Seed)
	if err != nil {
		return err
	}
	data, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return s.manage(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		ok, err := tx.ExecOne(sqlTally, tx.Log(), number, string(data), out.Hash())
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		_, err = tx.Append(store.Change{Kind: ChangeTallied, Subject: programme.Subject(programme.Vote, number),
			Public: store.Part{"vote": number, "outcome": out.Hash(), "by": by}, Person: actor.PersonPart()})
		return err
	})
}

// count runs the charter's rule and asks, for each option left out, what would have changed it.
func count(ctx context.Context, inst *pb.Instance, profile *pb.Profile, seed string) (*pb.Outcome, error) {
	opts := pb.Charter(seed)
	out, err := pb.EqualShares(ctx, inst, profile, opts)
	if err != nil {
		return nil, err
	}
	for i := range out.Lost {
		if out.Lost[i].Counterfactual, err = pb.WhatIf(ctx, inst, profile, opts, out, out.Lost[i].Project); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// PublishResult releases the result of a tallied vote: a person does, by right.
func (s *Service) PublishResult(ctx context.Context, actor accounts.Actor, number string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "prioritisation.PublishResult(%s)", number)
	if err := actor.Require(accounts.ResultPublish, "", ""); err != nil {
		return err
	}
	v, err := s.Vote(ctx, actor.Programme, number)
	if err != nil {
		return err
	}
	return s.manage(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		ok, err := tx.ExecOne(sqlPublish, tx.Log(), number, tx.Millis(), version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		subject := programme.Subject(programme.Vote, number)
		if _, err := tx.Append(store.Change{Kind: ChangeResultPublished, Subject: subject, Open: true,
			Public: store.Part{"vote": number, "outcome": v.OutcomeHash, "by": by}, Person: actor.PersonPart()}); err != nil {
			return err
		}
		return tx.Release(subject)
	})
}
