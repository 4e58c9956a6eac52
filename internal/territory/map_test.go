package territory

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// pathRings reads path data back: the rings of "Mx yldx dy…z".
func pathRings(t *testing.T, path string) [][]spot {
	t.Helper()
	var rings [][]spot
	for _, sub := range strings.SplitAfter(path, "z") {
		if sub == "" {
			continue
		}
		head, steps, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(sub, "M"), "z"), "l")
		if !ok || sub[0] != 'M' {
			t.Fatalf("path %q", sub)
		}
		at := numbers(t, head)
		ring := []spot{{at[0], at[1]}}
		for n := numbers(t, steps); len(n) > 1; n = n[2:] {
			last := ring[len(ring)-1]
			ring = append(ring, spot{last.x + n[0], last.y + n[1]})
		}
		rings = append(rings, ring)
	}
	return rings
}

func numbers(t *testing.T, s string) (list []float64) {
	t.Helper()
	for _, field := range strings.Fields(strings.ReplaceAll(s, "-", " -")) {
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, float64(n))
	}
	return list
}

func ringArea(r []spot) (area float64) {
	for i, a := range r {
		b := r[(i+1)%len(r)]
		area += (a.x*b.y - b.x*a.y) / 2
	}
	return area
}

// pathArea adds up rings with their sign: holes run the other way round.
func pathArea(t *testing.T, path string) float64 {
	area := 0.0
	for _, r := range pathRings(t, path) {
		area += ringArea(r)
	}
	return math.Abs(area)
}

func TestEveryPathOfTheMapShowsItsUnit(t *testing.T) {
	p := loaded(t)
	m := p.Map(marrakech)
	if len(m.Shapes) != 19 {
		t.Fatalf("%d shapes, want 19", len(m.Shapes))
	}
	check := func(s Shape, kilometre, slack float64) {
		u, ok := p.Unit(s.Unit)
		if !ok || s.Path == "" {
			t.Errorf("shape of %q is empty", s.Unit)
			return
		}
		if got := pathArea(t, s.Path) / (kilometre * kilometre); math.Abs(got-u.Area) > slack*u.Area {
			t.Errorf("%s is drawn with %.2f km², it has %.2f", s.Unit, got, u.Area)
		}
	}
	for _, s := range m.Shapes {
		check(s, m.Kilometre, 0.04)
	}
	check(m.City, m.Kilometre, 0.02)
	check(Shape{Unit: marrakech, Path: m.Outline}, m.Kilometre, 0.01)

	// The inset enlarges what its source frame cuts out.
	larger := m.Kilometre * m.Inset.Scale
	if m.Inset.Scale < 1.5 {
		t.Errorf("the inset enlarges %.2f times", m.Inset.Scale)
	}
	if got := float64(m.Inset.Frame.Width) / float64(m.Inset.Source.Width); math.Abs(got-m.Inset.Scale) > 0.01 {
		t.Errorf("the frame is %.3f times its source, the scale %.3f", got, m.Inset.Scale)
	}
	for _, ring := range pathRings(t, m.City.Path) {
		for _, at := range ring {
			if !m.Inset.Source.contains(Rect{int(at.x), int(at.y), 0, 0}) {
				t.Fatalf("the city reaches %v, outside of the inset's source %v", at, m.Inset.Source)
			}
		}
	}
	if len(m.Inset.Shapes) != 6 {
		t.Errorf("the inset shows %d units, want the 5 arrondissements and Méchouar-Kasba", len(m.Inset.Shapes))
	}
	for _, s := range m.Inset.Shapes {
		check(s, larger, 0.03)
	}
	check(m.Inset.City, larger, 0.02)
}

func TestMapStaysInItsFrames(t *testing.T) {
	p := loaded(t)
	m := p.Map(marrakech)
	inside := func(frame Rect, s Shape) {
		t.Helper()
		for _, ring := range pathRings(t, s.Path) {
			for _, at := range ring {
				if !frame.contains(Rect{int(at.x), int(at.y), 0, 0}) {
					t.Fatalf("%s reaches %v, outside of %v", s.Unit, at, frame)
				}
			}
		}
		if l := s.Label; l != nil && !frame.contains(Rect{l.X, l.Y, 0, 0}) {
			t.Errorf("the label of %s stands at %d, %d, outside of %v", s.Unit, l.X, l.Y, frame)
		}
	}
	whole := Rect{0, 0, m.Width, m.Height}
	for _, s := range m.Shapes {
		inside(whole, s)
		for _, ring := range pathRings(t, s.Path) {
			for _, at := range ring {
				if m.Inset.Frame.contains(Rect{int(at.x), int(at.y), 0, 0}) {
					t.Fatalf("%s lies under the inset at %v", s.Unit, at)
				}
			}
		}
	}
	for _, s := range m.Inset.Shapes {
		inside(m.Inset.Frame, s)
		inside(whole, s)
	}
}

