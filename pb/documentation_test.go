package pb

import (
	"context"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// measuredElections are the elections of the table in docs/which-rule.md.
var measuredElections = []string{
	"poland_gdynia_2020_babie-doly-large", "poland_lodz_2020_baluty-doly", "poland_lodz_2022_dolina-lodki",
	"poland_warszawa_2017_centrum-wola-grzybowska-groszowka", "poland_warszawa_2017_rejon-b", "poland_warszawa_2019_falenica",
	"poland_warszawa_2020_rembertow", "poland_warszawa_2023_ochota", "poland_wroclaw_2016_rejon-nr-12-750", "poland_zabrze_2021_rokitnica",
}

// measuredRules are the rows of the table in docs/which-rule.md.
var measuredRules = []struct{ name, label string }{
	{"greedy_cost", "by votes"},
	{"greedy_cardinality", "by votes per cost"},
	{"mes_cost", "Equal Shares, no completion"},
	{"mes_cost_u", "Equal Shares, then by votes"},
	{"mes_cost_add1e", "Equal Shares, add1e"},
	{"mes_cost_add1", "Equal Shares, add1"},
	{"mes_cost_add1u", "Equal Shares, add1u"},
	{"mes_cardinality_add1u", "Equal Shares, cardinality, add1u"},
	{"sequential_phragmen", "Phragmén"},
	{"maximin_support", "maximin support"},
	{"bos_equal_shares", "bounded overspending"},
}

// TestTableOfTheDocumentation measures the rules on real elections with approval
// ballots that cannot fund everything, and holds the table in docs/which-rule.md to it.
func TestTableOfTheDocumentation(t *testing.T) {
	dir, _ := conformance(t)
	var files []*PabulibFile
	for _, name := range measuredElections {
		path := filepath.Join(dir, name+".pb")
		if _, err := os.Stat(path); err != nil {
			t.Fatal("the elections of the table are not all at hand:", err)
		}
		files = append(files, readFile(t, path))
	}
	page, err := os.ReadFile("../docs/which-rule.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d real elections", len(files)); !strings.Contains(string(page), want) {
		t.Errorf("the page does not speak of %s", want)
	}
	for _, row := range measuredRules {
		rule, ok := RuleByName(row.name)
		if !ok {
			t.Fatal(row.name)
		}
		want := measuredRow(t, rule, row.label, files)
		if !strings.Contains(string(page), want) {
			t.Errorf("docs/which-rule.md lacks\n%s", want)
		}
	}
}

// measuredRow is a rule's line: mean part of the budget spent, mean part of voters
// without a win, mean fair share, mean Gini; elections and projects that violate
// proportionality.
func measuredRow(t *testing.T, rule Rule, label string, files []*PabulibFile) string {
	t.Helper()
	var spent, without, fair, gini big.Rat
	elections, projects := 0, 0
	for _, f := range files {
		out, err := rule.Run(context.Background(), f.Instance, f.Profile, Options{Brief: true})
		if err != nil {
			t.Fatal(err)
		}
		m, err := MeasureFairness(f.Instance, f.Profile, out, nil)
		if err != nil {
			t.Fatal(err)
		}
		spent.Add(&spent, m.Spent.Rat)
		without.Add(&without, m.WithoutWinPart.Rat)
		fair.Add(&fair, m.FairShare.Rat)
		gini.Add(&gini, m.Gini.Rat)
		if projects += len(m.Violations); len(m.Violations) > 0 {
			elections++
		}
	}
	mean := func(q *big.Rat, decimals int) string {
		q.Quo(q, big.NewRat(int64(len(files)), 1))
		return q.FloatString(decimals)
	}
	percent := func(q *big.Rat) string {
		return mean(q.Mul(q, big.NewRat(100, 1)), 1) + " %"
	}
	return fmt.Sprintf("| %s | `%s` | %s | %s | %s | %s | %d (%d) |", label, rule.Name, percent(&spent), percent(&without), percent(&fair), mean(&gini, 2), elections, projects)
}
