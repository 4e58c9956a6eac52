package demo

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
)

// Days of the first cycle's roadmap and delivery on which staff act.
const (
	sheetsDay = -214 // sheets are written after the result of the vote
	draftDay  = -212
	firstDay  = -175 // delivery has begun: what happened before is recorded then
)

type projectsText struct {
	Roadmap struct {
		Versions []struct {
			State      string
			AdoptedDay int    `json:"adopted_day"`
			AdoptedAt  string `json:"adopted_at"`
			OpenedDay  int    `json:"opened_day"`
			Title      i18n.Text
			Preamble   i18n.Text
			Notes      i18n.Text
			Projects   []string
		}
	}
	Projects []projectText
}

type projectText struct {
	Key            string
	Title, Summary i18n.Text
	Entry          string
	EntryReason    i18n.Text `json:"entry_reason"`
	FromOptions    []string  `json:"from_options"`
	FromProposals  []string  `json:"from_proposals"`
	Objective      string
	MOA, MOD       string
	Components     []struct {
		Title, Unit i18n.Text
		Quantity    float64
		UnitCost    int64 `json:"unit_cost"`
	}
	Cost     int64
	Communes []struct{ Code, Share string }
	Funding  []struct {
		Org        string
		YearOffset int `json:"year_offset"`
		Amount     int64
	}
	Beneficiaries roadmap.Beneficiaries
	Milestones    []struct {
		Code        string
		PlannedDay  int  `json:"planned_day"`
		ForecastDay int  `json:"forecast_day"`
		ActualDay   *int `json:"actual_day"`
	}
	Reports []struct {
		Day            int
		NothingChanged bool      `json:"nothing_changed"`
		ComponentsDone []float64 `json:"components_done"`
		ForecastEndDay int       `json:"forecast_end_day"`
		Statement      i18n.Text
	}
	Money []struct {
		Kind   string
		Day    int
		Amount int64
		Payer  string
	}
	Blocker *struct {
		Kind      string
		Text      i18n.Text
		Owner     string
		OpenedDay int  `json:"opened_day"`
		DueDay    int  `json:"due_day"`
		ClosedDay *int `json:"closed_day"`
		Answer    i18n.Text
	}
}

type indicatorText struct {
	Key               string
	Title, Definition i18n.Text
	Unit              i18n.Text
	Caution           i18n.Text
	Direction, Level  string
	Territory         string
	EveryMonths       int    `json:"every_months"`
	CensusIndicator   string `json:"census_indicator"`
	Baseline          *struct {
		Value  float64
		Day    int
		Source i18n.Text
	}
	Target     float64
	TargetDay  int `json:"target_day"`
	Objectives []string
	Actuals    []struct {
		Day    int
		Value  float64
		Status string
		Source i18n.Text
	}
}

// decimals is what the indicator's values need: the census has one, counts have none.
func (in indicatorText) decimals() int {
	if in.Baseline == nil {
		return 1
	}
	for _, a := range in.Actuals {
		if a.Value != math.Trunc(a.Value) {
			return 1
		}
	}
	return 0
}

// reporter is who reports on a project: the delegated authority if there is one.
func (p projectText) reporter() string {
	if p.MOD != "" {
		return p.MOD
	}
	return p.MOA
}

func thousandths(q float64) int64 { return int64(math.Round(q * 1000)) }

// scheduleRoadmap writes the sheets, adopts the first version and leaves the second in draft.
func (s *Story) scheduleRoadmap(t *texts) {
	coordinator := s.as(accounts.Coordinator)
	for _, axis := range t.Programme.Axes {
		for _, o := range axis.Objectives {
			s.on(sheetsDay, "09:00", o.Key, func(ctx context.Context) (err error) {
				s.numbers[o.Key], err = s.Roadmap.SetObjective(ctx, coordinator, roadmap.Objective{Axis: axis.Key, Title: o.Title}, store.NewID())
				return err
			})
		}
	}
	for _, p := range t.Projects.Projects {
		s.on(sheetsDay, "10:00", p.Key, func(ctx context.Context) error { return s.sheet(ctx, p) })
		s.scheduleDelivery(p)
	}
	for i, v := range t.Projects.Roadmap.Versions {
		day, preamble := draftDay, v.Preamble
		if v.State == roadmap.Draft {
			day, preamble = v.OpenedDay+1, v.Notes
		}
		s.on(day, "10:00", "version", func(ctx context.Context) error {
			number, err := s.Roadmap.DraftVersion(ctx, coordinator, int64(i+1), v.Title, preamble, store.NewID())
			if err != nil {
				return err
			}
			keys := v.Projects
			if len(keys) == 0 {
				keys = t.Projects.Roadmap.Versions[0].Projects
			}
			projects, err := s.numbersOf(keys)
			if err != nil {
				return err
			}
			return s.Roadmap.SetVersionProjects(ctx, coordinator, number, projects, 1, store.NewID())
		})
		if v.State == roadmap.Adopted {
			s.on(v.AdoptedDay, v.AdoptedAt, "adoption", func(ctx context.Context) error {
				return s.Roadmap.AdoptVersion(ctx, s.as(accounts.Governor), i+1, 2, store.NewID())
			})
		}
	}
}

