package territory

import (
	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/ui"
)

// mapTitle names what a map shows.
func (a atlas) mapTitle(t theme) string {
	if t.Change {
		return a.T("territory.map.change_of", "name", a.text(t.Name))
	}
	return a.text(t.Name)
}

// mapLead says the unit, the date and the base of a map's figures.
func (a atlas) mapLead(t theme) string {
	switch {
	case t.Key == growth:
		return a.T("territory.map.growth_lead")
	case t.Change && t.Measure == percentMeasure:
		return a.T("territory.map.points_lead", "base", a.text(t.Base))
	case t.Change:
		return a.T("territory.map.change_lead", "base", a.text(t.Base))
	}
	return a.T("territory.map.level_lead", "base", a.text(t.Base))
}

// legend names the dashed tick of the dumbbells; "" where nothing is compared.
func (a atlas) legend(u territory.Unit) string {
	if r, ok := a.reference(u); ok {
		return a.T("territory.reference", "name", a.title(r))
	}
	return ""
}

// links are units side by side, to choose from.
func (a atlas) links(units []territory.Unit) templ.Component {
	links := make([]templ.Component, len(units))
	for i, u := range units {
		links[i] = a.link(u)
	}
	return ui.Join(" · ", links...)
}

// deprivationFinding says how D moved, with and without unemployment, which
// alone moves it in many communes.
func (a atlas) deprivationFinding(r report) templ.Component {
	d := func(f float64) string { return i18n.Decimal(a.Lang, f, indexDigits) }
	if !r.HadIndex {
		return ui.M(a.Lang, "territory.d.now", "now", d(r.Now.D), "without", d(r.Now.WithoutWork))
	}
	key := "territory.d.fell"
	switch all, rest := r.Now.D-r.Before.D, r.Now.WithoutWork-r.Before.WithoutWork; {
	case all >= 0 && rest < 0:
		key = "territory.d.rose_by_work"
	case all >= 0:
		key = "territory.d.rose"
	case rest >= 0:
		key = "territory.d.fell_by_work"
	}
	return ui.M(a.Lang, key, "before", d(r.Before.D), "now", d(r.Now.D), "rest_before", d(r.Before.WithoutWork), "rest", d(r.Now.WithoutWork))
}
