package territory

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Outlines are the limits of the leaf units, cut into arcs that neighbours
// share: whatever is drawn from them fits without gaps or overlaps.
type Outlines struct {
	Quantum float64 // degrees (WGS84) of one step
	Units   []int   // the pack's unit behind each outline: index into Contents.Units
	// Inside holds a point well inside each outline, the centre of its largest
	// inscribed circle, where a label stands best.
	Inside []Point
	Arcs   []Arc
}

// Point is a longitude and a latitude in steps of the quantum.
type Point struct{ X, Y int32 }

// Arc is a limit between two outlines, walked with Left on its left. Outlines
// count from 1; 0 is outside the pack.
type Arc struct {
	Left, Right int
	Points      []Point
}

func (o Outlines) encode() []byte {
	out := binary.AppendUvarint(nil, uint64(math.Round(1/o.Quantum)))
	out = binary.AppendUvarint(out, uint64(len(o.Units)))
	for i, u := range o.Units {
		out = binary.AppendUvarint(out, uint64(u))
		out = binary.AppendVarint(out, int64(o.Inside[i].X))
		out = binary.AppendVarint(out, int64(o.Inside[i].Y))
	}
	out = binary.AppendUvarint(out, uint64(len(o.Arcs)))
	for _, a := range o.Arcs {
		out = binary.AppendUvarint(out, uint64(a.Left))
		out = binary.AppendUvarint(out, uint64(a.Right))
		out = binary.AppendUvarint(out, uint64(len(a.Points)))
		last := Point{}
		for _, p := range a.Points {
			out = binary.AppendVarint(out, int64(p.X-last.X))
			out = binary.AppendVarint(out, int64(p.Y-last.Y))
			last = p
		}
	}
	return out
}

func (o *Outlines) decode(data []byte, units int) error {
	r := reader{data: data}
	steps := r.uvarint()
	if steps == 0 {
		return errors.New("no quantum")
	}
	o.Quantum = 1 / float64(steps)
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		u := int(r.uvarint())
		if u < 0 || u >= units {
			return fmt.Errorf("unit %d of %d", u, units)
		}
		o.Units = append(o.Units, u)
		o.Inside = append(o.Inside, Point{int32(r.varint()), int32(r.varint())})
	}
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		a := Arc{Left: int(r.uvarint()), Right: int(r.uvarint())}
		if max(a.Left, a.Right) > len(o.Units) || min(a.Left, a.Right) < 0 || a.Left == a.Right {
			return fmt.Errorf("arc between outlines %d and %d", a.Left, a.Right)
		}
		last := Point{}
		for k := r.uvarint(); k > 0 && r.err == nil; k-- {
			last = Point{last.X + int32(r.varint()), last.Y + int32(r.varint())}
			a.Points = append(a.Points, last)
		}
		o.Arcs = append(o.Arcs, a)
	}
	return r.close()
}

// Areas measures every outline in km², on the equal-area cylinder of the WGS84
// ellipsoid; it agrees with the geodesic area within 0.3 %. They are areas from
// map limits, not official ones.
func (o Outlines) Areas() []float64 {
	areas := make([]float64, len(o.Units))
	for _, a := range o.Arcs {
		swept := 0.0
		for i := 1; i < len(a.Points); i++ {
			x0, y0 := o.equalArea(a.Points[i-1])
			x1, y1 := o.equalArea(a.Points[i])
			swept += (x0*y1 - x1*y0) / 2
		}
		// Summed over all arcs of a unit the sweeps close: holes count against it.
		if a.Left > 0 {
			areas[a.Left-1] += swept
		}
		if a.Right > 0 {
			areas[a.Right-1] -= swept
		}
	}
	return areas
}

const (
	earthAxis    = 6378.137            // WGS84 semi-major axis, km
	earthEccent2 = 0.00669437999014132 // square of its first eccentricity
)

// equalArea projects a point on the authalic cylinder: λ and half of q(φ), both
// times the Earth's axis (Snyder, Map Projections, eq. 3-12).
func (o Outlines) equalArea(p Point) (x, y float64) {
	lambda, phi := o.radians(p)
	e := math.Sqrt(earthEccent2)
	s := math.Sin(phi)
	q := (1 - earthEccent2) * (s/(1-earthEccent2*s*s) - math.Log((1-e*s)/(1+e*s))/(2*e))
	return earthAxis * lambda, earthAxis * q / 2
}

func (o Outlines) radians(p Point) (lambda, phi float64) {
	return float64(p.X) * o.Quantum * math.Pi / 180, float64(p.Y) * o.Quantum * math.Pi / 180
}

// indexNeighbours finds the leaf units that share an edge; touching in a point
// does not count.
func (p *Pack) indexNeighbours() {
	p.neighbours = map[string][]string{}
	for _, a := range p.outlines.Arcs {
		if a.Left == 0 || a.Right == 0 {
			continue
		}
		l, r := p.outlined(a.Left), p.outlined(a.Right)
		p.neighbours[l] = append(p.neighbours[l], r)
		p.neighbours[r] = append(p.neighbours[r], l)
	}
	for code, list := range p.neighbours {
		slices.Sort(list)
		p.neighbours[code] = slices.Compact(list)
	}
}

// outlined is the code of the unit behind an outline, counted from 1.
func (p *Pack) outlined(outline int) string { return p.units[p.outlines.Units[outline-1]].Code }

// Neighbours lists the leaf units of the pack that share an edge with a unit,
// by code. For a unit made of several leaf units they are the ones around it.
func (p *Pack) Neighbours(code string) []Unit {
	var codes []string
	for _, leaf := range p.Leaves(code) {
		for _, n := range p.neighbours[leaf.Code] {
			if !p.Within(n, code) {
				codes = append(codes, n)
			}
		}
	}
	return p.sortedUnits(codes)
}

// NeighbourCommunes lists the communes of the pack that share an edge with a
// commune, by code; a divided city is one commune.
func (p *Pack) NeighbourCommunes(code string) []Unit {
	var codes []string
	for _, n := range p.Neighbours(code) {
		if commune, ok := p.CommuneOf(n.Code); ok {
			codes = append(codes, commune.Code)
		}
	}
	return p.sortedUnits(codes)
}

func (p *Pack) sortedUnits(codes []string) []Unit {
	slices.Sort(codes)
	var list []Unit
	for _, code := range slices.Compact(codes) {
		u, _ := p.Unit(code)
		list = append(list, u)
	}
	return list
}
