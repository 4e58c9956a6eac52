// Package territory is the reference of places: administrative units with their
// Arabic and French names, the censuses of 2014 and 2024, and outlines to draw.
//
// All of it is a pack: an immutable, versioned set of small files embedded in
// the program, decoded once into memory and never written to. The package knows
// no database; other modules keep unit codes and ask here what they mean.
//
// Three rules hold everywhere. Parenthood comes from the tables, never from the
// prefix of a code: 07.351.01.0 is the city of Marrakech, 07.351.01.01 a commune
// of its own and 07.351.01.03 an arrondissement of the city. Population without
// another word is the municipal one. A figure the census does not have is
// absent, never zero.
package territory

import (
	"cmp"
	"slices"
	"sync"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
)

// Kind is the legal kind of an administrative unit.
type Kind string

// The kinds of unit, from the largest to the smallest. Prefectures and provinces
// stand on one level, as do communes; arrondissements divide six cities.
const (
	Country        Kind = "country"
	Region         Kind = "region"
	Prefecture     Kind = "prefecture"
	Province       Kind = "province"
	Cercle         Kind = "cercle"
	Commune        Kind = "commune"
	Arrondissement Kind = "arrondissement"
)

// Morocco is the code of the country as a whole. HCP's tables leave it empty.
const Morocco = "00"

// The censuses in the pack.
const (
	Census2014 = 2014
	Census2024 = 2024
)

// Unit is one administrative unit.
type Unit struct {
	Code string    // HCP's code of 2024, such as 07.351.03.11
	Kind Kind      //
	Name i18n.Text // Arabic and French; the pack is the authority for spelling
	// Parent is the code of the unit it belongs to: the city for an
	// arrondissement, the cercle or else the prefecture for a commune.
	Parent string
	// Code2014 is the code in the census of 2014; it differs for communes that
	// were renumbered since.
	Code2014 string
	// Municipality tells that the code names no cercle. HCP calls that "urban",
	// but nine such communes are wholly rural: it is no statement about people.
	Municipality bool
	// Area in km², computed from the map's limits; not an official area.
	Area float64
	// Leaf marks the units maps are drawn with: arrondissements, and communes
	// that are not divided into them.
	Leaf bool
}

// Pack is the decoded reference. It is immutable and safe for concurrent use.
type Pack struct {
	manifest   Manifest
	units      []Unit // parents before their children, siblings by code
	byCode     map[string]int
	children   map[string][]int
	names      []foldedName
	indicators []Indicator
	byKey      map[string]int
	series     map[seriesKey]series
	need       map[int]needSeries
	outlines   Outlines
	neighbours map[string][]string // leaf units that share an edge
	maps       map[string]func() Map
}

// Load returns the embedded pack, decoding it on the first call. It fails only
// if the embedded files do not belong together.
func Load() (*Pack, error) { return load() }

var load = sync.OnceValues(func() (pack *Pack, err error) {
	defer fault.Wrap(&err, "territory.Load")
	contents, err := Decode(embedded())
	if err != nil {
		return nil, err
	}
	return newPack(contents)
})

// newPack builds the indexes over what a pack contains.
func newPack(c *Contents) (*Pack, error) {
	p := &Pack{
		manifest:   c.Manifest,
		units:      c.Units,
		byCode:     make(map[string]int, len(c.Units)),
		children:   map[string][]int{},
		indicators: c.Indicators,
		byKey:      make(map[string]int, len(c.Indicators)),
		outlines:   c.Outlines,
		maps:       map[string]func() Map{},
	}
	for i, u := range p.units {
		p.byCode[u.Code] = i
		if u.Parent != "" {
			p.children[u.Parent] = append(p.children[u.Parent], i)
		}
		p.names = append(p.names, foldName(u))
	}
	for i := range p.units {
		u := &p.units[i]
		u.Leaf = u.Kind == Arrondissement || u.Kind == Commune && len(p.children[u.Code]) == 0
		if u.Kind == Prefecture || u.Kind == Province {
			p.maps[u.Code] = sync.OnceValue(func() Map { return p.draw(u.Code) })
		}
	}
	for i, ind := range p.indicators {
		p.byKey[ind.Key] = i
	}
	if err := p.indexTables(c.Tables); err != nil {
		return nil, err
	}
	p.indexNeighbours()
	return p, nil
}

