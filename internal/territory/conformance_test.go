package territory

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// reference is the part of the reference values that speaks of the pack.
type reference struct {
	Programmes map[string]struct {
		NameAr     string `json:"name_ar"`
		LeafUnits  int    `json:"leaf_units"`
		Communes   int
		Cercles    int
		Area       float64 `json:"area_km2"`
		PairsLeaf  int     `json:"pairs_inside_leaf"`
		Pairs      int     `json:"pairs_inside_communes"`
		Units      []referenceUnit
		CityAsUnit struct{ Units []referenceUnit } `json:"city_as_one_unit"`
		Measures   struct {
			Inequality map[string]struct {
				N      int
				Weight float64
				Mean   float64
			}
		}
	}
	Values   map[string]map[string]*float64 `json:"indicator_values"`
	National struct {
		Counts struct {
			D2014 int `json:"communes_with_D_2014"`
			D2024 int `json:"communes_with_D_2024"`
		}
	}
}

type referenceUnit struct {
	Code            string
	NameFr          string `json:"name_fr"`
	NameAr          string `json:"name_ar"`
	Kind            Kind
	Milieu          string
	Cercle          *string
	Municipal2014   int64    `json:"population_municipal_2014"`
	Municipal2024   int64    `json:"population_municipal_2024"`
	Legal2014       float64  `json:"population_legal_2014"`
	Legal2024       float64  `json:"population_legal_2024"`
	Households2024  float64  `json:"households_2024"`
	Area            float64  `json:"area_km2"`
	Neighbours      []string `json:"neighbours_inside"`
	S2014           *int64   `json:"S_2014"`
	S2024           *int64   `json:"S_2024"`
	D2014           *float64 `json:"D_2014"`
	D2024           *float64 `json:"D_2024"`
	WithoutWork2024 *float64 `json:"D_without_work_2024"`
	Rank2014        *int     `json:"rank_2014"`
	Rank2024        *int     `json:"rank_2024"`
}

const marrakech = "07.351"

