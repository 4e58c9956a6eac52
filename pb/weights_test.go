package pb

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func parts(t rapid.TB, text string) map[string]*big.Rat {
	t.Helper()
	out := map[string]*big.Rat{}
	for _, field := range strings.Fields(text) {
		name, value, _ := strings.Cut(field, "=")
		q, ok := new(big.Rat).SetString(value)
		if !ok {
			t.Fatal(field)
		}
		out[name] = q
	}
	return out
}

// TestCommuneSharesByHand: two communes of 300 and 100 inhabitants, deprivation 0.1 and
// 0.5. By inhabitants 3/4 and 1/4, equal 1/2 each, by need 30:50.
func TestCommuneSharesByHand(t *testing.T) {
	shares, err := DefaultShares().Shares([]Commune{{"a", 300, big.NewRat(1, 10)}, {"b", 100, big.NewRat(1, 2)}})
	if err != nil {
		t.Fatal(err)
	}
	// 0.6·3/4 + 0.1 + 0.2·3/8 = 0.625
	if shares["a"].RatString() != "5/8" || shares["b"].RatString() != "3/8" {
		t.Errorf("shares %v", shares)
	}
	var f *Fault
	if _, err := DefaultShares().Shares(nil); !errors.As(err, &f) {
		t.Errorf("without inhabitants: %v", err)
	}
	if _, err := (ShareRule{big.NewRat(1, 2), big.NewRat(1, 2), big.NewRat(1, 2)}).Shares(nil); !errors.As(err, &f) {
		t.Errorf("parts above 1: %v", err)
	}
}

func TestSharesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var communes []Commune
		for i := range rapid.IntRange(1, 8).Draw(t, "communes") {
			communes = append(communes, Commune{string(rune('a' + i)), rapid.Int64Range(1, 9).Draw(t, "inhabitants"), big.NewRat(rapid.Int64Range(0, 9).Draw(t, "deprivation"), 9)})
		}
		shares, err := DefaultShares().Shares(communes)
		if err != nil {
			t.Fatal(err)
		}
		sum := new(big.Rat)
		for _, s := range shares {
			sum.Add(sum, s)
		}
		if sum.Cmp(big.NewRat(1, 1)) != 0 {
			t.Fatalf("shares add up to %s", sum)
		}
	})
}

// TestCollegeCapByHand: the colleges of the design notes, 25, 60, 120 and 300
// members beside 8,142 citizens, shares 10/10/15/15/50. A citizen's ballot weighs
// 0.00614 %, a member's of the first three more than ten times that. With x for a
// citizen, the three hold 10·205·x, the fourth keeps 15 %: x = 0.85/(8142+2050).
func TestCollegeCapByHand(t *testing.T) {
	cells := []Cell{{"m", "e", 25}, {"m", "o", 60}, {"m", "a", 120}, {"m", "s", 300}, {"m", "c", 8142}}
	rule := DefaultWeights(nil, parts(t, "e=0.1 o=0.1 a=0.15 s=0.15 c=0.5"), "c")
	rule.BallotCap = 0
	w, err := rule.Weigh(cells)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"e": 0.85 * 250 / 10192, "o": 0.85 * 600 / 10192, "a": 0.85 * 1200 / 10192, "s": 0.15, "c": 0.85 * 8142 / 10192}
	for _, s := range w.Colleges {
		if got, _ := s.Effective.Float64(); got < want[s.Name]-1e-6 || got > want[s.Name]+1e-6 {
			t.Errorf("college %s has %.4f of the weight, want %.4f", s.Name, got, want[s.Name])
		}
	}
	for _, c := range w.Cells {
		if capped := c.College != "s" && c.College != "c"; c.Capped != capped {
			t.Errorf("college %s capped: %v", c.College, c.Capped)
		}
	}
}

