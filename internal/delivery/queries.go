package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
)

// Progress computes where projects of a programme stand, by number, from a
// constant number of queries, as everyone may know it: an obstacle that is not
// published yet troubles nobody.
func (s *Service) Progress(ctx context.Context, programmeID string, projects []roadmap.Project) (all map[string]Progress, err error) {
	defer fault.Wrap(&err, "delivery.Progress")
	return s.progress(ctx, programmeID, projects, Facts.public)
}

// WorkProgress is Progress with what is internal to the programme's staff.
func (s *Service) WorkProgress(ctx context.Context, actor accounts.Actor, projects []roadmap.Project) (all map[string]Progress, err error) {
	defer fault.Wrap(&err, "delivery.WorkProgress")
	if err := actor.Require(accounts.InternalRead, "", ""); err != nil {
		return nil, err
	}
	return s.progress(ctx, actor.Programme, projects, func(f Facts) Facts { return f })
}

func (s *Service) progress(ctx context.Context, programmeID string, projects []roadmap.Project, seen func(Facts) Facts) (all map[string]Progress, err error) {
	files, err := s.files(ctx, programmeID, "")
	if err != nil {
		return nil, err
	}
	adopted, err := s.roadmap.AdoptionTimes(ctx, programmeID)
	if err != nil {
		return nil, err
	}
	now := s.db.Now()
	all = make(map[string]Progress, len(projects))
	for _, p := range projects {
		all[p.Number] = Assess(p, seen(files[p.Number].facts(p, adopted[p.AdoptedIn])), now)
	}
	return all, nil
}

// Sheet gathers all that is known of one project's delivery. It holds what is
// internal too: show its Public part to those without accounts.InternalRead.
func (s *Service) Sheet(ctx context.Context, programmeID, project string) (sheet Sheet, err error) {
	defer fault.Wrap(&err, "delivery.Sheet(%s)", project)
	p, err := s.roadmap.Project(ctx, programmeID, project)
	if err != nil {
		return Sheet{}, err
	}
	files, err := s.files(ctx, programmeID, project)
	if err != nil {
		return Sheet{}, err
	}
	adopted, err := s.roadmap.AdoptionTimes(ctx, programmeID)
	if err != nil {
		return Sheet{}, err
	}
	f := files[project]
	facts := f.facts(p, adopted[p.AdoptedIn])
	now := s.db.Now()
	sheet = Sheet{Progress: Assess(p, facts, now), public: Assess(p, facts.public(), now), Milestones: facts.Milestones, Done: make([]int64, len(p.Components))}
	if i := last(sheet.Milestones); i >= 0 && !sheet.Progress.ForecastEnd.Equal(sheet.Milestones[i].Planned) {
		sheet.Milestones[i].Forecast = sheet.Progress.ForecastEnd // reports tell the end of the works too
	}
	if facts.Report != nil {
		copy(sheet.Done, facts.Report.Done)
	}
	if f == nil {
		return sheet, nil
	}
	sheet.Reports, sheet.Money, sheet.States, sheet.Version = reversed(f.reports), reversed(f.money), reversed(f.states), f.version()
	sheet.Blockers = f.blockers
	slices.SortStableFunc(sheet.Blockers, func(a, b Blocker) int {
		switch {
		case a.Open() == b.Open():
			return a.Due.Compare(b.Due)
		case a.Open():
			return -1
		}
		return 1
	})
	return sheet, nil
}

// WaitingReports lists the reports that nobody has decided on, oldest first.
func (s *Service) WaitingReports(ctx context.Context, actor accounts.Actor) (list []Report, err error) {
	defer fault.Wrap(&err, "delivery.WaitingReports")
	if err := actor.Require(accounts.InternalRead, "", ""); err != nil {
		return nil, err
	}
	return reports(ctx, s.db.Read(), sqlReportsWaiting, actor.Programme)
}

// Report finds one report, approved or not; NotFound if there is none.
func (s *Service) Report(ctx context.Context, actor accounts.Actor, number string) (r Report, err error) {
	defer fault.Wrap(&err, "delivery.Report(%s)", number)
	if err := actor.Require(accounts.InternalRead, "", ""); err != nil {
		return Report{}, err
	}
	return report(ctx, s.db.Read(), actor.Programme, number)
}

func report(ctx context.Context, q store.Querier, programmeID, number string) (Report, error) {
	list, err := reports(ctx, q, sqlReportByNumber, programmeID, number)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Report{}, err
	}
	return list[0], nil
}

// file holds the rows of one project, oldest first.
type file struct {
	states     []Decision
	reports    []Report
	milestones []MilestoneLine
	money      []MoneyEntry
	blockers   []Blocker
}

func (f *file) version() int64 {
	if f == nil {
		return 0
	}
	return int64(len(f.states))
}

// facts joins what happened to what the roadmap froze. A nil file is a project
// of which nothing was said yet.
func (f *file) facts(p roadmap.Project, adopted time.Time) Facts {
	if f == nil {
		f = &file{}
	}
	facts := Facts{State: Programmed, Adopted: adopted, Money: sum(f.money), Blockers: f.blockers}
	if n := len(f.states); n > 0 {
		facts.State = f.states[n-1].State
	}
	for i := range f.reports {
		if f.reports[i].State == Approved {
			facts.Report = &f.reports[i]
		}
	}
	for _, m := range p.Milestones {
		line := MilestoneLine{Code: m.Code}
		if i := slices.IndexFunc(f.milestones, func(l MilestoneLine) bool { return l.Code == m.Code }); i >= 0 {
			line = f.milestones[i]
		}
		line.Planned = m.PlannedAt
		facts.Milestones = append(facts.Milestones, line)
	}
	return facts
}

