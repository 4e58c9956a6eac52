package pb

import (
	"context"
	"errors"
	"math"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// fourVoters: two want the park, one the well, one nothing that wins.
func fourVoters() (*Instance, *Profile) {
	return &Instance{Budget: 80, Projects: []Project{
			{ID: "park", Cost: 40, District: "north"}, {ID: "well", Cost: 20, District: "south"}, {ID: "road", Cost: 60, District: "south"}}},
		&Profile{Kind: Approval, Ballots: []Ballot{
			{Projects: []string{"park"}, Count: 2, Place: "north"},
			{Projects: []string{"well"}, Class: "elected", Place: "south"},
			{Projects: []string{"road"}, Place: "south"},
		}}
}

func TestFairnessByHand(t *testing.T) {
	inst, profile := fourVoters()
	out, err := EqualShares(context.Background(), inst, profile, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := MeasureFairness(inst, profile, out, parts(t, "north=1/4 south=3/4"))
	if err != nil {
		t.Fatal(err)
	}
	// Shares are 20 each: the park's two voters got 40/2, the well's 20, the last 0.
	got := map[string]string{
		"spent": f.Spent.String(), "without": f.WithoutWinPart.String(), "fair share": f.FairShare.String(), "below half": f.BelowHalf.String(),
		// Satisfactions 0, 20, 40, 40: (0·(-3) + 20·(-1) + 40·1 + 40·3) / (4·100).
		"gini": f.Gini.String(),
	}
	want := map[string]string{"spent": "3/4", "without": "1/4", "fair share": "3/4", "below half": "1/4", "gini": "7/20"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(f.Violations) != 0 || f.WithoutWin != 1 {
		t.Errorf("%d without a win, violations %+v", f.WithoutWin, f.Violations)
	}
	if c := f.Classes[0]; c.Name != "" || c.Voters != 3 || c.Entitled.String() != "60" || c.Spent.String() != "40" || c.Realised.String() != "2/3" || c.Paid.String() != "40" || c.WithoutWin != 1 {
		t.Errorf("citizens %+v", c)
	}
	if len(f.Places) != 2 || f.Places[1].Name != "south" || f.Places[1].Spent.String() != "20" {
		t.Errorf("places %+v", f.Places)
	}
	north, south := f.Districts[0], f.Districts[1]
	if north.Spent != 40 || north.Realised.String() != "2" || north.Shortfall.String() != "0" || south.Spent != 20 || south.Shortfall.String() != "40" {
		t.Errorf("districts %+v", f.Districts)
	}
}

func TestGreedyIsSeenAsUnfair(t *testing.T) {
	// 60 of 100 voters want a, b and c for the whole budget; 40 want d. By votes
	// the 60 take everything, although the 40 own 40 of 100.
	inst := &Instance{Budget: 100, Projects: []Project{{ID: "a", Cost: 40}, {ID: "b", Cost: 30}, {ID: "c", Cost: 30}, {ID: "d", Cost: 35}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{{Projects: []string{"a", "b", "c"}, Count: 60}, {Projects: []string{"d"}, Count: 40}}}
	greedy, err := Greedy(context.Background(), inst, profile, Options{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := Certificate(inst, profile, greedy.Selected)
	if err != nil {
		t.Fatal(err)
	}
	if len(v) != 1 || v[0].Project != "d" || v[0].Voters != 40 || v[0].Entitled.String() != "40" || v[0].Satisfaction != 0 {
		t.Errorf("violations %+v", v)
	}
}

func TestFairnessWithoutVotersOrMoney(t *testing.T) {
	for _, inst := range []*Instance{{}, {Budget: 5, Projects: []Project{{ID: "a", Cost: 5}}}, {Projects: []Project{{ID: "a"}}}} {
		for _, profile := range []*Profile{{Kind: Approval}, {Kind: Approval, Ballots: []Ballot{{}}}} {
			out, err := EqualShares(context.Background(), inst, profile, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := MeasureFairness(inst, profile, out, nil); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAgreementByHand(t *testing.T) {
	// Citizens alone buy park and well, the elected alone park and road.
	inst := &Instance{Budget: 100, Projects: []Project{{ID: "park", Cost: 50}, {ID: "road", Cost: 50}, {ID: "well", Cost: 40}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{
		{Projects: []string{"park", "well"}, Class: "citizens", Count: 9},
		{Projects: []string{"park", "road"}, Class: "elected"},
	}}
	rule, _ := RuleByName("mes_cost_add1u")
	a, err := MeasureAgreement(context.Background(), inst, profile, rule, Options{Parts: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"park", "well"}, {"park", "road"}}, [][]string{a.Alone[0].Selected, a.Alone[1].Selected}); diff != "" {
		t.Fatal(diff)
	}
	// 50 in common over the larger cost, 100.
	if a.Index.String() != "1/2" || a.Word != ClassesPart || a.Overlap[0][1].String() != "1/2" || a.Overlap[0][0].String() != "1" {
		t.Errorf("index %s, %s", a.Index, a.Word)
	}
	if diff := cmp.Diff(map[string]int{"park": 2, "well": 1, "road": 1}, a.Endorsed); diff != "" {
		t.Error(diff)
	}
	// All together buy park and well. Without citizens: park and road, 50 in
	// common, so the influence is 1/2, under twice their nine tenths. Without the
	// elected nothing changes, but 10 of the budget stay unspent either way.
	c, e := a.Influence[0], a.Influence[1]
	if c.Value.String() != "1/2" || c.Flagged || c.Weight.String() != "9/10" || e.Value.String() != "1/10" || e.Flagged {
		t.Errorf("influence %+v", a.Influence)
	}
}

func TestInfluenceOfASmallClassIsFlagged(t *testing.T) {
	inst := &Instance{Budget: 100, Projects: []Project{{ID: "a", Cost: 100}, {ID: "b", Cost: 100}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{
		{Projects: []string{"a"}, Class: "citizens", Count: 10}, {Projects: []string{"b"}, Class: "citizens", Count: 10},
		{Projects: []string{"b"}, Class: "elected"},
	}}
	rule, _ := RuleByName("greedy_cost")
	a, err := MeasureAgreement(context.Background(), inst, profile, rule, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if e := a.Influence[1]; e.Class != "elected" || e.Value.String() != "1" || !e.Flagged {
		t.Errorf("%+v", e)
	}
	if a.Word != Deliberate || a.Index.Sign() != 0 {
		t.Errorf("index %s, %s", a.Index, a.Word)
	}
}

func TestRobustnessCountsVariants(t *testing.T) {
	inst, profile := fourVoters()
	greedy, _ := RuleByName("greedy_cost")
	shares, _ := RuleByName("mes_cost")
	r, err := MeasureRobustness(context.Background(), inst, []Variant{{"votes", profile, greedy, Options{}}, {"shares", profile, shares, Options{}}})
	if err != nil {
		t.Fatal(err)
	}
	want := &Robustness{Variants: []string{"votes", "shares"}, Wins: map[string]int{"park": 2, "well": 2}, Robust: []string{"park", "well"}, Never: []string{"road"}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
}

func TestDistrictsCountApart(t *testing.T) {
	inst, profile := fourVoters()
	rule, _ := RuleByName("mes_cost_u")
	out, err := Districts(context.Background(), inst, profile, map[string]int64{"north": 30, "south": 60}, rule, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := out["north"]; len(n.Selected) != 0 || n.Voters != 2 || len(n.Lost) != 1 || n.Lost[0].Reason != DearerThanBudget {
		t.Errorf("north %+v", n)
	}
	if s := out["south"]; !slices.Equal(s.Selected, []string{"well"}) || s.Voters != 2 || s.Lost[0].Project != "road" {
		t.Errorf("south %+v", s)
	}
}

func TestMergeAddsUp(t *testing.T) {
	a := Part{"a", &Instance{Budget: 100, Projects: []Project{{ID: "1", Cost: 60}}}, &Profile{Kind: Approval, Ballots: []Ballot{{Projects: []string{"1"}}}}}
	b := Part{"b", &Instance{Budget: 505, Decimals: 1, Projects: []Project{{ID: "1", Cost: 305}}}, &Profile{Kind: Approval, Ballots: []Ballot{{Projects: []string{"1"}, Count: 3}}}}
	inst, profile, err := Merge([]Part{a, b})
	if err != nil {
		t.Fatal(err)
	}
	if inst.Budget != 1505 || inst.Projects[0].Cost != 600 || inst.Projects[1].ID != "b/1" || profile.Voters() != 4 || profile.Ballots[1].Place != "b" {
		t.Errorf("%+v %+v", inst, profile)
	}
	if a.Profile.Ballots[0].Projects[0] != "1" {
		t.Error("the part itself was changed")
	}
	b.Profile.Kind = Ordinal
	var f *Fault
	if _, _, err := Merge([]Part{a, b}); !errors.As(err, &f) || f.Code != NotApplicable {
		t.Errorf("two kinds of ballot: %v", err)
	}
}

func TestFloorsAreSpentFirst(t *testing.T) {
	// The 20 of south could never buy the well for 30 beside 80 of north.
	inst := &Instance{Budget: 100, Projects: []Project{
		{ID: "park", Cost: 60, District: "north"}, {ID: "road", Cost: 40, District: "north"}, {ID: "well", Cost: 30, District: "south"}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{
		{Projects: []string{"park", "road"}, Count: 80, Place: "north"}, {Projects: []string{"well"}, Count: 20, Place: "south"}}}
	plain, err := EqualShares(context.Background(), inst, profile, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if plain.Won("well") {
		t.Fatal("the well wins without a floor")
	}
	out, err := EqualSharesWithFloors(context.Background(), inst, profile, map[string]int64{"south": 30}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.Order(), []string{"well", "park"}) || out.Rounds[0].Floor != "south" || out.Rounds[1].Floor != "" {
		t.Errorf("bought %+v", out.Rounds)
	}
	checkInvariants(t, inst, out)
	// South's voters paid 30 of their 20 and have nothing left; north's 80 are cut to 70.
	if left := out.Rounds[1].MoneyLeft.String(); left != "10" {
		t.Errorf("%s left", left)
	}
	var f *Fault
	if _, err := EqualSharesWithFloors(context.Background(), inst, profile, map[string]int64{"south": 101}, Options{}); !errors.As(err, &f) || f.Code != BadAmount {
		t.Errorf("floors above the budget: %v", err)
	}
}

func TestFloorsKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, profile := drawElection(t, false, rapid.Bool().Draw(t, "weights"))
		for p := range inst.Projects {
			inst.Projects[p].District = rapid.SampledFrom([]string{"x", "y", ""}).Draw(t, "district")
		}
		for i := range profile.Ballots {
			profile.Ballots[i].Place = rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "place")
		}
		opts := quick(TieByID())
		opts.Completion = rapid.SampledFrom([]Completion{None, Fill, Add1, Add1U}).Draw(t, "completion")
		floors := map[string]int64{"x": inst.Budget / 3, "y": rapid.Int64Range(0, inst.Budget/2).Draw(t, "floor")}
		out, err := EqualSharesWithFloors(context.Background(), inst, profile, floors, opts)
		if err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, inst, out)
		index := inst.Index()
		spent := map[string]int64{}
		for _, r := range out.Rounds {
			if r.Floor == "" {
				continue
			}
			if d := inst.Projects[index[r.Project]].District; d != r.Floor {
				t.Fatalf("%s of %q paid by the floor of %q", r.Project, d, r.Floor)
			}
			if spent[r.Floor] += r.Cost; spent[r.Floor] > floors[r.Floor] {
				t.Fatalf("floor of %s overspent", r.Floor)
			}
		}
		if n, err := EqualSharesWithFloors(context.Background(), inst, profile, nil, opts); err != nil {
			t.Fatal(err)
		} else if plain, err := EqualShares(context.Background(), inst, profile, opts); err != nil || !slices.Equal(plain.Order(), n.Order()) {
			t.Fatalf("without floors %v, plainly %v, %v", n.Order(), plain.Order(), err)
		}
	})
}

func TestEquityFillsForTheDistrictThatGotLeast(t *testing.T) {
	// Nothing can be paid by its supporters. By votes north would get both its
	// projects; for equity south's well comes second.
	inst := &Instance{Budget: 100, Projects: []Project{
		{ID: "n1", Cost: 40, District: "north"}, {ID: "n2", Cost: 40, District: "north"}, {ID: "s", Cost: 40, District: "south"}, {ID: "idle", Cost: 10, District: "east"}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{
		{Projects: []string{"n1"}, Count: 33}, {Projects: []string{"n2"}, Count: 32}, {Projects: []string{"s"}, Count: 30}, {Projects: nil, Count: 100}, {Projects: []string{"idle"}}}}
	out, err := EqualShares(context.Background(), inst, profile, Options{Completion: Equity, Entitled: parts(t, "north=1/2 south=1/2")})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.Order(), []string{"n1", "s"}) || out.Rounds[1].Stage != StageFill {
		t.Errorf("bought %+v", out.Order())
	}
}

func TestSampleSizeByCounting(t *testing.T) {
	// 20 ballots, 5 wrong: the chance to see none in a sample of s is
	// C(15,s)/C(20,s): 0.0139 for 11, 0.0068 … checked against products of fractions.
	for _, expected := range []int64{0, 1} {
		size, err := SampleSize(20, 5, expected, 0.05)
		if err != nil {
			t.Fatal(err)
		}
		if at, before := tail(20, 5, size, expected), tail(20, 5, size-1, expected); at > 0.05 || before <= 0.05 {
			t.Errorf("%d differences: sample of %d has risk %.4f, one less %.4f", expected, size, at, before)
		}
	}
	for s := int64(0); s <= 20; s++ {
		if got, want := AuditRisk(20, 5, s, 1), tail(20, 5, s, 1); math.Abs(got-want) > 1e-12 {
			t.Errorf("risk of a sample of %d is %v, counted %v", s, got, want)
		}
	}
	for _, bad := range [][3]int64{{0, 1, 0}, {10, 11, 0}, {10, 0, 0}, {10, 2, 2}, {10, 2, -1}} {
		if _, err := SampleSize(bad[0], bad[1], bad[2], 0.05); err == nil {
			t.Errorf("%v accepted", bad)
		}
	}
}

// tail counts samples one by one in exact integers.
func tail(n, wrong, sample, found int64) float64 {
	sum := new(big.Int)
	for i := int64(0); i <= found && i <= sample; i++ {
		sum.Add(sum, new(big.Int).Mul(new(big.Int).Binomial(wrong, i), new(big.Int).Binomial(n-wrong, sample-i)))
	}
	f, _ := new(big.Rat).SetFrac(sum, new(big.Int).Binomial(n, sample)).Float64()
	return f
}

func TestDrawSampleIsALotteryAnyoneCanRepeat(t *testing.T) {
	first, again := DrawSample("seed", 100, 10), DrawSample("seed", 100, 10)
	if !slices.Equal(first, again) || slices.Equal(first, DrawSample("other", 100, 10)) {
		t.Error("the seed does not decide")
	}
	all := DrawSample("seed", 100, 500)
	if !slices.Equal(all[:10], first) || len(all) != 100 {
		t.Error("a larger sample does not extend the smaller")
	}
	slices.Sort(all)
	if all[0] != 1 || all[99] != 100 {
		t.Error("not every ballot once")
	}
	a, b := DrawKey("seed", "17"), DrawKey("seed", "18")
	order := DrawSample("seed", 100, 100)
	if (slices.Index(order, int64(17)) < slices.Index(order, int64(18))) != (string(a[:]) < string(b[:])) {
		t.Error("the order is not that of the hashes")
	}
}

// TestMarginChangesTheOutcome by really altering so many ballots, and no fewer in
// the same order.
func TestMarginChangesTheOutcome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, profile := drawElection(t, false, false)
		opts := quick(TiePublished("s"))
		opts.Completion = Add1U
		ctx := context.Background()
		out, err := EqualShares(ctx, inst, profile, opts)
		if err != nil {
			t.Fatal(err)
		}
		m, found, err := FindMargin(ctx, inst, profile, opts, out, 50)
		if err != nil || !found {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		list := ballotsBySpare(out, profile, opts.Utility, m.Project, !m.Added)
		wins := func(k int64) bool {
			o, err := EqualShares(ctx, inst, alter(profile, m.Project, list[:k], m.Added), opts)
			if err != nil {
				t.Fatal(err)
			}
			return o.Won(m.Project)
		}
		if wins(m.Ballots) == out.Won(m.Project) || wins(m.Ballots-1) != out.Won(m.Project) {
			t.Fatalf("%+v is not the border", m)
		}
	})
}

// TestRealElectionsKeepTheirPromise: no violation for Equal Shares with cost
// utility and any completion, plain or weighted, on real elections.
func TestRealElectionsKeepTheirPromise(t *testing.T) {
	dir, instances := conformance(t)
	greedy := 0
	for _, in := range instances {
		f := readFile(t, filepath.Join(dir, in.File))
		if f.Profile.Kind != Approval {
			continue
		}
		weighted := *f.Profile
		weighted.Ballots = slices.Clone(f.Profile.Ballots)
		for i := range weighted.Ballots {
			weighted.Ballots[i].Weight = big.NewRat(int64(1+i%7), int64(1+i%3))
		}
		for _, rule := range Rules() {
			if !rule.Applies(Approval) || !strings.HasPrefix(rule.Name, "mes_cost") && rule.Name != "greedy_cost" {
				continue
			}
			for _, profile := range []*Profile{f.Profile, &weighted} {
				out := run(t, rule, f.Instance, profile, Options{Brief: true})
				v, err := Certificate(f.Instance, profile, out.Selected)
				if err != nil {
					t.Fatal(err)
				}
				if rule.Name == "greedy_cost" {
					greedy += len(v)
				} else if len(v) > 0 {
					t.Errorf("%s, %s: %+v", in.File, rule.Name, v)
				}
			}
		}
	}
	if greedy == 0 {
		t.Error("the certificate finds nothing against greedy either: it sees nothing")
	}
}