// TestRakingMeetsBothShares, as long as every commune has every college.
func TestRakingMeetsBothShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		communes, colleges := map[string]*big.Rat{}, map[string]*big.Rat{}
		var cells []Cell
		for _, m := range []string{"x", "y", "z"} {
			communes[m] = big.NewRat(rapid.Int64Range(1, 9).Draw(t, "commune"), 10)
			for _, k := range []string{"c", "e"} {
				colleges[k] = big.NewRat(rapid.Int64Range(1, 9).Draw(t, "college"), 10)
				cells = append(cells, Cell{m, k, rapid.Int64Range(1, 500).Draw(t, "ballots")})
			}
		}
		w, err := WeightRule{Communes: communes, Colleges: colleges}.Weigh(cells)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range []struct {
			set map[string]*big.Rat
			got []EffectiveShare
		}{{communes, w.Communes}, {colleges, w.Colleges}} {
			sum := new(big.Rat)
			for _, s := range pair.set {
				sum.Add(sum, s)
			}
			for _, s := range pair.got {
				want, _ := new(big.Rat).Quo(pair.set[s.Name], sum).Float64()
				if got, _ := s.Effective.Float64(); got < want-1e-6 || got > want+1e-6 {
					t.Fatalf("%s has %v of the weight, set %v", s.Name, got, want)
				}
			}
		}
	})
}

// TestCapsHold: no ballot above ten citizens' of its commune, none above five
// times the mean but for what the others' excess adds, and all weight is kept.
func TestCapsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cells []Cell
		n := int64(0)
		for _, m := range []string{"x", "y"} {
			for _, k := range []string{"c", "e", "a"} {
				cells = append(cells, Cell{m, k, rapid.Int64Range(1, 300).Draw(t, "ballots")})
				n += cells[len(cells)-1].Ballots
			}
		}
		w, err := DefaultWeights(parts(t, "x=0.5 y=0.5"), parts(t, "c=0.6 e=0.2 a=0.2"), "c").Weigh(cells)
		if err != nil {
			t.Fatal(err)
		}
		sum := new(big.Rat)
		citizen := map[string]*big.Rat{}
		for _, c := range w.Cells {
			sum.Add(sum, new(big.Rat).Mul(c.Weight, new(big.Rat).SetInt64(c.Ballots)))
			if c.College == "c" {
				citizen[c.Commune] = c.Weight
			}
		}
		if lost, _ := new(big.Rat).Sub(sum, new(big.Rat).SetInt64(n)).Float64(); lost > 1e-5 || lost < -1e-5 {
			t.Fatalf("%s of %d ballots' weight", sum.FloatString(9), n)
		}
		for _, c := range w.Cells {
			if ten := new(big.Rat).Mul(citizen[c.Commune], big.NewRat(10_000_001, 1_000_000)); c.Weight.Cmp(ten) > 0 {
				t.Fatalf("%+v weighs more than ten citizens of %s", c, citizen[c.Commune].FloatString(9))
			}
		}
	})
}

func TestBallotCapByHand(t *testing.T) {
	// One ballot in x, 99 in y, half the weight each: 50 and 50/99. The mean is 1,
	// so the first is cut to 5 and its 45 shared by the 99 others.
	w, err := DefaultWeights(parts(t, "x=0.5 y=0.5"), nil, "c").Weigh([]Cell{{"x", "c", 1}, {"y", "c", 99}})
	if err != nil {
		t.Fatal(err)
	}
	if w.Cells[0].Weight.FloatString(9) != "5.000000000" || w.Cells[1].Weight.FloatString(9) != "0.959595960" {
		t.Errorf("weights %s and %s", w.Cells[0].Weight.FloatString(9), w.Cells[1].Weight.FloatString(9))
	}
}

