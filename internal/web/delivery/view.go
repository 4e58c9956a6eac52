package delivery

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// line is one project in a list.
type line struct {
	Project  roadmap.Project
	Progress delivery.Progress
	Places   string
	Mine     bool // the reader may report on it
}

// listData is the public list.
type listData struct {
	page.Base
	Lines []line
}

// overall adds up a list: the works weighted by cost, money, and conditions.
type overall struct {
	Cost, Paid     int64 // centimes
	Works          float64
	Late, Troubled int
}

func (d listData) overall() (o overall) {
	for _, l := range d.Lines {
		o.Cost += l.Project.Cost
		o.Paid += l.Progress.Money.Paid
		o.Works += l.Progress.Physical() * float64(l.Project.Cost)
		if l.Progress.Late() {
			o.Late++
		}
		if l.Progress.Troubled {
			o.Troubled++
		}
	}
	if o.Cost > 0 {
		o.Works /= float64(o.Cost)
	}
	return o
}

// places names the units that a project serves.
func (h *Handlers) places(l i18n.Lang, p roadmap.Project) string {
	names := make([]string, 0, len(p.Shares))
	for _, s := range p.Shares {
		name, _ := h.unit(s.Unit).In(l)
		names = append(names, name)
	}
	return strings.Join(names, i18n.T(l, "common.separator"))
}

func (h *Handlers) unit(code string) i18n.Text {
	if u, ok := h.Territory.Unit(code); ok {
		return u.Name
	}
	return i18n.Text{Ar: code}
}

// stateMarks give each state its badge.
var stateMarks = map[delivery.State]ui.Mark{
	delivery.Programmed: {Kind: ui.KindOutline, Icon: "ring"}, delivery.Agreed: {Kind: ui.KindBlue, Icon: "check"},
	delivery.UnderWay: {Kind: ui.KindWater, Icon: "half"}, delivery.Suspended: {Kind: ui.KindBad, Icon: "triangle"},
	delivery.Accepted: {Kind: ui.KindOK, Icon: "check"}, delivery.InService: {Kind: ui.KindOK, Icon: "check"},
	delivery.Closed: {Kind: ui.KindOK, Icon: "check"}, delivery.Cancelled: {Kind: ui.KindOutline, Icon: "cross"},
}

func stateMark(l i18n.Lang, s delivery.State) ui.Mark {
	m := stateMarks[s]
	m.Text = i18n.T(l, "delivery.state."+string(s))
	return m
}

// conditionMarks are the computed words beside the state; a project that has
// reached its use has none.
func conditionMarks(l i18n.Lang, p delivery.Progress) (marks []ui.Mark) {
	if p.Troubled {
		marks = append(marks, ui.Status(l, "troubled"))
	}
	if p.Late() {
		marks = append(marks, ui.Status(l, "late", "n", p.LateDays))
	}
	switch {
	case p.Stale && p.LastReport.IsZero():
		marks = append(marks, ui.Mark{Kind: ui.KindOutline, Icon: "clock", Text: i18n.T(l, "delivery.never_reported")})
	case p.Stale:
		marks = append(marks, ui.Status(l, "stale", "date", p.LastReport))
	}
	if len(marks) == 0 && p.State.Expected() {
		marks = append(marks, ui.Status(l, "on_time"))
	}
	return marks
}

func badges(marks []ui.Mark) templ.Component {
	cs := make([]templ.Component, len(marks))
	for i, m := range marks {
		cs[i] = ui.Badge(m.Kind, m.Icon, m.Text)
	}
	return ui.Join(" ", cs...)
}