// Version names this pack for ever: its edition and the first digits of its
// fingerprint. A programme keeps it to say which reference it was built on.
func (p *Pack) Version() string { return p.manifest.Version }

// Manifest tells what the pack was made from, with the fingerprint of each file.
func (p *Pack) Manifest() Manifest { return p.manifest }

// Unit finds a unit by its code of 2024.
func (p *Pack) Unit(code string) (Unit, bool) {
	i, ok := p.byCode[code]
	if !ok {
		return Unit{}, false
	}
	return p.units[i], true
}

// Units lists all units of the pack, parents before children, siblings by code.
func (p *Pack) Units() []Unit { return slices.Clone(p.units) }

// Children lists the units directly under a unit: for a prefecture its cercles
// and the communes that belong to none, for a city its arrondissements.
func (p *Pack) Children(code string) []Unit {
	var list []Unit
	for _, i := range p.children[code] {
		list = append(list, p.units[i])
	}
	return list
}

// Communes lists the communes of a prefecture (or of any larger unit, or a
// cercle), by code. A city divided into arrondissements is one commune.
func (p *Pack) Communes(code string) []Unit {
	return p.under(code, func(u Unit) bool { return u.Kind == Commune })
}

// Leaves lists the units maps of a prefecture are drawn with, by code: communes,
// and in place of a city its arrondissements. A leaf unit lists itself.
func (p *Pack) Leaves(code string) []Unit {
	return p.under(code, func(u Unit) bool { return u.Leaf })
}

func (p *Pack) under(code string, keep func(Unit) bool) []Unit {
	i, ok := p.byCode[code]
	if !ok {
		return nil
	}
	var list []Unit
	if keep(p.units[i]) {
		list = append(list, p.units[i])
	}
	for _, child := range p.Children(code) {
		list = append(list, p.under(child.Code, keep)...)
	}
	slices.SortFunc(list, func(a, b Unit) int { return cmp.Compare(a.Code, b.Code) })
	return list
}

// Within tells whether a unit is the ancestor or lies inside it. Unknown codes
// lie nowhere.
func (p *Pack) Within(code, ancestor string) bool {
	for u, ok := p.Unit(code); ok; u, ok = p.Unit(u.Parent) {
		if u.Code == ancestor {
			return true
		}
	}
	return false
}

// PrefectureOf is the prefecture or province a unit is or lies in; ok is false
// for regions and the country.
func (p *Pack) PrefectureOf(code string) (Unit, bool) {
	for u, ok := p.Unit(code); ok; u, ok = p.Unit(u.Parent) {
		if u.Kind == Prefecture || u.Kind == Province {
			return u, true
		}
	}
	return Unit{}, false
}

// CommuneOf is the commune a commune or an arrondissement belongs to: projects
// share their cost by commune. ok is false for anything larger.
func (p *Pack) CommuneOf(code string) (Unit, bool) {
	u, ok := p.Unit(code)
	if ok && u.Kind == Arrondissement {
		u, ok = p.Unit(u.Parent)
	}
	return u, ok && u.Kind == Commune
}

// ByName returns the units in the alphabetical order of a language. As in
// Arabic indexes the article ال at the start of a name does not count.
func ByName(units []Unit, l i18n.Lang) []Unit {
	type entry struct {
		key  string
		unit Unit
	}
	entries := make([]entry, len(units))
	for i, u := range units {
		name, lang := u.Name.In(l)
		entries[i] = entry{i18n.SortKey(lang, withoutArticle(name)), u}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.unit.Code, b.unit.Code))
	})
	sorted := make([]Unit, len(entries))
	for i, e := range entries {
		sorted[i] = e.unit
	}
	return sorted
}
