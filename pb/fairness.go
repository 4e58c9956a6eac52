package pb

import (
	"cmp"
	"math/big"
	"slices"
)

// Fairness measures an outcome from the voters' side. Money is in smallest
// units; voters count by their weight unless a field says voters.
type Fairness struct {
	// Violations of proportionality, see Certificate.
	Violations []Violation `json:"violations"`

	Spent      Ratio `json:"spent"`       // cost / budget
	WithoutWin int64 `json:"without_win"` // voters none of whose projects was selected
	// WithoutWinPart is their part of all weight.
	WithoutWinPart Ratio `json:"without_win_part"`

	// Gini of the satisfactions (cost of selected projects on the ballot): 0 if
	// all are alike, near 1 if few have everything.
	Gini Ratio `json:"gini"`

	// A voter's share is the sum over her selected projects of cost divided by the
	// weight of all supporters: what was spent on her. FairShare is the mean of
	// share / (B/n), each counted up to 1; BelowHalf the part of voters under 1/2.
	FairShare Ratio `json:"fair_share"`
	BelowHalf Ratio `json:"below_half"`

	Classes   []GroupShare    `json:"classes,omitempty"`
	Places    []GroupShare    `json:"places,omitempty"`
	Districts []DistrictShare `json:"districts,omitempty"`
}

// GroupShare compares what a group of voters is entitled to with what was spent
// on its choices: each selected project's cost is divided among its supporters by weight.
type GroupShare struct {
	Name       string `json:"name"`
	Voters     int64  `json:"voters"`
	Entitled   Ratio  `json:"entitled"`
	Spent      Ratio  `json:"spent"`
	Realised   Ratio  `json:"realised"`      // spent / entitled
	Paid       Ratio  `json:"paid,omitzero"` // by the record, where the rule lets voters pay
	WithoutWin int64  `json:"without_win"`   // voters of the group without a win
}

// DistrictShare is what was spent on the projects of a district.
type DistrictShare struct {
	District  string `json:"district"`
	Projects  int    `json:"projects"`
	Spent     int64  `json:"spent"`
	Entitled  Ratio  `json:"entitled,omitzero"`
	Realised  Ratio  `json:"realised,omitzero"`  // spent / entitled
	Shortfall Ratio  `json:"shortfall,omitzero"` // what is missing to the entitlement, 0 if nothing
}

// MeasureFairness computes all measures for an outcome of the election. The
// entitlements, parts of the budget by district, may be nil.
//
// Sources: Maly et al., Effort-based (equality of resources) fairness in
// participatory budgeting (AAMAS 2023) for the share.
func MeasureFairness(inst *Instance, profile *Profile, out *Outcome, entitled map[string]*big.Rat) (*Fairness, error) {
	e, err := compileWith(inst, profile, Cost, true)
	if err != nil {
		return nil, err
	}
	selected := e.selection(out.Order())
	m := &measure{election: e, selected: selected, satisfied: e.satisfactions(selected)}
	m.share, m.unit = e.shares(selected)
	f := &Fairness{Violations: e.certificate(selected), Districts: m.districts(entitled)}
	if f.Violations == nil {
		f.Violations = []Violation{}
	}
	f.Spent = wholeRatio(0)
	if inst.Budget > 0 {
		f.Spent = exact(big.NewRat(out.Cost, inst.Budget))
	}
	m.fill(f)
	f.Classes = m.groups(e.classes, e.class)
	for i := range f.Classes {
		f.Classes[i].Paid = paidBy(out, f.Classes[i].Name)
	}
	if len(e.places) > 1 || e.places != nil && e.places[0] != "" {
		f.Places = m.groups(e.places, e.place)
	}
	return f, nil
}

// measure is an election with what each ballot type got.
type measure struct {
	*election
	selected  []bool
	satisfied []int64
	share     []*big.Int // per unit of weight, over unit
	unit      *big.Int
}

// shares are what was spent on a unit of weight of each type, over a common
// denominator, so that adding them up needs no fractions.
func (e *election) shares(selected []bool) (shares []*big.Int, unit *big.Int) {
	unit = big.NewInt(1)
	for p := range selected {
		if selected[p] && e.supportMass[p].Sign() > 0 {
			unit = lcm(unit, e.supportMass[p])
		}
	}
	each := make([]*big.Int, len(selected))
	for p := range each {
		if selected[p] && e.supportMass[p].Sign() > 0 {
			each[p] = e.costMass(p)
			each[p].Mul(each[p], new(big.Int).Quo(unit, e.supportMass[p]))
		}
	}
	shares = make([]*big.Int, len(e.votes))
	for t := range shares {
		shares[t] = new(big.Int)
		for _, p := range e.item[e.off[t]:e.off[t+1]] {
			if each[p] != nil {
				shares[t].Add(shares[t], each[p])
			}
		}
	}
	return shares, unit
}

// won tells whether a type has a selected project on its ballot. A free project counts.
func (m *measure) won(t int) bool {
	return slices.ContainsFunc(m.item[m.off[t]:m.off[t+1]], func(p int32) bool { return m.selected[p] })
}

