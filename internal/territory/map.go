package territory

import (
	"math"
	"slices"
)

// Map is a prefecture drawn: SVG path data in whole numbers of a view box whose
// origin is the top left. It never mirrors. Fill paths with the even-odd rule:
// units may have holes and several parts.
type Map struct {
	Width, Height int
	Shapes        []Shape // the leaf units, by code
	Outline       string  // the prefecture's own limit
	// City is the outline of the commune divided into arrondissements, empty if
	// the prefecture has none.
	City Shape
	// Inset enlarges the city; nil if there is none or it fills the map already.
	Inset *Inset
	// Kilometre is its length in units of the view box, for a scale bar.
	Kilometre float64
}

// Shape is one unit on a map.
type Shape struct {
	Unit  string // code
	Path  string // SVG path data
	Label *Label // nil where the inset carries the label
}

// Inset is an enlarged part of a map, placed where the map is empty.
type Inset struct {
	Frame  Rect    // where it stands in the view box
	Source Rect    // what it enlarges: the frame, Scale times smaller
	Scale  float64 // how much it enlarges
	Shapes []Shape // drawn anew, finer than the map's, in the coordinates of the view box
	City   Shape
}

// Rect is a rectangle of a map.
type Rect struct{ X, Y, Width, Height int }

// Geometry of a drawn map, in units of its view box. A map shown 600 px wide
// sets one unit to 0.6 px.
const (
	mapWidth      = 1000
	mapMaxHeight  = 1300
	mapMargin     = 8
	insetWidth    = 520
	insetPadding  = 24
	insetWorth    = 1.25 // an inset that enlarges less is left out
	mapTolerance  = 0.75 // how far a drawn limit may stray: under a pixel
	placementStep = 10
)

// Shape finds a leaf unit on the map, or the divided city.
func (m Map) Shape(code string) (Shape, bool) {
	if code != "" && m.City.Unit == code {
		return m.City, true
	}
	for _, s := range m.Shapes {
		if s.Unit == code {
			return s, true
		}
	}
	return Shape{}, false
}

// Map draws a prefecture or province of the pack. It is drawn once. Another
// code gives an empty map.
func (p *Pack) Map(prefecture string) Map {
	if drawn, ok := p.maps[prefecture]; ok {
		return drawn()
	}
	return Map{}
}

func (p *Pack) draw(prefecture string) Map {
	d := p.newDrawing(prefecture)
	if len(d.outlines) == 0 {
		return Map{}
	}
	box := d.bounds(d.outlines)
	scale := min((mapWidth-2*mapMargin)/box.width(), (mapMaxHeight-2*mapMargin)/box.height())
	main := placed{scale: scale, x: box.minX - (mapWidth/scale-box.width())/2, y: box.minY - mapMargin/scale}
	m := Map{
		Width:     mapWidth,
		Height:    int(math.Ceil(box.height()*scale)) + 2*mapMargin,
		Kilometre: scale,
	}
	arcs := d.place(main)
	m.Outline = pathOf(arcs, d.outlines)
	for _, o := range d.outlines {
		m.Shapes = append(m.Shapes, Shape{Unit: p.outlined(o), Path: pathOf(arcs, []int{o}), Label: d.label(arcs, main, o)})
	}
	if city := d.city(); city != "" {
		m.City = Shape{Unit: city, Path: pathOf(arcs, d.parts(city))}
		d.addInset(&m, arcs, main, city)
	}
	spread(labelsOf(m.Shapes), m.frame(), p.labelWidths(m.Shapes), newCover(arcs, m.Inset))
	return m
}

func (m Map) frame() Rect { return Rect{0, 0, m.Width, m.Height} }

// drawing is the material of one map: the outlines of a prefecture, projected
// to kilometres.
type drawing struct {
	pack     *Pack
	outlines []int // by unit code
	arcs     []flatArc
	inside   map[int]spot
}

type spot struct{ x, y float64 }

type flatArc struct {
	left, right int // 0 for whatever is not on this map
	points      []spot
}

type box struct{ minX, minY, maxX, maxY float64 }

func (b box) width() float64  { return b.maxX - b.minX }
func (b box) height() float64 { return b.maxY - b.minY }

// newDrawing projects the arcs of a prefecture: equirectangular at its middle
// latitude, which at this size distorts less than a line's width. y grows
// downwards, as on a screen.
func (p *Pack) newDrawing(prefecture string) *drawing {
	d := &drawing{pack: p, inside: map[int]spot{}}
	on := map[int]bool{0: false}
	for o := range p.outlines.Units {
		if p.Within(p.outlined(o+1), prefecture) {
			on[o+1] = true
			d.outlines = append(d.outlines, o+1)
		}
	}
	slices.SortFunc(d.outlines, func(a, b int) int { return p.outlines.Units[a-1] - p.outlines.Units[b-1] })
	south, north := math.Inf(1), math.Inf(-1)
	for _, a := range p.outlines.Arcs {
		if on[a.Left] || on[a.Right] {
			for _, pt := range a.Points {
				_, phi := p.outlines.radians(pt)
				south, north = min(south, phi), max(north, phi)
			}
		}
	}
	flatten := math.Cos((south + north) / 2)
	project := func(pt Point) spot {
		lambda, phi := p.outlines.radians(pt)
		return spot{earthAxis * lambda * flatten, -earthAxis * phi}
	}
	for _, a := range p.outlines.Arcs {
		if !on[a.Left] && !on[a.Right] {
			continue
		}
		flat := flatArc{}
		if on[a.Left] {
			flat.left = a.Left
		}
		if on[a.Right] {
			flat.right = a.Right
		}
		for _, pt := range a.Points {
			flat.points = append(flat.points, project(pt))
		}
		d.arcs = append(d.arcs, flat)
	}
	for _, o := range d.outlines {
		d.inside[o] = project(p.outlines.Inside[o-1])
	}
	return d
}

