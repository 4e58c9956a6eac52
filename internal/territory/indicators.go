package territory

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/khettara/khettara/internal/i18n"
)

// Direction tells which way an indicator gets better.
type Direction string

// Directions. A neutral indicator describes and is never judged; Zero is better
// the nearer it is to zero (gaps between women and men).
const (
	Higher  Direction = "higher"
	Lower   Direction = "lower"
	Neutral Direction = "neutral"
	Zero    Direction = "zero"
)

// Comparability tells whether the censuses of 2014 and 2024 asked the same.
type Comparability string

// Comparabilities as the census notes give them. Change is an indicator that
// itself spans both censuses.
const (
	Comparable        Comparability = "yes"
	NearlyComparable  Comparability = "near" // show the change together with Indicator.Note
	PartlyComparable  Comparability = "partly"
	NotComparable     Comparability = "no"
	ComparisonOfDates Comparability = "change"
)

// Indicator is the definition of one figure.
type Indicator struct {
	Key       string // "running_water"
	Theme     string // "water": the file it is packed in
	Axis      string // the strategic axis it speaks to: "social services", "employment", "water", "upgrading" or "context"
	Measure   string // what is counted: "percent", "people", "households", "km", ...
	Decimals  int
	Direction Direction
	Compare   Comparability
	// Margin is the difference, in the indicator's unit, under which two communes
	// of the 2024 census cannot be told apart, because its long questionnaire went
	// to a fifth of the households (own estimate). 0: everybody was counted.
	Margin float64
	Name   i18n.Text // in full
	Short  i18n.Text // for the head of a column
	Base   i18n.Text // what the share is a share of, as it stands under a name: "% of households"
	// Caution says what the figure does not tell; Note what to know before
	// comparing the two censuses. Either may be empty.
	Caution i18n.Text
	Note    i18n.Text
}

// Value is an indicator's figure for one unit at one census.
type Value struct {
	Figure float64 // in the indicator's unit
	// Numerator and Denominator are the counts behind the figure where the
	// census publishes them; nil where it does not.
	Numerator, Denominator *float64
	// Derived: HCP has no row for this unit at that census (the six divided cities
	// and 56 cercles in 2014), so the figure is put together from its parts.
	Derived bool
	// Small: fewer than 1,000 residents. Show it in grey, without rank or arrow.
	Small bool
}

// smallPopulation is the number of residents under which chance rules a figure.
const smallPopulation = 1000

// sampledFrom is the number of households from which a commune of the 2024
// census answered the long questionnaire by sample.
const sampledFrom = 2000

type seriesKey struct {
	indicator string
	year      int
}

type series struct{ figure, numerator, denominator, derived *Column }

// Names of the columns of an indicator, before "/2024".
const (
	FigureColumn      = "figure"
	NumeratorColumn   = "numerator"
	DenominatorColumn = "denominator"
	DerivedColumn     = "derived"
)

// ColumnName names the column of a table that holds one side of an indicator.
func ColumnName(indicator string, year int, side string) string {
	return indicator + "/" + strconv.Itoa(year) + "/" + side
}

func (p *Pack) indexTables(tables map[string]Table) error {
	p.series = map[seriesKey]series{}
	for _, ind := range p.indicators {
		table := tables[ind.Theme]
		for _, year := range []int{Census2014, Census2024} {
			side := func(s string) *Column { return table[ColumnName(ind.Key, year, s)] }
			if side(FigureColumn) == nil {
				continue
			}
			p.series[seriesKey{ind.Key, year}] = series{
				side(FigureColumn), side(NumeratorColumn), side(DenominatorColumn), side(DerivedColumn)}
		}
	}
	for _, needed := range []string{"population", "households"} {
		if _, ok := p.series[seriesKey{needed, Census2024}]; !ok {
			return fmt.Errorf("the pack has no indicator %q", needed)
		}
	}
	return p.indexNeed(tables[needTheme])
}

