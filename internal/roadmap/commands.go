package roadmap

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// write runs a command: right, once, write. earlier is the number of what the
// same form made when it was sent before; then nothing is written.
func (s *Service) write(ctx context.Context, actor accounts.Actor, right accounts.Right, once string, fn func(tx *store.Tx, by store.Part) error) (earlier string, err error) {
	if err := actor.Require(right, "", ""); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		return fn(tx, actor.By(right, "", ""))
	})
	if !errors.Is(err, store.Unchanged) {
		return "", err
	}
	var subject string
	if err := s.db.Read().QueryRowContext(ctx, sqlEarlier, actor.Programme, once).Scan(&subject); err != nil {
		return "", err
	}
	_, earlier, _ = programme.ParseSubject(subject)
	return earlier, nil
}

// SetObjective adds an objective (empty Number) or changes it, and returns its
// number. Its projects follow it to another axis.
func (s *Service) SetObjective(ctx context.Context, actor accounts.Actor, o Objective, once string) (number string, err error) {
	defer fault.Wrap(&err, "roadmap.SetObjective(%s)", o.Number)
	p, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return "", err
	}
	var wrong fault.Fields
	_, known := p.Axis(o.Axis)
	wrong.Check(known, "axis", "fault.choose_one")
	wrong.Check(o.Title.Ar != "" || o.Title.Fr != "", "title", "fault.required_language")
	if err := wrong.Err(); err != nil {
		return "", err
	}
	number = o.Number
	earlier, err := s.write(ctx, actor, accounts.RoadmapDraft, once, func(tx *store.Tx, by store.Part) error {
		if o.Number == "" {
			if number, err = programme.NextNumber(tx, programme.Objective); err != nil {
				return err
			}
			err = tx.Exec(sqlInsertObjective, tx.Log(), number, o.Axis, encode(o.Title))
		} else {
			err = changed(tx.ExecOne(sqlChangeObjective, tx.Log(), number, o.Axis, encode(o.Title), o.Version))
		}
		if err != nil {
			return err
		}
		if err := tx.Exec(sqlMoveProjects, tx.Log(), number, o.Axis); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeObjectiveSet, Subject: programme.Subject(programme.Objective, number), Open: true,
			Public: store.Part{"number": number, "axis": o.Axis, "by": by}, Text: store.Part{"title": programme.TextValue(o.Title)}, Person: actor.PersonPart()})
		return err
	})
	return cmp.Or(earlier, number), err
}

// changed turns "no row had the version" into a Conflict.
func changed(ok bool, err error) error {
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "fault.conflict")
	}
	return err
}

// SaveProject adds a project sheet (empty Number) or changes it, and returns its
// number. A sheet may lack its cost, places and dates until it is adopted (Gaps).
// What an adopted version holds stays as it was adopted.
func (s *Service) SaveProject(ctx context.Context, actor accounts.Actor, p Project, once string) (number string, err error) {
	defer fault.Wrap(&err, "roadmap.SaveProject(%s)", p.Number)
	if err := actor.Require(accounts.RoadmapDraft, "", ""); err != nil {
		return "", err
	}
	if err := s.check(ctx, actor.Programme, &p); err != nil {
		return "", err
	}
	earlier, err := s.write(ctx, actor, accounts.RoadmapDraft, once, func(tx *store.Tx, by store.Part) error {
		number, err = saveProject(tx, actor, by, p)
		return err
	})
	return cmp.Or(earlier, number), err
}

