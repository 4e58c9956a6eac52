package territory

import (
	"math"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/ui"
)

// report is what the two censuses say of a unit: the indicators that lead, the
// others, and the deprivation index with its parts.
type report struct {
	Unit        territory.Unit
	Leading     []territory.Indicator
	Others      []territory.Indicator
	Before, Now territory.Deprivation
	HadIndex    bool
	HasIndex    bool
}

// leading are the indicators that a page opens with, axis by axis.
var leading = []string{"running_water", "public_sewer", "waste_uncollected", "electricity", "illiteracy", "school_enrolment", "activity_rate", "unemployment"}

// told are the indicators that a page says in its own sentences.
var told = []string{"population", "population_legal", growth, "households"}

func newReport(a atlas, u territory.Unit) report {
	r := report{Unit: u}
	for _, ind := range a.Pack.Indicators() {
		switch {
		case slices.Contains(leading, ind.Key):
			r.Leading = append(r.Leading, ind)
		case !slices.Contains(told, ind.Key):
			r.Others = append(r.Others, ind)
		}
	}
	slices.SortFunc(r.Leading, func(a, b territory.Indicator) int {
		return slices.Index(leading, a.Key) - slices.Index(leading, b.Key)
	})
	r.Now, r.HasIndex = a.Pack.Deprivation(u.Code, territory.Census2024)
	r.Before, r.HadIndex = a.Pack.Deprivation(u.Code, territory.Census2014)
	return r
}

// cautions are what must be known before reading the indicators.
func (r report) cautions(a atlas) []ui.Fact {
	var facts []ui.Fact
	for _, ind := range slices.Concat(r.Leading, r.Others) {
		words := strings.TrimSpace(strings.Join([]string{a.text(ind.Caution), a.text(ind.Note)}, ". "))
		if words = strings.Trim(words, ". "); words != "" {
			facts = append(facts, ui.Fact{Term: a.text(ind.Short), Value: ui.Str(words + ".")})
		}
	}
	return facts
}

// unit is the page of a cercle, commune or arrondissement, and of what is larger
// than a prefecture.
type unit struct {
	atlas
	Unit       territory.Unit
	Report     report
	Prefecture territory.Unit // its map; zero for what lies in none
	Theme      theme
	Children   []territory.Unit
	Neighbours []territory.Unit
}

func newUnit(a atlas, u territory.Unit) unit {
	d := unit{atlas: a, Unit: u, Report: newReport(a, u), Children: territory.ByName(a.Pack.Children(u.Code), a.Lang)}
	if p, ok := a.Pack.PrefectureOf(u.Code); ok {
		d.Prefecture = p
		d.Theme = newTheme(a.Pack, p.Code, growth, "")
		d.Neighbours = territory.ByName(a.Pack.Neighbours(u.Code), a.Lang)
	}
	return d
}

// grown is the change of the population in hundredths; ok is false where a
// census is missing or the unit is too small for a change to mean anything.
func (d unit) grown() (before, now int64, change float64, ok bool) {
	from, had := d.Pack.Value("population", d.Unit.Code, territory.Census2014)
	to, has := d.Pack.Value("population", d.Unit.Code, territory.Census2024)
	ok = had && has && !from.Small && !to.Small && from.Figure > 0
	if ok {
		change = 100 * (to.Figure/from.Figure - 1)
	}
	return int64(from.Figure), int64(to.Figure), change, ok
}

// Changes of population, in hundredths over ten years, at which the finding's words change.
const (
	doubled = 90.0
	steady  = 2.0
)

// finding says in words what became of the unit's population.
func (d unit) finding() templ.Component {
	_, _, change, ok := d.grown()
	name := d.name(d.Unit)
	figure := d.percent(math.Abs(change), 1, false)
	switch {
	case !ok:
		return ui.Str(d.title(d.Unit))
	case change >= doubled && change < 150:
		return ui.M(d.Lang, "territory.finding.doubled", "name", name)
	case change > steady:
		return ui.M(d.Lang, "territory.finding.grew", "name", name, "change", figure)
	case change < -steady:
		return ui.M(d.Lang, "territory.finding.shrank", "name", name, "change", figure)
	}
	return ui.M(d.Lang, "territory.finding.steady", "name", name)
}

