package territory

import (
	"math"
	"slices"
	"strconv"
)

// gridArc is an arc on the whole numbers of a view box.
type gridArc struct {
	left, right int
	points      []cell
}

type cell struct{ x, y int }

// thin drops the points of a line that stray less than the tolerance from it
// (Douglas-Peucker). A closed line keeps the point farthest from its start, so
// an enclave never folds into a stroke.
func thin(points []spot, tolerance float64) []spot {
	if len(points) < 3 {
		return points
	}
	keep := make([]bool, len(points))
	last := len(points) - 1
	keep[0], keep[last] = true, true
	if points[0] == points[last] {
		far := 0
		for i, p := range points {
			if distance(p, points[0]) > distance(points[far], points[0]) {
				far = i
			}
		}
		keep[far] = true
		halve(points, keep, 0, far, tolerance)
		halve(points, keep, far, last, tolerance)
	} else {
		halve(points, keep, 0, last, tolerance)
	}
	var kept []spot
	for i, p := range points {
		if keep[i] {
			kept = append(kept, p)
		}
	}
	return kept
}

// halve keeps the point farthest from the chord and goes on in both halves.
func halve(points []spot, keep []bool, from, to int, tolerance float64) {
	far, most := 0, tolerance
	for i := from + 1; i < to; i++ {
		if d := toSegment(points[i], points[from], points[to]); d > most {
			far, most = i, d
		}
	}
	if far == 0 {
		return
	}
	keep[far] = true
	halve(points, keep, from, far, tolerance)
	halve(points, keep, far, to, tolerance)
}

// snap rounds to whole numbers and drops points that fall on the one before.
func snap(points []spot) []cell {
	var cells []cell
	for _, p := range points {
		c := cell{int(math.Round(p.x)), int(math.Round(p.y))}
		if len(cells) == 0 || cells[len(cells)-1] != c {
			cells = append(cells, c)
		}
	}
	return cells
}

// pathOf joins the arcs around a set of outlines into closed SVG subpaths. Arcs
// inside the set, between two of its outlines, are left out.
func pathOf(arcs []gridArc, outlines []int) string {
	var loose [][]cell
	for _, a := range arcs {
		left, right := slices.Contains(outlines, a.left), slices.Contains(outlines, a.right)
		if left == right || len(a.points) < 2 {
			continue
		}
		points := slices.Clone(a.points)
		if right {
			slices.Reverse(points)
		}
		loose = append(loose, points)
	}
	var out []byte
	for _, ring := range rings(loose) {
		out = appendRing(out, ring)
	}
	return string(out)
}

// rings joins lines end to start until they close. Where several lines leave a
// point any choice will do: the even-odd rule paints the same.
func rings(lines [][]cell) [][]cell {
	starts := map[cell][]int{}
	for i, l := range lines {
		starts[l[0]] = append(starts[l[0]], i)
	}
	used := make([]bool, len(lines))
	var closed [][]cell
	for i, l := range lines {
		if used[i] {
			continue
		}
		used[i] = true
		ring := slices.Clone(l)
		for ring[len(ring)-1] != ring[0] {
			next := slices.IndexFunc(starts[ring[len(ring)-1]], func(j int) bool { return !used[j] })
			if next < 0 {
				break // a limit that rounding left open: SVG closes it
			}
			j := starts[ring[len(ring)-1]][next]
			used[j] = true
			ring = append(ring, lines[j][1:]...)
		}
		closed = append(closed, ring)
	}
	return closed
}

// appendRing writes a ring as "Mx y" and relative steps, the shortest form.
func appendRing(out []byte, ring []cell) []byte {
	if ring[0] == ring[len(ring)-1] {
		ring = ring[:len(ring)-1]
	}
	if len(ring) < 3 {
		return out
	}
	out = append(out, 'M')
	out = strconv.AppendInt(out, int64(ring[0].x), 10)
	out = appendNumber(out, ring[0].y)
	out = append(out, 'l')
	for i := 1; i < len(ring); i++ {
		if i == 1 {
			out = strconv.AppendInt(out, int64(ring[1].x-ring[0].x), 10)
		} else {
			out = appendNumber(out, ring[i].x-ring[i-1].x)
		}
		out = appendNumber(out, ring[i].y-ring[i-1].y)
	}
	return append(out, 'z')
}

// appendNumber writes a number after another: a minus sign is separation enough.
func appendNumber(out []byte, n int) []byte {
	if n >= 0 {
		out = append(out, ' ')
	}
	return strconv.AppendInt(out, int64(n), 10)
}

func distance(a, b spot) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

// toSegment is the distance of a point from a segment.
func toSegment(p, a, b spot) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	length := dx*dx + dy*dy
	if length == 0 {
		return distance(p, a)
	}
	t := min(1, max(0, ((p.x-a.x)*dx+(p.y-a.y)*dy)/length))
	return distance(p, spot{a.x + t*dx, a.y + t*dy})
}

// clearance is the distance from a point to the limit of an outline.
func clearance(arcs []gridArc, outline int, p spot) float64 {
	least := math.Inf(1)
	for _, a := range arcs {
		if a.left != outline && a.right != outline {
			continue
		}
		for i := 1; i < len(a.points); i++ {
			least = min(least, toSegment(p, a.points[i-1].spot(), a.points[i].spot()))
		}
	}
	return least
}

func (c cell) spot() spot { return spot{float64(c.x), float64(c.y)} }