// readReference reads the reference values, or skips the test without them.
func readReference(t *testing.T) *reference {
	t.Helper()
	dir := os.Getenv("KHETTARA_CONFORMANCE_DIR")
	if dir == "" {
		t.Skip("KHETTARA_CONFORMANCE_DIR is not set")
	}
	data, err := os.ReadFile(filepath.Join(dir, "morocco", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	r := &reference{}
	if err := json.Unmarshal(data, r); err != nil {
		t.Fatal(err)
	}
	return r
}

func loaded(t *testing.T) *Pack {
	t.Helper()
	p, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func close9(a, b float64) bool { return math.Abs(a-b) <= 1e-12+1e-9*math.Abs(b) }

func TestConformanceOfMarrakech(t *testing.T) {
	ref, p := readReference(t), loaded(t)
	want := ref.Programmes[marrakech]
	if got := len(p.Leaves(marrakech)); got != want.LeafUnits {
		t.Errorf("%d leaf units, want %d", got, want.LeafUnits)
	}
	if got := len(p.Communes(marrakech)); got != want.Communes {
		t.Errorf("%d communes, want %d", got, want.Communes)
	}
	cercles := slices.DeleteFunc(p.Children(marrakech), func(u Unit) bool { return u.Kind != Cercle })
	if len(cercles) != want.Cercles {
		t.Errorf("%d cercles, want %d", len(cercles), want.Cercles)
	}
	u, _ := p.Unit(marrakech)
	if u.Name.Ar != want.NameAr || math.Abs(u.Area-want.Area) > 0.005*want.Area {
		t.Errorf("%s of %.1f km², want %s of %.1f", u.Name.Ar, u.Area, want.NameAr, want.Area)
	}
	if got := pairs(p.Leaves(marrakech), p.Neighbours); got != want.PairsLeaf {
		t.Errorf("%d pairs of leaf units, want %d", got, want.PairsLeaf)
	}
	if got := pairs(p.Communes(marrakech), p.NeighbourCommunes); got != want.Pairs {
		t.Errorf("%d pairs of communes, want %d", got, want.Pairs)
	}
	for census, key := range map[int]string{Census2014: "deprivation_2014", Census2024: "deprivation_2024"} {
		whole := want.Measures.Inequality[key]
		d, ok := p.Deprivation(marrakech, census)
		if !ok || d.People != int64(whole.Weight) || !close9(d.D, whole.Mean) {
			t.Errorf("D of the prefecture in %d is %v over %d, want %v over %v", census, d.D, d.People, whole.Mean, whole.Weight)
		}
	}
	for _, r := range want.Units {
		checkUnit(t, p, r, p.Neighbours(r.Code))
	}
	for _, r := range want.CityAsUnit.Units {
		checkUnit(t, p, r, p.NeighbourCommunes(r.Code))
	}
	if got := p.Manifest().Ranked; got[Census2014] != ref.National.Counts.D2014 || got[Census2024] != ref.National.Counts.D2024 {
		t.Errorf("communes ranked by D: %v, want %+v", got, ref.National.Counts)
	}
}

// pairs counts neighbouring pairs inside a list of units.
func pairs(units []Unit, neighbours func(string) []Unit) (n int) {
	for _, u := range units {
		for _, other := range neighbours(u.Code) {
			if u.Code < other.Code {
				n++
			}
		}
	}
	return n
}

func checkUnit(t *testing.T, p *Pack, r referenceUnit, neighbours []Unit) {
	t.Helper()
	u, ok := p.Unit(r.Code)
	if !ok {
		t.Fatalf("no unit %s", r.Code)
	}
	if u.Name.Fr != r.NameFr || u.Name.Ar != r.NameAr || u.Kind != r.Kind || u.Municipality != (r.Milieu == "urban") {
		t.Errorf("%s is %+v, want %+v", r.Code, u, r)
	}
	if r.Cercle != nil && *r.Cercle != "municipalities" && u.Parent != *r.Cercle {
		t.Errorf("%s lies in %s, want %s", r.Code, u.Parent, *r.Cercle)
	}
	if math.Abs(u.Area-r.Area) > max(0.03, 0.005*r.Area) {
		t.Errorf("%s measures %.3f km², want %.3f", r.Code, u.Area, r.Area)
	}
	for key, want := range map[string]map[int]float64{
		"population":       {Census2014: float64(r.Municipal2014), Census2024: float64(r.Municipal2024)},
		"population_legal": {Census2014: r.Legal2014, Census2024: r.Legal2024},
		"households":       {Census2024: r.Households2024},
	} {
		for year, figure := range want {
			if v, ok := p.Value(key, r.Code, year); !ok || v.Figure != figure {
				t.Errorf("%s of %s in %d is %v (%v), want %v", key, r.Code, year, v.Figure, ok, figure)
			}
		}
	}
	var codes []string
	for _, n := range neighbours {
		codes = append(codes, n.Code)
	}
	if !slices.Equal(codes, r.Neighbours) {
		t.Errorf("neighbours of %s: %v, want %v", r.Code, codes, r.Neighbours)
	}
	checkDeprivation(t, p, r)
}

func checkDeprivation(t *testing.T, p *Pack, r referenceUnit) {
	t.Helper()
	for _, c := range []struct {
		year        int
		d           *float64
		s           *int64
		rank        *int
		withoutWork *float64
	}{
		{Census2014, r.D2014, r.S2014, r.Rank2014, nil},
		{Census2024, r.D2024, r.S2024, r.Rank2024, r.WithoutWork2024},
	} {
		d, ok := p.Deprivation(r.Code, c.year)
		if ok != (c.d != nil) || ok && !close9(d.D, *c.d) {
			t.Errorf("D of %s in %d is %v (%v), want %v", r.Code, c.year, d.D, ok, c.d)
			continue
		}
		if n, _ := p.needOf(r.Code, c.year); c.s != nil && n.Score() != *c.s*n.People {
			t.Errorf("S of %s in %d is %d/%d, want %d", r.Code, c.year, n.Score(), n.People, *c.s)
		}
		if c.rank != nil && d.Rank != *c.rank || c.rank == nil && d.Rank != 0 {
			t.Errorf("%s ranks %d by D in %d, want %v", r.Code, d.Rank, c.year, c.rank)
		}
		if c.withoutWork != nil && !close9(d.WithoutWork, *c.withoutWork) {
			t.Errorf("D of %s without work is %v, want %v", r.Code, d.WithoutWork, *c.withoutWork)
		}
	}
}

func TestConformanceOfIndicators(t *testing.T) {
	ref, p := readReference(t), loaded(t)
	checked := 0
	for _, ind := range p.Indicators() {
		for year, suffix := range map[int]string{Census2014: "_2014", Census2024: "_2024"} {
			for code, want := range ref.Values[ind.Key+suffix] {
				if code != marrakech && !strings.HasPrefix(code, marrakech+".") {
					continue
				}
				checked++
				v, ok := p.Value(ind.Key, code, year)
				switch {
				// The reference reads the unit's own row only; we also put the city together.
				case want == nil && ok && !v.Derived:
					t.Errorf("%s of %s in %d is %v, the census has none", ind.Key, code, year, v.Figure)
				case want != nil && (!ok || v.Derived || math.Abs(v.Figure-*want) > 1e-6):
					t.Errorf("%s of %s in %d is %v (%v), want %v", ind.Key, code, year, v.Figure, ok, *want)
				}
			}
		}
	}
	// 24 indicators of both censuses and the growth between them, for the prefecture,
	// its 15 communes and its 5 arrondissements.
	if want := (2*24 + 1) * 21; checked != want {
		t.Errorf("%d figures checked, want %d", checked, want)
	}
}
