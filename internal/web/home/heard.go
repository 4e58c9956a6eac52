package home

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/ui"
)

// per is the number of inhabitants that contributions are counted for: per head,
// never raw counts (look.md §7).
const per = 10_000

// heard is how often one leaf unit was heard.
type heard struct {
	Unit   territory.Unit
	People int64
	Rate   float64 // contributions per 10,000 inhabitants; of no use when Few or Hidden
	Few    bool    // fewer than 10
	Hidden bool    // more, but the count would betray one that is fewer
}

// place orders the units: few, told, not told.
func (h heard) place() int {
	switch {
	case h.Few:
		return 0
	case h.Hidden:
		return 2
	}
	return 1
}

func rate(n int, people int64) float64 { return float64(n) * per / float64(people) }

// heardUnits says of each unit of the map how often it was heard. What was said
// of a larger unit, such as a whole city, belongs to none of them.
func (d homeData) heardUnits() []heard {
	cells := map[string]consultation.Cell{}
	for _, c := range d.Consultation.ByUnit {
		cells[c.Key] = c
	}
	var list []heard
	for _, u := range d.territory.Leaves(d.frame.Territory) {
		people, ok := d.territory.Population(u.Code, territory.Census2024)
		if !ok || people == 0 {
			continue
		}
		c := cells[u.Code]
		h := heard{Unit: u, People: people, Hidden: c.Hidden, Few: !c.Hidden && c.N < consultation.SmallCell}
		if !h.Few && !h.Hidden {
			h.Rate = rate(c.N, people)
		}
		list = append(list, h)
	}
	return list
}

// silent are the units from which nothing was heard at all.
func (d homeData) silent() (list []string) {
	cells := map[string]bool{}
	for _, c := range d.Consultation.ByUnit {
		cells[c.Key] = c.N > 0 || c.Few || c.Hidden
	}
	for _, u := range d.territory.Leaves(d.frame.Territory) {
		if !cells[u.Code] {
			list = append(list, u.Code)
		}
	}
	return list
}

// heardClasses cuts the rates that are told into the five classes of the ramp.
func heardClasses(list []heard) territory.Classes {
	var rates []float64
	for _, u := range list {
		if !u.Few && !u.Hidden {
			rates = append(rates, u.Rate)
		}
	}
	if len(rates) == 0 {
		return territory.Classes{Breaks: []float64{5, 10, 15, 20}}
	}
	return territory.SequentialClasses(rates)
}

// rateDigits is how exact a rate is written: a tenth of a contribution per 10,000.
const rateDigits = 1

func (d homeData) heardMap(list []heard, classes territory.Classes) ui.Map {
	drawn := d.territory.Map(d.frame.Territory)
	m := ui.Map{ID: "heard", Label: d.T("home.heard.map"), Lang: d.Lang, Width: drawn.Width, Height: drawn.Height, Ramp: ui.RampHeard, Classes: d.classWords(classes), Hatched: d.T("common.masked")}
	byCode := map[string]heard{}
	for _, u := range list {
		byCode[u.Unit.Code] = u
	}
	shapes := func(from []territory.Shape) []ui.Shape {
		out := make([]ui.Shape, len(from))
		for i, s := range from {
			out[i] = d.heardShape(byCode, classes, s)
		}
		return out
	}
	m.Shapes = shapes(drawn.Shapes)
	if in := drawn.Inset; in != nil {
		city, _ := d.territory.Unit(in.City.Unit)
		name, _ := city.Name.In(d.Lang)
		m.Inset = &ui.Inset{Label: d.T("home.heard.inset", "name", name), Frame: ui.Rect(in.Frame), Source: ui.Rect(in.Source), Shapes: shapes(in.Shapes)}
	}
	return m
}

func (d homeData) heardShape(byCode map[string]heard, classes territory.Classes, s territory.Shape) ui.Shape {
	unit, _ := d.territory.Unit(s.Unit)
	name, _ := unit.Name.In(d.Lang)
	shape := ui.Shape{Code: s.Unit, Name: name, Path: s.Path, Class: ui.NoData, Href: d.P("/territory/units/" + s.Unit)}
	if u, ok := byCode[s.Unit]; ok {
		switch {
		case u.Few:
			shape.Class, shape.Value = 0, d.T("common.fewer_than_ten")
		case u.Hidden:
			shape.Value = d.T("common.masked") // hatched: it may be any of the classes
		default:
			shape.Class, shape.Value = classes.Class(u.Rate), i18n.Decimal(d.Lang, u.Rate, rateDigits)
		}
	}
	if l := s.Label; l != nil {
		shape.Label = &ui.Label{X: l.X, Y: l.Y, FromX: l.FromX, FromY: l.FromY, Moved: l.Moved, Large: l.Large}
	}
	return shape
}

