package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/khettara/khettara/internal/territory"
)

// sources skips a test that needs the two wheels, unless KHETTARA_PACK_SOURCES
// names the folder they lie in.
func sources(t *testing.T) options {
	t.Helper()
	dir := os.Getenv("KHETTARA_PACK_SOURCES")
	if dir == "" {
		t.Skip("KHETTARA_PACK_SOURCES is not set")
	}
	return options{sources: dir, data: "../../../data/morocco", territory: "07.351"}
}

func TestSameSourcesGiveTheEmbeddedPack(t *testing.T) {
	o := sources(t)
	first, err := build(o)
	if err != nil {
		t.Fatal(err)
	}
	second, err := build(o)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range first {
		if !bytes.Equal(data, second[name]) {
			t.Errorf("%s differs from run to run", name)
		}
	}
	var manifest territory.Manifest
	if err := json.Unmarshal(first["manifest.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	embedded, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	if manifest.Version != embedded.Version() {
		t.Errorf("the sources give version %s, the program has %s: run make pack", manifest.Version, embedded.Version())
	}
}

func TestOtherWheelsAreRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, censusWheel.file), []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := censusWheel.open(filepath.Join(dir, censusWheel.file)); err == nil {
		t.Error("a wheel with another fingerprint was read")
	}
}

func TestPackLeavesNothingOfAnOlderOne(t *testing.T) {
	dir := t.TempDir()
	for _, files := range []map[string][]byte{
		{"manifest.json": []byte("1"), "values-old.bin.gz": []byte("1")},
		{"manifest.json": []byte("2"), "values-new.bin.gz": []byte("2")},
	} {
		if err := write(dir, files); err != nil {
			t.Fatal(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 2 || filepath.Base(left[1]) != "values-new.bin.gz" {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

// All of Morocco against the national reference values: the packer must be right
// beyond the one prefecture that is embedded.
func TestConformanceOfTheCountry(t *testing.T) {
	o := sources(t)
	dir := os.Getenv("KHETTARA_CONFORMANCE_DIR")
	if dir == "" {
		t.Skip("KHETTARA_CONFORMANCE_DIR is not set")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "morocco", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		National struct {
			Counts   map[string]int
			Geometry struct {
				PairsLeaf int     `json:"pairs_leaf"`
				Area      float64 `json:"area_km2_sum"`
			}
			NullD map[string][]string `json:"null_D"`
		}
		Values map[string]map[string]*float64 `json:"indicator_values"`
	}
	if err := json.Unmarshal(raw, &ref); err != nil {
		t.Fatal(err)
	}
	o.territory = "all"
	all, err := gather(o)
	if err != nil {
		t.Fatal(err)
	}
	kinds, leaves, area := map[territory.Kind]int{}, 0, 0.0
	for _, u := range all.Units {
		kinds[u.Kind]++
		if u.Leaf {
			leaves++
			area += u.Area
		}
	}
	for name, got := range map[string]int{
		"regions": kinds[territory.Region], "provinces_and_prefectures": kinds[territory.Prefecture] + kinds[territory.Province],
		"cercles": kinds[territory.Cercle], "communes": kinds[territory.Commune], "arrondissements": kinds[territory.Arrondissement],
		"leaf_units": leaves, "communes_with_D_2014": all.Manifest.Ranked[2014], "communes_with_D_2024": all.Manifest.Ranked[2024],
	} {
		if want, ok := ref.National.Counts[name]; !ok || got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if got := pairsOf(all.Outlines); got != ref.National.Geometry.PairsLeaf {
		t.Errorf("%d neighbouring pairs, want %d", got, ref.National.Geometry.PairsLeaf)
	}
	if math.Abs(area-ref.National.Geometry.Area) > 0.001*ref.National.Geometry.Area {
		t.Errorf("%.1f km² in all, want %.1f", area, ref.National.Geometry.Area)
	}
	for _, year := range censuses {
		want := slices.Sorted(slices.Values(ref.National.NullD[map[int]string{2014: "2014", 2024: "2024"}[year]]))
		if got := withoutD(all, year); !slices.Equal(got, want) {
			t.Errorf("leaf units without D in %d: %v, want %v", year, got, want)
		}
	}
	checkValues(t, all, ref.Values)
}

func pairsOf(o territory.Outlines) int {
	pairs := map[[2]int]bool{}
	for _, a := range o.Arcs {
		if a.Left > 0 && a.Right > 0 {
			pairs[[2]int{min(a.Left, a.Right), max(a.Left, a.Right)}] = true
		}
	}
	return len(pairs)
}

func withoutD(c *territory.Contents, year int) (codes []string) {
	people := c.Tables["deprivation"][map[int]string{2014: "2014/people", 2024: "2024/people"}[year]]
	for i, u := range c.Units {
		if u.Leaf && !people.Known[i] {
			codes = append(codes, u.Code)
		}
	}
	slices.Sort(codes)
	return codes
}

// checkValues compares the packed figures with the reference's three provinces.
func checkValues(t *testing.T, c *territory.Contents, want map[string]map[string]*float64) {
	t.Helper()
	checked := 0
	for _, ind := range c.Indicators {
		for year, suffix := range map[int]string{2014: "_2014", 2024: "_2024"} {
			column := c.Tables[ind.Theme][territory.ColumnName(ind.Key, year, territory.FigureColumn)]
			for code, figure := range want[ind.Key+suffix] {
				i := slices.IndexFunc(c.Units, func(u territory.Unit) bool { return u.Code == code })
				if figure == nil {
					continue
				}
				checked++
				if got := float64(column.Figures[i]) / math.Pow10(column.Digits); !column.Known[i] || math.Abs(got-*figure) > 1e-6 {
					t.Errorf("%s of %s in %d: %v, want %v", ind.Key, code, year, got, *figure)
				}
			}
		}
	}
	if checked < 1000 {
		t.Errorf("only %d figures checked", checked)
	}
}
