package main

import "testing"

func TestExpressions(t *testing.T) {
	figures := map[string]float64{
		"P24.a total all": 10, "P24.b total all": 4, "P24.zero total all": 0,
		"P24.a total female": 6, "P24.b total female": 1, "P24.b total male": 3,
		"H24.h rural all": 7, "H24.h total all": 9, "P24.b rural female": 2,
	}
	get := func(table, column, area, sex string) (float64, bool) {
		f, ok := figures[table+"."+column+" "+area+" "+sex]
		return f, ok
	}
	for _, c := range []struct {
		text string
		want float64
		ok   bool
	}{
		{"P24.a", 10, true},
		{"P24.a-P24.b-P24.b", 2, true}, // from the left
		{"100*(P24.a/P24.b-1)", 150, true},
		{"P24.a*0.6*(P24.a+P24.b)/100", 0.84, true},
		{"P24.a@female", 6, true},
		{"P24.b@male-P24.b@female", 2, true},
		{"(P24.a-P24.b)@female", 5, true},
		{"(100*P24.b/P24.a)@female", 100.0 / 6, true},
		{"H24.h[rural]", 7, true},
		{"P24.b[rural]@female", 2, true},
		{"P24.zero", 0, true},
		{"P24.a/P24.zero", 0, false}, // no share of nobody
		{"P24.a+P24.none", 0, false}, // missing is not 0
		{"P24.none*P24.zero", 0, false},
		{"P24.a@male", 0, false},
		{"X99.a", 0, false},
	} {
		e, err := parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got, ok := e.eval(get, "total", "all")
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s = %v (%v), want %v (%v)", c.text, got, ok, c.want, c.ok)
		}
	}
	for _, bad := range []string{"P24.", "P24.a+", "(P24.a", "P24.a)", "+P24.a", "P24.a P24.b", "P24.a@", "a.b", "1..2", "()"} {
		if e, err := parse(bad); err == nil {
			t.Errorf("%q was read as %v", bad, e)
		}
	}
	if e, err := parse(""); e != nil || err != nil {
		t.Errorf("nothing was read as %v, %v", e, err)
	}
}

func TestExpressionsNameTheirTables(t *testing.T) {
	e, err := parse("100*(P24.a/P14.b-1)+H14.c[rural]")
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]bool{}
	e.tables(tables)
	if len(tables) != 3 || !tables["P24"] || !tables["P14"] || !tables["H14"] {
		t.Errorf("tables %v", tables)
	}
}