// classWords are the ruler's words: "less than 5", "5–10" … "20 and more".
func (d homeData) classWords(c territory.Classes) []string {
	write := func(f float64) string { return i18n.Decimal(d.Lang, f, decimals(c.Breaks)) }
	words := []string{d.T("home.heard.below", "n", write(c.Breaks[0]))}
	for i := 1; i < len(c.Breaks); i++ {
		words = append(words, "\u2066"+write(c.Breaks[i-1])+"–"+write(c.Breaks[i])+"\u2069")
	}
	return append(words, d.T("home.heard.above", "n", write(c.Breaks[len(c.Breaks)-1])))
}

// decimals is how many decimals the breaks need.
func decimals(breaks []float64) (n int) {
	for _, b := range breaks {
		if _, frac, ok := strings.Cut(strconv.FormatFloat(b, 'f', -1, 64), "."); ok {
			n = max(n, len(frac))
		}
	}
	return n
}

// unitTable is the map in figures, the least heard first, those that are not told last.
func (d homeData) unitTable(list []heard) ui.Table {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b heard) int {
		return cmp.Or(cmp.Compare(a.place(), b.place()), cmp.Compare(a.Rate, b.Rate))
	})
	t := ui.Table{Compact: true, Caption: ui.M(d.Lang, "home.heard.units_caption", "per", per), Foot: ui.M(d.Lang, "home.heard.foot"),
		Columns: []ui.Column{{Label: d.T("home.heard.unit")}, {Label: d.T("home.heard.rate"), Kind: ui.NumberColumn}, {Label: d.T("home.heard.people"), Kind: ui.NumberColumn}}}
	for _, u := range sorted {
		name, _ := u.Unit.Name.In(d.Lang)
		value := ui.Dec(d.Lang, u.Rate, rateDigits)
		switch {
		case u.Few:
			value = ui.M(d.Lang, "common.fewer_than_ten")
		case u.Hidden:
			value = ui.M(d.Lang, "common.masked")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Link(d.P("/territory/units/"+u.Unit.Code), name), value, ui.Num(d.Lang, u.People)}})
	}
	return t
}

// collegeTable says which colleges were heard; a count under ten is words.
func (d homeData) collegeTable() ui.Table {
	cells := map[string]consultation.Cell{}
	most := 0
	for _, c := range d.Consultation.ByCollege {
		cells[c.Key] = c
		most = max(most, c.N)
	}
	t := ui.Table{Compact: true, Caption: ui.M(d.Lang, "home.heard.channels"), Columns: []ui.Column{{Label: d.T("home.heard.college")}, {Kind: ui.ChartColumn},
		{Label: d.T("home.heard.count"), Kind: ui.NumberColumn}, {Label: d.T("home.heard.share"), Kind: ui.NumberColumn}}}
	total := d.Consultation.Captured
	for _, college := range d.frame.Colleges {
		c := cells[college.ID]
		row := []templ.Component{ui.TextPlain(d.Lang, college.Name), nil, ui.M(d.Lang, "common.fewer_than_ten"), nil}
		switch {
		case c.Hidden:
			row[2] = ui.M(d.Lang, "common.masked")
		case c.N >= consultation.SmallCell:
			row[1], row[2], row[3] = ui.Plain(float64(c.N), float64(most), ui.ToneWater), ui.Num(d.Lang, c.N), ui.Pct(d.Lang, float64(c.N)/float64(total), 0)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: row})
	}
	t.Total = []templ.Component{ui.M(d.Lang, "common.total"), nil, ui.Num(d.Lang, total), nil}
	return t
}

// maxNamed is how many of the least heard units are named; more are counted.
const maxNamed = 6

// quiet are the units that were hardly heard: fewer than ten contributions, or a
// rate in the lowest class. Of one whose count is hidden nothing may be said.
func quiet(list []heard, classes territory.Classes) (units []heard) {
	for _, u := range list {
		if u.Few || !u.Hidden && u.Rate < classes.Breaks[0] {
			units = append(units, u)
		}
	}
	return units
}

// names lists the least heard units, at most maxNamed of them.
func (d homeData) names(list []heard) string {
	var names []string
	for _, u := range list[:min(len(list), maxNamed)] {
		name, _ := u.Unit.Name.In(d.Lang)
		names = append(names, "\u2068"+name+"\u2069")
	}
	if more := len(list) - maxNamed; more > 0 {
		names = append(names, d.T("record.more", "n", more))
	}
	return strings.Join(names, d.T("common.separator"))
}

// consultationCloses is when those who were not heard can still be; ok is false when nothing is open.
func (d homeData) consultationCloses() (f programme.Phase, ok bool) {
	return d.frame.OpenPhase(programme.Consultation, d.Now)
}