// Indicators lists the pack's indicators in the order of their themes.
func (p *Pack) Indicators() []Indicator { return slices.Clone(p.indicators) }

// Indicator finds an indicator by its key.
func (p *Pack) Indicator(key string) (Indicator, bool) {
	i, ok := p.byKey[key]
	if !ok {
		return Indicator{}, false
	}
	return p.indicators[i], true
}

// Value is an indicator's figure for a unit at a census. ok is false when the
// census has none, or when it rests on too few people to be shown.
func (p *Pack) Value(indicator, unit string, year int) (v Value, ok bool) {
	s, ok := p.series[seriesKey{indicator, year}]
	i, known := p.byCode[unit]
	if !ok || !known {
		return Value{}, false
	}
	if v.Figure, ok = s.figure.at(i); !ok {
		return Value{}, false
	}
	v.Numerator, v.Denominator = pointer(s.numerator.at(i)), pointer(s.denominator.at(i))
	_, v.Derived = s.derived.at(i)
	v.Small = p.small(i, year)
	return v, true
}

// Population is the municipal population of a unit at a census.
func (p *Pack) Population(unit string, year int) (people int64, ok bool) {
	v, ok := p.Value("population", unit, year)
	return int64(v.Figure), ok
}

func (p *Pack) small(i, year int) bool {
	people, ok := p.series[seriesKey{"population", year}].figure.at(i)
	return ok && people < smallPopulation
}

// sampled tells whether the figures of a unit rest on the sample of 2024.
func (p *Pack) sampled(unit string, year int) bool {
	u, _ := p.Unit(unit)
	households, ok := p.series[seriesKey{"households", Census2024}].figure.at(p.byCode[unit])
	return year == Census2024 && ok && households >= sampledFrom && (u.Kind == Commune || u.Kind == Arrondissement)
}

func pointer(f float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	return &f
}

var indicatorColumns = []string{"key", "theme", "axis", "measure", "decimals", "direction", "compare", "margin",
	"name_ar", "name_fr", "name_en", "short_ar", "short_fr", "short_en", "base_ar", "base_fr", "base_en",
	"caution_ar", "caution_fr", "caution_en", "note_ar", "note_fr", "note_en"}

// texts lists an indicator's texts in the order of their columns.
func (ind *Indicator) texts() []*i18n.Text {
	return []*i18n.Text{&ind.Name, &ind.Short, &ind.Base, &ind.Caution, &ind.Note}
}

func encodeIndicators(list []Indicator) []byte {
	rows := [][]string{indicatorColumns}
	for _, ind := range list {
		row := []string{ind.Key, ind.Theme, ind.Axis, ind.Measure, strconv.Itoa(ind.Decimals),
			string(ind.Direction), string(ind.Compare), strconv.FormatFloat(ind.Margin, 'f', -1, 64)}
		for _, t := range ind.texts() {
			row = append(row, t.Ar, t.Fr, t.En)
		}
		rows = append(rows, row)
	}
	return encodeCSV(rows)
}

func decodeIndicators(data []byte) ([]Indicator, error) {
	rows, err := decodeCSV(indicatorsFile, data, indicatorColumns)
	if err != nil {
		return nil, err
	}
	list := make([]Indicator, len(rows))
	for i, r := range rows {
		ind := Indicator{Key: r[0], Theme: r[1], Axis: r[2], Measure: r[3],
			Direction: Direction(r[5]), Compare: Comparability(r[6])}
		if ind.Decimals, err = strconv.Atoi(r[4]); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", indicatorsFile, ind.Key, err)
		}
		if ind.Margin, err = strconv.ParseFloat(r[7], 64); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", indicatorsFile, ind.Key, err)
		}
		for j, t := range ind.texts() {
			t.Ar, t.Fr, t.En = r[8+3*j], r[9+3*j], r[10+3*j]
		}
		list[i] = ind
	}
	return list, nil
}
