package pb

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
)

// Commune is a place with what its share of a budget depends on.
type Commune struct {
	Name        string
	Inhabitants int64
	Deprivation *big.Rat // published index between 0 and 1; nil means 0
}

// ShareRule divides a budget between communes: parts that add up to 1, for the
// number of inhabitants, equally, and for inhabitants times deprivation.
type ShareRule struct{ Inhabitants, Equal, Deprivation *big.Rat }

// DefaultShares are six parts of ten by inhabitants, two equal, two by deprivation.
func DefaultShares() ShareRule {
	return ShareRule{big.NewRat(6, 10), big.NewRat(2, 10), big.NewRat(2, 10)}
}

// Shares gives each commune its part of the budget, by name. The rule is linear,
// so that it can be said in one sentence, and counts inhabitants, not ballots, so
// that a low turnout is not punished. Where nobody is deprived, that part follows
// inhabitants too.
func (r ShareRule) Shares(communes []Commune) (map[string]*big.Rat, error) {
	sum := new(big.Rat).Add(r.Inhabitants, r.Equal)
	if sum.Add(sum, r.Deprivation); sum.Cmp(big.NewRat(1, 1)) != 0 {
		return nil, &Fault{Code: BadOption, Got: "parts that add up to " + sum.RatString(), Want: "1"}
	}
	people, deprived := new(big.Rat), new(big.Rat)
	for _, c := range communes {
		if c.Inhabitants < 0 || c.Deprivation != nil && c.Deprivation.Sign() < 0 {
			return nil, &Fault{Code: BadWeight, Got: "negative figures of " + c.Name, Want: "inhabitants and deprivation of 0 or more"}
		}
		people.Add(people, new(big.Rat).SetInt64(c.Inhabitants))
		deprived.Add(deprived, c.deprived())
	}
	if people.Sign() == 0 {
		return nil, &Fault{Code: BadWeight, Got: "communes without inhabitants", Want: "somebody"}
	}
	out := map[string]*big.Rat{}
	for _, c := range communes {
		byPeople := new(big.Rat).Quo(new(big.Rat).SetInt64(c.Inhabitants), people)
		byNeed := byPeople
		if deprived.Sign() > 0 {
			byNeed = new(big.Rat).Quo(c.deprived(), deprived)
		}
		share := new(big.Rat).Mul(r.Inhabitants, byPeople)
		share.Add(share, new(big.Rat).Quo(r.Equal, new(big.Rat).SetInt64(int64(len(communes)))))
		share.Add(share, new(big.Rat).Mul(r.Deprivation, byNeed))
		out[c.Name] = share
	}
	return out, nil
}

func (c Commune) deprived() *big.Rat {
	if c.Deprivation == nil {
		return new(big.Rat)
	}
	return new(big.Rat).Mul(new(big.Rat).SetInt64(c.Inhabitants), c.Deprivation)
}

// CarryShortfall adds what each district did not get in a round to its part of
// the next budget, at the cost of all in proportion: (part·next + shortfall) over
// the sum of these.
func CarryShortfall(parts map[string]*big.Rat, districts []DistrictShare, next int64) map[string]*big.Rat {
	out, sum := map[string]*big.Rat{}, new(big.Rat)
	for name, part := range parts {
		due := new(big.Rat).Mul(part, new(big.Rat).SetInt64(next))
		for _, d := range districts {
			if d.District == name && d.Shortfall.Rat != nil {
				due.Add(due, d.Shortfall.Rat)
			}
		}
		out[name] = due
		sum.Add(sum, due)
	}
	if sum.Sign() > 0 {
		for _, due := range out {
			due.Quo(due, sum)
		}
	}
	return out
}

// Cell is the ballots of one college in one commune.
type Cell struct {
	Commune, College string
	Ballots          int64
}

// WeightRule fixes, before the vote, what the ballots of each cell weigh. Nil
// shares mean that the ballots themselves decide.
type WeightRule struct {
	Communes map[string]*big.Rat // part of all weight, by commune
	Colleges map[string]*big.Rat // part of all weight, by college

	// No ballot may weigh more than CollegeCap ballots of college Citizens in the
	// same commune; the excess goes to the citizens there. 0: no cap.
	Citizens   string
	CollegeCap int64

	// No ballot may weigh more than BallotCap times the mean; the excess is
	// shared equally by all others. 0: no cap.
	BallotCap int64
}

