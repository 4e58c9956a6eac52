package consultation

import (
	"time"

	"github.com/khettara/khettara/internal/i18n"
)

// Move says who must do what next about a proposal, and by when: every state
// names both on its public page.
type Move struct {
	Step Step
	// Due is when it should be done; zero where no day is set.
	Due time.Time
}

// Step is what comes next for a proposal.
type Step string

// The steps.
const (
	StepRead   Step = "read"   // a person of the coordination cell reads it
	StepAnswer Step = "answer" // the examiner answers
	StepReview Step = "review" // a deferred one is looked at again
	StepVote   Step = "vote"   // a retained one may enter the preference exercise
	StepHandle Step = "handle" // the organisation it was referred to deals with it
	StepFollow Step = "follow" // it goes on with the proposal it joined
	StepNone   Step = "none"   // nothing more; its author may ask for a new examination
)

// Next is who moves next about the proposal.
func (p Proposal) Next(t Times) Move {
	day := func(n int64) time.Time { return p.SubmittedAt.Add(time.Duration(n) * 24 * time.Hour) }
	switch {
	case p.State == Waiting:
		return Move{StepRead, day(t.ReadingDays)}
	case p.State != Published:
		return Move{Step: StepNone}
	}
	switch p.Outcome {
	case Submitted, UnderReview:
		return Move{StepAnswer, day(t.AnswerDays)}
	case Retained, RetainedInPart:
		return Move{Step: StepVote}
	case Merged:
		return Move{Step: StepFollow}
	case Deferred:
		return Move{StepReview, p.ReviewAt}
	case Referred:
		return Move{Step: StepHandle}
	}
	return Move{Step: StepNone}
}

// Days is the number of calendar days, in Morocco's time, left until the move is
// due: 0 on the last day, negative once it is late; ok is false where no day is set.
func (m Move) Days(now time.Time) (days int, ok bool) {
	if m.Due.IsZero() {
		return 0, false
	}
	return i18n.DaysBetween(now, m.Due), true
}