func listTable(d listData) ui.Table {
	l := d.Lang
	t := ui.Table{Caption: ui.M(l, "delivery.list.caption"), Foot: ui.M(l, "delivery.list.foot"), Columns: []ui.Column{
		{Label: d.T("delivery.column.project")}, {Label: d.T("delivery.column.works"), Kind: ui.NumberColumn}, {Kind: ui.ChartColumn},
		{Label: d.T("delivery.column.paid")}, {Label: d.T("delivery.column.state")}, {Label: d.T("delivery.column.end")}}}
	for _, n := range d.Lines {
		t.Rows = append(t.Rows, ui.Row{Muted: n.Progress.State == delivery.Cancelled, Cells: []templ.Component{
			ui.TwoLines(projectLink(d.Base, n.Project), ui.Str(n.Places)),
			ui.Pct(l, n.Progress.Physical(), 0), ui.Bar(n.Progress.Physical(), 1, ui.ToneWater),
			ui.TwoLines(ui.MDH(l, n.Progress.Money.Paid), ui.M(l, "delivery.of_cost", "cost", ui.MDH(l, n.Project.Cost))),
			badges(Marks(l, n.Progress)), day(l, n.Progress.ForecastEnd)}})
	}
	return t
}

func projectLink(b page.Base, p roadmap.Project) templ.Component {
	title, _ := p.Title.In(b.Lang)
	return ui.Link(b.P("/roadmap/projects/"+p.Number), title)
}

// day is a date, or a dash where there is none.
func day(l i18n.Lang, t time.Time) templ.Component {
	if t.IsZero() {
		return ui.Str("–")
	}
	return ui.Day(l, t)
}

// projectData is a project's page.
type projectData struct {
	page.Base
	Project   roadmap.Project
	Sheet     delivery.Sheet
	Objective i18n.Text
	Shares    []share
	Adopted   int      // number of the newest adopted version that holds the project; 0: none
	Changed   []string // parts of the sheet that say something else since, of roadmap.Parts
	Inside    bool
	names     func(id string) i18n.Text
}

// changed says which parts of the sheet differ from what was adopted.
func (d projectData) changed() templ.Component {
	parts := make([]templ.Component, len(d.Changed))
	for i, part := range d.Changed {
		parts[i] = ui.M(d.Lang, "roadmap.part."+part)
	}
	return ui.M(d.Lang, "delivery.changed", "n", d.Adopted, "parts", ui.Join(d.T("common.separator"), parts...))
}

type share struct {
	roadmap.Share
	Name i18n.Text
}

func (s share) ratio() float64 {
	if s.Den == 0 {
		return 0
	}
	return float64(s.Num) / float64(s.Den)
}

func (d projectData) organisation(id string) templ.Component {
	return ui.TextPlain(d.Lang, d.names(id))
}

func (d projectData) marks() []ui.Mark {
	if d.Project.AdoptedIn == 0 {
		return []ui.Mark{ui.Status(d.Lang, "draft")}
	}
	return Marks(d.Lang, d.Sheet.Progress)
}

func (d projectData) facts() []ui.Fact {
	l, p := d.Lang, d.Project
	facts := []ui.Fact{{Term: d.T("delivery.fact.number"), Value: ui.Code(p.Number)}, {Term: d.T("delivery.fact.moa"), Value: d.organisation(p.MOA)}}
	if p.MOD != "" {
		facts = append(facts, ui.Fact{Term: d.T("delivery.fact.mod"), Value: d.organisation(p.MOD)})
	}
	facts = append(facts, ui.Fact{Term: d.T("delivery.fact.cost"), Value: ui.Strong(ui.MDH(l, p.Cost))},
		ui.Fact{Term: d.T("delivery.fact.beneficiaries"), Value: ui.M(l, "delivery.beneficiaries", "n", p.Beneficiaries.Count)})
	updated := ui.M(l, "delivery.never_reported")
	if t := d.Sheet.Progress.LastReport; !t.IsZero() {
		updated = ui.M(l, "delivery.updated", "date", ui.Day(l, t), "n", i18n.DaysBetween(t, d.Now))
	}
	return append(facts, ui.Fact{Term: d.T("delivery.fact.updated"), Value: updated})
}

