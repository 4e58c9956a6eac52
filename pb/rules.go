package pb

import (
	"context"
	"slices"
	"strings"
)

// Rule is a rule by the name that reference files use for it.
type Rule struct {
	Name  string
	kinds []Kind
	run   func(ctx context.Context, e *election, opts Options) (*Outcome, error)
	opts  Options // utility and completion
	extra bool    // no reference file has it
}

var (
	approvalKinds = []Kind{Approval, ChooseOne}
	pointKinds    = []Kind{Cumulative, Scoring}
	ordinalKinds  = []Kind{Ordinal}
)

var allRules = makeRules()

func makeRules() []Rule {
	var rules []Rule
	families := []struct {
		util  Utility
		kinds []Kind
	}{{Cost, approvalKinds}, {Cardinality, approvalKinds}, {Points, pointKinds}, {Borda, ordinalKinds}}
	for _, f := range families {
		rules = append(rules, Rule{Name: "greedy_" + f.util.name, kinds: f.kinds, opts: Options{Utility: f.util}, run: runGreedy})
	}
	for _, f := range families {
		for _, c := range []Completion{None, Add1E, Add1, Add1U, Fill} {
			opts := Options{Utility: f.util, Completion: c}
			rules = append(rules, Rule{Name: opts.ruleName(), kinds: f.kinds, opts: opts, run: runShares, extra: c == Fill})
		}
	}
	return append(rules,
		Rule{Name: "sequential_phragmen", kinds: approvalKinds, run: runPhragmen},
		Rule{Name: "maximin_support", kinds: approvalKinds, run: runMaximin},
		Rule{Name: "bos_equal_shares", kinds: approvalKinds, run: runBOS})
}

func runGreedy(ctx context.Context, e *election, opts Options) (*Outcome, error) {
	return e.greedyOutcome(ctx, opts)
}

func runShares(ctx context.Context, e *election, opts Options) (*Outcome, error) {
	return e.equalShares(ctx, opts)
}

func runPhragmen(ctx context.Context, e *election, opts Options) (*Outcome, error) {
	return e.sequentialPhragmen(ctx, opts)
}

func runMaximin(ctx context.Context, e *election, opts Options) (*Outcome, error) {
	return e.maximinSupport(ctx, opts)
}

func runBOS(ctx context.Context, e *election, opts Options) (*Outcome, error) {
	return e.bosEqualShares(ctx, opts)
}

// Rules lists the rules that reference files name: greedy_ and mes_ with cost,
// cardinality, points and borda, the latter also with _add1e, _add1 and _add1u;
// sequential_phragmen, maximin_support and bos_equal_shares.
func Rules() []Rule {
	return slices.DeleteFunc(slices.Clone(allRules), func(r Rule) bool { return r.extra })
}

// RuleByName finds a rule; false if no rule has the name. Besides those of Rules
// it knows mes_ with completion _u alone.
func RuleByName(name string) (Rule, bool) {
	i := slices.IndexFunc(allRules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return Rule{}, false
	}
	return allRules[i], true
}

// Applies tells whether the rule is defined for ballots of a kind.
func (r Rule) Applies(kind Kind) bool { return slices.Contains(r.kinds, kind) }

// Options are the utility and the completion of the rule.
func (r Rule) Options() (Utility, Completion) { return r.opts.Utility, r.opts.Completion }

// Run computes the outcome. Of the options it takes ties, step, restarts,
// progress and brevity; utility and completion are the rule's own.
func (r Rule) Run(ctx context.Context, inst *Instance, profile *Profile, opts Options) (*Outcome, error) {
	if !r.Applies(profile.Kind) {
		kinds := make([]string, len(r.kinds))
		for i, k := range r.kinds {
			kinds[i] = string(k)
		}
		return nil, &Fault{Code: NotApplicable, Got: string(profile.Kind) + " ballots", Want: strings.Join(kinds, " or ") + " ballots for " + r.Name}
	}
	e, err := compile(inst, profile, r.opts.Utility)
	if err != nil {
		return nil, err
	}
	opts.Utility, opts.Completion = r.opts.Utility, r.opts.Completion
	return r.run(ctx, e, opts)
}