// DefaultWeights are the caps of ten citizens' ballots and five times the mean.
func DefaultWeights(communes, colleges map[string]*big.Rat, citizens string) WeightRule {
	return WeightRule{Communes: communes, Colleges: colleges, Citizens: citizens, CollegeCap: 10, BallotCap: 5}
}

// Weighting is the weight of each cell's ballots, with what became of the shares.
type Weighting struct {
	Cells    []CellWeight
	Communes []EffectiveShare
	Colleges []EffectiveShare
}

// CellWeight is the weight of one ballot of a cell. The mean over all ballots is 1.
type CellWeight struct {
	Cell
	Weight *big.Rat // with nine decimals
	Capped bool
}

// EffectiveShare compares the share that was set with the one that results.
type EffectiveShare struct {
	Name      string
	Set       *big.Rat // nil if the ballots decide
	Effective *big.Rat
}

// Weigh computes the weights: raking to the shares, then the cap inside the
// communes, then the cap on all ballots; neither cap is repeated. Communes and
// colleges without a ballot lose their share to the others in proportion. Weights
// are rounded to nine decimals, so that anybody can count again with what is printed.
func (r WeightRule) Weigh(cells []Cell) (*Weighting, error) {
	w := &weigher{rule: r}
	for _, c := range cells {
		if c.Ballots < 0 {
			return nil, &Fault{Code: BadWeight, Got: fmt.Sprintf("%d ballots", c.Ballots), Want: "0 or more"}
		}
		if c.Ballots == 0 {
			continue
		}
		if slices.ContainsFunc(w.cells, func(o weighedCell) bool { return o.Commune == c.Commune && o.College == c.College }) {
			return nil, &Fault{Code: BadWeight, Got: "the cell " + c.Commune + ", " + c.College + " twice", Want: "each cell once"}
		}
		w.cells = append(w.cells, weighedCell{Cell: c})
		w.ballots += c.Ballots
	}
	for _, shares := range []map[string]*big.Rat{r.Communes, r.Colleges} {
		for name, s := range shares {
			if s == nil || s.Sign() < 0 {
				return nil, &Fault{Code: BadWeight, Got: "the share of " + name, Want: "0 or more"}
			}
		}
	}
	if w.ballots == 0 {
		return &Weighting{}, nil
	}
	if err := w.rake(); err != nil {
		return nil, err
	}
	w.capColleges()
	w.capBallots()
	return w.result(), nil
}

// weighedCell holds a cell's total weight in units of weighUnit per whole.
type weighedCell struct {
	Cell
	weight *big.Rat // total of the cell; all cells add up to the number of ballots
	capped bool
}

type weigher struct {
	rule    WeightRule
	cells   []weighedCell
	ballots int64
}

// Raking runs in rakeDecimals until no cell moves by more than settled ballots. It
// may not settle where empty cells contradict the shares; then rakeRounds end it
// and the effective shares tell how far it got.
const (
	rakeDecimals = 15
	rakeRounds   = 2000
)

var settled = big.NewRat(1, 1_000_000_000_000)

// rake fits the cells to the shares of communes and of colleges in turn
// (iterative proportional fitting), beginning with the products of both.
// It runs in rounded decimals, the same on every machine.
func (w *weigher) rake() error {
	communes, err := w.targets(w.rule.Communes, func(c Cell) string { return c.Commune })
	if err != nil {
		return err
	}
	colleges, err := w.targets(w.rule.Colleges, func(c Cell) string { return c.College })
	if err != nil {
		return err
	}
	for i := range w.cells {
		w.cells[i].weight = new(big.Rat).SetInt64(w.cells[i].Ballots)
	}
	for range rakeRounds {
		moved := w.fit(communes, func(c Cell) string { return c.Commune })
		moved = w.fit(colleges, func(c Cell) string { return c.College }) || moved
		if !moved {
			break
		}
	}
	return nil
}

