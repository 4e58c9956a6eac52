package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
)

const (
	definitionFile = "indicators.csv"
	wordFile       = "words.csv"
)

// definitions are the indicators of the pack: those of indicators.csv that have
// a line in words.csv.
type definitions struct {
	list          []definition
	source, words territory.Source
}

// definition is an indicator and how it is computed at each census.
type definition struct {
	territory.Indicator
	figure, numerator, denominator map[int]expression // by census
	aggregate                      string
	minimum                        float64 // denominator under which the figure is withheld
}

var censuses = []int{territory.Census2014, territory.Census2024}

func readDefinitions(indicators, words string) (*definitions, error) {
	d := &definitions{}
	rows, err := readCSV(indicators, "made for this project", &d.source)
	if err != nil {
		return nil, err
	}
	wordRows, err := readCSV(words, "made for this project", &d.words)
	if err != nil {
		return nil, err
	}
	byKey := map[string]map[string]string{}
	for _, w := range wordRows {
		byKey[w["key"]] = w
	}
	for _, r := range rows {
		w, ok := byKey[r["key"]]
		if !ok {
			continue
		}
		delete(byKey, r["key"])
		def, err := newDefinition(r, w)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r["key"], err)
		}
		d.list = append(d.list, def)
	}
	for key := range byKey {
		return nil, fmt.Errorf("%s: %s has no line in %s", words, key, definitionFile)
	}
	return d, nil
}

func readCSV(path, licence string, source *territory.Source) ([]map[string]string, error) {
	data, s, err := readSource(path, licence)
	if err != nil {
		return nil, err
	}
	*source = s
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("%s: %d rows, %w", path, len(rows), err)
	}
	return records(rows[0], rows[1:]), nil
}

func newDefinition(r, w map[string]string) (d definition, err error) {
	text := func(row map[string]string, name string) i18n.Text {
		if name != "" {
			return i18n.Text{Ar: row[name+"_ar"], Fr: row[name+"_fr"], En: row[name+"_en"]}
		}
		return i18n.Text{Ar: row["ar"], Fr: row["fr"], En: row["en"]}
	}
	d.Indicator = territory.Indicator{
		Key: r["key"], Theme: r["theme"], Axis: r["axis"], Measure: r["unit"],
		Direction: territory.Direction(r["direction"]), Compare: territory.Comparability(r["comparable"]),
		Name:  text(r, ""),
		Short: i18n.Text{Ar: r["ar_short"], Fr: r["fr_short"], En: r["en_short"]},
		Base:  text(w, "base"), Caution: text(w, "caution"), Note: text(w, "note"),
	}
	if d.Decimals, err = strconv.Atoi(r["decimals"]); err != nil {
		return d, err
	}
	if d.Margin, err = strconv.ParseFloat(w["margin"], 64); err != nil {
		return d, err
	}
	if d.minimum, err = strconv.ParseFloat(w["minimum"], 64); err != nil {
		return d, err
	}
	d.aggregate = r["aggregate"]
	d.figure, d.numerator, d.denominator = map[int]expression{}, map[int]expression{}, map[int]expression{}
	for _, e := range []struct {
		into map[int]expression
		year int
		text string
	}{
		{d.figure, territory.Census2014, r["source_2014"]},
		{d.figure, territory.Census2024, r["source_2024"]},
		// The numerator of 2014 is the one of 2024 where its columns existed then.
		{d.numerator, territory.Census2014, strings.ReplaceAll(r["numerator_2024"], "24.", "14.")},
		{d.numerator, territory.Census2024, r["numerator_2024"]},
		{d.denominator, territory.Census2014, r["denominator_2014"]},
		{d.denominator, territory.Census2024, r["denominator_2024"]},
	} {
		if e.into[e.year], err = parse(e.text); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (d *definitions) indicators() []territory.Indicator {
	var list []territory.Indicator
	for _, def := range d.list {
		list = append(list, def.Indicator)
	}
	return list
}

func (d *definitions) find(key string) (definition, error) {
	i := slices.IndexFunc(d.list, func(def definition) bool { return def.Key == key })
	if i < 0 {
		return definition{}, fmt.Errorf("indicator %q has no line in %s", key, wordFile)
	}
	return d.list[i], nil
}

// tables computes every indicator for the units, one table per theme.
func (d *definitions) tables(c *census, units []territory.Unit) map[string]territory.Table {
	themes := map[string]territory.Table{}
	for _, def := range d.list {
		if themes[def.Theme] == nil {
			themes[def.Theme] = territory.Table{}
		}
		for _, year := range censuses {
			if def.figure[year] == nil {
				continue
			}
			sides := map[string][]float64{}
			for _, u := range units {
				v := def.value(c, u.Code, year)
				if v.denominator < def.minimum {
					v = missing // too few people for a figure
				}
				if def.estimated(year) {
					v.denominator = math.NaN()
				}
				derived := math.NaN()
				if v.derived && !math.IsNaN(v.figure) {
					derived = 1
				}
				sides[territory.FigureColumn] = append(sides[territory.FigureColumn], v.figure)
				sides[territory.NumeratorColumn] = append(sides[territory.NumeratorColumn], v.numerator)
				sides[territory.DenominatorColumn] = append(sides[territory.DenominatorColumn], v.denominator)
				sides[territory.DerivedColumn] = append(sides[territory.DerivedColumn], derived)
			}
			for side, figures := range sides {
				if side == territory.FigureColumn || slices.ContainsFunc(figures, known) {
					themes[def.Theme][territory.ColumnName(def.Key, year, side)] = territory.NewColumn(figures)
				}
			}
		}
	}
	return themes
}

func known(f float64) bool { return !math.IsNaN(f) }
