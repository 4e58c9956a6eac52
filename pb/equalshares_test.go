package pb

import (
	"context"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var utilities = []Utility{Cost, Cardinality, Points, Borda}

func drawUtility(t *rapid.T) (Utility, bool) {
	u := rapid.SampledFrom(utilities).Draw(t, "utility")
	return u, u.String() == "points" || rapid.Bool().Draw(t, "points on the ballot")
}

// TestSharesEqualDefinition compares the rule, price by price, with a program
// written straight from the definition.
func TestSharesEqualDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		util, points := drawUtility(t)
		inst, profile := drawElection(t, points, rapid.Bool().Draw(t, "weights"))
		out, err := EqualShares(context.Background(), inst, profile, Options{Utility: util})
		if err != nil {
			t.Fatal(err)
		}
		if out.Endowment == nil {
			if len(profile.Ballots) > 0 {
				t.Fatal("voters, but no endowment")
			}
			return
		}
		order, prices := naiveShares(inst, profile, util, out.Endowment.First.Rat)
		if !slices.Equal(order, out.Order()) {
			t.Fatalf("bought %v, by definition %v", out.Order(), order)
		}
		for j, r := range out.Rounds {
			if r.Cost > 0 && r.Price.Cmp(prices[j]) != 0 {
				t.Fatalf("price of %s is %s, by definition %s", r.Project, r.Price, prices[j])
			}
		}
		checkInvariants(t, inst, out)
	})
}

// checkInvariants holds for every outcome of every rule.
func checkInvariants(t rapid.TB, inst *Instance, out *Outcome) {
	t.Helper()
	var cost int64
	for _, r := range out.Rounds {
		cost += r.Cost
		if r.Cost == 0 || r.Stage != StageShares || len(r.ByClass) == 0 {
			continue
		}
		sum := new(big.Rat)
		for _, c := range r.ByClass {
			if c.Paid.Sign() < 0 {
				t.Fatalf("%s: class %q paid %s", r.Project, c.Class, c.Paid)
			}
			sum.Add(sum, c.Paid.Rat)
		}
		// Under bounded overspending supporters pay a part; else the cost to the last unit.
		if c := sum.Cmp(new(big.Rat).SetInt64(r.Cost)); c > 0 || c < 0 && out.Rule != "bos_equal_shares" {
			t.Fatalf("payments for %s sum to %s, not to %d", r.Project, sum, r.Cost)
		}
		if r.MoneyLeft.Sign() < 0 {
			t.Fatalf("after %s %s is left", r.Project, r.MoneyLeft)
		}
	}
	if cost != out.Cost || cost > inst.Budget {
		t.Fatalf("cost %d of rounds, %d recorded, budget %d", cost, out.Cost, inst.Budget)
	}
	if len(out.Selected) != len(out.Rounds) || out.Lost != nil && len(out.Selected)+len(out.Lost) != len(inst.Projects) {
		t.Fatalf("%d selected, %d lost of %d projects", len(out.Selected), len(out.Lost), len(inst.Projects))
	}
}

// TestCompletionsEqualDefinition raises the endowment naively and compares.
func TestCompletionsEqualDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		util, points := drawUtility(t)
		inst, profile := drawElection(t, points, rapid.Bool().Draw(t, "weights"))
		opts := Options{
			Utility:     util,
			Completion:  rapid.SampledFrom([]Completion{Add1, Add1E, Add1U}).Draw(t, "completion"),
			Step:        big.NewRat(rapid.Int64Range(1, 9).Draw(t, "step"), rapid.Int64Range(1, 5).Draw(t, "step's denominator")),
			MaxRestarts: rapid.IntRange(1, 60).Draw(t, "restarts"),
		}
		out, err := EqualShares(context.Background(), inst, profile, opts)
		if err != nil {
			t.Fatal(err)
		}
		if out.Endowment == nil {
			return
		}
		order, steps := naiveAdd1(inst, profile, opts, out.Endowment.First.Rat)
		got := []string{}
		for _, r := range out.Rounds {
			if r.Stage == StageShares {
				got = append(got, r.Project)
			}
		}
		if !slices.Equal(got, order) || steps != out.Endowment.Steps {
			t.Fatalf("bought %v after %d steps, by definition %v after %d", got, out.Endowment.Steps, order, steps)
		}
		checkInvariants(t, inst, out)
	})
}