// files loads the rows of all projects of a programme, or of one, in five queries.
func (s *Service) files(ctx context.Context, programmeID, project string) (map[string]*file, error) {
	all, args, where := map[string]*file{}, []any{programmeID}, ""
	if project != "" {
		args, where = append(args, project), sqlOfProject
	}
	of := func(project string) *file {
		if all[project] == nil {
			all[project] = &file{}
		}
		return all[project]
	}
	q := s.db.Read()
	list, err := reports(ctx, q, sqlReports+where+sqlReportOrder, args...)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		f := of(r.Project)
		f.reports = append(f.reports, r)
	}
	obstacles, err := blockers(ctx, q, sqlBlockers+where+sqlBlockerOrder, args...)
	if err != nil {
		return nil, err
	}
	for _, b := range obstacles {
		f := of(b.Project)
		f.blockers = append(f.blockers, b)
	}
	return all, errors.Join(loadMilestones(ctx, q, of, where, args), loadMoney(ctx, q, of, where, args), loadStates(ctx, q, of, where, args))
}

func loadMilestones(ctx context.Context, q store.Querier, of func(string) *file, where string, args []any) error {
	return eachRow(ctx, q, sqlMilestones+where+sqlMilestoneOrder, args, func(scan func(...any) error) error {
		var project string
		var m MilestoneLine
		var forecast, actual, updated int64
		if err := scan(&project, &m.Code, &forecast, &actual, &updated, &m.Version); err != nil {
			return err
		}
		m.Forecast, m.Actual, m.UpdatedAt = store.Time(forecast), store.Time(actual), store.Time(updated)
		m.Told = m.Forecast
		f := of(project)
		f.milestones = append(f.milestones, m)
		return nil
	})
}

func loadMoney(ctx context.Context, q store.Querier, of func(string) *file, where string, args []any) error {
	return eachRow(ctx, q, sqlMoney+where+sqlMoneyOrder, args, func(scan func(...any) error) error {
		var project, note string
		var e MoneyEntry
		var at int64
		if err := scan(&project, &e.Leaf, &e.Kind, &e.Amount, &at, &e.Payer, &note); err != nil {
			return err
		}
		e.At = store.Time(at)
		f, err := of(project), decode(note, &e.Note)
		f.money = append(f.money, e)
		return err
	})
}

func loadStates(ctx context.Context, q store.Querier, of func(string) *file, where string, args []any) error {
	return eachRow(ctx, q, sqlStates+where+sqlStateOrder, args, func(scan func(...any) error) error {
		var project, reason string
		var d Decision
		var at int64
		if err := scan(&project, &d.N, &d.State, &reason, &d.By, &at); err != nil {
			return err
		}
		d.At = store.Time(at)
		f, err := of(project), decode(reason, &d.Reason)
		f.states = append(f.states, d)
		return err
	})
}

func reports(ctx context.Context, q store.Querier, query string, args ...any) (list []Report, err error) {
	err = eachRow(ctx, q, query, args, func(scan func(...any) error) error {
		var r Report
		var done, statement string
		var forecast, submitted, decided int64
		if err := scan(&r.Number, &r.Project, &r.State, &r.NothingChanged, &done, &forecast, &statement, &r.Organisation, &r.SubmittedBy,
			&submitted, &decided, &r.DecidedBy, &r.Reason, &r.Version); err != nil {
			return err
		}
		r.ForecastEnd, r.SubmittedAt, r.DecidedAt = store.Time(forecast), store.Time(submitted), store.Time(decided)
		err := errors.Join(json.Unmarshal([]byte(done), &r.Done), decode(statement, &r.Statement))
		list = append(list, r)
		return err
	})
	return list, err
}

func blockers(ctx context.Context, q store.Querier, query string, args ...any) (list []Blocker, err error) {
	err = eachRow(ctx, q, query, args, func(scan func(...any) error) error {
		var b Blocker
		var text, reply, lesson string
		var opened, due, replied, closed int64
		if err := scan(&b.Number, &b.Project, &b.Kind, &text, &b.Owner, &opened, &due, &reply, &replied, &lesson, &closed, &b.Release, &b.Version); err != nil {
			return err
		}
		b.OpenedAt, b.Due, b.RepliedAt, b.ClosedAt = store.Time(opened), store.Time(due), store.Time(replied), store.Time(closed)
		err := errors.Join(decode(text, &b.Text), decode(reply, &b.Reply), decode(lesson, &b.Lesson))
		list = append(list, b)
		return err
	})
	return list, err
}

// eachRow runs fn for every row of a query.
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

// decode reads a text as stored; ” is no text.
func decode(s string, to *i18n.Text) error {
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), to)
}

// encode writes a text for its column; an i18n.Text always encodes.
func encode(t i18n.Text) string { b, _ := json.Marshal(t); return string(b) }

func reversed[T any](list []T) []T {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}
