package territory

import (
	"math"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/ui"
)

// themeTable holds the figures of a map, largest first, with the prefecture's own at the end.
func (a atlas) themeTable(t theme, prefecture territory.Unit, current string) ui.Table {
	switch {
	case t.Key == growth:
		return a.growthTable(t, prefecture, current)
	case t.Change:
		return a.changeTable(t, prefecture, current)
	}
	return a.levelTable(t, prefecture, current)
}

// yearColumn is a column of figures of one census. A year is not a count: it has no groups.
func yearColumn(year string) ui.Column { return ui.Column{Label: year, Kind: ui.NumberColumn} }

func (a atlas) growthTable(t theme, prefecture territory.Unit, current string) ui.Table {
	table := ui.Table{Compact: true, Columns: []ui.Column{{Label: a.T("territory.unit")}, yearColumn(a.T("territory.population_2024")), yearColumn("%"), {Kind: ui.ChartColumn}}}
	least, most := bounds(t.Figure)
	for _, r := range t.Rows {
		row := ui.Row{Cells: []templ.Component{a.link(r.Unit), a.value(r.To, r.Known, 0)}, Current: a.within(r.Unit, current), Muted: r.Small}
		if r.Known {
			row.Cells = append(row.Cells, ui.Signed(a.Lang, r.Shown, 1), ui.DivergingBar(ui.Diverging{Value: r.Shown, Least: least, Most: most, Current: row.Current}))
		}
		table.Rows = append(table.Rows, row)
	}
	from, had := a.Pack.Value("population", prefecture.Code, territory.Census2014)
	to, has := a.Pack.Value("population", prefecture.Code, territory.Census2024)
	if had && has {
		table.Total = []templ.Component{a.link(prefecture), ui.Dec(a.Lang, to.Figure, 0), ui.Signed(a.Lang, 100*(to.Figure/from.Figure-1), 1), nil}
	}
	return table
}

func (a atlas) changeTable(t theme, prefecture territory.Unit, current string) ui.Table {
	table := ui.Table{Compact: true, Columns: []ui.Column{{Label: a.T("territory.unit")}, yearColumn("2014"), yearColumn("2024"),
		yearColumn(a.T("territory.difference")), {Label: a.T("territory.trend")}}}
	cells := func(u territory.Unit, c territory.Change, known bool) []templ.Component {
		cells := []templ.Component{a.link(u), a.value(c.From, known, t.Decimals), a.value(c.To, known, t.Decimals)}
		if !known {
			return append(cells, nil, nil)
		}
		return append(cells, ui.Signed(a.Lang, c.Difference, t.Decimals), a.trend(c.Trend))
	}
	for _, r := range t.Rows {
		c := territory.Change{From: r.From, To: r.To, Difference: r.Shown, Trend: r.Trend}
		table.Rows = append(table.Rows, ui.Row{Cells: cells(r.Unit, c, r.Known), Current: a.within(r.Unit, current), Muted: r.Small})
	}
	if c, ok := a.Pack.Change(t.Key, prefecture.Code); ok {
		table.Total = cells(prefecture, c, true)
	}
	return table
}

func (a atlas) levelTable(t theme, prefecture territory.Unit, current string) ui.Table {
	table := ui.Table{Compact: true, Columns: []ui.Column{{Label: a.T("territory.unit")}, yearColumn(a.text(t.Base)), {Kind: ui.ChartColumn}}}
	_, most := bounds(t.Figure)
	if t.Measure == percentMeasure {
		most = 100 // a share of a whole is drawn on the whole
	}
	for _, r := range t.Rows {
		row := ui.Row{Cells: []templ.Component{a.link(r.Unit), a.value(r.To, r.Known, t.Decimals)}, Current: a.within(r.Unit, current), Muted: r.Small}
		if r.Known {
			row.Cells = append(row.Cells, ui.Bar(r.Shown, most, ui.ToneSoft))
		}
		table.Rows = append(table.Rows, row)
	}
	if v, ok := a.Pack.Value(t.Key, prefecture.Code, territory.Census2024); ok {
		table.Total = []templ.Component{a.link(prefecture), ui.Dec(a.Lang, v.Figure, t.Decimals), ui.Bar(v.Figure, most, ui.ToneSoft)}
	}
	return table
}

func (a atlas) within(u territory.Unit, current string) bool {
	return current != "" && a.Pack.Within(u.Code, current)
}

func bounds(figures []float64) (least, most float64) {
	least, most = math.Inf(1), math.Inf(-1)
	for _, f := range figures {
		least, most = min(least, f), max(most, f)
	}
	return least, most
}

