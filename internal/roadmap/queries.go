package roadmap

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// Objectives lists the objectives by number.
func (s *Service) Objectives(ctx context.Context, programmeID string) (list []Objective, err error) {
	defer fault.Wrap(&err, "roadmap.Objectives")
	return objectives(ctx, s.db.Read(), programmeID)
}

func objectives(ctx context.Context, q store.Querier, programmeID string) (list []Objective, err error) {
	err = eachRow(ctx, q, sqlObjectives, []any{programmeID}, func(scan func(...any) error) error {
		var o Objective
		var title string
		if err := scan(&o.Number, &o.Axis, &title, &o.Version); err != nil {
			return err
		}
		err := decode(title, &o.Title)
		list = append(list, o)
		return err
	})
	return list, err
}

// Projects lists all projects by number with their shares and funding, in three
// queries. Internal ones are among them: callers show everyone the public ones only.
func (s *Service) Projects(ctx context.Context, programmeID string) (list []Project, err error) {
	defer fault.Wrap(&err, "roadmap.Projects")
	return load(ctx, s.db.Read(), programmeID)
}

// Project finds one project; NotFound if there is none.
func (s *Service) Project(ctx context.Context, programmeID, number string) (p Project, err error) {
	defer fault.Wrap(&err, "roadmap.Project(%s)", number)
	found, err := s.ProjectsByNumber(ctx, programmeID, number)
	if err != nil {
		return Project{}, err
	}
	p, ok := found[number]
	if !ok {
		return Project{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return p, nil
}

// ProjectsByNumber finds projects by number; unknown numbers are absent.
func (s *Service) ProjectsByNumber(ctx context.Context, programmeID string, numbers ...string) (found map[string]Project, err error) {
	defer fault.Wrap(&err, "roadmap.ProjectsByNumber")
	found = map[string]Project{}
	if len(numbers) == 0 {
		return found, nil
	}
	list, err := load(ctx, s.db.Read(), programmeID, numbers...)
	for _, p := range list {
		found[p.Number] = p
	}
	return found, err
}

func load(ctx context.Context, q store.Querier, programmeID string, numbers ...string) (list []Project, err error) {
	args := []any{programmeID}
	only := func(column string) string { return "" }
	if len(numbers) > 0 {
		args = append(args, anys(numbers)...)
		only = func(column string) string { return ` AND ` + column + ` IN ` + store.In(2, len(numbers)) }
	}
	at := map[string]int{}
	err = eachRow(ctx, q, sqlProjects+only("number")+` ORDER BY number`, args, func(scan func(...any) error) error {
		p, err := scanProject(scan)
		at[p.Number] = len(list)
		list = append(list, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, q, sqlShares+only("project")+` ORDER BY project, unit`, args, func(scan func(...any) error) error {
		var project string
		var sh Share
		err := scan(&project, &sh.Unit, &sh.Num, &sh.Den)
		if i, ok := at[project]; ok {
			list[i].Shares = append(list[i].Shares, sh)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, eachRow(ctx, q, sqlFunding+only("project")+` ORDER BY project, year, organisation`, args, func(scan func(...any) error) error {
		var project string
		var f Funding
		err := scan(&project, &f.Organisation, &f.Year, &f.Amount)
		if i, ok := at[project]; ok {
			list[i].Funding = append(list[i].Funding, f)
		}
		return err
	})
}

func scanProject(scan func(...any) error) (p Project, err error) {
	var title, summary, options, proposals, reason, components, beneficiaries, milestones string
	if err := scan(&p.Number, &p.Cycle, &title, &summary, &p.Objective, &p.Axis, &p.MOA, &p.MOD, &options, &proposals, &p.Entry, &reason, &components, &p.Cost,
		&beneficiaries, &milestones, &p.Release, &p.AdoptedIn, &p.Version); err != nil {
		return p, err
	}
	return p, errors.Join(decode(title, &p.Title), decode(summary, &p.Summary), decode(options, &p.Options), decode(proposals, &p.Proposals), decode(reason, &p.EntryReason),
		decode(components, &p.Components), decode(beneficiaries, &p.Beneficiaries), decode(milestones, &p.Milestones))
}

// Versions lists the versions, newest first; drafts too, which only staff may be shown.
func (s *Service) Versions(ctx context.Context, programmeID string) (list []Version, err error) {
	defer fault.Wrap(&err, "roadmap.Versions")
	return s.versions(ctx, ` ORDER BY number DESC`, programmeID)
}

// VersionOf finds one version; NotFound if there is none.
func (s *Service) VersionOf(ctx context.Context, programmeID string, number int) (v Version, err error) {
	defer fault.Wrap(&err, "roadmap.VersionOf(%d)", number)
	list, err := s.versions(ctx, ` AND number = $2`, programmeID, number)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Version{}, err
	}
	return list[0], nil
}

func (s *Service) versions(ctx context.Context, where string, args ...any) (list []Version, err error) {
	err = eachRow(ctx, s.db.Read(), sqlVersions+where, args, func(scan func(...any) error) error {
		var v Version
		var title, preamble, projects, content string
		var adopted int64
		if err := scan(&v.Number, &v.Cycle, &v.State, &title, &preamble, &projects, &content, &v.Hash, &adopted, &v.AdoptedBy, &v.Row); err != nil {
			return err
		}
		v.AdoptedAt = store.Time(adopted)
		if content != "" {
			v.Content = json.RawMessage(content)
		}
		err := errors.Join(decode(title, &v.Title), decode(preamble, &v.Preamble), decode(projects, &v.Projects))
		list = append(list, v)
		return err
	})
	return list, err
}

// AdoptionTimes are the times at which versions were adopted, by number.
func (s *Service) AdoptionTimes(ctx context.Context, programmeID string) (at map[int]time.Time, err error) {
	defer fault.Wrap(&err, "roadmap.AdoptionTimes")
	list, err := s.adoptions(ctx, programmeID)
	at = make(map[int]time.Time, len(list))
	for _, v := range list {
		at[v.Number] = v.AdoptedAt
	}
	return at, err
}

// adoptions lists the adopted versions, newest first, without what they froze:
// that may be long, and every public page asks when a project was adopted.
func (s *Service) adoptions(ctx context.Context, programmeID string) (list []Version, err error) {
	err = eachRow(ctx, s.db.Read(), sqlAdoptions, []any{programmeID}, func(scan func(...any) error) error {
		v := Version{State: Adopted}
		var projects string
		var adopted int64
		if err := scan(&v.Number, &projects, &adopted); err != nil {
			return err
		}
		v.AdoptedAt = store.Time(adopted)
		err := decode(projects, &v.Projects)
		list = append(list, v)
		return err
	})
	return list, err
}

func eachRow(ctx context.Context, q store.Querier, query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

type stored interface {
	i18n.Text | []string | []Component | []Milestone | Beneficiaries
}

func decode[T stored](s string, to *T) error { return json.Unmarshal([]byte(s), to) }

func encode[T stored](v T) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Millis(t)
}
