package home

import (
	"cmp"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type startData struct {
	page.Base
	Programmes []*programme.Programme
	MayFound   bool // an administrator, who founds programmes
	territory  *territory.Pack
}

// homeData is the first page of a programme.
type homeData struct {
	page.Base
	frame        *programme.Programme
	territory    *territory.Pack
	Consultation consultation.Figures
	Next         *consultation.Meeting // nil: none is planned
	Statements   int                   // open to votes
	MayVote      bool                  // on statements: those who work for the programme do not
	Turnout      deliberation.Turnout
	Votes        []prioritisation.Vote // open now
	Works        works
}

// lead says what is made here, for whom, and how.
func (d homeData) lead() templ.Component {
	name, _ := d.frame.Name.In(d.Lang)
	people, known := d.territory.Population(d.frame.Territory, territory.Census2024)
	if !known {
		return ui.M(d.Lang, "home.lead_unknown", "name", name)
	}
	return ui.M(d.Lang, "home.lead", "name", name,
		"communes", d.T("home.communes", "n", len(d.territory.Communes(d.frame.Territory))),
		"people", d.T("common.inhabitants", "n", people), "year", ui.Fig("2024"))
}

// act is something the reader can do today, and until when.
type act struct {
	row ui.ActionRow
	due time.Time // zero: at any time
}

// actions lists what the open phases let everyone do, the nearest closing first
// and marked as urgent.
func (d homeData) actions() []ui.ActionRow {
	var acts []act
	for _, v := range d.Votes {
		acts = append(acts, act{ui.ActionRow{Title: ui.M(d.Lang, "home.do.vote"), Href: d.P("/prioritisation/votes/" + v.Number),
			Line: ui.M(d.Lang, "home.do.vote_line", "budget", i18n.MDH(d.Lang, v.Budget))}, v.ClosesAt})
	}
	if phase, ok := d.frame.OpenPhase(programme.Deliberation, d.Now); ok && d.Statements > 0 && d.MayVote {
		acts = append(acts, act{ui.ActionRow{Title: ui.M(d.Lang, "home.do.opinion", "n", d.Statements), Href: d.P("/deliberation/vote"),
			Line: ui.M(d.Lang, "home.do.opinion_line")}, phase.ClosesAt})
	}
	if phase, ok := d.frame.OpenPhase(programme.Consultation, d.Now); ok {
		acts = append(acts, act{ui.ActionRow{Title: ui.M(d.Lang, "home.do.propose"), Href: d.P("/consultation/proposals/new"),
			Line: ui.M(d.Lang, "home.do.propose_line")}, phase.ClosesAt})
	}
	slices.SortStableFunc(acts, func(a, b act) int { return a.due.Compare(b.due) })
	rows := make([]ui.ActionRow, 0, len(acts)+1)
	for i, a := range acts {
		a.row.Urgent = i == 0
		a.row.End = ui.Deadline(d.T("home.closes", "date", i18n.Date(d.Lang, a.due, i18n.WithWeekday)), d.T("common.days_left", "n", i18n.DaysBetween(d.Now, a.due)))
		rows = append(rows, a.row)
	}
	return append(rows, ui.ActionRow{Title: ui.M(d.Lang, "home.do.follow"), Href: d.P("/search"), Line: ui.M(d.Lang, "home.do.follow_line"),
		End: ui.Deadline(d.T("home.any_time"), "")})
}

// figures are at most four numbers, each with its whole and its weak point.
func (d homeData) figures() []ui.Figure {
	f := d.Consultation
	heard := len(d.territory.Leaves(d.frame.Territory)) - len(d.silent())
	list := []ui.Figure{{Value: ui.Num(d.Lang, f.Captured), Label: ui.M(d.Lang, "home.figure.heard"),
		Note: ui.M(d.Lang, "home.figure.heard_note", "n", f.Held, "units", heard, "all", len(d.territory.Leaves(d.frame.Territory)))}}
	if f.Proposals > 0 {
		list = append(list, d.answered())
	}
	if d.Works.Projects > 0 {
		return append(list, d.projects(), d.paid())
	}
	if t := d.Turnout; t.All.N > 0 && !t.All.Masked {
		opinions := ui.Figure{Value: ui.Num(d.Lang, t.All.N), Label: ui.M(d.Lang, "home.figure.opinions")}
		if !t.Unconfirmed.Masked {
			opinions.Note = ui.M(d.Lang, "home.figure.unconfirmed", "n", t.Unconfirmed.N)
		}
		list = append(list, opinions)
	}
	return list
}

// answered counts the proposals whose authors know what became of them.
func (d homeData) answered() ui.Figure {
	f := d.Consultation
	answered := ui.Figure{Value: ui.Num(d.Lang, f.Answered), Of: ui.M(d.Lang, "common.of", "total", f.Proposals), Label: ui.M(d.Lang, "home.figure.answered")}
	if n := f.Unanswered(); n > 0 {
		answered.Note = ui.M(d.Lang, "home.figure.waiting", "n", n, "days", d.T("common.days", "n", i18n.DaysBetween(f.OldestOpen, d.Now)))
	}
	return answered
}

// lineFacts puts one fact under each label of the gallery line.
func (d homeData) lineFacts() []page.LineStage {
	line := slices.Clone(d.Line)
	for i := range line {
		line[i].Fact = d.fact(programme.Stage(line[i].Stage))
	}
	return line
}

func (d homeData) fact(stage programme.Stage) string {
	switch stage {
	case programme.Territory:
		return d.T("home.fact.territory", "year", "2024")
	case programme.Consultation:
		return d.T("home.fact.consultation", "n", d.Consultation.Held)
	case programme.Deliberation:
		if d.Statements > 0 {
			return d.T("home.fact.deliberation", "n", d.Statements)
		}
	case programme.Roadmap:
		if o := d.Works; o.Version > 0 {
			return d.T("home.fact.roadmap", "n", o.Version, "month", i18n.MonthYear(d.Lang, o.AdoptedAt))
		}
	case programme.Delivery:
		if n := d.Works.UnderWay; n > 0 {
			return d.T("home.fact.delivery", "n", n)
		}
	case programme.Evaluation:
		if n := d.Works.Indicators; n > 0 {
			return d.T("home.fact.evaluation", "n", n)
		}
	}
	return d.phaseFact(stage)
}

// phaseFact says when a stage is open in the newest cycle that opens it; "" when no phase is set.
func (d homeData) phaseFact(stage programme.Stage) string {
	var phases []programme.Phase
	for _, f := range d.frame.Phases {
		if f.Stage == stage && f.ClosesAt.After(d.Now) {
			phases = append(phases, f)
		}
	}
	if len(phases) == 0 {
		return ""
	}
	f := slices.MaxFunc(phases, func(a, b programme.Phase) int { return cmp.Compare(a.Cycle, b.Cycle) })
	if f.Open(d.Now) {
		return d.T("home.fact.until", "date", i18n.DayMonth(d.Lang, f.ClosesAt))
	}
	return d.T("home.fact.from", "date", i18n.DayMonth(d.Lang, f.OpensAt))
}

// meetingTime is «الثلاثاء 1 دجنبر 2026، 10:00–13:00».
func (d homeData) meetingTime(m consultation.Meeting) templ.Component {
	l := d.Lang
	if i18n.ISO(m.StartsAt) != i18n.ISO(m.EndsAt) {
		return ui.M(l, "home.next.days", "from", ui.Moment(l, m.StartsAt, i18n.WithWeekday), "to", ui.Moment(l, m.EndsAt, i18n.WithWeekday))
	}
	return ui.M(l, "home.next.when", "day", ui.Day(l, m.StartsAt, i18n.WithWeekday), "hours", ui.Range(i18n.Clock(l, m.StartsAt), i18n.Clock(l, m.EndsAt)))
}
