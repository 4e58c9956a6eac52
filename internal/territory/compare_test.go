package territory

import (
	"math"
	"testing"
)

// sampled is a pack of one prefecture with five communes, to try the rules on
// figures Marrakech does not have: A to D are sampled, E has 900 residents.
//
//	        A      B      C      D     E
//	work   10     12     20     20    40   (unemployment 2024, margin 4, lower is better)
//	work   16      —     18     20    41   (2014)
//	water  90     95     95      —    99   (running water, no margin, higher is better)
func sampledPack(t *testing.T) *Pack {
	t.Helper()
	units := []Unit{{Code: "00", Kind: Country}, {Code: "01", Kind: Region, Parent: "00"}, {Code: "01.001", Kind: Province, Parent: "01"}}
	for _, name := range []string{"A", "B", "C", "D", "E"} {
		units = append(units, Unit{Code: "01.001." + name, Kind: Commune, Parent: "01.001"})
	}
	none := math.NaN()
	column := func(communes ...float64) *Column { return NewColumn(append([]float64{none, none, none}, communes...)) }
	table := Table{
		"population/2014/figure":    column(30000, 30000, 30000, 30000, 900),
		"population/2024/figure":    column(31000, 32000, 33000, 34000, 900),
		"households/2024/figure":    column(8000, 8000, 8000, 8000, 200),
		"unemployment/2014/figure":  column(16, none, 18, 20, 41),
		"unemployment/2024/figure":  column(10, 12, 20, 20, 40),
		"running_water/2014/figure": column(80, 95, 96, none, 99),
		"running_water/2024/figure": column(90, 95, 95, none, 99),
		"fuel/2014/figure":          column(1, 1, 1, 1, 1),
		"fuel/2024/figure":          column(2, 2, 2, 2, 2),
		"gap/2014/figure":           column(-5, 5, 0, 0, 0),
		"gap/2024/figure":           column(2, 5, 3, 0, 0),
	}
	p, err := newPack(&Contents{
		Units: units,
		Indicators: []Indicator{
			{Key: "population", Theme: "all", Direction: Neutral, Compare: Comparable},
			{Key: "households", Theme: "all", Direction: Neutral, Compare: Comparable},
			{Key: "unemployment", Theme: "all", Direction: Lower, Compare: Comparable, Decimals: 1, Margin: 4},
			{Key: "running_water", Theme: "all", Direction: Higher, Compare: NearlyComparable, Decimals: 1},
			{Key: "fuel", Theme: "all", Direction: Lower, Compare: NotComparable, Decimals: 1},
			{Key: "gap", Theme: "all", Direction: Zero, Compare: Comparable, Decimals: 1},
		},
		Tables: map[string]Table{"all": table, needTheme: NeedTable(map[int][]*Need{
			Census2014: make([]*Need, len(units)), Census2024: make([]*Need, len(units))})},
		Outlines: Outlines{Quantum: 1e-5},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMissingIsNeverZero(t *testing.T) {
	p := sampledPack(t)
	if v, ok := p.Value("running_water", "01.001.D", Census2024); ok {
		t.Errorf("D has no figure, but reads %v", v.Figure)
	}
	if v, ok := p.Value("gap", "01.001.D", Census2024); !ok || v.Figure != 0 {
		t.Errorf("a true zero reads %v (%v)", v.Figure, ok)
	}
	for _, c := range [][2]string{{"nothing", "01.001.A"}, {"gap", "nowhere"}} {
		if _, ok := p.Value(c[0], c[1], Census2024); ok {
			t.Errorf("%v has a value", c)
		}
	}
	if _, ok := p.Value("gap", "01.001.A", 2019); ok {
		t.Error("there is a value between the censuses")
	}
	if _, ok := p.Deprivation("01.001.A", Census2024); ok {
		t.Error("D exists without its letters")
	}
	// The real pack: a wholly urban unit has no rural households, hence no distance.
	if v, ok := loaded(t).Value("road_distance", "07.351.01.07", Census2024); ok {
		t.Errorf("the Médina lies %v km from a road", v.Figure)
	}
}

func TestChangeIsJudgedByDirectionAndMargin(t *testing.T) {
	p := sampledPack(t)
	for _, c := range []struct {
		indicator, unit string
		difference      float64
		trend           Trend
	}{
		{"unemployment", "A", -6, Better},
		{"unemployment", "C", 2, Unclear}, // within the margin of the sample
		{"unemployment", "D", 0, Steady},
		{"unemployment", "E", -1, NoTrend}, // 900 residents
		{"running_water", "A", 10, Better},
		{"running_water", "B", 0, Steady},
		{"running_water", "C", -1, Worse},
		{"population", "A", 1000, NoTrend}, // neutral
		{"gap", "A", 7, Better},            // nearer to zero
		{"gap", "C", 3, Worse},
	} {
		got, ok := p.Change(c.indicator, "01.001."+c.unit)
		if !ok || got.Difference != c.difference || got.Trend != c.trend {
			t.Errorf("%s of %s: %+v (%v), want %v %q", c.indicator, c.unit, got, ok, c.difference, c.trend)
		}
	}
	for _, c := range [][2]string{{"unemployment", "B"}, {"running_water", "D"}, {"fuel", "A"}} {
		if got, ok := p.Change(c[0], "01.001."+c[1]); ok {
			t.Errorf("%v has a change: %+v", c, got)
		}
	}
}

func TestRankHasABandWhereTheSampleLeavesOneOpen(t *testing.T) {
	p := sampledPack(t)
	for _, c := range []struct {
		indicator, unit string
		year            int
		want            Standing
	}{
		{"unemployment", "A", Census2024, Standing{1, 4, 1, 2}}, // B is 2 points behind
		{"unemployment", "B", Census2024, Standing{2, 4, 1, 2}},
		{"unemployment", "C", Census2024, Standing{3, 4, 3, 4}}, // equal to D
		{"unemployment", "A", Census2014, Standing{1, 3, 1, 1}}, // everybody was asked
		{"running_water", "A", Census2024, Standing{3, 3, 3, 3}},
		{"running_water", "B", Census2024, Standing{1, 3, 1, 1}},
		{"running_water", "C", Census2024, Standing{1, 3, 1, 1}}, // shares the place
		{"population", "D", Census2024, Standing{1, 4, 1, 1}},    // the largest
	} {
		got, ok := p.Rank(c.indicator, "01.001."+c.unit, c.year)
		if !ok || got != c.want {
			t.Errorf("%s of %s in %d: %+v (%v), want %+v", c.indicator, c.unit, c.year, got, ok, c.want)
		}
		if got.Certain() != (c.want.Best == c.want.Worst) {
			t.Errorf("%s of %s: certain is %v", c.indicator, c.unit, got.Certain())
		}
	}
	for _, c := range [][2]string{{"unemployment", "01.001.E"}, {"running_water", "01.001.D"}, {"unemployment", "01.001"}, {"none", "01.001.A"}} {
		if got, ok := p.Rank(c[0], c[1], Census2024); ok {
			t.Errorf("%v has a rank: %+v", c, got)
		}
	}
}

func TestRankOfMarrakechIsAmongItsFifteenCommunes(t *testing.T) {
	p := loaded(t)
	for indicator, want := range map[string]int{"running_water": 3, "electricity": 2, "illiteracy": 5, "unemployment": 7, "population_growth": 1} {
		got, ok := p.Rank(indicator, "07.351.03.03", Census2024)
		if !ok || got.Place != want || got.Of != 15 {
			t.Errorf("Harbil's %s: %+v, want %d of 15", indicator, got, want)
		}
	}
	if got, _ := p.Rank("unemployment", "07.351.03.03", Census2024); got.Certain() {
		t.Errorf("Harbil's unemployment is a sample's, yet its place is certain: %+v", got)
	}
	if got, ok := p.Rank("illiteracy", "07.351.01.05", Census2024); !ok || got.Of != 19 {
		t.Errorf("Guéliz, an arrondissement, is placed among the 19 leaf units, not %+v", got)
	}
}

func TestFiguresOfTheCityAreMarkedAsPutTogether(t *testing.T) {
	p := loaded(t)
	for _, c := range []struct {
		indicator, unit string
		year            int
		figure          float64
		derived         bool
	}{
		{"population", "07.351.01.0", Census2014, 905697, true},
		{"households", "07.351.01.0", Census2014, 213272, true},
		{"population", "07.351.01.0", Census2024, 996643, false},
		// HCP's row of 2014 for the cercle of Saada counts 166,335 people: with
		// Tassoultante, which has since left it.
		{"population", "07.351.07", Census2014, 95249, true},
		{"population", "07.351.07", Census2024, 124384, false},
		{"population", "07.351.05", Census2014, 77940, false},
		{"population", marrakech, Census2014, 1323005, false},
	} {
		v, ok := p.Value(c.indicator, c.unit, c.year)
		if !ok || v.Figure != c.figure || v.Derived != c.derived {
			t.Errorf("%s of %s in %d: %+v (%v), want %v, derived %v", c.indicator, c.unit, c.year, v, ok, c.figure, c.derived)
		}
	}
	// Weighted by those aged ten and over, the mean lies among its parts.
	v, ok := p.Value("illiteracy", "07.351.01.0", Census2014)
	if !ok || !v.Derived || v.Figure < 14 || v.Figure > 28 || v.Denominator == nil {
		t.Errorf("illiteracy of the city in 2014: %+v (%v)", v, ok)
	}
	growth, ok := p.Value("population_growth", "07.351.01.0", Census2024)
	if want := 100 * (996643.0/905697 - 1); !ok || math.Abs(growth.Figure-want) > 1e-6 {
		t.Errorf("the city grew by %v %%, want %v", growth.Figure, want)
	}
}

func TestDenominatorsStandBehindShares(t *testing.T) {
	p := loaded(t)
	for _, ind := range p.Indicators() {
		for _, u := range p.Units() {
			v, ok := p.Value(ind.Key, u.Code, Census2024)
			if !ok || v.Numerator == nil || v.Denominator == nil || ind.Measure != "percent" {
				continue
			}
			// Counts of the sample are rounded to people, which shows where few are active.
			if got := 100 * *v.Numerator / *v.Denominator; math.Abs(got-v.Figure) > 0.1 + 100 / *v.Denominator {
				t.Errorf("%s of %s is %.2f, but its counts give %.2f", ind.Key, u.Code, v.Figure, got)
			}
		}
	}
	if v, _ := p.Value("school_enrolment", marrakech, Census2014); v.Denominator != nil {
		t.Errorf("the children of 2014 are an estimate, not a count: %v", *v.Denominator)
	}
}

func TestIndicatorsAreDescribedInThreeLanguages(t *testing.T) {
	p := loaded(t)
	axes := map[string]int{}
	for _, ind := range p.Indicators() {
		axes[ind.Axis]++
		for _, text := range []struct{ ar, fr, en string }{
			{ind.Name.Ar, ind.Name.Fr, ind.Name.En}, {ind.Short.Ar, ind.Short.Fr, ind.Short.En}, {ind.Base.Ar, ind.Base.Fr, ind.Base.En}} {
			if text.ar == "" || text.fr == "" || text.en == "" {
				t.Errorf("%s lacks a language: %+v", ind.Key, text)
			}
		}
		if _, ok := p.Indicator(ind.Key); !ok {
			t.Errorf("%s is not found by its key", ind.Key)
		}
		if ind.Compare == NearlyComparable && (ind.Note.Ar == "" || ind.Note.Fr == "") {
			t.Errorf("%s is nearly comparable, but does not say what to know", ind.Key)
		}
	}
	for _, axis := range []string{"social services", "employment", "water", "upgrading"} {
		if axes[axis] < 3 {
			t.Errorf("axis %q has %d indicators", axis, axes[axis])
		}
	}
}
