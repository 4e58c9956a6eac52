package territory

import (
	"cmp"
	"slices"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/ui"
)

// prefecture is the page of a prefecture or province.
type prefecture struct {
	atlas
	Unit   territory.Unit
	Theme  theme
	Report report
	Groups []group
}

// group is a cercle, or the units that belong to none, with the communes in it.
type group struct {
	Title string
	Href  string // "" for what belongs to no cercle
	Units []territory.Unit
}

func newPrefecture(a atlas, u territory.Unit, indicator, view string) prefecture {
	return prefecture{
		atlas: a, Unit: u,
		Theme:  newTheme(a.Pack, u.Code, indicator, view),
		Report: newReport(a, u),
		Groups: a.groups(u),
	}
}

// groups lists what a prefecture is made of: the city with its arrondissements,
// the communes without a cercle, then each cercle with its communes.
func (a atlas) groups(u territory.Unit) []group {
	alone := group{Title: a.T("territory.no_cercle")}
	var groups []group
	for _, child := range a.Pack.Children(u.Code) {
		switch inside := a.Pack.Children(child.Code); {
		case child.Kind == territory.Commune && len(inside) == 0:
			alone.Units = append(alone.Units, child)
		default:
			groups = append(groups, group{a.title(child), a.href(child), territory.ByName(inside, a.Lang)})
		}
	}
	if len(alone.Units) > 0 {
		alone.Units = territory.ByName(alone.Units, a.Lang)
		groups = append(groups, alone)
	}
	return groups
}

// finding is the page's first sentence: what the map shows at its two ends, or
// in how many units a figure got better.
func (p prefecture) finding() templ.Component {
	t := p.Theme
	most, least, ok := t.ends()
	name := p.text(t.Short)
	switch {
	case !ok:
		return ui.Str(p.title(p.Unit))
	case t.Change && t.Direction == territory.Neutral:
		return ui.M(p.Lang, "territory.finding.moved", "indicator", name, "n", len(t.Figure),
			"up", t.count(func(r themeRow) bool { return r.Shown > 0 }), "down", t.count(func(r themeRow) bool { return r.Shown < 0 }))
	case t.Change:
		return ui.M(p.Lang, "territory.finding.change", "indicator", name, "n", len(t.Figure),
			"better", t.count(func(r themeRow) bool { return r.Trend == territory.Better }),
			"worse", t.count(func(r themeRow) bool { return r.Trend == territory.Worse }))
	case t.Key == growth && least.Shown < 0:
		return ui.M(p.Lang, "territory.finding.growth", "most", p.name(most.Unit), "gain", p.percent(most.Shown, 1, false),
			"least", p.name(least.Unit), "loss", p.percent(-least.Shown, 1, false))
	case t.Key == growth:
		return ui.M(p.Lang, "territory.finding.growth_all", "most", p.name(most.Unit), "gain", p.percent(most.Shown, 1, false))
	}
	return ui.M(p.Lang, "territory.finding.level", "indicator", name, "least", p.name(least.Unit), "low", p.figure(t.Indicator, least.Shown),
		"most", p.name(most.Unit), "high", p.figure(t.Indicator, most.Shown))
}

// lead says what the prefecture is made of and how many people live there.
func (p prefecture) lead() templ.Component {
	before, known := p.Pack.Population(p.Unit.Code, territory.Census2014)
	now, ok := p.Pack.Population(p.Unit.Code, territory.Census2024)
	if !known || !ok {
		return nil
	}
	return ui.M(p.Lang, "territory.lead.prefecture", "n", len(p.Pack.Communes(p.Unit.Code)), "leaves", ui.M(p.Lang, "territory.lead.map_units", "n", len(p.Pack.Leaves(p.Unit.Code))),
		"people", now, "before", before, "change", p.percent(100*(float64(now)/float64(before)-1), 1, true))
}

// filters are the choice of the map: an indicator, and one date or the change.
func (p prefecture) filters() []ui.Field {
	indicator := ui.Field{Lang: p.Lang, Name: "indicator", Label: p.T("territory.choose_indicator"), Value: p.Theme.Key}
	for _, ind := range p.Pack.Indicators() {
		if mapped(ind) {
			indicator.Options = append(indicator.Options, ui.Option{Value: ind.Key, Label: p.text(ind.Short)})
		}
	}
	slices.SortStableFunc(indicator.Options, func(a, b ui.Option) int {
		return cmp.Compare(btoi(b.Value == growth), btoi(a.Value == growth))
	})
	view := ui.Field{Lang: p.Lang, Name: "view", Label: p.T("territory.choose_view"), Value: "level",
		Options: []ui.Option{{Value: "level", Label: p.T("territory.view_level")}, {Value: "change", Label: p.T("territory.view_change")}}}
	if p.Theme.diverging() {
		view.Value = "change"
	}
	return []ui.Field{indicator, view}
}

// notes are what must be known before reading the map's figures.
func (p prefecture) notes() (notes []string) {
	t := p.Theme
	if s := p.text(t.Caution); s != "" {
		notes = append(notes, s)
	}
	if s := p.text(t.Note); s != "" && t.Change {
		notes = append(notes, s)
	}
	if t.Key != growth && !t.Change && !comparable(t.Indicator) {
		notes = append(notes, p.T("territory.not_comparable"))
	}
	if t.Change && t.Margin > 0 {
		notes = append(notes, p.T("territory.sampled", "points", t.Margin))
	}
	if t.count(func(r themeRow) bool { return r.Small }) > 0 {
		notes = append(notes, p.T("territory.small"))
	}
	return notes
}

// direction says which end of the colours is which.
func (a atlas) direction(t theme) string {
	switch {
	case t.Direction == territory.Neutral && t.diverging():
		return a.T("territory.ramp.loss_gain")
	case t.diverging():
		return a.T("territory.ramp.worse_better")
	case t.Direction == territory.Neutral:
		return a.T("territory.ramp.less_more")
	}
	return a.T("territory.ramp.need")
}
