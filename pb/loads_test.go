package pb

import (
	"context"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestPhragmenEqualsDefinition follows the load of every single voter.
func TestPhragmenEqualsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, profile := drawElection(t, false, rapid.Bool().Draw(t, "weights"))
		out, err := SequentialPhragmen(context.Background(), inst, profile, Options{})
		if err != nil {
			t.Fatal(err)
		}
		loads := make([]*big.Rat, len(profile.Ballots))
		for i := range loads {
			loads[i] = new(big.Rat)
		}
		var order []string
		spent := int64(0)
		for {
			best, bestLoad, fits := -1, new(big.Rat), true
			for p, project := range inst.Projects {
				if slices.Contains(order, project.ID) || project.Cost > inst.Budget {
					continue
				}
				sum, weight := big.NewRat(project.Cost, 1), new(big.Rat)
				for i := range profile.Ballots {
					if b := &profile.Ballots[i]; slices.Contains(b.Projects, project.ID) {
						weight.Add(weight, weightOf(b))
						sum.Add(sum, new(big.Rat).Mul(weightOf(b), loads[i]))
					}
				}
				if weight.Sign() == 0 {
					continue
				}
				load := sum.Quo(sum, weight)
				switch c := load.Cmp(bestLoad); {
				case best < 0 || c < 0:
					best, bestLoad, fits = p, load, spent+project.Cost <= inst.Budget
				case c == 0:
					fits = fits && spent+project.Cost <= inst.Budget
					if project.ID < inst.Projects[best].ID {
						best = p
					}
				}
			}
			if best < 0 || !fits {
				break
			}
			for i := range profile.Ballots {
				if slices.Contains(profile.Ballots[i].Projects, inst.Projects[best].ID) {
					loads[i] = bestLoad
				}
			}
			order = append(order, inst.Projects[best].ID)
			spent += inst.Projects[best].Cost
			if len(out.Rounds) < len(order) || out.Rounds[len(order)-1].Load.Cmp(bestLoad) != 0 {
				t.Fatalf("bought %v, by definition %v at load %s", out.Order(), order, bestLoad)
			}
		}
		if !slices.Equal(order, out.Order()) {
			t.Fatalf("bought %v, by definition %v", out.Order(), order)
		}
	})
}

// TestMaximinSupportEqualsDefinition computes the least maximum load of a set as
// the largest cost per weight over all its subsets.
func TestMaximinSupportEqualsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, profile := drawElection(t, false, rapid.Bool().Draw(t, "weights"))
		out, err := MaximinSupport(context.Background(), inst, profile, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var chosen []Project
		spent := int64(0)
		for i := 0; ; i++ {
			best, bestLoad := -1, new(big.Rat)
			for p, project := range inst.Projects {
				taken := slices.ContainsFunc(chosen, func(c Project) bool { return c.ID == project.ID })
				if taken || spent+project.Cost > inst.Budget || supportOf(profile, project).Sign() == 0 {
					continue
				}
				load := largestDensity(profile, append(slices.Clone(chosen), project))
				if c := load.Cmp(bestLoad); best < 0 || c < 0 || c == 0 && project.ID < inst.Projects[best].ID {
					best, bestLoad = p, load
				}
			}
			if best < 0 {
				if len(out.Rounds) != i {
					t.Fatalf("bought %v, by definition only %d", out.Order(), i)
				}
				return
			}
			chosen = append(chosen, inst.Projects[best])
			spent += inst.Projects[best].Cost
			if len(out.Rounds) <= i || out.Rounds[i].Project != inst.Projects[best].ID || out.Rounds[i].Load.Cmp(bestLoad) != 0 {
				t.Fatalf("bought %v, by definition %s at load %s in round %d", out.Order(), inst.Projects[best].ID, bestLoad, i+1)
			}
		}
	})
}

func supportOf(profile *Profile, projects ...Project) *big.Rat {
	sum := new(big.Rat)
	for i := range profile.Ballots {
		b := &profile.Ballots[i]
		if slices.ContainsFunc(projects, func(p Project) bool { return slices.Contains(b.Projects, p.ID) }) {
			sum.Add(sum, weightOf(b))
		}
	}
	return sum
}

func largestDensity(profile *Profile, set []Project) *big.Rat {
	most := new(big.Rat)
	for subset := 1; subset < 1<<len(set); subset++ {
		var part []Project
		cost := int64(0)
		for i, p := range set {
			if subset>>i&1 == 1 {
				part = append(part, p)
				cost += p.Cost
			}
		}
		density := new(big.Rat).Quo(big.NewRat(cost, 1), supportOf(profile, part...))
		if density.Cmp(most) > 0 {
			most = density
		}
	}
	return most
}