// componentTable shows how the physical rate is made: weight × rate, by component.
func componentTable(d projectData) ui.Table {
	l := d.Lang
	t := ui.Table{Caption: ui.M(l, "delivery.components.caption"), Columns: []ui.Column{{Label: d.T("delivery.column.component")},
		{Label: d.T("delivery.column.weight"), Kind: ui.NumberColumn}, {Label: d.T("delivery.column.planned"), Kind: ui.NumberColumn},
		{Label: d.T("delivery.column.done"), Kind: ui.NumberColumn}, {Label: d.T("delivery.column.rate"), Kind: ui.NumberColumn},
		{Label: d.T("delivery.column.weighted"), Kind: ui.NumberColumn}}}
	_, whole := delivery.Physical(d.Project.Components, nil)
	for i, c := range d.Project.Components {
		num, den := delivery.Physical([]roadmap.Component{c}, d.Sheet.Done[i:i+1])
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{
			ui.TwoLines(ui.TextPlain(l, c.Title), ui.TextPlain(l, c.Unit)), ui.Pct(l, ratio(den, whole), 0), quantity(l, c.Quantity),
			quantity(l, d.Sheet.Done[i]), ui.Pct(l, ratio(num, den), 0), ui.Pct(l, ratio(num, whole), 1)}})
	}
	p := d.Sheet.Progress
	t.Total = []templ.Component{ui.M(l, "common.total"), ui.Pct(l, ratio(whole, whole), 0), nil, nil, nil, ui.Pct(l, p.Physical(), 1)}
	return t
}

func ratio(num, den int64) float64 {
	if den == 0 {
		return 0
	}
	return float64(num) / float64(den)
}

func quantity(l i18n.Lang, thousandths int64) templ.Component {
	return ui.Fig(i18n.Thousandths(l, thousandths))
}

// fundingTable crosses partners and years, with what each has paid so far.
func fundingTable(d projectData) ui.Table {
	l := d.Lang
	var years []int
	var partners []string
	amount, paid, total := map[string]map[int]int64{}, map[string]int64{}, map[int]int64{}
	for _, f := range d.Project.Funding {
		if amount[f.Organisation] == nil {
			amount[f.Organisation] = map[int]int64{}
			partners = append(partners, f.Organisation)
		}
		if !slices.Contains(years, f.Year) {
			years = append(years, f.Year)
		}
		amount[f.Organisation][f.Year] += f.Amount
		total[f.Year] += f.Amount
	}
	slices.Sort(years)
	for _, e := range d.Sheet.Money {
		if e.Kind == "paid" {
			paid[e.Payer] += e.Amount
			if !slices.Contains(partners, e.Payer) {
				partners = append(partners, e.Payer)
			}
		}
	}
	t := ui.Table{Caption: ui.M(l, "delivery.funding.caption"), Columns: []ui.Column{{Label: d.T("delivery.column.partner")}}}
	for _, y := range years {
		t.Columns = append(t.Columns, ui.Column{Label: strconv.Itoa(y), Kind: ui.NumberColumn})
	}
	t.Columns = append(t.Columns, ui.Column{Label: d.T("common.total"), Kind: ui.NumberColumn},
		ui.Column{Label: d.T("delivery.column.paid_by"), Kind: ui.NumberColumn}, ui.Column{Kind: ui.ChartColumn})
	var allPaid int64
	for _, id := range partners {
		t.Rows = append(t.Rows, ui.Row{Cells: fundingCells(l, d.organisation(id), years, amount[id], paid[id])})
		allPaid += paid[id]
	}
	t.Total = fundingCells(l, ui.M(l, "common.total"), years, total, allPaid)
	return t
}

