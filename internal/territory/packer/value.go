package main

import (
	"math"
	"strings"

	"github.com/khettara/khettara/internal/territory"
)

// value is a computed figure; NaN stands for what the census does not have.
type value struct {
	figure, numerator, denominator float64
	derived                        bool // put together from the unit's parts
}

var missing = value{figure: math.NaN(), numerator: math.NaN(), denominator: math.NaN()}

// The ways an indicator is put together from parts, as indicators.csv names them.
const (
	bySum        = "sum"
	byCounts     = "recompute from sums"
	byWeights    = "weighted mean by denominator"
	byRuralHomes = "weighted mean by rural households"
)

// factors of the ratios that are recomputed from sums.
var factors = map[string]float64{
	"percent": 100, "per 1,000 people": 1000, "per 10,000 people": 10000, "people per household": 1,
}

// value computes an indicator for a unit at a census: from HCP's own row where
// it speaks of the same territory, else from the unit's parts.
func (d definition) value(c *census, unit string, year int) value {
	if d.readable(c, unit, year) {
		return d.own(c, unit, year)
	}
	var parts []value
	for _, child := range c.children[unit] {
		parts = append(parts, d.value(c, child, year))
	}
	return d.together(parts)
}

// readable tells whether HCP's rows for a unit can be used. In 2014 the six
// cities and 30 cercles had none, and 26 more cercles had other communes than
// today: their row would compare two different territories.
func (d definition) readable(c *census, unit string, year int) bool {
	tables := map[string]bool{}
	d.figure[year].tables(tables)
	return c.byCode[unit].Leaf || !tables["P14"] && !tables["H14"] || c.sameTerritory(unit)
}

// sameTerritory tells whether HCP's row of 2014 for a unit counts the very
// people of the communes that make it up today.
func (c *census) sameTerritory(unit string) bool {
	own, ok := c.people14(unit)
	if !ok {
		return false
	}
	for _, leaf := range c.leaves(unit) {
		people, _ := c.people14(leaf)
		own -= people
	}
	return own == 0
}

func (c *census) people14(unit string) (float64, bool) {
	return c.tables["P14"].figure(rowKey{unit, "total", "all"}, "population_municipal")
}

// own reads the indicator from the unit's own rows.
func (d definition) own(c *census, unit string, year int) value {
	get := func(table, column, area, sex string) (float64, bool) {
		// Households, establishments and dwellings have no sexes.
		if !strings.HasPrefix(table, "P") {
			sex = "all"
		}
		return c.tables[table].figure(rowKey{unit, area, sex}, column)
	}
	read := func(e expression) float64 {
		if e == nil {
			return math.NaN()
		}
		if f, ok := e.eval(get, "total", "all"); ok {
			return f
		}
		return math.NaN()
	}
	v := value{figure: read(d.figure[year]), denominator: math.Round(read(d.denominator[year]))}
	if d.aggregate != bySum { // of a sum the numerator is the figure itself
		v.numerator = read(d.numerator[year])
	} else {
		v.numerator = math.NaN()
	}
	// Sums of rounded shares pass 100 by up to 0.1.
	if d.Measure == "percent" && d.aggregate == byWeights {
		v.figure = min(v.figure, 100)
	}
	if math.IsNaN(v.figure) {
		return missing
	}
	return v
}

// together puts an indicator together from the parts of a unit.
func (d definition) together(parts []value) value {
	whole := value{derived: true}
	weighted := 0.0
	for _, p := range parts {
		// A part without anybody to count (no rural household) weighs nothing.
		if math.IsNaN(p.figure) && math.IsNaN(p.denominator) && d.aggregate == byRuralHomes {
			continue
		}
		whole.figure += p.figure
		whole.numerator += p.numerator
		whole.denominator += p.denominator
		weighted += p.figure * p.denominator
	}
	switch d.aggregate {
	case bySum:
	case byCounts:
		whole.figure = factors[d.Measure] * whole.numerator / whole.denominator
	case byWeights, byRuralHomes:
		// The parts are rounded, so the mean is no finer than they are.
		digits := math.Pow10(d.Decimals)
		whole.figure = math.Round(weighted/whole.denominator*digits) / digits
	default:
		return missing
	}
	if math.IsNaN(whole.figure) || len(parts) == 0 {
		return missing
	}
	return whole
}

// estimated tells whether the denominator of a census is a product or quotient
// of other figures: good as a weight, but not a count to be shown.
func (d definition) estimated(year int) bool { return estimate(d.denominator[year]) }

func estimate(e expression) bool {
	switch e := e.(type) {
	case binary:
		return e.op == '*' || e.op == '/' || estimate(e.left) || estimate(e.right)
	case row:
		return estimate(e.of)
	}
	return false
}

// perMille reads a share with one decimal as a whole number per mille.
func perMille(v value) (int64, bool) {
	if math.IsNaN(v.figure) {
		return 0, false
	}
	return int64(math.Round(v.figure * 10)), true
}

// needs is D of the whole country, as whole numbers.
type needs struct {
	of     map[int]map[string]*territory.Need // census -> unit
	ranked map[int]int
}

// needsOf works out D for every unit: for leaf units from their rates, for all
// others as the sum over the leaf units that have it.
func needsOf(c *census, d *definitions) (*needs, error) {
	n := &needs{of: map[int]map[string]*territory.Need{}, ranked: map[int]int{}}
	for _, year := range censuses {
		n.of[year] = map[string]*territory.Need{}
		for _, u := range c.units {
			if !u.Leaf {
				continue
			}
			need, err := leafNeed(c, d, u.Code, year)
			if err != nil {
				return nil, err
			}
			for up := u.Code; up != "" && need != nil; up = c.byCode[up].Parent {
				if n.of[year][up] == nil {
					n.of[year][up] = &territory.Need{}
				}
				n.of[year][up].Add(*need)
			}
		}
		n.ranked[year] = n.rank(c, year)
	}
	return n, nil
}

// leafNeed is nil where any rate is missing.
func leafNeed(c *census, d *definitions, unit string, year int) (*territory.Need, error) {
	population, err := d.find("population")
	if err != nil {
		return nil, err
	}
	people := population.value(c, unit, year).figure
	need := &territory.Need{People: int64(people)}
	for _, l := range territory.Letters {
		def, err := d.find(l.Indicator)
		if err != nil {
			return nil, err
		}
		rate, ok := perMille(def.value(c, unit, year))
		if !ok || math.IsNaN(people) {
			return nil, nil
		}
		if l.Complement {
			rate = 1000 - rate
		}
		need.Letters = append(need.Letters, need.People*rate)
	}
	return need, nil
}

// rank places the communes of the country by D, most deprived first, cities as
// one unit; equal D share the better place. It returns how many have D.
func (n *needs) rank(c *census, year int) int {
	var all []*territory.Need
	for _, u := range c.units {
		if need := n.of[year][u.Code]; need != nil && u.Kind == territory.Commune {
			all = append(all, need)
		}
	}
	for _, need := range all {
		need.Rank = 1
		for _, other := range all {
			// Compared as fractions in whole numbers: D is Score over People.
			if other.Score()*need.People > need.Score()*other.People {
				need.Rank++
			}
		}
	}
	return len(all)
}

func (n *needs) table(units []territory.Unit) territory.Table {
	byCensus := map[int][]*territory.Need{}
	for _, year := range censuses {
		for _, u := range units {
			byCensus[year] = append(byCensus[year], n.of[year][u.Code])
		}
	}
	return territory.NeedTable(byCensus)
}
