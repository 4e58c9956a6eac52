package ui

import (
	"strconv"

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
	ID      string // unique on the page; the hatch's name comes from it
	Label   string // the finding in a sentence, for those who cannot see the drawing
	Lang    i18n.Lang
	Width   float64 // of the viewBox, about 600: paths and the size of labels are in its units
	Height  float64
	Ramp    string
	Shapes  []Shape
	Inset   *Inset
	Classes []string // words of the classes, from the least to the most, for the ruler
}

// Shape is a unit on the map.
type Shape struct {
	Code, Name string
	Path       string // SVG path data
	Class      int    // 0 is the least; NoData
	Value      string // as printed under the name; "" for none
	Href       string // "" for no link
	X, Y       float64
	Small      bool // the label is left out on phones
	NoLabel    bool // too small for a label: the inset or the table names it
	Current    bool
	// LeaderX, LeaderY is where a leader line ends inside the shape, for a label
	// that stands outside it; both 0 for none.
	LeaderX, LeaderY float64
}

// Inset is the framed enlargement: its shapes are drawn scaled into the frame,
// and the outline on the main map shows what was enlarged.
type Inset struct {
	Label               string
	X, Y, Width, Height float64 // frame on the drawing
	OriginX, OriginY    float64 // corner of the enlarged area, in the shapes' units
	Scale               float64
	Shapes              []Shape // X, Y of labels are in the shapes' units too
}

func (m Map) viewBox() string { return "0 0 " + n1(m.Width) + " " + n1(m.Height) }
func (m Map) hatch() string   { return m.ID + "-hatch" }

// fill is the class of a shape's colour.
func (m Map) fill(s Shape) string {
	if s.Class < 0 {
		return "no-data"
	}
	return m.Ramp + "-" + strconv.Itoa(s.Class)
}

// dark tells whether white text stands on the class (look.md §2: the two darkest, or the two ends).
func (m Map) dark(s Shape) bool {
	if m.Ramp == RampChange {
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

func (i Inset) transform() string {
	return "translate(" + n1(i.X-i.OriginX*i.Scale) + " " + n1(i.Y-i.OriginY*i.Scale) + ") scale(" + strconv.FormatFloat(i.Scale, 'f', 3, 64) + ")"
}

// enlarged is a shape's label where the enlargement puts it.
func (i Inset) enlarged(s Shape) Shape {
	s.X, s.Y = i.X+(s.X-i.OriginX)*i.Scale, i.Y+(s.Y-i.OriginY)*i.Scale
	if s.LeaderX != 0 || s.LeaderY != 0 {
		s.LeaderX, s.LeaderY = i.X+(s.LeaderX-i.OriginX)*i.Scale, i.Y+(s.LeaderY-i.OriginY)*i.Scale
	}
	return s
}

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
