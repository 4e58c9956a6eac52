package ui

import (
	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
)

// NoData is the class of a shape without a value: hatched, with the words «لا معطيات».
const NoData = -1

// The ramps of maps. Need and Heard have five classes, Change has six with zero on a break.
const (
	RampNeed   = "need"
	RampHeard  = "heard"
	RampChange = "change"
)

// Map is a choropleth of a prefecture with an enlargement of its city. Maps
// never mirror: north is up and west is where it is. A sorted table with the
// same figures stands beside it (MapTable).
type Map struct {
	ID            string // unique on the page; the hatch's name comes from it
	Label         string // the finding in a sentence, for those who cannot see the drawing
	Lang          i18n.Lang
	Width, Height int // of the view box, 1000 wide: the size of labels is in its units
	Ramp          string
	Shapes        []Shape
	Inset         *Inset
	Classes       []string // words of the classes, from the least to the most, for the ruler
	Hatched       string   // what the hatch says; "" = no data
}

// Shape is a unit on the map. Its path is filled by the even-odd rule.
type Shape struct {
	Code, Name string
	Path       string
	Class      int    // 0 is the least; NoData
	Value      string // as printed under the name; "" for none
	Href       string // "" for no link
	Label      *Label // nil where the inset or the table names the unit
	Current    bool
}

// Label is where a unit's name and figure stand: two lines centred on X, Y.
type Label struct {
	X, Y         int
	FromX, FromY int  // inside the unit: a moved label is led to from here
	Moved        bool // it found no room inside its unit
	Large        bool // there is room for it on a phone, too
}

// Rect is a rectangle of the view box.
type Rect struct{ X, Y, Width, Height int }

// Inset is the framed enlargement; its shapes are drawn in the view box, too.
type Inset struct {
	Label         string
	Frame, Source Rect // where it stands, and what it enlarges
	Shapes        []Shape
}

func (m Map) viewBox() string { return "0 0 " + itoa(m.Width) + " " + itoa(m.Height) }
func (m Map) hatch() string   { return m.ID + "-hatch" }

// fill is the class of a shape's colour.
func (m Map) fill(s Shape) string {
	if s.Class < 0 {
		return "no-data"
	}
	return m.Ramp + "-" + itoa(s.Class)
}

// dark tells whether white text stands on the shape (look.md §2: the two darkest
// classes, or the two ends). A label beside its unit stands on paper.
func (m Map) dark(s Shape) bool {
	switch {
	case s.Label != nil && s.Label.Moved:
		return false
	case m.Ramp == RampChange:
		return s.Class == 0 || s.Class == 5
	}
	return s.Class >= 3
}

func (m Map) value(s Shape) string {
	if s.Class < 0 && s.Value == "" {
		return i18n.T(m.Lang, "common.no_data")
	}
	return s.Value
}

// hatched is the legend's word for shapes without a class.
func (m Map) hatched() string {
	if m.Hatched != "" {
		return m.Hatched
	}
	return i18n.T(m.Lang, "common.no_data")
}

// leader joins a moved label with its unit, ending at the label's nearer edge.
func (l Label) leader() string {
	end := l.Y - labelReach
	if l.FromY > l.Y {
		end = l.Y + labelReach
	}
	return "M" + itoa(l.FromX) + " " + itoa(l.FromY) + "L" + itoa(l.X) + " " + itoa(end)
}

// labelReach is half the height of a label's two lines, labelLine the distance
// from its centre to the base lines of the two.
const (
	labelReach = 28
	labelLine  = 4
)

// HasNoData tells whether the legend needs the hatch.
func (m Map) HasNoData() bool {
	list := m.Shapes
	if m.Inset != nil {
		list = append(list[:len(list):len(list)], m.Inset.Shapes...)
	}
	for _, s := range list {
		if s.Class < 0 {
			return true
		}
	}
	return false
}

// MapTable lists the shapes' figures as they come, for a table beside the map.
// head names the unit's column and the value's.
func MapTable(unit, value string, shapes []Shape) Table {
	t := Table{Compact: true, Columns: []Column{{Label: unit}, {Label: value, Kind: NumberColumn}}}
	for _, s := range shapes {
		name := Str(s.Name)
		if s.Href != "" {
			name = Link(s.Href, s.Name)
		}
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{name, Str(s.Value)}, Current: s.Current})
	}
	return t
}
