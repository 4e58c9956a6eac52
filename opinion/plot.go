package opinion

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Mark stands for ten people or more of one group, at the mean of their places:
// a plot of marks shows where people are and points at nobody. Marks are the rows
// of the table that says the same.
type Mark struct {
	Group  int     `json:"group"` // −1 where no groups are shown
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	People int     `json:"people"`
}

// mostMarks bounds the marks of a plot, about.
const mostMarks = 48

// marksOf divides the people of each group in halves, across the longer side,
// down to marks of some people each. Only people with enough votes are drawn, and
// no group whose number of people is hidden.
func marksOf(m *Map, label []int, hidden func(group int) bool) []Mark {
	groups := map[int][]int{}
	drawn := 0
	most := -1
	for i, p := range m.Positions {
		if p.Grouped() {
			groups[label[i]] = append(groups[label[i]], i)
			most = max(most, label[i])
			drawn++
		}
	}
	least := max(SmallCell, drawn/mostMarks)
	var out []Mark
	for g := -1; g <= most; g++ {
		if len(groups[g]) >= SmallCell && !hidden(g) {
			out = m.mark(out, g, groups[g], least)
		}
	}
	return out
}

// mark appends the marks of some people of a group.
func (m *Map) mark(out []Mark, group int, people []int, least int) []Mark {
	if len(people) < 2*least {
		var x, y float64
		slices.SortFunc(people, m.along(0))
		for _, i := range people {
			x += m.Positions[i].X / float64(len(people))
			y += m.Positions[i].Y / float64(len(people))
		}
		return append(out, Mark{Group: group, X: round3(x), Y: round3(y), People: len(people)})
	}
	axis := 0
	if m.width(people, 1) > m.width(people, 0) {
		axis = 1
	}
	slices.SortFunc(people, m.along(axis))
	half := len(people) / 2
	out = m.mark(out, group, people[:half], least)
	return m.mark(out, group, people[half:], least)
}

// along orders people by their place on an axis, at the same place by id.
func (m *Map) along(axis int) func(a, b int) int {
	return func(a, b int) int {
		return cmp.Or(cmp.Compare(m.Positions[a].estimate().at[axis], m.Positions[b].estimate().at[axis]), strings.Compare(m.PersonIDs[a], m.PersonIDs[b]))
	}
}

func (m *Map) width(people []int, axis int) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, i := range people {
		x := m.Positions[i].estimate().at[axis]
		low, high = min(low, x), max(high, x)
	}
	return high - low
}

// round3 keeps what a drawing can show.
func round3(x float64) float64 { return math.Round(x*1000)/1000 + 0 } // + 0 turns -0 into 0

// The drawing, in its own units.
const (
	plotWidth, plotHeight = 480.0, 360.0
	plotMargin            = 32.0
	largestMark           = 14.0
)

// PlotSVG draws marks. Title and desc are the words that a screen reader says in
// its place, in the language of the page. There are no letters in the drawing, so
// it reads the same in every direction; groups differ in shape first (disc,
// triangle, hollow square, hollow disc, diamond), and each has a class
// "group-N" for its colour. The area of a mark is its number of people.
func PlotSVG(marks []Mark, title, desc string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img" class="opinion-plot">`, plotWidth, plotHeight)
	fmt.Fprintf(&b, "<title>%s</title><desc>%s</desc>", escape(title), escape(desc))
	scale, most := 1e-9, 1
	for _, m := range marks {
		scale = max(scale, math.Abs(m.X), math.Abs(m.Y)*plotWidth/plotHeight)
		most = max(most, m.People)
	}
	scale = (plotWidth/2 - plotMargin) / scale
	fmt.Fprintf(&b, `<path class="axes" d="M%g %gH%gM%g %gV%g" fill="none" stroke="currentColor" stroke-opacity="0.25"/>`,
		plotMargin/2, plotHeight/2, plotWidth-plotMargin/2, plotWidth/2, plotMargin/2, plotHeight-plotMargin/2)
	for _, m := range marks {
		size := largestMark * math.Sqrt(float64(m.People)/float64(most))
		fmt.Fprintf(&b, `<path class="group-%d" d="%s" %s/>`, m.Group, shape(m.Group, plotWidth/2+m.X*scale, plotHeight/2-m.Y*scale, size), paint(m.Group))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// shape is the outline of a group's mark; groups after the fifth begin again.
func shape(group int, x, y, r float64) string {
	switch max(group, 0) % mostGroups {
	case 1:
		return fmt.Sprintf("M%.1f %.1fh%.1fL%.1f %.1fz", x-r, y+r*.8, 2*r, x, y-r)
	case 2:
		return fmt.Sprintf("M%.1f %.1fh%.1fv%.1fh%.1fz", x-r, y-r, 2*r, 2*r, -2*r)
	case 4:
		return fmt.Sprintf("M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1fz", x, y-r, x+r, y, x, y+r, x-r, y)
	}
	return fmt.Sprintf("M%.1f %.1fa%.1f %.1f 0 1 0 %.1f 0a%.1f %.1f 0 1 0 %.1f 0z", x-r, y, r, r, 2*r, r, r, -2*r)
}

func paint(group int) string {
	switch max(group, 0) % mostGroups {
	case 2, 3:
		return `fill="none" stroke="currentColor" stroke-width="2"`
	}
	return `fill="currentColor"`
}

func escape(s string) string {
	var b strings.Builder
	// A strings.Builder never fails.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// Grouped tells whether somebody voted enough to be grouped: seven times or more.
func (p Position) Grouped() bool { return p.Votes >= enoughVotes }