// saveProject writes a sheet. Its cycle and its release are the row's, whatever the form says.
func saveProject(tx *store.Tx, actor accounts.Actor, by store.Part, p Project) (number string, err error) {
	var old Project
	if p.Number != "" {
		list, err := load(tx.Context(), tx, tx.Log(), p.Number)
		if err != nil {
			return "", err
		}
		if len(list) == 0 {
			return "", fault.New(fault.NotFound, "fault.not_found")
		}
		old = list[0]
		p.Cycle = old.Cycle
	}
	if err := programme.StaffGate(tx, p.Cycle, programme.Roadmap); err != nil {
		return "", err
	}
	if err := checkAdopted(old, &p); err != nil {
		return "", err
	}
	if number = p.Number; number == "" {
		if number, err = programme.NextNumber(tx, programme.Project); err != nil {
			return "", err
		}
		err = tx.Exec(sqlInsertProject, append([]any{tx.Log(), number, p.Cycle}, columnsOf(p)...)...)
	} else {
		err = changed(tx.ExecOne(sqlChangeProject, append(append([]any{tx.Log(), number}, columnsOf(p)...), p.Version)...))
	}
	if err != nil {
		return "", err
	}
	if err := errors.Join(saveParts(tx, number, p), linkProject(tx, by, number, old, p)); err != nil {
		return "", err
	}
	public := projectPart(p)
	public["number"], public["by"] = number, by
	_, err = tx.Append(store.Change{Kind: ChangeProjectSet, Subject: programme.Subject(programme.Project, number), Open: old.Release == programme.Public,
		Public: public, Text: store.Part{"title": programme.TextValue(p.Title), "summary": programme.TextValue(p.Summary), "reason": programme.TextValue(p.EntryReason)}, Person: actor.PersonPart()})
	return number, err
}

func columnsOf(p Project) []any {
	return []any{encode(p.Title), encode(p.Summary), p.Objective, p.Axis, p.MOA, p.MOD, encode(p.Options), encode(p.Proposals),
		p.Entry, encode(p.EntryReason), encode(p.Components), p.Cost, encode(p.Beneficiaries), encode(p.Milestones)}
}

func saveParts(tx *store.Tx, number string, p Project) error {
	if err := errors.Join(tx.Exec(sqlDropShares, tx.Log(), number), tx.Exec(sqlDropFunding, tx.Log(), number)); err != nil {
		return err
	}
	var shares, funding []any
	for _, sh := range p.Shares {
		shares = append(shares, tx.Log(), number, sh.Unit, sh.Num, sh.Den)
	}
	for _, f := range p.Funding {
		funding = append(funding, tx.Log(), number, f.Organisation, f.Year, f.Amount)
	}
	if len(shares) > 0 {
		if err := tx.Exec(sqlInsertShares+tx.Values(len(p.Shares), 5), shares...); err != nil {
			return err
		}
	}
	if len(funding) == 0 {
		return nil
	}
	return tx.Exec(sqlInsertFunding+tx.Values(len(p.Funding), 5), funding...)
}

// linkProject ties the project to what it comes from and to what it serves, and
// unties it from what it no longer names.
func linkProject(tx *store.Tx, by store.Part, number string, old, p Project) error {
	role, subject := by["role"].(string), programme.Subject(programme.Project, number)
	links := linksOf(subject, p)
	for _, l := range linksOf(subject, old) {
		if old.Number != "" && !slices.Contains(links, l) {
			if err := programme.RemoveLink(tx, l.Source, l.Target, l.Kind); err != nil {
				return err
			}
		}
	}
	for i := range links {
		links[i].ByRole = role
	}
	return programme.AddLinks(tx, links...)
}

// linksOf are the threads of a sheet. A proposal whose option the project comes
// from is reached through it.
func linksOf(subject string, p Project) (links []programme.Link) {
	for _, o := range p.Options {
		links = append(links, programme.Link{Source: programme.Subject(programme.Option, o), Target: subject, Kind: programme.BecameA})
	}
	if len(p.Options) == 0 {
		for _, pr := range p.Proposals {
			links = append(links, programme.Link{Source: programme.Subject(programme.Proposal, pr), Target: subject, Kind: programme.BecameA})
		}
	}
	return append(links, programme.Link{Source: subject, Target: programme.Subject(programme.Objective, p.Objective), Kind: programme.Serves})
}