func TestWeighFaults(t *testing.T) {
	for name, try := range map[string]func() error{
		"cell twice":       func() error { _, err := WeightRule{}.Weigh([]Cell{{"x", "c", 1}, {"x", "c", 2}}); return err },
		"negative ballots": func() error { _, err := WeightRule{}.Weigh([]Cell{{"x", "c", -1}}); return err },
		"no share":         func() error { _, err := WeightRule{Communes: parts(t, "y=1")}.Weigh([]Cell{{"x", "c", 1}}); return err },
		"share of nothing": func() error { _, err := WeightRule{Communes: parts(t, "x=0")}.Weigh([]Cell{{"x", "c", 1}}); return err },
		"negative share": func() error {
			_, err := WeightRule{Colleges: parts(t, "c=-1")}.Weigh([]Cell{{"x", "c", 1}})
			return err
		},
		"ballot in no cell": func() error { _, err := (&Weighting{}).Apply(&Profile{Ballots: []Ballot{{}}}); return err },
	} {
		var f *Fault
		if err := try(); !errors.As(err, &f) || f.Code != BadWeight {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w, err := (WeightRule{}).Weigh(nil); err != nil || len(w.Cells) != 0 {
		t.Errorf("no ballots: %v, %v", w, err)
	}
}

func TestWeightsReachTheBallots(t *testing.T) {
	profile := &Profile{Ballots: []Ballot{{Place: "x", Class: "c", Count: 3}, {Place: "x", Class: "e"}, {Place: "y", Class: "c"}}}
	rule := WeightRule{Communes: parts(t, "x=0.8 y=0.2")}
	w, err := rule.Weigh(Cells(profile))
	if err != nil {
		t.Fatal(err)
	}
	weighted, err := w.Apply(profile)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"1", "1", "1"} { // 0.8·5/4 = 0.2·5
		if got := weighted.Ballots[i].Weight.RatString(); got != want {
			t.Errorf("ballot %d weighs %s, want %s", i, got, want)
		}
	}
	if profile.Ballots[0].Weight != nil {
		t.Error("the profile itself was changed")
	}
}

func TestCarryShortfallByHand(t *testing.T) {
	next := CarryShortfall(parts(t, "x=0.5 y=0.5"), []DistrictShare{{District: "x", Shortfall: wholeRatio(50)}}, 100)
	// x is due 50+50, y 50: two thirds and one.
	if next["x"].RatString() != "2/3" || next["y"].RatString() != "1/3" {
		t.Errorf("parts %v", next)
	}
}

func TestStandardVariantsAreRecounts(t *testing.T) {
	profile := &Profile{Kind: Approval, Ballots: []Ballot{
		{Projects: []string{"a"}, Place: "x", Class: "c", Count: 30}, {Projects: []string{"b"}, Place: "y", Class: "c", Count: 10}, {Projects: []string{"b"}, Place: "y", Class: "e"}}}
	communes := []Commune{{"x", 300, big.NewRat(1, 10)}, {"y", 100, big.NewRat(1, 2)}}
	rule, _ := RuleByName("greedy_cost")
	variants, err := StandardVariants(profile, communes, DefaultShares(), DefaultWeights(nil, parts(t, "c=0.6 e=0.4"), "c"), rule, Options{})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, v := range variants {
		names[v.Name] = true
	}
	for _, want := range []string{"60/20/20, cap 5", "70/15/15, cap 10", "50/25/25, cap 20", "55/30/15, cap 10", "65/25/10, cap 5"} {
		if !names[want] {
			t.Errorf("no variant %q among %v", want, names)
		}
	}
	if len(names) != 21 {
		t.Errorf("%d variants", len(names))
	}
	inst := &Instance{Budget: 10, Projects: []Project{{ID: "a", Cost: 10}, {ID: "b", Cost: 10}}}
	r, err := MeasureRobustness(context.Background(), inst, variants)
	if err != nil {
		t.Fatal(err)
	}
	// Each variant buys one of the two.
	if r.Wins["a"]+r.Wins["b"] != 21 {
		t.Errorf("wins %v", r.Wins)
	}
}
