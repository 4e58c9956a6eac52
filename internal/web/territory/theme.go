package territory

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/ui"
)

// growth is the indicator that a map shows unless another is asked for.
const growth = "population_growth"

// theme is one indicator on the map of a prefecture, at one date or between two.
type theme struct {
	territory.Indicator
	Change bool // 2014 to 2024 rather than 2024 alone
	Rows   []themeRow
	Figure []float64 // of the rows that have one, in their order
	classes
}

// themeRow is one leaf unit.
type themeRow struct {
	Unit     territory.Unit
	Known    bool // the census has the figure, at both dates for a change
	Small    bool // fewer than 1,000 residents
	From, To territory.Value
	Shown    float64 // what the map colours and the table is sorted by
	Trend    territory.Trend
}

// mapped tells whether an indicator may be drawn: shares and averages, never raw counts.
func mapped(ind territory.Indicator) bool {
	return ind.Measure != "people" && ind.Measure != "households"
}

func comparable(ind territory.Indicator) bool {
	return ind.Compare == territory.Comparable || ind.Compare == territory.NearlyComparable
}

// newTheme reads the leaf units of a prefecture. An unknown indicator, or one
// that must not be drawn, gives the growth of the population.
func newTheme(pack *territory.Pack, prefecture, key, view string) theme {
	ind, ok := pack.Indicator(key)
	if !ok || !mapped(ind) {
		ind, _ = pack.Indicator(growth)
	}
	t := theme{Indicator: ind, Change: view == "change" && comparable(ind)}
	for _, u := range pack.Leaves(prefecture) {
		row := themeRow{Unit: u}
		switch {
		case t.Change:
			var c territory.Change
			c, row.Known = pack.Change(ind.Key, u.Code)
			row.From, row.To, row.Shown, row.Trend = c.From, c.To, c.Difference, c.Trend
		case ind.Key == growth:
			row.From, _ = pack.Value("population", u.Code, territory.Census2014)
			row.To, row.Known = pack.Value("population", u.Code, territory.Census2024)
			if v, ok := pack.Value(growth, u.Code, territory.Census2024); ok {
				row.Shown = v.Figure
			} else {
				row.Known = false
			}
		default:
			row.To, row.Known = pack.Value(ind.Key, u.Code, territory.Census2024)
			row.Shown = row.To.Figure
		}
		row.Small = row.To.Small || row.From.Small
		t.Rows = append(t.Rows, row)
	}
	t.sort()
	t.classes = newClasses(ind, t.diverging(), t.Figure)
	return t
}

// diverging tells whether the figures lie on both sides of zero.
func (t theme) diverging() bool { return t.Change || t.Key == growth }

// sort puts the largest figure first and what has none last.
func (t *theme) sort() {
	slices.SortStableFunc(t.Rows, func(a, b themeRow) int {
		if a.Known != b.Known {
			return cmp.Compare(btoi(b.Known), btoi(a.Known))
		}
		return cmp.Compare(b.Shown, a.Shown)
	})
	for _, r := range t.Rows {
		if r.Known {
			t.Figure = append(t.Figure, r.Shown)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ends are the rows with the largest and the smallest figure among units of at
// least 1,000 residents; ok is false where there are not two.
func (t theme) ends() (most, least themeRow, ok bool) {
	var told []themeRow
	for _, r := range t.Rows {
		if r.Known && !r.Small {
			told = append(told, r)
		}
	}
	if len(told) < 2 {
		return most, least, false
	}
	return told[0], told[len(told)-1], true
}

// count counts the rows that a condition holds for.
func (t theme) count(holds func(themeRow) bool) (n int) {
	for _, r := range t.Rows {
		if r.Known && holds(r) {
			n++
		}
	}
	return n
}

// classes are the colours of a map: the pack's classes, seen from the least need
// to the greatest, or from the greatest loss to the greatest gain.
type classes struct {
	territory.Classes
	Ramp string
	// Against: the figure runs against the ramp. The share of households with
	// water darkens as it falls; an unemployment that falls is a gain.
	Against bool
}

func newClasses(ind territory.Indicator, diverging bool, figures []float64) classes {
	c := classes{Ramp: ui.RampNeed}
	switch {
	case diverging:
		c.Ramp, c.Against = ui.RampChange, ind.Direction == territory.Lower
	case ind.Direction == territory.Higher:
		c.Against = true
	case ind.Direction == territory.Neutral:
		c.Ramp = ui.RampHeard
	}
	if !diverging {
		c.Classes = territory.SequentialClasses(figures)
		return c
	}
	gains := slices.Clone(figures)
	if c.Against {
		for i := range gains {
			gains[i] = -gains[i]
		}
	}
	c.Classes = territory.DivergingClasses(gains)
	return c
}

// of is the class of a figure on the ramp.
func (c classes) of(figure float64) int {
	switch {
	case c.Against && c.Diverging:
		return c.Class(-figure)
	case c.Against:
		return c.Count() - 1 - c.Class(figure)
	}
	return c.Class(figure)
}

// words are the classes in the order of the ramp, for the ruler.
func (c classes) words(l i18n.Lang) []string {
	breaks := slices.Clone(c.Breaks)
	if c.Against && c.Diverging {
		for i := range breaks {
			breaks[i] = -breaks[i]
		}
		slices.Reverse(breaks)
	}
	digits := digitsOf(breaks)
	figure := func(i int) string { return i18n.Decimal(l, breaks[i], digits) }
	last := len(breaks) - 1
	var words []string
	if c.Diverging {
		// A dash between signed figures would read as another sign. A figure on a
		// break belongs to the class of the greater gain.
		below, above := "< ", "≥ "
		if c.Against {
			below, above = "≤ ", "> "
		}
		words = append(words, isolate(below+figure(0)))
		for i := range last {
			words = append(words, isolate(figure(i)+"…"+figure(i+1)))
		}
		words = append(words, isolate(above+figure(last)))
	} else {
		words = append(words, i18n.T(l, "territory.class_below", "figure", figure(0)))
		for i := range last {
			words = append(words, isolate(figure(i)+"–"+figure(i+1)))
		}
		words = append(words, i18n.T(l, "territory.class_from", "figure", figure(last)))
	}
	if c.Against {
		slices.Reverse(words)
	}
	return words
}

// isolate keeps a range in one piece, from left to right, inside any sentence.
func isolate(s string) string { return "\u2066" + s + "\u2069" }

// digitsOf is the number of decimals that round breaks need.
func digitsOf(breaks []float64) (digits int) {
	for _, b := range breaks {
		if _, frac, ok := strings.Cut(strconv.FormatFloat(b, 'f', -1, 64), "."); ok {
			digits = max(digits, len(frac))
		}
	}
	return digits
}