// fill computes the measures over all voters.
func (m *measure) fill(f *Fairness) {
	f.Gini = m.gini()
	f.WithoutWinPart, f.FairShare, f.BelowHalf = wholeRatio(0), wholeRatio(0), wholeRatio(0)
	if m.total.Sign() == 0 {
		return
	}
	// A fair share is B·scale / total; both sides are compared times unit and total.
	fair := new(big.Int).Mul(big.NewInt(m.inst.Budget), m.scale)
	fair.Mul(fair, m.unit)
	without, half, sum := new(big.Int), new(big.Int), new(big.Int)
	for t := range m.votes {
		w := m.mass.big(int32(t))
		if !m.won(t) {
			f.WithoutWin += m.votes[t]
			without.Add(without, w)
		}
		got := new(big.Int).Mul(m.share[t], m.total)
		if new(big.Int).Lsh(got, 1).Cmp(fair) < 0 {
			half.Add(half, w)
		}
		if got.Cmp(fair) > 0 {
			got = fair
		}
		sum.Add(sum, w.Mul(w, got))
	}
	f.WithoutWinPart, f.BelowHalf = ratio(without, m.total), ratio(half, m.total)
	if fair.Sign() > 0 {
		f.FairShare = ratio(sum, fair.Mul(fair, m.total))
	}
}

// gini is the Gini coefficient of the satisfactions by weight: with values
// ascending and W the weight before each, Σ w·x·(2W + w − n) / (n·Σ w·x).
func (m *measure) gini() Ratio {
	order := make([]int, len(m.votes))
	for t := range order {
		order[t] = t
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(m.satisfied[a], m.satisfied[b]) })
	num, sum, before := new(big.Int), new(big.Int), new(big.Int)
	for _, t := range order {
		w := m.mass.big(int32(t))
		wx := new(big.Int).Mul(w, big.NewInt(m.satisfied[t]))
		rank := new(big.Int).Lsh(before, 1)
		rank.Add(rank, w).Sub(rank, m.total)
		num.Add(num, rank.Mul(rank, wx))
		sum.Add(sum, wx)
		before.Add(before, w)
	}
	if sum.Sign() == 0 {
		return wholeRatio(0)
	}
	return ratio(num, sum.Mul(sum, m.total))
}

// groups compares entitlement and spending for the groups that `of` divides types into.
func (m *measure) groups(names []string, of []int32) []GroupShare {
	out := make([]GroupShare, len(names))
	weight, spent := make([]*big.Int, len(names)), make([]*big.Int, len(names))
	for i, name := range names {
		out[i].Name, weight[i], spent[i] = name, new(big.Int), new(big.Int)
	}
	for t := range m.votes {
		g, w := of[t], m.mass.big(int32(t))
		out[g].Voters += m.votes[t]
		weight[g].Add(weight[g], w)
		spent[g].Add(spent[g], w.Mul(w, m.share[t]))
		if !m.won(t) {
			out[g].WithoutWin += m.votes[t]
		}
	}
	unit := new(big.Int).Mul(m.unit, m.scale)
	for i := range out {
		g := &out[i]
		g.Spent, g.Entitled, g.Realised = ratio(spent[i], unit), wholeRatio(0), wholeRatio(0)
		if m.total.Sign() > 0 {
			g.Entitled = ratio(weight[i].Mul(weight[i], big.NewInt(m.inst.Budget)), m.total)
		}
		if g.Entitled.Sign() > 0 {
			g.Realised = exact(new(big.Rat).Quo(g.Spent.Rat, g.Entitled.Rat))
		}
	}
	slices.SortFunc(out, func(a, b GroupShare) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// paidBy sums what the record says a class paid; nothing if no round has payments.
func paidBy(out *Outcome, class string) Ratio {
	var sum Ratio
	for i := range out.Rounds {
		for _, c := range out.Rounds[i].ByClass {
			if sum.Rat == nil {
				sum = wholeRatio(0)
			}
			if c.Class == class {
				sum.Add(sum.Rat, c.Paid.Rat)
			}
		}
	}
	return sum
}

// districts sums up spending where projects are, for districts with projects or
// an entitlement.
func (m *measure) districts(entitled map[string]*big.Rat) []DistrictShare {
	at := map[string]*DistrictShare{}
	get := func(name string) *DistrictShare {
		if at[name] == nil {
			at[name] = &DistrictShare{District: name}
		}
		return at[name]
	}
	for name := range entitled {
		get(name)
	}
	for p := range m.inst.Projects {
		project := &m.inst.Projects[p]
		if project.District == "" {
			continue
		}
		if d := get(project.District); m.selected[p] {
			d.Projects++
			d.Spent += project.Cost
		}
	}
	out := make([]DistrictShare, 0, len(at))
	for name, d := range at {
		if part := entitled[name]; part != nil {
			due := new(big.Rat).Mul(part, new(big.Rat).SetInt64(m.inst.Budget))
			d.Entitled = exact(due)
			if due.Sign() > 0 {
				d.Realised = exact(new(big.Rat).Quo(new(big.Rat).SetInt64(d.Spent), due))
			}
			missing := new(big.Rat).Sub(due, new(big.Rat).SetInt64(d.Spent))
			if missing.Sign() < 0 {
				missing.SetInt64(0)
			}
			d.Shortfall = exact(missing)
		}
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b DistrictShare) int { return cmp.Compare(a.District, b.District) })
	return out
}