// TestBOSEqualsDefinition tries every supporter's budget and the full payment as
// head payment, with one budget per voter.
func TestBOSEqualsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, profile := drawElection(t, false, rapid.Bool().Draw(t, "weights"))
		out, err := BOSEqualShares(context.Background(), inst, profile, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if out.Endowment == nil {
			return
		}
		left := make([]*big.Rat, len(profile.Ballots))
		for i := range left {
			left[i] = out.Endowment.First.Rat
		}
		var order []string
		spent := int64(0)
		for {
			best := naiveBargain{}
			for _, project := range inst.Projects {
				if !slices.Contains(order, project.ID) && spent+project.Cost <= inst.Budget {
					best = betterBargain(best, bargainsFor(profile, left, project))
				}
			}
			if best.project == "" {
				break
			}
			order = append(order, best.project)
			spent += inst.Projects[inst.Index()[best.project]].Cost
			for i := range left {
				if slices.Contains(profile.Ballots[i].Projects, best.project) {
					left[i] = new(big.Rat).Sub(left[i], least(left[i], best.charge))
				}
			}
		}
		if !slices.Equal(order, out.Order()) {
			t.Fatalf("bought %v, by definition %v", out.Order(), order)
		}
	})
}

type naiveBargain struct {
	project        string
	charge, figure *big.Rat
}

func betterBargain(a, b naiveBargain) naiveBargain {
	if a.project == "" || b.project != "" && (b.figure.Cmp(a.figure) < 0 || b.figure.Cmp(a.figure) == 0 && b.project < a.project) {
		return b
	}
	return a
}

// bargainsFor is the best bargain for one project.
func bargainsFor(profile *Profile, left []*big.Rat, project Project) naiveBargain {
	var heads []*big.Rat
	give := func(h *big.Rat) *big.Rat {
		sum := new(big.Rat)
		for i := range profile.Ballots {
			if slices.Contains(profile.Ballots[i].Projects, project.ID) {
				sum.Add(sum, new(big.Rat).Mul(weightOf(&profile.Ballots[i]), least(left[i], h)))
			}
		}
		return sum
	}
	for i := range profile.Ballots {
		if slices.Contains(profile.Ballots[i].Projects, project.ID) {
			heads = append(heads, left[i])
		}
	}
	if project.Cost == 0 {
		if len(heads) == 0 {
			return naiveBargain{}
		}
		return naiveBargain{project.ID, new(big.Rat), new(big.Rat)}
	}
	cost := big.NewRat(project.Cost, 1)
	slices.SortFunc(heads, func(a, b *big.Rat) int { return a.Cmp(b) })
	var best naiveBargain
	before, beforeGive := new(big.Rat), new(big.Rat)
	for _, h := range heads {
		g := give(h)
		switch {
		case g.Sign() == 0:
		case g.Cmp(cost) <= 0:
			charge := new(big.Rat).Quo(new(big.Rat).Mul(h, cost), g)
			best = betterBargain(best, naiveBargain{project.ID, charge, new(big.Rat).Quo(charge, g)})
		default: // the full payment lies on the line from the budget before
			slope := new(big.Rat).Quo(new(big.Rat).Sub(g, beforeGive), new(big.Rat).Sub(h, before))
			full := new(big.Rat).Quo(new(big.Rat).Sub(cost, beforeGive), slope)
			full.Add(full, before)
			return betterBargain(best, naiveBargain{project.ID, full, new(big.Rat).Quo(full, cost)})
		}
		before, beforeGive = h, g
	}
	return best
}

func least(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// TestFlowBeyond128Bits: the two kinds of exact number give the same flow.
func TestFlowBeyond128Bits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 5).Draw(t, "sources"), rapid.IntRange(1, 6).Draw(t, "groups")
		supply, room := make([]int64, n), make([]int64, m)
		to := make([][]int, n)
		for s := range n {
			supply[s] = rapid.Int64Range(0, 20).Draw(t, "supply")
			to[s] = rapid.SliceOfNDistinct(rapid.IntRange(0, m-1), 0, m, rapid.ID[int]).Draw(t, "edges")
		}
		for g := range m {
			room[g] = rapid.Int64Range(0, 20).Draw(t, "room")
		}
		small := newNetwork(mapped(supply, func(n int64) uint128 { return uint128{lo: uint64(n)} }), mapped(room, func(n int64) uint128 { return uint128{lo: uint64(n)} }), to, uint128{})
		far := func(n int64) bigNumber { return bigNumber{new(big.Int).Lsh(big.NewInt(n), 130)} }
		large := newNetwork(mapped(supply, far), mapped(room, far), to, bigNumber{new(big.Int)})
		a, b := small.solve(), large.solve()
		if !slices.Equal(a, b) {
			t.Fatalf("short of supply: %v and %v", a, b)
		}
		// The sources that stay short must really lack room: supply(S) > room(N_S), or nobody is short.
		var needs, has int64
		reached := map[int]bool{}
		for _, s := range a {
			needs += supply[s]
			for _, g := range to[s] {
				reached[g] = true
			}
		}
		for g := range reached {
			has += room[g]
		}
		if len(a) > 0 && needs <= has {
			t.Fatalf("%v need %d and have room for %d", a, needs, has)
		}
	})
}

func mapped[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}
