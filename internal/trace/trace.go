// Package trace follows one thing through all stages in both directions: from a
// sentence said in a hall to the proposal it joined, the vote, the project, its
// money and the indicator it should move, and from a project back to the
// sentences it came from.
//
// A way is a list of steps; the first lies nearest to the mother well. What was
// refused or left out is a branch of the step where it happened. What has not
// happened yet is a step ahead. Only what everyone may read is told: of an
// internal thing the way says that it is being prepared.
package trace

import (
	"time"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// Service answers with the way of a thing.
type Service struct {
	db             *store.DB
	consultation   *consultation.Service
	deliberation   *deliberation.Service
	prioritisation *prioritisation.Service
}

// NewService makes the service from the modules whose things it follows.
func NewService(db *store.DB, c *consultation.Service, d *deliberation.Service, p *prioritisation.Service) *Service {
	return &Service{db: db, consultation: c, deliberation: d, prioritisation: p}
}

// StepKind is what happens at a step.
type StepKind string

// The steps of a whole way, in their order.
const (
	Said     StepKind = "said"     // sentences in halls, on paper, by phone
	Proposed StepKind = "proposed" // they became a proposal
	Answered StepKind = "answered" // the programme decided on it
	Debated  StepKind = "debated"  // people said what they think of it
	Ranked   StepKind = "ranked"   // it stood in a consultative vote
	Planned  StepKind = "planned"  // it is a project of a roadmap
	Paid     StepKind = "paid"     // money was spent on it
	Judged   StepKind = "judged"   // an indicator says whether anything changed
)

// Stage is the stage of the line that a step belongs to.
func (k StepKind) Stage() programme.Stage {
	switch k {
	case Debated:
		return programme.Deliberation
	case Ranked:
		return programme.Prioritisation
	case Planned:
		return programme.Roadmap
	case Paid:
		return programme.Delivery
	case Judged:
		return programme.Evaluation
	}
	return programme.Consultation
}

// State tells where a step stands.
type State string

// A step has happened, is where the thing stands now, or is still to come.
const (
	Done    State = "done"
	Current State = "current"
	Ahead   State = "ahead"
)

// Mark is the line of the public log that holds a step.
type Mark struct {
	Leaf         int64
	Hash         string // lower-case hexadecimal
	At           time.Time
	Kind         string // of the change
	Role         string // who acted; never a person
	Organisation string // id
	status       string // of an indicator's value
}

// Ref names another thing on or beside the way.
type Ref struct {
	Kind   programme.Kind
	Number string
	Title  i18n.Text // empty where it may not be read
}

// Step is one step. The fields after Width hold what it is about; those that do
// not belong to its kind are nil.
type Step struct {
	Kind  StepKind
	State State
	At    time.Time // of a step ahead: when it is expected; zero if nobody knows
	// Internal says that something lies here that is not released: none of the
	// fields below says more.
	Internal bool
	Mark     *Mark
	Joined   int // contributions and proposals that flowed in here
	Width    int // 1 to 4: how much has joined up to here
	Also     []Ref
	Branches []Branch

	Contribution *consultation.Contribution // the first of those said
	Meeting      *consultation.Meeting
	Count        int // contributions, or published reports
	Proposal     *consultation.Proposal
	Answer       *consultation.Answer
	Statements   []deliberation.Results
	Option       *Option
	Projects     []Ref
	Version      string // number of the version of the roadmap that adopted the first project
}

// Stage is the stage of the line that the step belongs to.
func (s Step) Stage() programme.Stage { return s.Kind.Stage() }

// Branch is what went no further: a proposal that was not retained, an option
// that the vote left out.
type Branch struct {
	At           time.Time
	Mark         *Mark
	Contribution *consultation.Contribution // with its Put act: set aside or withdrawn
	Proposal     *consultation.Proposal     // with Answer, or with its Put act
	Answer       *consultation.Answer
	Option       *Option
}

// Option is an option of a consultative vote with what became of it. Included
// and Supporters mean something only when the result is published.
type Option struct {
	prioritisation.Option
	Vote       prioritisation.Vote
	Included   bool
	Place      int   // among those included, from 1
	Supporters int64 // ballots that hold it
	Ballots    int64
	Short      int64 // centimes that its supporters lacked; 0 if included or for another reason
}

// Way is the whole way of one thing.
type Way struct {
	Root   Ref
	Words  string // of a contribution or statement, as it was said; "" where it may not be read
	Lang   string // of Words, BCP 47
	Steps  []Step
	Units  []string // HCP codes: where it is about
	Joined int      // contributions that flowed into it
	Ended  bool     // a refusal or its author ended it: nothing lies ahead
	Next   Next
}

// Next is who moves next: the step that is awaited, and until when.
type Next struct {
	Kind StepKind          // "" when nothing is awaited
	Step consultation.Step // of an answer that is awaited: what exactly
	Due  time.Time         // zero: no day is set
}

// width turns what has joined into one of four widths of the gallery.
func width(joined int) int {
	switch {
	case joined >= 10:
		return 4
	case joined >= 5:
		return 3
	case joined >= 2:
		return 2
	}
	return 1
}