func naiveAdd1(inst *Instance, profile *Profile, opts Options, first *big.Rat) (order []string, steps int) {
	cost := map[string]int64{}
	supported := map[string]bool{}
	for _, p := range inst.Projects {
		cost[p.ID] = p.Cost
	}
	for i := range profile.Ballots {
		b := &profile.Ballots[i]
		for k, id := range b.Projects {
			if naiveGain(inst, b, k, opts.Utility).Sign() > 0 && cost[id] <= inst.Budget {
				supported[id] = true
			}
		}
	}
	for k := 0; ; k++ {
		endowment := new(big.Rat).SetInt64(int64(k))
		endowment.Add(endowment.Mul(endowment, opts.Step), first)
		next, _ := naiveShares(inst, profile, opts.Utility, endowment)
		var spent int64
		for _, id := range next {
			spent += cost[id]
		}
		if spent > inst.Budget {
			return order, k - 1
		}
		order = next
		fits := false
		for id := range supported {
			if !slices.Contains(order, id) && spent+cost[id] <= inst.Budget {
				fits = true
			}
		}
		if k == opts.MaxRestarts || len(order) == len(supported) || opts.Completion == Add1E && !fits {
			return order, k
		}
	}
}

// TestJumpsEqualSteps compares whole records: those of a search that jumps with
// those of one that takes every step.
func TestJumpsEqualSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		util, points := drawUtility(t)
		inst, profile := drawElection(t, points, rapid.Bool().Draw(t, "weights"))
		opts := Options{
			Utility:     util,
			Completion:  rapid.SampledFrom([]Completion{Add1, Add1E, Add1U, Add1EU}).Draw(t, "completion"),
			Parts:       rapid.Int64Range(3, 300).Draw(t, "parts"),
			MaxRestarts: rapid.IntRange(1, 900).Draw(t, "restarts"),
			Ties:        rapid.SampledFrom([]TieBreaker{TieByID(), TiePublished("s")}).Draw(t, "ties"),
		}
		jumped, err := EqualShares(context.Background(), inst, profile, opts)
		if err != nil {
			t.Fatal(err)
		}
		opts.Stepped = true
		stepped, err := EqualShares(context.Background(), inst, profile, opts)
		if err != nil {
			t.Fatal(err)
		}
		if jumped.Hash() != stepped.Hash() {
			t.Fatalf("jumps give %v after %+v\nsteps give %v after %+v", jumped.Order(), jumped.Endowment, stepped.Order(), stepped.Endowment)
		}
	})
}

// TestSketchesEncloseExactRuns: a sketch that is not spoilt buys what the exact
// run buys, at prices within its bounds; and most are not spoilt.
func TestSketchesEncloseExactRuns(t *testing.T) {
	whole, spoilt := 0, 0
	check := func(t interface{ Fatalf(string, ...any) }, inst *Instance, profile *Profile, util Utility, raise *big.Rat) {
		e, err := compile(inst, profile, util)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if e.total.Sign() == 0 {
			return
		}
		r := newSharesRun(e, TieByID())
		r.endow(new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(inst.Budget), e.scale), e.total))
		if err := r.play(context.Background(), raise); err != nil {
			t.Fatalf("%v", err)
		}
		order, prices := slices.Clone(r.order), []*big.Rat{}
		for j, p := range r.order {
			price := ratio(r.chain.num[j], r.chain.den[j]).Rat
			prices = append(prices, price.Quo(price, new(big.Rat).SetInt64(max(1, e.factor[p]))))
		}
		r.sketch.on = true
		if err := r.play(context.Background(), raise); err != nil {
			t.Fatalf("%v", err)
		}
		if r.sketch.spoilt {
			spoilt++
			return
		}
		whole++
		if !slices.Equal(order, r.order) {
			t.Fatalf("the sketch buys %v, the exact run %v", r.order, order)
		}
		for j, price := range prices {
			if above := new(big.Rat).SetFloat64(r.above[j]); above.Cmp(price) < 0 {
				t.Fatalf("round %d: price %v above %v", j, price, r.above[j])
			}
			if low := new(big.Rat).SetFloat64(r.lower[order[j]]); low.Cmp(price) > 0 {
				t.Fatalf("round %d: price %v below %v", j, price, r.lower[order[j]])
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		util, points := drawUtility(t)
		inst, profile := drawElection(t, points, rapid.Bool().Draw(t, "weights"))
		check(t, inst, profile, util, big.NewRat(rapid.Int64Range(0, 200).Draw(t, "raise"), 7))
	})
	spoilt, whole = 0, 0
	for seed := range uint64(40) {
		inst, profile := Synthetic{Projects: 25, Voters: 800, Seed: seed, Length: 4, Share: 0.3}.Euclidean()
		check(t, inst, profile, []Utility{Cost, Cardinality}[seed%2], big.NewRat(inst.Budget*int64(seed), 20*800))
	}
	if spoilt > whole/4 {
		t.Errorf("%d sketches are spoilt, %d are not", spoilt, whole)
	}
}

