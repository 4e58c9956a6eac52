package main

import (
	"archive/zip"
	"bytes"
	"math"
	"testing"

	"github.com/khettara/khettara/internal/territory"
)

// country is a made-up country: one province with a cercle of two communes and
// a city of two arrondissements, with the ways the real tables misbehave.
func country(t *testing.T) *census {
	t.Helper()
	const people = "code,area,sex,population_legal,population_municipal,rate,base,empty_rate\n"
	c := &census{byCode: map[string]territory.Unit{}, children: map[string][]string{}, tables: map[string]*censusTable{}}
	for name, text := range map[string]string{
		"P24": people +
			",total,all,1000,1000,50,100,\n" +
			"1.c,total,all,500,490,40,100,\n1.c1,total,all,300,300,30,75,\n1.c2,total,all,200,190,70,25,\n" +
			"1.v,total,all,500,500,20,200,\n1.v1,total,all,250,250,10,100,\n1.v2,total,all,250,250,30.2,100,\n",
		// 2014: no row for the city; the cercle's row counts a commune that has left
		// it; the second commune has nobody counted, so its zeros mean missing.
		"P14": people +
			"1,total,all,900,900,50,100,\n1.c,total,all,700,700,55,100,\n" +
			"1.c1,total,all,250,250,33,50,\n1.c2,total,all,0,,0,0,0\n" +
			"1.v1,total,all,210,200,10.4,100,\n1.v2,total,all,240,240,30.3,300,\n",
		"H14": "code,area,homes,distance\n1.c1,rural,40,2\n1.c1,total,50,2\n1.v1,total,60,\n1.v2,total,60,\n",
		"H24": "code,area,homes,distance\n1.c,total,90,1.5\n",
	} {
		table, err := readCensusTable(archive(t, map[string]string{"t.csv": text}), "t.csv")
		if err != nil {
			t.Fatal(err)
		}
		c.tables[name] = table
	}
	err := c.arrange([]territory.Unit{
		{Code: territory.Morocco, Kind: territory.Country}, {Code: "1", Kind: territory.Province, Parent: territory.Morocco},
		{Code: "1.c", Kind: territory.Cercle, Parent: "1"}, {Code: "1.c1", Kind: territory.Commune, Parent: "1.c"}, {Code: "1.c2", Kind: territory.Commune, Parent: "1.c"},
		{Code: "1.v", Kind: territory.Commune, Parent: "1"}, {Code: "1.v1", Kind: territory.Arrondissement, Parent: "1.v"}, {Code: "1.v2", Kind: territory.Arrondissement, Parent: "1.v"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func archive(t *testing.T, files map[string]string) *zip.Reader {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func definitionOf(t *testing.T, row map[string]string) definition {
	t.Helper()
	full := map[string]string{"decimals": "1", "unit": "percent"}
	for k, v := range row {
		full[k] = v
	}
	d, err := newDefinition(full, map[string]string{"margin": "0", "minimum": "0"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestValuesAreReadOrPutTogether(t *testing.T) {
	c := country(t)
	people := definitionOf(t, map[string]string{"unit": "people", "decimals": "0", "aggregate": bySum,
		"source_2024": "P24.population_municipal", "source_2014": "P14.population_municipal"})
	legal := definitionOf(t, map[string]string{"unit": "people", "decimals": "0", "aggregate": bySum, "source_2014": "P14.population_legal"})
	growth := definitionOf(t, map[string]string{"aggregate": byCounts, "source_2024": "100*(P24.population_municipal/P14.population_municipal-1)",
		"numerator_2024": "P24.population_municipal-P14.population_municipal", "denominator_2024": "P14.population_municipal"})
	rate := definitionOf(t, map[string]string{"aggregate": byWeights, "source_2024": "P24.rate", "source_2014": "P14.rate",
		"denominator_2024": "P24.base", "denominator_2014": "P14.base"})
	published := definitionOf(t, map[string]string{"aggregate": "no aggregation: use the published row", "source_2014": "P14.rate"})
	distance := definitionOf(t, map[string]string{"unit": "km", "aggregate": byRuralHomes, "source_2014": "H14.distance", "denominator_2014": "H14.homes[rural]"})
	none := math.NaN()
	for _, x := range []struct {
		what    string
		d       definition
		unit    string
		year    int
		figure  float64
		derived bool
	}{
		{"own row", people, "1.c", 2024, 490, false},
		{"the country has no code in the tables", people, territory.Morocco, 2024, 1000, false},
		{"a city is the sum of its arrondissements", people, "1.v", 2014, 440, true},
		{"a share is weighted by its base", rate, "1.v", 2014, 25.3, true}, // (10.4·100+30.3·300)/400 = 25.325
		{"a cercle of other communes is not read", people, "1.c", 2014, none, false},
		{"nobody counted: 0 means missing", legal, "1.c2", 2014, none, false},
		{"nobody counted: no rate either", rate, "1.c2", 2014, none, false},
		{"growth from sums", growth, "1.v", 2024, 100 * 60.0 / 440, true},
		{"growth of a leaf from its own rows", growth, "1.v1", 2024, 25, false},
		{"growth without a past", growth, "1.c2", 2024, none, false},
		{"what cannot be put together is missing", published, "1.v", 2014, none, false},
		{"a part without rural homes weighs nothing", distance, "1.c1", 2014, 2, false},
		{"no rural home at all", distance, "1.v", 2014, none, false},
	} {
		got := x.d.value(c, x.unit, x.year)
		if math.IsNaN(x.figure) != math.IsNaN(got.figure) || !math.IsNaN(x.figure) && (math.Abs(got.figure-x.figure) > 1e-9 || got.derived != x.derived) {
			t.Errorf("%s: %s in %d is %+v, want %v, derived %v", x.what, x.unit, x.year, got, x.figure, x.derived)
		}
	}
}

func TestSumsOfRoundedSharesStopAtAHundred(t *testing.T) {
	c := country(t)
	d := definitionOf(t, map[string]string{"aggregate": byWeights, "source_2024": "P24.rate+P24.rate", "denominator_2024": "P24.base"})
	if got := d.value(c, "1.c2", 2024); got.figure != 100 {
		t.Errorf("70 + 70 is %v", got.figure)
	}
}

func TestTooFewPeopleGiveNoFigure(t *testing.T) {
	c := country(t)
	d := definitionOf(t, map[string]string{"key": "rate", "theme": "t", "aggregate": byWeights, "source_2024": "P24.rate", "denominator_2024": "P24.base"})
	d.minimum = 100
	units := []territory.Unit{{Code: "1.c1"}, {Code: "1.v1"}} // 75 and 100 people
	column := (&definitions{list: []definition{d}}).tables(c, units)["t"]["rate/2024/figure"]
	if column.Known[0] || !column.Known[1] {
		t.Errorf("known: %v, want only the second", column.Known)
	}
}

func TestEstimatedDenominatorsAreNotCounts(t *testing.T) {
	for text, want := range map[string]bool{
		"P14.a": false, "P14.a+P14.b": false, "(P14.a-P14.b)@female": false,
		"P14.a*0.6": true, "(100*P14.a/P14.b)@female": true, "P14.a+P14.b*2": true,
	} {
		if got := definitionOf(t, map[string]string{"denominator_2014": text}).estimated(2014); got != want {
			t.Errorf("%s: estimated is %v", text, got)
		}
	}
}

func TestRankSharesTheBetterPlaceAndTakesCitiesAsOne(t *testing.T) {
	c := country(t)
	letters := func(people, perMille int64) *territory.Need {
		n := &territory.Need{People: people, Letters: make([]int64, len(territory.Letters))}
		n.Letters[0] = people * perMille
		return n
	}
	n := &needs{of: map[int]map[string]*territory.Need{2024: {
		"1.c1": letters(10, 300), "1.c2": letters(1000, 300), "1.v": letters(500, 100), "1.v1": letters(7, 900)}}}
	if got := n.rank(c, 2024); got != 3 {
		t.Errorf("%d communes ranked, want 3", got)
	}
	for code, want := range map[string]int64{"1.c1": 1, "1.c2": 1, "1.v": 3, "1.v1": 0} {
		if got := n.of[2024][code].Rank; got != want {
			t.Errorf("%s ranks %d, want %d", code, got, want)
		}
	}
}

func TestBoundaryKeyIsReadFromTheCodeOf2014(t *testing.T) {
	if k, err := keyOf("07.351.03.11"); err != nil || k != (limitKey{351, 3, 11}) {
		t.Errorf("key %v, %v", k, err)
	}
	for _, bad := range []string{"07.351", "07.351.a.1", ""} {
		if k, err := keyOf(bad); err == nil {
			t.Errorf("%q has the key %v", bad, k)
		}
	}
}
