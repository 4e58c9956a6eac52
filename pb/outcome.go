package pb

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Outcome is what a rule decided, with the record that explains it. As JSON it
// holds only strings, whole numbers, booleans, arrays and objects, always in the
// same order: equal elections give equal bytes.
//
// Money is in the instance's smallest unit throughout.
type Outcome struct {
	Rule      string   `json:"rule"` // as in reference files: mes_cost_add1u
	Selected  []string `json:"selected"`
	Cost      int64    `json:"cost"`
	Budget    int64    `json:"budget"`
	Voters    int64    `json:"voters"`
	Weight    Ratio    `json:"weight"` // all multiplicities together
	Ties      string   `json:"ties"`   // name of the tie-breaker
	Seed      string   `json:"seed,omitempty"`
	Endowment *Shares  `json:"endowment,omitempty"`
	Rounds    []Round  `json:"rounds"`
	Lost      []Loss   `json:"lost,omitempty"` // every project not selected, in the instance's order; absent from brief outcomes
}

// Shares tells what each unit of weight was given to spend.
type Shares struct {
	First Ratio   `json:"first"` // budget / weight: real money
	Final Ratio   `json:"final"` // after completion: virtual where it exceeds First
	Step  Ratio   `json:"step"`  // the increment of one restart
	Steps int     `json:"steps"` // increments between First and Final
	Stop  EndWord `json:"stop"`
}

// EndWord says why a completion stopped where it did.
type EndWord string

// Why a completion stopped.
const (
	NoCompletion   EndWord = "none"
	WouldOverspend EndWord = "would_overspend"   // one step more would cost more than the budget
	Exhaustive     EndWord = "exhaustive"        // no supported project fits any more
	AllBought      EndWord = "everything_bought" // every supported project within the budget is bought
	CapReached     EndWord = "cap_reached"       // the largest number of restarts
)

// Stage tells which part of a rule bought a project.
type Stage string

// The parts of a rule.
const (
	StageShares Stage = "shares" // the rule proper: supporters paid, or the greedy and load rules chose
	StageFill   Stage = "fill"   // completion u: bought by votes with money nobody had spent
)

// Round is one purchase.
type Round struct {
	Project string `json:"project"`
	Cost    int64  `json:"cost"`
	Stage   Stage  `json:"stage"`
	Floor   string `json:"floor,omitempty"` // the district whose floor paid for it
	Votes   int64  `json:"votes"`           // voters who support it
	Support Ratio  `json:"support"`         // their weight

	// Price is what supporters paid per unit of utility, MaxPayment the most that
	// a unit of weight paid, EffectiveVotes cost / MaxPayment. They are absent
	// where nobody paid.
	Price          Ratio `json:"price,omitzero"`
	MaxPayment     Ratio `json:"max_payment,omitzero"`
	EffectiveVotes Ratio `json:"effective_votes,omitzero"`
	PayersInFull   int64 `json:"payers_in_full,omitempty"`
	PayersOfRest   int64 `json:"payers_of_rest,omitempty"` // paid all they had left, less than the others

	ByClass   []ClassPayment `json:"by_class,omitempty"` // classes that paid, in alphabetical order
	MoneyLeft Ratio          `json:"money_left,omitzero"`

	// Load is the largest load after the purchase, for rules that balance loads.
	Load Ratio `json:"load,omitzero"`

	Tied   []string     `json:"tied,omitempty"` // projects exactly as good that came second
	TiedBy TieCriterion `json:"tied_by,omitempty"`
}

// ClassPayment is what the voters of one class paid for a project together.
type ClassPayment struct {
	Class  string `json:"class"`
	Payers int64  `json:"payers"`
	Paid   Ratio  `json:"paid"`
}

// Reason tells why a project was not bought.
type Reason string

// Why a project was not bought.
const (
	DearerThanBudget Reason = "dearer_than_budget"
	NoSupporter      Reason = "no_supporter"
	MoneyShort       Reason = "supporters_money_short" // at some round its supporters no longer had its cost between them
	DoesNotFit       Reason = "does_not_fit"           // costs more than what was left of the budget
	RuleStopped      Reason = "rule_stopped"           // would have fitted, but the rule had stopped
)

// Loss explains why a project was not bought.
type Loss struct {
	Project string `json:"project"`
	Cost    int64  `json:"cost"`
	Reason  Reason `json:"reason"`
	Votes   int64  `json:"votes"`
	Support Ratio  `json:"support"`

	// Round is the first round at whose beginning the supporters' Money no longer
	// covered the cost; Shortfall is what was missing then.
	Round     int   `json:"round,omitempty"`
	Money     Ratio `json:"money,omitzero"`
	Shortfall Ratio `json:"shortfall,omitzero"`

	// Rivals are the up to three winners on which its supporters spent most.
	Rivals []Rival `json:"rivals,omitempty"`

	// HighestCost is the highest whole cost at which it would have been bought,
	// all else and the final endowment unchanged; 0 if there is none.
	HighestCost int64 `json:"highest_cost,omitempty"`

	// Counterfactual is filled by WhatIf; it takes many reruns.
	Counterfactual *Counterfactual `json:"counterfactual,omitempty"`
}

// Counterfactual tells what would have made a lost project win.
type Counterfactual struct {
	// ExtraSupporters is a number k of further voters approving only this
	// project, the budget unchanged, such that it wins with k and does not with
	// k-1. It is 0 where none was found or the ballots do not allow the question.
	ExtraSupporters int64 `json:"extra_supporters,omitempty"`

	// WithoutRival tells whether it wins if its strongest rival had not stood.
	Rival        string `json:"rival,omitempty"`
	WithoutRival bool   `json:"wins_without_rival,omitempty"`
}

// Rival is a winner for which the supporters of a lost project paid.
type Rival struct {
	Project string `json:"project"`
	Paid    Ratio  `json:"paid"`
}

// Won tells whether the project was selected.
func (o *Outcome) Won(id string) bool { return o.round(id) != nil }

func (o *Outcome) round(id string) *Round {
	for i := range o.Rounds {
		if o.Rounds[i].Project == id {
			return &o.Rounds[i]
		}
	}
	return nil
}

// Order lists the selected projects in the order of purchase.
func (o *Outcome) Order() []string {
	ids := make([]string, len(o.Rounds))
	for i := range o.Rounds {
		ids[i] = o.Rounds[i].Project
	}
	return ids
}

// Hash is the SHA-256, in hexadecimal, of the outcome's JSON. Counterfactuals
// are left out: they are computed later and do not change what was decided.
func (o *Outcome) Hash() string {
	bare := *o
	bare.Lost = make([]Loss, len(o.Lost))
	for i, l := range o.Lost {
		l.Counterfactual = nil
		bare.Lost[i] = l
	}
	data, err := json.Marshal(&bare)
	if err != nil {
		// Every field is made of strings and numbers, which always marshal.
		panic(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