func fundingCells(l i18n.Lang, name templ.Component, years []int, amounts map[int]int64, paid int64) []templ.Component {
	cells, sum := []templ.Component{name}, int64(0)
	for _, y := range years {
		cell := ui.Str("–")
		if n := amounts[y]; n != 0 {
			cell, sum = ui.Millions(l, n, 2), sum+n
		}
		cells = append(cells, cell)
	}
	return append(cells, ui.Strong(ui.Millions(l, sum, 2)), ui.Millions(l, paid, 2), ui.Bar(float64(paid), float64(sum), ui.ToneMoney))
}

// milestones are in the order of their plan.
func (d projectData) milestones() []delivery.MilestoneLine {
	list := slices.Clone(d.Sheet.Milestones)
	slices.SortStableFunc(list, func(a, b delivery.MilestoneLine) int { return a.Planned.Compare(b.Planned) })
	return list
}

func (d projectData) milestoneName(code string) templ.Component {
	return ui.M(d.Lang, "delivery.milestone."+code)
}

// milestoneLink leads to the form of the milestone.
func (d workData) milestoneLink(code string) templ.Component {
	return ui.Link(d.P("/work/delivery/projects/"+d.Project.Number+"/"+formMilestone+"?code="+code), d.T("delivery.milestone."+code))
}

func milestoneTable(d projectData, name func(code string) templ.Component) ui.Table {
	l := d.Lang
	t := ui.Table{Columns: []ui.Column{{Label: d.T("delivery.column.milestone")}, {Label: d.T("delivery.column.baseline")},
		{Label: d.T("delivery.column.forecast")}, {Label: d.T("delivery.column.actual")}, {Label: d.T("delivery.column.state")}}}
	for _, m := range d.milestones() {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{name(m.Code), day(l, m.Planned), day(l, m.Forecast), day(l, m.Actual),
			badges([]ui.Mark{milestoneMark(l, m, d.Now)})}})
	}
	return t
}

func milestoneMark(l i18n.Lang, m delivery.MilestoneLine, now time.Time) ui.Mark {
	end := m.End()
	if m.Actual.IsZero() && now.After(end) {
		end = now
	}
	late := i18n.DaysBetween(m.Planned, end)
	switch {
	case !m.Actual.IsZero() && late > 0:
		return ui.Mark{Kind: ui.KindOK, Icon: "check", Text: i18n.T(l, "delivery.done_late", "n", late)}
	case !m.Actual.IsZero():
		return ui.Mark{Kind: ui.KindOK, Icon: "check", Text: i18n.T(l, "delivery.done")}
	case late > 0:
		return ui.Status(l, "late", "n", late)
	}
	return ui.Status(l, "not_started")
}

// gantt draws each milestone from the one before it: what led to it.
func gantt(d projectData) ui.Gantt {
	g := ui.Gantt{Lang: d.Lang, Label: d.T("delivery.milestones.title"), Today: d.Now.UnixMilli()}
	var start, planStart time.Time
	for _, m := range d.milestones() {
		end := m.End()
		if start.IsZero() {
			start, planStart = end.AddDate(0, -1, 0), m.Planned.AddDate(0, -1, 0)
		}
		if start.After(end) {
			start = end
		}
		row := ui.GanttRow{Name: d.T("delivery.milestone." + m.Code), Start: start.UnixMilli(), End: end.UnixMilli(),
			PlanStart: planStart.UnixMilli(), PlanEnd: m.Planned.UnixMilli()}
		switch {
		case !m.Actual.IsZero():
			row.Done = 1
		case d.Now.After(start) && end.After(start):
			row.Done = min(1, float64(d.Now.Sub(start))/float64(end.Sub(start)))
		}
		g.Rows = append(g.Rows, row)
		start, planStart = end, m.Planned
	}
	return g
}