// lead gives the figures behind the finding, its place among its peers, and how
// many indicators got better or worse.
func (d unit) lead() templ.Component {
	before, now, change, ok := d.grown()
	if !ok {
		people, known := d.Pack.Population(d.Unit.Code, territory.Census2024)
		if !known {
			return ui.M(d.Lang, "territory.lead.no_data")
		}
		return ui.M(d.Lang, "territory.lead.small", "people", people)
	}
	sentences := []templ.Component{ui.M(d.Lang, "territory.lead.unit", "before", before, "people", now, "change", d.percent(change, 1, true))}
	if s, ok := d.Pack.Rank(growth, d.Unit.Code, territory.Census2024); ok {
		// An arrondissement stands among all leaf units, a commune among communes.
		peers := string(d.Unit.Kind)
		switch s.Place {
		case 1:
			sentences = append(sentences, ui.M(d.Lang, "territory.lead.first."+peers, "n", s.Of))
		case s.Of:
			sentences = append(sentences, ui.M(d.Lang, "territory.lead.last."+peers, "n", s.Of))
		default:
			sentences = append(sentences, ui.M(d.Lang, "territory.lead.rank."+peers, "n", s.Of, "place", s.Place))
		}
	}
	return ui.Join(" ", append(sentences, d.balance())...)
}

// balance counts the comparable indicators by the way they moved, and names
// what got worse.
func (d unit) balance() templ.Component {
	var better, judged int
	var worse []string
	for _, ind := range slices.Concat(d.Report.Leading, d.Report.Others) {
		c, ok := d.Pack.Change(ind.Key, d.Unit.Code)
		if !ok || c.Trend == territory.NoTrend {
			continue
		}
		judged++
		switch c.Trend {
		case territory.Better:
			better++
		case territory.Worse:
			worse = append(worse, d.text(ind.Short))
		}
	}
	if len(worse) == 0 {
		return ui.M(d.Lang, "territory.lead.none_worse", "n", judged, "better", better)
	}
	return ui.M(d.Lang, "territory.lead.balance", "n", judged, "better", better, "worse", len(worse), "names", strings.Join(worse, d.T("common.separator")))
}

// facts are the official name and what else identifies the unit. The legal
// population stands here, so named, and nowhere else on the page.
func (a atlas) facts(u territory.Unit) []ui.Fact {
	facts := []ui.Fact{{Term: a.T("territory.fact.name"), Value: ui.Join(" · ", ui.Str(a.title(u)), ui.Code(u.Code))}}
	if u.Kind == territory.Arrondissement || u.Kind == territory.Commune {
		if above, ok := a.Pack.Unit(u.Parent); ok {
			facts = append(facts, ui.Fact{Term: a.T("territory.fact.within"), Value: ui.Link(a.href(above), a.title(above))})
		}
	}
	if now, ok := a.Pack.Value("households", u.Code, territory.Census2024); ok {
		households := ui.Dec(a.Lang, now.Figure, 0)
		if before, ok := a.Pack.Value("households", u.Code, territory.Census2014); ok {
			households = ui.M(a.Lang, "territory.fact.households_both", "now", int64(now.Figure), "before", int64(before.Figure))
		}
		facts = append(facts, ui.Fact{Term: a.T("territory.fact.households"), Value: households})
	}
	if legal, ok := a.Pack.Value("population_legal", u.Code, territory.Census2024); ok {
		facts = append(facts, ui.Fact{Term: a.T("territory.fact.legal"), Value: ui.Dec(a.Lang, legal.Figure, 0)})
	}
	if u.Area > 0 {
		facts = append(facts, ui.Fact{Term: a.T("territory.fact.area"), Value: ui.M(a.Lang, "territory.fact.km2", "figure", i18n.Decimal(a.Lang, u.Area, 1))})
	}
	return facts
}

// besides compares a unit with its neighbours on the figures most asked for.
func (d unit) besides() ui.Table {
	compared := []string{growth, "running_water", "illiteracy", "unemployment"}
	table := ui.Table{Columns: []ui.Column{{Label: d.T("territory.unit")}, yearColumn(d.T("territory.population_2024"))}, Foot: d.source()}
	for _, key := range compared {
		ind, _ := d.Pack.Indicator(key)
		table.Columns = append(table.Columns, yearColumn(d.T("territory.short_percent", "name", d.text(ind.Short))))
	}
	for _, u := range append([]territory.Unit{d.Unit}, d.Neighbours...) {
		people, known := d.Pack.Value("population", u.Code, territory.Census2024)
		row := ui.Row{Cells: []templ.Component{d.link(u), d.value(people, known, 0)}, Current: u.Code == d.Unit.Code, Muted: people.Small}
		if row.Current {
			row.Cells[0] = ui.Str(d.name(u))
		}
		for _, key := range compared {
			ind, _ := d.Pack.Indicator(key)
			v, known := d.Pack.Value(key, u.Code, territory.Census2024)
			if key == growth && known && !people.Small {
				row.Cells = append(row.Cells, ui.Signed(d.Lang, v.Figure, ind.Decimals))
			} else {
				row.Cells = append(row.Cells, d.value(v, known, ind.Decimals))
			}
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}