// bounds is the box around some outlines.
func (d *drawing) bounds(outlines []int) box {
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, a := range d.arcs {
		if !slices.Contains(outlines, a.left) && !slices.Contains(outlines, a.right) {
			continue
		}
		for _, s := range a.points {
			b = box{min(b.minX, s.x), min(b.minY, s.y), max(b.maxX, s.x), max(b.maxY, s.y)}
		}
	}
	return b
}

// city is the commune of the map that is divided into arrondissements.
func (d *drawing) city() string {
	for _, o := range d.outlines {
		if u, _ := d.pack.Unit(d.pack.outlined(o)); u.Kind == Arrondissement {
			return u.Parent
		}
	}
	return ""
}

// parts lists the outlines that make up a unit.
func (d *drawing) parts(code string) []int {
	var parts []int
	for _, o := range d.outlines {
		if d.pack.Within(d.pack.outlined(o), code) {
			parts = append(parts, o)
		}
	}
	return parts
}

// placed carries kilometres to units of the view box.
type placed struct{ scale, x, y float64 }

func (t placed) at(s spot) spot { return spot{(s.x - t.x) * t.scale, (s.y - t.y) * t.scale} }

// place scales all arcs and thins them to what can be seen. Ends stay where
// they are, so arcs still meet.
func (d *drawing) place(t placed) []gridArc {
	arcs := make([]gridArc, len(d.arcs))
	for i, a := range d.arcs {
		points := make([]spot, len(a.points))
		for j, s := range a.points {
			points[j] = t.at(s)
		}
		arcs[i] = gridArc{a.left, a.right, snap(thin(points, mapTolerance))}
	}
	return arcs
}

// label is the label of an outline before labels make room for each other.
func (d *drawing) label(arcs []gridArc, t placed, outline int) *Label {
	s := t.at(d.inside[outline])
	l := &Label{X: int(math.Round(s.x)), Y: int(math.Round(s.y))}
	l.FromX, l.FromY = l.X, l.Y
	l.Radius = int(clearance(arcs, outline, s))
	return l
}

// addInset finds an empty place for the enlarged city, making the map longer if
// there is none, and draws it there with its labels.
func (d *drawing) addInset(m *Map, arcs []gridArc, main placed, city string) {
	shown := d.enclosed(d.bounds(d.parts(city)))
	b := d.bounds(shown)
	scale := (insetWidth - 2*insetPadding) / b.width()
	if scale < insetWorth*main.scale {
		return
	}
	frame := Rect{Width: insetWidth, Height: int(math.Ceil(b.height()*scale)) + 2*insetPadding}
	frame.X, frame.Y = freeCorner(arcs, m.Width, m.Height, frame)
	m.Height = max(m.Height, frame.Y+frame.Height+mapMargin)

	t := placed{scale: scale, x: b.minX - float64(frame.X+insetPadding)/scale, y: b.minY - float64(frame.Y+insetPadding)/scale}
	enlarge, corner := scale/main.scale, main.at(spot{t.x + float64(frame.X)/scale, t.y + float64(frame.Y)/scale})
	inset := &Inset{
		Frame: frame,
		Scale: enlarge,
		Source: Rect{int(math.Round(corner.x)), int(math.Round(corner.y)),
			int(math.Round(float64(frame.Width) / enlarge)), int(math.Round(float64(frame.Height) / enlarge))},
	}
	enlarged := d.place(t)
	inset.City = Shape{Unit: city, Path: pathOf(enlarged, d.parts(city))}
	for _, o := range shown {
		inset.Shapes = append(inset.Shapes, Shape{
			Unit: d.pack.outlined(o), Path: pathOf(enlarged, []int{o}), Label: d.label(enlarged, t, o)})
		for i := range m.Shapes {
			if m.Shapes[i].Unit == d.pack.outlined(o) {
				m.Shapes[i].Label = nil
			}
		}
	}
	var around []gridArc // only what the inset shows takes ground there
	for _, a := range enlarged {
		if !slices.Contains(shown, a.left) {
			a.left = 0
		}
		if !slices.Contains(shown, a.right) {
			a.right = 0
		}
		if a.left != 0 || a.right != 0 {
			around = append(around, a)
		}
	}
	spread(labelsOf(inset.Shapes), frame, d.pack.labelWidths(inset.Shapes), newCover(around, nil))
	m.Inset = inset
}

// enclosed lists the outlines that lie wholly in a box: the city's parts and
// the small communes between them.
func (d *drawing) enclosed(in box) []int {
	var list []int
	for _, o := range d.outlines {
		b := d.bounds([]int{o})
		if b.minX >= in.minX && b.maxX <= in.maxX && b.minY >= in.minY && b.maxY <= in.maxY {
			list = append(list, o)
		}
	}
	return list
}