func shareTable(d projectData) ui.Table {
	l := d.Lang
	t := ui.Table{Compact: true, Columns: []ui.Column{{Label: d.T("delivery.column.commune")}, {Label: d.T("delivery.column.share"), Kind: ui.NumberColumn}, {Kind: ui.ChartColumn}}}
	for _, s := range d.Shares {
		name, _ := s.Name.In(l)
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Link(d.P("/territory/units/"+s.Unit), name), ui.Pct(l, s.ratio(), 0), ui.Bar(s.ratio(), 1, ui.ToneWater)}})
	}
	t.Total = []templ.Component{ui.M(l, "common.total"), ui.Pct(l, 1, 0), nil}
	return t
}

func blockerRows(d projectData) []ui.ActionRow {
	l := d.Lang
	var rows []ui.ActionRow
	for _, b := range d.Sheet.Blockers {
		row := ui.ActionRow{Title: ui.TextPlain(l, b.Text), Urgent: b.Overdue(d.Now)}
		row.Line = ui.M(l, "delivery.blocker.line", "kind", d.T("delivery.blocker.kind."+b.Kind), "owner", d.organisation(b.Owner), "date", ui.Day(l, b.OpenedAt), "due", ui.Day(l, b.Due))
		if !b.Reply.Empty() {
			row.Line = ui.Join(" ", row.Line, ui.M(l, "delivery.blocker.replied", "date", ui.Day(l, b.RepliedAt), "reply", ui.TextPlain(l, b.Reply)))
		}
		days := i18n.DaysBetween(d.Now, b.Due)
		switch {
		case !b.Open():
			row.Line = ui.Join(" ", row.Line, ui.M(l, "delivery.blocker.lesson", "lesson", ui.TextPlain(l, b.Lesson)))
			row.End = badges([]ui.Mark{{Kind: ui.KindOK, Icon: "check", Text: i18n.T(l, "delivery.blocker.closed_on", "date", b.ClosedAt)}})
		case b.Overdue(d.Now):
			row.End = badges([]ui.Mark{ui.Status(l, "overdue", "n", -days)})
		default:
			row.End = badges([]ui.Mark{ui.Status(l, "days_left", "n", days)})
		}
		rows = append(rows, row)
	}
	return rows
}

// moneyTable lists the entries, each by its line of the public record.
func moneyTable(d projectData) ui.Table {
	l := d.Lang
	t := ui.Table{Columns: []ui.Column{{Label: d.T("delivery.column.date")}, {Label: d.T("delivery.column.kind")}, {Label: d.T("delivery.column.amount"), Kind: ui.NumberColumn},
		{Label: d.T("delivery.column.payer")}, {Label: d.T("delivery.column.leaf"), Kind: ui.NumberColumn}}}
	for _, e := range d.Sheet.Money {
		kind := ui.M(l, "delivery.money."+e.Kind)
		if !e.Note.Empty() {
			kind = ui.TwoLines(kind, ui.TextPlain(l, e.Note))
		}
		leaf := strconv.FormatInt(e.Leaf, 10)
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{day(l, e.At), kind, ui.Dirhams(l, e.Amount), d.organisation(e.Payer), ui.Link(d.P("/record/"+leaf), leaf)}})
	}
	return t
}

// reportLine says who reported, under which number, and what follows from it.
func reportLine(d projectData, r delivery.Report) templ.Component {
	parts := []templ.Component{ui.Code(r.Number), d.organisation(r.Organisation)}
	if r.State != delivery.Approved {
		parts = append(parts, ui.M(d.Lang, "delivery.report."+string(r.State)))
	}
	if !r.ForecastEnd.IsZero() {
		parts = append(parts, ui.M(d.Lang, "delivery.report.forecast", "date", ui.Day(d.Lang, r.ForecastEnd)))
	}
	return ui.Join(" · ", parts...)
}

// entry says how the project came into the roadmap.
func (d projectData) entry() templ.Component {
	how := ui.M(d.Lang, "delivery.origin.entry_"+d.Project.Entry)
	if d.Project.EntryReason.Empty() {
		return how
	}
	return ui.Join(" ", how, ui.TextPlain(d.Lang, d.Project.EntryReason))
}
