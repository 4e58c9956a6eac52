package territory

import (
	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// atlas is a page about places: its frame and the reference it reads.
type atlas struct {
	page.Base
	Pack *territory.Pack
}

// name is a unit's own name in the page's language.
func (a atlas) name(u territory.Unit) string {
	s, _ := u.Name.In(a.Lang)
	return s
}

// title is a unit's name with its kind: «جماعة حربيل».
func (a atlas) title(u territory.Unit) string {
	return a.T("territory.kind."+string(u.Kind), "name", a.name(u))
}

// href is the page of a unit: inside the programme where it belongs to its
// territory, in the census otherwise.
func (a atlas) href(u territory.Unit) string {
	switch p := a.Programme; {
	case p == nil || !a.Pack.Within(u.Code, p.Territory):
		return a.Href("/territory/" + u.Code)
	case u.Code == p.Territory:
		return a.P("/territory")
	}
	return a.P("/territory/units/" + u.Code)
}

func (a atlas) link(u territory.Unit) templ.Component { return ui.Link(a.href(u), a.name(u)) }

// crumbs lead from the prefecture down to the unit.
func (a atlas) crumbs(u territory.Unit) []page.Crumb {
	prefecture, _ := a.Pack.PrefectureOf(u.Code)
	crumbs := []page.Crumb{{Label: a.title(u)}}
	for above, ok := a.Pack.Unit(u.Parent); ok && u.Code != prefecture.Code; above, ok = a.Pack.Unit(above.Parent) {
		crumb := page.Crumb{Label: a.title(above), Href: a.href(above)}
		if a.Programme != nil && above.Code == a.Programme.Territory {
			crumb.Label = a.T("stage.territory")
		}
		crumbs = append([]page.Crumb{crumb}, crumbs...)
		if above.Code == prefecture.Code {
			return crumbs
		}
	}
	if len(crumbs) == 1 {
		return nil
	}
	return crumbs
}

// reference is what a unit's figures are compared with: its prefecture, then the
// region, then the country; ok is false for the country.
func (a atlas) reference(u territory.Unit) (territory.Unit, bool) {
	if p, ok := a.Pack.PrefectureOf(u.Code); ok && p.Code != u.Code {
		return p, true
	}
	return a.Pack.Unit(u.Parent)
}

// source names whose data it is, wherever a figure or a map stands.
func (a atlas) source() templ.Component { return ui.TextPlain(a.Lang, territory.Attribution) }

// text is one of the pack's texts in the page's language.
func (a atlas) text(t i18n.Text) string {
	s, _ := t.In(a.Lang)
	return s
}

// percent writes a share in hundredths; signed puts a plus before what grows.
func (a atlas) percent(figure float64, digits int, signed bool) string {
	s := i18n.Percent(a.Lang, figure/100, digits)
	if signed && i18n.Signed(a.Lang, figure, digits)[0] == '+' {
		return "+" + s
	}
	return s
}

// figure writes a figure with its unit, to stand in a sentence.
func (a atlas) figure(ind territory.Indicator, figure float64) string {
	if ind.Measure == percentMeasure {
		return a.percent(figure, ind.Decimals, ind.Compare == territory.ComparisonOfDates)
	}
	return i18n.Decimal(a.Lang, figure, ind.Decimals)
}

const percentMeasure = "percent"

// none stands for a figure that the census does not have.
func (a atlas) none() templ.Component { return muted(ui.M(a.Lang, "common.no_data")) }

// value is a figure in a cell; grey where it rests on fewer than 1,000 residents.
func (a atlas) value(v territory.Value, known bool, digits int) templ.Component {
	switch {
	case !known:
		return a.none()
	case v.Small:
		return muted(ui.Dec(a.Lang, v.Figure, digits))
	}
	return ui.Dec(a.Lang, v.Figure, digits)
}

// trend is the word for a change, by the indicator's direction; nil where there is nothing to judge.
func (a atlas) trend(t territory.Trend) templ.Component {
	switch t {
	case territory.Better:
		return ui.StatusBadge(a.Lang, "better")
	case territory.Worse:
		return ui.StatusBadge(a.Lang, "worse")
	case territory.Steady:
		return ui.StatusBadge(a.Lang, "unchanged")
	case territory.Unclear:
		return ui.Badge(ui.KindOutline, "ring", a.T("territory.unclear"))
	}
	return nil
}

// rank is a unit's place among its peers: one place where the sample leaves no
// other open, else the range of places.
func (a atlas) rank(ind territory.Indicator, unit string) templ.Component {
	if ind.Direction == territory.Neutral {
		return nil
	}
	s, ok := a.Pack.Rank(ind.Key, unit, territory.Census2024)
	switch {
	case !ok:
		return nil
	case s.Certain():
		return ui.M(a.Lang, "territory.rank", "place", s.Place, "of", s.Of)
	}
	places := i18n.Number(a.Lang, int64(s.Best)) + "–" + i18n.Number(a.Lang, int64(s.Worst))
	return ui.TwoLines(ui.M(a.Lang, "territory.rank", "place", places, "of", s.Of), ui.M(a.Lang, "territory.rank_margin"))
}