// sheet writes one project sheet.
func (s *Story) sheet(ctx context.Context, t projectText) (err error) {
	p := roadmap.Project{Cycle: 1, Title: t.Title, Summary: t.Summary, MOA: s.orgs[t.MOA], MOD: s.orgs[t.MOD], Entry: t.Entry, EntryReason: t.EntryReason,
		Cost: t.Cost * 100, Beneficiaries: t.Beneficiaries}
	if p.Objective, err = s.number(t.Objective); err != nil {
		return err
	}
	if p.Options, err = s.numbersOf(t.FromOptions); err != nil {
		return err
	}
	if p.Proposals, err = s.numbersOf(t.FromProposals); err != nil {
		return err
	}
	for _, c := range t.Components {
		p.Components = append(p.Components, roadmap.Component{Title: c.Title, Unit: c.Unit, Quantity: thousandths(c.Quantity), UnitCost: c.UnitCost * 100})
	}
	for _, c := range t.Communes {
		num, den, _ := strings.Cut(c.Share, "/")
		share := roadmap.Share{Unit: c.Code}
		if share.Num, err = strconv.ParseInt(num, 10, 64); err != nil {
			return err
		}
		if share.Den, err = strconv.ParseInt(den, 10, 64); err != nil {
			return err
		}
		p.Shares = append(p.Shares, share)
	}
	year := s.at(-196, "11:00").Year()
	for _, f := range t.Funding {
		p.Funding = append(p.Funding, roadmap.Funding{Organisation: s.orgs[f.Org], Year: year + f.YearOffset, Amount: f.Amount * 100})
	}
	for _, m := range t.Milestones {
		p.Milestones = append(p.Milestones, roadmap.Milestone{Code: m.Code, PlannedAt: s.at(m.PlannedDay, "09:00")})
	}
	s.numbers[t.Key], err = s.Roadmap.SaveProject(ctx, s.as(accounts.Coordinator), p, store.NewID())
	return err
}

// decisions are the states that a reached milestone lets the committee decide.
var decisions = map[string]delivery.State{"agreement": delivery.Agreed, "start": delivery.UnderWay, "accept": delivery.Accepted, "service": delivery.InService}

func (s *Story) scheduleDelivery(p projectText) {
	for _, m := range p.Milestones {
		day := m.ForecastDay
		if m.ActualDay != nil {
			day = *m.ActualDay
		}
		reached := m.ActualDay != nil
		if !reached {
			day = -5
		}
		if !reached && m.ForecastDay == m.PlannedDay {
			continue
		}
		s.on(max(day, firstDay), "12:00", p.Key+" "+m.Code, func(ctx context.Context) error {
			d := delivery.MilestoneDraft{Project: s.numbers[p.Key], Code: m.Code, Forecast: s.at(m.ForecastDay, "09:00"), Once: store.NewID()}
			if reached {
				d.Actual = s.at(day, "09:00")
			}
			if err := s.Delivery.RecordMilestone(ctx, s.acting[p.reporter()], d); err != nil {
				return err
			}
			if to, ok := decisions[m.Code]; ok && reached {
				return s.decide(ctx, p, to)
			}
			return nil
		})
	}
	s.scheduleReports(p)
	for _, m := range p.Money {
		s.on(max(m.Day, firstDay), "15:00", p.Key+" "+m.Kind, func(ctx context.Context) error {
			return s.Delivery.RecordMoney(ctx, s.acting[p.reporter()], delivery.MoneyDraft{Project: s.numbers[p.Key], Kind: m.Kind, Amount: m.Amount * 100,
				At: s.at(m.Day, "09:00"), Payer: s.orgs[m.Payer], Once: store.NewID()})
		})
	}
	if p.Blocker != nil {
		s.scheduleBlocker(p)
	}
}

// decide records the committee's decision on a state, from the version that stands.
func (s *Story) decide(ctx context.Context, p projectText, to delivery.State) error {
	sheet, err := s.Delivery.Sheet(ctx, s.programme.ID, s.numbers[p.Key])
	if err != nil {
		return err
	}
	return s.Delivery.DecideState(ctx, s.as(accounts.CommitteeMember), s.numbers[p.Key], to, decided, sheet.Version, store.NewID())
}

