package evaluation

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type listData struct {
	page.Base
	Indicators []evaluation.Indicator
	Territory  *territory.Pack
	May        bool
}

type indicatorData struct {
	page.Base
	Indicator      evaluation.Indicator
	Objectives     []roadmap.Objective
	Territory      *territory.Pack
	Form           *page.Form
	May, MayRecord bool
}

type formData struct {
	page.Base
	Form                      *page.Form
	Number                    string // of the indicator to change; "" for a new one
	Units, Census, Objectives []ui.Option
}

// count counts the indicators that a condition holds for.
func (d listData) count(holds func(evaluation.Indicator) bool) (n int) {
	for _, in := range d.Indicators {
		if holds(in) {
			n++
		}
	}
	return n
}

func is(state evaluation.State) func(evaluation.Indicator) bool {
	return func(i evaluation.Indicator) bool { return i.State() == state }
}

// stale counts the indicators whose next value is overdue.
func (d listData) stale() (n int) {
	for _, in := range d.Indicators {
		if _, stale := in.Stale(d.Now); stale {
			n++
		}
	}
	return n
}

// place is a unit's name; the prefecture's carries its kind, because its city has
// the same name.
func place(b page.Base, u territory.Unit) string {
	name, _ := u.Name.In(b.Lang)
	if u.Kind == territory.Prefecture || u.Kind == territory.Province {
		return b.T("territory.kind."+string(u.Kind), "name", name)
	}
	return name
}

// placeLink is the place of an indicator with its page in the programme.
func placeLink(b page.Base, pack *territory.Pack, code string) templ.Component {
	u, ok := pack.Unit(code)
	switch {
	case !ok:
		return ui.Code(code)
	case b.Programme != nil && code == b.Programme.Territory:
		return ui.Link(b.P("/territory"), place(b, u))
	}
	return ui.Link(b.P("/territory/units/"+code), place(b, u))
}

func value(l i18n.Lang, in evaluation.Indicator, v int64) templ.Component {
	return ui.Dec(l, in.Float(v), in.Decimals)
}

func written(l i18n.Lang, in evaluation.Indicator, v int64) string {
	return i18n.Decimal(l, in.Float(v), in.Decimals)
}

// states are the badges of what the latest value says and of what is overdue.
func states(b page.Base, in evaluation.Indicator) []ui.Mark {
	marks := []ui.Mark{state(b, in)}
	if since, stale := in.Stale(b.Now); stale {
		key := "evaluation.state.stale"
		if in.State() == evaluation.NoValue {
			key = "evaluation.state.first_owed"
		}
		marks = append(marks, ui.Mark{Kind: ui.KindWarn, Icon: "clock", Text: b.T(key, "date", since)})
	}
	return marks
}

func state(b page.Base, in evaluation.Indicator) ui.Mark {
	switch in.State() {
	case evaluation.Reached:
		return ui.Mark{Kind: ui.KindOK, Icon: "check", Text: b.T("evaluation.state.reached")}
	case evaluation.Better:
		return ui.Status(b.Lang, "better")
	case evaluation.Worse:
		return ui.Status(b.Lang, "worse")
	case evaluation.Unchanged:
		return ui.Status(b.Lang, "unchanged")
	}
	return ui.Mark{Kind: ui.KindOutline, Icon: "clock", Text: b.T("evaluation.state.no_value")}
}

// finding says what became of an indicator, its own name first.
func finding(d indicatorData) templ.Component {
	in := d.Indicator
	title, _ := in.Title.In(d.Lang)
	baseline := written(d.Lang, in, in.Baseline)
	a, ok := in.Latest()
	switch {
	case !ok:
		return ui.M(d.Lang, "evaluation.finding_none", "title", title, "baseline", baseline)
	case a.Value == in.Baseline:
		return ui.M(d.Lang, "evaluation.finding_still", "title", title, "baseline", baseline)
	}
	return ui.M(d.Lang, "evaluation.finding_moved", "title", title, "baseline", baseline, "latest", written(d.Lang, in, a.Value))
}

