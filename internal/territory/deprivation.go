package territory

import (
	"fmt"
	"strconv"

	"github.com/khettara/khettara/internal/i18n"
)

// DeprivationName is what the composite D is called; it is unofficial, and
// neither a poverty rate nor a count of poor people.
var DeprivationName = i18n.Text{
	Ar: "المؤشر المركب للخصاص (غير رسمي)",
	Fr: "Indice composite de privation (non officiel)",
	En: "Composite deprivation index (unofficial)",
}

// Dimension is one third of D.
type Dimension string

// The three dimensions of D, each weighing one third.
const (
	Education Dimension = "education"
	Living    Dimension = "living"
	Work      Dimension = "work"
)

// Letter is one of the ten rates D is made of.
type Letter struct {
	ID        string // "E1" … "W1"
	Dimension Dimension
	Indicator string // the indicator the rate is read from
	// Complement: the rate is what the indicator leaves to 100 %.
	Complement bool
	// Weight in D: parts of 18.
	Weight int64
}

// Letters lists the rates of D in their order. Education 1/3 over three rates,
// living conditions 1/3 over six, work 1/3 in one.
var Letters = []Letter{
	{"E1", Education, "illiteracy", false, 2},
	{"E2", Education, "school_enrolment", true, 2},
	{"E3", Education, "illiteracy_women", false, 2},
	{"L1", Living, "electricity", true, 1},
	{"L2", Living, "running_water", true, 1},
	{"L3", Living, "unsafe_wastewater", false, 1},
	{"L4", Living, "toilet", true, 1},
	{"L5", Living, "precarious_housing", false, 1},
	{"L6", Living, "waste_uncollected", false, 1},
	{"W1", Work, "unemployment", false, 6},
}

// The letters are per mille, so D = ΣN·S / (18000·ΣN) with S their weighted sum.
const needScale = 18000

// Need is the material of D for one unit and census, in whole numbers, so that
// it adds up exactly from leaf units to the country.
type Need struct {
	People  int64   // municipal population of the leaf units that have D
	Letters []int64 // Σ people × rate per mille, in the order of Letters
	Rank    int64   // among the communes of the country, most deprived first; 0 if not ranked
}

// Add adds the material of another unit.
func (n *Need) Add(m Need) {
	if n.Letters == nil {
		n.Letters = make([]int64, len(Letters))
	}
	n.People += m.People
	for i := range m.Letters {
		n.Letters[i] += m.Letters[i]
	}
}

// Score is ΣN·S: 18000 × People × D.
func (n Need) Score() (s int64) {
	for i, l := range Letters {
		s += l.Weight * n.Letters[i]
	}
	return s
}

// Deprivation is D for one unit at one census, between 0 and 1: the mean
// deprivation of its residents. It is always shown with WithoutWork and the parts.
type Deprivation struct {
	D float64
	// WithoutWork leaves unemployment out, which alone moves D in many communes.
	WithoutWork float64
	Parts       []Part
	People      int64 // residents it speaks of
	// Rank among the communes of the country that have D, 1 the most deprived; 0
	// for other units and under 1,000 residents. Ranked is how many there are.
	Rank, Ranked int
}

// Part is what one letter adds to D.
type Part struct {
	Letter
	Rate   float64 // share of residents exposed, 0 to 1
	Points float64 // its share of D; the parts add up to D
}

// Of adds the points of one dimension.
func (d Deprivation) Of(dim Dimension) (points float64) {
	for _, p := range d.Parts {
		if p.Dimension == dim {
			points += p.Points
		}
	}
	return points
}

type needSeries struct {
	people, rank *Column
	letters      []*Column
}

func needColumn(year int, name string) string { return strconv.Itoa(year) + "/" + name }

// NeedTable packs the material of D: for each census one entry per unit, nil
// where D is missing.
func NeedTable(censuses map[int][]*Need) Table {
	t := Table{}
	for year, needs := range censuses {
		column := func(name string, of func(*Need) (int64, bool)) {
			c := &Column{Known: make([]bool, len(needs)), Figures: make([]int64, len(needs))}
			for i, n := range needs {
				if n != nil {
					c.Figures[i], c.Known[i] = of(n)
				}
			}
			t[needColumn(year, name)] = c
		}
		column("people", func(n *Need) (int64, bool) { return n.People, true })
		column("rank", func(n *Need) (int64, bool) { return n.Rank, n.Rank > 0 })
		for i, l := range Letters {
			column(l.ID, func(n *Need) (int64, bool) { return n.Letters[i], true })
		}
	}
	return t
}

func (p *Pack) indexNeed(t Table) error {
	p.need = map[int]needSeries{}
	for _, year := range []int{Census2014, Census2024} {
		s := needSeries{people: t[needColumn(year, "people")], rank: t[needColumn(year, "rank")]}
		for _, l := range Letters {
			s.letters = append(s.letters, t[needColumn(year, l.ID)])
		}
		for _, c := range append(s.letters, s.people, s.rank) {
			if c == nil {
				return fmt.Errorf("the deprivation of %d is not whole", year)
			}
		}
		p.need[year] = s
	}
	return nil
}

// Deprivation is D of a unit at a census. ok is false where any of its letters
// is missing.
func (p *Pack) Deprivation(unit string, year int) (Deprivation, bool) {
	n, ok := p.needOf(unit, year)
	if !ok {
		return Deprivation{}, false
	}
	whole := float64(needScale * n.People)
	d := Deprivation{D: float64(n.Score()) / whole, People: n.People}
	withoutWork := int64(0)
	for i, l := range Letters {
		points := l.Weight * n.Letters[i]
		d.Parts = append(d.Parts, Part{
			Letter: l,
			Rate:   float64(n.Letters[i]) / float64(1000*n.People),
			Points: float64(points) / whole,
		})
		if l.Dimension != Work {
			withoutWork += points
		}
	}
	// Two thirds of the weight are left: 12 of 18.
	d.WithoutWork = float64(withoutWork) / float64(12000*n.People)
	if n.Rank > 0 && !p.small(p.byCode[unit], year) {
		d.Rank, d.Ranked = int(n.Rank), p.manifest.Ranked[year]
	}
	return d, true
}

func (p *Pack) needOf(unit string, year int) (Need, bool) {
	s, ok := p.need[year]
	i, known := p.byCode[unit]
	if !ok || !known || !s.people.Known[i] {
		return Need{}, false
	}
	n := Need{People: s.people.Figures[i], Rank: s.rank.Figures[i]}
	for _, c := range s.letters {
		n.Letters = append(n.Letters, c.Figures[i])
	}
	return n, true
}
