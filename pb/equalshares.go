package pb

import (
	"context"
	"fmt"
	"math/big"
)

// Completion is how Equal Shares goes on when no group of voters can pay for
// anything more and money is left.
type Completion string

// The completions. Each raises the endowment of all voters by equal steps and
// starts again; only the budget is real.
const (
	None   Completion = ""       // stop; this leaves about half of the money unspent
	Fill   Completion = "u"      // buy by votes whatever still fits
	Add1   Completion = "add1"   // raise until the outcome would overspend, take the one before
	Add1E  Completion = "add1e"  // the same, but take the first outcome to which no supported project can be added
	Add1U  Completion = "add1u"  // add1, then buy by votes whatever still fits
	Add1EU Completion = "add1eu" // add1e, then buy by votes whatever still fits

	// Instead of by votes, these fill up for the sake of districts: each time the
	// project, with a hundredth of the weight behind it, whose district has got
	// least of what it is entitled to. They need Options.Entitled.
	Equity     Completion = "equity"
	Add1Equity Completion = "add1equity"
)

// Options choose a variant of a rule. The zero value is Equal Shares with cost
// utility, no completion, ties by smallest id.
type Options struct {
	Utility    Utility
	Completion Completion

	// Step is the increment of one restart, in smallest units per unit of weight.
	// Without it, Parts > 0 makes the step budget / (Parts · weight), that is a
	// part of each voter's real share; with neither it is one currency unit, as
	// the published add1 has it.
	Step  *big.Rat
	Parts int64

	// MaxRestarts bounds the restarts; 0 means no bound.
	MaxRestarts int

	Ties TieBreaker

	// Entitled is the part of the budget that each district should get, for the
	// completions Equity and Add1Equity. Projects of other districts come last.
	Entitled map[string]*big.Rat

	// Stepped restarts at every step, as the rule is written. Otherwise steps that
	// provably buy the same are jumped over; the outcome is the same.
	Stepped bool

	// Brief leaves out what explains the losses.
	Brief bool

	// Progress, if set, is called from time to time while a rule runs.
	Progress func(Progress)
}

// Progress tells how far a rule has come.
type Progress struct {
	Restart  int // restarts of the completion so far
	Selected int // projects bought in the last run
}

// Charter gives the options that Khettara's votes fix in their charter: Equal
// Shares with cost utility; the endowment raised by thousandths of the real
// share, at most 20,000 times; then by votes whatever still fits; ties by
// support, cost and a public draw with the seed.
func Charter(seed string) Options {
	return Options{Utility: Cost, Completion: Add1U, Parts: 1000, MaxRestarts: 20_000, Ties: TiePublished(seed)}
}

// EqualShares runs the Method of Equal Shares: the budget is divided into equal
// parts, one per unit of weight; in each round the project is bought whose
// supporters can pay for it at the least price per unit of utility, each paying
// in proportion to her utility or all she has left.
//
// Source: Peters, Pierczyński, Skowron, Proportional Participatory Budgeting
// with Additive Utilities (NeurIPS 2021). With cost utility and any completion
// the outcome never violates the certificate of Certificate.
//
// It fails with a *Fault if the election is malformed, or with the context's
// error when that ends.
func EqualShares(ctx context.Context, inst *Instance, profile *Profile, opts Options) (*Outcome, error) {
	e, err := compile(inst, profile, opts.Utility)
	if err != nil {
		return nil, err
	}
	return e.equalShares(ctx, opts)
}

func (e *election) equalShares(ctx context.Context, opts Options) (*Outcome, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	out := e.outcome(opts.ruleName(), opts.Ties)
	if e.total.Sign() == 0 {
		e.explainWithoutVoters(out, opts)
		return out, nil
	}
	c := &completer{run: newSharesRun(e, opts.Ties), opts: opts}
	if err := c.complete(ctx); err != nil {
		return nil, err
	}
	out.Endowment = c.shares()
	c.run.record(out)
	opts.fill(e, out)
	if !opts.Brief {
		c.run.explainLosses(out)
	}
	out.finish()
	return out, nil
}

func (o *Options) check() error {
	switch o.Completion {
	case None, Fill, Add1, Add1E, Add1U, Add1EU:
	case Equity, Add1Equity:
		for _, part := range o.Entitled {
			if part == nil || part.Sign() < 0 {
				return &Fault{Code: BadOption, Got: "a negative entitlement", Want: "parts of the budget"}
			}
		}
		if len(o.Entitled) == 0 {
			return &Fault{Code: BadOption, Got: "no entitlements", Want: "the part of the budget of each district"}
		}
	default:
		return &Fault{Code: BadOption, Got: fmt.Sprintf("completion %q", string(o.Completion)), Want: "u, add1, add1e, add1u, add1eu, equity, add1equity or nothing"}
	}
	if o.Step != nil && o.Step.Sign() <= 0 {
		return &Fault{Code: BadOption, Got: "a step of " + o.Step.RatString(), Want: "a positive step"}
	}
	if o.MaxRestarts < 0 || o.Parts < 0 {
		return &Fault{Code: BadOption, Got: fmt.Sprintf("%d restarts, %d parts", o.MaxRestarts, o.Parts), Want: "0 or more"}
	}
	return nil
}

// stepOf is the increment of one restart. A budget of zero buys only what is
// free, whatever the step, so one currency unit does there.
func (o *Options) stepOf(e *election, share *big.Rat) *big.Rat {
	switch {
	case o.Step != nil:
		return o.Step
	case o.Parts > 0 && share.Sign() > 0:
		return new(big.Rat).Quo(share, new(big.Rat).SetInt64(o.Parts))
	}
	return new(big.Rat).SetInt64(e.inst.Unit())
}

func (o *Options) ruleName() string {
	name := "mes_" + o.Utility.String()
	if o.Completion != None {
		name += "_" + string(o.Completion)
	}
	return name
}