// way is how much of the distance to the target is done; nil where the value has
// not moved that way.
func way(d indicatorData) templ.Component {
	in := d.Indicator
	a, ok := in.Latest()
	if s := in.State(); !ok || s != evaluation.Better && s != evaluation.Reached || in.Target == in.Baseline {
		return nil
	}
	share := float64(a.Value-in.Baseline) / float64(in.Target-in.Baseline)
	return ui.M(d.Lang, "evaluation.way", "share", i18n.Percent(d.Lang, share, 0))
}

// dumbbell draws baseline, latest value and target on the indicator's own scale,
// which begins at 0: nil for a rate of change, which may lie below, and without a
// value: a mark at the baseline would look like one.
func dumbbell(pack *territory.Pack, in evaluation.Indicator) templ.Component {
	a, ok := in.Latest()
	if !ok {
		return nil
	}
	most := max(in.Float(in.Baseline), in.Float(a.Value), in.Float(in.Target))
	census, _ := pack.Indicator(in.CensusIndicator)
	if census.Measure == "percent" {
		most = 100
	}
	if most <= 0 || min(in.Baseline, a.Value, in.Target) < 0 || census.Compare == territory.ComparisonOfDates {
		return nil
	}
	scaled := func(v int64) float64 { return 100 * in.Float(v) / most }
	return ui.DumbbellOf(ui.Dumbbell{Before: scaled(in.Baseline), Now: scaled(a.Value), Reference: scaled(in.Target), Worse: in.State() == evaluation.Worse})
}

// table lists indicators from baseline to target. href leads to an indicator's
// page; "" on that page itself.
func table(d listData, href string) ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("evaluation.indicator")}, {Label: d.T("evaluation.baseline"), Kind: ui.NumberColumn}, {Kind: ui.ChartColumn},
		{Label: d.T("evaluation.latest"), Kind: ui.NumberColumn}, {Label: d.T("evaluation.target"), Kind: ui.NumberColumn}, {Label: d.T("evaluation.state_head")}}}
	if href != "" {
		t.Caption, t.Foot = ui.M(d.Lang, "evaluation.table.caption"), ui.M(d.Lang, "evaluation.table.foot")
	}
	for _, in := range d.Indicators {
		latest := ui.Str("–")
		if a, ok := in.Latest(); ok {
			latest = ui.Strong(value(d.Lang, in, a.Value))
		}
		name := ui.TextPlain(d.Lang, in.Title)
		if href != "" {
			name = link(d.Base, in, href)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{
			ui.TwoLines(name, ui.Join(" · ", placeLink(d.Base, d.Territory, in.Territory), ui.TextPlain(d.Lang, in.UnitLabel))),
			value(d.Lang, in, in.Baseline), dumbbell(d.Territory, in), latest, value(d.Lang, in, in.Target), badges(states(d.Base, in))}})
	}
	return t
}

// series lists baseline, values and target by date. What was corrected stays, in grey.
func series(d indicatorData) ui.Table {
	in := d.Indicator
	t := ui.Table{Caption: ui.Text(d.Lang, in.UnitLabel), Columns: []ui.Column{{Label: d.T("evaluation.date")}, {Label: d.T("evaluation.value"), Kind: ui.NumberColumn},
		{Label: d.T("evaluation.status")}, {Label: d.T("evaluation.source")}}}
	t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{baselineDay(d), value(d.Lang, in, in.Baseline), ui.Str(d.T("evaluation.baseline")), ui.Text(d.Lang, in.BaselineSource)}})
	for _, a := range in.Actuals {
		figure, status := value(d.Lang, in, a.Value), ui.Str(d.T("evaluation.status."+string(a.Status)))
		if a.Status == evaluation.Missing {
			figure = ui.Str("–")
		}
		if a.Corrected {
			status = ui.TwoLines(status, ui.M(d.Lang, "evaluation.corrected"))
		}
		t.Rows = append(t.Rows, ui.Row{Muted: a.Corrected, Cells: []templ.Component{ui.Day(d.Lang, a.At), figure, status, sourceOf(d, a)}})
	}
	t.Rows = append(t.Rows, ui.Row{Muted: true, Cells: []templ.Component{ui.Day(d.Lang, in.TargetAt), value(d.Lang, in, in.Target), ui.Str(d.T("evaluation.target")), nil}})
	return t
}