// TestRecordOfLoss checks shortfall and highest cost by running again.
func TestRecordOfLoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		util, points := drawUtility(t)
		inst, profile := drawElection(t, points, rapid.Bool().Draw(t, "weights"))
		opts := Options{Utility: util}
		out, err := EqualShares(context.Background(), inst, profile, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range out.Lost {
			if l.Reason == NoSupporter {
				continue
			}
			wins := func(cost int64) bool {
				changed := *inst
				changed.Projects = slices.Clone(inst.Projects)
				changed.Projects[inst.Index()[l.Project]].Cost = cost
				o, err := EqualShares(context.Background(), &changed, profile, opts)
				if err != nil {
					t.Fatal(err)
				}
				return o.Won(l.Project)
			}
			if l.HighestCost > 0 && !wins(l.HighestCost) {
				t.Errorf("%s does not win at its highest cost %d", l.Project, l.HighestCost)
			}
			if wins(l.HighestCost + 1) {
				t.Errorf("%s wins at %d, above its highest cost", l.Project, l.HighestCost+1)
			}
			if l.Reason == MoneyShort && (l.Shortfall.Rat == nil || l.Shortfall.Sign() <= 0) {
				t.Errorf("%s was not bought although its supporters had the money", l.Project)
			}
		}
	})
}

func TestSharesByHand(t *testing.T) {
	// Ten voters with 10 each. The park costs its 6 supporters 5 each. Then the
	// road's supporters hold 4·5 + 10 = 30 of its 50, and the well's 30 of its 40.
	inst := &Instance{Budget: 100, Projects: []Project{{ID: "park", Cost: 30}, {ID: "road", Cost: 50}, {ID: "well", Cost: 40}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{
		{Projects: []string{"park", "road"}, Count: 4},
		{Projects: []string{"park"}, Count: 2, Class: "elected"},
		{Projects: []string{"road"}, Count: 1},
		{Projects: []string{"well"}, Count: 3},
	}}
	out, err := EqualShares(context.Background(), inst, profile, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"park"}, out.Selected); diff != "" {
		t.Error(diff)
	}
	park := out.Rounds[0]
	if park.Price.String() != "1/6" || park.MaxPayment.String() != "5" || park.PayersInFull != 6 || park.MoneyLeft.String() != "70" {
		t.Errorf("park: %+v", park)
	}
	if len(park.ByClass) != 2 || park.ByClass[0].Paid.String() != "20" || park.ByClass[1].Paid.String() != "10" {
		t.Errorf("park by class: %+v", park.ByClass)
	}
	road := out.Lost[0]
	if road.Round != 2 || road.Money.String() != "30" || road.Shortfall.String() != "20" || road.HighestCost != 30 {
		t.Errorf("road: %+v", road)
	}
	if len(road.Rivals) != 1 || road.Rivals[0].Paid.String() != "20" {
		t.Errorf("road's rivals: %+v", road.Rivals)
	}
}

// TestSharesEqualDefinitionOnLargerElections: many voters with little left, long
// fractions, and prices that differ far behind the point.
func TestSharesEqualDefinitionOnLargerElections(t *testing.T) {
	for seed := range uint64(6) {
		inst, profile := Synthetic{Projects: 25, Voters: 150, Seed: seed, Length: 5, Share: 0.5}.Euclidean()
		for i := range profile.Ballots {
			if seed%2 == 1 {
				profile.Ballots[i].Weight = big.NewRat(int64(1+i%5), int64(1+i%9))
			}
		}
		for _, util := range []Utility{Cost, Cardinality, Borda} {
			out, err := EqualShares(context.Background(), inst, profile, Options{Utility: util, Completion: Add1, Parts: 7, MaxRestarts: 5})
			if err != nil {
				t.Fatal(err)
			}
			order, prices := naiveShares(inst, profile, util, out.Endowment.Final.Rat)
			if !slices.Equal(order, out.Order()) {
				t.Errorf("seed %d, %s: bought %v, by definition %v", seed, util, out.Order(), order)
				continue
			}
			for j, r := range out.Rounds {
				if r.Price.Cmp(prices[j]) != 0 {
					t.Errorf("seed %d, %s: price of %s is %s, by definition %s", seed, util, r.Project, r.Price, prices[j])
				}
			}
		}
	}
}