// changes is the table of a unit's indicators at both censuses. Those that are
// shares of a whole have a dumbbell on a scale of 0 to 100.
func (a atlas) changes(u territory.Unit, indicators []territory.Indicator) ui.Table {
	reference, compared := a.reference(u)
	table := ui.Table{Columns: []ui.Column{{Label: a.T("territory.indicator")}, yearColumn("2014"), {Kind: ui.ChartColumn}, yearColumn("2024")}, Foot: a.source()}
	if compared {
		table.Columns = append(table.Columns, yearColumn(a.T("territory.reference", "name", a.title(reference))))
	}
	ranked := u.Kind == territory.Commune || u.Kind == territory.Arrondissement
	if ranked {
		table.Columns = append(table.Columns, ui.Column{Label: a.T("territory.rank_head")})
	}
	table.Columns = append(table.Columns, ui.Column{Label: a.T("territory.trend")})
	for _, ind := range indicators {
		row := a.changeRow(u, reference, compared, ind)
		if ranked {
			row.Cells = append(row.Cells, a.rank(ind, u.Code))
		}
		change, _ := a.Pack.Change(ind.Key, u.Code)
		row.Cells = append(row.Cells, a.trend(change.Trend))
		table.Rows = append(table.Rows, row)
	}
	return table
}

// changeRow is an indicator at both censuses beside the figure it is compared with.
func (a atlas) changeRow(u, reference territory.Unit, compared bool, ind territory.Indicator) ui.Row {
	before, had := a.Pack.Value(ind.Key, u.Code, territory.Census2014)
	now, has := a.Pack.Value(ind.Key, u.Code, territory.Census2024)
	other, known := a.Pack.Value(ind.Key, reference.Code, territory.Census2024)
	change, judged := a.Pack.Change(ind.Key, u.Code)
	row := ui.Row{Cells: []templ.Component{
		ui.TwoLines(ui.Str(a.text(ind.Short)), ui.Str(a.text(ind.Base))),
		a.value(before, had, ind.Decimals), nil, a.value(now, has, ind.Decimals),
	}, Muted: now.Small}
	if judged && ind.Measure == percentMeasure {
		tick := -1.0
		if compared && known {
			tick = other.Figure
		}
		row.Cells[2] = ui.DumbbellOf(ui.Dumbbell{Before: before.Figure, Now: now.Figure, Reference: tick, Worse: change.Trend == territory.Worse})
	}
	if has && !now.Small {
		row.Cells[3] = ui.Strong(row.Cells[3])
	}
	if compared {
		row.Cells = append(row.Cells, a.value(other, known, ind.Decimals))
	}
	return row
}

// deprivationTable lays D open: each of its parts with the share of people
// exposed at both censuses and what it adds to D.
func (a atlas) deprivationTable(before, now territory.Deprivation, had bool) ui.Table {
	table := ui.Table{Columns: []ui.Column{{Label: a.T("territory.d.part")}, yearColumn("2014"), yearColumn("2024"),
		yearColumn(a.T("territory.d.points")), {Kind: ui.ChartColumn}}, Caption: ui.M(a.Lang, "territory.d.caption"), Foot: a.source()}
	most := 0.0
	for _, p := range now.Parts {
		most = max(most, p.Points)
	}
	for i, p := range now.Parts {
		rate := a.none()
		if had {
			rate = ui.Pct(a.Lang, before.Parts[i].Rate, 1)
		}
		table.Rows = append(table.Rows, ui.Row{Cells: []templ.Component{
			ui.TwoLines(ui.Str(a.T("territory.letter."+p.ID)), ui.Str(a.T("territory.dimension."+string(p.Dimension)))),
			rate, ui.Pct(a.Lang, p.Rate, 1), ui.Dec(a.Lang, p.Points, indexDigits), ui.Plain(p.Points, most, ui.ToneMoney)}})
	}
	// What the parts add sums up to D; the shares beside them do not.
	table.Total = []templ.Component{ui.Str(a.T("common.total")), nil, nil, a.index(now.D, true), nil}
	return table
}

// dimensionTable is what each third of D adds to it at both censuses.
func (a atlas) dimensionTable(r report) ui.Table {
	table := ui.Table{Compact: true, Columns: []ui.Column{{Label: a.T("territory.d.dimension")}, yearColumn("2014"), yearColumn("2024"), {Kind: ui.ChartColumn}}}
	for _, d := range []territory.Dimension{territory.Education, territory.Living, territory.Work} {
		table.Rows = append(table.Rows, ui.Row{Cells: []templ.Component{ui.Str(a.T("territory.dimension." + string(d))),
			a.index(r.Before.Of(d), r.HadIndex), a.index(r.Now.Of(d), true), ui.Plain(r.Now.Of(d), r.Now.D, ui.ToneMoney)}})
	}
	table.Total = []templ.Component{ui.M(a.Lang, "territory.d.whole"), a.index(r.Before.D, r.HadIndex), a.index(r.Now.D, true), nil}
	return table
}

// indexDigits is the precision in which D is published.
const indexDigits = 3

func (a atlas) index(d float64, known bool) templ.Component {
	if !known {
		return a.none()
	}
	return ui.Fig(i18n.Decimal(a.Lang, d, indexDigits))
}
