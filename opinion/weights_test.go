package opinion

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

// declared is a conversation with so many people of each commune, each voting
// once, who all agree with the first statement if their commune is "medina".
func declared(sizes map[string]int, order ...string) *Votes {
	v := New()
	j := v.AddStatement("s")
	for _, commune := range order {
		for n := range sizes[commune] {
			i := v.AddPerson(fmt.Sprint(commune, n))
			v.SetClass(i, "commune", commune)
			vote := Disagree
			if commune == "medina" {
				vote = Agree
			}
			v.Set(i, j, vote)
		}
	}
	return v
}

func TestRakeReachesTheMargins(t *testing.T) {
	v := New()
	j := v.AddStatement("s")
	for i := range 400 {
		v.Set(v.AddPerson(fmt.Sprint(i)), j, Agree)
		v.SetClass(i, "commune", []string{"medina", "gueliz", "menara", "medina", ""}[i%5])
		v.SetClass(i, "college", []string{"citizens", "elected", "citizens"}[i%3])
	}
	v.AddPerson("who never voted")
	r, err := Rake(v, []Margin{
		{"commune", map[string]float64{"medina": 20_000, "gueliz": 50_000, "menara": 30_000}},
		{"college", map[string]float64{"citizens": 0.8, "elected": 0.2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for i, w := range r.Weights[:400] {
		if sum += w; w < 1.0/5 || w > 5 {
			t.Errorf("person %d weighs %v", i, w)
		}
	}
	if math.Abs(sum-400) > 1e-6 || r.Weights[400] != 1 {
		t.Errorf("weights add up to %v, who did not vote weighs %v", sum, r.Weights[400])
	}
	for _, m := range r.Margins {
		for _, c := range m.Classes {
			if math.Abs(c.Weighted-c.Population) > 1e-6 {
				t.Errorf("%s is %v of the weight, want %v", c.Class, c.Weighted, c.Population)
			}
		}
	}
	if r.Margins[0].Undeclared != 80 || r.Participants != 400 || len(r.Unfit) != 0 {
		t.Errorf("undeclared %d, participants %d, unfit %v", r.Margins[0].Undeclared, r.Participants, r.Unfit)
	}
	if r.Effective >= 400 || r.Effective < 200 {
		t.Errorf("effective size %v", r.Effective)
	}
}

func TestRakeTellsWhenNotToWeight(t *testing.T) {
	population := map[string]float64{"medina": 1, "gueliz": 99}
	r, err := Rake(declared(map[string]int{"medina": 900, "gueliz": 12}, "medina", "gueliz"), []Margin{{"commune", population}})
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range r.Weights {
		if w < 0.2-1e-9 || w > 5+1e-9 {
			t.Fatalf("person %d weighs %v: not trimmed", i, w)
		}
	}
	if got := r.Margins[0].Classes[0]; got.Class != "gueliz" || got.Weighted > 0.07 {
		t.Errorf("trimming cannot give %v to %s", got.Weighted, got.Class)
	}
	for _, c := range []struct {
		medina, gueliz int
		want           string
	}{{100, 9, "[small_cell]"}, {100, 0, "[small_cell]"}, {100, 10, "[]"}, {0, 0, "[small_cell]"}} {
		r, err := Rake(declared(map[string]int{"medina": c.medina, "gueliz": c.gueliz}, "medina", "gueliz"), []Margin{{"commune", map[string]float64{"medina": 1, "gueliz": 1}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(r.Unfit); got != c.want {
			t.Errorf("%d and %d people: unfit %s, want %s", c.medina, c.gueliz, got, c.want)
		}
	}
	uneven := &Raking{Participants: 100, Effective: 29}
	if uneven.judge(); fmt.Sprint(uneven.Unfit) != "[too_uneven]" {
		t.Errorf("unfit %v", uneven.Unfit)
	}
}

func TestRakeRefusesFiguresThatAreNone(t *testing.T) {
	v := declared(map[string]int{"medina": 10}, "medina")
	for _, population := range []map[string]float64{{"medina": math.NaN()}, {"medina": -1}, {"medina": math.Inf(1)}, {"medina": 0}, nil, {"gueliz": 1}, {"": 1}} {
		var fault *Fault
		if _, err := Rake(v, []Margin{{"commune", population}}); !errors.As(err, &fault) || fault.Code != BadWeight {
			t.Errorf("%v: %v", population, err)
		}
	}
}

func TestClassSharesArePooledAndShowNoSmallCell(t *testing.T) {
	v := declared(map[string]int{"medina": 30, "gueliz": 20, "menara": 3, "annakhil": 40}, "medina", "gueliz", "menara", "annakhil")
	shares := ClassShares(v, 0, "commune")
	hidden := 0
	for _, s := range shares {
		if s.Cast.Hidden {
			hidden++
		}
		for _, c := range []Count{s.Agree, s.Disagree, s.Pass, s.Cast} {
			if !c.Hidden && c.N < SmallCell {
				t.Errorf("%s shows %d", s.Class, c.N)
			}
		}
		if s.Class == "menara" && (!s.Cast.Hidden || s.Share != nil) {
			t.Errorf("three people stand apart: %+v", s)
		}
		if s.Class == "medina" {
			want := (30 + 10*30.0/93) / 40
			if s.Share == nil || math.Abs(*s.Share-want) > 1e-6 {
				t.Errorf("share of medina %v, want %v", s.Share, want)
			}
		}
	}
	if hidden < 2 {
		t.Errorf("a single hidden class of %v is what the total lacks", shares)
	}
}

// TestNoHiddenCountCanBeWorkedOut adds two hundred random tables and solves what
// is hidden by sums: a hidden count alone in its row or column would be found.
func TestNoHiddenCountCanBeWorkedOut(t *testing.T) {
	rnd := Simulation{Seed: 5}.source(9)
	for range 200 {
		var rows []PublicTally
		var all Counts
		for range 2 + rnd.IntN(4) {
			c := Counts{Agree: rnd.IntN(40), Disagree: rnd.IntN(40), Pass: rnd.IntN(15)}
			rows = append(rows, newPublicTally(c))
			all.Agree, all.Disagree, all.Pass = all.Agree+c.Agree, all.Disagree+c.Disagree, all.Pass+c.Pass
		}
		total := newPublicTally(all)
		hideSmallTallies(rows, &total)
		rows = append(rows, total)
		columns := make([]int, 4)
		for _, r := range rows {
			inRow := 0
			for j, c := range []Count{r.Agree, r.Disagree, r.Pass, r.Cast} {
				if c.Hidden {
					inRow++
					columns[j]++
				} else if c.N < SmallCell {
					t.Fatalf("%d is shown in %v", c.N, rows)
				}
			}
			if inRow == 1 {
				t.Fatalf("one hidden count in a row of %v", rows)
			}
		}
		for _, n := range columns {
			if n == 1 {
				t.Fatalf("one hidden count in a column of %v", rows)
			}
		}
	}
}
