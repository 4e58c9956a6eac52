package pb

import "math/big"

// Utility says how much a voter gains from a project of her ballot. Equal
// Shares lets voters pay in proportion to it.
type Utility struct {
	name string
	// form tells the built-in ones apart; own is set for a utility given by the caller.
	form utilityForm
	own  func(b *Ballot, k int) *big.Rat
}

type utilityForm int

const (
	formCost utilityForm = iota
	formCardinality
	formPoints
	formBorda
	formOwn
)

// The utilities of the published rules. A voter gains from a project: its
// cost; one; the points given; the length of the ballot less one less the
// position (so the last of a ranking gains nothing).
var (
	Cost        = Utility{name: "cost", form: formCost}
	Cardinality = Utility{name: "cardinality", form: formCardinality}
	Points      = Utility{name: "points", form: formPoints}
	Borda       = Utility{name: "borda", form: formBorda}
)

// UtilityOf makes a utility from a function: the gain of a ballot's voter from
// the k-th project of the ballot. Negative and nil count as zero. Two equal
// ballots must gain the same.
func UtilityOf(name string, gain func(b *Ballot, k int) *big.Rat) Utility {
	return Utility{name: name, form: formOwn, own: gain}
}

// String is the name that rules are called by: cost, cardinality, points, borda.
func (u Utility) String() string {
	if u.name == "" {
		return "cost"
	}
	return u.name
}

// uniform tells whether all supporters of a project gain the same from it.
func (u Utility) uniform() bool { return u.form == formCost || u.form == formCardinality }

// of is the gain of ballot b from its k-th project, for utilities that differ
// between voters; points are counted in units of the profile's PointDecimals.
func (u Utility) of(b *Ballot, k int) *big.Rat {
	var r *big.Rat
	switch u.form {
	case formPoints:
		if k < len(b.Points) {
			r = new(big.Rat).SetInt64(b.Points[k])
		}
	case formBorda:
		r = new(big.Rat).SetInt64(int64(len(b.Projects) - 1 - k))
	case formOwn:
		r = u.own(b, k)
	}
	if r == nil || r.Sign() < 0 {
		return new(big.Rat)
	}
	return r
}

// worth is the true gain of ballot b from its k-th project, which costs cost.
func (u Utility) worth(profile *Profile, cost int64, b *Ballot, k int) *big.Rat {
	if u.uniform() {
		switch {
		case b.Points != nil && b.Points[k] <= 0:
			return new(big.Rat)
		case u.form == formCost:
			return new(big.Rat).SetInt64(cost)
		}
		return big.NewRat(1, 1)
	}
	gain := u.of(b, k)
	if u.form == formPoints {
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(profile.PointDecimals)), nil)
		gain.Quo(gain, new(big.Rat).SetInt(unit))
	}
	return gain
}
