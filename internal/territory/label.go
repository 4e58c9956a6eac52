package territory

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"
)

// Label is where a unit's name and figure stand: two lines centred on X, Y.
type Label struct {
	X, Y int
	// FromX, FromY lie inside the unit. When Moved, the label found no room there
	// and a line leads from here to it.
	FromX, FromY int
	Moved        bool
	// Radius of the largest circle around FromX, FromY that stays in the unit.
	Radius int
	// Large: there is room for the label even on a telephone, where letters are
	// larger beside the map; the others are left to the table there.
	Large bool
}

// LabelSize is the size of letters, in units of the view box, that the places of
// labels are computed for. PhoneLabelSize is what Label.Large is judged by.
const (
	LabelSize      = 22
	PhoneLabelSize = 40
)

const (
	glyphWidth  = 0.5  // mean width of a letter in sizes, Arabic and Latin alike
	labelHeight = 2.4  // two lines, in sizes
	roomy       = 1.25 // how far a label may reach over its circle before it disturbs
)

// labelBox is a label with the room it takes.
type labelBox struct {
	*Label
	width, height int
}

func (b labelBox) at(x, y int) Rect {
	return Rect{x - b.width/2, y - b.height/2, b.width, b.height}
}

func labelsOf(shapes []Shape) []*Label {
	var labels []*Label
	for _, s := range shapes {
		if s.Label != nil {
			labels = append(labels, s.Label)
		}
	}
	return labels
}

// labelWidths is the room each label needs at LabelSize, in the order of
// labelsOf: of its longer name, since a map serves all languages.
func (p *Pack) labelWidths(shapes []Shape) []int {
	var widths []int
	for _, s := range shapes {
		if s.Label != nil {
			u, _ := p.Unit(s.Unit)
			runes := max(utf8.RuneCountInString(u.Name.Ar), utf8.RuneCountInString(u.Name.Fr))
			widths = append(widths, int(glyphWidth*LabelSize*float64(runes)))
		}
	}
	return widths
}

// spread makes labels stand clear of each other, those of large units first.
func spread(labels []*Label, frame Rect, widths []int, c cover) {
	boxes := make([]labelBox, len(labels))
	for i, l := range labels {
		boxes[i] = labelBox{l, widths[i], int(math.Round(labelHeight * LabelSize))}
		l.Large = float64(widths[i])*PhoneLabelSize/LabelSize <= 2*roomy*float64(l.Radius)
	}
	slices.SortStableFunc(boxes, func(a, b labelBox) int { return cmp.Compare(b.Radius, a.Radius) })
	var taken []Rect
	for _, b := range boxes {
		b.X, b.Y = freeSpot(b, frame, taken, c)
		b.Moved = math.Hypot(float64(b.X-b.FromX), float64(b.Y-b.FromY)) > float64(max(b.Radius, LabelSize))
		taken = append(taken, b.at(b.X, b.Y))
	}
}

// freeSpot is the nearest place for a label: where it belongs, else close by,
// else on empty ground, else wherever no other label stands.
func freeSpot(b labelBox, frame Rect, taken []Rect, c cover) (x, y int) {
	fits := func(x, y int) bool {
		r := b.at(x, y)
		return frame.contains(r) && !slices.ContainsFunc(taken, r.overlaps)
	}
	if fits(b.FromX, b.FromY) {
		return b.FromX, b.FromY
	}
	empty := func(x, y int) bool { return fits(x, y) && !c.touches(b.at(x, y)) }
	for _, try := range []struct {
		reach int
		good  func(x, y int) bool
	}{{max(b.Radius, LabelSize), fits}, {240, empty}, {240, fits}} {
		for reach := placementStep / 2; reach <= try.reach; reach += placementStep / 2 {
			// Sideways and down first: a line leads the eye that way most easily.
			for turn := 0; turn < 32; turn++ {
				angle := math.Pi/2 + math.Pi*float64((turn+1)/2)/16*float64(1-2*(turn%2))
				x, y := b.FromX+int(float64(reach)*math.Cos(angle)), b.FromY+int(float64(reach)*math.Sin(angle))
				if try.good(x, y) {
					return x, y
				}
			}
		}
	}
	return b.FromX, b.FromY
}

func (r Rect) contains(o Rect) bool {
	return o.X >= r.X && o.Y >= r.Y && o.X+o.Width <= r.X+r.Width && o.Y+o.Height <= r.Y+r.Height
}

func (r Rect) overlaps(o Rect) bool {
	return r.X < o.X+o.Width && o.X < r.X+r.Width && r.Y < o.Y+o.Height && o.Y < r.Y+r.Height
}

// cover knows which ground of a map is taken.
type cover struct {
	limits []segment // all limits
	outer  []segment // those with nothing on one side
	frames []Rect
}

type segment struct{ a, b cell }

// newCover covers the outlines whose arcs are given, and an inset's frame.
func newCover(arcs []gridArc, inset *Inset) cover {
	var c cover
	for _, a := range arcs {
		for i := 1; i < len(a.points); i++ {
			s := segment{a.points[i-1], a.points[i]}
			c.limits = append(c.limits, s)
			if a.left == 0 || a.right == 0 {
				c.outer = append(c.outer, s)
			}
		}
	}
	if inset != nil {
		c.frames = append(c.frames, inset.Frame)
	}
	return c
}

// touches tells whether any limit, unit or frame reaches into a rectangle.
func (c cover) touches(r Rect) bool {
	if slices.ContainsFunc(c.frames, r.overlaps) {
		return true
	}
	for _, s := range c.limits {
		if s.crosses(r) {
			return true
		}
	}
	return c.inside(cell{r.X + r.Width/2, r.Y + r.Height/2})
}

// inside tells whether a point lies in the covered area, by even-odd.
func (c cover) inside(p cell) bool {
	odd := false
	for _, s := range c.outer {
		if (s.a.y > p.y) != (s.b.y > p.y) &&
			float64(p.x) < float64(s.b.x-s.a.x)*float64(p.y-s.a.y)/float64(s.b.y-s.a.y)+float64(s.a.x) {
			odd = !odd
		}
	}
	return odd
}

// crosses tells whether a segment has a point in a rectangle (Liang-Barsky).
func (s segment) crosses(r Rect) bool {
	from, to := 0.0, 1.0
	clip := func(start, step, low, high int) bool {
		if step == 0 {
			return start >= low && start <= high
		}
		t0, t1 := float64(low-start)/float64(step), float64(high-start)/float64(step)
		from, to = max(from, min(t0, t1)), min(to, max(t0, t1))
		return from <= to
	}
	return clip(s.a.x, s.b.x-s.a.x, r.X, r.X+r.Width) && clip(s.a.y, s.b.y-s.a.y, r.Y, r.Y+r.Height)
}

// freeCorner finds an empty place for a frame that makes the map grow least:
// low and to the right if there is a choice. Below the map there always is one.
func freeCorner(arcs []gridArc, width, height int, frame Rect) (x, y int) {
	c := newCover(arcs, nil)
	best := math.MaxInt
	for top := 0; top <= height; top += placementStep {
		grown := max(height, top+frame.Height)
		if grown > best {
			break
		}
		for left := width - frame.Width - mapMargin; left >= mapMargin; left -= 2 * placementStep {
			if !c.touches(Rect{left - mapMargin, top - mapMargin, frame.Width + 2*mapMargin, frame.Height + 2*mapMargin}) {
				best, x, y = grown, left, top
				break
			}
		}
	}
	return x, y
}