func TestEveryUnitIsLabelledOnceAndLabelsStandApart(t *testing.T) {
	p := loaded(t)
	m := p.Map(marrakech)
	labels := map[string]int{}
	var boxes []Rect
	for _, shapes := range [][]Shape{m.Shapes, m.Inset.Shapes} {
		widths := p.labelWidths(shapes)
		for i, l := range labelsOf(shapes) {
			boxes = append(boxes, labelBox{l, widths[i], LabelSize}.at(l.X, l.Y))
		}
		for _, s := range shapes {
			if s.Label == nil {
				continue
			}
			labels[s.Unit]++
			if s.Label.Radius <= 0 {
				t.Errorf("the label of %s has no room", s.Unit)
			}
			odd := false
			for _, ring := range pathRings(t, s.Path) {
				odd = odd != holds(ring, spot{float64(s.Label.FromX), float64(s.Label.FromY)})
			}
			if !odd {
				t.Errorf("the anchor of %s's label lies outside of it", s.Unit)
			}
		}
	}
	for _, u := range p.Leaves(marrakech) {
		if labels[u.Code] != 1 {
			t.Errorf("%s is labelled %d times", u.Code, labels[u.Code])
		}
	}
	for i, a := range boxes {
		for _, b := range boxes[:i] {
			if a.overlaps(b) {
				t.Errorf("labels at %v and %v overlap", a, b)
			}
		}
	}
}

func holds(ring []spot, p spot) bool {
	odd := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.y > p.y) != (b.y > p.y) && p.x < (b.x-a.x)*(p.y-a.y)/(b.y-a.y)+a.x {
			odd = !odd
		}
	}
	return odd
}

func TestMapOfSomethingElseIsEmpty(t *testing.T) {
	p := loaded(t)
	for _, code := range []string{"", "07", "07.351.03.03", "07.041"} {
		if m := p.Map(code); len(m.Shapes) > 0 || m.Outline != "" || m.Inset != nil {
			t.Errorf("Map(%q) draws %d shapes", code, len(m.Shapes))
		}
	}
	if _, ok := p.Map(marrakech).Shape("07.351.03.03"); !ok {
		t.Error("Harbil is not on the map")
	}
	if s, ok := p.Map(marrakech).Shape("07.351.01.0"); !ok || s.Path == "" {
		t.Error("the city has no outline on the map")
	}
	if _, ok := p.Map(marrakech).Shape(""); ok {
		t.Error("no unit has no code")
	}
}

func TestThinKeepsEndsAndEnclaves(t *testing.T) {
	line := []spot{{0, 0}, {1, 0.1}, {2, -0.1}, {3, 0}, {4, 5}, {5, 0}}
	got := thin(line, 0.5)
	if want := []spot{{0, 0}, {3, 0}, {4, 5}, {5, 0}}; len(got) != len(want) || got[0] != want[0] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("thin(%v) = %v, want %v", line, got, want)
	}
	// A closed line has no chord: it must not fall together.
	island := []spot{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}
	if got := thin(island, 0.5); len(got) != 5 {
		t.Errorf("thin(%v) = %v", island, got)
	}
}

func TestPathJoinsArcsAndLeavesOutInnerLimits(t *testing.T) {
	// Two squares side by side, 1 and 2, and a hole (3) in the second.
	arcs := []gridArc{
		{1, 0, []cell{{10, 0}, {0, 0}, {0, 10}, {10, 10}}},
		{1, 2, []cell{{10, 10}, {10, 0}}},
		{0, 2, []cell{{10, 0}, {20, 0}, {20, 10}, {10, 10}}},
		{3, 2, []cell{{14, 4}, {16, 6}, {16, 4}, {14, 4}}},
	}
	for _, c := range []struct {
		outlines []int
		rings    int
		area     float64
	}{{[]int{1}, 1, 100}, {[]int{2}, 2, 98}, {[]int{3}, 1, 2}, {[]int{1, 2}, 2, 198}, {[]int{1, 2, 3}, 1, 200}} {
		path := pathOf(arcs, c.outlines)
		if got := len(pathRings(t, path)); got != c.rings {
			t.Errorf("outlines %v: %d rings in %q, want %d", c.outlines, got, path, c.rings)
		}
		area := 0.0
		for _, r := range pathRings(t, path) {
			area += ringArea(r)
		}
		if math.Abs(math.Abs(area)-c.area) > 1e-9 {
			t.Errorf("outlines %v enclose %v, want %v: %q", c.outlines, area, c.area, path)
		}
	}
}