// sourceOf is where a value comes from, and why it is missing or corrects another.
func sourceOf(d indicatorData, a evaluation.Actual) templ.Component {
	var parts []templ.Component
	if !a.Source.Empty() {
		parts = append(parts, ui.Text(d.Lang, a.Source))
	}
	if !a.Reason.Empty() {
		parts = append(parts, ui.M(d.Lang, "evaluation.reason_given", "reason", ui.Text(d.Lang, a.Reason)))
	}
	return ui.Join(" · ", parts...)
}

// baselineDay is the date of the baseline; of a census only the year is known for each household.
func baselineDay(d indicatorData) templ.Component {
	if d.Indicator.CensusIndicator != "" {
		return ui.Fig(strconv.Itoa(d.Indicator.BaselineAt.In(i18n.Zone).Year()))
	}
	return ui.Day(d.Lang, d.Indicator.BaselineAt)
}

// targets lists the targets there have been, each with why it was set.
func targets(d indicatorData) ui.Table {
	in := d.Indicator
	t := ui.Table{Columns: []ui.Column{{Label: d.T("evaluation.set_at")}, {Label: d.T("evaluation.target"), Kind: ui.NumberColumn}, {Label: d.T("evaluation.target_at")}, {Label: d.T("evaluation.reason")}}}
	for i, target := range in.Targets {
		reason := ui.UserText(target.Reason, "")
		if i == 0 {
			reason = ui.M(d.Lang, "evaluation.first_target")
		}
		t.Rows = append(t.Rows, ui.Row{Current: i == len(in.Targets)-1, Cells: []templ.Component{ui.Day(d.Lang, target.SetAt), value(d.Lang, in, target.Value), ui.Day(d.Lang, target.At), reason}})
	}
	return t
}

// facts are what an indicator is measured by.
func facts(d indicatorData) []ui.Fact {
	in := d.Indicator
	every := ui.M(d.Lang, "evaluation.every_none")
	if in.EveryMonths > 0 {
		every = ui.M(d.Lang, "evaluation.every_months", "n", in.EveryMonths)
	}
	return []ui.Fact{
		{Term: d.T("evaluation.number"), Value: ui.Code(in.Number)},
		{Term: d.T("evaluation.place"), Value: placeLink(d.Base, d.Territory, in.Territory)},
		{Term: d.T("evaluation.unit"), Value: ui.Text(d.Lang, in.UnitLabel)},
		{Term: d.T("evaluation.level"), Value: ui.Str(d.T("evaluation.level." + string(in.Level)))},
		{Term: d.T("evaluation.better_is"), Value: ui.Str(d.T("evaluation.direction." + string(in.Direction)))},
		{Term: d.T("evaluation.every"), Value: every},
		{Term: d.T("evaluation.target"), Value: ui.M(d.Lang, "evaluation.value_at", "value", written(d.Lang, in, in.Target), "date", in.TargetAt)},
	}
}

func levelOptions(l i18n.Lang) (list []ui.Option) {
	for _, v := range evaluation.Levels {
		list = append(list, ui.Option{Value: string(v), Label: i18n.T(l, "evaluation.level."+string(v))})
	}
	return list
}

func statusOptions(l i18n.Lang) (list []ui.Option) {
	for _, s := range evaluation.Statuses {
		list = append(list, ui.Option{Value: string(s), Label: i18n.T(l, "evaluation.status."+string(s))})
	}
	return list
}