// targets is the weight each commune or college with ballots should have; nil if
// the ballots decide.
func (w *weigher) targets(shares map[string]*big.Rat, of func(Cell) string) (map[string]*big.Rat, error) {
	if shares == nil {
		return nil, nil
	}
	out, sum := map[string]*big.Rat{}, new(big.Rat)
	for _, c := range w.cells {
		name := of(c.Cell)
		share, ok := shares[name]
		if !ok {
			return nil, &Fault{Code: BadWeight, Got: "ballots of " + name, Want: "a share for it"}
		}
		if out[name] == nil {
			out[name] = new(big.Rat).Set(share)
			sum.Add(sum, share)
		}
	}
	if sum.Sign() == 0 {
		return nil, &Fault{Code: BadWeight, Got: "shares of 0 for all who voted", Want: "a share above 0"}
	}
	for _, t := range out {
		t.Mul(t, new(big.Rat).SetInt64(w.ballots)).Quo(t, sum)
	}
	return out, nil
}

// fit scales the cells to targets and tells whether that moved anything.
func (w *weigher) fit(targets map[string]*big.Rat, of func(Cell) string) bool {
	if targets == nil {
		return false
	}
	sums := map[string]*big.Rat{}
	for _, c := range w.cells {
		name := of(c.Cell)
		if sums[name] == nil {
			sums[name] = new(big.Rat)
		}
		sums[name].Add(sums[name], c.weight)
	}
	moved := false
	for i := range w.cells {
		name := of(w.cells[i].Cell)
		if sums[name].Sign() == 0 {
			continue
		}
		next := new(big.Rat).Mul(w.cells[i].weight, targets[name])
		next = rounded(next.Quo(next, sums[name]), rakeDecimals)
		change := new(big.Rat).Sub(next, w.cells[i].weight)
		moved = moved || change.Abs(change).Cmp(settled) > 0
		w.cells[i].weight = next
	}
	return moved
}

// rounded is q to a number of decimals, halves up.
func rounded(q *big.Rat, decimals int64) *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil)
	n := new(big.Int).Mul(q.Num(), unit)
	n.Lsh(n, 1).Add(n, q.Denom())
	n.Div(n, new(big.Int).Lsh(q.Denom(), 1))
	return new(big.Rat).SetFrac(n, unit)
}

// capColleges lowers, in each commune, ballots that weigh more than CollegeCap
// citizens' ballots, and gives the excess to the citizens. What citizens gain
// raises the cap; the cap applied is the one that holds afterwards:
// citizen = (commune − uncapped others) / (citizens' ballots + cap · capped ballots).
func (w *weigher) capColleges() {
	if w.rule.CollegeCap == 0 {
		return
	}
	byCommune := map[string][]*weighedCell{}
	for i := range w.cells {
		c := &w.cells[i]
		byCommune[c.Commune] = append(byCommune[c.Commune], c)
	}
	for _, cells := range byCommune {
		at := slices.IndexFunc(cells, func(c *weighedCell) bool { return c.College == w.rule.Citizens })
		if at < 0 {
			continue // nobody to compare with; the cap on all ballots remains
		}
		w.capCommune(cells, cells[at])
	}
}

func (w *weigher) capCommune(cells []*weighedCell, citizens *weighedCell) {
	limit := new(big.Rat).SetInt64(w.rule.CollegeCap)
	// The heaviest ballots are capped first; each makes citizens heavier, so that
	// the next may be under the cap already.
	others := slices.DeleteFunc(slices.Clone(cells), func(c *weighedCell) bool { return c == citizens })
	slices.SortFunc(others, func(a, b *weighedCell) int { return b.each().Cmp(a.each()) })
	pool := new(big.Rat).Set(citizens.weight)
	ballots := new(big.Rat).SetInt64(citizens.Ballots)
	citizen := citizens.each()
	for _, c := range others {
		if c.each().Cmp(new(big.Rat).Mul(limit, citizen)) <= 0 {
			break
		}
		c.capped = true
		pool.Add(pool, c.weight)
		ballots.Add(ballots, new(big.Rat).Mul(limit, new(big.Rat).SetInt64(c.Ballots)))
		citizen = new(big.Rat).Quo(pool, ballots)
	}
	for _, c := range others {
		if c.capped {
			c.weight = new(big.Rat).Mul(citizen, new(big.Rat).SetInt64(c.Ballots*w.rule.CollegeCap))
		}
	}
	citizens.weight = new(big.Rat).Mul(citizen, new(big.Rat).SetInt64(citizens.Ballots))
}