// decided is the reason given with each decision of the demonstration.
var decided = i18n.Text{Ar: "بناء على وثائق الإثبات المقدمة إلى لجنة التتبع.", Fr: "Au vu des pièces justificatives présentées au comité de suivi."}

func (s *Story) scheduleReports(p projectText) {
	for _, r := range p.Reports {
		var number string
		s.on(r.Day, "16:00", p.Key+" report", func(ctx context.Context) (err error) {
			d := delivery.ReportDraft{Project: s.numbers[p.Key], NothingChanged: r.NothingChanged, ForecastEnd: s.at(r.ForecastEndDay, "09:00"), Statement: r.Statement, Once: store.NewID()}
			for _, q := range r.ComponentsDone {
				d.Done = append(d.Done, thousandths(q))
			}
			number, err = s.Delivery.SubmitReport(ctx, s.acting[p.reporter()], d)
			return err
		})
		s.on(r.Day+2, "10:00", p.Key+" report approved", func(ctx context.Context) error {
			return s.Delivery.ApproveReport(ctx, s.as(accounts.Coordinator), number, 1, store.NewID())
		})
	}
}

func (s *Story) scheduleBlocker(p projectText) {
	b := p.Blocker
	var number string
	version := int64(1)
	step := func(day int, clock, what string, do func(ctx context.Context) error) {
		s.on(day, clock, fmt.Sprint(p.Key, " blocker ", what), func(ctx context.Context) error {
			err := do(ctx)
			version++
			return err
		})
	}
	s.on(b.OpenedDay, "09:30", p.Key+" blocker", func(ctx context.Context) (err error) {
		number, err = s.Delivery.OpenBlocker(ctx, s.acting[p.reporter()], delivery.BlockerDraft{Project: s.numbers[p.Key], Kind: b.Kind, Text: b.Text, Owner: s.orgs[b.Owner],
			Due: s.at(b.DueDay, "18:00"), Once: store.NewID()})
		return err
	})
	if !b.Answer.Empty() {
		step(b.OpenedDay+6, "11:00", "answered", func(ctx context.Context) error {
			return s.Delivery.AnswerBlocker(ctx, s.acting[b.Owner], number, b.Answer, version, store.NewID())
		})
	}
	step(b.OpenedDay+16, "11:00", "published", func(ctx context.Context) error {
		return s.Delivery.PublishBlocker(ctx, s.as(accounts.Coordinator), number, version, store.NewID())
	})
	if b.ClosedDay != nil {
		step(*b.ClosedDay, "11:00", "closed", func(ctx context.Context) error {
			return s.Delivery.CloseBlocker(ctx, s.as(accounts.Coordinator), number, b.Answer, version, store.NewID())
		})
	}
}

// scheduleEvaluation adds the indicators when evaluation opens, with the values known by then.
func (s *Story) scheduleEvaluation(t *texts) {
	const opened = -20
	for _, in := range t.Indicators {
		decimals := in.decimals()
		scaled := func(f float64) int64 { return int64(math.Round(f * math.Pow10(decimals))) }
		s.on(opened, "10:00", in.Key, func(ctx context.Context) error {
			d := evaluation.Indicator{Cycle: 1, Title: in.Title, Definition: in.Definition, Caution: in.Caution, UnitLabel: in.Unit, Level: evaluation.Level(in.Level),
				Direction: evaluation.Direction(in.Direction), Territory: in.Territory, EveryMonths: in.EveryMonths,
				CensusIndicator: in.CensusIndicator, Decimals: decimals, Target: scaled(in.Target), TargetAt: s.at(in.TargetDay, "09:00")}
			if in.Baseline != nil {
				d.Baseline, d.BaselineAt, d.BaselineSource = scaled(in.Baseline.Value), s.at(in.Baseline.Day, "09:00"), in.Baseline.Source
			}
			var err error
			if d.Objectives, err = s.numbersOf(in.Objectives); err != nil {
				return err
			}
			if s.numbers[in.Key], err = s.Evaluation.AddIndicator(ctx, s.as(accounts.Coordinator), d, store.NewID()); err != nil {
				return err
			}
			return s.Evaluation.ReleaseIndicator(ctx, s.as(accounts.Coordinator), s.numbers[in.Key], 1, store.NewID())
		})
		for _, a := range in.Actuals {
			s.on(max(a.Day, opened+1), "11:00", in.Key+" value", func(ctx context.Context) error {
				return s.Evaluation.RecordActual(ctx, s.as(accounts.Coordinator), evaluation.ActualDraft{Indicator: s.numbers[in.Key], At: s.at(a.Day, "09:00"),
					Value: scaled(a.Value), Status: evaluation.Status(a.Status), Source: a.Source, Once: store.NewID()})
			})
		}
	}
}
