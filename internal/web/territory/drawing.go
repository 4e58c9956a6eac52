package territory

import (
	"strings"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/ui"
)

// drawn is the map of a theme. The leaf units of current are outlined; finding
// says in words what the map shows.
func (a atlas) drawn(t theme, prefecture, current, finding string) ui.Map {
	drawn := a.Pack.Map(prefecture)
	m := ui.Map{
		ID: "map", Label: finding, Lang: a.Lang, Width: drawn.Width, Height: drawn.Height,
		Ramp: t.Ramp, Classes: t.words(a.Lang),
	}
	rows := map[string]themeRow{}
	for _, r := range t.Rows {
		rows[r.Unit.Code] = r
	}
	shapes := func(list []territory.Shape) []ui.Shape {
		out := make([]ui.Shape, len(list))
		for i, s := range list {
			out[i] = a.shape(t, rows[s.Unit], s, current)
		}
		return out
	}
	m.Shapes = shapes(drawn.Shapes)
	if in := drawn.Inset; in != nil {
		city, _ := a.Pack.Unit(in.City.Unit)
		m.Inset = &ui.Inset{Label: oneRun(a.T("territory.inset", "name", a.name(city))), Frame: ui.Rect(in.Frame), Source: ui.Rect(in.Source), Shapes: shapes(in.Shapes)}
	}
	return m
}

func (a atlas) shape(t theme, row themeRow, s territory.Shape, current string) ui.Shape {
	u, _ := a.Pack.Unit(s.Unit)
	shape := ui.Shape{Code: u.Code, Name: a.name(u), Path: s.Path, Class: ui.NoData, Href: a.href(u), Current: current != "" && a.Pack.Within(u.Code, current)}
	if row.Known {
		shape.Class, shape.Value = t.of(row.Shown), a.bare(t, row.Shown)
	}
	if l := s.Label; l != nil {
		shape.Label = &ui.Label{X: l.X, Y: l.Y, FromX: l.FromX, FromY: l.FromY, Moved: l.Moved, Large: l.Large}
	}
	return shape
}

// bare is a figure of a theme without its unit, as maps and columns print it.
func (a atlas) bare(t theme, figure float64) string {
	if t.diverging() {
		return i18n.Signed(a.Lang, figure, t.Decimals)
	}
	return i18n.Decimal(a.Lang, figure, t.Decimals)
}

// oneRun takes the isolates out of a sentence: a drawing lays its text out from
// left to right, and would put an isolated name on the wrong side of its words.
func oneRun(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, s)
}
