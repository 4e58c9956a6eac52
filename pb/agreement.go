package pb

import (
	"context"
	"math/big"
	"slices"
)

// Agreement tells how far the classes of voters (colleges) want the same, and
// how far each has moved the outcome.
type Agreement struct {
	// Alone is, for each class in alphabetical order, what the rule buys with the
	// whole budget if only its ballots count.
	Alone []ClassOutcome `json:"alone"`

	// Overlap of two classes is the cost of what both buy over the larger of the
	// two costs; Index is the mean over all pairs, Word what it means.
	Overlap [][]Ratio     `json:"overlap"`
	Index   Ratio         `json:"index"`
	Word    AgreementWord `json:"word"`

	// Endorsed is the number of classes that buy a project alone.
	Endorsed map[string]int `json:"endorsed"`

	Influence []Influence `json:"influence"`
}

// ClassOutcome is what a class buys alone.
type ClassOutcome struct {
	Class    string   `json:"class"`
	Voters   int64    `json:"voters"`
	Selected []string `json:"selected"`
	Cost     int64    `json:"cost"`
}

// AgreementWord classes the agreement index.
type AgreementWord string

// The classes of the agreement index: from 0.7, from 0.4, below.
const (
	ClassesAgree AgreementWord = "agree"
	ClassesPart  AgreementWord = "partly"
	Deliberate   AgreementWord = "deliberate" // talk before deciding
)

// Influence is the part of the budget that the outcome would spend otherwise
// without a class. Flagged marks one above twice the class's part of all weight
// and above a twentieth.
type Influence struct {
	Class   string `json:"class"`
	Weight  Ratio  `json:"weight"` // part of all weight
	Value   Ratio  `json:"value"`
	Flagged bool   `json:"flagged"`
}

// MeasureAgreement runs the rule for each class alone and without each class,
// and compares with the outcome of all.
func MeasureAgreement(ctx context.Context, inst *Instance, profile *Profile, rule Rule, opts Options) (*Agreement, error) {
	e, err := compile(inst, profile, rule.opts.Utility)
	if err != nil {
		return nil, err
	}
	opts.Utility, opts.Completion, opts.Brief = rule.opts.Utility, rule.opts.Completion, true
	run := func(voter func(t int32) bool) (*Outcome, error) {
		part, _ := e.restrict(inst.Budget, voter, everyProject)
		return rule.run(ctx, part, opts)
	}
	all, err := rule.run(ctx, e, opts)
	if err != nil {
		return nil, err
	}
	a := &Agreement{Endorsed: map[string]int{}}
	var alone []*Outcome
	for _, k := range e.sortedClasses() {
		only, err := run(func(t int32) bool { return e.class[t] == k })
		if err != nil {
			return nil, err
		}
		alone = append(alone, only)
		a.Alone = append(a.Alone, ClassOutcome{Class: e.classes[k], Voters: only.Voters, Selected: only.Selected, Cost: only.Cost})
		for _, id := range only.Selected {
			a.Endorsed[id]++
		}
		rest, err := run(func(t int32) bool { return e.class[t] != k })
		if err != nil {
			return nil, err
		}
		a.Influence = append(a.Influence, e.influence(k, all, rest))
	}
	a.overlaps(alone)
	return a, nil
}

func (e *election) influence(k int32, all, without *Outcome) Influence {
	i := Influence{Class: e.classes[k], Weight: ratio(e.totals[k], e.total), Value: wholeRatio(0)}
	if e.inst.Budget > 0 {
		i.Value = exact(new(big.Rat).Sub(big.NewRat(1, 1), big.NewRat(commonCost(all, without), e.inst.Budget)))
	}
	twice := new(big.Rat).Mul(i.Weight.Rat, big.NewRat(2, 1))
	i.Flagged = i.Value.Cmp(twice) > 0 && i.Value.Cmp(big.NewRat(1, 20)) > 0
	return i
}

// commonCost is the cost of what two outcomes both selected.
func commonCost(a, b *Outcome) int64 {
	var sum int64
	for i := range a.Rounds {
		if b.Won(a.Rounds[i].Project) {
			sum += a.Rounds[i].Cost
		}
	}
	return sum
}

// Overlap is the cost of what both outcomes selected over the larger of their
// costs; 1 if neither spends anything.
func Overlap(a, b *Outcome) Ratio {
	if larger := max(a.Cost, b.Cost); larger > 0 {
		return exact(big.NewRat(commonCost(a, b), larger))
	}
	return wholeRatio(1)
}

// overlaps fills in the pairs, the index and its word. A single class agrees with itself.
func (a *Agreement) overlaps(alone []*Outcome) {
	sum, pairs := new(big.Rat), int64(0)
	a.Overlap = make([][]Ratio, len(alone))
	for i := range alone {
		a.Overlap[i] = make([]Ratio, len(alone))
		for j := range alone {
			a.Overlap[i][j] = Overlap(alone[i], alone[j])
			if i < j {
				sum.Add(sum, a.Overlap[i][j].Rat)
				pairs++
			}
		}
	}
	a.Index = wholeRatio(1)
	if pairs > 0 {
		a.Index = exact(sum.Quo(sum, new(big.Rat).SetInt64(pairs)))
	}
	switch {
	case a.Index.Cmp(big.NewRat(7, 10)) >= 0:
		a.Word = ClassesAgree
	case a.Index.Cmp(big.NewRat(4, 10)) >= 0:
		a.Word = ClassesPart
	default:
		a.Word = Deliberate
	}
}

// Variant is another count of the same vote: other weights, another rule.
type Variant struct {
	Name    string
	Profile *Profile
	Rule    Rule
	Options Options
}

// Robustness tells in which variants each project wins.
type Robustness struct {
	Variants []string       `json:"variants"`
	Wins     map[string]int `json:"wins"`   // variants a project wins in
	Robust   []string       `json:"robust"` // projects that win in all
	Never    []string       `json:"never"`  // projects that win in none
}

// MeasureRobustness counts the vote in every variant.
func MeasureRobustness(ctx context.Context, inst *Instance, variants []Variant) (*Robustness, error) {
	r := &Robustness{Wins: map[string]int{}, Robust: []string{}, Never: []string{}, Variants: []string{}}
	for _, v := range variants {
		v.Options.Brief = true
		out, err := v.Rule.Run(ctx, inst, v.Profile, v.Options)
		if err != nil {
			return nil, err
		}
		r.Variants = append(r.Variants, v.Name)
		for _, id := range out.Selected {
			r.Wins[id]++
		}
	}
	for i := range inst.Projects {
		id := inst.Projects[i].ID
		switch r.Wins[id] {
		case 0:
			r.Never = append(r.Never, id)
		case len(variants):
			r.Robust = append(r.Robust, id)
		}
	}
	slices.Sort(r.Robust)
	slices.Sort(r.Never)
	return r, nil
}