// each is the weight of one ballot.
func (c *weighedCell) each() *big.Rat {
	return new(big.Rat).Quo(c.weight, new(big.Rat).SetInt64(c.Ballots))
}

// capBallots lowers ballots above BallotCap times the mean, which is 1.
func (w *weigher) capBallots() {
	if w.rule.BallotCap == 0 {
		return
	}
	limit := new(big.Rat).SetInt64(w.rule.BallotCap)
	excess, others := new(big.Rat), int64(0)
	over := make([]bool, len(w.cells))
	for i := range w.cells {
		c := &w.cells[i]
		if c.each().Cmp(limit) <= 0 {
			others += c.Ballots
			continue
		}
		over[i], c.capped = true, true
		capped := new(big.Rat).Mul(limit, new(big.Rat).SetInt64(c.Ballots))
		excess.Add(excess, new(big.Rat).Sub(c.weight, capped))
		c.weight = capped
	}
	if others == 0 || excess.Sign() == 0 {
		return
	}
	each := excess.Quo(excess, new(big.Rat).SetInt64(others))
	for i := range w.cells {
		if c := &w.cells[i]; !over[i] {
			c.weight = new(big.Rat).Add(c.weight, new(big.Rat).Mul(each, new(big.Rat).SetInt64(c.Ballots)))
		}
	}
}

// weightDecimals is the precision in which weights are published and used.
const weightDecimals = 9

func (w *weigher) result() *Weighting {
	out := &Weighting{}
	sum := new(big.Rat)
	communes, colleges := map[string]*big.Rat{}, map[string]*big.Rat{}
	add := func(to map[string]*big.Rat, name string, q *big.Rat) {
		if to[name] == nil {
			to[name] = new(big.Rat)
		}
		to[name].Add(to[name], q)
	}
	for i := range w.cells {
		c := &w.cells[i]
		each := rounded(c.each(), weightDecimals)
		// A ballot that counts nothing would be no ballot.
		if each.Sign() == 0 {
			each = big.NewRat(1, 1_000_000_000)
		}
		out.Cells = append(out.Cells, CellWeight{c.Cell, each, c.capped})
		total := new(big.Rat).Mul(each, new(big.Rat).SetInt64(c.Ballots))
		sum.Add(sum, total)
		add(communes, c.Commune, total)
		add(colleges, c.College, total)
	}
	out.Communes = effective(communes, sum, w.rule.Communes)
	out.Colleges = effective(colleges, sum, w.rule.Colleges)
	return out
}

func effective(weights map[string]*big.Rat, sum *big.Rat, set map[string]*big.Rat) []EffectiveShare {
	var out []EffectiveShare
	for name, w := range weights {
		out = append(out, EffectiveShare{Name: name, Set: set[name], Effective: w.Quo(w, sum)})
	}
	slices.SortFunc(out, func(a, b EffectiveShare) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Apply gives every ballot of a profile the weight of its cell: the commune is
// its Place, the college its Class.
func (w *Weighting) Apply(profile *Profile) (*Profile, error) {
	at := map[[2]string]*big.Rat{}
	for _, c := range w.Cells {
		at[[2]string{c.Commune, c.College}] = c.Weight
	}
	out := *profile
	out.Ballots = slices.Clone(profile.Ballots)
	for i := range out.Ballots {
		b := &out.Ballots[i]
		weight, ok := at[[2]string{b.Place, b.Class}]
		if !ok {
			return nil, &Fault{Code: BadWeight, Got: fmt.Sprintf("ballot %d of %q in %q", i+1, b.Class, b.Place), Want: "a cell with a weight"}
		}
		b.Weight = weight
	}
	return &out, nil
}

// Cells counts the ballots of a profile by Place and Class.
func Cells(profile *Profile) []Cell {
	var out []Cell
	at := map[[2]string]int{}
	for i := range profile.Ballots {
		b := &profile.Ballots[i]
		key := [2]string{b.Place, b.Class}
		k, ok := at[key]
		if !ok {
			k = len(out)
			at[key] = k
			out = append(out, Cell{Commune: b.Place, College: b.Class})
		}
		out[k].Ballots += int64(b.Voters())
	}
	slices.SortFunc(out, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Commune, b.Commune), cmp.Compare(a.College, b.College))
	})
	return out
}
