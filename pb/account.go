package pb

import (
	"math/big"
	"slices"
)

// Account is what happened to one voter's money under Equal Shares. It belongs
// to her: nobody else may see it.
type Account struct {
	Endowment Ratio     `json:"endowment"` // her weight times what each unit of weight was given
	Payments  []Payment `json:"payments"`  // in the order of purchase
	Left      Ratio     `json:"left"`
}

// Payment is what a voter paid for a project.
type Payment struct {
	Project string `json:"project"`
	Paid    Ratio  `json:"paid"`
	All     bool   `json:"all,omitempty"` // it took all she had left
}

// AccountOf follows the money of the voter who cast a ballot (of one voter, where
// the ballot counts for several): in each round she paid the price times her gain
// or all she had left. Outcomes without payments, or with floors, after which
// voters go on with different sums, give an empty account.
func AccountOf(profile *Profile, util Utility, out *Outcome, b *Ballot) Account {
	account := Account{Endowment: wholeRatio(0), Payments: []Payment{}, Left: wholeRatio(0)}
	if out.Endowment == nil || len(out.Rounds) > 0 && out.Rounds[0].Floor != "" {
		return account
	}
	weight := big.NewRat(1, 1)
	if b.Weight != nil {
		weight = b.Weight
	}
	left := new(big.Rat).Mul(weight, out.Endowment.Final.Rat)
	account.Endowment = exact(left)
	for i := range out.Rounds {
		r := &out.Rounds[i]
		k := slices.Index(b.Projects, r.Project)
		if k < 0 || r.Price.Rat == nil || r.Cost == 0 {
			continue
		}
		pay := new(big.Rat).Mul(r.Price.Rat, util.worth(profile, r.Cost, b, k))
		pay.Mul(pay, weight)
		all := pay.Cmp(left) >= 0
		if all {
			pay = left
		}
		if pay.Sign() > 0 {
			account.Payments = append(account.Payments, Payment{Project: r.Project, Paid: exact(pay), All: all})
		}
		left = new(big.Rat).Sub(left, pay)
	}
	account.Left = exact(left)
	return account
}
