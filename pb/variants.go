package pb

import (
	"fmt"
	"math/big"
)

// StandardVariants are the recounts that a weighted vote should publish beside
// its result: the parts for inhabitants, equality and deprivation as set and each
// ten points more or less, at the cost of the two others alike; each with college
// caps of 5, 10 and 20 citizens' ballots. The rule of weights gives the rest.
func StandardVariants(profile *Profile, communes []Commune, shares ShareRule, weights WeightRule, rule Rule, opts Options) ([]Variant, error) {
	var out []Variant
	for _, s := range shares.around(big.NewRat(1, 10)) {
		if s.Inhabitants.Sign() < 0 || s.Equal.Sign() < 0 || s.Deprivation.Sign() < 0 {
			continue
		}
		parts, err := s.Shares(communes)
		if err != nil {
			return nil, err
		}
		for _, limit := range []int64{5, 10, 20} {
			w := weights
			w.Communes, w.CollegeCap = parts, limit
			weighting, err := w.Weigh(Cells(profile))
			if err != nil {
				return nil, err
			}
			weighted, err := weighting.Apply(profile)
			if err != nil {
				return nil, err
			}
			out = append(out, Variant{Name: fmt.Sprintf("%s, cap %d", s, limit), Profile: weighted, Rule: rule, Options: opts})
		}
	}
	return out, nil
}

// around is the rule itself and those with one part more or less by a step.
func (r ShareRule) around(step *big.Rat) []ShareRule {
	out := []ShareRule{r}
	half := new(big.Rat).Quo(step, big.NewRat(2, 1))
	for which := range 3 {
		for _, sign := range []int64{1, -1} {
			parts := [3]*big.Rat{r.Inhabitants, r.Equal, r.Deprivation}
			for i, part := range parts {
				change := new(big.Rat).Mul(step, big.NewRat(sign, 1))
				if i != which {
					change.Mul(half, big.NewRat(-sign, 1))
				}
				parts[i] = change.Add(change, part)
			}
			out = append(out, ShareRule{parts[0], parts[1], parts[2]})
		}
	}
	return out
}

// String is the rule in per cent, "60/20/20".
func (r ShareRule) String() string {
	percent := func(q *big.Rat) string {
		q = new(big.Rat).Mul(q, big.NewRat(100, 1))
		if q.IsInt() {
			return q.RatString()
		}
		return q.FloatString(1)
	}
	return percent(r.Inhabitants) + "/" + percent(r.Equal) + "/" + percent(r.Deprivation)
}
