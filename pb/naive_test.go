package pb

import (
	"math/big"
	"slices"
	"strconv"

	"pgregory.net/rapid"
)

// naiveShares is Equal Shares written straight from its definition: one budget
// per voter, fractions throughout, every price computed anew in every round. It
// returns the order of purchase and the prices per unit of utility.
func naiveShares(inst *Instance, profile *Profile, util Utility, endowment *big.Rat) (order []string, prices []*big.Rat) {
	type voter struct {
		mass, left *big.Rat
		gain       map[string]*big.Rat
	}
	var voters []voter
	for i := range profile.Ballots {
		b := &profile.Ballots[i]
		v := voter{mass: big.NewRat(int64(b.Voters()), 1), left: new(big.Rat).Set(endowment), gain: map[string]*big.Rat{}}
		if b.Weight != nil {
			v.mass.Mul(v.mass, b.Weight)
		}
		for k, id := range b.Projects {
			v.gain[id] = naiveGain(inst, b, k, util)
		}
		voters = append(voters, v)
	}
	done := map[string]bool{}
	for {
		best, bestPrice := -1, new(big.Rat)
		for p, project := range inst.Projects {
			if done[project.ID] || project.Cost > inst.Budget {
				continue
			}
			cost := big.NewRat(project.Cost, 1)
			var payers []voter
			for _, v := range voters {
				if g := v.gain[project.ID]; g != nil && g.Sign() > 0 {
					payers = append(payers, v)
				}
			}
			ratio := func(v voter) *big.Rat { return new(big.Rat).Quo(v.left, v.gain[project.ID]) }
			slices.SortFunc(payers, func(a, b voter) int { return ratio(a).Cmp(ratio(b)) })
			units := new(big.Rat)
			for _, v := range payers {
				units.Add(units, new(big.Rat).Mul(v.mass, v.gain[project.ID]))
			}
			paid := new(big.Rat)
			for _, v := range payers {
				price := new(big.Rat).Sub(cost, paid)
				price.Quo(price, units)
				if price.Cmp(ratio(v)) <= 0 {
					if best < 0 || price.Cmp(bestPrice) < 0 || price.Cmp(bestPrice) == 0 && project.ID < inst.Projects[best].ID {
						best, bestPrice = p, price
					}
					break
				}
				paid.Add(paid, new(big.Rat).Mul(v.mass, v.left))
				units.Sub(units, new(big.Rat).Mul(v.mass, v.gain[project.ID]))
			}
		}
		if best < 0 {
			return order, prices
		}
		id := inst.Projects[best].ID
		for i := range voters {
			v := &voters[i]
			if g := v.gain[id]; g != nil && g.Sign() > 0 {
				pay := new(big.Rat).Mul(bestPrice, g)
				if pay.Cmp(v.left) > 0 {
					pay = v.left
				}
				v.left = new(big.Rat).Sub(v.left, pay)
			}
		}
		done[id] = true
		order, prices = append(order, id), append(prices, bestPrice)
	}
}

// naiveGain is a voter's gain; a free project counts 1 under cost utility, which
// makes its price 0 as the rule wants.
func naiveGain(inst *Instance, b *Ballot, k int, util Utility) *big.Rat {
	if util.uniform() && b.Points != nil && b.Points[k] <= 0 {
		return new(big.Rat)
	}
	switch util.String() {
	case "cost":
		return big.NewRat(max(1, inst.Projects[inst.Index()[b.Projects[k]]].Cost), 1)
	case "points":
		return big.NewRat(b.Points[k], 1)
	case "borda":
		return big.NewRat(int64(len(b.Projects)-1-k), 1)
	}
	return big.NewRat(1, 1)
}

// drawElection makes small elections in which ties, free projects, empty
// ballots, and projects dearer than the budget are common.
func drawElection(t *rapid.T, points, weights bool) (*Instance, *Profile) {
	inst := &Instance{Budget: rapid.Int64Range(0, 60).Draw(t, "budget")}
	m := rapid.IntRange(0, 6).Draw(t, "projects")
	for p := range m {
		inst.Projects = append(inst.Projects, Project{ID: "p" + strconv.Itoa(p), Cost: rapid.Int64Range(0, 30).Draw(t, "cost")})
	}
	profile := &Profile{Kind: Approval}
	if points {
		profile.Kind = Cumulative
	}
	for range rapid.IntRange(0, 9).Draw(t, "voters") {
		b := Ballot{Class: rapid.SampledFrom([]string{"", "elected"}).Draw(t, "class")}
		if m > 0 {
			for _, p := range rapid.SliceOfNDistinct(rapid.IntRange(0, m-1), 0, m, rapid.ID[int]).Draw(t, "choices") {
				b.Projects = append(b.Projects, "p"+strconv.Itoa(p))
				if points {
					b.Points = append(b.Points, rapid.Int64Range(0, 4).Draw(t, "points"))
				}
			}
		}
		if weights {
			// The large primes give a common denominator beyond 62 bits.
			den := rapid.OneOf(rapid.Int64Range(1, 7), rapid.SampledFrom([]int64{998244353, 1000000007, 1000003})).Draw(t, "den")
			b.Weight = big.NewRat(rapid.Int64Range(1, 5).Draw(t, "num")*(1+den/7), den)
		}
		profile.Ballots = append(profile.Ballots, b)
	}
	return inst, profile
}
