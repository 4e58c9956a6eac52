package evaluation

import (
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
	Units, Census, Objectives []ui.Option
}

// moved is the number of indicators that stand better than their baseline.
func (d listData) moved() (n int) {
	for _, in := range d.Indicators {
		if s := in.State(); s == evaluation.Better || s == evaluation.Reached {
			n++
		}
	}
	return n
}

func place(l i18n.Lang, pack *territory.Pack, code string) string {
	u, _ := pack.Unit(code)
	name, _ := u.Name.In(l)
	return name
}

func value(l i18n.Lang, in evaluation.Indicator, v int64) templ.Component {
	return ui.Dec(l, in.Float(v), in.Decimals)
}

// state is the badge of what the latest value says.
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

func table(d listData, href string) ui.Table {
	t := ui.Table{Caption: ui.M(d.Lang, "evaluation.table.caption"), Foot: ui.M(d.Lang, "evaluation.table.foot"),
		Columns: []ui.Column{{Label: d.T("evaluation.indicator")}, {Label: d.T("evaluation.place")}, {Label: d.T("evaluation.baseline"), Kind: ui.NumberColumn},
			{Label: d.T("evaluation.latest"), Kind: ui.NumberColumn}, {Label: d.T("evaluation.target"), Kind: ui.NumberColumn}, {Label: d.T("evaluation.state_head")}}}
	for _, in := range d.Indicators {
		latest := ui.Str("–")
		if a, ok := in.Latest(); ok {
			latest = value(d.Lang, in, a.Value)
		}
		m := state(d.Base, in)
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.TwoLines(link(d.Base, in, href), ui.TextPlain(d.Lang, in.UnitLabel)), ui.Str(place(d.Lang, d.Territory, in.Territory)),
			value(d.Lang, in, in.Baseline), latest, value(d.Lang, in, in.Target), ui.Badge(m.Kind, m.Icon, m.Text)}})
	}
	return t
}

// series lists baseline, values and target by date.
func series(d indicatorData) ui.Table {
	in := d.Indicator
	t := ui.Table{Caption: ui.Text(d.Lang, in.UnitLabel), Columns: []ui.Column{{Label: d.T("evaluation.date")}, {Label: d.T("evaluation.value"), Kind: ui.NumberColumn},
		{Label: d.T("evaluation.status")}, {Label: d.T("evaluation.source")}}}
	t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Day(d.Lang, in.BaselineAt), value(d.Lang, in, in.Baseline), ui.Str(d.T("evaluation.baseline")), ui.Text(d.Lang, in.BaselineSource)}})
	for _, a := range in.Actuals {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Day(d.Lang, a.At), value(d.Lang, in, a.Value), ui.Str(d.T("evaluation.status." + string(a.Status))), ui.Text(d.Lang, a.Source)}})
	}
	t.Rows = append(t.Rows, ui.Row{Muted: true, Cells: []templ.Component{ui.Day(d.Lang, in.TargetAt), value(d.Lang, in, in.Target), ui.Str(d.T("evaluation.target")), ui.Str("–")}})
	return t
}

func statusOptions(l i18n.Lang) (list []ui.Option) {
	for _, s := range evaluation.Statuses {
		list = append(list, ui.Option{Value: string(s), Label: i18n.T(l, "evaluation.status."+string(s))})
	}
	return list
}
